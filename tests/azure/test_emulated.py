"""The seam against the emulator, with the real SDK, the real credential and both wire shapes in between."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_azure_foundry import agent_versions
from pulumi_azure_foundry._azure import data_plane
from pulumi_azure_foundry._core import errors
from pulumi_azure_foundry._core.seam import serving_of
from pulumi_azure_foundry._core.shapes import render_version
from pulumi_azure_foundry._core.stamps import Stamp

if TYPE_CHECKING:
    from pulumi_azure_foundry._core.seam import DataPlane
    from pulumi_azure_foundry.emulator import Emulator

SHAPES = ("v1", "2025-11-15-preview")
STAMP = Stamp("0123456789abcdef", "f" * 32)


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def emulated(emulator: Emulator, shape: str) -> DataPlane:
    return data_plane.open_data_plane(emulator.project_endpoint, shape)


def a_body(shape: str, *, image: str = "acme.azurecr.io/support:1", stamp: Stamp = STAMP) -> dict[str, object]:
    inputs: dict[str, Any] = {"agent_name": "support", "image": image, "api_version": shape}
    return render_version(inputs, stamp)


def sent(emulator: Emulator, method: str) -> int:
    return Counter(str(entry["method"]) for entry in emulator.journal() if "/agents" in str(entry["path"]))[method]


@pytest.mark.sdk_range
def test_a_version_lives_from_creation_to_deletion(emulator: Emulator, emulated: DataPlane, shape: str) -> None:
    before = (emulated.get_agent("support"), emulated.list_versions("support"), emulated.get_version("support", "1"))
    made = emulated.create_version("support", a_body(shape))
    found = emulated.get_version("support", "1")
    agent = emulated.get_agent("support")
    emulated.delete_version("support", "1")
    emulated.delete_version("support", "1")

    assert (None, [], None) == before
    assert "1" == made["version"]
    assert found is not None
    assert "support" == found["name"]
    assert {"@latest": 100} == serving_of(agent)
    assert [] == emulated.list_versions("support")
    assert 1 == sent(emulator, "POST")


@pytest.mark.sdk_range
def test_every_request_names_this_package_and_the_api_version(
    emulator: Emulator, emulated: DataPlane, shape: str
) -> None:
    emulated.create_version("support", a_body(shape))
    emulated.list_versions("support")

    entries = [entry for entry in emulator.journal() if "/agents" in str(entry["path"])]
    assert all(str(entry["user_agent"]).startswith("pulumi-azure-foundry/") for entry in entries)
    assert all(shape in str(entry["query"]) for entry in entries)


@pytest.mark.sdk_range
def test_live_sessions_keep_a_version_until_it_is_forced(emulator: Emulator) -> None:
    plane: Any = data_plane.open_data_plane(emulator.project_endpoint, "v1")
    plane.create_version("support", a_body("v1"))
    plane._send(
        "POST",
        "/agents/support/endpoint/sessions",
        body={"version_indicator": {"type": "version_ref", "agent_version": "1"}},
    )

    with pytest.raises(errors.HasSessionsError):
        plane.delete_version("support", "1")
    plane.delete_version("support", "1", force=True)

    assert [] == plane.list_versions("support")


def test_a_list_of_250_versions_takes_three_requests(emulator: Emulator) -> None:
    plane = data_plane.open_data_plane(emulator.project_endpoint, "v1")
    for number in range(250):
        plane.create_version("support", a_body("v1", image=f"acme.azurecr.io/support:{number}"))
    before = sent(emulator, "GET")

    versions = plane.list_versions("support")

    assert [str(number) for number in range(250, 0, -1)] == [version["version"] for version in versions]
    assert 3 == sent(emulator, "GET") - before


@pytest.mark.sdk_range
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 500, "after": True}, id="500 after the work"),
        pytest.param({"status": 503}, id="503"),
        pytest.param({"status": 429}, id="429"),
        pytest.param({"action": "reset"}, id="reset"),
        pytest.param({"action": "drop_after"}, id="cut after the work"),
    ],
)
def test_a_faulty_creation_is_posted_once(emulator: Emulator, fault: dict[str, Any]) -> None:
    plane = data_plane.open_data_plane(emulator.project_endpoint, "v1")
    emulator.fault(method="POST", path="/agents/*/versions", **fault)

    with pytest.raises(errors.ServiceUnavailableError) as failure:
        plane.create_version("support", a_body("v1"))

    assert failure.value.ambiguous
    assert 1 == sent(emulator, "POST")


@pytest.mark.parametrize("fault", [{"status": 503}, {"action": "reset"}], ids=["503", "reset"])
def test_a_faulty_look_is_repeated(emulator: Emulator, fault: dict[str, Any]) -> None:
    plane = data_plane.open_data_plane(emulator.project_endpoint, "v1")
    emulator.fault(method="GET", path="/agents/*", **fault)

    assert plane.get_agent("support") is None
    assert 2 == sent(emulator, "GET")


def test_a_stalled_creation_ends_in_time_and_is_ambiguous(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_azure_foundry._azure.pipeline.READ_SECONDS", 0.3)
    plane = data_plane.open_data_plane(emulator.project_endpoint, "v1")
    emulator.fault(method="POST", path="/agents/*/versions", action="stall")

    with pytest.raises(errors.ServiceUnavailableError) as failure:
        plane.create_version("support", a_body("v1"))

    assert failure.value.ambiguous


def test_a_refused_definition_is_told_with_its_request_id(emulator: Emulator) -> None:
    plane = data_plane.open_data_plane(emulator.project_endpoint, "v1")

    with pytest.raises(errors.InvalidInputError) as failure:
        plane.create_version("support", {"definition": {"kind": "hosted", "cpu": "9", "memory": "2Gi"}})

    assert 400 == failure.value.status
    assert failure.value.request_id


def test_64_threads_share_one_client_and_one_token(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    def look(index: int) -> object:
        return data_plane.open_data_plane(emulator.project_endpoint, "v1").get_agent(f"agent-{index}")

    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(64) as pool:
        found = list(pool.map(look, range(192)))

    assert [None] * 192 == found
    assert [] == [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert 1 == len(data_plane._planes)


def test_agent_versions_tells_number_image_owner_and_share(emulator: Emulator) -> None:
    plane: Any = data_plane.open_data_plane(emulator.project_endpoint, "v1")
    plane.create_version("support", a_body("v1"))
    plane.create_version("support", a_body("v1", image="acme.azurecr.io/support:2", stamp=Stamp("ab", "cd")))

    by_default = agent_versions("support", project_endpoint=emulator.project_endpoint)
    rules = [{"type": "FixedRatio", "agent_version": "1", "traffic_percentage": 100}]
    plane._send(
        "PATCH", "/agents/support", body={"agent_endpoint": {"version_selector": {"version_selection_rules": rules}}}
    )
    pinned = agent_versions("support")

    assert [("2", 100), ("1", 0)] == [(version.number, version.serving_percent) for version in by_default]
    assert [("2", 0), ("1", 100)] == [(version.number, version.serving_percent) for version in pinned]
    newest = by_default[0]
    assert ("support", "acme.azurecr.io/support:2", "ab") == (newest.agent_name, newest.image, newest.owner)
    assert newest.created is not None
    assert newest.created.tzinfo is not None


def test_an_absent_agent_has_no_versions(emulator: Emulator) -> None:
    assert [] == agent_versions("nobody", project_endpoint=emulator.project_endpoint)


def test_nothing_of_azure_is_imported_before_it_is_needed() -> None:
    program = (
        "import sys, json, pulumi_azure_foundry; print(json.dumps([m for m in sys.modules if m.startswith('azure')]))"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert [] == json.loads(answer.stdout)
