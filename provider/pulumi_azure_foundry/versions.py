"""What versions an agent has, for programs and for people: a look at the service, without a resource."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pulumi

from pulumi_azure_foundry._endpoint import find_endpoint

if TYPE_CHECKING:
    from pulumi_azure_foundry._core.shapes import Version

CONFIG_NAMESPACE = "azure-foundry"


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """One version of an agent, as the service lists it.

    Attributes:
        agent_name: The agent.
        number: The service's number, as text; `id` of the resource is `<agent_name>/<number>`.
        status: `creating`, `active`, `failed`, `deleting` or `deleted`. The list may lag behind the version itself.
        created: When it was made; None where the service does not say.
        image: The container image; None for agents of another kind.
        owner: The declaration that made it, as in its metadata; None when it was not made with this package.
        serving_percent: Share of new sessions that traffic rules send to it.
    """

    agent_name: str
    number: str
    status: str
    created: datetime | None
    image: str | None
    owner: str | None
    serving_percent: int


def agent_versions(
    agent_name: str, *, project_endpoint: str | None = None, api_version: str | None = None
) -> list[AgentVersion]:
    """All versions of an agent, newest first; empty when there is no such agent.

    Calls the service, in previews too, and needs a credential. Takes as many requests as there are hundreds of
    versions, and one for the traffic.

    Args:
        agent_name: The agent.
        project_endpoint: Default as for `HostedAgentVersion`: stack configuration `azure-foundry:projectEndpoint`, then
            `AZURE_AI_PROJECT_ENDPOINT`, then `FOUNDRY_PROJECT_ENDPOINT`.
        api_version: Wire shape, `v1` (default) or `2025-11-15-preview`; configuration `azure-foundry:apiVersion`.

    Raises:
        InvalidInputError: No project endpoint was given or found.
        FoundryError: The service could not be asked.
    """
    from pulumi_azure_foundry._azure.data_plane import open_data_plane
    from pulumi_azure_foundry._core.seam import LATEST, parse_agent
    from pulumi_azure_foundry._core.shapes import parse_version

    config = pulumi.Config(CONFIG_NAMESPACE)
    shape = api_version or config.get("apiVersion") or "v1"
    endpoint, _ = find_endpoint(project_endpoint, config.get("projectEndpoint"))
    plane = open_data_plane(endpoint, shape)
    versions = [parse_version(body, api_version=shape) for body in plane.list_versions(agent_name)]
    if not versions:
        return []
    agent = plane.get_agent(agent_name)
    serving = {} if agent is None else dict(parse_agent(agent, api_version=shape).serving)
    latest = None if agent is None else parse_agent(agent, api_version=shape).latest
    newest = versions[0].version if latest is None else latest.version
    serving[newest] = serving.get(newest, 0) + serving.pop(LATEST, 0)
    return [_listed(agent_name, version, serving.get(version.version, 0)) for version in versions]


def _listed(agent_name: str, version: Version, serving_percent: int) -> AgentVersion:
    image = version.inputs.get("image")
    return AgentVersion(
        agent_name=agent_name,
        number=version.version,
        status=version.status,
        created=None if version.created_at is None else datetime.fromtimestamp(version.created_at, UTC),
        image=image if isinstance(image, str) else None,
        owner=None if version.stamp is None else version.stamp.owner,
        serving_percent=serving_percent,
    )
