"""State, clock, settings, tokens, journal, admin calls and the page."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pulumi_azure_foundry.emulator.app import create_token_app
from pulumi_azure_foundry.emulator.journal import Entry, Journal
from pulumi_azure_foundry.emulator.settings import SWITCHES
from pulumi_azure_foundry.emulator.store import FORMAT, NewerStateError, Store
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.service import PROJECT, Service

SECRET = "hunter2hunter2"


def test_two_processes_see_one_world(world: World, service: Service) -> None:
    service.made()
    other = World(world.state_dir)
    other.settings.provisioning_seconds = 7.0
    other.clock.advance(1000)

    assert 1 == other.status()["versions"]
    assert 7.0 == world.settings.provisioning_seconds
    assert world.clock.now() == pytest.approx(time.time() + 1000, abs=5)
    assert (world.admin_token, world.identity_header) == (other.admin_token, other.identity_header)
    other.close()


def test_only_the_owner_can_read_the_state(world: World) -> None:
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in world.state_dir.iterdir()}

    assert {"0o600"} == set(modes.values())
    assert oct(0o700) == oct(world.state_dir.stat().st_mode & 0o777)


def test_state_of_this_release_is_read_for_ever(tmp_path: Path) -> None:
    """What format 1 looks like on disk; later releases must upgrade it."""
    with sqlite3.connect(tmp_path / "world.sqlite") as file:
        file.execute(
            "CREATE TABLE documents (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, "
            "PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        file.execute("PRAGMA user_version=1")
        file.execute(
            'INSERT INTO documents VALUES (\'agent\', \'demo/support\', \'{"project":"demo","name":"support",'
            '"incarnation":1,"created_at":1790000000.5,"guid":"g","next_number":2,"enabled":true,"endpoint":null,'
            '"card":null,"served":0}\')'
        )
        file.execute(
            "INSERT INTO documents VALUES ('version', 'demo/support/000000001', '{\"project\":\"demo\","
            '"agent":"support","number":"1","shape":"v1","definition":{"kind":"hosted","cpu":"1","memory":"2Gi",'
            '"container_configuration":{"image":"r.io/a:1"}},"created_at":1790000000.5,"settled_at":1790000001.5,'
            '"guid":"g","principal_id":"p","client_id":"c","metadata":{},"description":null,"blueprint_reference":null,'
            '"failure_code":null,"failure_message":null,"healthy":true,"deleted_at":null,"readings":0}\')'
        )
    file.close()
    world = World(tmp_path)
    from pulumi_azure_foundry.emulator.app import create_app

    service = Service(TestClient(create_app(world), base_url="https://127.0.0.1"), world)

    assert "active" == service.status("1")
    assert "2" == service.made(metadata={"k": "v"})
    world.close()


def test_state_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "world.sqlite"
    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version={FORMAT + 1}")
    file.close()
    with pytest.raises(NewerStateError) as caught:
        Store(path)

    assert f"{path}: written by a newer release (format {FORMAT + 1}, this one knows {FORMAT})" == str(caught.value)


def test_a_failed_transaction_leaves_nothing(world: World) -> None:
    with pytest.raises(RuntimeError), world.store.transaction():
        world.store.put("agent", "a", {})
        raise RuntimeError

    assert [] == world.store.scan("agent")


def test_the_clock_only_moves_forward(world: World) -> None:
    with pytest.raises(ValueError) as caught:
        world.clock.advance(-1)

    assert "seconds: -1 is negative; the world's clock only moves forward" == str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"provisioning_seconds": -1.0}, "provisioning_seconds: -1.0 is below 0"),
        ({"provisioning_seconds": "1"}, "provisioning_seconds: '1' is not of type float"),
        ({"max_versions": True}, "max_versions: True is not of type int"),
        ({"switches": {"dedupe": "maybe"}}, "switches.dedupe: 'maybe' is none of 'latest', 'any', 'off'"),
        ({"switches": {"list_lag_seconds": -1}}, "switches.list_lag_seconds: -1 is not a number of seconds"),
        ({"switches": {"list_claims_active": 1}}, "switches.list_claims_active: 1 is none of True, False"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_nothing_changes(
    world: World, values: dict[str, Any], message: str
) -> None:
    before = world.settings.as_json()
    with pytest.raises(ValueError) as caught:
        world.settings.update({"page_limit": 5, **values})

    assert message == str(caught.value)
    assert before == world.settings.as_json()


@pytest.mark.parametrize("values", [{"surprise": 1}, {"switches": {"surprise": 1}}], ids=["setting", "switch"])
def test_an_unknown_setting_is_refused(world: World, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="surprise: no such s"):
        world.settings.update(values)


def test_a_switch_put_back_has_its_default(world: World) -> None:
    world.settings.switches["dedupe"] = "off"
    del world.settings.switches["dedupe"]

    assert SWITCHES["dedupe"].default == world.settings.switches["dedupe"]


def test_every_switch_says_its_question_and_has_its_default_among_its_answers() -> None:
    for switch in SWITCHES.values():
        assert switch.question
        assert isinstance(switch.default, float) or switch.default in switch.answers


def test_reset_goes_back_to_the_beginning_and_keeps_tokens(service: Service, world: World) -> None:
    defaults = world.settings.as_json()
    service.made()
    world.settings.provisioning_seconds = 9.0
    world.settings.switches["dedupe"] = "off"
    world.images.set("a", "ImageError")
    world.clock.advance(100)
    world.reset()

    assert defaults == world.settings.as_json()
    assert [] == world.images.entries()
    assert [] == world.journal.entries()
    assert world.clock.now() == pytest.approx(time.time(), abs=5)
    assert [] == service.get("/agents").json()["data"]


def tokens(world: World) -> TestClient:
    return TestClient(create_token_app(world))


def test_a_token_is_given_to_who_knows_the_header(world: World) -> None:
    response = tokens(world).get(
        "/msi/token",
        params={"api-version": "2019-08-01", "resource": "https://ai.azure.com"},
        headers={"X-IDENTITY-HEADER": world.identity_header},
    )

    body = response.json()
    assert {"access_token", "expires_on", "resource", "token_type"} == set(body)
    assert int(body["expires_on"]) == pytest.approx(time.time() + 3600, abs=5)


@pytest.mark.parametrize(
    ("header", "query", "status"),
    [
        ("wrong", {"api-version": "2019-08-01", "resource": "https://ai.azure.com"}, 401),
        (None, {"resource": "https://ai.azure.com"}, 400),
        (None, {"api-version": "2019-08-01", "resource": "https://elsewhere"}, 400),
        (None, {"api-version": "2019-08-01"}, 400),
    ],
    ids=["wrong header", "no api-version", "unknown audience", "no audience"],
)
def test_a_wrong_token_request_is_refused(world: World, header: str | None, query: dict[str, str], status: int) -> None:
    headers = {"X-IDENTITY-HEADER": header if header is not None else world.identity_header}

    assert status == tokens(world).get("/msi/token", params=query, headers=headers).status_code


def test_neither_journal_nor_page_nor_state_file_show_a_secret(service: Service, world: World) -> None:
    issued = tokens(world).get(
        "/msi/token",
        params={"api-version": "2019-08-01", "resource": "https://ai.azure.com"},
        headers={"X-IDENTITY-HEADER": world.identity_header},
    )
    service.made(environment_variables={"PASSWORD": SECRET})
    service.get("/agents", surprise=SECRET)
    shown = [str(world.journal.entries()), service.client.get("/").text]
    secrets = [SECRET, issued.json()["access_token"], service.headers["Authorization"], world.identity_header]

    assert [] == [secret for secret in secrets for text in shown if secret in text]
    stored = b"".join(path.read_bytes() for path in world.state_dir.glob("world.sqlite*"))
    assert issued.json()["access_token"].encode() not in stored


def test_the_journal_tells_requests_in_order(service: Service, world: World) -> None:
    service.made()
    service.get("/agents", limit=5)
    entries = world.journal.entries()

    assert [("POST", "/agents/support/versions", 200), ("GET", "/agents", 200)] == [
        (entry["method"], entry["path"], entry["status"]) for entry in entries
    ]
    assert {"api-version": "v1", "limit": "5"} == entries[1]["query"]
    assert "testclient" == entries[1]["user_agent"]


def test_the_journal_goes_on_after_a_restart(service: Service, world: World) -> None:
    service.get("/agents")
    again = Journal(world.store)

    assert [1] == [entry["number"] for entry in again.entries()]


def test_the_journal_forgets_the_oldest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_azure_foundry.emulator.journal.KEPT", 10)
    for _ in range(1000):
        world.journal.end(world.journal.begin(an_entry()))

    assert [*range(991, 1001)] == [entry["number"] for entry in world.journal.entries()]


def an_entry() -> Entry:
    return Entry(0, "GET", "/agents", {}, 0.0, "", "foundry", "")


@pytest.fixture
def admin(client: TestClient, world: World) -> TestClient:
    client.headers["X-Emulator-Token"] = world.admin_token
    return client


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/state", None),
        ("GET", "/settings", None),
        ("PATCH", "/settings", {"provisioning_seconds": 1}),
        ("GET", "/clock", None),
        ("POST", "/clock/advance", {"seconds": 1}),
        ("PUT", "/images", {"image": "a", "outcome": "ImageError"}),
        ("GET", "/images", None),
        ("DELETE", "/images?image=a", None),
        ("POST", "/faults", {"status": 500}),
        ("GET", "/faults", None),
        ("DELETE", "/faults", None),
        ("GET", "/journal", None),
        ("DELETE", "/journal", None),
        ("POST", "/reset", None),
    ],
)
def test_admin_calls_need_the_token_and_a_loopback_host(
    admin: TestClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    url = f"/__emulator{path}"
    known = admin.request(method, url, json=body)
    elsewhere = admin.request(method, url, json=body, headers={"Host": "evil.example"})
    del admin.headers["X-Emulator-Token"]
    unknown = admin.request(method, url, json=body)

    assert (200, 403, 401) == (known.status_code, elsewhere.status_code, unknown.status_code)


def test_admin_calls_do_what_they_say(admin: TestClient, world: World, service: Service) -> None:
    service.made()
    admin.patch("/__emulator/settings", json={"switches": {"dedupe": "off"}})
    admin.put("/__emulator/images", json={"image": "r.io/x:1", "outcome": "ImageError", "times": 2, "seconds": 3})
    fault = admin.post("/__emulator/faults", json={"path": "/agents", "status": 503}).json()["id"]
    before = world.clock.now()
    now = admin.post("/__emulator/clock/advance", json={"seconds": 50}).json()["now"]
    session = admin.post("/__emulator/sessions", json={"agent": "support", "version": "1"}).json()["agent_session_id"]

    assert "off" == world.settings.switches["dedupe"]
    assert [("r.io/x:1", "ImageError", 2, 3.0)] == [
        (entry.image, entry.outcome, entry.times, entry.seconds) for entry in world.images.entries()
    ]
    assert now == pytest.approx(before + 50, abs=5)
    assert 503 == service.get("/agents").status_code
    assert [(fault, 1, 0)] == [(row["id"], row["seen"], row["held"]) for row in admin.get("/__emulator/faults").json()]
    assert 409 == service.delete("/agents/support").status_code
    assert 200 == service.get(f"/agents/support/endpoint/sessions/{session}").status_code
    assert {"held": 0} == admin.get(f"/__emulator/faults/{fault}/held").json()
    assert 200 == admin.post(f"/__emulator/faults/{fault}/release").status_code
    assert 200 == admin.delete(f"/__emulator/faults/{fault}").status_code
    assert 404 == admin.delete(f"/__emulator/faults/{fault}").status_code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("PATCH", "/settings", {"page_limit": 0}, 400, "page_limit: 0 is below 1"),
        ("POST", "/clock/advance", {}, 400, "seconds: -1.0 is negative; the world's clock only moves forward"),
        ("PUT", "/images", {"image": "a"}, 400, "image and outcome must be given"),
        ("PUT", "/images", [], 400, "the body must be a JSON object"),
        ("POST", "/faults", {"nth": "x"}, 400, "nth: 'x' does not fit"),
        ("POST", "/sessions", {"agent": "a", "version": "1"}, 404, "no version '1' of agent 'a' in project 'demo'"),
        ("DELETE", "/faults/7", None, 404, "no fault 7"),
    ],
)
def test_a_wrong_admin_call_says_what_is_wrong(
    admin: TestClient, method: str, path: str, body: Any, status: int, message: str
) -> None:
    response = admin.request(method, f"/__emulator{path}", json=body)

    assert (status, {"error": message}) == (response.status_code, response.json())


def test_the_page_shows_agents_versions_traffic_and_requests(service: Service) -> None:
    service.made()
    service.made(metadata={"k": "v"})
    service.route(("1", 100))
    page = service.client.get("/").text

    for text in ("support", "100 % to 1", "acme.azurecr.io/support:1", "1 CPU, 2Gi", "active", "PATCH", "testclient"):
        assert text in page


def test_the_page_escapes_what_callers_send(service: Service) -> None:
    service.client.get(f"{PROJECT}/agents", headers={"User-Agent": "<script>alert(1)</script>"})

    assert "<script>" not in service.client.get("/").text


def test_the_page_answers_loopback_names_only(client: TestClient) -> None:
    assert 403 == client.get("/", headers={"Host": "evil.example"}).status_code
    assert 200 == client.get("/", headers={"Host": "localhost:8443"}).status_code
