"""Which sizes a hosted agent can have: one table per wire shape, each with its source."""

from collections.abc import Mapping
from typing import Final

from .fields import FIRST_PREVIEW, TODAY

# Today: Microsoft docs "Deploy a hosted agent with Terraform" (2026-09-23) and azure-dev's ResourceTiers agree.
# First preview: Microsoft docs "Hosted agents" of that time: 0.25 to 4 cores in steps of a quarter, memory double.
TIERS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    TODAY: (("0.5", "1Gi"), ("1", "2Gi"), ("2", "4Gi")),
    FIRST_PREVIEW: tuple((f"{quarters / 4:g}", f"{quarters / 2:g}Gi") for quarters in range(1, 17)),
}


def tier_problem(cpu: str, memory: str, api_version: str) -> str | None:
    """Say why *cpu* and *memory* are no pair, None if they are one or the shape is unknown."""
    tiers = TIERS.get(api_version)
    if tiers is None or (cpu, memory) in tiers:
        return None
    partner = next((m for c, m in tiers if c == cpu), None)
    hint = f"; {cpu} goes with {partner}" if partner is not None else ""
    return (
        f"'{cpu}' with memory '{memory}' is no size that api_version {api_version} offers{hint}. "
        f"Allowed: {_allowed(tiers)}. If the service has learnt new sizes, set validate_resources=False"
    )


def _allowed(tiers: tuple[tuple[str, str], ...]) -> str:
    if len(tiers) > 4:
        (first_cpu, first_memory), (last_cpu, last_memory) = tiers[0], tiers[-1]
        return (
            f"{first_cpu}/{first_memory} to {last_cpu}/{last_memory} in steps of {first_cpu}, memory double the cores"
        )
    return ", ".join(f"{cpu}/{memory}" for cpu, memory in tiers)
