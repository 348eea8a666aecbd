"""Which protocols a container can declare, and in which version: one table per wire shape."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .failures import Failure, Findings, Notice, quoted
from .fields import FIRST_PREVIEW, TODAY
from .values import Value, is_unknown


@dataclass(frozen=True, slots=True)
class Protocols:
    """Names of a shape, the grammar of their versions, and versions that only some names have."""

    names: tuple[str, ...]
    version: re.Pattern[str]
    example: str
    only: Mapping[str, str]


# Today: AgentEndpointProtocol in azure-ai-projects 2.10.0; versions from Microsoft docs "Manage a hosted agent".
# First preview: AgentProtocol in azure-ai-projects 2.0.0b3; docs of that time declare "v1".
PROTOCOLS: Final[Mapping[str, Protocols]] = {
    TODAY: Protocols(
        ("responses", "invocations", "activity", "a2a", "mcp", "voice", "invocations_ws", "voice_conversation_engine"),
        re.compile(r"\d+\.\d+\.\d+"),
        "2.0.0",
        {"voice_conversation_engine": "1.0.0"},
    ),
    FIRST_PREVIEW: Protocols(("responses", "activity_protocol"), re.compile("v1"), "v1", {}),
}

# Microsoft docs "Isolate sessions per user": requests to containers of this version are blocked since 2026-07-31.
_BLOCKED: Final = "1.0.0"
_BLOCKED_FOR: Final = frozenset({"responses", "invocations"})


def check_protocols(value: Value, api_version: Value) -> Findings:
    """Names and versions of every entry; entries that are not known yet are passed over."""
    if not isinstance(value, list):
        yield Failure("protocol_versions", 'must be a list such as [{"protocol": "responses", "version": "2.0.0"}]')
        return
    if not value:
        yield Failure("protocol_versions", "must name at least one protocol, or be left out for the default")
    known = PROTOCOLS.get(api_version) if isinstance(api_version, str) else None
    for index, entry in enumerate(value):
        yield from _check_entry(f"protocol_versions[{index}]", entry, known)


def _check_entry(path: str, entry: Value, known: Protocols | None) -> Findings:
    if is_unknown(entry):
        return
    if not isinstance(entry, dict):
        yield Failure(path, 'must be a map such as {"protocol": "responses", "version": "2.0.0"}')
        return
    for key in sorted(set(entry) - {"protocol", "version"}):
        yield Failure(f"{path}.{key}", "is not known; a protocol has `protocol` and `version`")
    for key in ("protocol", "version"):
        if not is_unknown(entry.get(key)) and not isinstance(entry.get(key), str):
            yield Failure(f"{path}.{key}", f"must be a text, for example '{_EXAMPLES[key]}'")
    name, version = entry.get("protocol"), entry.get("version")
    if known is not None and isinstance(name, str):
        yield from _check_name(f"{path}.protocol", name, known.names)
    if known is not None and isinstance(version, str):
        yield from _check_version(f"{path}.version", name if isinstance(name, str) else "", version, known)


_EXAMPLES: Final[Mapping[str, str]] = {"protocol": "responses", "version": "2.0.0"}


def _check_name(path: str, name: str, names: Sequence[str]) -> Findings:
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        yield Failure(path, f"{quoted(name)} is no protocol of this api_version.{hint} Allowed: {', '.join(names)}")


def _check_version(path: str, name: str, version: str, known: Protocols) -> Findings:
    only = known.only.get(name)
    if only is not None and version != only:
        yield Failure(path, f"{quoted(version)} is no version of {name}: declare '{only}'")
    elif known.version.fullmatch(version) is None:
        yield Failure(path, f"{quoted(version)} is no version of this api_version: declare '{known.example}'")
    elif version == _BLOCKED and name in _BLOCKED_FOR:
        yield Notice(
            path,
            f"{quoted(version)} is no longer served: rebuild with a newer agent server, and declare '{known.example}'",
        )
