"""What `python -m pulumi_azure_foundry import` makes: the file for `pulumi import --file`, and a program that fits it.

The engine cannot import a dynamic resource by itself: it has no payload of the provider to ask. With `inputs` and
`outputs` in the file, each with the payload, it takes over what it is told (facts: pulumi import --file, CLI 3.254 on).
Both come from the live version, in the canonical form that check and diff use, so that the next preview is empty.
"""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pulumi.dynamic.dynamic import serialize_provider

from pulumi_azure_foundry._core.checks import check_version_inputs
from pulumi_azure_foundry._core.environment import looks_secret, unrecorded_secrets
from pulumi_azure_foundry._core.errors import InvalidInputError, NotFoundError
from pulumi_azure_foundry._core.shapes import merge_read_back, parse_version
from pulumi_azure_foundry._core.stamps import owner_of
from pulumi_azure_foundry._dynamic.hosted_agent_version import COMPUTED, HostedAgentVersionProvider
from pulumi_azure_foundry._dynamic.wire import PROVIDER_KEY, to_engine
from pulumi_azure_foundry.hosted_agent_version import TYPE_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_azure_foundry._core.seam import DataPlane
    from pulumi_azure_foundry._core.shapes import Version
    from pulumi_azure_foundry._core.values import Value

_PLACEHOLDER: Final = re.compile(r"\$\{\{[^}]*\}\}")
_ONE_LINE: Final = 88


@dataclass(frozen=True, slots=True)
class Place:
    """Where the version lives and where its declaration will.

    Attributes:
        endpoint_source: As the resource class would find it: `argument`, `config` or the name of a variable.
        api_version_is_configured: The stack's configuration names it: the program need not.
    """

    project_endpoint: str
    endpoint_source: str
    api_version: str
    api_version_is_configured: bool
    project: str
    stack: str
    resource_name: str


@dataclass(frozen=True, slots=True)
class Import:
    """What the command writes and prints.

    Attributes:
        file: For `pulumi import --file`.
        program: Python text that declares the same.
        left_out: Paths of inputs that look like secrets; they are in neither.
    """

    version: str
    file: dict[str, object]
    program: str
    left_out: tuple[str, ...]


def plan_import(plane: DataPlane, agent_name: str, number: str | None, place: Place) -> Import:
    """Read the version and make both from it.

    Args:
        plane: The project's data plane.
        agent_name: The agent.
        number: The version; None for the newest that is active.
        place: See there.

    Raises:
        NotFoundError: There is no such version.
        InvalidInputError: It is not active, or holds what this package refuses to make.
        FoundryError: The service could not be asked.
    """
    version = _find(plane, agent_name, number, place.api_version)
    recorded: dict[str, Value] = {
        "project_endpoint": place.project_endpoint,
        "api_version": place.api_version,
        "__owner": owner_of(place.project, place.stack, TYPE_TOKEN, place.resource_name, ""),
        "__endpoint_source": place.endpoint_source,
    }
    if version.stamp is not None and version.stamp.owner != recorded["__owner"]:
        recorded["__former_owners"] = [version.stamp.owner]
    never_given = unrecorded_secrets(
        None, version.inputs.get("environment_variables")
    )  # a read leaves these out already
    declared, others = leave_secrets_out(merge_read_back(recorded, version))
    left_out = (*(f"environment_variables.{name}" for name in never_given), *others)
    inputs = _checked(declared, version)
    if not inputs["validate_resources"]:
        declared["validate_resources"] = False
    return Import(
        version=version.version,
        file={"resources": [_resource(place.resource_name, version, inputs)]},
        program=render_program(declared, place),
        left_out=left_out,
    )


def _find(plane: DataPlane, agent_name: str, number: str | None, api_version: str) -> Version:
    """The version by its own URL: the list may lag behind it."""
    numbers = [number] if number is not None else [str(body.get("version")) for body in plane.list_versions(agent_name)]
    seen: list[str] = []
    for candidate in numbers:
        body = plane.get_version(agent_name, candidate)
        if body is None:
            continue
        version = parse_version(body, api_version=api_version)
        if version.status == "active" and version.inputs.get("image") is not None:
            return version
        seen.append(
            f"version {version.version} is '{version.status}'" if version.status != "active" else "no container"
        )
    if seen:
        raise InvalidInputError(
            f"agent '{agent_name}' has nothing to import, only active versions with an image can be: {', '.join(seen)}",
            is_explained=True,
        )
    what = f"version {number} of agent" if number is not None else "agent"
    raise NotFoundError(f"there is no {what} '{agent_name}' in the project", is_explained=True)


