"""Removing versions: the tail of a replacement, or all that an owner has (design 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_azure_foundry._core.errors import ConflictError, HasSessionsError
from pulumi_azure_foundry._core.ownership import is_another
from pulumi_azure_foundry._core.retention import plan_owner_removal, plan_superseded
from pulumi_azure_foundry._core.seam import serving_of
from pulumi_azure_foundry._dynamic.version_creation import list_versions, remove_empty_agent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_azure_foundry._core.shapes import Version
    from pulumi_azure_foundry._dynamic.version_creation import Order
    from pulumi_azure_foundry._dynamic.work import Work

DRAIN_POLL_SECONDS = 5.0


def remove_superseded(work: Work, order: Order, *, removing: str, keep_versions: int) -> None:
    """The tail of a replacement: this version and those beyond retention, never the agent.

    A version that serves or has live sessions stays, with a warning: it goes with the next replacement or destroy.
    """
    with work.lock:
        versions = list_versions(work, order)
        _remember_maker(work, versions)
        if _is_foreign(order, versions, removing):
            return
        plan = plan_superseded(
            versions,
            owners=order.owners,
            removing=removing,
            serving=serving_of(work.data_plane.get_agent(work.agent_name)) if versions else {},
            keep_versions=keep_versions,
            held=_spared(work, versions, removing),
        )
        for number, reason in plan.skip:
            work.warn(f"version {number} of agent '{work.agent_name}' was left in place: {reason}")
        for number in plan.delete:
            try:
                work.data_plane.delete_version(work.agent_name, number, force=order.inputs.get("force") is True)
            except HasSessionsError:
                work.warn(
                    f"version {number} of agent '{work.agent_name}' has live sessions and was left to drain; "
                    "it goes with the next replacement or destroy"
                )


def remove_owned(work: Work, order: Order, *, removing: str) -> None:
    """Removed from the program, or destroy: every version of the owner, and the agent if our create made it.

    Raises:
        ConflictError: Traffic names a version while the agent has versions of others.
        HasSessionsError: Sessions outlived `drain_timeout_seconds`.
    """
    with work.lock:
        versions = list_versions(work, order)
        _remember_maker(work, versions)
        plan = plan_owner_removal(
            versions,
            owners=order.owners,
            removing=None if _is_foreign(order, versions, removing) else removing,
            serving=serving_of(work.data_plane.get_agent(work.agent_name)) if versions else {},
            held=_spared(work, versions, removing),
        )
        if plan.serving_refusal is not None:
            raise ConflictError(f"delete hosted agent '{work.agent_name}': {plan.serving_refusal}", is_explained=True)
    for number in plan.delete:
        _drain_and_delete(work, order, number)
    made_agent = (work.project_endpoint, work.agent_name) in work.memory.made_agents
    if made_agent:
        remove_empty_agent(work, order)
    elif not plan.others and work.data_plane.get_agent(work.agent_name) is not None:
        work.warn(f"agent '{work.agent_name}' stays: it was not made by this program")


def _drain_and_delete(work: Work, order: Order, number: str) -> None:
    force = order.inputs.get("force") is True
    started = work.clock.monotonic()
    deadline = started + order.seconds("drain_timeout_seconds")
    while True:
        try:
            work.data_plane.delete_version(work.agent_name, number, force=force)
        except HasSessionsError as error:
            waited = work.clock.monotonic() - started
            work.status.update(f"drain {number}", f"version {number}: waiting {waited:.0f} s for live sessions to end")
            is_late = work.clock.monotonic() + DRAIN_POLL_SECONDS > deadline
            if is_late or not work.sleep(DRAIN_POLL_SECONDS):
                raise HasSessionsError(_sessions_text(work, number, waited), is_explained=True) from error
        else:
            return


def _sessions_text(work: Work, number: str, waited: float) -> str:
    return (
        f"delete hosted agent '{work.agent_name}' version {number}: it still has live sessions after {waited:.0f} s\n"
        "Cause: sessions stay on the version they began on. Do: run the command again later, raise "
        "drain_timeout_seconds, or set force=True and run `pulumi up` first to end them. State is kept."
    )


def _is_foreign(order: Order, versions: Sequence[Version], removing: str) -> bool:
    return any(version.version == removing and is_another(order.inputs, version) for version in versions)


def _spared(work: Work, versions: Sequence[Version], removing: str) -> frozenset[str]:
    """Versions in use: those that this command made, and those that stand in state beside the one to remove."""
    return frozenset(
        version.version
        for version in versions
        if work.holds(version.version) or (version.version != removing and work.stands(version.version))
    )


def _remember_maker(work: Work, versions: Sequence[Version]) -> None:
    if any(version.made_agent for version in versions):
        work.memory.made_agents.add((work.project_endpoint, work.agent_name))
