"""check and diff: what a preview needs, without network and without Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi.dynamic import CheckFailure, CheckResult, DiffResult

from pulumi_azure_foundry._core.checks import check_version_inputs
from pulumi_azure_foundry._core.diffs import plan_diff
from pulumi_azure_foundry._core.ownership import carry_former_owners
from pulumi_azure_foundry._dynamic import doors
from pulumi_azure_foundry._dynamic.memory import memory
from pulumi_azure_foundry._dynamic.wire import from_engine, to_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_azure_foundry._core.values import Value


def check_declaration(caller: doors.Caller, olds: Mapping[str, Value], news: dict[str, Value]) -> CheckResult:
    """Canonical inputs with all failures; remembers that the program still declares them."""
    owner = str(news.get("__owner", ""))
    former = carry_former_owners(olds, news, memory.former_owners.get(owner, []))
    if former:
        news = {**news, "__former_owners": list(former)}
        memory.former_owners[owner] = former
    checked = check_version_inputs(news, olds=olds)
    failures = [str(failure) for failure in checked.failures]
    if memory.urns.setdefault(owner, caller.urn) != caller.urn:
        failures.append(
            f"__owner: another declaration with this name and parent name exists ({memory.urns[owner]}); rename one"
        )
    for declared in (owner, *former):
        memory.declared[declared] = checked.inputs
    for warning in checked.warnings:
        if memory.is_new_warning(caller.urn, warning):
            doors.tell(caller, warning, severity="WARNING", keep=True)
    # Naming a real input as `property` makes the engine print its whole value, secrets included (facts/engine.md 2).
    return CheckResult(to_engine(checked.inputs), [CheckFailure("", failure) for failure in failures])


def compare(caller: doors.Caller, id_: str, recorded: Mapping[str, Value], wanted: Mapping[str, Value]) -> DiffResult:
    """What the engine is to do; remembers that *id_* stands in state for a declaration."""
    memory.standing.add((str(recorded.get("project_endpoint")), id_))
    plan = plan_diff(recorded, wanted)
    if recorded.get("status") == "failed":
        return DiffResult(changes=True, replaces=[*plan.replaces, "status"])
    if not plan.changed:
        return DiffResult(changes=False)
    # None lets the engine show the changed leaves itself; it compares inputs only (facts/engine.md 3).
    old_inputs = from_engine(caller.old_inputs or {})
    is_visible = not old_inputs or any(old_inputs.get(name) != wanted.get(name) for name in plan.changed)
    return DiffResult(changes=None if is_visible else True, replaces=list(plan.replaces))
