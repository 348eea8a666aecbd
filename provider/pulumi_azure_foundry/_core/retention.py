"""Which versions a delete removes, and which it must leave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .creation import GONE
from .shapes import Version


@dataclass(frozen=True, slots=True)
class Removal:
    """Version numbers to delete, oldest first; and those left alone, with the reason."""

    delete: tuple[str, ...]
    skip: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwnerRemoval:
    """What the end of a declaration removes.

    Attributes:
        delete: Version numbers, oldest first.
        others: Versions remain that are not deleted: the agent has to stay.
        serving_refusal: Why nothing may be deleted; None if nothing stands against it.
        made_agent: One of our versions says that our create made the agent.
    """

    delete: tuple[str, ...]
    others: bool
    serving_refusal: str | None
    made_agent: bool = False


def plan_superseded(  # noqa: PLR0913 (all keyword-only but the first)
    versions: Sequence[Version],
    *,
    owners: Collection[str],
    removing: str,
    serving: Mapping[str, int],
    keep_versions: int,
    held: Collection[str],
) -> Removal:
    """The tail of a replacement: what goes of *removing* and of the older versions of its owner.

    Args:
        versions: Newest first.
        serving: Percentage of traffic by version number; ``"@latest"`` names no version and keeps none.
        keep_versions: So many of the newest superseded versions stay, if they are active.
        held: Ids (``agent/version``) or numbers that this run returned; never deleted.
    """
    superseded = [
        v
        for v in _ours(versions, owners, removing)
        if not _is_held(v, held) and _position(v.version) <= _position(removing)
    ]
    kept = {v.version for v in [v for v in superseded if v.status == "active"][:keep_versions]}
    named = {number: share for number, share in serving.items() if share > 0}
    leaving = [v.version for v in reversed(superseded) if v.version not in kept]
    return Removal(
        tuple(number for number in leaving if number not in named),
        tuple((number, f"{named[number]} % of the traffic goes to it") for number in leaving if number in named),
    )


def plan_owner_removal(
    versions: Sequence[Version],
    *,
    owners: Collection[str],
    removing: str,
    serving: Mapping[str, int],
    held: Collection[str],
) -> OwnerRemoval:
    """The end of a declaration: all its versions go, unless traffic names one that others would then lack."""
    present = [v for v in versions if v.status not in GONE]
    ours = [v for v in _ours(versions, owners, removing) if not _is_held(v, held)]
    numbers = {v.version for v in ours}
    others = any(v.version not in numbers for v in present)
    named = sorted((number for number in serving if number in numbers and serving[number] > 0), key=_position)
    made_agent = any(v.stamp is not None and v.stamp.made_agent for v in _ours(versions, owners, removing))
    refusal = _refusal(named, serving) if others and named else None
    delete = () if refusal is not None else tuple(v.version for v in reversed(ours))
    return OwnerRemoval(delete, others, refusal, made_agent)


def _refusal(named: Sequence[str], serving: Mapping[str, int]) -> str:
    shares = ", ".join(f"version {number} ({serving[number]} %)" for number in named)
    return f"traffic still goes to {shares}, and the agent has versions of others: route it elsewhere first"


def _ours(versions: Sequence[Version], owners: Collection[str], removing: str) -> list[Version]:
    """Versions with our stamp, and the one the engine asks to remove: an imported version has no stamp."""
    return [
        v
        for v in versions
        if v.status not in GONE and (v.version == removing or (v.stamp is not None and v.stamp.owner in owners))
    ]


def _is_held(version: Version, held: Collection[str]) -> bool:
    return version.version in held or f"{version.agent_name}/{version.version}" in held


def _position(number: str) -> int:
    """Place of a version in time; drafts and other unnumbered ones are newer than all, so that none goes by mistake."""
    return int(number) if number.isascii() and number.isdigit() else 2**63
