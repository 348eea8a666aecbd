"""The first preview's shape of a hosted definition (api-version ``2025-11-15-preview``).

azure-ai-projects 2.0.0b3 calls it ``ImageBasedHostedAgentDefinition``.
"""

from collections.abc import Mapping

from pulumi_azure_foundry._core.values import Value


def render_definition(inputs: Mapping[str, Value]) -> dict[str, object]:
    """The ``definition`` of a POST; takes complete canonical inputs."""
    definition: dict[str, object] = {
        "kind": "hosted",
        "image": inputs.get("image"),
        "cpu": inputs["cpu"],
        "memory": inputs["memory"],
        "container_protocol_versions": inputs["protocol_versions"],
    }
    if "environment_variables" in inputs:
        definition["environment_variables"] = inputs["environment_variables"]
    if "tools" in inputs:
        definition["tools"] = inputs["tools"]
    if "rai_policy_name" in inputs:
        definition["rai_config"] = {"rai_policy_name": inputs["rai_policy_name"]}
    return definition


def parse_definition(definition: Mapping[str, object]) -> dict[str, object]:
    """The inputs that a definition of this shape carries; None where it carries none."""
    policy = definition.get("rai_config")
    return {
        "image": definition.get("image"),
        "cpu": definition.get("cpu"),
        "memory": definition.get("memory"),
        "protocol_versions": definition.get("container_protocol_versions"),
        "environment_variables": definition.get("environment_variables"),
        "tools": definition.get("tools"),
        "rai_policy_name": policy.get("rai_policy_name") if isinstance(policy, Mapping) else None,
    }
