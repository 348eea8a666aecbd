"""What the core asks of the service: the seam that `_azure` implements and tests stand in for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from .shapes import Version, parse_version

LATEST: Final = "@latest"

Body: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as far as its versions are concerned."""

    name: str
    latest: Version | None
    serving: Mapping[str, int]


class DataPlane(Protocol):
    """The agents part of a project's data plane; bodies are JSON as it comes.

    Every method may raise a `FoundryError`.
    """

    def get_agent(self, agent_name: str) -> Body | None:
        """The agent, None if there is none."""

    def delete_agent(self, agent_name: str) -> None:
        """Delete without force; an absent agent is fine."""

    def list_versions(self, agent_name: str) -> list[Body]:
        """All versions, newest first, each once; none if there is no agent."""

    def get_version(self, agent_name: str, version: str) -> Body | None:
        """One version, None if there is none."""

    def create_version(self, agent_name: str, body: Body) -> Body:
        """Post once, without any retry."""

    def delete_version(self, agent_name: str, version: str, *, force: bool = False) -> None:
        """Delete; an absent version is fine.

        Raises:
            HasSessionsError: Sessions are live and *force* is not set.
        """


def parse_agent(body: Body, *, api_version: str) -> Agent:
    """Read an agent reply."""
    versions = body.get("versions")
    latest = versions.get("latest") if isinstance(versions, Mapping) else None
    return Agent(
        name=str(body.get("name", "")),
        latest=parse_version(latest, api_version=api_version) if isinstance(latest, Mapping) else None,
        serving=serving_of(body),
    )


def serving_of(agent: Body | None) -> dict[str, int]:
    """Percentage of traffic by version number; a version at 0 % is left out.

    Without rules the service sends everything to ``"@latest"``; an absent agent serves nothing.
    """
    if agent is None:
        return {}
    endpoint = agent.get("agent_endpoint")
    selector = endpoint.get("version_selector") if isinstance(endpoint, Mapping) else None
    rules = selector.get("version_selection_rules") if isinstance(selector, Mapping) else None
    if not isinstance(rules, list) or not rules:
        return {LATEST: 100}
    shares: dict[str, int] = {}
    for rule in rules:
        if not isinstance(rule, Mapping):
            continue
        number, share = str(rule.get("agent_version", "")), rule.get("traffic_percentage")
        if isinstance(share, (int, float)) and share > 0:
            shares[number] = shares.get(number, 0) + int(share)
    return shares
