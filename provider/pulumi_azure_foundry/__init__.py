"""Microsoft Foundry hosted agents for Pulumi: the public names, and only those."""

from pulumi_azure_foundry.hosted_agent_version import (
    HostedAgentVersion,
    ProtocolVersion,
    TelemetryAuth,
    TelemetryConfig,
    TelemetryEndpoint,
)
from pulumi_azure_foundry.versions import AgentVersion, agent_versions

__all__ = [
    "AgentVersion",
    "HostedAgentVersion",
    "ProtocolVersion",
    "TelemetryAuth",
    "TelemetryConfig",
    "TelemetryEndpoint",
    "agent_versions",
]
