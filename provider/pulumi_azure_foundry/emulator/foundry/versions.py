"""Versions: made from a posted definition or found again by it, read, listed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..images import Outcome
from ..values import as_list, as_map, as_number, as_text
from . import bodies
from .errors import refuse
from .limits import check_name, check_protocols, check_resources, check_variables, has_one_source
from .paging import page
from .replies import render_version
from .state import Agent, Version

if TYPE_CHECKING:
    from ..values import Json, JsonMap
    from .calls import Call

NOT_IMITATED: Final = "agents that are built from code; give container_configuration"


def create_version(call: Call) -> JsonMap:
    """POST ``/agents/{name}/versions``."""
    body = call.read(bodies.CREATE_VERSION if call.shape == "v1" else bodies.CREATE_VERSION_PREVIEW)
    name = check_name(call.agent_name)
    if call.records.agent(name) is None and not call.switch("create_version_creates_agent"):
        raise refuse("no_agent", name=name)
    return render_version(call, add_version(call, name, body))


def add_version(call: Call, name: str, body: JsonMap) -> Version:
    """The version that *body* asks for: a new one, or the one that has the same definition."""
    definition = _checked_definition(call, body["definition"])
    agent = call.records.agent(name)
    if agent is None:
        agent = _new_agent(call, name)
    elif (same := _same_version(call, agent, body, definition)) is not None:
        return same
    present = [version for version in call.records.versions(name) if version.deleted_at is None]
    if len(present) >= call.world.settings.max_versions:
        raise refuse("too_many_versions", name=name, limit=call.world.settings.max_versions)
    return _append(call, agent, body, definition)


def _checked_definition(call: Call, posted: Json) -> JsonMap:
    """The definition in the shape it is kept in: the caller's, old members under v1 made new."""
    first_preview = call.shape != "v1"
    if as_map(posted).get("kind") not in ("hosted", None):
        wanted = "hosted (the emulator imitates no other kind)"
        raise refuse("invalid", param="definition.kind", name="definition.kind", wanted=wanted)
    old_members = call.switch("old_fields_in_v1") == "accept"
    today = bodies.TODAY_AND_OLD if old_members else bodies.TODAY
    grammar = bodies.FIRST_PREVIEW if first_preview else today
    definition = call.reader().read(posted, grammar, "definition")
    known = as_map(definition)
    if not first_preview:
        known = _with_new_members(known)
        if "code_configuration" in known and "container_configuration" not in known:
            wanted = f"absent: the emulator does not imitate {NOT_IMITATED}"
            raise refuse("invalid", param="definition", name="definition.code_configuration", wanted=wanted)
        if not has_one_source(known):
            wanted = "exactly one of container_configuration and code_configuration"
            raise refuse("invalid", param="definition", name="definition", wanted=wanted)
    elif not call.world.settings.capability_host:
        raise refuse("no_capability_host")
    check_resources(as_text(known["cpu"]), as_text(known["memory"]), first_preview=first_preview)
    injected_only = call.switch("reserved_names") == "injected"
    check_variables(known.get("environment_variables"), injected_only=injected_only)
    check_protocols(known.get(protocols_member(call.shape)), first_preview=first_preview)
    return known


def protocols_member(shape: str) -> str:
    """What the list of protocols is called."""
    return "protocol_versions" if shape == "v1" else "container_protocol_versions"


def _with_new_members(definition: JsonMap) -> JsonMap:
    """The old names of 2.0.x and 2.1.0 under v1, moved to where they belong; an empty old list says nothing."""
    known = {name: value for name, value in definition.items() if name not in ("image", "container_protocol_versions")}
    if "image" in definition:
        known.setdefault("container_configuration", {"image": definition["image"]})
    if definition.get("container_protocol_versions"):
        known.setdefault("protocol_versions", definition["container_protocol_versions"])
    return known


def _new_agent(call: Call, name: str) -> Agent:
    incarnation = call.world.count("agent")
    guid = call.world.identity(f"{call.project}/{name}/{incarnation}")
    return Agent(call.project, name, incarnation, call.now, guid)


def _same_version(call: Call, agent: Agent, body: JsonMap, definition: JsonMap) -> Version | None:
    """The version that an identical definition returns, as far as switched."""
    dedupe = call.switch("dedupe")
    if dedupe == "off":
        return None
    versions = [each for each in call.records.versions(agent.name) if each.deleted_at is None]
    for version in reversed(versions if dedupe == "any" else versions[-1:]):
        if _is_same(call, version, body, definition):
            return version
    return None


def _is_same(call: Call, version: Version, body: JsonMap, definition: JsonMap) -> bool:
    if version.shape != call.shape or version.definition != definition:
        return False
    if call.switch("metadata_counts_for_dedupe") and version.metadata != as_map(body.get("metadata")):
        return False
    if call.switch("description_counts_for_dedupe") and version.description != body.get("description"):
        return False
    return bool(call.switch("dedupe_returns_failed")) or version.status(call.now) != "failed"


