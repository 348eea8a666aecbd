"""What a person or a test may turn: durations, limits, and a switch for every behaviour that public sources leave open.

Values live in the store, so that a change made by one command is seen by a server already running.
Each default is what the sources make most likely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

from .values import Json, JsonMap, as_map

if TYPE_CHECKING:
    from .store import Store

KIND = "settings"
KEY = "all"
T = TypeVar("T", bound=bool | int | float | str)


@dataclass(frozen=True, slots=True)
class Switch:
    """One open question: the answers the emulator can give, the default first."""

    default: Json
    answers: tuple[Json, ...]
    question: str


SWITCHES: Final[Mapping[str, Switch]] = {
    "dedupe": Switch("latest", ("latest", "any", "off"), "which earlier version an identical definition returns"),
    "dedupe_returns_failed": Switch(True, (True, False), "a failed version is returned for its own definition"),  # noqa: FBT003
    "metadata_counts_for_dedupe": Switch(True, (True, False), "other metadata makes another version"),  # noqa: FBT003
    "description_counts_for_dedupe": Switch(True, (True, False), "another description makes another version"),  # noqa: FBT003
    "reuse_deleted_numbers": Switch(False, (True, False), "the number of a deleted last version is given again"),  # noqa: FBT003
    "create_version_creates_agent": Switch(True, (True, False), "POST versions makes an absent agent"),  # noqa: FBT003
    "deleted_visible_seconds": Switch(0.0, (), "how long GET answers a deleted version instead of 404"),
    "deleted_visible_as": Switch("deleted", ("deleted", "deleting"), "the status it then has"),
    "list_lag_seconds": Switch(0.0, (), "how far lists and versions.latest are behind the version itself"),
    "list_claims_active": Switch(False, (True, False), "lists and versions.latest say active whatever is true"),  # noqa: FBT003
    "status_flicker": Switch("off", ("off", "active", "failed"), "terminal word that a creating version says once"),
    "last_version_delete": Switch("allow", ("allow", "refuse"), "the only version of an agent may be deleted"),
    "agent_after_last_version": Switch("removed", ("removed", "stays"), "what becomes of the agent then"),
    "serving_version_delete": Switch("allow", ("allow", "refuse"), "a version named in a traffic rule may be deleted"),
    "echo_old_fields": Switch(True, (True, False), "v1 echoes image and an empty container_protocol_versions"),  # noqa: FBT003
    "old_fields_in_v1": Switch("accept", ("accept", "refuse"), "the first preview's definition posted under v1"),
    "server_reshapes": Switch(False, (True, False), "cpu 1 comes back as 1.0, protocols in another order"),  # noqa: FBT003
    "list_order": Switch("desc", ("desc", "asc"), "order of a list without order="),
    "latest_skips_failed": Switch(False, (True, False), "@latest serves the newest version that is active"),  # noqa: FBT003
    "traffic_split": Switch("allow", ("allow", "refuse"), "more than one traffic rule"),
    "reserved_names": Switch("prefixes", ("prefixes", "injected"), "refused: FOUNDRY_*, AGENT_* or the injected names"),
    "identity_per": Switch("agent", ("agent", "version"), "what has an identity of its own"),
    "unknown_fields": Switch("refuse", ("refuse", "ignore"), "properties and query parameters the API does not know"),
    "preview_reports_status": Switch(True, (True, False), "the first preview's version says status and error"),  # noqa: FBT003
}


class Setting(Generic[T]):
    """A typed attribute of `Settings`, kept in the store."""

    def __init__(self, default: T, summary: str, *, low: float | None = None) -> None:
        self.default: T = default
        self.summary = summary
        self._low = low
        self._name = ""

    def __set_name__(self, owner: type[Settings], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type[Settings]) -> Setting[T]: ...
    @overload
    def __get__(self, holder: Settings, owner: type[Settings]) -> T: ...
    def __get__(self, holder: Settings | None, owner: type[Settings]) -> Setting[T] | T:
        if holder is None:
            return self
        value: T = holder.stored().get(self._name, self.default)  # type: ignore[assignment]  # checked when written
        return value

    def __set__(self, holder: Settings, value: T) -> None:
        holder.write(self._name, self.checked(value))

    def checked(self, value: Json) -> T:
        """*value* if it fits, whole numbers welcome where a float is wanted."""
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or type(value) is not kind:
            message = f"{self._name}: {value!r} is not of type {kind.__name__}"
            raise ValueError(message)
        if self._low is not None and isinstance(value, int | float) and value < self._low:
            message = f"{self._name}: {value} is below {self._low}"
            raise ValueError(message)
        return value


class Switches(MutableMapping[str, Json]):
    """The switches by name; deleting one puts its default back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __getitem__(self, name: str) -> Json:
        return as_map(self._settings.stored().get("switches")).get(name, SWITCHES[name].default)

    def __setitem__(self, name: str, value: Json) -> None:
        self._settings.write_switch(name, checked_switch(name, value))

    def __delitem__(self, name: str) -> None:
        self._settings.write_switch(name, SWITCHES[name].default)

    def __iter__(self) -> Iterator[str]:
        return iter(SWITCHES)

    def __len__(self) -> int:
        return len(SWITCHES)


