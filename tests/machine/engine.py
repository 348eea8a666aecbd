"""A small model of the engine: which method it calls when, and what it writes into state.

Held to facts about the real engine: olds are outputs, a bare `None` answer compares inputs, an init error makes the
next `up` call update, a replaced resource is deleted last, a failed step ends the command, every step is saved at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2, status_pb2

from pulumi_azure_foundry._dynamic import doors, version_life, version_preview
from pulumi_azure_foundry._dynamic.hosted_agent_version import HostedAgentVersionProvider
from pulumi_azure_foundry._dynamic.memory import Memory
from pulumi_azure_foundry._dynamic.work import StatusLine, Work
from tests.contract.engine_side import Bag, CallError, Stored, as_bag, as_struct, urn_of
from tests.machine.service import KilledError, Service, Trouble, VirtualClock

DELETE_FIRST = "__delete_before_replace"


@dataclass
class Engine:
    """One stack: its state, and the commands on it."""

    service: Service
    state: dict[str, Stored] = field(default_factory=dict)
    pending: list[tuple[str, Stored]] = field(default_factory=list)
    """Replaced resources that are still to be deleted."""

    def __post_init__(self) -> None:
        self.provider = HostedAgentVersionProvider()
        self.patch = pytest.MonkeyPatch()
        self.last_error = ""

    @contextmanager
    def command(self, trouble: Trouble | None) -> Iterator[None]:
        """A provider process of its own: nothing is remembered from earlier commands."""
        memory = Memory()
        self.service.begin(trouble)
        self.patch.setattr(version_life, "memory", memory)
        self.patch.setattr(version_preview, "memory", memory)
        self.patch.setattr(version_life, "open_work", self._opener(memory))
        yield
        self.patch.undo()

    def _opener(self, memory: Memory) -> Callable[..., Work]:
        clock = VirtualClock(self.service.world)

        def open_work(_: object, inputs: Mapping[str, Any]) -> Work:
            return Work(
                data_plane=self.service,
                project_endpoint=str(inputs["project_endpoint"]),
                agent_name=str(inputs["agent_name"]),
                clock=clock,
                status=StatusLine(show=lambda _: None, clock=clock),
                warn=lambda _: None,
                is_wanted=lambda: True,
                memory=memory,
            )

        return open_work

    def up(self, program: Mapping[str, Bag], trouble: Trouble | None, *, replace: str = "") -> bool:
        """`pulumi up`, optionally with `--replace`; True when it succeeded."""
        return self._run(trouble, lambda: self._up(program, replace))

    def destroy(self, trouble: Trouble | None) -> bool:
        """`pulumi destroy`."""
        return self._run(trouble, lambda: self._delete_all_but(()))

    def refresh(self, trouble: Trouble | None) -> bool:
        """`pulumi refresh`."""
        return self._run(trouble, self._refresh)

    def _run(self, trouble: Trouble | None, work: Callable[[], None]) -> bool:
        with self.command(trouble):
            try:
                work()
            except (CallError, KilledError) as error:
                self.last_error = repr(error)
                return False
            return True

    def _up(self, program: Mapping[str, Bag], replace: str) -> None:
        for name, declared in program.items():
            wanted = {key: value for key, value in declared.items() if key != DELETE_FIRST}
            self._step(name, wanted, delete_first=declared[DELETE_FIRST], replace=name == replace)
        self._delete_all_but(program)

    def _step(self, name: str, declared: Bag, *, delete_first: bool, replace: bool) -> None:
        stored = self.state.get(name)
        news = self._check(name, stored.inputs if stored else {}, declared)
        if stored is None:
            self._create(name, news)
            return
        must_replace, must_update = self._diff(name, stored, news)
        if must_replace or replace:
            news = self._check(name, {}, declared)
            if delete_first:
                self._delete(name, stored)
                del self.state[name]
            self._create(name, news)
        elif must_update or stored.init_errors:
            self._update(name, stored, news)
        else:
            self.state[name] = Stored(stored.id, news, stored.outputs)

    def _check(self, name: str, olds: Bag, news: Bag) -> Bag:
        request = provider_pb2.CheckRequest(urn=urn_of(name), news=as_struct(news))
        result = self._serve(request, news, lambda: self.provider.check(bag(olds), bag(news)))
        assert [] == [failure.reason for failure in result.failures]
        return bag(result.inputs)

    def _diff(self, name: str, stored: Stored, news: Bag) -> tuple[bool, bool]:
        request = provider_pb2.DiffRequest(urn=urn_of(name), id=stored.id, old_inputs=as_struct(stored.inputs))
        result = self._serve(request, news, lambda: self.provider.diff(stored.id, bag(stored.outputs), bag(news)))
        changed = stored.inputs != news if result.changes is None else bool(result.changes)
        return changed and bool(result.replaces), changed

    def _create(self, name: str, news: Bag) -> None:
        request = provider_pb2.CreateRequest(urn=urn_of(name), properties=as_struct(news))
        try:
            result = self._serve(request, news, lambda: self.provider.create(bag(news)))
        except CallError as error:
            if error.stored is not None:
                self._replace_in_state(name, error.stored)
            raise
        self._replace_in_state(name, Stored(str(result.id), news, bag(result.outs)))

    def _replace_in_state(self, name: str, stored: Stored) -> None:
        if name in self.state:
            self.pending.append((name, self.state[name]))
        self.state[name] = stored

    def _update(self, name: str, stored: Stored, news: Bag) -> None:
        request = provider_pb2.UpdateRequest(urn=urn_of(name), id=stored.id, news=as_struct(news))
        try:
            result = self._serve(request, news, lambda: self.provider.update(stored.id, bag(stored.outputs), bag(news)))
        except CallError as error:
            if error.stored is not None:
                self.state[name] = error.stored
            raise
        self.state[name] = Stored(stored.id, news, bag(result.outs))

    def _refresh(self) -> None:
        for name, stored in list(self.state.items()):
            request = provider_pb2.ReadRequest(
                urn=urn_of(name), id=stored.id, inputs=as_struct(stored.inputs), properties=as_struct(stored.outputs)
            )
            read = partial(self.provider.read, stored.id, bag(stored.outputs))
            try:
                result = self._serve(request, stored.inputs, read)
            except CallError as error:
                if error.stored is None:
                    raise
                self.state[name] = error.stored
                continue
            if not result.id:
                del self.state[name]
            else:
                self.state[name] = Stored(stored.id, bag(result.inputs), bag(result.outs))

    def _delete_all_but(self, kept: Mapping[str, Bag] | tuple[()]) -> None:
        for entry in list(self.pending):
            self._delete(*entry)
            self.pending.remove(entry)
        for name in [name for name in self.state if name not in kept]:
            self._delete(name, self.state[name])
            del self.state[name]

    def _delete(self, name: str, stored: Stored) -> None:
        request = provider_pb2.DeleteRequest(urn=urn_of(name), id=stored.id, properties=as_struct(stored.outputs))
        self._serve(request, stored.inputs, lambda: self.provider.delete(stored.id, bag(stored.outputs)))

    def _serve(self, request: Any, inputs: Bag, method: Callable[[], Any]) -> Any:
        """The SDK's frame; what its server would send as an error is raised."""
        context = Context()
        result = serve(request, context, method)
        if context.details is not None:
            raise CallError(context.details, context.stored(inputs))
        return result


