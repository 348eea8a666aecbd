"""Every supported SDK release carries the life of a version, each in an environment of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.sdk_range import OLDEST, RELEASES, python_of

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "release",
    [
        # The newest is the environment of this very run, which has the marked tests anyway.
        pytest.param(name, marks=[] if name == OLDEST else [pytest.mark.sdk_range_full])
        for name in RELEASES
    ],
)
def test_a_version_lives_with_each_release_of_the_sdks(release: str) -> None:
    python = python_of(release)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # The provider over gRPC, which holds the private doors to this SDK, and one life through the real engine.
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "sdk_range or not e2e"]
    workers = "0" if "PYTEST_XDIST_WORKER" in os.environ else "2"
    command += ["-n", workers, "tests/contract", "tests/e2e"]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert outcome.returncode == 0, outcome.stdout[-8000:] + outcome.stderr[-2000:]
