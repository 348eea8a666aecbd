"""Unmodified SDKs as clients, over TLS; every answer they get is held to the wire descriptions."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.app import create_app
from tests.emulator.conformance import Conformance
from tools.sdk_range import OLDEST, RELEASES, python_of

CLIENT = Path(__file__).with_name("sdk_client.py")
EVERYDAY = (OLDEST, "newest")


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    violations: list[str] = []
    monkeypatch.setattr(
        "pulumi_azure_foundry.emulator.local.create_app", lambda world: Conformance(create_app(world), violations)
    )
    with Emulator(tmp_path / "world") as emulator:
        yield emulator

    assert [] == violations


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "release",
    [pytest.param(name, marks=[] if name in EVERYDAY else [pytest.mark.sdk_range_full]) for name in RELEASES],
)
def test_an_unmodified_sdk_carries_the_life_of_a_version(emulator: Emulator, release: str) -> None:
    emulator.images.set("acme.azurecr.io/broken:1", "broken")
    first_preview = release == OLDEST
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "PYTEST_"))}
    outcome = subprocess.run(
        [str(python_of(release)), str(CLIENT)],
        env={**inherited, **emulator.environment()},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stderr[-4000:]
    seen = json.loads(outcome.stdout)
    sessions, answers = seen.pop("sessions"), seen.pop("answers")
    assert {
        "first": ["1", "v", "first", "1"],
        "again": "1",
        "numbers": ["2", "3", "4"],
        "failed": ["failed", "ImageError" if not first_preview else "InvalidContainerImage"],
        "listed": ["1", "2", "3", "4", "5"],
        "agents": ["support"],
        "latest": "5",
        "deleted": True,
        "gone": "ResourceNotFoundError",
        "empty": "ResourceNotFoundError",
    } == seen
    assert sessions in (
        {},
        {"served": "1", "disabled": "disabled", "listed": True, "session": "active", "refused": "ResourceExistsError"},
    )
    assert answers in ([], ["support version 1: hello"])
    assert release != "newest" or (sessions and answers)
