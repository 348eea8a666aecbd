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
def test_the_demo_tells_its_story_to_the_end(tmp_path: Path) -> None:
    """In a copy, so that a stack tried by hand is left alone, and with a stack file of another time."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    (tmp_path / "Pulumi.demo.yaml").write_text(
        "encryptionsalt: v1:XCe5dcPWMBI=:v1:pEqG4C5A4EkdG0dS:4gtPpGgF1TgqKN5yEyQ=\n"
    )
    # What examples/quickstart/Pulumi.yaml names.
    (tmp_path / ".venv").symlink_to(sys.prefix)
    outcome = subprocess.run(
        [BIN / "foundry-emulator", "--state", tmp_path / "world", "run", "--", sys.executable, "examples/demo.py"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    story = outcome.stdout + outcome.stderr

    assert outcome.returncode == 0, story
    assert "version 2: active, demo.azurecr.io/quickstart:1.1.0, 100 % of new sessions" in story
    assert "That was the demo." in story
    for block in printed_in_the_readme():
        assert block in story


def printed_in_the_readme() -> list[str]:
    """The output that the README shows; it has to be what a run prints."""
    blocks = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    return blocks