def _append(call: Call, agent: Agent, body: JsonMap, definition: JsonMap) -> Version:
    """A new version. ``draft: true`` makes a normal one, as in every subscription without that preview."""
    outcome = _outcome(call, definition)
    settings = call.world.settings
    seconds = settings.provisioning_seconds if outcome.starts else settings.failing_seconds
    owner = agent.guid if call.switch("identity_per") == "agent" else f"{agent.guid}/{agent.next_number}"
    description = body.get("description")
    version = Version(
        project=call.project,
        agent=agent.name,
        number=str(agent.next_number),
        shape=call.shape,
        definition=definition,
        created_at=call.now,
        settled_at=call.now + (seconds if outcome.seconds is None else outcome.seconds),
        guid=agent.guid,
        principal_id=call.world.identity(f"{owner}/principal"),
        client_id=call.world.identity(f"{owner}/client"),
        metadata={name: as_text(value) for name, value in as_map(body.get("metadata")).items()},
        description=description if isinstance(description, str) else None,
        blueprint_reference=as_map(body["blueprint_reference"]) if "blueprint_reference" in body else None,
        failure_code=None if outcome.starts else outcome.code(first_preview=call.shape != "v1"),
        failure_message=None if outcome.starts else outcome.text(),
        healthy=outcome.outcome != "unhealthy",
    )
    call.records.put(version)
    agent.next_number += 1
    call.records.put(agent)
    return version


def _outcome(call: Call, definition: JsonMap) -> Outcome:
    """What becomes of the image: the pull right first, then the table."""
    image = as_text(as_map(definition.get("container_configuration")).get("image", definition.get("image")))
    if call.now < call.world.settings.pull_right_from:
        return Outcome(image, "no_pull_right")
    return call.world.images.take(image)


def get_version(call: Call) -> JsonMap:
    """GET ``/agents/{name}/versions/{version}``; the operation to poll."""
    version = call.records.version(call.agent_name, call.path["agent_version"])
    if version is None or not _is_visible(call, version):
        return render_version(call, call.version())
    if call.switch("status_flicker") != "off":
        version.readings += 1
        call.records.put(version)
    return render_version(call, version)


def _is_visible(call: Call, version: Version) -> bool:
    if version.deleted_at is None:
        return True
    return call.now < version.deleted_at + as_number(call.switch("deleted_visible_seconds"))


def list_versions(call: Call) -> JsonMap:
    """GET ``/agents/{name}/versions``."""
    agent = call.agent()
    seen = call.now - as_number(call.switch("list_lag_seconds"))
    versions = [
        version
        for version in call.records.versions(agent.name)
        if version.deleted_at is None and version.created_at <= seen
    ]
    return page(
        call,
        versions,
        identify=lambda version: f"{version.agent}:{version.number}",
        render=lambda version: render_version(call, version, listed=True),
    )


def delete_version(call: Call) -> JsonMap:
    """DELETE ``/agents/{name}/versions/{version}``; live sessions forbid it unless *force*."""
    version = call.version()
    agent = call.agent()
    others = [
        each for each in call.records.versions(agent.name) if each.deleted_at is None and each.number != version.number
    ]
    if not others and call.switch("last_version_delete") == "refuse":
        raise refuse("last_version", name=agent.name, version=version.number)
    if call.switch("serving_version_delete") == "refuse" and version.number in named_versions(agent):
        raise refuse("serving_version", name=agent.name, version=version.number)
    drop_sessions(call, version.number)
    _remove(call, agent, version, last=not others)
    return {"object": "agent.version.deleted", "name": agent.name, "version": version.number, "deleted": True}


def named_versions(agent: Agent) -> set[str]:
    """The versions that the agent's traffic rules name."""
    selector = as_map(as_map(agent.endpoint).get("version_selector"))
    return {as_text(as_map(rule).get("agent_version")) for rule in as_list(selector.get("version_selection_rules"))}


def drop_sessions(call: Call, version: str | None = None) -> None:
    """Remove the sessions of one version or of the whole agent; live ones refuse unless *force*."""
    sessions = [each for each in call.records.sessions(call.agent_name) if version in (None, each.version)]
    force = call.shape == "v1" and call.flag("force")
    if not force and any(session.is_live(call.now) for session in sessions):
        raise refuse("has_sessions")
    for session in sessions:
        call.records.drop(session)


def _remove(call: Call, agent: Agent, version: Version, *, last: bool) -> None:
    if last and call.switch("agent_after_last_version") == "removed":
        call.records.drop_agent(agent)
        return
    if call.switch("reuse_deleted_numbers") and int(version.number) == agent.next_number - 1:
        agent.next_number = int(version.number)
        call.records.put(agent)
    if last or as_number(call.switch("deleted_visible_seconds")) > 0:
        version.deleted_at = call.now
        call.records.put(version)
    else:
        call.records.drop(version)


def import_version(call: Call) -> JsonMap:
    """POST ``/agents/{name}/versions:import``; this world has no manifests."""
    check_name(call.agent_name)
    raise refuse("no_manifest", manifest=as_text(call.read(bodies.FROM_MANIFEST)["manifest_id"]))


def download_code(call: Call) -> JsonMap:
    """GET ``/agents/{name}/code:download``; no version here has code."""
    call.agent()
    raise refuse("not_imitated", what=NOT_IMITATED)
