"""What is sent, how often, and what comes of the answer: one scripted answer at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_azure_foundry._core import errors
from tests.azure.conftest import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_azure_foundry._core.seam import DataPlane
    from tests.azure.conftest import ScriptedService

BODY = {
    "definition": {"kind": "hosted", "cpu": "1", "memory": "2Gi", "unheard_of": {"a": [1, None]}},
    "metadata": {"a": "b"},
}
VERSION = {"object": "agent.version", "name": "support", "version": "3", "status": "creating", "error": {"code": "x"}}
GONE = {"error": {"code": "not_found", "message": "no such thing"}}


def refusal(status: int, *, code: str = "some_code", message: str = "Some text.", **headers: str) -> Answer:
    body = {"error": {"code": code, "message": message, "additionalInfo": {"request_id": "from-body"}}}
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def test_the_creating_post_carries_our_json_as_it_is(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [Answer(body=VERSION)]

    reply = plane.create_version("support", BODY)

    [request] = service.arrived
    assert VERSION == reply
    assert ("POST", BODY) == (request.method, request.body)
    assert "/api/projects/demo/agents/support/versions?api-version=v1" == request.path
    assert "application/json" == request.headers["Content-Type"]
    assert request.headers["User-Agent"].startswith("pulumi-azure-foundry/")
    assert "azsdk-python-ai-projects/" in request.headers["User-Agent"]
    assert "Foundry-Features" not in request.headers


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refusal(500), id="500"),
        pytest.param(refusal(503), id="503"),
        pytest.param(refusal(504), id="504"),
        pytest.param(refusal(429), id="429"),
        pytest.param(refusal(429, Retry_After="1"), id="429 with Retry-After"),
        pytest.param(refusal(503, Retry_After="1"), id="503 with Retry-After"),
        pytest.param(refusal(408), id="408"),
        pytest.param(Answer(cut=True), id="connection lost before the reply"),
        pytest.param(Answer(body=VERSION, announced=10), id="connection lost within the reply"),
        pytest.param(Answer(body="<html>", headers={"Content-Type": "text/html"}), id="a page instead of a reply"),
        pytest.param(Answer(body="{"), id="broken JSON"),
        pytest.param(Answer(body=[]), id="a list"),
    ],
)
def test_a_creating_post_is_sent_once_and_leaves_open_what_it_did(
    service: ScriptedService, plane: DataPlane, answer: Answer
) -> None:
    service.answers = [answer]

    with pytest.raises(errors.ServiceUnavailableError) as failure:
        plane.create_version("support", BODY)

    assert 1 == len(service.arrived)
    assert failure.value.ambiguous


@pytest.mark.parametrize("status", [307, 400, 401, 403, 404, 409, 413])
@pytest.mark.parametrize("headers", [{}, {"Retry_After": "1", "Location": "/elsewhere"}], ids=["plain", "Retry-After"])
def test_a_refused_post_is_sent_once_and_made_nothing(
    service: ScriptedService, plane: DataPlane, status: int, headers: dict[str, str]
) -> None:
    service.answers = [refusal(status, **headers)]

    with pytest.raises(errors.FoundryError) as failure:
        plane.create_version("support", BODY)

    assert 1 == len(service.arrived)
    assert not failure.value.ambiguous


def test_a_post_answered_with_201_is_a_success(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [Answer(201, VERSION)]

    assert VERSION == plane.create_version("support", BODY)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(refusal(500), id="500"),
        pytest.param(refusal(503), id="503"),
        pytest.param(refusal(429), id="429"),
        pytest.param(refusal(429, Retry_After="1"), id="429 with Retry-After"),
        pytest.param(Answer(cut=True), id="connection lost"),
    ],
)
def test_a_get_is_repeated_until_it_is_answered(service: ScriptedService, plane: DataPlane, first: Answer) -> None:
    service.answers = [first, Answer(body=VERSION)]

    assert VERSION == plane.get_version("support", "3")
    assert 2 == len(service.arrived)


def test_a_get_is_given_up_after_four_attempts(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [refusal(503)]

    with pytest.raises(errors.ServiceUnavailableError):
        plane.get_version("support", "3")

    assert 4 == len(service.arrived)


@pytest.mark.parametrize("status", [404, 409])
def test_an_answer_with_retry_after_is_an_answer(service: ScriptedService, plane: DataPlane, status: int) -> None:
    service.answers = [refusal(status, code="not_found", message="Agent has active sessions", Retry_After="1")]
    expected = None if status == 404 else errors.HasSessionsError

    if expected is None:
        plane.delete_version("support", "3")
    else:
        with pytest.raises(expected):
            plane.delete_version("support", "3")

    assert 1 == len(service.arrived)


def test_an_hour_of_retry_after_is_cut_to_a_minute(
    service: ScriptedService, plane: DataPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(
        "azure.core.pipeline.transport.RequestsTransport.sleep", lambda _transport, seconds: slept.append(seconds)
    )
    service.answers = [refusal(429, Retry_After="3600"), Answer(body=VERSION)]

    plane.get_version("support", "3")

    assert [60.0] == slept


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(lambda plane: plane.get_agent("support"), None, id="agent"),
        pytest.param(lambda plane: plane.get_version("support", "3"), None, id="version"),
        pytest.param(lambda plane: plane.list_versions("support"), [], id="versions"),
        pytest.param(lambda plane: plane.delete_agent("support"), None, id="delete agent"),
        pytest.param(lambda plane: plane.delete_version("support", "3"), None, id="delete version"),
    ],
)
def test_what_is_not_there_is_no_error(
    service: ScriptedService, plane: DataPlane, call: Callable[[DataPlane], object], expected: object
) -> None:
    service.answers = [Answer(404, GONE)]

    assert expected == call(plane)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(404, "<html>no such site</html>", {"Content-Type": "text/html"}), id="a page"),
        pytest.param(Answer(404, ""), id="nothing"),
        pytest.param(Answer(404, {"error": {"code": "404", "message": "Resource not found"}}), id="a gateway"),
        pytest.param(Answer(404, {"error": {"code": "ProjectNotFound", "message": "no project"}}), id="no project"),
    ],
)
def test_a_404_that_speaks_of_something_else_is_never_taken_for_gone(
    service: ScriptedService, plane: DataPlane, answer: Answer
) -> None:
    service.answers = [answer]

    for call in (plane.get_agent, plane.list_versions, plane.delete_agent):
        with pytest.raises(errors.NotFoundError):
            call("support")


def test_pages_are_asked_for_once_and_end_where_the_service_says(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [
        Answer(body={"data": [{"version": "3"}, {"version": "10"}], "last_id": "b", "has_more": True}),
        Answer(body={"data": [{"version": "2"}], "last_id": "c", "has_more": False}),
    ]

    versions = plane.list_versions("support")

    assert ["10", "3", "2"] == [version["version"] for version in versions]
    assert [
        "/api/projects/demo/agents/support/versions?api-version=v1&limit=100&order=desc",
        "/api/projects/demo/agents/support/versions?api-version=v1&limit=100&order=desc&after=b",
    ] == [request.path for request in service.arrived]


@pytest.mark.parametrize(
    ("page", "requests"),
    [
        pytest.param({"data": [{"version": "1"}], "last_id": "a", "has_more": True}, 2, id="the same page again"),
        pytest.param({"data": [{"version": "1"}], "last_id": None, "has_more": True}, 1, id="no last_id"),
        pytest.param({"data": [], "last_id": "a", "has_more": True}, 1, id="an empty page"),
        pytest.param({"data": [{"version": "1"}]}, 1, id="no word about more"),
    ],
)
def test_paging_ends_whatever_the_service_answers(
    service: ScriptedService, plane: DataPlane, page: dict[str, Any], requests: int
) -> None:
    service.answers = [Answer(body=page)]

    versions = plane.list_versions("support")

    assert requests == len(service.arrived)
    assert len(page["data"]) == len(versions)


@pytest.mark.parametrize(("force", "query"), [(False, "api-version=v1"), (True, "force=true&api-version=v1")])
def test_force_is_sent_by_every_release(service: ScriptedService, plane: DataPlane, force: bool, query: str) -> None:
    service.answers = [Answer()]

    plane.delete_version("support", "3", force=force)

    [request] = service.arrived
    assert "DELETE" == request.method
    assert set(query.split("&")) == set(request.path.partition("?")[2].split("&"))


def test_an_agent_is_never_deleted_with_force(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [Answer()]

    plane.delete_agent("support")

    assert "/api/projects/demo/agents/support?api-version=v1" == service.arrived[0].path


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_success_of_a_delete_is_a_success(service: ScriptedService, plane: DataPlane, status: int) -> None:
    service.answers = [Answer(status, "" if status == 204 else {})]

    plane.delete_version("support", "3")

    assert 1 == len(service.arrived)


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        pytest.param(400, "bad", errors.InvalidInputError, id="400"),
        pytest.param(401, "who", errors.AccessRefusedError, id="401"),
        pytest.param(403, "no", errors.AccessRefusedError, id="403"),
        pytest.param(409, "Agent has active sessions", errors.HasSessionsError, id="409 sessions"),
        pytest.param(409, "is being changed", errors.ConflictError, id="409 other"),
        pytest.param(429, "slow down", errors.ServiceUnavailableError, id="429"),
        pytest.param(500, "oops", errors.ServiceUnavailableError, id="500"),
    ],
)
def test_a_status_has_its_error_with_code_text_and_request_id(
    service: ScriptedService, plane: DataPlane, status: int, text: str, expected: type[errors.FoundryError]
) -> None:
    service.answers = [refusal(status, message=text, x_request_id="from-header")]

    with pytest.raises(errors.FoundryError) as failure:
        plane.delete_version("support", "3")

    error = failure.value
    assert (expected, status, "some_code", text, "from-header") == (
        type(error),
        error.status,
        error.code,
        error.service_message,
        error.request_id,
    )


@pytest.mark.parametrize("header", ["apim_request_id", "x_ms_request_id"])
def test_a_request_id_is_found_wherever_it_is(service: ScriptedService, plane: DataPlane, header: str) -> None:
    service.answers = [refusal(400, **{header: "here"}), refusal(400)]

    found = []
    for _ in range(2):
        with pytest.raises(errors.InvalidInputError) as failure:
            plane.get_agent("support")
        found.append(failure.value.request_id)

    assert ["here", "from-body"] == found


def test_a_long_service_text_is_cut(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [refusal(400, message="x" * 5000)]

    with pytest.raises(errors.InvalidInputError) as failure:
        plane.get_agent("support")

    assert len(str(failure.value)) <= 1001


def test_retry_after_reaches_the_caller_of_a_creating_post(service: ScriptedService, plane: DataPlane) -> None:
    service.answers = [refusal(429, Retry_After="7")]

    with pytest.raises(errors.ServiceUnavailableError) as failure:
        plane.create_version("support", BODY)

    assert 7.0 == failure.value.retry_after
