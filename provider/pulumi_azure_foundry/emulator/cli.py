"""The entry of ``foundry-emulator``: the script is there with every installation, what it needs only with the extra."""

from __future__ import annotations

import sys

NEEDED = frozenset({"certifi", "click", "starlette", "trustme", "uvicorn"})


def main() -> None:
    """Run the command, or say how to get what it needs."""
    try:
        from .commands import main as command
    except ModuleNotFoundError as exc:
        if exc.name not in NEEDED:
            raise
        sys.exit(f"foundry-emulator needs {exc.name}: pip install 'pulumi-azure-foundry[emulator]'")
    command(prog_name="foundry-emulator")
