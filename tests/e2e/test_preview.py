"""What a preview says: exactly the fields that change, and nothing of a secret. No preview asks the service."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.e2e.service import Service
from tests.e2e.stack import SECRET, Stack, agent, late, secret

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

OLD: dict[str, Any] = {
    "cpu": "1",
    "memory": "2Gi",
    "environment_variables": {"LEVEL": "info", "GONE": "x", "TOKEN": secret("-1")},
    "description": "Answers questions",
    "metadata": {"team": "blue"},
    "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
    "session_idle_timeout_seconds": 600,
    "triggers": {"built": "1"},
    "timeout_seconds": 900,
}
CHANGES: list[tuple[str, dict[str, Any], str, list[str]]] = [
    (
        "a changed image replaces",
        {"image": "acme.azurecr.io/support:2.0"},
        "replace",
        ['~ image: "acme.azurecr.io/support:1.0" => "acme.azurecr.io/support:2.0"'],
    ),
    (
        "changed resources replace",
        {"cpu": "2", "memory": "4Gi"},
        "replace",
        ['~ cpu   : "1" => "2"', '~ memory: "2Gi" => "4Gi"'],
    ),
    (
        "changed, new and removed environment variables replace",
        {"environment_variables": {"LEVEL": "debug", "NEW": "y", "TOKEN": secret("-1")}},
        "replace",
        ["~ environment_variables: {", '- GONE : "x"', '~ LEVEL: "info" => "debug"', '+ NEW  : "y"', "}"],
    ),
    (
        "a changed secret replaces and shows neither value",
        {"environment_variables": {"LEVEL": "info", "GONE": "x", "TOKEN": secret("-2")}},
        "replace",
        ["~ environment_variables: {", "~ TOKEN: [secret] => [secret]", "}"],
    ),
    (
        "a changed description replaces",
        {"description": "Answers all questions"},
        "replace",
        ['~ description: "Answers questions" => "Answers all questions"'],
    ),
    (
        "changed metadata replace",
        {"metadata": {"team": "red"}},
        "replace",
        ["~ metadata: {", '~ team: "blue" => "red"', "}"],
    ),
    (
        "an added protocol replaces",
        {
            "protocol_versions": [
                {"protocol": "responses", "version": "2.0.0"},
                {"protocol": "invocations", "version": "2.0.0"},
            ]
        },
        "replace",
        [],
    ),
    (
        "a removed idle timeout replaces",
        {"session_idle_timeout_seconds": None},
        "replace",
        ["- session_idle_timeout_seconds: 600"],
    ),
    (
        "a changed trigger replaces",
        {"triggers": {"built": "2"}},
        "replace",
        ["~ triggers: {", '~ built: "1" => "2"', "}"],
    ),
    ("another agent replaces", {"agent_name": "help"}, "replace", ['~ agent_name: "support" => "help"']),
    ("a changed timeout updates", {"timeout_seconds": 901}, "update", ["~ timeout_seconds: 900 => 901"]),
    ("kept versions update", {"keep_versions": 2}, "update", ["~ keep_versions: 0 => 2"]),
    ("force updates", {"force": True}, "update", ["~ force: false => true"]),
    ("a late image replaces", {"image": late("acme.azurecr.io/support:1.0")}, "replace", []),
]
SPELLINGS: list[tuple[str, dict[str, Any]]] = [
    ("nothing changed", {}),
    ("cores with a fraction of zero", {"cpu": "1.0"}),
    ("memory with a fraction of zero", {"memory": "2.0Gi"}),
    ("a default written out", {"keep_versions": 0, "validate_resources": True, "enable_memory_snapshot": False}),
    ("a default left out", {"cpu": None, "memory": None, "protocol_versions": None}),
    ("a protocol twice", {"protocol_versions": [{"protocol": "responses", "version": "2.0.0"}] * 2}),
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"agent_name": "Sup port!"}, "agent_name: 'Sup port!' is no agent name"),
    ({"image": None}, "image: "),
    ({"cpu": "3"}, "cpu: '3' with memory '2Gi' is no size that api_version v1 offers"),
    ({"environment_variables": {"A.B": "x"}}, 'environment_variables["A.B"]: '),
    ({"protocol_versions": [{"protocol": "responses", "version": "v1"}]}, "protocol_versions[0].version: "),
    ({"metadata": {"k": "v" * 600}}, 'metadata["k"]: '),
    ({"timeout_seconds": 5}, "timeout_seconds: "),
    ({"session_idle_timeout_seconds": 5}, "session_idle_timeout_seconds: "),
    ({"tools": [{"type": "code_interpreter"}]}, "tools: "),
    ({"project_endpoint": "http://somewhere"}, "project_endpoint: "),
]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with one version; no test here changes it, as a preview must not."""
    folder = tmp_path_factory.mktemp("standing")
    assert shutil.which("pulumi"), "no pulumi on PATH; `make e2e` finds or builds it"
    with Emulator(state_dir=folder / "world") as emulator:
        stack = Stack(folder / "stack", emulator)
        stack.declare(agent(**OLD))
        stack.up().succeeded()
        service = Service(emulator)
        before = service.journal()
        yield stack
        stack.end_leftovers()
        assert [] == stack.leaks(SECRET)
        assert before == service.journal(), "a preview asked the service"
        service.close()


