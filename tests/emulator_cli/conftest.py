"""A fresh emulator for each test, and the command as it is called in a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.commands import main

Command: TypeAlias = Callable[..., Result]


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def emulator(state_dir: Path) -> Iterator[Emulator]:
    with Emulator(state_dir) as emulator:
        yield emulator


@pytest.fixture
def command(state_dir: Path) -> Command:
    """Run ``foundry-emulator`` in this process."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--state", str(state_dir), *words], prog_name="foundry-emulator")

    return run
