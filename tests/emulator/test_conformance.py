"""The judge itself: what it would object to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.conformance import Answered

VERSION: dict[str, Any] = {
    "object": "agent.version",
    "id": "a:1",
    "name": "a",
    "version": "1",
    "created_at": 1,
    "metadata": {},
    "definition": {"kind": "hosted", "cpu": "1", "memory": "2Gi"},
}


def an_answer(body: Any, *, status: int = 200, path: str = "/agents/a/versions/1", **headers: str) -> Answered:
    return Answered(
        method="GET",
        path=path,
        api_version="v1",
        status=status,
        content_type="application/json",
        headers={"x-request-id": "1", **headers},
        body=json.dumps(body).encode(),
        complete=True,
    )


def test_a_version_as_described_is_fine() -> None:
    assert [] == an_answer(VERSION).violations()


@pytest.mark.parametrize(
    ("answer", "objection"),
    [
        (an_answer({**VERSION, "version": 1}), "$.version: 1 is not of type 'string'"),
        (an_answer({name: value for name, value in VERSION.items() if name != "id"}), "$: 'id' is a required property"),
        (an_answer(VERSION, status=201), "the status is not declared"),
        (an_answer({"error": "x"}, status=404), "$.error: 'x' is not of type 'object'"),
        (an_answer({}, path="/surprise"), "no such operation is described"),
    ],
    ids=["wrong type", "missing member", "undeclared status", "another error body", "undescribed operation"],
)
def test_what_is_not_described_is_objected_to(answer: Answered, objection: str) -> None:
    assert [f"GET {answer.path} (v1) → {answer.status}: {objection}"] == answer.violations()


def test_an_answer_without_a_request_id_is_objected_to() -> None:
    answer = an_answer(VERSION)
    answer.headers = {}

    assert ["GET /agents/a/versions/1 (v1) → 200: no x-request-id"] == answer.violations()
