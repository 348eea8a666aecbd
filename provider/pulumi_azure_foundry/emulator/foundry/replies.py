"""Agents and versions as either API version writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import as_list, as_map
from .errors import error_body

if TYPE_CHECKING:
    from ..values import JsonMap
    from .calls import Call
    from .state import Agent, Version


def render_version(call: Call, version: Version, *, listed: bool = False) -> JsonMap:
    """A version as its detail operation (or a list, which may be behind) shows it."""
    status = listed_status(call, version) if listed else shown_status(call, version)
    body: JsonMap = {
        "object": "agent.version",
        "id": f"{version.agent}:{version.number}",
        "name": version.agent,
        "version": version.number,
        "created_at": int(version.created_at),
        "metadata": as_map(version.metadata),
        "definition": render_definition(call, version),
    }
    if version.description is not None:
        body["description"] = version.description
    if call.shape == "v1":
        _add_todays_members(body, version)
    if call.shape == "v1" or call.switch("preview_reports_status"):
        body["status"] = status
        if status == "failed":
            body["error"] = _failure(version)
    return body


def _add_todays_members(body: JsonMap, version: Version) -> None:
    identity: JsonMap = {"principal_id": version.principal_id, "client_id": version.client_id, "status": "active"}
    body["draft"] = False
    body["instance_identity"] = identity
    body["agent_guid"] = version.guid
    if version.blueprint_reference is not None:
        body["blueprint_reference"] = version.blueprint_reference


def _failure(version: Version) -> JsonMap:
    code = version.failure_code if version.failure_code is not None else "ProvisioningError"
    message = version.failure_message if version.failure_message is not None else "Provisioning failed."
    failure = error_body(code, message, "", client=True)["error"]
    return {name: value for name, value in as_map(failure).items() if name in ("code", "message", "param", "type")}


def shown_status(call: Call, version: Version) -> str:
    """The truth, or, once and if so switched, another terminal word while the version is creating."""
    status = version.status(call.now)
    if version.deleted_at is not None:
        return str(call.switch("deleted_visible_as"))
    flicker = call.switch("status_flicker")
    if flicker != "off" and status == "creating" and version.readings == 1:
        return str(flicker)
    return status


def listed_status(call: Call, version: Version) -> str:
    """What lists and ``versions.latest`` say, which was seen to differ from the version itself."""
    if version.deleted_at is not None:
        return str(call.switch("deleted_visible_as"))
    if call.switch("list_claims_active"):
        return "active"
    lag = call.switch("list_lag_seconds")
    behind = call.now - float(lag) if isinstance(lag, float) else call.now
    return version.status(max(behind, version.created_at))


def render_definition(call: Call, version: Version) -> JsonMap:
    """The definition in the caller's shape, whichever it was posted in."""
    definition = _reshaped(version.definition) if call.switch("server_reshapes") else dict(version.definition)
    if call.shape == "v1":
        shown = definition if version.shape == "v1" else _as_today(definition)
        if call.switch("echo_old_fields") and "container_configuration" in shown:
            shown.setdefault("image", as_map(shown["container_configuration"]).get("image"))
            shown.setdefault("container_protocol_versions", [])
        return shown
    return definition if version.shape != "v1" else _as_first_preview(definition)


def _as_today(definition: JsonMap) -> JsonMap:
    shown = {name: value for name, value in definition.items() if name not in ("image", "container_protocol_versions")}
    shown["container_configuration"] = {"image": definition.get("image")}
    shown["protocol_versions"] = definition.get("container_protocol_versions", [])
    return shown


def _as_first_preview(definition: JsonMap) -> JsonMap:
    kept = ("kind", "cpu", "memory", "environment_variables", "rai_config", "tools")
    shown = {name: definition[name] for name in kept if name in definition}
    shown["image"] = as_map(definition.get("container_configuration")).get("image", "")
    shown["container_protocol_versions"] = definition.get("protocol_versions", [])
    return shown


def _reshaped(definition: JsonMap) -> JsonMap:
    """The same in other words, as the service was seen to answer."""
    other = dict(definition)
    cpu = str(other["cpu"])
    other["cpu"] = cpu if "." in cpu else f"{cpu}.0"
    for name in ("protocol_versions", "container_protocol_versions"):
        if name in other:
            other[name] = [*reversed(as_list(other[name]))]
    return other


def render_agent(call: Call, agent: Agent) -> JsonMap:
    """An agent; its latest version as lists show it."""
    latest = latest_version(call, agent)
    body: JsonMap = {"object": "agent", "id": agent.name, "name": agent.name}
    body["versions"] = {"latest": {} if latest is None else render_version(call, latest, listed=True)}
    if call.shape != "v1":
        return body
    state = "enabled" if agent.enabled else "disabled"
    body |= {"state": state, "configuration_state": state, "state_source": "agent_instance_identity"}
    if latest is not None:
        body["instance_identity"] = {"principal_id": latest.principal_id, "client_id": latest.client_id}
        if latest.blueprint_reference is not None:
            body["blueprint_reference"] = latest.blueprint_reference
    if agent.endpoint is not None:
        body["agent_endpoint"] = agent.endpoint
    if agent.card is not None:
        body["agent_card"] = agent.card
    return body


def latest_version(call: Call, agent: Agent) -> Version | None:
    """The newest version; one just deleted if no other is left."""
    versions = call.records.versions(agent.name)
    present = [version for version in versions if version.deleted_at is None]
    newest = present or versions
    return newest[-1] if newest else None
