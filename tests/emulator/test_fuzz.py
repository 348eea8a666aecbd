"""Machine-made requests after the wire descriptions: never a 5xx, an undeclared status or an ill-formed answer.

Bounded and the same in each run. The judge of `conformance.py` looks at every answer as well.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from starlette.testclient import TestClient

from pulumi_azure_foundry.emulator.app import create_app
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.conformance import Conformance, description
from tests.emulator.service import PREVIEW, PROJECT, Service

EXAMPLES = 8
AGENT = "a"


def steered(whole: dict[str, Any]) -> dict[str, Any]:
    """The description, narrowed so that fitting requests get past the checks that no schema can express."""
    narrow = copy.deepcopy(whole)
    schemas = narrow["components"]["schemas"]
    hosted = "HostedAgentDefinition" if "HostedAgentDefinition" in schemas else "ImageBasedHostedAgentDefinition"
    schemas["AgentDefinition"] = {"$ref": f"#/components/schemas/{hosted}"}
    members = schemas[hosted]["properties"]
    members.pop("code_configuration", None)
    members |= {"cpu": {"const": "1"}, "memory": {"const": "2Gi"}}
    required = "container_configuration" if "container_configuration" in members else "image"
    schemas[hosted]["required"] = sorted({*schemas[hosted]["required"], required})
    schemas["FixedRatioVersionSelectionRule"] = {
        **schemas.get("FixedRatioVersionSelectionRule", {}),
        "properties": {
            "type": {"const": "FixedRatio"},
            "agent_version": {"enum": ["@latest", "1"]},
            "traffic_percentage": {"const": 100},
        },
    }
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return {**narrow, "servers": [{"url": f"https://127.0.0.1{PROJECT}"}]}


class Stage:
    """One world that all requests of an API version meet, with an agent that most of them are sent to."""

    def __init__(self, world: World, api_version: str) -> None:
        self.violations: list[str] = []
        app = Conformance(create_app(world), self.violations)
        self._service = Service(TestClient(app, base_url="https://127.0.0.1"), world, api_version)
        self.schema = schemathesis.openapi.from_dict(steered(description(api_version)))
        self.schema.app = app

    def judge(self, case: Case[Any], *, fitting: bool) -> None:
        self.violations.clear()
        self._service.create(AGENT)
        if fitting:
            self._lead(case)
        response = case.call(headers=self._service.headers)

        assert [] == self.violations
        assert response.status_code < 500

    def _lead(self, case: Case[Any]) -> None:
        if "agent_name" in case.path_parameters:
            case.path_parameters["agent_name"] = AGENT
        if "agent_version" in case.path_parameters:
            case.path_parameters["agent_version"] = "1"
        for name in ("after", "before"):
            case.query.pop(name, None)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    worlds = {version: World(tmp_path_factory.mktemp("fuzzed")) for version in ("v1", PREVIEW)}
    yield {version: Stage(world, version) for version, world in worlds.items()}
    for world in worlds.values():
        world.close()


def described_operations() -> list[tuple[str, str, str]]:
    return [
        (version, method, path)
        for version in ("v1", PREVIEW)
        for path, methods in description(version)["paths"].items()
        for method in methods
        if path.startswith("/agents")
    ]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
@pytest.mark.parametrize(("version", "method", "path"), described_operations())
def test_any_request_is_answered_as_described(
    stages: dict[str, Stage], version: str, method: str, path: str, mode: GenerationMode
) -> None:
    stage = stages[version]
    operation = stage.schema[path][method]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def judge(case: Case[Any]) -> None:
        stage.judge(case, fitting=mode is GenerationMode.POSITIVE)

    judge()
