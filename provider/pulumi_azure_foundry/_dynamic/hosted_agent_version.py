"""The provider class of `HostedAgentVersion`: what is pickled into state and called by the engine.

Module path and class name are written into every user's state: they never move. The program imports this module too,
so what only a call needs is imported by the call: check and diff in `version_preview`, the rest in `version_life`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from pulumi_azure_foundry._dynamic import doors
from pulumi_azure_foundry._dynamic.base import FoundryProvider, answer
from pulumi_azure_foundry._dynamic.wire import from_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_azure_foundry._core.values import Value

COMPUTED = ("version", "status", "agent_guid", "principal_id", "client_id", "created_at")
"""Outputs that the service decides; every other output is an input under its own key and shape."""


class HostedAgentVersionProvider(FoundryProvider):
    """What the engine calls for one `HostedAgentVersion`."""

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Canonical inputs and all failures at once; nothing here touches the network."""
        from pulumi_azure_foundry._dynamic.version_preview import check_declaration

        caller = doors.find_caller()
        recorded, wanted = from_engine(caller.whole(olds, "olds")), from_engine(caller.whole(news, "news"))
        return answer(
            caller,
            lambda: check_declaration(caller, recorded, wanted),
            result=CheckResult(news, []),
            secrets=lambda: secrets_of(wanted),
        )

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Which canonical values changed, and whether that makes a new version."""
        from pulumi_azure_foundry._dynamic.version_preview import compare

        caller = doors.find_caller()
        recorded, wanted = from_engine(caller.whole(olds, "olds")), from_engine(caller.whole(news, "news"))
        return answer(
            caller,
            lambda: compare(caller, id_, recorded, wanted),
            result=DiffResult(),
            secrets=lambda: [*secrets_of(recorded), *secrets_of(wanted)],
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create or adopt the version, and wait until it serves."""
        from pulumi_azure_foundry._dynamic.version_life import create

        caller = doors.find_caller()
        inputs = from_engine(caller.whole(props, "properties"))
        return answer(
            caller, lambda: create(caller, inputs), result=CreateResult("-", {}), secrets=lambda: secrets_of(inputs)
        )

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """One GET: gone only on the version's own 404, and always with inputs."""
        from pulumi_azure_foundry._dynamic.version_life import read

        caller = doors.find_caller()
        recorded = from_engine(caller.whole(props, "properties"))
        return answer(
            caller,
            lambda: read(caller, id_, recorded),
            result=ReadResult(id_, dict(props)),
            secrets=lambda: secrets_of(recorded),
        )

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Behaviour changes cost no call; a version that was not ready is waited for."""
        from pulumi_azure_foundry._dynamic.version_life import update

        caller = doors.find_caller()
        recorded, wanted = from_engine(caller.whole(olds, "olds")), from_engine(caller.whole(news, "news"))
        return answer(
            caller,
            lambda: update(caller, id_, recorded, wanted),
            result=UpdateResult({}),
            secrets=lambda: secrets_of(wanted),
        )

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """The tail of a replacement, a removal from the program, or destroy: `memory` knows which."""
        from pulumi_azure_foundry._dynamic.version_life import delete

        caller = doors.find_caller()
        recorded = from_engine(caller.whole(props, "properties"))
        answer(caller, lambda: delete(caller, id_, recorded), result=None, secrets=lambda: secrets_of(recorded))


def secrets_of(inputs: Mapping[str, Value]) -> list[str]:
    """Values that no message may show; what also stands in an open field is none."""
    found: list[str] = []
    pending: list[Value] = [inputs.get("environment_variables"), inputs.get("telemetry_config"), inputs.get("tools")]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str):
            found.append(value)
    public = " ".join(str(inputs.get(name, "")) for name in ("agent_name", "image", "project_endpoint"))
    return [value for value in found if value not in public]
