"""One request to the data plane, parsed: what operations get, so that none of them touches HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..values import as_map
from .errors import refuse
from .grammar import Reader
from .state import Records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..values import Json, JsonMap
    from ..world import World
    from .grammar import Thing
    from .state import Agent, Shape, Version


@dataclass(slots=True)
class Call:
    """A request that passed the token, API version and parameter checks."""

    world: World
    project: str
    shape: Shape
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: JsonMap
    raw: bytes
    headers: Mapping[str, str]
    now: float
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        self.records = Records(self.world.store, self.project)

    def switch(self, name: str) -> Json:
        """The answer to an open question."""
        return self.world.settings.switches[name]

    @property
    def agent_name(self) -> str:
        """The agent of the path."""
        return self.path["agent_name"]

    def agent(self) -> Agent:
        """The agent of the path, or a 404."""
        agent = self.records.agent(self.agent_name)
        if agent is None:
            raise refuse("no_agent", name=self.agent_name)
        return agent

    def version(self) -> Version:
        """The version of the path, or a 404; one that was deleted counts as absent."""
        self.agent()
        number = self.path["agent_version"]
        version = self.records.version(self.agent_name, number)
        if version is None or version.deleted_at is not None:
            raise refuse("no_version", name=self.agent_name, version=number)
        return version

    def flag(self, name: str) -> bool:
        """A boolean query parameter, false if absent."""
        value = self.query.get(name, "false").lower()
        if value not in ("true", "false"):
            raise refuse("bad_parameter", param=name, name=name, value=value, wanted="true or false")
        return value == "true"

    def read(self, grammar: Thing) -> JsonMap:
        """The body, read as *grammar*; unknown members are refused, or dropped if so switched."""
        return self.reader().thing(self.body, grammar)

    def reader(self) -> Reader:
        """What reads bodies under the switch ``unknown_fields``."""
        return Reader(strict=self.switch("unknown_fields") == "refuse")


def parse_object(raw: bytes) -> JsonMap:
    """The body as a JSON object, or a 400."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as reason:
        raise refuse("bad_json", reason=type(reason).__name__) from None
    if not isinstance(value, dict):
        raise refuse("bad_json", reason=f"found {type(value).__name__}")
    return as_map(value)
