"""What a create does about the versions that are already there.

A create that was killed between its POST and the engine's note of it is repeated by the next run; looking first makes
that one version instead of two.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from .errors import ConflictError
from .shapes import Version
from .stamps import Stamp

GONE: Final = frozenset({"deleting", "deleted"})


@dataclass(frozen=True, slots=True)
class Adopt:
    """The version of an earlier, interrupted run: go on waiting for it."""

    version: Version


@dataclass(frozen=True, slots=True)
class RemoveFirst:
    """An earlier run's version that failed: delete it, then post."""

    version: Version


@dataclass(frozen=True, slots=True)
class Post:
    """Nothing of ours to go on with: post a new version."""


Creation: TypeAlias = Adopt | RemoveFirst | Post


def plan_creation(versions: Sequence[Version], owners: Collection[str], owner: str, fingerprint: str) -> Creation:
    """Decide on the newest version of *owner*, or of the names in *owners* that it had before.

    *versions* come newest first; *fingerprint* is that of the inputs to create.
    """
    ours = (v for v in versions if v.stamp is not None and (v.stamp.owner == owner or v.stamp.owner in owners))
    newest = next(ours, None)
    if newest is None or newest.stamp is None or newest.stamp.fingerprint != fingerprint or newest.status in GONE:
        return Post()
    return RemoveFirst(newest) if newest.status == "failed" else Adopt(newest)


def check_reply_is_ours(reply: Version, stamp: Stamp) -> None:
    """Refuse a reply that is an existing version instead of the one that was asked for.

    The service answers an identical definition with the version that already has it; making that one ours would let two
    declarations delete each other's version.

    Raises:
        ConflictError: The stamps of *reply* are not ours.
    """
    theirs = reply.stamp
    if theirs is not None and (theirs.owner, theirs.fingerprint) == (stamp.owner, stamp.fingerprint):
        return
    if theirs is None:
        reason = "it was not made by this package"
    elif theirs.owner != stamp.owner:
        reason = "it belongs to another declaration"
    else:
        reason = "only values that the service does not compare have changed"
    raise ConflictError(
        f"version {reply.version} of agent '{reply.agent_name}' already has this definition, and {reason}",
        code="version_exists",
    )
