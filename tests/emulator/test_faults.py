"""The fault table: which request is struck, and what then happens to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.entra.tokens import issue_token
from pulumi_azure_foundry.emulator.faults import ACTIONS, parse_fault
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.service import Service, a_body, error

Send = Callable[..., requests.Response]


def strike(world: World, **row: Any) -> str:
    return world.faults.add(parse_fault(row))


@pytest.mark.parametrize(
    ("row", "method", "path", "matches"),
    [
        ({}, "GET", "/agents", True),
        ({"method": "POST"}, "GET", "/agents", False),
        ({"path": "/agents/*/versions"}, "POST", "/agents/a/versions", True),
        ({"path": "/agents/*/versions"}, "GET", "/agents/a/versions/1", False),
        ({"path": "/agents/*"}, "GET", "/agents/a/versions", False),
        ({"path": "/agents/**"}, "GET", "/agents/a/versions", True),
        ({"path": "/agents/a.b"}, "GET", "/agents/acb", False),
        ({"path": "/agents/a*:enable"}, "POST", "/agents/ab:enable", True),
    ],
)
def test_a_row_matches_method_and_path(row: dict[str, Any], method: str, path: str, matches: bool) -> None:
    assert matches == parse_fault(row).matches(method, path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"action": "explode"},
            f"action: 'explode' is none of {', '.join(ACTIONS)}",
        ),
        ({"nth": "1"}, "nth: '1' does not fit"),
        ({"times": -1}, "times: -1 does not fit"),
        ({"after": 1}, "after: 1 does not fit"),
        ({"retry_after": 1}, "retry_after: 1 does not fit"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_fault(row)

    assert message == str(caught.value)


def test_an_unknown_field_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError) as caught:
        parse_fault({"code_": "x"})

    assert (
        "code_: no such field of a fault; there are "
        "method, path, nth, times, action, delay, after, status, code, message, retry_after, word" == str(caught.value)
    )


@pytest.mark.parametrize(
    ("nth", "times", "statuses"),
    [(1, 1, [500, 200, 200, 200]), (2, 2, [200, 500, 500, 200]), (3, 0, [200, 200, 500, 500])],
    ids=["the first", "second and third", "third and all that follow"],
)
def test_a_fault_strikes_the_requests_it_names(
    service: Service, world: World, nth: int, times: int, statuses: list[int]
) -> None:
    strike(world, path="/agents", nth=nth, times=times)

    assert statuses == [service.get("/agents").status_code for _ in range(4)]


def test_a_refusal_says_what_it_was_told(service: Service, world: World) -> None:
    strike(world, status=429, code="TooManyRequests", message="Slow down.", retry_after="3")
    response = service.get("/agents")

    assert (429, "TooManyRequests", "Slow down.") == error(response)
    assert "3" == response.headers["retry-after"]


def test_no_refusal_asks_to_come_again_by_itself(service: Service, world: World) -> None:
    strike(world, status=503)

    assert "retry-after" not in service.get("/agents").headers


def test_a_refusal_before_the_work_leaves_nothing(service: Service, world: World) -> None:
    strike(world, method="POST", status=500)
    service.create()

    assert 404 == service.get("/agents/support").status_code


def test_a_refusal_after_the_work_hides_what_was_done(service: Service, world: World) -> None:
    strike(world, method="POST", status=500, after=True)

    assert 500 == service.create().status_code
    assert ["1"] == service.numbers()


def test_a_lie_replaces_every_status(service: Service, world: World) -> None:
    world.settings.unknown_image = "ImageError"
    number = service.made()
    strike(world, method="GET", action="lie", word="active", times=0)
    body = service.get(f"/agents/support/versions/{number}").json()

    assert ("active", False) == (body["status"], "error" in body)
    assert "active" == service.get("/agents/support").json()["versions"]["latest"]["status"]


def test_the_journal_names_the_fault(service: Service, world: World) -> None:
    number = strike(world, status=503)
    service.get("/agents")

    assert [(503, number)] == [(entry["status"], entry["fault"]) for entry in world.journal.entries()]


def test_cleared_faults_strike_nobody(service: Service, world: World) -> None:
    strike(world, times=0)
    world.faults.clear()

    assert 200 == service.get("/agents").status_code


def test_a_number_is_never_given_twice(world: World) -> None:
    first = strike(world)
    world.reset()

    assert first != strike(world)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """A real server: connections can be cut."""
    with Emulator(tmp_path / "world") as emulator:
        yield emulator


@pytest.fixture
def send(emulator: Emulator) -> Iterator[Send]:
    token, _ = issue_token(emulator.world, "https://ai.azure.com")
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(emulator.ca_bundle)
        session.headers["Authorization"] = f"Bearer {token}"

        def call(method: str, path: str, body: Any = None) -> requests.Response:
            url = f"{emulator.project_endpoint}{path}?api-version=v1"
            return session.request(method, url, json=body, timeout=10)

        yield call


def exists(send: Send) -> bool:
    return send("GET", "/agents/support").status_code == 200


@pytest.mark.parametrize(("action", "done"), [("reset", False), ("drop_after", True), ("truncate", True)])
def test_a_connection_is_cut_before_or_after_the_work(emulator: Emulator, send: Send, action: str, done: bool) -> None:
    emulator.fault(method="POST", action=action)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        send("POST", "/agents/support/versions", a_body())

    assert done == exists(send)


def test_a_cut_connection_is_journalled_with_status_0(emulator: Emulator, send: Send) -> None:
    emulator.fault(action="drop_after")
    with pytest.raises(requests.ConnectionError):
        send("GET", "/agents")

    assert [0] == [entry["status"] for entry in emulator.journal()]


@pytest.mark.parametrize("after", [False, True], ids=["before the work", "after the work"])
def test_a_held_request_goes_on_when_released(emulator: Emulator, send: Send, after: bool) -> None:
    held = emulator.hold("POST", after=after)
    answers: list[int] = []
    caller = threading.Thread(
        target=lambda: answers.append(send("POST", "/agents/support/versions", a_body()).status_code)
    )
    caller.start()
    held.wait()
    done_while_held = emulator.world.status()["versions"]
    held.release()
    caller.join()

    assert ([200], 1 if after else 0) == (answers, done_while_held)
    assert 1 == emulator.world.status()["versions"]


def test_a_held_request_may_be_lost(emulator: Emulator, send: Send) -> None:
    held = emulator.hold("POST")
    failures: list[requests.RequestException] = []

    def post() -> None:
        try:
            send("POST", "/agents/support/versions", a_body())
        except requests.RequestException as failure:
            failures.append(failure)

    caller = threading.Thread(target=post)
    caller.start()
    held.wait()
    held.release(drop=True)
    caller.join()

    assert 1 == len(failures)
    assert 0 == emulator.world.status()["versions"]


def test_a_held_request_is_in_the_journal_without_a_status(emulator: Emulator, send: Send) -> None:
    held = emulator.hold("GET")
    caller = threading.Thread(target=send, args=("GET", "/agents"))
    caller.start()
    held.wait()
    statuses = [entry["status"] for entry in emulator.journal()]
    held.clear()
    caller.join()

    assert [None] == statuses


def test_a_stalled_request_is_never_answered(emulator: Emulator, send: Send) -> None:
    stalled = emulator.fault(action="stall")

    def get() -> None:
        with pytest.raises(requests.ConnectionError):
            send("GET", "/agents")

    caller = threading.Thread(target=get)
    caller.start()
    stalled.wait()
    stalled.clear()
    caller.join()

    assert [0] == [entry["status"] for entry in emulator.journal()]


def test_a_delay_takes_its_time(emulator: Emulator, send: Send) -> None:
    emulator.fault(delay=0.05)
    send("GET", "/agents")

    assert emulator.journal()[0]["seconds"] >= 0.05  # type: ignore[operator]  # a number
