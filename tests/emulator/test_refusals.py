"""What the service does not take: each refusal with status, code and text."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from pulumi_azure_foundry.emulator.entra.tokens import issue_token
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.service import PROJECT, Service, a_body, a_definition, an_old_definition, error


@pytest.mark.parametrize(
    "name",
    ["-a", "a-", "a_b", "a b", "ä", "a" * 64, "a.b"],
    ids=["hyphen first", "hyphen last", "underscore", "space", "umlaut", "64 characters", "dot"],
)
def test_an_ill_formed_name_is_refused(service: Service, name: str) -> None:
    status, code, _ = error(service.create(name))

    assert (400, "invalid_parameter") == (status, code)


@pytest.mark.parametrize("name", ["a", "A-b-9", "a" * 63], ids=["one letter", "hyphens inside", "63 characters"])
def test_a_well_formed_name_is_taken(service: Service, name: str) -> None:
    assert 200 == service.create(name).status_code


@pytest.mark.parametrize(
    ("cpu", "memory", "today", "first_preview"),
    [
        ("0.5", "1Gi", 200, 200),
        ("1", "2Gi", 200, 200),
        ("1.0", "2.0Gi", 200, 200),
        ("2", "4Gi", 200, 200),
        ("0.25", "0.5Gi", 400, 200),
        ("4", "8Gi", 400, 200),
        ("4.25", "8.5Gi", 400, 400),
        ("1", "4Gi", 400, 400),
        ("0", "0Gi", 400, 400),
        ("one", "2Gi", 400, 400),
        ("1", "2Mi", 400, 400),
    ],
)
def test_sizes_are_tiers(
    service: Service, old_service: Service, cpu: str, memory: str, today: int, first_preview: int
) -> None:
    assert today == service.create("new", cpu=cpu, memory=memory).status_code
    assert first_preview == old_service.create("old", cpu=cpu, memory=memory).status_code


def test_a_size_that_is_no_tier_is_refused_in_the_services_words(service: Service) -> None:
    assert (400, "bad_request", "CPU and Memory must be specified as a valid resource tier") == error(
        service.create(cpu="3")
    )


@pytest.mark.parametrize(
    ("name", "by_prefix", "injected_only"),
    [
        ("FOUNDRY_PROJECT_ENDPOINT", 400, 400),
        ("FOUNDRY_MODEL_NAME", 400, 200),
        ("AGENT_X", 400, 200),
        ("PORT", 400, 200),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", 400, 400),
        ("MODEL", 200, 200),
        ("foundry_x", 200, 200),
    ],
)
def test_reserved_names_are_refused(
    service: Service, world: World, name: str, by_prefix: int, injected_only: int
) -> None:
    variables = {name: "x"}
    strict = service.create("a", environment_variables=variables).status_code
    world.settings.switches["reserved_names"] = "injected"
    lax = service.create("b", environment_variables=variables).status_code

    assert (by_prefix, injected_only) == (strict, lax)


def test_a_reserved_name_is_refused_in_the_services_words(service: Service) -> None:
    response = service.create(environment_variables={"A": "1", "AGENT_X": "1"})

    assert (
        400,
        "invalid_payload",
        (
            "Environment variable 'AGENT_X' is reserved for platform use. All FOUNDRY_* and AGENT_* variables are "
            "reserved per container-image-spec. Please remove and re-try."
        ),
    ) == error(response)
    assert "environment_variables[1]" == response.json()["error"]["param"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"metadata": {f"k{n}": "v" for n in range(17)}}, "Invalid value for metadata: at most 16 pairs."),
        ({"metadata": {"k" * 65: "v"}}, "Invalid value for metadata: names of at most 64 characters."),
        ({"metadata": {"k": "v" * 513}}, "Invalid value for metadata.k: at most 512 characters."),
        ({"metadata": {"k": 1}}, "Invalid value for metadata.k: a string."),
        ({"description": "d" * 513}, "Invalid value for description: at most 512 characters."),
        ({"surprise": 1}, "Unknown parameter: 'surprise'."),
        ({"definition": None}, "Invalid value for definition: a value; it is required."),
        ({"definition": []}, "Invalid value for definition: an object."),
        ({"definition": a_definition(cpu=None)}, "Invalid value for definition.cpu: a value; it is required."),
        ({"definition": a_definition(surprise=1)}, "Unknown parameter: 'definition.surprise'."),
        (
            {"definition": a_definition(kind="prompt")},
            "Invalid value for definition.kind: hosted (the emulator imitates no other kind).",
        ),
        (
            {"definition": a_definition(container_configuration=None)},
            "Invalid value for definition: exactly one of container_configuration and code_configuration.",
        ),
        (
            {"definition": a_definition(session_configuration={"idle_timeout_seconds": 119})},
            (
                "Invalid value for definition.session_configuration.idle_timeout_seconds: "
                "a whole number from 120 to 14400."
            ),
        ),
        (
            {"definition": a_definition(environment_variables={"A": None})},
            "Invalid value for definition.environment_variables.A: a string.",
        ),
        (
            {"definition": a_definition(protocol_versions=[{"protocol": "responses"}])},
            "Invalid value for definition.protocol_versions[0].version: a value; it is required.",
        ),
    ],
)
def test_a_body_that_does_not_fit_is_refused(service: Service, body: dict[str, Any], message: str) -> None:
    assert (400, "invalid_payload", message) == error(
        service.post("/agents/support/versions", {"definition": a_definition(), **body})
    )
    assert 404 == service.get("/agents/support").status_code


def test_what_is_not_known_may_be_ignored(service: Service, world: World) -> None:
    world.settings.switches["unknown_fields"] = "ignore"

    assert 200 == service.post("/agents/support/versions", {**a_body(), "surprise": 1}).status_code
    assert 200 == service.get("/agents/support", surprise="1").status_code


@pytest.mark.parametrize(
    ("protocol", "version", "today", "first_preview"),
    [
        ("responses", "v1", 200, 200),
        ("responses", "2.0.0", 200, 400),
        ("invocations", "1.0.0", 200, 400),
        ("voice_conversation_engine", "2.0.0", 400, 400),
        ("voice_conversation_engine", "1.0.0", 200, 400),
    ],
)
def test_protocols_of_either_shape(
    service: Service, old_service: Service, protocol: str, version: str, today: int, first_preview: int
) -> None:
    record = [{"protocol": protocol, "version": version}]

    assert today == service.create("new", protocol_versions=record).status_code
    assert first_preview == old_service.create("old", container_protocol_versions=record).status_code


def test_the_first_preview_does_not_know_todays_members(old_service: Service) -> None:
    definition = {**an_old_definition(), "protocol_versions": []}

    assert (400, "invalid_payload", "Unknown parameter: 'definition.protocol_versions'.") == error(
        old_service.post("/agents/support/versions", {"definition": definition})
    )


@pytest.mark.parametrize(
    ("version", "code", "message"),
    [
        (None, "MissingApiVersionParameter", "The api-version query parameter is required."),
        (
            "v2",
            "UnsupportedApiVersion",
            "The api-version 'v2' is not supported; supported: v1, 2025-11-15-preview.",
        ),
    ],
    ids=["missing", "unknown"],
)
def test_the_api_version_is_checked(service: Service, version: str | None, code: str, message: str) -> None:
    query = {} if version is None else {"api-version": version}
    response = service.client.get(f"{PROJECT}/agents", params=query, headers=service.headers)

    assert (400, code, message) == error(response)


def test_an_unknown_query_parameter_is_refused(service: Service, old_service: Service) -> None:
    service.made()

    assert (400, "invalid_parameter", "Unknown query parameter: 'surprise'.") == error(
        service.get("/agents/support", surprise="1")
    )
    assert (400, "invalid_parameter", "Unknown query parameter: 'force'.") == error(
        old_service.delete("/agents/support", force="true")
    )


def test_operations_of_today_are_not_there_in_the_first_preview(old_service: Service) -> None:
    assert (
        404,
        "ResourceNotFound",
        "No operation at /agents/support:enable in api-version 2025-11-15-preview.",
    ) == error(old_service.post("/agents/support:enable"))


def test_what_is_not_imitated_says_so(service: Service) -> None:
    assert (404, "not_imitated", "The emulator does not imitate toolboxes.") == error(service.get("/toolboxes"))


def test_a_wrong_method_is_refused(service: Service) -> None:
    assert (405, "MethodNotAllowed", "PUT is not allowed at /agents.") == error(service.call("PUT", "/agents"))


@pytest.mark.parametrize("text", ["", "[]", "{", "nan", "[" * 100_000], ids=["empty", "array", "cut", "word", "deep"])
def test_a_body_that_is_no_json_object_is_refused(service: Service, text: str) -> None:
    response = service.client.post(
        f"{PROJECT}/agents/support/versions",
        params={"api-version": "v1"},
        content=text,
        headers={**service.headers, "Content-Type": "application/json"},
    )

    assert (400, "invalid_payload") == error(response)[:2]


def test_a_body_of_another_media_type_is_refused(service: Service) -> None:
    response = service.client.post(
        f"{PROJECT}/agents/support/versions",
        params={"api-version": "v1"},
        content="{}",
        headers={**service.headers, "Content-Type": "text/plain"},
    )

    assert (415, "UnsupportedMediaType", "The content type must be application/json, not 'text/plain'.") == error(
        response
    )


def test_a_huge_body_is_refused(service: Service) -> None:
    response = service.client.post(
        f"{PROJECT}/agents/support/versions",
        params={"api-version": "v1"},
        content=b" " * (4 * 1024 * 1024 + 1),
        headers={**service.headers, "Content-Type": "application/json"},
    )

    assert (413, "payload_too_large") == error(response)[:2]


def test_a_refused_request_changes_nothing(service: Service, world: World) -> None:
    service.create(cpu="3")

    assert {"agents": 0, "versions": 0, "sessions": 0} == {
        name: count for name, count in world.status().items() if name in ("agents", "versions", "sessions")
    }


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "Access denied due to missing or unknown bearer token."),
        ("Bearer made-up", "Access denied due to missing or unknown bearer token."),
        ("Basic Zm9v", "Access denied due to missing or unknown bearer token."),
    ],
    ids=["none", "made up", "basic"],
)
def test_a_call_without_a_token_of_this_emulator_is_refused(client: TestClient, header: str, message: str) -> None:
    response = client.get(f"{PROJECT}/agents", params={"api-version": "v1"}, headers={"Authorization": header})

    assert (401, "Unauthorized", message) == error(response)
    assert "Bearer" == response.headers["www-authenticate"]


def test_a_token_for_another_audience_is_refused(client: TestClient, world: World) -> None:
    token, _ = issue_token(world, "https://management.azure.com/")
    response = client.get(
        f"{PROJECT}/agents", params={"api-version": "v1"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert (
        401,
        "Unauthorized",
        "The token's audience https://management.azure.com is not https://ai.azure.com.",
    ) == error(response)


def test_an_expired_token_is_refused(service: Service, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token, expires = issue_token(world, "https://ai.azure.com")
    monkeypatch.setattr("pulumi_azure_foundry.emulator.entra.tokens.time.time", lambda: float(expires))
    response = service.client.get(
        f"{PROJECT}/agents", params={"api-version": "v1"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert (401, "Unauthorized", "The bearer token has expired.") == error(response)


def test_tokens_may_be_left_out_when_so_set(client: TestClient, world: World) -> None:
    world.settings.require_token = False

    assert 200 == client.get(f"{PROJECT}/agents", params={"api-version": "v1"}).status_code
