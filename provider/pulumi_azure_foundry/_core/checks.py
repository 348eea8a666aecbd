"""Everything that can be said about inputs before any request: all failures at once, and canonical inputs.

What is not known yet is passed over; what is known is checked even beside it.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from .canonical import IGNORED_METADATA, canonical_inputs, canonical_value, complete_inputs, plain_value
from .environment import check_environment, looks_secret
from .failures import Failure, Findings, Notice, entry_path
from .fields import API_VERSIONS, ENDPOINT_VARIABLES, FIELD, FIELDS, TODAY, Field
from .formats import check_format, check_telemetry, is_project_endpoint
from .protocols import check_protocols
from .resources import tier_problem
from .stamps import STAMP_KEY
from .values import Value, is_unknown

ENDPOINT_SOURCE: Final = "__endpoint_source"

# 16 pairs on the service (azure-ai-projects 2.10.0), one of them our stamp.
METADATA_PAIRS: Final = 15
METADATA_KEY_LENGTH: Final = 64
METADATA_VALUE_LENGTH: Final = 512

__all__ = ["Checked", "Failure", "check_version_inputs"]


@dataclass(frozen=True, slots=True)
class Checked:
    """Outcome of a check.

    Attributes:
        inputs: Canonical, defaults filled in, hidden inputs kept.
        failures: Sorted by path.
        warnings: Sorted; none of them holds a value that may be secret.
    """

    inputs: dict[str, Value]
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_version_inputs(inputs: Mapping[str, Value], *, olds: Mapping[str, Value]) -> Checked:
    """Check the inputs of a hosted agent version.

    Args:
        inputs: As the program gave them, hidden inputs included.
        olds: The inputs of the last deployment; empty for a new resource.
    """
    given = {name: plain_value(value) for name, value in inputs.items() if value is not None}
    complete = complete_inputs(inputs)
    findings = [
        *_check_names(given),
        *_check_fields(given, complete),
        *_check_tier(complete),
        *_check_endpoint_moved(complete, olds),
    ]
    return Checked(
        inputs=complete,
        failures=sorted({finding for finding in findings if isinstance(finding, Failure)}),
        warnings=[str(finding) for finding in sorted({f for f in findings if isinstance(f, Notice)})],
    )


def _check_names(given: Mapping[str, Value]) -> Findings:
    for name in given:
        if name not in FIELD and not name.startswith("__"):
            close = difflib.get_close_matches(name, FIELD, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            yield Failure(name, f"is not an input of HostedAgentVersion{hint}")


def _check_fields(given: Mapping[str, Value], complete: Mapping[str, Value]) -> Findings:
    api_version = complete["api_version"]
    for row in FIELDS:
        value = given.get(row.name)
        if value is None:
            if row.is_required:
                yield Failure(row.name, _MISSING.get(row.name, "is required"))
        elif isinstance(api_version, str) and api_version in API_VERSIONS and api_version not in row.shapes:
            reason = f"does not exist in api_version {api_version}, only in {row.shapes[0]}"
            yield Failure(row.name, _ABSENT_FROM_SHAPE.get(row.name, reason))
        elif not is_unknown(value):
            yield from _check_value(row, value, api_version)


_MISSING: Final[Mapping[str, str]] = {
    "agent_name": "is required, for example support-agent",
    "image": "is required: registry/repository[:tag][@digest]",
    "project_endpoint": (
        "is required: pass it, run `pulumi config set azure-foundry:projectEndpoint <url>`, "
        "or set AZURE_AI_PROJECT_ENDPOINT"
    ),
}
_ABSENT_FROM_SHAPE: Final[Mapping[str, str]] = {
    "tools": (
        f"do not exist in api_version {TODAY}: make a Toolbox of them, and give its versioned URL to the container "
        "as an environment variable of your own, for example TOOLBOX_ENDPOINT"
    ),
}


def _check_value(row: Field, value: Value, api_version: Value) -> Findings:
    if row.kind == "protocols":
        yield from check_protocols(value, api_version)
    else:
        yield from _KINDS[row.kind](row, value)


def _check_string(row: Field, value: Value) -> Findings:
    text = canonical_value(row.name, value) if row.form in {"cpu", "memory", "endpoint"} else value
    if not isinstance(text, str):
        yield Failure(row.name, f"must be a text, not {_type_words(value)}")
        return
    if row.form:
        yield from check_format(row.form, row.name, text)
    elif row.high is not None and len(text) > row.high:
        yield Failure(row.name, f"has {len(text)} characters; at most {row.high} are allowed")


def _check_integer(row: Field, value: Value) -> Findings:
    if isinstance(value, bool) or not isinstance(value, int):
        yield Failure(row.name, f"must be a whole number, not {_type_words(value)}")
    elif row.low is not None and row.high is not None and not row.low <= value <= row.high:
        yield Failure(row.name, f"{value} is out of range: {row.low} to {row.high}")


def _check_boolean(row: Field, value: Value) -> Findings:
    if not isinstance(value, bool):
        yield Failure(row.name, f"must be true or false, not {_type_words(value)}")


def _check_strings(row: Field, value: Value) -> Findings:
    if not isinstance(value, dict):
        yield Failure(row.name, f"must be a map of texts, not {_type_words(value)}")
        return
    for key, item in value.items():
        if not isinstance(item, str) and not is_unknown(item):
            yield Failure(entry_path(row.name, key), f"must be a text, not {_type_words(item)}; write it in quotes")
    check = _MAPS.get(row.form)
    if check is not None:
        yield from check(value)


def _check_metadata(metadata: dict[str, Value]) -> Findings:
    if STAMP_KEY in metadata:
        yield Failure(entry_path("metadata", STAMP_KEY), "is this package's own stamp; use another key")
    if IGNORED_METADATA in metadata:
        yield Notice(entry_path("metadata", IGNORED_METADATA), "has no effect today and is left out")
    users = [key for key in metadata if key not in (STAMP_KEY, IGNORED_METADATA)]
    if len(users) > METADATA_PAIRS:
        yield Failure(
            "metadata",
            f"has {len(users)} pairs; at most {METADATA_PAIRS} are allowed (one of the service's 16 is this package's)",
        )
    for key in users:
        yield from _check_pair(key, metadata[key])


def _check_pair(key: str, value: Value) -> Findings:
    path = entry_path("metadata", key)
    if not key:
        yield Failure("metadata", "has an empty key")
    if len(key) > METADATA_KEY_LENGTH:
        yield Failure(path, f"has a key of {len(key)} characters; at most {METADATA_KEY_LENGTH} are allowed")
    if not isinstance(value, str):
        return
    if len(value) > METADATA_VALUE_LENGTH:
        yield Failure(path, f"has {len(value)} characters; at most {METADATA_VALUE_LENGTH} are allowed")
    elif looks_secret(key, value):
        yield Notice(path, "looks like a secret; metadata is readable for all who may read the agent: leave it out")


_MAPS: Final[Mapping[str, Callable[[dict[str, Value]], Findings]]] = {
    "environment": check_environment,
    "metadata": _check_metadata,
}


def _check_tools(row: Field, value: Value) -> Findings:
    if not isinstance(value, list):
        yield Failure(row.name, f"must be a list of maps, not {_type_words(value)}")
        return
    if row.high is not None and len(value) > row.high:
        yield Failure(row.name, f"has {len(value)} entries; at most {row.high} are allowed")
    for index, tool in enumerate(value):
        if is_unknown(tool):
            continue
        if not isinstance(tool, dict):
            yield Failure(f"{row.name}[{index}]", f"must be a map, not {_type_words(tool)}")
        elif not is_unknown(tool.get("type")) and not isinstance(tool.get("type"), str):
            yield Failure(f"{row.name}[{index}].type", "is required, for example code_interpreter")


def _check_object(row: Field, value: Value) -> Findings:
    if isinstance(value, dict):
        yield from check_telemetry(row.name, value)
    else:
        yield Failure(row.name, f"must be a map, not {_type_words(value)}")


_KINDS: Final[Mapping[str, Callable[[Field, Value], Findings]]] = {
    "string": _check_string,
    "integer": _check_integer,
    "boolean": _check_boolean,
    "strings": _check_strings,
    "tools": _check_tools,
    "object": _check_object,
}


def _check_tier(complete: Mapping[str, Value]) -> Findings:
    cpu, memory, api_version = (complete[name] for name in ("cpu", "memory", "api_version"))
    if complete["validate_resources"] is not True:
        return
    if isinstance(cpu, str) and isinstance(memory, str) and isinstance(api_version, str):
        if any((*check_format("cpu", "cpu", cpu), *check_format("memory", "memory", memory))):
            return
        problem = tier_problem(cpu, memory, api_version)
        if problem is not None:
            yield Failure("cpu", problem)


def _check_endpoint_moved(complete: Mapping[str, Value], olds: Mapping[str, Value]) -> Findings:
    """Another shell must not move every agent to another project."""
    source, now = complete.get(ENDPOINT_SOURCE), complete.get("project_endpoint")
    before = canonical_inputs(olds).get("project_endpoint")
    if source not in ENDPOINT_VARIABLES or not _is_endpoint(now) or not _is_endpoint(before) or now == before:
        return
    yield Failure(
        "project_endpoint",
        f"{source} now says {now}, but this version lives in {before}. If the move is meant, run "
        f"`pulumi config set azure-foundry:projectEndpoint {now}`; otherwise set the variable back",
    )


def _is_endpoint(value: Value) -> bool:
    return isinstance(value, str) and is_project_endpoint(value)


def _type_words(value: Value) -> str:
    return next(words for kind, words in _TYPE_WORDS if isinstance(value, kind))


_TYPE_WORDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a map"),
)
