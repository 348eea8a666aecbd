"""The life of a version: made, found again, becoming active or failed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_azure_foundry.emulator.world import World
from tests.emulator.service import IMAGE, Service, a_body, a_definition, an_old_definition, error


def test_the_first_version_makes_the_agent(service: Service) -> None:
    number = service.made()

    assert "1" == number
    assert "support" == service.get("/agents/support").json()["name"]


def test_the_first_version_of_an_absent_agent_is_refused_when_so_switched(service: Service, world: World) -> None:
    world.settings.switches["create_version_creates_agent"] = False

    assert (404, "not_found", "Agent 'support' not found") == error(service.create())


def test_a_version_answers_what_was_posted(service: Service, world: World) -> None:
    world.settings.switches["echo_old_fields"] = False
    definition = a_definition(
        environment_variables={"MODEL": "gpt"},
        session_configuration={"idle_timeout_seconds": 600},
        rai_config={"rai_policy_name": "strict"},
        telemetry_config={
            "endpoints": [{"kind": "OTLP", "data": ["Metrics"], "endpoint": "https://otel", "protocol": "Grpc"}]
        },
        enable_memory_snapshot=True,
    )

    body = service.post(
        "/agents/support/versions", {"definition": definition, "description": "d", "metadata": {"k": "v"}}
    ).json()

    assert definition == body["definition"]
    assert ("d", {"k": "v"}) == (body["description"], body["metadata"])
    assert ("support:1", "support", "1") == (body["id"], body["name"], body["version"])


def test_the_old_names_are_echoed_beside_the_new_ones(service: Service) -> None:
    definition = service.create().json()["definition"]

    assert IMAGE == definition["image"]
    assert [] == definition["container_protocol_versions"]


def test_a_version_is_creating_until_the_clock_says_otherwise(service: Service, world: World) -> None:
    world.settings.provisioning_seconds = 30.0
    number = service.made()
    before = service.status(number)
    world.clock.advance(30)

    assert ("creating", "active") == (before, service.status(number))


def test_a_bad_image_fails_its_version_with_the_services_code(service: Service, world: World) -> None:
    world.settings.failing_seconds = 5.0
    world.images.set(IMAGE, "image_pull_failed")
    number = service.made()
    before = service.status(number)
    world.clock.advance(5)

    body = service.get(f"/agents/support/versions/{number}").json()

    assert ("creating", "failed") == (before, body["status"])
    assert "image_pull_failed" == body["error"]["code"]
    assert (
        "Failed to pull container image. Please check the image URI and ACR permissions, then retry. "
        f"(image: {IMAGE})" == body["error"]["message"]
    )


@pytest.mark.parametrize(
    ("outcome", "today", "first_preview"),
    [
        ("missing", "AcrImageNotFound", "InvalidContainerImage"),
        ("no_pull_right", "UnauthorizedAcrPull", "ImagePullBackOff"),
        ("broken", "ImageError", "InvalidContainerImage"),
        ("RegistryNotFound", "RegistryNotFound", "RegistryNotFound"),
    ],
)
def test_each_outcome_has_the_code_of_the_shape_it_was_posted_in(
    service: Service, old_service: Service, world: World, outcome: str, today: str, first_preview: str
) -> None:
    world.settings.unknown_image = outcome
    new = service.made("new")
    old = old_service.made("old")

    assert today == service.get(f"/agents/new/versions/{new}").json()["error"]["code"]
    assert first_preview == service.get(f"/agents/old/versions/{old}").json()["error"]["code"]


def test_an_image_fails_as_often_as_it_was_told(service: Service, world: World) -> None:
    world.images.set("acme.azurecr.io/*", "ImageError", times=1)

    statuses = [service.status(service.made(metadata={"n": str(n)})) for n in range(3)]

    assert ["failed", "active", "active"] == statuses


def test_the_pull_right_takes_effect_after_its_propagation_delay(service: Service, world: World) -> None:
    world.settings.propagation_delay = 60.0
    early = service.made(metadata={"n": "1"})
    world.clock.advance(61)
    late = service.made(metadata={"n": "2"})

    assert "UnauthorizedAcrPull" == service.get(f"/agents/support/versions/{early}").json()["error"]["code"]
    assert "active" == service.status(late)


def test_an_identical_definition_returns_the_latest_version(service: Service) -> None:
    assert ("1", "1") == (service.made(), service.made())


def test_going_back_to_an_earlier_definition_makes_a_third_version(service: Service) -> None:
    numbers = [service.made(image=image) for image in ("r.io/a:1", "r.io/b:1", "r.io/a:1")]

    assert ["1", "2", "3"] == numbers


def test_dedupe_may_find_any_version(service: Service, world: World) -> None:
    world.settings.switches["dedupe"] = "any"

    numbers = [service.made(image=image) for image in ("r.io/a:1", "r.io/b:1", "r.io/a:1")]

    assert ["1", "2", "1"] == numbers


def test_dedupe_may_be_off(service: Service, world: World) -> None:
    world.settings.switches["dedupe"] = "off"

    assert ("1", "2") == (service.made(), service.made())


@pytest.mark.parametrize(
    ("switch", "change"),
    [("metadata_counts_for_dedupe", {"metadata": {"k": "v"}}), ("description_counts_for_dedupe", {"description": "d"})],
    ids=["metadata", "description"],
)
def test_metadata_and_description_count_for_dedupe_as_switched(
    service: Service, world: World, switch: str, change: dict[str, Any]
) -> None:
    service.made()
    counted = service.made(**change)
    world.settings.switches[switch] = False
    not_counted = service.made()

    assert ("2", "2") == (counted, not_counted)


def test_a_failed_version_is_returned_for_its_own_definition(service: Service, world: World) -> None:
    world.images.set(IMAGE, "ImageError", times=1)

    assert ("1", "1") == (service.made(), service.made())


def test_a_failed_version_is_not_returned_when_so_switched(service: Service, world: World) -> None:
    world.images.set(IMAGE, "ImageError", times=1)
    world.settings.switches["dedupe_returns_failed"] = False

    assert ("1", "2") == (service.made(), service.made())


def test_identities_are_the_agents_and_depend_on_the_seed(service: Service) -> None:
    first = service.create().json()
    second = service.create(metadata={"k": "v"}).json()

    assert first["instance_identity"] == second["instance_identity"]
    assert first["agent_guid"] == second["agent_guid"]
    assert "b9c04b27-5cf7-498b-ba66-7bcd75415b94" == first["instance_identity"]["principal_id"]


def test_each_version_may_have_an_identity_of_its_own(service: Service, world: World) -> None:
    world.settings.switches["identity_per"] = "version"
    first = service.create().json()
    second = service.create(metadata={"k": "v"}).json()

    assert first["instance_identity"] != second["instance_identity"]


def test_an_agent_made_again_is_another_agent(service: Service) -> None:
    first = service.create().json()
    service.delete("/agents/support")
    second = service.create().json()

    assert ("1", "1") == (first["version"], second["version"])
    assert first["agent_guid"] != second["agent_guid"]


def test_a_deleted_version_is_gone(service: Service) -> None:
    service.made()
    number = service.made(metadata={"k": "v"})
    deleted = service.delete(f"/agents/support/versions/{number}")

    assert {"object": "agent.version.deleted", "name": "support", "version": "2", "deleted": True} == deleted.json()
    assert (404, "not_found", "Agent 'support' has no version '2'") == error(
        service.get(f"/agents/support/versions/{number}")
    )
    assert ["1"] == service.numbers()


def test_numbers_of_deleted_versions_are_not_given_again(service: Service) -> None:
    service.made()
    service.delete(f"/agents/support/versions/{service.made(metadata={'k': 'v'})}")

    assert "3" == service.made(metadata={"k": "w"})


def test_the_number_of_a_deleted_last_version_is_given_again_when_so_switched(service: Service, world: World) -> None:
    world.settings.switches["reuse_deleted_numbers"] = True
    service.made()
    service.delete(f"/agents/support/versions/{service.made(metadata={'k': 'v'})}")

    assert "2" == service.made(metadata={"k": "w"})


@pytest.mark.parametrize("word", ["deleted", "deleting"])
def test_a_deleted_version_may_be_visible_for_a_while(service: Service, world: World, word: str) -> None:
    world.settings.switches["deleted_visible_seconds"] = 10.0
    world.settings.switches["deleted_visible_as"] = word
    service.made()
    number = service.made(metadata={"k": "v"})
    service.delete(f"/agents/support/versions/{number}")
    visible = service.status(number)
    listed = service.numbers()
    world.clock.advance(10)

    assert (word, ["1"]) == (visible, listed)
    assert 404 == service.get(f"/agents/support/versions/{number}").status_code
    assert 404 == service.delete(f"/agents/support/versions/{number}").status_code


def test_the_agent_goes_with_its_last_version(service: Service) -> None:
    service.delete(f"/agents/support/versions/{service.made()}")

    assert 404 == service.get("/agents/support").status_code


def test_the_agent_may_stay_without_versions(service: Service, world: World) -> None:
    world.settings.switches["agent_after_last_version"] = "stays"
    service.delete(f"/agents/support/versions/{service.made()}")

    assert "deleted" == service.get("/agents/support").json()["versions"]["latest"]["status"]
    assert [] == service.numbers()
    assert "2" == service.made()


def test_the_last_version_may_be_kept_by_the_service(service: Service, world: World) -> None:
    world.settings.switches["last_version_delete"] = "refuse"
    number = service.made()

    assert (400, "bad_request", "Version '1' is the last version of agent 'support'") == error(
        service.delete(f"/agents/support/versions/{number}")
    )


def test_a_version_that_is_routed_to_may_be_kept_by_the_service(service: Service, world: World) -> None:
    world.settings.switches["serving_version_delete"] = "refuse"
    number = service.made()
    service.made(metadata={"k": "v"})
    service.route((number, 100))

    assert (400, "bad_request", "Version '1' of agent 'support' is referenced by the agent endpoint") == error(
        service.delete(f"/agents/support/versions/{number}")
    )


def test_a_terminal_word_may_be_said_too_early_once(service: Service, world: World) -> None:
    world.settings.provisioning_seconds = 30.0
    world.settings.switches["status_flicker"] = "failed"
    number = service.made()

    assert ["failed", "creating", "creating"] == [service.status(number) for _ in range(3)]


def test_lists_may_claim_that_a_failed_version_is_active(service: Service, world: World) -> None:
    world.settings.unknown_image = "ImageError"
    world.settings.switches["list_claims_active"] = True
    number = service.made()

    assert "failed" == service.status(number)
    assert "active" == service.get("/agents/support/versions").json()["data"][0]["status"]
    assert "active" == service.get("/agents/support").json()["versions"]["latest"]["status"]


def test_lists_may_be_behind(service: Service, world: World) -> None:
    world.settings.switches["list_lag_seconds"] = 10.0
    service.made()
    at_once = service.numbers()
    world.clock.advance(10)

    assert ([], ["1"]) == (at_once, service.numbers())


def test_old_members_are_understood_under_v1(service: Service) -> None:
    service.post("/agents/support/versions", {"definition": an_old_definition()})

    definition = service.get("/agents/support/versions/1").json()["definition"]

    assert {"image": IMAGE} == definition["container_configuration"]
    assert [{"protocol": "responses", "version": "v1"}] == definition["protocol_versions"]


def test_old_members_may_be_refused_under_v1(service: Service, world: World) -> None:
    world.settings.switches["old_fields_in_v1"] = "refuse"

    assert (400, "invalid_payload", "Unknown parameter: 'definition.image'.") == error(
        service.post("/agents/support/versions", {"definition": an_old_definition()})
    )


def test_the_service_may_answer_in_other_words(service: Service, world: World) -> None:
    world.settings.switches["server_reshapes"] = True
    protocols = [{"protocol": "responses", "version": "2.0.0"}, {"protocol": "invocations", "version": "2.0.0"}]

    definition = service.create(protocol_versions=protocols).json()["definition"]

    assert "1.0" == definition["cpu"]
    assert [*reversed(protocols)] == definition["protocol_versions"]


def test_either_api_version_reads_what_the_other_one_made(service: Service, old_service: Service) -> None:
    service.made("new")
    old_service.made("old")

    assert IMAGE == old_service.get("/agents/new/versions/1").json()["definition"]["image"]
    assert {"image": IMAGE} == service.get("/agents/old/versions/1").json()["definition"]["container_configuration"]


def test_the_first_preview_wants_its_capability_host(old_service: Service, world: World) -> None:
    world.settings.capability_host = False

    assert (
        400,
        "CapabilityHostNotFound",
        "The account has no capability host with public hosting enabled.",
    ) == error(old_service.create())


def test_manifests_are_unknown(service: Service) -> None:
    body = {"manifest_id": "m", "parameter_values": {}}

    assert (404, "not_found", "Manifest 'm' not found") == error(service.post("/agents/support/versions:import", body))


def test_versions_are_limited(service: Service, world: World) -> None:
    world.settings.max_versions = 2
    numbers = [service.made(metadata={"n": str(n)}) for n in range(2)]

    assert (400, "UserError", "Agent 'support' has too many revisions; at most 2.") == error(
        service.create(metadata={"n": "2"})
    )
    service.delete(f"/agents/support/versions/{numbers[0]}")
    assert 200 == service.create(metadata={"n": "2"}).status_code


def test_a_draft_is_a_normal_version(service: Service) -> None:
    assert 200 == service.post("/agents/support/versions", {**a_body(), "draft": True}).status_code
    assert ["1"] == service.numbers(include_drafts="true")
