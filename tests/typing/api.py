"""How users' programs type; never run, checked by mypy. A change here is a change for users."""

from __future__ import annotations

import pulumi

import pulumi_azure_foundry as foundry

digest: pulumi.Output[str] = pulumi.Output.from_input("acme.azurecr.io/support@sha256:0")
token: pulumi.Output[str] = pulumi.Output.secret("t")

smallest = foundry.HostedAgentVersion("support", agent_name="support", image="acme.azurecr.io/support:1")

everything = foundry.HostedAgentVersion(
    "support",
    agent_name=pulumi.Output.concat("support-", "eu"),
    image=digest,
    project_endpoint="https://acme.services.ai.azure.com/api/projects/support",
    cpu="1",
    memory="2Gi",
    protocol_versions=[{"protocol": "responses", "version": "2.0.0"}],
    environment_variables={"MODEL_NAME": "gpt-4o-mini", "TOKEN": token},
    metadata={"team": "support"},
    triggers={"build": "17"},
    session_idle_timeout_seconds=900,
    keep_versions=2,
    force=False,
    opts=pulumi.ResourceOptions(protect=True),
)

number: pulumi.Output[str] = everything.version
url: pulumi.Output[str] = everything.responses_url
identity: pulumi.Output[str | None] = everything.principal_id
found: foundry.HostedAgentVersion = foundry.HostedAgentVersion.get("found", "support/7")
listed: list[foundry.AgentVersion] = list(foundry.agent_versions("support"))
