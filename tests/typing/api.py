"""How users' code types: this file is never run, only read by mypy."""

from __future__ import annotations

import pulumi

from pulumi_azure_foundry import (
    AgentVersion,
    HostedAgentVersion,
    ProtocolVersion,
    TelemetryConfig,
    agent_versions,
)

token: pulumi.Output[str] = pulumi.Config().require_secret("token")
protocol: ProtocolVersion = {"protocol": "responses", "version": "2.0.0"}
telemetry: TelemetryConfig = {"endpoints": [{"kind": "OTLP", "data": ["Metrics"], "endpoint": token}]}

smallest = HostedAgentVersion("smallest", agent_name="support", image="acme.azurecr.io/support:1")

everything = HostedAgentVersion(
    "everything",
    agent_name=pulumi.Output.from_input("support"),
    image=pulumi.Output.concat("acme.azurecr.io/support@", token),
    project_endpoint="https://a.services.ai.azure.com/api/projects/p",
    cpu="1",
    memory=token,
    protocol_versions=[protocol, {"protocol": "invocations", "version": token}],
    environment_variables={"TOKEN": token, "LOG_LEVEL": "info"},
    description=token,
    metadata={"team": token},
    tools=[{"type": "code_interpreter", "container": {"type": "auto"}}],
    registry_connection_id="registry",
    session_idle_timeout_seconds=600,
    rai_policy_name="policy",
    telemetry_config=telemetry,
    enable_memory_snapshot=True,
    triggers={"base": token},
    api_version="v1",
    timeout_seconds=pulumi.Output.from_input(600),
    pull_retry_seconds=0,
    keep_versions=2,
    drain_timeout_seconds=0,
    force=False,
    keep_failed=False,
    validate_resources=True,
    opts=pulumi.ResourceOptions(protect=True),
)

found: HostedAgentVersion = HostedAgentVersion.get("found", "support/7")
later: HostedAgentVersion = HostedAgentVersion.get("later", everything.id, project_endpoint=token)

version: pulumi.Output[str] = everything.version
status: pulumi.Output[str] = everything.status
principal_id: pulumi.Output[str | None] = everything.principal_id
created_at: pulumi.Output[int | None] = everything.created_at
url: pulumi.Output[str] = everything.responses_url

listed: list[AgentVersion] = list(agent_versions("support"))

HostedAgentVersion("positional", "support")  # type: ignore[call-arg]
HostedAgentVersion("wrong", agent_name="support", keep_versions="2")  # type: ignore[arg-type]
HostedAgentVersion("unknown", agent_name="support", imgae="x")  # type: ignore[call-arg]
