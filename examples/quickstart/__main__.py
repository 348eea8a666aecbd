"""The smallest program: one version of one hosted agent."""

import pulumi
import pulumi_azure_foundry as foundry

config = pulumi.Config()
version = foundry.HostedAgentVersion(
    "quickstart",
    agent_name=config.require("agentName"),
    image=config.require("image"),
    cpu="1",
    memory="2Gi",
    environment_variables={"GREETING": config.require("greeting")},
)
pulumi.export("version", version.version)
pulumi.export("responses_url", version.responses_url)