def checked_switch(name: str, value: Json) -> Json:
    """*value* if the switch *name* has that answer.

    Raises:
        ValueError: No such switch, or no such answer.
    """
    switch = SWITCHES.get(name)
    if switch is None:
        message = f"switches.{name}: no such switch; there are {', '.join(SWITCHES)}"
        raise ValueError(message)
    if isinstance(switch.default, float):
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            message = f"switches.{name}: {value!r} is not a number of seconds"
            raise ValueError(message)
        return float(value)
    if value not in switch.answers or type(value) is not type(switch.default):
        message = f"switches.{name}: {value!r} is none of {', '.join(map(repr, switch.answers))}"
        raise ValueError(message)
    return value


class Settings:
    """Durations in seconds, limits as numbers; writing an attribute keeps it for every process."""

    provisioning_seconds = Setting(0.0, "from creating to active", low=0)
    failing_seconds = Setting(0.0, "from creating to failed", low=0)
    unknown_image = Setting("ok", "outcome of an image that is not in the table")
    capability_host = Setting(True, "the first preview's prerequisite is there")  # noqa: FBT003
    require_token = Setting(True, "calls need a token of this emulator for the right audience")  # noqa: FBT003
    token_seconds = Setting(3600.0, "life of a token, in real time", low=1)
    session_seconds = Setting(2_592_000.0, "life of a session", low=0)
    max_versions = Setting(1000, "versions of one agent that are there at a time", low=1)
    page_limit = Setting(20, "entries of a page without limit=", low=1)
    seed = Setting(0, "makes the identities of agents")
    pull_right_from = Setting(0.0, "world time from which the project may pull images", low=0)

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        self._stamp: tuple[int, int] | None = None
        self._values: JsonMap = {}

    def stored(self) -> JsonMap:
        """What differs from the defaults, fresh."""
        stamp = self._store.stamp(KIND)
        if stamp != self._stamp:
            self._values = self._store.get(KIND, KEY) or {}
            self._stamp = stamp
        return self._values

    def write(self, name: str, value: Json) -> None:
        """Keep a value that was checked."""
        with self._store.transaction():
            self._store.put(KIND, KEY, {**self.stored(), name: value})

    def write_switch(self, name: str, value: Json) -> None:
        """Keep a switch that was checked."""
        with self._store.transaction():
            self.write("switches", {**as_map(self.stored().get("switches")), name: value})

    @property
    def switches(self) -> Switches:
        """The open questions."""
        return Switches(self)

    @switches.setter
    def switches(self, values: Mapping[str, Json]) -> None:
        self.write("switches", {name: checked_switch(name, value) for name, value in values.items()})

    @property
    def propagation_delay(self) -> float:
        """Seconds until the pull right takes effect; set it to grant the right anew, effective that much later."""
        return max(0.0, self.pull_right_from - self._now())

    @propagation_delay.setter
    def propagation_delay(self, seconds: float) -> None:
        self.pull_right_from = self._now() + seconds if seconds > 0 else 0.0

    def as_json(self) -> JsonMap:
        """All settings and switches with their values."""
        values: JsonMap = {name: getattr(self, name) for name in [*setting_names(), "propagation_delay"]}
        values["switches"] = dict(self.switches)
        return values

    def update(self, values: Mapping[str, Json]) -> None:
        """Set many at once; all or none.

        Raises:
            ValueError: A name or a value that does not exist.
        """
        with self._store.transaction():
            for name, value in values.items():
                self._update_one(name, value)

    def _update_one(self, name: str, value: Json) -> None:
        if name == "switches":
            for switch, answer in as_map(value).items():
                self.switches[switch] = answer
        elif name == "propagation_delay":
            if isinstance(value, bool) or not isinstance(value, int | float):
                message = f"propagation_delay: {value!r} is not a number of seconds"
                raise ValueError(message)
            self.propagation_delay = value
        elif name in setting_names():
            self.write(name, vars(Settings)[name].checked(value))
        else:
            message = f"{name}: no such setting; there are {', '.join(setting_names())}, propagation_delay, switches"
            raise ValueError(message)


def setting_names() -> list[str]:
    """The names of the kept settings."""
    return [name for name, value in vars(Settings).items() if isinstance(value, Setting)]
