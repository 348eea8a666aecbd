"""Agents, their endpoint and its traffic, sessions, and the echo that answers calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from httpx2 import Response

from pulumi_azure_foundry.emulator.foundry.agents import merge
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.service import IMAGE, Service, a_body, an_old_definition, error

ENDPOINT = "/agents/support/endpoint"


@pytest.fixture
def three(service: Service) -> Service:
    """Three versions of one agent, all active."""
    for number in range(3):
        service.made(metadata={"n": str(number)})
    return service


def ask(service: Service, session: str | None = None, **body: Any) -> Response:
    given = {} if session is None else {"agent_session_id": session}
    return service.post(f"{ENDPOINT}/protocols/openai/responses", {"input": "hello", **given, **body})


def served(service: Service) -> str:
    number: str = ask(service).json()["agent_reference"]["version"]
    return number


def test_an_agent_made_by_itself_conflicts_with_one_that_is_there(service: Service) -> None:
    made = service.post("/agents", {"name": "support", **a_body()})

    assert "1" == made.json()["versions"]["latest"]["version"]
    assert (409, "conflict", "Agent 'support' already exists") == error(
        service.post("/agents", {"name": "support", **a_body()})
    )


def test_an_agent_may_be_made_disabled_and_with_an_endpoint(service: Service) -> None:
    endpoint: dict[str, Any] = {"protocol_configuration": {"responses": {}}}
    made = service.post("/agents", {"name": "support", **a_body(), "state": "disabled", "agent_endpoint": endpoint})

    assert ("disabled", endpoint) == (made.json()["state"], made.json()["agent_endpoint"])


def test_updating_an_agent_adds_a_version_only_if_something_changed(service: Service) -> None:
    service.made()
    same = service.post("/agents/support", a_body()).json()
    other = service.post("/agents/support", a_body(description="d")).json()

    assert ("1", "2") == (same["versions"]["latest"]["version"], other["versions"]["latest"]["version"])


def test_updating_an_absent_agent_is_refused(service: Service) -> None:
    assert (404, "not_found", "Agent 'support' not found") == error(service.post("/agents/support", a_body()))


def test_the_first_preview_makes_and_updates_agents(old_service: Service) -> None:
    body = {"definition": an_old_definition()}
    old_service.post("/agents", {"name": "support", **body})

    assert (
        "2" == old_service.post("/agents/support", {**body, "description": "d"}).json()["versions"]["latest"]["version"]
    )


def test_the_first_preview_imports_from_manifests_it_does_not_have(old_service: Service) -> None:
    body = {"manifest_id": "m", "parameter_values": {}}

    assert 404 == old_service.post("/agents:import", {"name": "support", **body}).status_code
    assert 404 == old_service.post("/agents/support/import", body).status_code


def test_a_deleted_agent_takes_its_versions_along(three: Service) -> None:
    deleted = three.delete("/agents/support")

    assert {"object": "agent.deleted", "name": "support", "deleted": True} == deleted.json()
    assert 404 == three.get("/agents/support/versions/1").status_code
    assert (404, "not_found", "Agent 'support' not found") == error(three.delete("/agents/support"))


def test_disabling_is_repeatable_and_read_back(service: Service) -> None:
    service.made()
    statuses = [service.post("/agents/support:disable").status_code for _ in range(2)]
    disabled = service.get("/agents/support").json()["state"]
    service.post("/agents/support:enable")

    assert ([204, 204], "disabled") == (statuses, disabled)
    assert "enabled" == service.get("/agents/support").json()["state"]


def test_a_disabled_agent_serves_nobody(service: Service) -> None:
    service.made()
    service.post("/agents/support:disable")

    assert (403, "agent_disabled", "Agent 'support' is disabled") == error(ask(service))


def test_the_latest_version_serves_unless_ruled_otherwise(three: Service) -> None:
    before = served(three)
    three.route(("1", 100))

    assert ("3", "1") == (before, served(three))


def test_rules_of_nought_per_cent_serve_nobody(three: Service) -> None:
    three.route(("1", 0), ("2", 100))

    assert {"2"} == {served(three) for _ in range(5)}


def test_traffic_is_split_as_ruled(three: Service) -> None:
    three.route(("1", 90), ("@latest", 10))

    assert Counter({"1": 90, "3": 10}) == Counter(served(three) for _ in range(100))


def test_splitting_may_be_refused(three: Service, world: World) -> None:
    world.settings.switches["traffic_split"] = "refuse"

    assert (400, "invalid_payload", "Traffic splitting is not supported; use one rule with 100 percent.") == error(
        three.route(("1", 50), ("2", 50))
    )


def test_rules_must_total_a_hundred(three: Service) -> None:
    assert (400, "invalid_payload", "Traffic percentages must total 100, not 90.") == error(three.route(("1", 90)))


def test_a_rule_must_name_a_version_that_is_there(three: Service) -> None:
    assert (404, "not_found", "Agent 'support' has no version '9'") == error(three.route(("9", 100)))
    assert "agent_endpoint" not in three.get("/agents/support").json()


def test_the_latest_failed_version_serves_nobody_unless_skipped(service: Service, world: World) -> None:
    service.made()
    world.images.set("r.io/bad:1", "ImageError")
    service.made(image="r.io/bad:1")
    refused = error(ask(service))
    world.settings.switches["latest_skips_failed"] = True

    assert (400, "agent_version_failed") == refused[:2]
    assert "1" == served(service)


def test_a_creating_version_does_not_serve_yet(service: Service, world: World) -> None:
    world.settings.provisioning_seconds = 10.0
    service.made()

    assert (400, "AgentVersionNotReady", "Agent version is still being provisioned") == error(ask(service))


def test_an_unhealthy_container_is_found_out_by_its_first_session(service: Service, world: World) -> None:
    world.images.set(IMAGE, "unhealthy")
    number = service.made()

    assert "active" == service.status(number)
    assert (424, "session_not_ready", "The session did not become ready in time") == error(ask(service))


@pytest.mark.parametrize(
    ("current", "patch", "merged"),
    [
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"c": None}}, {"a": 1, "b": {"d": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        (None, {"a": {"b": None}}, {"a": {}}),
        ({"a": 1}, None, None),
        ([1], {"a": 1}, {"a": 1}),
    ],
    ids=["null removes", "arrays are replaced", "from nothing", "all away", "another kind"],
)
def test_merge_patch(current: Any, patch: Any, merged: Any) -> None:
    assert merged == merge(current, patch)


def test_a_card_is_patched_in_and_out(service: Service) -> None:
    service.made()
    card = {"version": "1", "skills": [{"id": "s", "name": "S"}]}
    patched = service.patch("/agents/support", {"agent_card": card}).json()
    removed = service.patch("/agents/support", {"agent_card": None}).json()

    assert card == patched["agent_card"]
    assert "agent_card" not in removed


def test_an_answer_names_the_version_that_served(three: Service) -> None:
    response = ask(three)

    assert "support version 3: hello" == response.json()["output"][0]["content"][0]["text"]
    assert response.json()["agent_session_id"] == response.headers["x-agent-session-id"]


def test_input_in_parts_is_echoed(service: Service) -> None:
    service.made()
    parts = [{"role": "user", "content": [{"type": "input_text", "text": "to"}, {"type": "input_text", "text": "you"}]}]

    assert "support version 1: to you" == ask(service, input=parts).json()["output"][0]["content"][0]["text"]


def test_invocations_are_echoed_with_their_ids(service: Service) -> None:
    service.made(protocol_versions=[{"protocol": "invocations", "version": "2.0.0"}])
    response = service.post(f"{ENDPOINT}/protocols/invocations", {"a": 1})

    assert {"agent": "support", "version": "1", "output": '{"a":1}'} == response.json()
    assert {"x-agent-session-id", "x-agent-invocation-id"} <= set(response.headers)


def test_a_version_serves_only_its_protocols(service: Service) -> None:
    service.made()

    assert (404, "not_found", "Version 1 does not serve the protocol invocations.") == error(
        service.post(f"{ENDPOINT}/protocols/invocations", {})
    )


def test_an_old_protocol_version_fails_at_the_first_call(service: Service) -> None:
    service.made(protocol_versions=[{"protocol": "responses", "version": "v1"}])

    assert (
        400,
        "invalid_request",
        "Unsupported responses protocol version. Please use version '1.0.0'.",
    ) == error(ask(service))


def test_a_session_stays_on_its_version(three: Service) -> None:
    session = three.session("2").json()
    answer = ask(three, session["agent_session_id"]).json()

    assert {"type": "version_ref", "agent_version": "2"} == session["version_indicator"]
    assert "2" == answer["agent_reference"]["version"]


def test_a_session_of_the_callers_naming_is_begun_by_a_call(three: Service) -> None:
    first = ask(three, "mine").json()
    three.made(metadata={"n": "3"})
    second = ask(three, "mine").json()

    assert ("mine", "3") == (first["agent_session_id"], first["agent_reference"]["version"])
    assert "3" == second["agent_reference"]["version"]


def test_sessions_are_listed_read_stopped_and_deleted(three: Service) -> None:
    ids = [three.session("1", agent_session_id=name).json()["agent_session_id"] for name in ("a", "b")]
    stopped = three.post(f"{ENDPOINT}/sessions/a:stop").status_code
    status = three.get(f"{ENDPOINT}/sessions/a").json()["status"]
    deleted = three.delete(f"{ENDPOINT}/sessions/a").status_code

    assert (["a", "b"], 204, "idle", 204) == (ids, stopped, status, deleted)
    assert ["b"] == [entry["agent_session_id"] for entry in three.get(f"{ENDPOINT}/sessions").json()["data"]]
    assert (404, "not_found", "Session 'a' not found") == error(three.get(f"{ENDPOINT}/sessions/a"))


def test_a_session_id_is_given_once(three: Service) -> None:
    three.session(agent_session_id="a")

    assert (409, "conflict", "Session 'a' already exists") == error(three.session(agent_session_id="a"))


def test_a_version_with_a_live_session_is_not_deleted_unless_forced(three: Service) -> None:
    three.session("2", agent_session_id="a")
    refused = error(three.delete("/agents/support/versions/2"))
    other = three.delete("/agents/support/versions/1").status_code
    forced = three.delete("/agents/support/versions/2", force="true").status_code

    assert (409, "conflict", "Agent has active sessions") == refused
    assert (200, 200) == (other, forced)
    assert 404 == three.get(f"{ENDPOINT}/sessions/a").status_code


def test_an_agent_with_a_live_session_is_not_deleted_unless_forced(three: Service) -> None:
    three.session("2")

    assert 409 == three.delete("/agents/support").status_code
    assert 409 == three.delete("/agents/support", force="false").status_code
    assert 200 == three.delete("/agents/support", force="true").status_code


def test_a_stopped_or_expired_session_holds_nothing(three: Service, world: World) -> None:
    world.settings.session_seconds = 60.0
    three.session("2", agent_session_id="a")
    three.session("3", agent_session_id="b")
    three.post(f"{ENDPOINT}/sessions/a:stop")
    stopped = three.delete("/agents/support/versions/2").status_code
    world.clock.advance(60)

    assert "expired" == three.get(f"{ENDPOINT}/sessions/b").json()["status"]
    assert (200, 200) == (stopped, three.delete("/agents/support/versions/3").status_code)


def test_a_sessions_log_is_a_stream_of_events(three: Service) -> None:
    three.session("2", agent_session_id="a")
    response = three.get("/agents/support/versions/2/sessions/a:logstream")

    assert 'event: log\ndata: {"stream": "stdout", "message": "session a is served by version 2"}\n\n' == response.text


def test_answers_are_not_streamed(three: Service) -> None:
    assert (
        400,
        "invalid_payload",
        "Invalid value for stream: false: the emulator does not stream answers.",
    ) == error(ask(three, stream=True))


def test_no_version_has_code(service: Service) -> None:
    service.made()

    assert "not_imitated" == error(service.get("/agents/support/code:download"))[1]