def leave_secrets_out(inputs: Mapping[str, Value]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """*inputs* without what looks like a secret, and the paths of that: file and state would hold it in plain text."""
    kept, left_out = dict(inputs), []
    for field in ("environment_variables", "metadata"):
        pairs = kept.get(field)
        if not isinstance(pairs, dict):
            continue
        secret = sorted(name for name, value in pairs.items() if _is_secret(name, value))
        left_out += [f"{field}.{name}" for name in secret]
        kept[field] = {name: value for name, value in pairs.items() if name not in secret}
        if not kept[field]:
            del kept[field]
    for field in ("telemetry_config", "tools"):
        if any(_is_secret(name, value) for name, value in _leaves(field, kept.get(field))):
            left_out.append(field)
            del kept[field]
    return kept, tuple(left_out)


def _is_secret(name: str, value: Value) -> bool:
    return isinstance(value, str) and looks_secret(name, _PLACEHOLDER.sub("", value))


def _leaves(name: str, value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(key, item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(name, item)
    else:
        yield name, value


def _checked(declared: Mapping[str, Value], version: Version) -> dict[str, Value]:
    """The inputs as check would answer them; a size outside today's table is let through.

    Raises:
        InvalidInputError: check would refuse them, in `pulumi import` already.
    """
    checked = check_version_inputs(declared, olds={})
    if checked.failures:
        checked = check_version_inputs({**declared, "validate_resources": False}, olds={})
    if checked.failures:
        failures = "; ".join(str(failure) for failure in checked.failures)
        message = f"version {version.version} of agent '{version.agent_name}' cannot be declared: {failures}"
        raise InvalidInputError(message, is_explained=True)
    return checked.inputs


def _resource(name: str, version: Version, inputs: Mapping[str, Value]) -> dict[str, object]:
    payload = {PROVIDER_KEY: serialize_provider(HostedAgentVersionProvider())}
    computed = {field: getattr(version, field) for field in COMPUTED}
    return {
        "type": TYPE_TOKEN,
        "name": name,
        "id": f"{version.agent_name}/{version.version}",
        "inputs": {**to_engine(inputs), **payload},
        "outputs": {**to_engine({**inputs, **computed}), **payload},
    }


def render_program(declared: Mapping[str, Value], place: Place) -> str:
    """The declaration, with what differs from the defaults only."""
    arguments = {name: value for name, value in declared.items() if not name.startswith("__")}
    if place.endpoint_source != "argument":
        del arguments["project_endpoint"]
    if place.api_version_is_configured or place.api_version == "v1":
        del arguments["api_version"]
    ordered = sorted(arguments.items(), key=_order)
    lines = [f"    {name}={render_value(value, 4, taken=len(name) + 2)}," for name, value in ordered]
    return "\n".join(
        (
            "import pulumi_azure_foundry as foundry",
            "",
            f"{_identifier(place.resource_name)} = foundry.HostedAgentVersion(",
            f"    {render_value(place.resource_name, 4)},",
            *lines,
            ")",
        )
    )


def render_value(value: Value, indent: int, *, taken: int = 0) -> str:
    """A value as Python text, over several lines where it is long; *taken* characters stand around it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        items = [f"{render_value(key, indent + 4)}: {render_value(item, indent + 4)}" for key, item in value.items()]
        return _bracketed("{" + ", ".join(items) + "}", items, indent, taken)
    if isinstance(value, list):
        items = [render_value(item, indent + 4) for item in value]
        return _bracketed("[" + ", ".join(items) + "]", items, indent, taken)
    return repr(value)


def _bracketed(line: str, items: list[str], indent: int, taken: int) -> str:
    if indent + taken + len(line) <= _ONE_LINE and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{item},\n" for item in items)
    return f"{line[0]}\n{inner}{' ' * indent}{line[-1]}"


_FIRST: Final = ("project_endpoint", "api_version", "agent_name", "image", "cpu", "memory")


def _order(argument: tuple[str, Value]) -> tuple[int, str]:
    name = argument[0]
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _identifier(name: str) -> str:
    text = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"{text}_" if keyword.iskeyword(text) else (f"agent_{text}" if not text or text[0].isdigit() else text)