def shown(text: str) -> list[str]:
    """The lines of `--diff` below the header of the version, without what the engine says around them."""
    lines = iter(text.splitlines())
    changed: list[str] = []
    for line in lines:
        if "azure-foundry:HostedAgentVersion" in line and line.rstrip().endswith(")"):
            for inner in lines:
                word = inner.strip()
                if not inner.startswith("      ") or word.startswith("--outputs:--"):
                    break
                if not word.startswith("["):
                    changed.append(word)
    return changed


@pytest.mark.parametrize(("change", "operation", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_a_preview_shows_exactly_the_fields_that_change(
    standing: Stack, change: dict[str, Any], operation: str, expected: list[str]
) -> None:
    standing.declare(agent(**{**OLD, **change}))

    outcome = standing.preview("--diff").succeeded()

    assert f"azure-foundry:HostedAgentVersion: ({operation})" in outcome.text
    if expected:
        assert expected == shown(outcome.text)
    else:
        assert {next(iter(change))} == {re.sub(r"\W", "", line.split(":")[0]) for line in fields_in(outcome.text)}


def fields_in(text: str) -> list[str]:
    """The lines of `--diff` that name a field of the version, not something inside one."""
    return [
        line
        for line in text.splitlines()
        if re.match(r"      [+~-] \w+ *:", line) and not line.strip().startswith(("+ value", "~ value"))
    ]


@pytest.mark.parametrize("change", [pytest.param(row[1], id=row[0]) for row in SPELLINGS])
def test_another_spelling_shows_nothing(standing: Stack, change: dict[str, Any]) -> None:
    standing.declare(agent(**{**OLD, **change}))

    outcome = standing.preview("--diff", "--expect-no-changes").succeeded()

    assert [] == outcome.steps


def test_the_json_preview_has_the_detail_of_each_change(standing: Stack) -> None:
    standing.declare(agent(**{**OLD, "image": "acme.azurecr.io/support:2.0", "metadata": {"team": "red"}}))

    outcome = standing.preview("--json").succeeded()

    (step,) = [step for step in json.loads(outcome.stdout)["steps"] if step["op"] == "replace"]
    assert {"image", "metadata"} == set(step["replaceReasons"])
    assert {"image", "metadata"} == set(step["diffReasons"])
    assert {
        "image": {"kind": "update", "inputDiff": True},
        "metadata.team": {"kind": "update", "inputDiff": True},
    } == step["detailedDiff"]


def test_all_wrong_values_are_told_at_once_each_with_its_field(standing: Stack) -> None:
    change = {key: value for row, _ in BAD for key, value in row.items()}
    standing.declare(agent(**{**OLD, **change}))

    outcome = standing.preview().failed()

    assert [] == [text for _, text in BAD if f"has a problem: {text}" not in outcome.text]
    assert "Traceback" not in outcome.text


def test_an_endpoint_that_the_environment_moved_is_refused(standing: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    standing.declare(agent(**OLD))
    other = "https://other.services.ai.azure.com/api/projects/p"
    own = standing.environment
    monkeypatch.setattr(standing, "environment", lambda: {**own(), "AZURE_AI_PROJECT_ENDPOINT": other})

    outcome = standing.preview().failed()

    assert "azure-foundry:projectEndpoint" in outcome.text
    assert other in outcome.text
    assert standing.emulator.project_endpoint in outcome.text


def test_unknown_inputs_are_shown_as_such_wherever_they_stand(standing: Stack) -> None:
    standing.declare(
        agent(
            "first",
            agent_name=late("first"),
            image=late("acme.azurecr.io/first:1.0"),
            cpu=late("1"),
            memory="2Gi",
            environment_variables={"LATE": late("x"), "LEVEL": "info"},
            protocol_versions=[{"protocol": "responses", "version": late("2.0.0")}],
            description=late("text"),
            metadata=late({"team": "blue"}),
            triggers={"built": late("1")},
            session_idle_timeout_seconds=late(600),
            enable_memory_snapshot=late(False),
            project_endpoint=late("https://acme.services.ai.azure.com/api/projects/p"),
        )
    )

    outcome = standing.preview("--diff").succeeded()

    assert ("create", "first") in outcome.steps
    assert "image                       : [unknown]" in outcome.text
    assert "LATE : [unknown]" in outcome.text
    assert "Traceback" not in outcome.text


def test_known_inputs_are_checked_beside_unknown_ones(standing: Stack) -> None:
    standing.declare(agent("first", image=late("acme.azurecr.io/first:1.0"), cpu="3"))

    outcome = standing.preview().failed()

    assert "resource 'first' has a problem: cpu: '3'" in outcome.text


def test_a_mutable_tag_is_warned_about_once(standing: Stack) -> None:
    standing.declare(agent(**{**OLD, "image": "acme.azurecr.io/support:latest"}))

    outcome = standing.preview().succeeded()

    diagnostics = outcome.text.partition("Diagnostics:")[2]
    assert 1 == diagnostics.count("warning: image: ")