class Context:
    """The gRPC context as far as the doors use it."""

    def __init__(self) -> None:
        self.details: str | None = None
        self._trailing: tuple[tuple[str, bytes], ...] = ()

    def set_code(self, code: object) -> None: ...

    def set_details(self, details: str) -> None:
        self.details = details

    def set_trailing_metadata(self, pairs: tuple[tuple[str, bytes], ...]) -> None:
        self._trailing = pairs

    def is_active(self) -> bool:
        return True

    def stored(self, inputs: Bag) -> Stored | None:
        """Partial state, where there is some."""
        for _, value in self._trailing:
            unready = provider_pb2.ErrorResourceInitFailed()
            assert status_pb2.Status.FromString(value).details[0].Unpack(unready)
            return Stored(unready.id, inputs, bag(as_bag(unready.properties)), tuple(unready.reasons))
        return None


def serve(request: object, context: object, method: Callable[[], Any]) -> Any:
    """Two locals by these names are what `doors.find_caller` looks for."""
    assert request is not context
    assert not doors.cancelled.is_set()
    return method()


def bag(values: Mapping[str, Any]) -> Bag:
    """Values as they come over the wire: every number a float, no None."""
    return {key: _value(value) for key, value in values.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return bag(value) if isinstance(value, dict) else value
