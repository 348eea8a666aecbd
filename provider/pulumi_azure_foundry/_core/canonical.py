"""One spelling for each value, so that diff, fingerprint and the engine's display compare what is meant.

Canonical form is total (a value of a wrong type stays as it is; `checks` names it) and idempotent.
The dynamic server sends every number as a float (pulumi/pulumi#13830); JSON must not say 1.0.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from .fields import FIELD, FIELDS, TODAY, default_of
from .images import ImageReferenceError, parse_image
from .values import Unknown, Value

# Sent by the service's own tools, without any effect that could be found; never compared, never sent.
IGNORED_METADATA: Final = "enableVnextExperience"

# As many digits as the arithmetic keeps; no size of a container comes near.
_LONGEST_DECIMAL: Final = 20

_encode: Final = json.JSONEncoder(sort_keys=True, default=repr).encode


def canonical_value(name: str, value: Value) -> Value:
    """Canonical form of one input; None means the same as absent."""
    field = FIELD[name]
    plain = plain_value(value)
    if plain is None or isinstance(plain, Unknown):
        return plain
    return _NORMALISERS.get(field.form or field.kind, _same)(plain)


def canonical_inputs(inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Canonical form of all inputs; absent stays absent, what is no input passes through."""
    result: dict[str, Value] = {}
    for name, value in inputs.items():
        canonical = canonical_value(name, value) if name in FIELD else plain_value(value)
        if canonical is not None:
            result[name] = canonical
    return result


def complete_inputs(inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Canonical form with the defaults of the wire shape filled in."""
    result = canonical_inputs(inputs)
    api_version = result.setdefault("api_version", TODAY)
    for field in FIELDS:
        default = default_of(field, api_version)
        if field.name not in result and default is not None:
            result[field.name] = default
    return result


def plain_value(value: Value) -> Value:
    """Integral floats as integers, no None inside maps and lists, at any depth."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value if item is not None]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def sort_key(value: object) -> str:
    """Order for values of any kind, unknown ones included."""
    return _encode(value)


def _same(value: Value) -> Value:
    return value


def _absent_if_empty(value: Value) -> Value:
    return None if value in ("", [], {}) else value


def _metadata(value: Value) -> Value:
    if not isinstance(value, dict):
        return _absent_if_empty(value)
    return {key: item for key, item in value.items() if key != IGNORED_METADATA} or None


def _cpu(value: Value) -> Value:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    return _decimal_text(str(value)) or value


def _memory(value: Value) -> Value:
    if not isinstance(value, str) or not value.endswith("Gi"):
        return value
    number = _decimal_text(value.removesuffix("Gi"))
    return f"{number}Gi" if number is not None else value


def _decimal_text(text: str) -> str | None:
    """Shortest plain spelling of a decimal such as "1.50", None for anything else."""
    if len(text) > _LONGEST_DECIMAL or not text.isascii() or not text.replace(".", "", 1).isdigit():
        return None
    return f"{Decimal(text).normalize():f}"


def _image(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    try:
        return str(parse_image(value))
    except ImageReferenceError:
        return value


def _endpoint(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return value
    if parts.hostname is None or parts.username is not None or parts.query or parts.fragment:
        return value
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    colon_port = f":{port}" if port not in (None, 443) else ""
    return f"{parts.scheme}://{host}{colon_port}{parts.path.rstrip('/')}"


def _protocols(value: Value) -> Value:
    if not isinstance(value, list):
        return value
    return list({sort_key(item): item for item in sorted(value, key=sort_key)}.values())


_NORMALISERS: Final[Mapping[str, Callable[[Value], Value]]] = {
    "cpu": _cpu,
    "memory": _memory,
    "image": _image,
    "endpoint": _endpoint,
    "environment": _absent_if_empty,
    "metadata": _metadata,
    "protocols": _protocols,
    "string": _absent_if_empty,
    "strings": _absent_if_empty,
    "tools": _absent_if_empty,
}
