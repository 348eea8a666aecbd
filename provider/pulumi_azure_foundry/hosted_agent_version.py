"""`HostedAgentVersion`: what a program declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi
from pulumi.dynamic import Resource

from pulumi_azure_foundry._core.fields import FIELD, TODAY, default_of
from pulumi_azure_foundry._core.stamps import owner_of
from pulumi_azure_foundry._dynamic.hosted_agent_version import COMPUTED, HostedAgentVersionProvider
from pulumi_azure_foundry._endpoint import find_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NotRequired, Self

CONFIG_NAMESPACE = "azure-foundry"
TYPE_TOKEN = "pulumi-python:dynamic/azure-foundry:HostedAgentVersion"  # noqa: S105 - a type token
_GO_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_UNIT_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class ProtocolVersion(TypedDict):
    """A protocol that the container speaks."""

    protocol: pulumi.Input[str]
    """`responses`, `invocations`, `activity`, `a2a`, `mcp` or `invocations_ws`."""
    version: pulumi.Input[str]
    """`2.0.0` today (`1.0.0` for `a2a`); `v1` on the first preview's shape."""


class TelemetryAuth(TypedDict):
    """How a telemetry endpoint is authenticated; further keys depend on `type`."""

    type: pulumi.Input[str]


class TelemetryEndpoint(TypedDict):
    """Where the platform sends the container's telemetry."""

    kind: pulumi.Input[str]
    """`OTLP`."""
    data: pulumi.Input[Sequence[pulumi.Input[str]]]
    """`ContainerStdoutStderr`, `ContainerOtel`, `Metrics`."""
    endpoint: NotRequired[pulumi.Input[str]]
    protocol: NotRequired[pulumi.Input[str]]
    """`Http` or `Grpc`."""
    auth: NotRequired[pulumi.Input[TelemetryAuth | Mapping[str, Any]]]


class TelemetryConfig(TypedDict):
    """Telemetry of the version."""

    endpoints: pulumi.Input[Sequence[pulumi.Input[TelemetryEndpoint | Mapping[str, Any]]]]


