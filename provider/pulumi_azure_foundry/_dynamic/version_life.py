"""create, read, update and delete of a version: open what the call works with, do it, and explain what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from pulumi_azure_foundry._core.canonical import complete_inputs
from pulumi_azure_foundry._core.creation import GONE as GONE_STATUSES
from pulumi_azure_foundry._core.environment import unrecorded_secrets
from pulumi_azure_foundry._core.errors import FoundryError, NotFoundError, explain, explain_failed_version
from pulumi_azure_foundry._core.ownership import is_another
from pulumi_azure_foundry._core.shapes import merge_read_back, parse_version
from pulumi_azure_foundry._dynamic import doors
from pulumi_azure_foundry._dynamic.hosted_agent_version import COMPUTED
from pulumi_azure_foundry._dynamic.memory import memory
from pulumi_azure_foundry._dynamic.version_creation import Order, create_version
from pulumi_azure_foundry._dynamic.version_removal import remove_owned, remove_superseded
from pulumi_azure_foundry._dynamic.version_waiting import GONE, StillCreatingError, wait_for_version
from pulumi_azure_foundry._dynamic.wire import to_engine
from pulumi_azure_foundry._dynamic.work import open_work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_azure_foundry._core.shapes import Version
    from pulumi_azure_foundry._core.values import Value
    from pulumi_azure_foundry._dynamic.work import Work

T = TypeVar("T")

MADE_AGENT = "__made_agent"
"""Output beside the computed ones: our create made the agent. Its stamp goes with the version, a cut delete has to know
it still."""


def create(caller: doors.Caller, inputs: Mapping[str, Value]) -> CreateResult:
    """Create or adopt the version, and wait until it serves."""
    return _run(caller, "create", inputs, "", lambda work: _create(work, inputs), result=CreateResult("-", {}))


def read(caller: doors.Caller, id_: str, bag: dict[str, Value]) -> ReadResult:
    """One GET; gone only on the version's own 404."""
    recorded = _with_agent_name(id_, bag)
    return _run(caller, "read", recorded, id_, lambda work: _read(work, id_, recorded), result=ReadResult(id_, {}))


def update(caller: doors.Caller, id_: str, recorded: Mapping[str, Value], wanted: Mapping[str, Value]) -> UpdateResult:
    """No call for a version that is active; otherwise go on waiting for it."""
    memory.held.add((str(recorded.get("project_endpoint")), id_))
    if recorded.get("status") == "active":
        return UpdateResult(to_engine({**_computed(recorded), **wanted}))
    return _run(
        caller, "update", wanted, id_, lambda work: _go_on_waiting(work, id_, recorded, wanted), result=UpdateResult({})
    )


def delete(caller: doors.Caller, id_: str, bag: dict[str, Value]) -> None:
    """Delete, unless this very command has the version in use."""
    recorded = _with_agent_name(id_, bag)
    if (str(recorded["project_endpoint"]), id_) not in memory.held:
        _run(caller, "delete", recorded, id_, lambda work: _delete(work, id_, recorded), result=None)


def _run(
    caller: doors.Caller,
    operation: str,
    inputs: Mapping[str, Value],
    id_: str,
    method: Callable[[Work], T],
    *,
    result: T,
) -> T:
    work = None
    try:
        work = open_work(caller, inputs)
        return method(work)
    except StillCreatingError as unready:
        resource_id = id_ or f"{inputs['agent_name']}/{unready.version.version}"
        return doors.save_partial(caller, resource_id, _outputs(inputs, unready.version), [str(unready)], result)
    except FoundryError as error:
        raise type(error)(_explained(error, operation, inputs, id_)) from error
    finally:
        if work is not None:
            work.status.clear()


def _create(work: Work, inputs: Mapping[str, Value]) -> CreateResult:
    version = create_version(work, Order.of(inputs))
    return CreateResult(f"{work.agent_name}/{version.version}", _outputs(inputs, version))


