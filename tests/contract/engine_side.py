"""The engine's half of the conversation with a dynamic provider: the same process, the same gRPC, no engine.

`FakeEngine` takes the status lines, `Provider` is a `python -m pulumi.dynamic`, as the engine starts it for a command.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, cast

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from pulumi_azure_foundry._dynamic.hosted_agent_version import HostedAgentVersionProvider
from pulumi_azure_foundry.emulator.environment import child_environment

UNKNOWN = rpc.UNKNOWN
PATIENCE_SECONDS = 90.0
TYPE = "pulumi-python:dynamic/azure-foundry:HostedAgentVersion"
PAYLOAD = serialize_provider(HostedAgentVersionProvider())
SECRET = "hunter2-hunter2"
MAY_HOLD_SECRETS = ("environment_variables", "metadata")

Bag = dict[str, Any]


def urn_of(name: str) -> str:
    return f"urn:pulumi:dev::demo::{TYPE}::{name}"


def as_struct(bag: Bag) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({**bag, "__provider": PAYLOAD})
    return struct


def as_bag(struct: struct_pb2.Struct) -> Bag:
    bag = dict(rpc.deserialize_properties(struct, keep_unknowns=True, keep_internal=True))
    bag.pop("__provider", None)
    return bag


@dataclass(frozen=True)
class Line:
    """What reached a resource's row."""

    urn: str
    text: str
    severity: str
    ephemeral: bool


