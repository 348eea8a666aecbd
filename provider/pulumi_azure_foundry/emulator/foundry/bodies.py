"""The bodies that the data plane takes, in the words of `grammar`; members and limits as in the descriptions."""

from __future__ import annotations

from typing import Final

from .grammar import Grammar, Many, OneOf, Open, Pairs, Text, Thing, Truth, Whole

METADATA: Final = Pairs(most=16, longest_name=64, longest=512)
DESCRIPTION: Final = Text(512)
ANYTHING: Final = Open(mapping=True)
PROTOCOLS: Final = Many(Thing({"protocol": Text(), "version": Text()}, ("protocol", "version")))
RAI: Final = Thing(
    {
        "rai_policy_name": Text(),
        "invocations_moderation": Thing(
            {
                "input_content_type": Text(),
                "output_content_type": Text(),
                "response_mode": Text(),
                "input_paths": Many(Text()),
                "output_paths": Many(Text()),
                "stream_selectors": Many(Thing({"event_type": Text(), "text_field": Text()}, ("event_type",))),
            },
            ("response_mode",),
        ),
    },
    ("rai_policy_name",),
)
TELEMETRY_AUTH: Final = OneOf(
    "type",
    {
        "header": Thing(
            {"type": Text(), "header_name": Text(), "secret_id": Text(), "secret_key": Text()},
            ("header_name", "secret_id", "secret_key"),
        )
    },
)
_ENDPOINT: dict[str, Grammar] = {"kind": Text(), "data": Many(Text()), "auth": TELEMETRY_AUTH}
TELEMETRY: Final = Thing(
    {
        "endpoints": Many(
            OneOf(
                "kind",
                {
                    "OTLP": Thing(
                        {**_ENDPOINT, "endpoint": Text(), "protocol": Text()}, ("kind", "data", "endpoint", "protocol")
                    )
                },
                Thing(_ENDPOINT, ("kind", "data")),
            )
        )
    },
    ("endpoints",),
)
_COMMON: dict[str, Grammar] = {
    "kind": Text(words=("hosted",)),
    "cpu": Text(),
    "memory": Text(),
    "environment_variables": Pairs(),
    "rai_config": RAI,
}
# Members of the first preview; releases 2.0.0 to 2.2.0 of the SDK post some of them under v1.
_OLD: dict[str, Grammar] = {
    "image": Text(),
    "container_protocol_versions": PROTOCOLS,
    "tools": Many(OneOf("type", {}), most=128),
}
TODAY: Final = Thing(
    {
        **_COMMON,
        "container_configuration": Thing({"image": Text(), "registry_connection_id": Text()}, ("image",)),
        "protocol_versions": PROTOCOLS,
        "code_configuration": ANYTHING,
        "telemetry_config": TELEMETRY,
        "session_configuration": Thing({"idle_timeout_seconds": Whole(120, 14_400)}),
        "enable_memory_snapshot": Truth(),
    },
    ("kind", "cpu", "memory"),
)
TODAY_AND_OLD: Final = Thing({**TODAY.fields, **_OLD}, TODAY.required)
FIRST_PREVIEW: Final = Thing({**_COMMON, **_OLD}, ("kind", "cpu", "memory", "image", "container_protocol_versions"))
_BLUEPRINT = OneOf(
    "type", {"ManagedAgentIdentityBlueprint": Thing({"type": Text(), "blueprint_id": Text()}, ("blueprint_id",))}
)
_NEW: dict[str, Grammar] = {"definition": ANYTHING, "metadata": METADATA, "description": DESCRIPTION}
_NEW_TODAY: dict[str, Grammar] = {**_NEW, "blueprint_reference": _BLUEPRINT, "digital_worker_type": Text()}
RULE: Final = OneOf(
    "type",
    {
        "FixedRatio": Thing(
            {"type": Text(), "agent_version": Text(), "traffic_percentage": Whole(0, 100)},
            ("agent_version", "traffic_percentage"),
        )
    },
)
_EMPTY = Thing({}, open=True)
ENDPOINT: Final = Thing(
    {
        "version_selector": Thing({"version_selection_rules": Many(RULE)}, ("version_selection_rules",)),
        "protocol_configuration": Thing(
            {
                "activity": Thing(
                    {"enable_m365_public_endpoint": Truth(), "access_boundaries": Many(Text())}, open=True
                ),
                **dict.fromkeys(("responses", "a2a", "mcp", "invocations", "invocations_ws"), _EMPTY),
            }
        ),
        # Releases before 2.3.0 of the SDK.
        "protocols": Many(Text()),
        "authorization_schemes": Many(OneOf("type", {})),
        "publish_approval_status": Text(),
    }
)
_SKILL = Thing(
    {"id": Text(), "name": Text(), "description": Text(), "tags": Many(Text()), "examples": Many(Text())},
    ("id", "name"),
)
CARD: Final = Thing({"version": Text(), "description": Text(), "skills": Many(_SKILL)}, ("version", "skills"))

CREATE_VERSION: Final = Thing({**_NEW_TODAY, "draft": Truth()}, ("definition",))
UPDATE_AGENT: Final = Thing(_NEW_TODAY, ("definition",))
CREATE_AGENT: Final = Thing(
    {
        **_NEW_TODAY,
        "draft": Truth(),
        "name": Text(),
        "state": Text(words=("enabled", "disabled")),
        "agent_endpoint": ENDPOINT,
        "agent_card": CARD,
    },
    ("name", "definition"),
)
CREATE_VERSION_PREVIEW: Final = Thing(_NEW, ("definition",))
CREATE_AGENT_PREVIEW: Final = Thing({**_NEW, "name": Text()}, ("name", "definition"))
PATCH_AGENT: Final = Thing({"agent_endpoint": ANYTHING, "agent_card": ANYTHING})
CREATE_SESSION: Final = Thing(
    {
        "version_indicator": OneOf(
            "type", {"version_ref": Thing({"type": Text(), "agent_version": Text()}, ("agent_version",))}
        ),
        "agent_session_id": Text(256),
    },
    ("version_indicator",),
)
_MANIFEST: dict[str, Grammar] = {
    "manifest_id": Text(),
    "parameter_values": ANYTHING,
    "metadata": METADATA,
    "description": DESCRIPTION,
}
FROM_MANIFEST: Final = Thing(_MANIFEST, ("manifest_id", "parameter_values"))
AGENT_FROM_MANIFEST: Final = Thing({**_MANIFEST, "name": Text()}, ("name", "manifest_id", "parameter_values"))
