"""Every supported SDK release carries the life of a version, each in an environment of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.sdk_range import OLDEST, RELEASES, python_of

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.timeout(900)
def test_a_version_lives_with_the_oldest_sdks() -> None:
    _run(OLDEST, "sdk_range")


@pytest.mark.sdk_range_full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("release", RELEASES)
def test_everything_over_the_wire_works_with_each_release(release: str) -> None:
    _run(release, "sdk_range or not e2e")


def _run(release: str, selection: str) -> None:
    # A skipped look-up is right with an SDK that cannot do it: CI's rule against skips is for the newest.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_") and name != "CI"}
    command = [str(python_of(release)), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", selection]
    workers = "0" if "PYTEST_XDIST_WORKER" in os.environ else "2"
    command += ["-n", workers, "tests/contract", "tests/azure", "tests/e2e"]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout[-8000:] + outcome.stderr[-2000:]
