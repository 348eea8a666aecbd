"""The demo is the first thing that anybody runs: it has to tell its whole story."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH; `make test` brings one")
def test_the_demo_tells_its_story_to_the_end_twice(tmp_path: Path) -> None:
    """In a copy, so that the stack that somebody tries by hand is left alone; twice, because people do."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    for _ in range(2):
        outcome = subprocess.run(
            [BIN / "foundry-emulator", "--state", tmp_path / "world", "run", "--", sys.executable, "examples/demo.py"],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        story = outcome.stdout + outcome.stderr

        assert outcome.returncode == 0, story
        for word in (
            "+ 2 to create",
            *printed_in_the_readme(),
            "version 2: active, demo.azurecr.io/quickstart:1.1.0, 100 % of new sessions",
            "That was the demo.",
        ):
            assert word in story


def printed_in_the_readme() -> list[str]:
    """The output that the README shows; it has to be what a run prints."""
    blocks = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    return blocks
