"""Creating a version so that a killed, cut or repeated run ends with exactly one (design 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_azure_foundry._core.creation import GONE as GONE_STATUSES
from pulumi_azure_foundry._core.creation import Adopt, Post, RemoveFirst, check_reply_is_ours, plan_creation
from pulumi_azure_foundry._core.diffs import plan_diff
from pulumi_azure_foundry._core.errors import FoundryError, NotReadyError, VersionFailedError, explain_failed_version
from pulumi_azure_foundry._core.shapes import merge_read_back, parse_version, render_version
from pulumi_azure_foundry._core.stamps import Stamp, fingerprint
from pulumi_azure_foundry._core.waiting import is_pull_authorisation_failure, pull_retry_delay
from pulumi_azure_foundry._dynamic.version_waiting import GONE, wait_for_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_azure_foundry._core.shapes import Version
    from pulumi_azure_foundry._core.values import Value
    from pulumi_azure_foundry._dynamic.work import Work

POST_REPEATS = 4
"""Looks and posts again after an answer that leaves it open whether a version was made."""


@dataclass(frozen=True, slots=True)
class Order:
    """The version that is wanted."""

    inputs: Mapping[str, Value]
    owner: str
    former_owners: tuple[str, ...]
    fingerprint: str

    @classmethod
    def of(cls, inputs: Mapping[str, Value]) -> Order:
        """Read from checked inputs."""
        former = inputs.get("__former_owners")
        former_owners = tuple(str(owner) for owner in former) if isinstance(former, list) else ()
        return cls(inputs, str(inputs["__owner"]), former_owners, fingerprint(inputs))

    @property
    def owners(self) -> frozenset[str]:
        """This owner and those it had before."""
        return frozenset({self.owner, *self.former_owners})

    @property
    def api_version(self) -> str:
        """The wire shape."""
        return str(self.inputs.get("api_version", "v1"))

    def seconds(self, name: str) -> float:
        """A duration among the inputs; check has filled in the defaults."""
        return float(str(self.inputs[name]))


def create_version(work: Work, order: Order) -> Version:
    """Create or adopt the version and wait until it serves.

    Raises:
        StillCreatingError: It exists but is not ready: the caller saves partial state.
        VersionFailedError: The service gave up on it; it has been removed unless the message says otherwise.
        FoundryError: Nothing was made, or what was made is named.
    """
    started = work.clock.monotonic()
    deadline = started + order.seconds("timeout_seconds")
    attempt, agent_is_new = 0, False
    work.status.update("looking", f"looking for versions of '{work.agent_name}'")
    while True:
        version, made_it = find_or_post(work, order)
        agent_is_new = agent_is_new or made_it
        work.hold(version.version)
        outcome = wait_for_version(work, version, api_version=order.api_version, deadline=deadline)
        if outcome.status == "active":
            return outcome.version
        retry_at = work.clock.monotonic() + pull_retry_delay(attempt + 1)
        last_post = min(started + order.seconds("pull_retry_seconds"), deadline)
        if _is_pull_failure(outcome.version) and retry_at < last_post:
            _remove_failed(work, order, outcome.version)
            if not _wait_for_roles(work, outcome.version, retry_at, last_post):
                raise _interrupted(work, order, outcome.version, agent_is_new=agent_is_new)
            attempt += 1
            continue
        raise _given_up(work, order, outcome.version, gone=outcome.status == GONE, agent_is_new=agent_is_new)


def find_or_post(work: Work, order: Order) -> tuple[Version, bool]:
    """The version to wait for, and whether a POST of ours made the agent: look and POST are one critical section."""
    agent_is_new = False
    with work.lock:
        for repeat in range(POST_REPEATS + 1):
            versions = list_versions(work, order)
            plan = _confirmed_plan(work, order, versions)
            if not isinstance(plan, Post):
                agent_is_new = agent_is_new or plan.version.made_agent
            if isinstance(plan, Adopt):
                return plan.version, agent_is_new
            if not work.is_wanted():  # the next command may be looking already, and would not see what we post now
                raise NotReadyError(
                    f"create hosted agent '{work.agent_name}': interrupted before a version was made\n"
                    "Do: run `pulumi up` again.",
                    is_explained=True,
                )
            if isinstance(plan, RemoveFirst):
                work.data_plane.delete_version(work.agent_name, plan.version.version)
            agent_is_new = agent_is_new or (not versions and work.data_plane.get_agent(work.agent_name) is None)
            try:
                return _post(work, order, versions, agent_is_new=agent_is_new), agent_is_new
            except FoundryError as error:
                if not error.ambiguous or repeat == POST_REPEATS:
                    raise
                work.status.update(
                    "posting", f"creation answered {error.status or 'nothing'}: looking before repeating"
                )
                if not work.sleep(2.0**repeat if error.retry_after is None else error.retry_after):
                    raise
    raise AssertionError  # pragma: no cover - the loop returns or raises


def list_versions(work: Work, order: Order) -> list[Version]:
    """All versions of the agent, newest first."""
    return [
        parse_version(body, api_version=order.api_version) for body in work.data_plane.list_versions(work.agent_name)
    ]


def _confirmed_plan(work: Work, order: Order, versions: Sequence[Version]) -> Adopt | RemoveFirst | Post:
    """What to do, by the version's own URL: the list may lag behind it (facts/service.md 1)."""
    remaining = list(versions)
    while True:
        plan = plan_creation(remaining, order.owners, order.owner, order.fingerprint)
        if isinstance(plan, Post):
            return plan
        number = plan.version.version
        body = work.data_plane.get_version(work.agent_name, number)
        detail = None if body is None else parse_version(body, api_version=order.api_version)
        if detail is not None:
            confirmed = plan_creation([detail], order.owners, order.owner, order.fingerprint)
            return Post() if isinstance(confirmed, Adopt) and _has_drifted(order, detail) else confirmed
        remaining = [version for version in remaining if version.version != number]


