"""One definition, two wire shapes: ours → wire and wire → ours.

The service has had two shapes of a hosted agent's definition; `today` and `first_preview` know one each. A reply may
mix both (the service echoes old fields beside new ones), so reading accepts either and prefers the one asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pulumi_azure_foundry._core.canonical import (
    canonical_inputs,
    canonical_value,
    complete_inputs,
    sort_key,
)
from pulumi_azure_foundry._core.environment import unrecorded_secrets
from pulumi_azure_foundry._core.fields import FIELDS, FIRST_PREVIEW, TODAY, default_of
from pulumi_azure_foundry._core.shapes import first_preview, today
from pulumi_azure_foundry._core.stamps import STAMP_KEY, Stamp, decode_stamp, encode_stamp
from pulumi_azure_foundry._core.values import Value

_SHAPES: Final = {TODAY: today, FIRST_PREVIEW: first_preview}


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the service tells it, without our stamp among its inputs.

    Attributes:
        status: ``active`` where the shape has no status.
        inputs: Canonical definition fields that the reply carries; no defaults filled in.
    """

    agent_name: str
    version: str
    status: str = "active"
    error_code: str | None = None
    error_message: str | None = None
    created_at: int | None = None
    agent_guid: str | None = None
    principal_id: str | None = None
    client_id: str | None = None
    stamp: Stamp | None = None
    inputs: dict[str, Value] = field(default_factory=dict)

    @property
    def made_agent(self) -> bool:
        """True when its stamp says that our create made the agent."""
        return self.stamp is not None and self.stamp.made_agent


def render_version(inputs: Mapping[str, Value], stamp: Stamp) -> dict[str, object]:
    """Body of the POST that makes a version, in the shape of ``inputs["api_version"]``."""
    complete = complete_inputs(inputs)
    shape = _SHAPES[str(complete["api_version"])]
    metadata = complete.get("metadata")
    body: dict[str, object] = {
        "definition": shape.render_definition(complete),
        "metadata": {**(metadata if isinstance(metadata, dict) else {}), STAMP_KEY: encode_stamp(stamp)},
    }
    if "description" in complete:
        body["description"] = complete["description"]
    return body


def parse_version(body: Mapping[str, object], *, api_version: str) -> Version:
    """Read a version reply of either shape."""
    error = _mapping(body.get("error"))
    identity = _mapping(body.get("instance_identity"))
    metadata = _mapping(body.get("metadata"))
    return Version(
        agent_name=str(body.get("name", "")),
        version=_number_text(body.get("version", "")),
        status=_text(body.get("status")) or ("failed" if error else "active"),
        error_code=_text(error.get("code")),
        error_message=_text(error.get("message")),
        created_at=_seconds(body.get("created_at")),
        agent_guid=_text(body.get("agent_guid")),
        principal_id=_text(identity.get("principal_id")),
        client_id=_text(identity.get("client_id")),
        stamp=decode_stamp(metadata.get(STAMP_KEY)),
        inputs=_parse_inputs(body, metadata, api_version),
    )


def _parse_inputs(body: Mapping[str, object], metadata: Mapping[str, object], api_version: str) -> dict[str, Value]:
    definition = _mapping(body.get("definition"))
    preferred = _SHAPES.get(api_version, today)
    other = first_preview if preferred is today else today
    inputs = {**_present(other.parse_definition(definition)), **_present(preferred.parse_definition(definition))}
    inputs["description"] = _value(body.get("description"))
    inputs["metadata"] = {key: _value(item) for key, item in metadata.items() if key != STAMP_KEY}
    return canonical_inputs(inputs)


def merge_read_back(recorded: Mapping[str, Value], live: Version) -> dict[str, Value]:
    """Inputs that a read returns: the recorded spelling where the service agrees, its value where it does not.

    A field that the user left out appears only if the service holds something else than the default there; fields for
    which the service fills in values of its own stay out, unless nothing was recorded at all (a lookup or an import).
    Environment variables that look secret and were never recorded stay out as well: state would hold them readable.
    """
    result = {name: value for name, value in recorded.items() if _is_kept(name)}
    result["agent_name"] = live.agent_name
    api_version = recorded.get("api_version", TODAY)
    is_lookup = recorded.get("image") is None
    for row in FIELDS:
        if not row.is_definition:
            continue
        default = canonical_value(row.name, default_of(row, api_version))
        ours = canonical_value(row.name, recorded.get(row.name))
        theirs = live.inputs.get(row.name)
        if row.form == "environment" and isinstance(theirs, dict):
            hidden = unrecorded_secrets(ours, theirs)
            theirs = {name: value for name, value in theirs.items() if name not in hidden} or None
        if _same(_or_else(theirs, default), _or_else(ours, default)):
            continue
        if ours is None and row.service_fills and not is_lookup:
            continue
        result.pop(row.name, None)
        if theirs is not None:
            result[row.name] = theirs
    return result


def _or_else(value: Value, default: Value) -> Value:
    return default if value is None else value


def _is_kept(name: str) -> bool:
    return any(row.name == name for row in FIELDS) or (name.startswith("__") and name != "__provider")


def _same(left: Value, right: Value) -> bool:
    return sort_key(left) == sort_key(right)


def _present(inputs: Mapping[str, object]) -> dict[str, Value]:
    return {name: _value(item) for name, item in inputs.items() if item not in (None, "", [], {})}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _seconds(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _value(value: object) -> Value:
    """JSON as a value; anything that is no JSON as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_value(item) for item in value]
    return str(value)
