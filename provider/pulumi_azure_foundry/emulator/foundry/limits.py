"""What the service refuses in a posted version beyond its grammar: names, tiers, reserved variables, protocols.

Numbers differ between the two shapes of a hosted definition; everything else is common.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..values import as_list, as_map, as_text
from .errors import refuse

if TYPE_CHECKING:
    from ..values import Json, JsonMap

NAME: Final = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
# The three tiers of today (cpu in thousandths, memory in MiB); the first preview had 0.25/0.5Gi in steps to 4/8Gi.
TIERS: Final = frozenset({(500, 1024), (1000, 2048), (2000, 4096)})
PREVIEW_STEP: Final = 250
PREVIEW_MOST: Final = 4000
PREVIEW_MEBIBYTES_PER_CORE: Final = 2048
PREVIEW_PROTOCOLS: Final = frozenset({"activity_protocol", "responses"})
PREVIEW_VERSIONS: Final = frozenset({"v1", "1.0.0"})
INJECTED: Final = frozenset({
    "APPLICATIONINSIGHTS_CONNECTION_STRING", "FOUNDRY_AGENT_ID", "FOUNDRY_AGENT_NAME", "FOUNDRY_AGENT_SESSION_ID",
    "FOUNDRY_AGENT_VERSION", "FOUNDRY_HOSTED", "FOUNDRY_PROJECT_ARM_ID", "FOUNDRY_PROJECT_ENDPOINT",
})  # fmt: skip
RESERVED: Final = INJECTED | {"PORT", "HOME", "SSE_KEEPALIVE_INTERVAL", "OTEL_EXPORTER_OTLP_ENDPOINT"}


def check_name(name: str) -> str:
    """The agent's name, if it is one."""
    if NAME.fullmatch(name) is None:
        raise refuse("bad_name", param="agent_name", value=name[:80])
    return name


def check_resources(cpu: str, memory: str, *, first_preview: bool) -> None:
    """The pair must be a tier."""
    pair = (_thousandths(cpu), _mebibytes(memory))
    if not (_is_preview_step(*pair) if first_preview else pair in TIERS):
        raise refuse("resources", param="definition.cpu")


def _is_preview_step(cpu: int, memory: int) -> bool:
    in_range = 0 < cpu <= PREVIEW_MOST and cpu % PREVIEW_STEP == 0
    return in_range and memory * 1000 == cpu * PREVIEW_MEBIBYTES_PER_CORE


def _thousandths(cpu: str) -> int:
    found = re.fullmatch(r"([0-9]{1,4})(?:\.([0-9]{1,3}))?", cpu, re.ASCII)
    return 0 if found is None else int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))


def _mebibytes(memory: str) -> int:
    found = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)Gi", memory, re.ASCII)
    return 0 if found is None else round(float(found[1]) * 1024)


def check_variables(value: Json, *, injected_only: bool) -> None:
    """No name that the platform keeps for itself."""
    for index, name in enumerate(as_map(value)):
        if is_reserved(name, injected_only=injected_only):
            raise refuse("reserved_variable", param=f"environment_variables[{index}]", name=name)


def is_reserved(name: str, *, injected_only: bool) -> bool:
    """Whether the platform keeps the environment variable to itself."""
    if injected_only:
        return name in INJECTED
    return name in RESERVED or name.startswith(("FOUNDRY_", "AGENT_"))


def check_protocols(value: Json, *, first_preview: bool) -> None:
    """Protocols that can never run; the service accepts other versions at create and fails at the first call.

    See microsoft/agent-framework#5532.
    """
    for index, entry in enumerate(as_list(value)):
        protocol = as_text(as_map(entry).get("protocol"))
        version = as_text(as_map(entry).get("version"))
        unknown = protocol not in PREVIEW_PROTOCOLS or version not in PREVIEW_VERSIONS
        if (first_preview and unknown) or (protocol == "voice_conversation_engine" and version != "1.0.0"):
            raise refuse("protocol_unsupported", param=f"protocols[{index}]", protocol=protocol, version=version)


def has_one_source(definition: JsonMap) -> bool:
    """Exactly one of a container and code, as the SDK's documentation asks."""
    return ("container_configuration" in definition) != ("code_configuration" in definition)
