"""Pages as an honest service gives them; the SDK goes on until ``last_id`` is empty, whatever ``has_more`` says."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_azure_foundry.emulator.world import World
from tests.emulator.service import Service, error


@pytest.fixture
def five(service: Service) -> Service:
    """Five versions of one agent."""
    for number in range(5):
        service.made(metadata={"n": str(number)})
    return service


def page(service: Service, **query: Any) -> tuple[list[str], bool]:
    body = service.get("/agents/support/versions", **query).json()
    return [entry["version"] for entry in body["data"]], body["has_more"]


@pytest.mark.parametrize(
    ("query", "numbers", "more"),
    [
        ({}, ["5", "4", "3", "2", "1"], False),
        ({"order": "asc"}, ["1", "2", "3", "4", "5"], False),
        ({"limit": 2}, ["5", "4"], True),
        ({"limit": 2, "after": "support:4"}, ["3", "2"], True),
        ({"limit": 2, "after": "2"}, ["1"], False),
        ({"after": "support:1"}, [], False),
        ({"limit": 2, "order": "asc", "before": "support:4"}, ["2", "3"], True),
        ({"limit": 3, "order": "asc", "before": "support:4"}, ["1", "2", "3"], False),
        ({"after": "5", "before": "2"}, ["4", "3"], False),
    ],
)
def test_a_page_of_versions(five: Service, query: dict[str, Any], numbers: list[str], more: bool) -> None:
    assert (numbers, more) == page(five, **query)


def test_the_page_past_the_end_has_no_last_id(five: Service) -> None:
    body = five.get("/agents/support/versions", after="support:1").json()

    assert (None, None) == (body["first_id"], body["last_id"])


def test_following_last_id_meets_each_version_once(five: Service) -> None:
    met: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while (body := five.get("/agents/support/versions", **query).json())["last_id"] is not None:
        met += [entry["version"] for entry in body["data"]]
        query["after"] = body["last_id"]

    assert ["5", "4", "3", "2", "1"] == met


def test_the_order_of_lists_is_a_switch(five: Service, world: World) -> None:
    world.settings.switches["list_order"] = "asc"

    assert ["1", "2", "3", "4", "5"] == page(five)[0]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", ""])
def test_a_limit_out_of_range_is_refused(five: Service, limit: str) -> None:
    assert (400, "invalid_parameter", f"Invalid value {limit!r} for limit: a number from 1 to 100.") == error(
        five.get("/agents/support/versions", limit=limit)
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"order": "up"}, "Invalid value 'up' for order: asc or desc."),
        ({"after": "support:9"}, "Invalid value 'support:9' for after: the id of an entry of this list."),
    ],
    ids=["order", "cursor"],
)
def test_other_wrong_parameters_are_refused(five: Service, query: dict[str, str], message: str) -> None:
    assert (400, "invalid_parameter", message) == error(five.get("/agents/support/versions", **query))


def test_a_page_is_as_long_as_the_service_likes_without_a_limit(five: Service, world: World) -> None:
    world.settings.page_limit = 2

    assert (["5", "4"], True) == page(five)


def test_agents_come_newest_first(service: Service) -> None:
    for name in ("b", "c", "a"):
        service.made(name)

    assert ["a", "c", "b"] == [agent["name"] for agent in service.get("/agents").json()["data"]]
    assert ["c"] == [agent["name"] for agent in service.get("/agents", limit=1, after="a").json()["data"]]


def test_only_hosted_agents_live_here(service: Service) -> None:
    service.made()

    assert 1 == len(service.get("/agents", kind="hosted").json()["data"])
    assert [] == service.get("/agents", kind="prompt").json()["data"]
