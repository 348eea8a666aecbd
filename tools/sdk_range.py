"""The SDK releases that are supported, and a cached virtual environment for each.

Oldest and newest run in `make test`, all of them in `make test-sdk-range`. The newest need no environment of their own:
that is what `.venv` was made with.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venvs"

# azure-ai-projects 2.0.0 to 2.3.0 import httpx through openai's client without requiring it.
HTTPX = "httpx"
OLDEST = "projects-2.0.0b3-pulumi-3.216"
RELEASES: dict[str, tuple[str, ...]] = {
    OLDEST: ("azure-ai-projects==2.0.0b3", "pulumi==3.216.0", HTTPX),
    "projects-2.0.0-pulumi-3.259": ("azure-ai-projects==2.0.0", "pulumi==3.259.0", HTTPX),
    "projects-2.1.0": ("azure-ai-projects==2.1.0", HTTPX),
    "projects-2.2.0": ("azure-ai-projects==2.2.0", HTTPX),
    "projects-2.3.0": ("azure-ai-projects==2.3.0", HTTPX),
    "newest": (),
}


def python_of(release: str) -> Path:
    """The interpreter of one release's environment, made first if it is not there or older than `pyproject.toml`."""
    pins = RELEASES[release]
    if not pins:
        return Path(sys.executable)
    folder = HOME / release
    HOME.mkdir(exist_ok=True)
    with (HOME / f"{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / "ready"
        project = ROOT / "pyproject.toml"
        if not ready.exists() or ready.stat().st_mtime < project.stat().st_mtime:
            command = [str(ROOT / "tools" / "make_venv.sh"), str(folder), "--group", "runner", *pins]
            subprocess.run(command, cwd=ROOT, env=_environment(), check=True, stdin=subprocess.DEVNULL)
            ready.touch()
    return folder / "bin" / "python"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHON": sys.executable}
