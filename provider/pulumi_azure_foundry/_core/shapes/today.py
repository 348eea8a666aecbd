"""Today's shape of a hosted definition (api-version ``v1``; azure-ai-projects 2.3.0 and newer send it)."""

from collections.abc import Mapping

from pulumi_azure_foundry._core.values import Value


def render_definition(inputs: Mapping[str, Value]) -> dict[str, object]:
    """The ``definition`` of a POST; takes complete canonical inputs."""
    container: dict[str, object] = {"image": inputs.get("image")}
    if "registry_connection_id" in inputs:
        container["registry_connection_id"] = inputs["registry_connection_id"]
    definition: dict[str, object] = {
        "kind": "hosted",
        "cpu": inputs["cpu"],
        "memory": inputs["memory"],
        "container_configuration": container,
        "protocol_versions": inputs["protocol_versions"],
    }
    if "environment_variables" in inputs:
        definition["environment_variables"] = inputs["environment_variables"]
    if "session_idle_timeout_seconds" in inputs:
        definition["session_configuration"] = {"idle_timeout_seconds": inputs["session_idle_timeout_seconds"]}
    if "rai_policy_name" in inputs:
        definition["rai_config"] = {"rai_policy_name": inputs["rai_policy_name"]}
    if "telemetry_config" in inputs:
        definition["telemetry_config"] = inputs["telemetry_config"]
    if inputs.get("enable_memory_snapshot") is True:
        definition["enable_memory_snapshot"] = True
    return definition


def parse_definition(definition: Mapping[str, object]) -> dict[str, object]:
    """The inputs that a definition of this shape carries; None where it carries none."""
    container = _mapping(definition.get("container_configuration"))
    return {
        "cpu": definition.get("cpu"),
        "memory": definition.get("memory"),
        "image": container.get("image"),
        "registry_connection_id": container.get("registry_connection_id"),
        "protocol_versions": definition.get("protocol_versions"),
        "environment_variables": definition.get("environment_variables"),
        "session_idle_timeout_seconds": _mapping(definition.get("session_configuration")).get("idle_timeout_seconds"),
        "rai_policy_name": _mapping(definition.get("rai_config")).get("rai_policy_name"),
        "telemetry_config": definition.get("telemetry_config"),
        "enable_memory_snapshot": definition.get("enable_memory_snapshot"),
    }


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
