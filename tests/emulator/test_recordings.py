"""Every request that a release of the SDK was recorded to send is taken as that release expects.

Recordings: ``specs/recorded-requests.json``, unmodified SDKs from 2.0.0b3 to 2.10.0 against a loopback server.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pulumi_azure_foundry.emulator.foundry.state import Records, Session
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.conformance import SPECS
from tests.emulator.service import Service, a_body

AGENT = "agent-a"
PROJECT = "/api/projects/p"


def recorded() -> list[Any]:
    """The calls about agents, each once per release."""
    lines = json.loads((SPECS / "recorded-requests.json").read_text(encoding="utf-8"))
    return [
        pytest.param(line, id=f"{line['sdk']} {line['call']}")
        for line in lines
        if line["path"].startswith(f"{PROJECT}/agents")
    ]


def prepare(world: World, service: Service, line: dict[str, Any]) -> None:
    """What the recorded call speaks about: an agent with two versions, and its session."""
    world.settings.switches["list_order"] = "asc"
    version = line["query"]["api-version"]
    maker = Service(service.client, world, version)
    for number in ("1", "2"):
        body = a_body(version, metadata={"n": number})
        url = f"{PROJECT}/agents/{AGENT}/versions"
        response = maker.client.post(url, params={"api-version": version}, json=body, headers=maker.headers)
        assert 200 == response.status_code, response.text
    found = re.search(r"/sessions/([^/:]+)", line["path"])
    if found is not None:
        now = world.clock.now()
        Records(world.store, "p").put(Session("p", AGENT, found[1], "2", now, now, now + 100))


@pytest.mark.parametrize("line", recorded())
def test_a_recorded_request_is_taken(service: Service, world: World, line: dict[str, Any]) -> None:
    if line["call"] != "create_agent":
        prepare(world, service, line)
    headers = {name: value for name, value in line["headers"].items() if name != "Authorization"}
    response = service.client.request(
        line["method"], line["path"], params=line["query"], json=line["body"], headers={**service.headers, **headers}
    )

    assert response.status_code in line["accepts"], response.text
