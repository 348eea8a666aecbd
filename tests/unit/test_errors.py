"""Whole messages: what a user reads is part of the contract."""

import string

import pytest

from pulumi_azure_foundry._core.errors import (
    REMEDIES,
    AccessRefusedError,
    ConflictError,
    FoundryError,
    HasSessionsError,
    InvalidInputError,
    NoCredentialError,
    NotFoundError,
    NotReadyError,
    ServiceUnavailableError,
    VersionFailedError,
    error_class,
    explain,
    explain_failed_version,
)
from pulumi_azure_foundry._core.remedies import BY_TEXT, VAGUE_CODES
from pulumi_azure_foundry._core.shapes import Version
from tests.unit.factories import ENDPOINT, IMAGE

ROLE = (
    "Cause: the credential in use may not work with agents in project 'demo' of account 'acme' (Owner and "
    "Contributor are "
    "not enough: they hold no data actions). Do: grant it Foundry User or Foundry Project Manager on project 'demo' of "
    "account 'acme', give the role minutes to spread, and run again."
)


def explained(
    error: FoundryError, *, version: str | None = None, endpoint: str = ENDPOINT, image: str | None = IMAGE
) -> str:
    return explain(
        error, operation="create", agent_name="support", version=version, image=image, project_endpoint=endpoint
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_names_the_data_plane_role_and_the_scope(status: int) -> None:
    error = error_class(status)("Not allowed", code="PermissionDenied", status=status, request_id="r-1")

    assert isinstance(error, AccessRefusedError)
    assert f"create hosted agent 'support': PermissionDenied — Not allowed\n{ROLE} (request r-1)" == explained(error)


def test_a_known_code_brings_cause_and_remedy_with_the_registry_alone_of_the_image() -> None:
    error = VersionFailedError("Cannot\npull", code="UnauthorizedAcrPull")

    assert (
        "create hosted agent 'support' version 7: UnauthorizedAcrPull — Cannot pull\n"
        "Cause: the project's managed identity may not pull from acme.azurecr.io. Do: grant the project's "
        "system-assigned "
        "managed identity AcrPull on acme.azurecr.io (Container Registry Repository Reader if the registry is "
        "in ABAC mode), "
        "enable the registry's azureADAuthenticationAsArmPolicy, and run again."
    ) == explained(error, version="7")


@pytest.mark.parametrize("image", [None, "no reference"])
def test_an_image_that_cannot_be_read_is_named_by_its_input(image: str | None) -> None:
    assert "may not pull from the registry of `image`" in explained(FoundryError(code="ImagePullBackOff"), image=image)


def test_an_unknown_code_says_so_and_where_to_look() -> None:
    assert (
        "create hosted agent 'support': Novelty — Something new\n"
        "Cause: not known. Do: look at the agent in the Foundry portal, and quote the request id to support."
    ) == explained(VersionFailedError("Something new", code="Novelty"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NoCredentialError("x"), "Cause: no credential was found to try."),
        (HasSessionsError("x", code="conflict"), "Cause: sessions are live on it."),
        (ConflictError("x"), "Cause: the service already has what was to be made, or it is in use."),
        (NotFoundError("x"), "Cause: project 'demo' of account 'acme' does not exist, or is not visible from here."),
        (ServiceUnavailableError("x"), "Cause: the service, or the way to it, is disturbed."),
        (NotReadyError("x"), "Cause: the version is still being provisioned."),
        (InvalidInputError("x"), "Cause: the service refused the request."),
        (
            AccessRefusedError("Public access is disabled"),
            "Cause: project 'demo' of account 'acme' can be reached from inside",
        ),
        (InvalidInputError("X is reserved for platform use", code="invalid_payload"), "Cause: the platform keeps this"),
        (InvalidInputError("odd", code="bad_request"), "Cause: the service refused the request, often for `cpu`"),
        (ConflictError("version 1 …", code="version_exists"), "Cause: the service answers an identical definition"),
    ],
)
def test_each_class_has_a_cause_and_a_remedy(error: FoundryError, expected: str) -> None:
    second = explained(error).splitlines()[1]

    assert second.startswith(expected)
    assert " Do: " in second


