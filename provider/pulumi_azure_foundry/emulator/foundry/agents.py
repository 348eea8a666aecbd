"""Agents: read, listed, made, patched, enabled, disabled, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import as_list, as_map, as_number, as_text
from . import bodies
from .errors import refuse
from .limits import check_name
from .paging import page
from .replies import render_agent
from .versions import add_version, drop_sessions

if TYPE_CHECKING:
    from ..values import Json, JsonMap
    from .calls import Call
    from .grammar import Thing
    from .state import Agent

PERCENT = 100


def get_agent(call: Call) -> JsonMap:
    """GET ``/agents/{name}``."""
    return render_agent(call, call.agent())


def list_agents(call: Call) -> JsonMap:
    """GET ``/agents``; every agent is of the kind ``hosted``."""
    kind = call.query.get("kind", "hosted")
    agents = call.records.agents() if kind == "hosted" else []
    return page(call, agents, identify=lambda agent: agent.name, render=lambda agent: render_agent(call, agent))


def create_agent(call: Call) -> JsonMap:
    """POST ``/agents``; 409 if there is one of that name."""
    body = call.read(bodies.CREATE_AGENT if call.shape == "v1" else bodies.CREATE_AGENT_PREVIEW)
    name = check_name(as_text(body["name"]))
    if call.records.agent(name) is not None:
        raise refuse("agent_exists", name=name)
    if "agent_endpoint" in body:
        check_rules(call, body["agent_endpoint"])
    add_version(call, name, body)
    agent = _present(call, name)
    agent.enabled = body.get("state", "enabled") == "enabled"
    agent.endpoint = as_map(body["agent_endpoint"]) if "agent_endpoint" in body else None
    agent.card = as_map(body["agent_card"]) if "agent_card" in body else None
    call.records.put(agent)
    return render_agent(call, agent)


def update_agent(call: Call) -> JsonMap:
    """POST ``/agents/{name}``; adds a version if anything changed."""
    call.agent()
    body = call.read(bodies.UPDATE_AGENT if call.shape == "v1" else bodies.CREATE_VERSION_PREVIEW)
    add_version(call, call.agent_name, body)
    return render_agent(call, call.agent())


def _present(call: Call, name: str) -> Agent:
    agent = call.records.agent(name)
    if agent is None:
        raise refuse("no_agent", name=name)
    return agent


def patch_agent(call: Call) -> JsonMap:
    """PATCH ``/agents/{name}``: a merge patch of endpoint and card, where arrays are replaced as a whole."""
    agent = call.agent()
    call.read(bodies.PATCH_AGENT)
    if "agent_endpoint" in call.body:
        agent.endpoint = _patched(call, agent.endpoint, call.body["agent_endpoint"], bodies.ENDPOINT, "agent_endpoint")
        check_rules(call, agent.endpoint)
    if "agent_card" in call.body:
        agent.card = _patched(call, agent.card, call.body["agent_card"], bodies.CARD, "agent_card")
    call.records.put(agent)
    return render_agent(call, agent)


def _patched(call: Call, current: JsonMap | None, patch: Json, grammar: Thing, name: str) -> JsonMap | None:
    merged = merge(current, patch)
    return None if merged is None else call.reader().thing(merged, grammar, name)


def merge(current: Json, patch: Json) -> Json:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(as_map(current))
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def check_rules(call: Call, endpoint: Json) -> None:
    """Traffic rules must name versions that are there and total 100."""
    selector = as_map(as_map(endpoint).get("version_selector"))
    rules = [as_map(rule) for rule in as_list(selector.get("version_selection_rules"))]
    if not rules:
        return
    if len(rules) > 1 and call.switch("traffic_split") == "refuse":
        raise refuse("no_split", param="agent_endpoint.version_selector")
    total = sum(int(as_number(rule.get("traffic_percentage"))) for rule in rules)
    if total != PERCENT:
        raise refuse("percentages", param="agent_endpoint.version_selector", total=total)
    name = call.path.get("agent_name", "")
    for rule in rules:
        number = as_text(rule.get("agent_version"))
        version = call.records.version(name, number)
        if number != "@latest" and name and (version is None or version.deleted_at is not None):
            raise refuse("no_version", name=name, version=number)


def delete_agent(call: Call) -> JsonMap:
    """DELETE ``/agents/{name}`` with all its versions; live sessions forbid it unless *force*."""
    agent = call.agent()
    drop_sessions(call)
    call.records.drop_agent(agent)
    return {"object": "agent.deleted", "name": agent.name, "deleted": True}


def enable_agent(call: Call) -> JsonMap:
    """POST ``/agents/{name}:enable``; may be repeated."""
    return _set_enabled(call, enabled=True)


def disable_agent(call: Call) -> JsonMap:
    """POST ``/agents/{name}:disable``; may be repeated, running sessions drain."""
    return _set_enabled(call, enabled=False)


def _set_enabled(call: Call, *, enabled: bool) -> JsonMap:
    agent = call.agent()
    agent.enabled = enabled
    call.records.put(agent)
    return {}


def import_agent(call: Call) -> JsonMap:
    """POST ``/agents:import`` and ``/agents/{name}/import``; this world has no manifests."""
    grammar = bodies.FROM_MANIFEST if "agent_name" in call.path else bodies.AGENT_FROM_MANIFEST
    raise refuse("no_manifest", manifest=as_text(call.read(grammar)["manifest_id"]))
