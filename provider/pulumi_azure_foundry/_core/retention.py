"""Which versions a delete removes, and which it must leave."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .creation import GONE
from .seam import LATEST
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


def plan_superseded(
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
        owners: The declaration's name and the names it had before.
        removing: Number in the state that is being replaced; ours even without a stamp (an imported version has none).
        serving: Percentage of traffic by version number or ``"@latest"``.
        keep_versions: So many of the newest superseded versions stay, if they are active.
        held: Ids (``agent/version``) or numbers that this run returned; never deleted.
    """
    ours = _ours(versions, owners, removing)
    # What a cut command posted may be newer than what is removed; it is older than what this run made.
    newest = max((_position(v.version) for v in ours if _is_held(v, held)), default=0)
    last = max(newest, _position(removing))
    superseded = [v for v in ours if not _is_held(v, held) and _position(v.version) <= last]
    kept = {v.version for v in [v for v in superseded if v.status == "active"][:keep_versions]}
    named = _named(serving)
    leaving = [v.version for v in reversed(superseded) if v.version not in kept]
    return Removal(
        tuple(number for number in leaving if number not in named),
        tuple((number, f"{named[number]} % of the traffic goes to it") for number in leaving if number in named),
    )


def plan_owner_removal(
    versions: Sequence[Version],
    *,
    owners: Collection[str],
    serving: Mapping[str, int],
    held: Collection[str],
    removing: str | None = None,
) -> OwnerRemoval:
    """The end of a declaration: all its versions go, unless traffic names one that others would then lack.

    The arguments are those of `plan_superseded`.
    """
    ours = _ours(versions, owners, removing)
    leaving = [v for v in ours if not _is_held(v, held)]
    numbers = {v.version for v in leaving}
    others = any(v.version not in numbers for v in versions if v.status not in GONE)
    named = sorted((number for number in numbers if serving.get(number, 0) > 0), key=_position)
    refusal = _refusal(named, serving) if others and named else None
    return OwnerRemoval(
        delete=() if refusal is not None else tuple(v.version for v in reversed(leaving)),
        others=others,
        serving_refusal=refusal,
        made_agent=any(v.made_agent for v in ours),
    )


def _refusal(named: Sequence[str], serving: Mapping[str, int]) -> str:
    shares = ", ".join(f"version {number} ({serving[number]} %)" for number in named)
    return f"traffic still goes to {shares}, and the agent has versions of others: route it elsewhere first"


def _ours(versions: Sequence[Version], owners: Collection[str], removing: str | None) -> list[Version]:
    return [
        v
        for v in versions
        if v.status not in GONE and (v.version == removing or (v.stamp is not None and v.stamp.owner in owners))
    ]


def _is_held(version: Version, held: Collection[str]) -> bool:
    return version.version in held or f"{version.agent_name}/{version.version}" in held


def _named(serving: Mapping[str, int]) -> dict[str, int]:
    """Shares of the versions that a rule names.

    ``@latest``, which is also what an agent without rules has, names none: it goes on to whatever is newest then.
    """
    return {number: share for number, share in serving.items() if share > 0 and number != LATEST}


def _position(number: str) -> int:
    """Place of a version in time; an unnumbered one (a draft) is newer than all, so that none goes by mistake."""
    return int(number) if number.isascii() and number.isdigit() else 2**63
