"""The engine's values and ours: the one place where floats, missing Nones and `Unknown` objects are dealt with.

The dynamic server sends every number as a float (pulumi/pulumi#13830), drops keys whose value is None, hands `Unknown`
objects to check and diff at any depth, and puts its own `__provider` key into every bag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.output import Unknown as EngineUnknown

from pulumi_azure_foundry._core.values import UNKNOWN, Value, is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVIDER_KEY = "__provider"


def from_engine(bag: Mapping[str, Any]) -> dict[str, Value]:
    """Plain values of a property bag: whole floats as ints, unknowns as `UNKNOWN`, no `__provider`, no None."""
    return {key: value_from_engine(value) for key, value in bag.items() if key != PROVIDER_KEY and value is not None}


def value_from_engine(value: Any) -> Value:  # noqa: ANN401 - whatever the engine sent
    """One value as the core wants it."""
    if isinstance(value, EngineUnknown):
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [value_from_engine(item) for item in value]
    if isinstance(value, dict):
        return {str(key): value_from_engine(item) for key, item in value.items()}
    plain: Value = value
    return plain


def to_engine(values: Mapping[str, Value]) -> dict[str, Any]:
    """A property bag for the engine: unknowns as the SDK's objects, Nones left out."""
    return {key: value_to_engine(value) for key, value in values.items() if value is not None}


def value_to_engine(value: Value) -> Any:  # noqa: ANN401 - whatever the engine takes
    """One value as the SDK's serialiser wants it."""
    if is_unknown(value):
        return EngineUnknown()  # type: ignore[no-untyped-call]
    if isinstance(value, list):
        return [value_to_engine(item) for item in value]
    if isinstance(value, dict):
        return {key: value_to_engine(item) for key, item in value.items()}
    return value
