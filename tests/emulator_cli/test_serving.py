from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.certificates import prepare_state_folder
from pulumi_azure_foundry.emulator.server import Ports
from pulumi_azure_foundry.emulator.serving import Serving, announce, find_serving, hold_folder


def test_nobody_serves_a_folder_that_is_not_there(state_dir: Path) -> None:
    assert find_serving(state_dir) is None


def test_a_serving_process_is_found(emulator: Emulator) -> None:
    assert emulator.serving == find_serving(emulator.state_dir)
    assert os.getpid() == emulator.serving.pid


def test_nobody_serves_after_the_end(state_dir: Path) -> None:
    with Emulator(state_dir):
        pass

    assert find_serving(state_dir) is None


def test_what_a_killed_process_left_behind_counts_as_nobody(state_dir: Path) -> None:
    prepare_state_folder(state_dir)
    with hold_folder(state_dir):
        announce(state_dir, Serving(os.getpid(), Ports(1, 2, 3), "background"))

    assert (state_dir / "serving.json").exists()
    assert find_serving(state_dir) is None


def test_a_process_that_is_not_ready_yet_is_not_found_by_the_record_of_a_killed_one(state_dir: Path) -> None:
    prepare_state_folder(state_dir)
    with hold_folder(state_dir):
        announce(state_dir, Serving(1, Ports(1, 2, 3), "background"))

    with hold_folder(state_dir):
        assert find_serving(state_dir) is None


def test_the_record_holds_no_secret_and_is_read_by_its_owner_alone(emulator: Emulator) -> None:
    record = emulator.state_dir / "serving.json"

    assert {"pid", "ports", "life"} == set(json.loads(record.read_text(encoding="utf-8")))
    assert 0o600 == stat.S_IMODE(record.stat().st_mode)
