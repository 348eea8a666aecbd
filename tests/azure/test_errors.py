"""Every failure that azure-core knows has its place in our tree."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core import exceptions

from pulumi_azure_foundry._azure.errors import error_details, is_absent, translate, translated
from pulumi_azure_foundry._core import errors

RAISED = sorted(
    {
        kind
        for kind in vars(exceptions).values()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == exceptions.__name__
    },
    key=lambda kind: kind.__name__,
)
assert len(RAISED) > 15


def an_error(kind: type[Exception]) -> Exception:
    """An instance of any exception of azure-core, whatever its constructor wants."""
    request = SimpleNamespace(method="GET", url="https://127.0.0.1")
    stand_ins: list[tuple[Any, ...]] = [("text",), (), ([],), (SimpleNamespace(request=request),)]
    for arguments in stand_ins:
        try:
            return kind(*arguments)
        except (TypeError, AttributeError):
            continue
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_whatever_azure_core_raises_becomes_one_of_ours(kind: type[Exception]) -> None:
    with pytest.raises(errors.FoundryError) as failure, translated():
        raise an_error(kind)

    assert errors.FoundryError is not type(failure.value)
    assert str(failure.value)


def test_a_missing_ca_bundle_is_one_of_ours_and_not_ambiguous() -> None:
    with pytest.raises(errors.ServiceUnavailableError) as failure, translated():
        raise OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere")

    assert not failure.value.ambiguous


@pytest.mark.parametrize(
    "kind",
    [
        exceptions.ServiceRequestError,
        exceptions.ServiceRequestTimeoutError,
        exceptions.ServiceResponseError,
        exceptions.ServiceResponseTimeoutError,
        exceptions.IncompleteReadError,
        exceptions.DecodeError,
    ],
    ids=lambda kind: kind.__name__,
)
def test_a_lost_connection_is_ambiguous(kind: type[Exception]) -> None:
    error = translate(kind("connection lost"))

    assert isinstance(error, errors.ServiceUnavailableError)
    assert error.ambiguous


def test_a_request_that_the_bearer_policy_refuses_was_never_sent() -> None:
    error = translate(exceptions.ServiceRequestError("Bearer token authentication is not permitted for non-TLS URLs."))

    assert not error.ambiguous


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"error": {"code": 5, "message": "m"}}, {"code": "5", "message": "m"}, id="code is a number"),
        pytest.param({"error": "text"}, {"message": "text"}, id="error is text"),
        pytest.param({"error": {"additional_info": {"request_id": "r"}}}, {"request_id": "r"}, id="snake case"),
        pytest.param({"detail": "x"}, {}, id="something else"),
        pytest.param([1], {}, id="a list"),
        pytest.param(None, {}, id="nothing"),
    ],
)
def test_error_bodies_are_read_as_far_as_they_go(body: object, expected: dict[str, str]) -> None:
    assert expected == error_details(body)


def test_only_a_not_found_error_speaks_of_absence() -> None:
    assert not is_absent(errors.ConflictError("x", code="not_found"))
    assert is_absent(errors.NotFoundError("x", code="not_found"))
