"""What may stand in a container's environment: names, reserved ones, placeholders, and values that look secret."""

import math
import re
from collections import Counter
from typing import Final

from .failures import Failure, Findings, Notice, entry_path
from .values import Value

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Microsoft docs "Configure environment variables of a hosted agent": the platform sets these itself.
INJECTED: Final = frozenset(
    {
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "FOUNDRY_AGENT_ID",
        "FOUNDRY_AGENT_NAME",
        "FOUNDRY_AGENT_SESSION_ID",
        "FOUNDRY_AGENT_VERSION",
        "FOUNDRY_HOSTED",
        "FOUNDRY_PROJECT_ARM_ID",
        "FOUNDRY_PROJECT_ENDPOINT",
    }
)
# Same page. The service has refused some of them and taken others (azure-dev#7820), hence warnings.
RESERVED: Final = frozenset({"HOME", "OTEL_EXPORTER_OTLP_ENDPOINT", "PORT", "SSE_KEEPALIVE_INTERVAL"})
RESERVED_PREFIXES: Final = ("FOUNDRY_", "AGENT_")

_CONNECTION: Final = re.compile(
    r"\$\{\{\s*connections\.[A-Za-z0-9_-]+\.(?:target|credentials\.[A-Za-z0-9_.-]+|metadata\.[A-Za-z0-9_.-]+)\s*\}\}"
)
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")

_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|ACCOUNT_?KEY|PRIVATE_?KEY|SIGNING_?KEY|CREDENTIALS?"
    r"|CONNECTION_?STRING|SAS)(?:_VALUE|_?\d+)?$",
    re.IGNORECASE,
)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KEY_NAME: Final = re.compile(r"(?:^|_)KEY$", re.IGNORECASE)
_KEY_VALUE: Final = re.compile(r"(?=.*\d)\S{16,}")
_SECRET_VALUE: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|(?:AccountKey|SharedAccessKey|Password|Pwd)=[^;]|[?&]sig=|://[^/\s:@]+:[^/\s@]+@"
    r"|^(?:ghp|gho|ghs|github_pat|glpat|xox[abp])[-_]|^sk-[A-Za-z0-9_-]{16}|^AKIA[0-9A-Z]{12}|^eyJ[A-Za-z0-9_-]{8,}\.",
    re.IGNORECASE,
)
_RANDOM_ALPHABET: Final = re.compile(r"[A-Za-z0-9+/_=~.-]{32,}")
_GUID_OR_DIGEST: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:sha\d+:)?[0-9a-f]+", re.IGNORECASE)
_RANDOM_BITS: Final = 4.0
_SHORTEST_SECRET: Final = 6


def check_environment(variables: dict[str, Value]) -> Findings:
    """Every name, and every value that is known."""
    for name, value in variables.items():
        path = entry_path("environment_variables", name)
        yield from _check_name(path, name)
        if isinstance(value, str):
            yield from _check_value(path, name, value)


def _check_name(path: str, name: str) -> Findings:
    if _NAME.fullmatch(name) is None:
        yield Failure(
            path,
            "is no name of an environment variable: letters, digits and underscores, no digit first, as in LOG_LEVEL",
        )
    elif name in INJECTED:
        yield Failure(path, "is set by the platform itself and cannot be given; use a name of your own")
    elif name in RESERVED or name.startswith(RESERVED_PREFIXES):
        yield Notice(path, "is reserved for the platform, which may refuse or overwrite it; use a name of your own")


def _check_value(path: str, name: str, value: str) -> Findings:
    rest = _CONNECTION.sub("", value)
    if _PLACEHOLDER.search(rest) is not None:
        yield Failure(
            path,
            "holds a placeholder ${…} that nothing resolves; put the value in, or use "
            "${{connections.<name>.credentials.<field>}}, which the service resolves",
        )
    elif looks_secret(name, rest):
        yield Notice(
            path,
            "looks like a secret; whatever protects it in Pulumi, it is stored readable on the service for all who may "
            "read the agent. Use ${{connections.<name>.credentials.<field>}}, which is resolved in the container",
        )


def looks_secret(name: str, value: str) -> bool:
    """Guess by name and value; *value* without its connection placeholders."""
    if len(value) < _SHORTEST_SECRET or value.isdigit():
        return False
    words = _HUMP.sub("_", name)
    if _SECRET_NAME.search(words) is not None or _SECRET_VALUE.search(value) is not None:
        return True
    if _KEY_NAME.search(words) is not None and _KEY_VALUE.fullmatch(value) is not None:
        return True
    return _looks_random(value)


def unrecorded_secrets(recorded: Value, live: Value) -> list[str]:
    """Names on the service that look secret and that the program never gave: a read must not carry them into state.

    Args:
        recorded: The environment as state has it.
        live: The environment as the service tells it.
    """
    known = recorded if isinstance(recorded, dict) else {}
    found = live if isinstance(live, dict) else {}
    return sorted(
        name
        for name, value in found.items()
        if name not in known and isinstance(value, str) and looks_secret(name, _CONNECTION.sub("", value))
    )


def _looks_random(value: str) -> bool:
    return (
        _RANDOM_ALPHABET.fullmatch(value) is not None
        and _GUID_OR_DIGEST.fullmatch(value) is None
        and _bits_per_character(value) > _RANDOM_BITS
        and any(c.isdigit() for c in value)
        and any(c.isupper() for c in value)
        and any(c.islower() for c in value)
    )


def _bits_per_character(text: str) -> float:
    """Shannon entropy; prose and identifiers stay below 4 bits, random keys of 32 characters are above."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
