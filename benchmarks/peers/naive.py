"""A dynamic provider for hosted agents as tutorials lead people to write it: SDK on top, fixed polling, four slots."""

from __future__ import annotations

import os
import time
from typing import Any

from azure.ai.projects import AIProjectClient
from azure.ai.projects.models import ContainerConfiguration, HostedAgentDefinition, ProtocolVersionRecord
from azure.identity import DefaultAzureCredential
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider

POLL_SECONDS = 10


def client() -> AIProjectClient:
    return AIProjectClient(os.environ["AZURE_AI_PROJECT_ENDPOINT"], DefaultAzureCredential(), allow_preview=True)


class NaiveProvider(ResourceProvider):
    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        replaces = [name for name in news if news[name] != olds.get(name)]
        return DiffResult(changes=bool(replaces), replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        project = client()
        version = project.agents.create_version(
            agent_name=props["agent_name"],
            definition=HostedAgentDefinition(
                cpu="1",
                memory="2Gi",
                container_configuration=ContainerConfiguration(image=props["image"]),
                protocol_versions=[ProtocolVersionRecord(protocol="responses", version="2.0.0")],
                environment_variables=props["environment_variables"],
            ),
        )
        while True:
            version = project.agents.get_version(props["agent_name"], version.version)
            if version.status == "active":
                break
            if version.status == "failed":
                message = f"version {version.version} failed"
                raise RuntimeError(message)
            time.sleep(POLL_SECONDS)
        return CreateResult(f"{props['agent_name']}/{version.version}", {**props, "version": version.version})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        agent_name, _, version = id_.partition("/")
        client().agents.get_version(agent_name, version)
        return ReadResult(id_, props)

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        agent_name, _, version = id_.partition("/")
        client().agents.delete_version(agent_name, version)


class Naive(Resource, module="bench", name="Naive"):
    def __init__(self, resource_name: str, **inputs: Any) -> None:  # noqa: ANN401 - any inputs
        super().__init__(NaiveProvider(), resource_name, {**inputs, "version": None})
