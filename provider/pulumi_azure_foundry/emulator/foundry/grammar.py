"""A few words to write down what a JSON body may hold, and one function that reads a body against them.

Only what the service's description closes is closed: the refusal names the path of the first thing that does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..values import Json, JsonMap
from .errors import refuse


@dataclass(frozen=True, slots=True)
class Text:
    """A string of at most *longest* characters; one of *words* if there are any."""

    longest: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number in a range."""

    low: int = -(2**31)
    high: int = 2**31


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean."""


@dataclass(frozen=True, slots=True)
class Open:
    """Any JSON value; an object if *mapping*."""

    mapping: bool = False


@dataclass(frozen=True, slots=True)
class Many:
    """An array."""

    of: Grammar
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """An object of strings by free names."""

    most: int | None = None
    longest_name: int | None = None
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """An object with known *fields*; *open* ones keep what is not known."""

    fields: Mapping[str, Grammar]
    required: tuple[str, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """An object whose member *by* says which grammar holds; other words are *otherwise*."""

    by: str
    cases: Mapping[str, Grammar]
    otherwise: Grammar = field(default_factory=lambda: Open(mapping=True))


Grammar: TypeAlias = Text | Whole | Truth | Open | Many | Pairs | Thing | OneOf


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads bodies; *strict* refuses what a closed object does not know, else it is dropped."""

    strict: bool = True

    def thing(self, value: Json, grammar: Thing, path: str = "") -> JsonMap:
        """*value* read as an object, without members that are null."""
        if not isinstance(value, dict):
            raise _misfit(path, "an object")
        for name in value:
            if name not in grammar.fields and not grammar.open and self.strict:
                raise refuse("unknown_property", param=_join(path, name), name=_join(path, name))
        for name in grammar.required:
            if value.get(name) is None:
                raise _misfit(_join(path, name), "a value; it is required")
        known: JsonMap = {}
        for name, member in value.items():
            rule = grammar.fields.get(name, Open() if grammar.open else None)
            if rule is not None and member is not None:
                known[name] = self.read(member, rule, _join(path, name))
        return known

    def read(self, value: Json, grammar: Grammar, path: str) -> Json:  # noqa: PLR0911  # one line per word
        """*value* if it fits *grammar*."""
        if isinstance(grammar, Thing):
            return self.thing(value, grammar, path)
        if isinstance(grammar, OneOf):
            return self._one_of(value, grammar, path)
        if isinstance(grammar, Many):
            return self._many(value, grammar, path)
        if isinstance(grammar, Pairs):
            return _pairs(value, grammar, path)
        if isinstance(grammar, Text):
            return _text(value, grammar, path)
        if isinstance(grammar, Whole):
            return _whole(value, grammar, path)
        if isinstance(grammar, Truth):
            return _fits(value, path, "true or false", fits=isinstance(value, bool))
        return _fits(value, path, "an object", fits=not grammar.mapping or isinstance(value, dict))

    def _one_of(self, value: Json, grammar: OneOf, path: str) -> Json:
        if not isinstance(value, dict):
            raise _misfit(path, "an object")
        word = value.get(grammar.by)
        if not isinstance(word, str):
            raise _misfit(_join(path, grammar.by), "a string")
        return self.read(value, grammar.cases.get(word, grammar.otherwise), path)

    def _many(self, value: Json, grammar: Many, path: str) -> Json:
        if not isinstance(value, list):
            raise _misfit(path, "an array")
        if grammar.most is not None and len(value) > grammar.most:
            raise _misfit(path, f"at most {grammar.most} entries")
        return [self.read(entry, grammar.of, f"{path}[{index}]") for index, entry in enumerate(value)]


def _text(value: Json, grammar: Text, path: str) -> str:
    if not isinstance(value, str):
        raise _misfit(path, "a string")
    if grammar.longest is not None and len(value) > grammar.longest:
        raise _misfit(path, f"at most {grammar.longest} characters")
    if grammar.words and value not in grammar.words:
        raise _misfit(path, f"one of {', '.join(grammar.words)}")
    return value


def _whole(value: Json, grammar: Whole, path: str) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not grammar.low <= value <= grammar.high:
        raise _misfit(path, f"a whole number from {grammar.low} to {grammar.high}")
    return value


def _pairs(value: Json, grammar: Pairs, path: str) -> JsonMap:
    if not isinstance(value, dict):
        raise _misfit(path, "an object of strings")
    if grammar.most is not None and len(value) > grammar.most:
        raise _misfit(path, f"at most {grammar.most} pairs")
    longest = grammar.longest_name
    if longest is not None and any(len(name) > longest for name in value):
        raise _misfit(path, f"names of at most {longest} characters")
    text = Text(grammar.longest)
    return {name: _text(member, text, _join(path, name)) for name, member in value.items()}


def _fits(value: Json, path: str, wanted: str, *, fits: bool) -> Json:
    if not fits:
        raise _misfit(path, wanted)
    return value


def _misfit(path: str, wanted: str) -> Exception:
    return refuse("invalid", param=path, name=path or "the body", wanted=wanted)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
