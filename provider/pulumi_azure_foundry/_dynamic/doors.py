"""Private doors of the Python dynamic server, one function each, every one with a fallback.

pulumi.dynamic passes a method neither its URN nor its gRPC context, prints a traceback for every error, cannot save
partial state, ignores Ctrl-C and serves four calls at a time. All of that is reachable through the calling frame and
the server's `__main__`. When a door is shut (unit tests, another SDK) the plain behaviour remains: an exception,
no status line, four slots. Correctness depends on no door but `Caller.whole`, and on that one with pulumi 3.216 only,
whose server hands over no hidden inputs. Each is held to the installed SDK by tests/contract.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

from pulumi_azure_foundry._core.errors import NotReadyError
from pulumi_azure_foundry._dynamic.wire import PROVIDER_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

LOG_TIMEOUT_SECONDS = 2.0
SLOTS = 256
"""Calls served at once. Threads start only when needed; the engine's own limit is `--parallel`."""

_INPUTS_FIELD = {"CreateRequest": "properties", "UpdateRequest": "news", "ReadRequest": "inputs"}

T = TypeVar("T")

cancelled = threading.Event()
"""Set by the engine's `Cancel`: the first Ctrl-C, and the end of every deployment."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The RPC that is being served, as found in the frames above; empty where there is none."""

    request: Any = None
    context: Any = None

    @property
    def urn(self) -> str:
        """URN of the resource the call is for, empty when unknown."""
        return str(getattr(self.request, "urn", ""))

    @property
    def is_wanted(self) -> bool:
        """False once nobody waits for the answer any more: Ctrl-C, or the engine is gone."""
        if cancelled.is_set():
            return False
        return True if self.context is None else bool(self.context.is_active())

    @property
    def old_inputs(self) -> dict[str, Any] | None:
        """The inputs recorded in state; None where the request carries none."""
        old_inputs = getattr(self.request, "old_inputs", None)
        if old_inputs is None:
            return None
        return dict(rpc.deserialize_properties(old_inputs, keep_unknowns=True, keep_internal=True))

    def whole(self, bag: Mapping[str, Any], part: str) -> dict[str, Any]:
        """*bag*, which the SDK made of the request's *part*, with the hidden inputs that pulumi 3.216 drops.

        Its `deserialize_properties` skips every `__` key but `__provider`; 3.259 no longer does.
        """
        struct = getattr(self.request, part, None)
        if struct is None:
            return dict(bag)
        hidden = [key for key in struct if key.startswith("__") and key not in bag]
        return {**bag, **{key: rpc.deserialize_property(struct[key]) for key in hidden}}


def find_caller() -> Caller:
    """The gRPC request and context of the call served on this thread, from the SDK's frame above us."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the door
    while frame is not None:
        request, context = frame.f_locals.get("request"), frame.f_locals.get("context")
        if hasattr(request, "DESCRIPTOR") and hasattr(context, "set_details"):
            return Caller(request, context)
        frame = frame.f_back
    return Caller()


_channel_lock = threading.Lock()
_engine: list[engine_pb2_grpc.EngineStub] = []


def _engine_stub() -> engine_pb2_grpc.EngineStub | None:
    """The engine whose address the server was started with; None in any other process."""
    if len(sys.argv) != 2 or not sys.argv[1].rpartition(":")[2].isdecimal():
        return None
    with _channel_lock:
        if not _engine:
            _engine.append(engine_pb2_grpc.EngineStub(grpc.insecure_channel(sys.argv[1])))
        return _engine[0]


def tell(caller: Caller, message: str, *, severity: str = "INFO", keep: bool = False) -> None:
    """Show a message on the resource's own row; kept under its diagnostics with *keep*."""
    stub = _engine_stub() if caller.urn else None
    if stub is None:
        return
    request = engine_pb2.LogRequest(
        severity=getattr(engine_pb2, severity), message=message, urn=caller.urn, ephemeral=not keep
    )
    try:
        stub.Log(request, timeout=LOG_TIMEOUT_SECONDS)
    except grpc.RpcError:
        return  # the engine is gone: nobody reads status lines any more


def fail(caller: Caller, error: Exception, text: str, result: T) -> T:
    """Hand *text* to the engine without a traceback; raise the plain error where there is no context."""
    if caller.context is None:
        raise type(error)(text) from None
    caller.context.set_code(grpc.StatusCode.UNKNOWN)
    caller.context.set_details(text)
    return result


def save_partial(caller: Caller, resource_id: str, outputs: Mapping[str, Any], reasons: Sequence[str], result: T) -> T:
    """Make the engine store id and outputs with an init error; without the door, fail with the reasons."""
    request, context = caller.request, caller.context
    if context is None or request.DESCRIPTOR.name not in _INPUTS_FIELD:
        raise NotReadyError("\n".join(reasons), is_explained=True) from None
    inputs = getattr(request, _INPUTS_FIELD[request.DESCRIPTOR.name])
    payload = inputs[PROVIDER_KEY] if PROVIDER_KEY in inputs else request.properties[PROVIDER_KEY]
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reasons[0])
    status.details.add().Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=resource_id,
            properties=_serialized({**outputs, PROVIDER_KEY: payload}),
            inputs=inputs,
            reasons=reasons,
        )
    )
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.set_code(grpc.StatusCode.UNKNOWN)
    context.set_details(reasons[0])
    return result


def _serialized(outputs: dict[str, Any]) -> Any:  # noqa: ANN401 - a protobuf Struct
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(outputs, {}))
    finally:
        loop.close()


def _cancel(self, request, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001
    # Runs with the globals of the SDK's __main__, so everything it needs is imported here.
    from google.protobuf import empty_pb2

    from pulumi_azure_foundry._dynamic import doors  # noqa: PLW0406 - these globals are not ours when it runs

    doors.cancelled.set()
    return empty_pb2.Empty()


def adopt_process() -> None:
    """Widen the running executor and listen to the engine's `Cancel`; from `configure`, once per process."""
    pool = _running_pool()
    if pool is not None:
        pool._max_workers = max(pool._max_workers, SLOTS)  # noqa: SLF001 - the door
        for _ in range(pool._work_queue.qsize()):  # noqa: SLF001 - the door
            # Only a submit starts a thread: calls that arrived before this one would wait behind the first four.
            pool.submit(int)
    servicer = getattr(sys.modules["__main__"], "DynamicResourceProviderServicer", None)
    if servicer is not None:
        # The handler was bound when the server was built: replacing the attribute would have no effect.
        servicer.Cancel.__code__ = _cancel.__code__


def _running_pool() -> ThreadPoolExecutor | None:
    """The server's executor, from the worker thread we run on, else from the main thread's frame."""
    arguments = getattr(threading.current_thread(), "_args", None) or ()
    pool = arguments[0]() if arguments and callable(arguments[0]) else None
    if pool is None:
        frame = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001 - the door
        while frame is not None and "server" not in frame.f_locals:
            frame = frame.f_back
        state = getattr(frame.f_locals["server"], "_state", None) if frame is not None else None
        pool = getattr(state, "thread_pool", None)
    return pool if isinstance(pool, ThreadPoolExecutor) else None