def _read(work: Work, id_: str, recorded: Mapping[str, Value]) -> ReadResult:
    api_version = str(recorded.get("api_version", "v1"))
    body = work.data_plane.get_version(work.agent_name, _number(id_))
    if body is None or body.get("status") in GONE_STATUSES:
        if "status" in recorded:
            return ReadResult("", {})
        message = f"there is no version {_number(id_)} of hosted agent '{work.agent_name}' in {work.project_endpoint}"
        raise NotFoundError(
            f"read {message}\nDo: list what exists with `python -m pulumi_azure_foundry versions {work.agent_name}`.",
            is_explained=True,
        )
    version = parse_version(body, api_version=api_version)
    if is_another(recorded, version):
        return ReadResult("", {})
    inputs = merge_read_back({name: value for name, value in recorded.items() if name != MADE_AGENT}, version)
    hidden = unrecorded_secrets(recorded.get("environment_variables"), version.inputs.get("environment_variables"))
    if hidden:
        work.warn(
            f"version {version.version} has environment variables that are not in the program and look secret: "
            f"{', '.join(hidden)}. They are not taken into state"
        )
    if version.status == "failed":
        raise _FailedError(version, _failed_text(work, "read", inputs, version))
    if version.status != "active":
        raise StillCreatingError(
            version, f"version {version.version} of agent '{work.agent_name}' is '{version.status}'"
        )
    if "status" not in recorded:
        inputs = complete_inputs(inputs)  # a look-up: nothing was declared, all of it is wanted
    return ReadResult(id_, _outputs(inputs, version), to_engine(inputs))


def _go_on_waiting(work: Work, id_: str, recorded: Mapping[str, Value], wanted: Mapping[str, Value]) -> UpdateResult:
    order = Order.of(wanted)
    body = work.data_plane.get_version(work.agent_name, _number(id_))
    if body is None:
        raise _vanished(work, id_)
    deadline = work.clock.monotonic() + order.seconds("timeout_seconds")
    version = parse_version(body, api_version=order.api_version)
    outcome = wait_for_version(work, version, api_version=order.api_version, deadline=deadline)
    if outcome.status == "active":
        return UpdateResult({**to_engine(_computed(recorded)), **_outputs(wanted, outcome.version)})
    if outcome.status == GONE:
        raise _vanished(work, id_)
    raise _FailedError(outcome.version, _failed_text(work, "update", wanted, outcome.version))


def _vanished(work: Work, id_: str) -> NotFoundError:
    message = f"version {_number(id_)} of agent '{work.agent_name}' is gone"
    return NotFoundError(
        f"update hosted agent: {message}\nDo: run `pulumi refresh`, then `pulumi up`.", is_explained=True
    )


def _delete(work: Work, id_: str, recorded: Mapping[str, Value]) -> None:
    order = Order.of({"__owner": "", "drain_timeout_seconds": 300, **recorded})
    if recorded.get(MADE_AGENT) is True:
        memory.made_agents.add((work.project_endpoint, work.agent_name))
    declared = next((memory.declared[owner] for owner in order.owners if owner in memory.declared), None)
    if declared is None or _has_moved(recorded, declared):
        remove_owned(work, order, removing=_number(id_))
    else:
        keep_versions = declared.get("keep_versions", 0)
        remove_superseded(
            work, order, removing=_number(id_), keep_versions=keep_versions if isinstance(keep_versions, int) else 0
        )


def _has_moved(recorded: Mapping[str, Value], declared: Mapping[str, Value]) -> bool:
    """True when the declaration now speaks of another agent: nobody else would ever clean up in the old one."""
    return any(recorded[name] != declared.get(name) for name in ("project_endpoint", "agent_name"))


class _FailedError(StillCreatingError):
    """A version in state has failed: kept there with `status: failed`, so that the next diff replaces it."""


def _explained(error: FoundryError, operation: str, inputs: Mapping[str, Value], id_: str) -> str:
    if error.is_explained:
        return str(error)
    image = inputs.get("image")
    return explain(
        error,
        operation=operation,
        agent_name=str(inputs["agent_name"]),
        version=_number(id_) or None,
        image=image if isinstance(image, str) else None,
        project_endpoint=str(inputs["project_endpoint"]),
    )


def _failed_text(work: Work, operation: str, inputs: Mapping[str, Value], version: Version) -> str:
    image = inputs.get("image")
    return explain_failed_version(
        version,
        operation=operation,
        image=image if isinstance(image, str) else None,
        project_endpoint=work.project_endpoint,
        request_id=None,
        removed=False,
    )


def _outputs(inputs: Mapping[str, Value], version: Version) -> dict[str, Any]:
    computed = {name: getattr(version, name) for name in COMPUTED}
    if version.made_agent:
        computed[MADE_AGENT] = True
    return to_engine({**{name: value for name, value in inputs.items() if name not in COMPUTED}, **computed})


def _computed(recorded: Mapping[str, Value]) -> dict[str, Value]:
    return {name: recorded[name] for name in (*COMPUTED, MADE_AGENT) if name in recorded}


def _with_agent_name(id_: str, recorded: dict[str, Value]) -> dict[str, Value]:
    return {"agent_name": id_.rpartition("/")[0], **recorded}


def _number(id_: str) -> str:
    return id_.rpartition("/")[2]