def _has_drifted(order: Order, version: Version) -> bool:
    """True when the stamp is ours and what stands behind it is not: adopting it would record what is not there."""
    return bool(plan_diff(merge_read_back(order.inputs, version), order.inputs).replaces)


def _post(work: Work, order: Order, versions: Sequence[Version], *, agent_is_new: bool) -> Version:
    made_agent = (
        agent_is_new
        or any(version.made_agent for version in versions)
        or (work.project_endpoint, work.agent_name) in work.memory.made_agents
    )
    stamp = Stamp(owner=order.owner, fingerprint=order.fingerprint, made_agent=made_agent)
    body = work.data_plane.create_version(work.agent_name, render_version(order.inputs, stamp))
    if made_agent:
        work.memory.made_agents.add((work.project_endpoint, work.agent_name))
    version = parse_version(body, api_version=order.api_version)
    check_reply_is_ours(version, stamp)
    return version


def _is_pull_failure(version: Version) -> bool:
    return version.status == "failed" and is_pull_authorisation_failure(version.error_code, version.error_message)


def _wait_for_roles(work: Work, version: Version, retry_at: float, last_post: float) -> bool:
    delay = retry_at - work.clock.monotonic()
    work.status.update(
        f"pull {version.version}",
        f"{version.error_code}: waiting for role assignments to spread; next try in {delay:.0f} s, last one in "
        f"{last_post - work.clock.monotonic():.0f} s",
    )
    return work.sleep(delay)


def _interrupted(work: Work, order: Order, version: Version, *, agent_is_new: bool) -> VersionFailedError:
    if agent_is_new:
        remove_empty_agent(work, order)
    message = f"create hosted agent '{work.agent_name}': interrupted while waiting to repeat after {version.error_code}"
    return VersionFailedError(
        f"{message}\nThe failed version {version.version} was removed. Do: run `pulumi up` again.", is_explained=True
    )


def _remove_failed(work: Work, order: Order, version: Version) -> None:
    try:
        work.data_plane.delete_version(work.agent_name, version.version)
    except FoundryError as error:
        text = explain_failed_version(
            version,
            operation="create",
            image=_text(order.inputs.get("image")),
            project_endpoint=work.project_endpoint,
            request_id=error.request_id,
            removed=False,
        )
        raise VersionFailedError(f"{text}\nRemoving it failed as well: {error}", is_explained=True) from error


def _given_up(work: Work, order: Order, version: Version, *, gone: bool, agent_is_new: bool) -> VersionFailedError:
    if gone:
        text = (
            f"create hosted agent '{work.agent_name}' version {version.version}: somebody deleted it while it was made"
        )
        return VersionFailedError(
            f"{text}\nDo: find out who else changes this agent, then run `pulumi up` again.", is_explained=True
        )
    keep = order.inputs.get("keep_failed") is True
    if not keep:
        _remove_failed(work, order, version)
        if agent_is_new:
            remove_empty_agent(work, order)
    return VersionFailedError(
        explain_failed_version(
            version,
            operation="create",
            image=_text(order.inputs.get("image")),
            project_endpoint=work.project_endpoint,
            request_id=None,
            removed=not keep,
        ),
        is_explained=True,
    )


def remove_empty_agent(work: Work, order: Order) -> bool:
    """Remove the agent when list and detail both show nothing in it; True when it is gone."""
    with work.lock:
        agent = work.data_plane.get_agent(work.agent_name)
        if agent is None:
            return True
        is_empty = all(version.status in GONE_STATUSES for version in list_versions(work, order))
        if not is_empty or _shows_a_version(work, agent):
            return False
        work.data_plane.delete_agent(work.agent_name)
        return True


def _shows_a_version(work: Work, agent: Mapping[str, object]) -> bool:
    versions = agent.get("versions")
    latest = versions.get("latest") if isinstance(versions, dict) else None
    number = latest.get("version") if isinstance(latest, dict) else None
    body = None if number is None else work.data_plane.get_version(work.agent_name, str(number))
    return body is not None and body.get("status") not in GONE_STATUSES


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
