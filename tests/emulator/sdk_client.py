"""An unmodified SDK of whichever release runs this: the life of a version in its own words, and what it saw as JSON.

Run in the environment of that release, as a process of its own; knows neither this package nor pytest.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from azure.ai.projects import AIProjectClient
from azure.ai.projects import models as installed_models
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential

# Which classes there are depends on the release.
models: Any = installed_models
AGENT = "support"
IMAGE = "acme.azurecr.io/support:1"


def definition(image: str = IMAGE) -> Any:
    """A hosted definition with the classes that the release has."""
    sizes: dict[str, Any] = {"cpu": "1", "memory": "2Gi", "environment_variables": {"MODE": "test"}}
    old = getattr(models, "ImageBasedHostedAgentDefinition", None)
    if old is not None:
        protocols = [models.ProtocolVersionRecord(protocol="responses", version="v1")]
        return old(image=image, container_protocol_versions=protocols, **sizes)
    protocols = [models.ProtocolVersionRecord(protocol="responses", version="2.0.0")]
    if hasattr(models, "ContainerConfiguration"):
        container = models.ContainerConfiguration(image=image)
        return models.HostedAgentDefinition(container_configuration=container, protocol_versions=protocols, **sizes)
    return models.HostedAgentDefinition(image=image, container_protocol_versions=protocols, **sizes)


def outcome(call: Any, *arguments: Any, **options: Any) -> str:
    """The name of what *call* raised, or ``fine``."""
    try:
        call(*arguments, **options)
    except HttpResponseError as failure:
        return type(failure).__name__
    return "fine"


def sessions_seen(client: AIProjectClient, number: str) -> dict[str, Any]:
    """What a release with sessions, traffic and switching off makes of them."""
    agents: Any = client.agents
    if not all(hasattr(agents, name) for name in ("create_session", "update_details", "enable")):
        return {}
    session = agents.create_session(AGENT, version_indicator=models.VersionRefIndicator(agent_version=number))
    rule = models.FixedRatioVersionSelectionRule(agent_version=number, traffic_percentage=100)
    endpoint = models.AgentEndpointConfig(version_selector=models.VersionSelector(version_selection_rules=[rule]))
    patched = agents.update_details(AGENT, agent_endpoint=endpoint)
    agents.disable(AGENT)
    disabled = agents.get(AGENT).state
    agents.enable(AGENT)
    listed = [each.agent_session_id for each in agents.list_sessions(AGENT)]
    refused = outcome(agents.delete_version, AGENT, number)
    read = agents.get_session(AGENT, session.agent_session_id).status
    agents.stop_session(AGENT, session.agent_session_id)
    agents.delete_session(AGENT, session.agent_session_id)
    return {
        "served": patched.agent_endpoint.version_selector.version_selection_rules[0].agent_version,
        "disabled": disabled,
        "listed": listed == [session.agent_session_id],
        "session": read,
        "refused": refused,
    }


def asked(endpoint: str, credential: ManagedIdentityCredential) -> list[str]:
    """What the agent answers through the OpenAI client of a release that has one for agents, and on which session."""
    if "agent_name" not in inspect.signature(AIProjectClient.get_openai_client).parameters:
        return []
    with AIProjectClient(endpoint, credential, allow_preview=True) as client:
        agents: Any = client.agents
        # Before 2.3.0 sessions are beta; without them the one that asking begins could not be ended.
        if not hasattr(agents, "delete_session"):
            return []
        with client.get_openai_client(agent_name=AGENT) as openai:
            answer: Any = openai.responses.create(input="hello")
        agents.delete_session(AGENT, answer.agent_session_id)
    return [answer.output_text]


def life(client: AIProjectClient, ask: Callable[[], list[str]]) -> dict[str, Any]:
    """Make, read, list, fail and delete versions."""
    agents: Any = client.agents
    first = agents.create_version(AGENT, definition=definition(), description="first", metadata={"k": "v"})
    answers = ask()
    again = agents.create_version(AGENT, definition=definition(), description="first", metadata={"k": "v"})
    numbers = [
        agents.create_version(AGENT, definition=definition(f"acme.azurecr.io/support:{n}")).version for n in range(2, 5)
    ]
    failed = agents.create_version(AGENT, definition=definition("acme.azurecr.io/broken:1"))
    read = agents.get_version(AGENT, first.version)
    listed = [version.version for version in agents.list_versions(AGENT, limit=2, order="asc")]
    seen = {
        "first": [first.version, read.metadata["k"], read.description, read.definition["cpu"]],
        "answers": answers,
        "again": again.version,
        "numbers": numbers,
        "failed": [failed["status"], failed["error"]["code"]],
        "listed": listed,
        "agents": [agent.name for agent in agents.list()],
        "latest": agents.get(AGENT).versions.latest.version,
        "sessions": sessions_seen(client, first.version),
        "deleted": agents.delete_version(AGENT, first.version).deleted,
        "gone": outcome(agents.get_version, AGENT, first.version),
    }
    agents.delete(AGENT)
    return {**seen, "empty": outcome(agents.get, AGENT)}


if __name__ == "__main__":
    endpoint = os.environ["AZURE_AI_PROJECT_ENDPOINT"]
    with ManagedIdentityCredential() as credential, AIProjectClient(endpoint, credential) as client:
        json.dump(life(client, lambda: asked(endpoint, credential)), sys.stdout)
