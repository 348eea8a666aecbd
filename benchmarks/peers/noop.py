"""A dynamic provider that does nothing: what the engine, the SDK and the program cost by themselves."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


class NoopProvider(ResourceProvider):
    """Replaces on any change, as an immutable version does, so that the engine has the same plan to make."""

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        changed = [name for name in news if news[name] != olds.get(name)]
        return DiffResult(changes=None if changed else False, replaces=changed)

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['agent_name']}/1", {**props, "version": "1", "status": "active"})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, props, props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(news)


class Noop(Resource, module="bench", name="Noop"):
    """Takes what `HostedAgentVersion` takes."""

    def __init__(self, resource_name: str, **inputs: Any) -> None:  # noqa: ANN401 - any inputs
        super().__init__(NoopProvider(), resource_name, {**inputs, "version": None, "status": None})