class HostedAgentVersion(Resource, module="azure-foundry", name="HostedAgentVersion"):
    """One immutable version of a Microsoft Foundry hosted agent.

    Any change of what makes the version creates a new one, waits until it is `active`, and then removes the old one
    (or keeps it: `keep_versions`). Identity, traffic and the agent itself stay.

    Args:
        resource_name: The Pulumi name; it does not become the agent's name.
        agent_name: 1–63 letters, digits and inner hyphens. Required. Change replaces.
        image: `registry/repository[:tag][@sha256:digest]`, linux/amd64. Required. A digest is advised: the service
            takes the same tag with new content for an unchanged definition. Change replaces.
        project_endpoint: `https://{account}.services.ai.azure.com/api/projects/{project}`. Default: stack configuration
            `azure-foundry:projectEndpoint`, then `AZURE_AI_PROJECT_ENDPOINT`, then `FOUNDRY_PROJECT_ENDPOINT`.
        cpu: Cores as a string; today `"0.5"`, `"1"` or `"2"`. Default `"1"`.
        memory: Memory as a string; goes in pairs with *cpu*: `"1Gi"`, `"2Gi"`, `"4Gi"`. Default `"2Gi"`.
        protocol_versions: What the container speaks. Default `[{"protocol": "responses", "version": "2.0.0"}]`.
        environment_variables: Names and text values. Secrets stay secret in Pulumi's state, but whoever may read the
            agent can read them on the service: prefer `${{connections.<name>.credentials.<key>}}`.
        description: At most 512 characters.
        metadata: At most 15 pairs (one of the service's 16 carries our stamp), keys of 64, values of 512 characters.
        tools: First preview's shape only; today tools reach an agent through a toolbox.
        registry_connection_id: Project connection for a private registry that is not an ACR.
        session_idle_timeout_seconds: 120–14400.
        rai_policy_name: Full ARM id of a content-safety policy.
        telemetry_config: Where telemetry goes.
        enable_memory_snapshot: Keep memory across idle sandboxes.
        triggers: Any change of this map asks for a new version: a moved tag, a rebuilt base image. It reaches the
            service in metadata, so the service has to compare that.
        api_version: Wire shape, `v1` (default) or `2025-11-15-preview`; configuration `azure-foundry:apiVersion`.
        timeout_seconds: Wait for `active`; 60–7200, default 1800. `custom_timeouts.create` wins. Change is local.
        pull_retry_seconds: Budget for role assignments to spread; 0–3600, default 600, 0 = off. Change is local.
        keep_versions: Superseded versions kept; 0–100, default 0. Change is local.
        drain_timeout_seconds: Wait for live sessions at destroy; 0–3600, default 300. Change is local.
        force: End live sessions when a version is deleted. Default false. Change is local.
        keep_failed: Leave a failed version for inspection, until the next `up` with the same definition. Default false.
            Change is local.
        validate_resources: Check the cpu/memory table. Default true. Change is local.
        opts: Pulumi's resource options.

    Outputs:
        Every argument, and
        version: Number given by the service, as a string.
        status: `active`.
        agent_guid, principal_id, client_id: The agent's identity.
        created_at: Unix seconds.
        agent_endpoint_url, responses_url, invocations_url: Known in preview.

    Raises:
        InvalidInputError: No project endpoint was given or found.

    All other failures are reported by the engine on the resource, wrong values in preview already.

    Source: agents data plane, POST `/agents/{name}/versions`; limits: the reference table in the README.
    """

    created_at: pulumi.Output[int | None]

    if TYPE_CHECKING:
        # The SDK evaluates annotations anew for each resource, and needs them for whole numbers only.
        agent_name: pulumi.Output[str]
        image: pulumi.Output[str]
        project_endpoint: pulumi.Output[str]
        cpu: pulumi.Output[str]
        memory: pulumi.Output[str]
        version: pulumi.Output[str]
        status: pulumi.Output[str]
        agent_guid: pulumi.Output[str | None]
        principal_id: pulumi.Output[str | None]
        client_id: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        agent_name: pulumi.Input[str],
        image: pulumi.Input[str] | None = None,
        project_endpoint: pulumi.Input[str] | None = None,
        cpu: pulumi.Input[str] | None = None,
        memory: pulumi.Input[str] | None = None,
        protocol_versions: pulumi.Input[Sequence[pulumi.Input[ProtocolVersion]]] | None = None,
        environment_variables: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        description: pulumi.Input[str] | None = None,
        metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        tools: pulumi.Input[Sequence[pulumi.Input[Mapping[str, Any]]]] | None = None,
        registry_connection_id: pulumi.Input[str] | None = None,
        session_idle_timeout_seconds: pulumi.Input[int] | None = None,
        rai_policy_name: pulumi.Input[str] | None = None,
        telemetry_config: pulumi.Input[TelemetryConfig] | None = None,
        enable_memory_snapshot: pulumi.Input[bool] | None = None,
        triggers: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        api_version: pulumi.Input[str] | None = None,
        timeout_seconds: pulumi.Input[int] | None = None,
        pull_retry_seconds: pulumi.Input[int] | None = None,
        keep_versions: pulumi.Input[int] | None = None,
        drain_timeout_seconds: pulumi.Input[int] | None = None,
        force: pulumi.Input[bool] | None = None,
        keep_failed: pulumi.Input[bool] | None = None,
        validate_resources: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a version; see the class for the arguments."""
        config = pulumi.Config(CONFIG_NAMESPACE)
        endpoint, source = find_endpoint(project_endpoint, config.get("projectEndpoint"))
        declared = {
            "agent_name": agent_name,
            "image": image,
            "project_endpoint": endpoint,
            "cpu": cpu,
            "memory": memory,
            "protocol_versions": protocol_versions,
            "environment_variables": environment_variables,
            "description": description,
            "metadata": metadata,
            "tools": tools,
            "registry_connection_id": registry_connection_id,
            "session_idle_timeout_seconds": session_idle_timeout_seconds,
            "rai_policy_name": rai_policy_name,
            "telemetry_config": telemetry_config,
            "enable_memory_snapshot": enable_memory_snapshot,
            "triggers": triggers,
            "api_version": api_version or config.get("apiVersion"),
            "timeout_seconds": _custom_timeout(opts) or timeout_seconds,
            "pull_retry_seconds": pull_retry_seconds,
            "keep_versions": keep_versions,
            "drain_timeout_seconds": drain_timeout_seconds,
            "force": force,
            "keep_failed": keep_failed,
            "validate_resources": validate_resources,
        }
        hidden = {"__owner": _owner(resource_name, opts), "__endpoint_source": source}
        is_look_up = opts is not None and opts.id is not None
        given = {name: value for name, value in declared.items() if value is not None or is_look_up}
        super().__init__(
            HostedAgentVersionProvider(), resource_name, {**given, **hidden, **dict.fromkeys(COMPUTED)}, opts
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> pulumi.Output[Any]:
            """An argument that was not given is its default: asking the engine for each costs every program time."""
            if name not in FIELD:
                raise AttributeError(f"{type(self).__name__} has no attribute {name!r}", name=name, obj=self)
            api_version = pulumi.Output.from_input(vars(self).get("api_version", TODAY))
            return api_version.apply(lambda shape: default_of(FIELD[name], shape))

    @property
    def agent_endpoint_url(self) -> pulumi.Output[str]:
        """The agent's own URL, known in preview."""
        return pulumi.Output.concat(self.project_endpoint, "/agents/", self.agent_name)

    @property
    def responses_url(self) -> pulumi.Output[str]:
        """Where the `responses` protocol answers, known in preview."""
        return pulumi.Output.concat(self.agent_endpoint_url, "/endpoint/protocols/openai/responses")

    @property
    def invocations_url(self) -> pulumi.Output[str]:
        """Where the `invocations` protocol answers, known in preview."""
        return pulumi.Output.concat(self.agent_endpoint_url, "/endpoint/protocols/invocations")

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's name for it
        *,
        project_endpoint: pulumi.Input[str] | None = None,
        api_version: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Look an existing version up, without managing it.

        Args:
            resource_name: The Pulumi name of the look-up.
            id: `<agent>/<version>`.
            project_endpoint: As of the resource.
            api_version: As of the resource.
            opts: Further resource options.

        A version that does not exist is an error of the command.
        """
        return cls(
            resource_name,
            agent_name=pulumi.Output.from_input(id).apply(lambda value: value.rpartition("/")[0]),
            project_endpoint=project_endpoint,
            api_version=api_version,
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id)),
        )


def _owner(resource_name: str, opts: pulumi.ResourceOptions | None) -> str:
    parent = opts.parent if opts is not None else None
    parent_name = "" if parent is None else str(parent._name)  # noqa: SLF001 - the only place that has it (pulumi 3.216+)
    return owner_of(pulumi.get_project(), pulumi.get_stack(), TYPE_TOKEN, resource_name, parent_name)


def _custom_timeout(opts: pulumi.ResourceOptions | None) -> int | None:
    """`custom_timeouts.create` in seconds; the dynamic server does not pass it on."""
    timeouts = opts.custom_timeouts if opts is not None else None
    if timeouts is None or not timeouts.create:
        return None
    seconds = sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _GO_DURATION.findall(timeouts.create))
    return round(seconds)
