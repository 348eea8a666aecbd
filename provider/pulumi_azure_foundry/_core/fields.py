"""One row per input of a hosted agent version: the table behind check, diff, rendering and the README's reference.

A new input is a new row here, plus its place on the wire in `shapes`. Rows name the sources of their limits, so that a
limit which the service changes can be found and changed in one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from .values import UNKNOWN, Unknown, Value

TODAY: Final = "v1"
FIRST_PREVIEW: Final = "2025-11-15-preview"
ENDPOINT_VARIABLES: Final = ("AZURE_AI_PROJECT_ENDPOINT", "FOUNDRY_PROJECT_ENDPOINT")
API_VERSIONS: Final = (TODAY, FIRST_PREVIEW)

Kind = Literal["string", "integer", "boolean", "strings", "protocols", "tools", "object"]
Effect = Literal["replace", "update"]

_TYPE_WORDS: Final[Mapping[str, str]] = {
    "strings": "map of strings",
    "protocols": "list of {protocol, version}",
    "tools": "list of maps",
    "object": "map",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What is known about one input.

    Attributes:
        form: The grammar of a value that has one; names a row of the tables in `canonical`, `formats` and `checks`.
        default: Value of an absent input; for `protocol_versions` it depends on the wire shape, see `default_of`.
        effect: What a change does: a new version, or a local update.
        shapes: Api versions whose wire shape has the field; behaviour inputs exist in all.
        is_definition: Part of what a version is, as opposed to where it lives or how it is handled.
        may_be_secret: The value is never quoted in a message.
        service_fills: The service may echo a value of its own for an absent input, which is not drift.
        low, high: Limits of an integer, or the greatest length of a string (`high`).
    """

    name: str
    kind: Kind
    summary: str
    form: str = ""
    default: Value = None
    effect: Effect = "replace"
    shapes: tuple[str, ...] = API_VERSIONS
    is_definition: bool = False
    is_required: bool = False
    may_be_secret: bool = False
    service_fills: bool = False
    limit_source: str = ""
    low: int | None = None
    high: int | None = None


def _behaviour(name: str, kind: Kind, summary: str, *, default: Value, low: int = 0, high: int = 0) -> Field:
    return Field(name, kind, summary, default=default, effect="update", low=low, high=high, limit_source="this package")


_SDK: Final = "azure-ai-projects 2.10.0"
_TYPESPEC: Final = "azure-rest-api-specs, ai-foundry/data-plane/Foundry/src/agents/models.tsp"

