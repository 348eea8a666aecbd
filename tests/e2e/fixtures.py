"""Fixtures of the tests that run the real engine, shared by tests/e2e and tests/kill."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.e2e.service import Service
from tests.e2e.stack import SECRET, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(state_dir=tmp_path / "world") as running:
        yield running


@pytest.fixture
def service(emulator: Emulator) -> Iterator[Service]:
    judge = Service(emulator)
    yield judge
    judge.close()


@pytest.fixture
def stack(tmp_path: Path, emulator: Emulator) -> Iterator[Stack]:
    """A stack that is looked through for secrets when its test has ended, however it ended."""
    assert shutil.which("pulumi"), "no pulumi on PATH; `make e2e` finds or builds it"
    made = Stack(tmp_path / "stack", emulator)
    yield made
    made.end_leftovers()
    assert [] == made.leaks(SECRET)
    assert SECRET not in str(emulator.journal())