def test_our_own_code_is_no_word_for_the_user() -> None:
    assert explained(ConflictError("it is there", code="version_exists")).startswith(
        "create hosted agent 'support': it is there\n"
    )


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (ENDPOINT, "project 'demo' of account 'acme' does"),
        ("https://127.0.0.1:8443/api/projects/demo", "project 'demo' at 127.0.0.1 does"),
        ("https://acme.services.ai.azure.com/", "the project does"),
        ("/api/projects/demo", "the project does"),
        ("https://[::1", "the project does"),
    ],
)
def test_the_project_is_named_as_far_as_its_endpoint_tells(endpoint: str, expected: str) -> None:
    assert f"Cause: {expected} not exist" in explained(NotFoundError("x"), endpoint=endpoint)


def test_an_error_without_any_text_names_its_class() -> None:
    assert explained(NotReadyError()).startswith("create hosted agent 'support': NotReadyError\n")


def test_an_error_carries_what_the_service_said_and_cuts_it() -> None:
    error = FoundryError(service_message="m" * 2000, status=500, ambiguous=True, retry_after=3.0, is_explained=True)

    assert len(str(error)) == len(error.service_message) == 1000
    assert (error.status, error.ambiguous, error.retry_after, error.is_explained) == (500, True, 3.0, True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, InvalidInputError),
        (401, AccessRefusedError),
        (403, AccessRefusedError),
        (404, NotFoundError),
        (408, ServiceUnavailableError),
        (409, ConflictError),
        (422, InvalidInputError),
        (429, ServiceUnavailableError),
        (500, ServiceUnavailableError),
        (503, ServiceUnavailableError),
        (None, ServiceUnavailableError),
    ],
)
def test_the_class_for_each_status(status: int | None, expected: type[FoundryError]) -> None:
    assert expected is error_class(status)


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_every_row_of_the_table_can_be_filled_in(code: str) -> None:
    row = REMEDIES[code]
    fields = {name for _, name, _, _ in string.Formatter().parse(row.cause + row.remedy) if name is not None}

    text = explained(FoundryError("x", code=code))

    assert fields <= {"agent", "project", "registry"}
    assert row.cause.split("{", maxsplit=1)[0] in text
    assert not row.cause.endswith(".")
    assert not row.remedy.endswith(".")


def test_texts_are_looked_at_only_for_codes_that_say_little() -> None:
    assert set(REMEDIES) >= VAGUE_CODES
    assert explained(FoundryError("unsupported region", code="AcrImageNotFound")).endswith(
        "if it is missing, and run again."
    )


@pytest.mark.parametrize("remedy", [remedy for _, remedy in BY_TEXT])
def test_no_remedy_by_text_ends_in_a_full_stop(remedy: object) -> None:
    assert not str(remedy).endswith(".')")


def a_failed_version(*, code: str | None = "AcrImageNotFound", message: str | None = "gone") -> Version:
    return Version("support", "7", "failed", error_code=code, error_message=message)


def test_a_failed_version_says_what_became_of_it() -> None:
    text = explain_failed_version(
        a_failed_version(), operation="create", image=IMAGE, project_endpoint=ENDPOINT, request_id="r-1", removed=True
    )

    assert (
        "create hosted agent 'support' version 7: AcrImageNotFound — gone\n"
        "The failed version was removed. Cause: acme.azurecr.io has no such image. Do: check repository, tag "
        "and digest in "
        "`image`, push the image for linux/amd64 if it is missing, and run again. (request r-1)"
    ) == text


def test_a_failed_version_without_any_reason_says_so() -> None:
    text = explain_failed_version(
        a_failed_version(code=None, message=None),
        operation="update",
        image=None,
        project_endpoint=ENDPOINT,
        request_id=None,
        removed=False,
    )

    assert (
        "update hosted agent 'support' version 7: failed — the service gives no reason\n"
        "The failed version is still on the service. Cause: not known. Do: look at the agent in the Foundry "
        "portal, and "
        "quote the request id to support."
    ) == text