FIELDS: Final[tuple[Field, ...]] = (
    Field(
        "agent_name",
        "string",
        "Agent that the version belongs to: 1–63 letters, digits and inner hyphens",
        form="agent_name",
        is_required=True,
        high=63,
        limit_source=_TYPESPEC,
    ),
    Field(
        "image",
        "string",
        "Container image (linux/amd64), `registry/repository[:tag][@digest]`; pin the digest",
        form="image",
        is_definition=True,
        is_required=True,
        may_be_secret=True,
        limit_source="distribution/reference grammar",
    ),
    Field(
        "cpu",
        "string",
        "Cores; allowed pairs with `memory` depend on `api_version`",
        form="cpu",
        default="1",
        is_definition=True,
        limit_source="resources.TIERS",
    ),
    Field(
        "memory",
        "string",
        "Memory, for example `2Gi`",
        form="memory",
        default="2Gi",
        is_definition=True,
        limit_source="resources.TIERS",
    ),
    Field(
        "protocol_versions",
        "protocols",
        "Protocols that the container speaks",
        is_definition=True,
        limit_source="protocols.PROTOCOLS",
    ),
    Field(
        "environment_variables",
        "strings",
        "Environment of the container; the service stores the values readable",
        form="environment",
        is_definition=True,
        may_be_secret=True,
        limit_source="azure-dev, azure.ai.agents deploy_precheck.go",
    ),
    Field(
        "description",
        "string",
        "Text, at most 512 characters",
        high=512,
        is_definition=True,
        may_be_secret=True,
        limit_source=_TYPESPEC,
    ),
    Field(
        "metadata",
        "strings",
        "At most 15 pairs of at most 64 and 512 characters; the sixteenth is this package's stamp",
        form="metadata",
        is_definition=True,
        may_be_secret=True,
        limit_source=_SDK,
    ),
    Field(
        "tools",
        "tools",
        "Tools of the first preview; today tools reach an agent through a toolbox",
        shapes=(FIRST_PREVIEW,),
        is_definition=True,
        may_be_secret=True,
        high=128,
        limit_source="Foundry agents limits page",
    ),
    Field(
        "registry_connection_id",
        "string",
        "Project connection for a private registry outside Azure",
        shapes=(TODAY,),
        is_definition=True,
        service_fills=True,
        limit_source=_SDK,
    ),
    Field(
        "session_idle_timeout_seconds",
        "integer",
        "Idle seconds after which a session ends; the service's own default is 900",
        shapes=(TODAY,),
        is_definition=True,
        service_fills=True,
        low=120,
        high=14400,
        limit_source=_SDK,
    ),
    Field(
        "rai_policy_name",
        "string",
        "Full ARM id of a content filter policy",
        form="rai_policy",
        is_definition=True,
        service_fills=True,
        limit_source="Foundry docs, deploy a hosted agent with Terraform",
    ),
    Field(
        "telemetry_config",
        "object",
        "Telemetry endpoints, in the words of the wire",
        form="telemetry",
        shapes=(TODAY,),
        is_definition=True,
        may_be_secret=True,
        service_fills=True,
        limit_source=_SDK,
    ),
    Field(
        "enable_memory_snapshot",
        "boolean",
        "Snapshot a session's memory when it idles",
        default=False,
        shapes=(TODAY,),
        is_definition=True,
        service_fills=True,
        limit_source=_SDK,
    ),
    Field(
        "triggers",
        "strings",
        "Any change asks for a new version: a moved tag, a rebuilt base. The service has to compare metadata for it",
        may_be_secret=True,
    ),
    Field(
        "project_endpoint",
        "string",
        "`https://<account>.services.ai.azure.com/api/projects/<project>`; else stack config "
        "`azure-foundry:projectEndpoint`, `AZURE_AI_PROJECT_ENDPOINT`, `FOUNDRY_PROJECT_ENDPOINT`",
        form="endpoint",
        is_required=True,
        may_be_secret=True,
    ),
    Field(
        "api_version",
        "string",
        "Wire shape: `v1` or `2025-11-15-preview`; else stack config `azure-foundry:apiVersion`",
        form="api_version",
        default=TODAY,
    ),
    _behaviour("timeout_seconds", "integer", "How long to wait for `active`", default=1800, low=60, high=7200),
    _behaviour("pull_retry_seconds", "integer", "Budget for a pull role to spread; 0: none", default=600, high=3600),
    _behaviour("keep_versions", "integer", "Superseded active versions that stay", default=0, high=100),
    _behaviour("drain_timeout_seconds", "integer", "How long destroy waits for live sessions", default=300, high=3600),
    _behaviour("force", "boolean", "End live sessions when a version is removed, by a replacement too", default=False),
    _behaviour(
        "keep_failed",
        "boolean",
        "Leave a failed version for inspection; the next `up` with the same definition removes it first",
        default=False,
    ),
    _behaviour("validate_resources", "boolean", "Check `cpu` and `memory` against the known pairs", default=True),
)

FIELD: Final[Mapping[str, Field]] = MappingProxyType({field.name: field for field in FIELDS})

_DEFAULT_PROTOCOLS: Final[Mapping[str, tuple[str, str]]] = {
    TODAY: ("responses", "2.0.0"),
    FIRST_PREVIEW: ("responses", "v1"),
}


def default_of(field: Field, api_version: Value) -> Value:
    """Value of an absent input on a wire shape; None where there is none, unknown where the shape is not known yet."""
    if field.kind == "protocols":
        return _default_protocols(api_version)
    if isinstance(api_version, str) and api_version in API_VERSIONS and api_version not in field.shapes:
        return None
    return field.default


def _default_protocols(api_version: Value) -> Value:
    if isinstance(api_version, Unknown):
        return UNKNOWN
    words = _DEFAULT_PROTOCOLS.get(api_version) if isinstance(api_version, str) else None
    return [{"protocol": words[0], "version": words[1]}] if words is not None else None


def reference_table() -> str:
    """Render the inputs as the Markdown table of the README."""
    rows = [f"| `{f.name}` | {_type_text(f)} | {_default_text(f)} | {f.effect} | {f.summary} |" for f in FIELDS]
    return "\n".join(("| input | type | default | change | meaning |", "|---|---|---|---|---|", *rows))


def _type_text(field: Field) -> str:
    word = _TYPE_WORDS.get(field.kind, field.kind)
    return f"{word}, {field.low}–{field.high}" if field.kind == "integer" else word


def _default_text(field: Field) -> str:
    if field.is_required:
        return "required"
    if field.kind == "protocols":
        return " / ".join(f"`{name} {version}`" for name, version in _DEFAULT_PROTOCOLS.values())
    if field.default is None:
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
