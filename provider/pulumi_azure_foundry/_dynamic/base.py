"""What all controllers share: the choke point through which every error reaches the engine."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar, TypeVar

from pulumi.dynamic import ConfigureRequest, ResourceProvider

from pulumi_azure_foundry._core.errors import FoundryError, redact
from pulumi_azure_foundry._dynamic import doors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST_TEXT = 6_000
"""Details over about 16 KB break a Python gRPC client (RESOURCE_EXHAUSTED)."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class FoundryProvider(ResourceProvider):
    """Base of every provider class: stateless, pickled by reference, nothing secret in it."""

    serialize_as_secret_always: ClassVar[bool] = False  # type: ignore[misc]

    def configure(self, req: ConfigureRequest) -> None:  # noqa: ARG002 - the SDK's signature
        """Open the process's doors; the SDK calls this once per process and payload."""
        doors.adopt_process()


def answer(
    caller: doors.Caller, method: Callable[[], T], *, result: T, secrets: Callable[[], Iterable[str]] = tuple
) -> T:
    """Run *method*; an error becomes a short message without traceback and without *secrets*.

    Args:
        caller: The RPC being served.
        method: The work.
        result: What the SDK is handed beside the error, as its server insists on serialising something.
        secrets: Gives the values that must not be printed; asked only when something is.
    """
    try:
        return method()
    except FoundryError as error:
        return doors.fail(caller, error, _printable(str(error), secrets()), result)
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - the choke point
        # SystemExit from a credential helper would otherwise leave the RPC unanswered and `up` hanging.
        _log.debug("unexpected", exc_info=error)
        text = (
            f"unexpected {type(error).__name__} in pulumi-azure-foundry: {error}\nPlease report this with the command."
        )
        return doors.fail(caller, RuntimeError(), _printable(text, secrets()), result)


def _printable(text: str, secrets: Iterable[str]) -> str:
    return redact(text, secrets)[:LONGEST_TEXT]