class FakeEngine(engine_pb2_grpc.EngineServicer):
    """The engine's own server, as far as a provider calls it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802 - gRPC's name
        severity = engine_pb2.LogSeverity.Name(request.severity)
        self.lines.append(Line(request.urn, request.message, severity, request.ephemeral))
        return empty_pb2.Empty()

    def row(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.urn == urn_of(name)]

    def kept(self, name: str) -> list[tuple[str, str]]:
        return [(line.severity, line.text) for line in self.row(name) if not line.ephemeral]

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(0).wait()


@dataclass(frozen=True)
class Stored:
    """A resource as it stands in state."""

    id: str
    inputs: Bag
    outputs: Bag
    init_errors: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        return self.id.rpartition("/")[2]


class CallError(Exception):
    """A call ended with an error; *stored* is what the engine would write into state all the same."""

    def __init__(self, text: str, stored: Stored | None) -> None:
        super().__init__(text)
        self.text = text
        self.stored = stored


@dataclass
class Checked:
    inputs: Bag
    failures: list[tuple[str, str]]


@dataclass
class Provider:
    """One provider process, which is one Pulumi command.

    Everything it says, beside property values under their own keys, is collected in *said*.
    """

    engine: FakeEngine
    environment: dict[str, str]
    folder: Path
    config: Bag = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def start(self) -> Self:
        self._stderr = (self.folder / f"stderr-{id(self)}").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic", self.engine.address],
            env=child_environment(os.environ, self.environment, {"PULUMI_PROJECT": "demo"}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            cwd=self.folder,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        # Whatever it prints later is shown to the user as well.
        self._reader = threading.Thread(target=self._read_stdout, daemon=True)
        self._reader.start()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.stub.Configure(provider_pb2.ConfigureRequest(args=as_struct(self.config)), timeout=PATIENCE_SECONDS)
        return self

    def _read_stdout(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):
            self.said.extend(line.decode() for line in self.process.stdout)

    def stderr(self) -> str:
        self._stderr.flush()
        return Path(self._stderr.name).read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self._channel.close()
        self.kill()
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._stderr.close()

    def check(self, name: str, news: Bag, olds: Bag | None = None) -> Checked:
        request = provider_pb2.CheckRequest(urn=urn_of(name), news=as_struct(news))
        if olds is not None:
            request.olds.CopyFrom(as_struct(olds))
        reply = self._call("Check", request, {})
        failures = [(failure.property, failure.reason) for failure in reply.failures]
        self.said += [reason for _, reason in failures]
        return Checked(self._hear(reply.inputs), failures)

    def diff(self, name: str, stored: Stored, news: Bag) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            urn=urn_of(name),
            id=stored.id,
            olds=as_struct(stored.outputs),
            news=as_struct(news),
            old_inputs=as_struct(stored.inputs),
        )
        return cast("provider_pb2.DiffResponse", self._call("Diff", request, news))

    def create(self, name: str, inputs: Bag) -> Stored:
        return self.begin_create(name, inputs)()

    def begin_create(self, name: str, inputs: Bag) -> Pending:
        request = provider_pb2.CreateRequest(urn=urn_of(name), properties=as_struct(inputs))
        call = self.stub.Create.future(request, timeout=PATIENCE_SECONDS)
        return Pending(self, call, inputs)

    def update(self, name: str, stored: Stored, news: Bag) -> Stored:
        request = provider_pb2.UpdateRequest(
            urn=urn_of(name),
            id=stored.id,
            olds=as_struct(stored.outputs),
            news=as_struct(news),
            old_inputs=as_struct(stored.inputs),
        )
        return Stored(stored.id, news, self._hear(self._call("Update", request, news).properties))

    def read(self, name: str, stored: Stored) -> Stored | None:
        request = provider_pb2.ReadRequest(
            urn=urn_of(name), id=stored.id, properties=as_struct(stored.outputs), inputs=as_struct(stored.inputs)
        )
        return self._read(request, stored.inputs)

    def look_up(self, name: str, id_: str, inputs: Bag) -> Stored | None:
        """A user's `get`: the engine has no outputs yet."""
        request = provider_pb2.ReadRequest(urn=urn_of(name), id=id_, inputs=as_struct(inputs))
        return self._read(request, inputs)

    def _read(self, request: provider_pb2.ReadRequest, inputs: Bag) -> Stored | None:
        reply = self._call("Read", request, inputs)
        if not reply.id:
            return None
        return Stored(reply.id, self._hear(reply.inputs), self._hear(reply.properties))

    def delete(self, name: str, stored: Stored) -> None:
        request = provider_pb2.DeleteRequest(
            urn=urn_of(name),
            id=stored.id,
            properties=as_struct(stored.outputs),
            old_inputs=as_struct(stored.inputs),
        )
        self._call("Delete", request, stored.inputs)

    def cancel(self) -> None:
        self.stub.Cancel(empty_pb2.Empty(), timeout=PATIENCE_SECONDS)

    def _call(self, method: str, request: Any, inputs: Bag) -> Any:
        try:
            return getattr(self.stub, method)(request, timeout=PATIENCE_SECONDS)
        except grpc.RpcError as error:
            raise self.call_error(error, inputs) from None

    def call_error(self, error: Any, inputs: Bag) -> CallError:
        """The error, and the partial state that rides in its trailing metadata."""
        text = error.details() or ""
        self.said.append(text)
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                status = status_pb2.Status.FromString(value)
                unready = provider_pb2.ErrorResourceInitFailed()
                assert status.details[0].Unpack(unready)
                assert PAYLOAD == unready.properties["__provider"]
                self.said += [status.message, *unready.reasons]
                outputs = self._hear(unready.properties)
                return CallError(text, Stored(unready.id, self._hear(unready.inputs), outputs, tuple(unready.reasons)))
        return CallError(text, None)

    def _hear(self, struct: struct_pb2.Struct) -> Bag:
        bag = as_bag(struct)
        # The engine keeps a secret input secret under its own key, and nowhere else.
        self.said.append(repr({key: value for key, value in bag.items() if key not in MAY_HOLD_SECRETS}))
        return bag


@dataclass(frozen=True)
class Pending:
    """A create that is under way; call it for its result."""

    provider: Provider
    call: Any
    inputs: Bag

    def __call__(self) -> Stored:
        try:
            reply = self.call.result()
        except grpc.RpcError as error:
            raise self.provider.call_error(error, self.inputs) from None
        return Stored(reply.id, self.inputs, self.provider._hear(reply.properties))
