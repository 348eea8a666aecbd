"""Waiting for a version: two equal readings, a status line, and an end that loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_azure_foundry._core.creation import GONE as GONE_STATUSES
from pulumi_azure_foundry._core.errors import FoundryError
from pulumi_azure_foundry._core.shapes import parse_version
from pulumi_azure_foundry._core.waiting import CONFIRM_ACTIVE_SECONDS, CONFIRM_FAILED_SECONDS, interval_after

if TYPE_CHECKING:
    from pulumi_azure_foundry._core.shapes import Version
    from pulumi_azure_foundry._dynamic.work import Work

CREATING = "creating"
GONE = "gone"
_CONFIRMATION = {"active": CONFIRM_ACTIVE_SECONDS, "failed": CONFIRM_FAILED_SECONDS, GONE: CONFIRM_FAILED_SECONDS}


class StillCreatingError(Exception):
    """The wait ended before the version did: deadline, Ctrl-C, or an answer that says nothing about the version."""

    def __init__(self, version: Version, reason: str) -> None:
        """Keep the last reading of *version* beside the reason."""
        super().__init__(reason)
        self.version = version


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wait ended: the status `active`, `failed` or `gone`, with the last reading of the version."""

    status: str
    version: Version


def wait_for_version(work: Work, version: Version, *, api_version: str, deadline: float) -> Outcome:
    """Poll the version's own URL until a terminal status is seen twice.

    Args:
        work: The call's surroundings.
        version: As the service answered the creation.
        api_version: The wire shape.
        deadline: On the clock of *work*.

    Raises:
        StillCreatingError: At the deadline, at Ctrl-C, or on an error that repeating does not mend.
    """
    started, last, seen, trouble = work.clock.monotonic(), version, "", ""
    if version.status == CREATING:  # so it said a moment ago
        work.status.update(CREATING, _status_line(version, CREATING, 0.0, ""))
        _pause(work, version, interval_after(0.0), "")
    while True:
        now = work.clock.monotonic()
        if now >= deadline:
            raise StillCreatingError(
                last, _still(work, last, f"after {now - started:.0f} s (timeout_seconds)", trouble)
            )
        pause = interval_after(now - started)
        try:
            body = work.data_plane.get_version(work.agent_name, version.version)
        except FoundryError as error:
            if not error.is_transient:
                raise StillCreatingError(
                    last, _still(work, last, "as the service stopped answering", str(error))
                ) from error
            trouble = str(error).partition("\n")[0]
        else:
            status, last = _reading(body, last, api_version)
            if status in _CONFIRMATION:
                if seen == status:
                    return Outcome(status, last)
                pause = _CONFIRMATION[status]
            seen, trouble = status, ""
        work.status.update(seen + trouble, _status_line(last, seen, now - started, trouble))
        _pause(work, last, min(pause, max(deadline - now, CONFIRM_ACTIVE_SECONDS)), trouble)


def _pause(work: Work, last: Version, seconds: float, trouble: str) -> None:
    if not work.sleep(seconds):
        raise StillCreatingError(last, _still(work, last, "as the command was interrupted", trouble))


def _status_line(version: Version, seen: str, waited: float, trouble: str) -> str:
    if trouble:
        return f"version {version.version}: {version.status} for {waited:.0f} s; last error: {trouble}"
    if seen in _CONFIRMATION:
        return f"version {version.version}: {seen} after {waited:.0f} s, looking once more"
    return f"version {version.version}: {version.status} for {waited:.0f} s"


def _reading(body: object, last: Version, api_version: str) -> tuple[str, Version]:
    if not isinstance(body, dict):
        return GONE, last
    version = parse_version(body, api_version=api_version)
    return (GONE if version.status in GONE_STATUSES else version.status), version


def _still(work: Work, version: Version, why: str, trouble: str) -> str:
    text = f"version {version.version} of agent '{work.agent_name}' is still '{version.status}' {why}"
    return (
        f"{text}{': ' + trouble if trouble else ''}\n"
        "It is recorded in state. Do: run `pulumi up` again, which goes on waiting for it."
    )
