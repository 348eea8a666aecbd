"""Whole messages: what a user reads is part of the contract."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_azure_foundry._core.canonical import complete_inputs
from pulumi_azure_foundry._core.checks import check_version_inputs
from pulumi_azure_foundry._core.diffs import plan_diff
from pulumi_azure_foundry._core.fields import FIELD, FIRST_PREVIEW
from pulumi_azure_foundry._core.values import UNKNOWN, Value
from tests.unit.factories import DIGEST, ENDPOINT, IMAGE, some_inputs, texts, valid_inputs, values

PREVIEW: dict[str, Value] = {"api_version": FIRST_PREVIEW}
RAI_POLICY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/raiPolicies/p"
ENDPOINT_HELP = (
    "project_endpoint: is no project endpoint; copy it from the project's overview: "
    "https://<account>.services.ai.azure.com/api/projects/<project>"
)
SIZES = "Allowed: 0.5/1Gi, 1/2Gi, 2/4Gi. If the service has learnt new sizes, set validate_resources=False"
PROTOCOL_NAMES = "responses, invocations, activity, a2a, mcp, voice, invocations_ws, voice_conversation_engine"
PLACEHOLDER = (
    "holds a placeholder ${…} that nothing resolves; put the value in, or use "
    "${{connections.<name>.credentials.<field>}}, which the service resolves"
)
SECRET = (
    "looks like a secret; whatever protects it in Pulumi, it is stored readable on the service for all who may "
    "read the agent. Use ${{connections.<name>.credentials.<field>}}, which is resolved in the container"
)
RESERVED = "is reserved for the platform, which may refuse or overwrite it; use a name of your own"


def failures_of(**changes: Value) -> list[str]:
    return [str(failure) for failure in check_version_inputs(some_inputs(**changes), olds={}).failures]


def warnings_of(**changes: Value) -> list[str]:
    return check_version_inputs(some_inputs(**changes), olds={}).warnings


def test_faultless_inputs_come_back_canonical_and_complete() -> None:
    checked = check_version_inputs(
        some_inputs(cpu="2.0", memory="4.0Gi", __owner="0a", __endpoint_source="config"), olds={}
    )

    expected = {**complete_inputs(some_inputs(cpu="2", memory="4Gi")), "__owner": "0a", "__endpoint_source": "config"}
    assert ([], []) == (checked.failures, checked.warnings)
    assert expected == checked.inputs


def test_all_failures_come_at_once_sorted_by_path() -> None:
    assert [
        "agent_name: is required, for example support-agent",
        "image: is required: registry/repository[:tag][@digest]",
        (
            "project_endpoint: is required: pass it, run `pulumi config set azure-foundry:projectEndpoint <url>`, "
            "or set AZURE_AI_PROJECT_ENDPOINT"
        ),
        "timeout_seconds: 5 is out of range: 60 to 7200",
    ] == failures_of(agent_name=None, image=None, project_endpoint=None, timeout_seconds=5.0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"agent_name": "-a"},
            "agent_name: '-a' is no agent name: 1–63 letters, digits and inner hyphens, for example support-agent",
            id="a_name_with_an_outer_hyphen",
        ),
        pytest.param(
            {"agent_name": "a" * 64},
            f"agent_name: '{'a' * 64}' is no agent name: 1–63 letters, digits and inner hyphens, for example "
            "support-agent",
            id="a_name_of_64_characters",
        ),
        pytest.param({"agent_name": 7.0}, "agent_name: must be a text, not a number", id="a_number_for_a_name"),
        pytest.param({"agent_name": ["a"]}, "agent_name: must be a text, not a list", id="a_list_for_a_name"),
        pytest.param(
            {"image": "agent"},
            "image: names no registry; write registry/repository[:tag][@digest], for example "
            "acme.azurecr.io/support@sha256:…",
            id="an_image_without_a_registry",
        ),
        pytest.param({"image": {}}, "image: must be a text, not a map", id="a_map_for_an_image"),
        pytest.param(
            {"cpu": "1", "memory": "4Gi"},
            f"cpu: '1' with memory '4Gi' is no size that api_version v1 offers; 1 goes with 2Gi. {SIZES}",
            id="no_pair",
        ),
        pytest.param(
            {"cpu": "0.25", "memory": "0.5Gi"},
            f"cpu: '0.25' with memory '0.5Gi' is no size that api_version v1 offers. {SIZES}",
            id="a_size_of_the_past",
        ),
        pytest.param(
            {**PREVIEW, "cpu": "5", "memory": "10Gi"},
            "cpu: '5' with memory '10Gi' is no size that api_version 2025-11-15-preview offers. Allowed: 0.25/0.5Gi to "
            "4/8Gi in steps of 0.25, memory double the cores. If the service has learnt new sizes, set "
            "validate_resources=False",
            id="a_size_beyond_the_first_preview",
        ),
        pytest.param({"cpu": "two"}, "cpu: 'two' is no number of cores, for example '1' or '0.5'", id="no_number"),
        pytest.param({"cpu": True}, "cpu: must be a text, not true or false", id="a_boolean_for_cpu"),
        pytest.param({"memory": "2G"}, "memory: '2G' is no amount of memory, for example '2Gi'", id="another_unit"),
        pytest.param(
            {"memory": "lotsGi", "validate_resources": False},
            "memory: 'lotsGi' is no amount of memory, for example '2Gi'",
            id="no_amount_even_without_the_table",
        ),
        pytest.param(
            {"environment_variables": ["A"]}, "environment_variables: must be a map of texts, not a list", id="env_list"
        ),
        pytest.param(
            {"environment_variables": {"DEBUG": True}},
            'environment_variables["DEBUG"]: must be a text, not true or false; write it in quotes',
            id="a_boolean_in_the_environment",
        ),
        pytest.param(
            {"environment_variables": {"A.B": "x"}},
            'environment_variables["A.B"]: is no name of an environment variable: letters, digits and underscores, '
            "no digit first, as in LOG_LEVEL",
            id="a_name_with_a_point",
        ),
        pytest.param(
            {"environment_variables": {"FOUNDRY_AGENT_NAME": "x"}},
            'environment_variables["FOUNDRY_AGENT_NAME"]: is set by the platform itself and cannot be given; '
            "use a name of your own",
            id="a_name_that_the_platform_sets",
        ),
        pytest.param(
            {"environment_variables": {"A": "x${B}"}}, f'environment_variables["A"]: {PLACEHOLDER}', id="placeholder"
        ),
        pytest.param(
            {"environment_variables": {"A": "${{secrets.B}}"}},
            f'environment_variables["A"]: {PLACEHOLDER}',
            id="other_braces",
        ),
        pytest.param(
            {"description": "d" * 513}, "description: has 513 characters; at most 512 are allowed", id="description"
        ),
        pytest.param({"description": 3}, "description: must be a text, not a number", id="a_number_for_a_description"),
        pytest.param(
            {"metadata": {str(i): "x" for i in range(16)}},
            "metadata: has 16 pairs; at most 15 are allowed (one of the service's 16 is this package's)",
            id="sixteen_pairs",
        ),
        pytest.param({"metadata": {"": "x"}}, "metadata: has an empty key", id="an_empty_key"),
        pytest.param(
            {"metadata": {"k" * 65: "x"}},
            f'metadata["{"k" * 65}"]: has a key of 65 characters; at most 64 are allowed',
            id="a_long_key",
        ),
        pytest.param(
            {"metadata": {"k": "v" * 513}},
            'metadata["k"]: has 513 characters; at most 512 are allowed',
            id="a_long_value",
        ),
        pytest.param(
            {"metadata": {"pulumi_azure_foundry": "x"}},
            'metadata["pulumi_azure_foundry"]: is this package\'s own stamp; use another key',
            id="our_own_key",
        ),
        pytest.param(
            {"metadata": {"k": 1.5}}, 'metadata["k"]: must be a text, not a number; write it in quotes', id="a_number"
        ),
        pytest.param(
            {"triggers": {"t": [1]}},
            'triggers["t"]: must be a text, not a list; write it in quotes',
            id="a_list_as_trigger",
        ),
        pytest.param(
            {"tools": [{"type": "x"}]},
            "tools: do not exist in api_version v1: make a Toolbox of them, and give its versioned URL to the "
            "container "
            "as an environment variable of your own, for example TOOLBOX_ENDPOINT",
            id="tools_today",
        ),
        pytest.param({**PREVIEW, "tools": {}}, "tools: must be a list of maps, not a map", id="a_map_for_tools"),
        pytest.param({**PREVIEW, "tools": ["x"]}, "tools[0]: must be a map, not a text", id="a_text_for_a_tool"),
        pytest.param(
            {**PREVIEW, "tools": [{}]}, "tools[0].type: is required, for example code_interpreter", id="no_type"
        ),
        pytest.param(
            {**PREVIEW, "tools": [{"type": "x"}] * 129},
            "tools: has 129 entries; at most 128 are allowed",
            id="129_tools",
        ),
        pytest.param(
            {**PREVIEW, "registry_connection_id": "c"},
            "registry_connection_id: does not exist in api_version 2025-11-15-preview, only in v1",
            id="a_field_of_today_in_the_first_preview",
        ),
        pytest.param(
            {"session_idle_timeout_seconds": 119},
            "session_idle_timeout_seconds: 119 is out of range: 120 to 14400",
            id="a_short_idle_timeout",
        ),
        pytest.param({"keep_versions": 1.5}, "keep_versions: must be a whole number, not a number", id="a_fraction"),
        pytest.param(
            {"keep_versions": True}, "keep_versions: must be a whole number, not true or false", id="a_boolean"
        ),
        pytest.param(
            {"keep_versions": "1"}, "keep_versions: must be a whole number, not a text", id="a_text_for_a_number"
        ),
        pytest.param({"force": "yes"}, "force: must be true or false, not a text", id="a_text_for_a_boolean"),
        pytest.param(
            {"rai_policy_name": "strict"},
            "rai_policy_name: must be the full ARM id of a policy, for example "
            "/subscriptions/<id>/resourceGroups/<group>/"
            "providers/Microsoft.CognitiveServices/accounts/<account>/raiPolicies/<policy>",
            id="a_short_policy_name",
        ),
        pytest.param(
            {"telemetry_config": "x"}, "telemetry_config: must be a map, not a text", id="a_text_for_telemetry"
        ),
        pytest.param(
            {"telemetry_config": {}},
            "telemetry_config.endpoints: must be a list of telemetry endpoints",
            id="no_endpoints",
        ),
        pytest.param(
            {"telemetry_config": {"endpoints": ["x"]}},
            "telemetry_config.endpoints[0]: must be a map with `kind` and `data`",
            id="a_text_for_a_telemetry_endpoint",
        ),
        pytest.param(
            {"telemetry_config": {"endpoints": [{"kind": "OTLP", "data": [], "endpoint": "e"}]}},
            "telemetry_config.endpoints[0].protocol: is required, as a text",
            id="otlp_without_a_protocol",
        ),
        pytest.param(
            {"telemetry_config": {"endpoints": [{"kind": "new"}]}},
            "telemetry_config.endpoints[0].data: is required, as a list such as ['ContainerStdoutStderr', 'Metrics']",
            id="no_data",
        ),
        pytest.param(
            {"telemetry_config": {"endpoints": [{"kind": "new", "data": [], "auth": "x"}]}},
            "telemetry_config.endpoints[0].auth: must be a map",
            id="a_text_for_auth",
        ),
        pytest.param(
            {"telemetry_config": {"endpoints": [{"kind": "new", "data": [], "auth": {"header_name": "k"}}]}},
            (
                "telemetry_config.endpoints[0].auth.type: is required, as a text"
                "; `header` is the type with a key from a connection"
            ),
            id="auth_without_a_type",
        ),
        pytest.param(
            {
                "telemetry_config": {
                    "endpoints": [
                        {"kind": "new", "data": [], "auth": {"type": "header", "secret_id": "x", "secret_key": "x"}}
                    ]
                }
            },
            (
                "telemetry_config.endpoints[0].auth.header_name: is required with type `header`, as a text"
                ": set it to the name of the HTTP header"
            ),
            id="header_auth_without_its_header_name",
        ),
        pytest.param(
            {
                "telemetry_config": {
                    "endpoints": [
                        {"kind": "new", "data": [], "auth": {"type": "header", "header_name": "x", "secret_key": "x"}}
                    ]
                }
            },
            (
                "telemetry_config.endpoints[0].auth.secret_id: is required with type `header`, as a text"
                ": set it to the secret store or connection"
            ),
            id="header_auth_without_its_secret_id",
        ),
        pytest.param(
            {
                "telemetry_config": {
                    "endpoints": [
                        {"kind": "new", "data": [], "auth": {"type": "header", "header_name": "x", "secret_id": "x"}}
                    ]
                }
            },
            (
                "telemetry_config.endpoints[0].auth.secret_key: is required with type `header`, as a text"
                ": set it to the key within the secret"
            ),
            id="header_auth_without_its_secret_key",
        ),
        pytest.param(
            {"api_version": "v2"},
            "api_version: 'v2' is no wire shape known here. Allowed: v1, 2025-11-15-preview",
            id="no_shape",
        ),
        pytest.param({"imag": "x"}, "imag: is not an input of HostedAgentVersion; did you mean 'image'?", id="a_slip"),
        pytest.param({"zzz": "x"}, "zzz: is not an input of HostedAgentVersion", id="an_unknown_input"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(changes: dict[str, Value], expected: str) -> None:
    assert [expected] == failures_of(**changes)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "acme",
        "http://acme.services.ai.azure.com/api/projects/p",
        "https://acme.services.ai.azure.com",
        "https://acme.services.ai.azure.com/api/projects/",
        "https://acme.services.ai.azure.com/api/projects/p/agents",
        "https://user@acme.services.ai.azure.com/api/projects/p",
        f"{ENDPOINT}?api-version=v1",
        f"{ENDPOINT}#x",
        "https://acme:port/api/projects/p",
        "https://acme:0/api/projects/p",
        "https:///api/projects/p",
        "https://[::1/api/projects/p",
        "https://a b/api/projects/p",
    ],
)
def test_what_is_no_project_endpoint_is_refused_without_being_quoted(endpoint: str) -> None:
    assert [ENDPOINT_HELP] == failures_of(project_endpoint=endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        f"{ENDPOINT}/",
        "https://127.0.0.1:8443/api/projects/demo",
        "https://localhost:1/api/projects/a",
        "https://[::1]:9/api/projects/p",
    ],
)
def test_project_endpoints_on_any_host_are_taken(endpoint: str) -> None:
    assert failures_of(project_endpoint=endpoint) == []


@pytest.mark.parametrize(
    ("protocols", "expected"),
    [
        pytest.param(
            "responses", 'must be a list such as [{"protocol": "responses", "version": "2.0.0"}]', id="a_text"
        ),
        pytest.param([], "must name at least one protocol, or be left out for the default", id="none"),
    ],
)
def test_protocols_are_a_list_of_at_least_one(protocols: Value, expected: str) -> None:
    assert [f"protocol_versions: {expected}"] == failures_of(protocol_versions=protocols)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("x", ': must be a map such as {"protocol": "responses", "version": "2.0.0"}', id="a_text"),
        pytest.param(
            {"protocol": "response", "version": "2.0.0"},
            ".protocol: 'response' is no protocol of this api_version. Did you mean 'responses'? Allowed: "
            f"{PROTOCOL_NAMES}",
            id="a_slip_in_the_name",
        ),
        pytest.param(
            {"protocol": "smtp", "version": "2.0.0"},
            f".protocol: 'smtp' is no protocol of this api_version. Allowed: {PROTOCOL_NAMES}",
            id="another_name",
        ),
        pytest.param(
            {"protocol": "responses", "version": "v1"},
            ".version: 'v1' is no version of this api_version: declare '2.0.0'",
            id="a_version_of_the_first_preview",
        ),
        pytest.param(
            {"protocol": "voice_conversation_engine", "version": "2.0.0"},
            ".version: '2.0.0' is no version of voice_conversation_engine: declare '1.0.0'",
            id="a_protocol_with_one_version",
        ),
        pytest.param({"protocol": "a2a"}, ".version: must be a text, for example '2.0.0'", id="no_version"),
        pytest.param(
            {"protocol": 1, "version": "2.0.0"}, ".protocol: must be a text, for example 'responses'", id="a_number"
        ),
        pytest.param(
            {"protocol": "a2a", "version": "1.0.0", "x": "y"},
            ".x: is not known; a protocol has `protocol` and `version`",
            id="an_unknown_key",
        ),
    ],
)
def test_each_protocol_is_checked(entry: Value, expected: str) -> None:
    assert [f"protocol_versions[0]{expected}"] == failures_of(protocol_versions=[entry])


def test_the_first_preview_knows_other_protocols() -> None:
    protocols: list[Value] = [
        {"protocol": "activity_protocol", "version": "v1"},
        {"protocol": "mcp", "version": "2.0.0"},
    ]

    assert [
        (
            "protocol_versions[1].protocol: 'mcp' is no protocol of this api_version. Allowed: responses, "
            "activity_protocol"
        ),
        "protocol_versions[1].version: '2.0.0' is no version of this api_version: declare 'v1'",
    ] == failures_of(**PREVIEW, protocol_versions=protocols)


def test_parts_of_protocols_that_are_not_known_yet_pass() -> None:
    protocols: list[Value] = [
        UNKNOWN,
        {"protocol": UNKNOWN, "version": "2.0.0"},
        {"protocol": "a2a", "version": UNKNOWN},
    ]

    assert failures_of(protocol_versions=protocols) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"image": "a.io/b"},
            "image: has no tag and no digest, so that a new image makes no new version. Pin the digest, or "
            "change `triggers`",
            id="no_tag",
        ),
        pytest.param(
            {"image": "a.io/b:latest"},
            "image: has the tag `latest` and no digest, so that a new image makes no new version. Pin the "
            "digest, or change "
            "`triggers`",
            id="latest",
        ),
        pytest.param(
            {"environment_variables": {"FOUNDRY_MODEL": "m"}},
            f'environment_variables["FOUNDRY_MODEL"]: {RESERVED}',
            id="prefix",
        ),
        pytest.param(
            {"environment_variables": {"PORT": "1"}}, f'environment_variables["PORT"]: {RESERVED}', id="reserved_name"
        ),
        pytest.param(
            {"environment_variables": {"API_KEY": "hunter2!"}},
            f'environment_variables["API_KEY"]: {SECRET}',
            id="secret",
        ),
        pytest.param(
            {"metadata": {"password": "hunter2!"}},
            'metadata["password"]: looks like a secret; metadata is readable for all who may read the agent: '
            "leave it out",
            id="a_secret_in_metadata",
        ),
        pytest.param(
            {"metadata": {"enableVnextExperience": "true"}},
            'metadata["enableVnextExperience"]: has no effect today and is left out',
            id="a_marker_of_the_past",
        ),
        pytest.param(
            {"protocol_versions": [{"protocol": "responses", "version": "1.0.0"}]},
            "protocol_versions[0].version: '1.0.0' is no longer served: rebuild with a newer agent server, and "
            "declare '2.0.0'",
            id="a_protocol_that_is_blocked",
        ),
    ],
)
def test_what_works_badly_is_warned_about(changes: dict[str, Value], expected: str) -> None:
    assert [expected] == warnings_of(**changes)
    assert failures_of(**changes) == []


@pytest.mark.parametrize("image", [IMAGE, "a.io/b:1", f"a.io/b:latest@{DIGEST}"])
def test_a_pinned_image_is_no_reason_for_a_warning(image: str) -> None:
    assert warnings_of(image=image) == []


def test_fifteen_pairs_of_metadata_are_allowed_besides_the_marker_without_effect() -> None:
    metadata: dict[str, Value] = {**{str(i): "x" for i in range(15)}, "enableVnextExperience": "true"}

    assert failures_of(metadata=metadata) == []


def test_the_table_of_sizes_can_be_switched_off() -> None:
    assert failures_of(cpu="8", memory="64Gi", validate_resources=False) == []


@pytest.mark.parametrize("quarters", range(1, 17))
def test_the_first_preview_offers_every_quarter_of_a_core_up_to_four(quarters: int) -> None:
    assert failures_of(**PREVIEW, cpu=str(quarters / 4), memory=f"{quarters / 2}Gi") == []


def test_full_inputs_of_today_pass() -> None:
    telemetry: Value = {
        "endpoints": [
            {
                "kind": "OTLP",
                "data": ["Metrics"],
                "endpoint": "https://otel.example",
                "protocol": "Http",
                "auth": {"type": "header", "header_name": "k", "secret_id": "i", "secret_key": "k"},
            }
        ]
    }

    assert (
        failures_of(
            environment_variables={"MODEL": "gpt-4o-mini", "KEY": "${{connections.vault.credentials.key}}"},
            description="d" * 512,
            metadata={"k" * 64: "v" * 512},
            registry_connection_id="registry",
            session_idle_timeout_seconds=120.0,
            rai_policy_name=RAI_POLICY,
            telemetry_config=telemetry,
            enable_memory_snapshot=True,
            triggers={"base": "3"},
        )
        == []
    )


@pytest.mark.parametrize("variable", ["AZURE_AI_PROJECT_ENDPOINT", "FOUNDRY_PROJECT_ENDPOINT"])
def test_an_endpoint_that_moved_with_the_environment_is_refused(variable: str) -> None:
    news = some_inputs(project_endpoint="https://other/api/projects/p", __endpoint_source=variable)

    checked = check_version_inputs(news, olds=some_inputs())

    assert [
        (
            f"project_endpoint: {variable} now says https://other/api/projects/p, but this version lives in "
            f"{ENDPOINT}. If the "
            "move is meant, run `pulumi config set azure-foundry:projectEndpoint https://other/api/projects/p`; "
            "otherwise set "
            "the variable back"
        )
    ] == [str(failure) for failure in checked.failures]


@pytest.mark.parametrize(
    ("news", "olds"),
    [
        pytest.param({"__endpoint_source": "config"}, {"project_endpoint": "https://o/api/projects/p"}, id="by_config"),
        pytest.param(
            {"__endpoint_source": "argument"}, {"project_endpoint": "https://o/api/projects/p"}, id="by_argument"
        ),
        pytest.param(
            {"__endpoint_source": "AZURE_AI_PROJECT_ENDPOINT"}, {"project_endpoint": f"{ENDPOINT}/"}, id="same"
        ),
        pytest.param({"__endpoint_source": "AZURE_AI_PROJECT_ENDPOINT"}, {}, id="new_resource"),
        pytest.param(
            {"__endpoint_source": "AZURE_AI_PROJECT_ENDPOINT"}, {"project_endpoint": "x"}, id="old_one_unreadable"
        ),
        pytest.param({"__endpoint_source": "AZURE_AI_PROJECT_ENDPOINT"}, {"project_endpoint": UNKNOWN}, id="unknown"),
    ],
)
def test_an_endpoint_may_stay_or_be_moved_on_purpose(news: dict[str, Value], olds: dict[str, Value]) -> None:
    assert check_version_inputs(some_inputs(**news), olds=olds).failures == []


@pytest.mark.parametrize("name", sorted(FIELD))
def test_an_input_that_is_not_known_yet_passes_and_stays_unknown(name: str) -> None:
    changes: dict[str, Value] = {**PREVIEW, name: UNKNOWN} if name == "tools" else {name: UNKNOWN}

    checked = check_version_inputs(some_inputs(**changes), olds={})

    assert checked.failures == []
    assert checked.inputs[name] is UNKNOWN


def test_known_inputs_are_checked_beside_unknown_ones() -> None:
    assert [
        (
            'environment_variables["A.B"]: is no name of an environment variable: letters, digits and underscores, '
            "no digit first, as in LOG_LEVEL"
        )
    ] == failures_of(image=UNKNOWN, environment_variables={"A.B": UNKNOWN, "C": UNKNOWN})


def test_parts_that_are_not_known_yet_pass_in_tools_telemetry_and_metadata() -> None:
    assert failures_of(metadata={"k": UNKNOWN}) == []
    endpoint: Value = {"kind": UNKNOWN, "data": UNKNOWN, "auth": UNKNOWN}

    assert failures_of(telemetry_config={"endpoints": [UNKNOWN, endpoint]}) == []
    assert failures_of(telemetry_config={"endpoints": UNKNOWN}) == []
    unknown_type: Value = {"type": UNKNOWN}
    unknown_key: Value = {"type": "header", "header_name": UNKNOWN, "secret_id": UNKNOWN, "secret_key": UNKNOWN}
    for auth in (unknown_type, unknown_key):
        assert failures_of(telemetry_config={"endpoints": [{"kind": "new", "data": [], "auth": auth}]}) == []
    assert failures_of(**PREVIEW, tools=[UNKNOWN, {"type": UNKNOWN}]) == []


def test_another_type_of_telemetry_auth_passes() -> None:
    auth: Value = {"type": "of_tomorrow", "anything": "x"}

    assert failures_of(telemetry_config={"endpoints": [{"kind": "new", "data": [], "auth": auth}]}) == []


def test_a_failure_of_telemetry_auth_quotes_no_value() -> None:
    auth: Value = {"type": "header", "header_name": ["hunter2"], "secret_id": {"a": "hunter2"}, "value": "hunter2"}

    failures = failures_of(telemetry_config={"endpoints": [{"kind": "new", "data": [], "auth": auth}]})

    assert len(failures) == 3
    assert "hunter2" not in " ".join(failures)


def test_no_message_holds_the_value_of_a_field_that_may_be_secret() -> None:
    secret = "hunter2-hunter2"
    checked = check_version_inputs(
        {
            "image": f"{secret} ",
            "project_endpoint": f"https://{secret}",
            "description": secret * 50,
            "metadata": {"k": secret * 50, "pulumi_azure_foundry": secret},
            "environment_variables": {"API_KEY": secret, "B": f"${{{secret}}}", "1": secret, "FOUNDRY_HOSTED": secret},
            "tools": [secret, {"type": "x", "key": secret}],
            "triggers": {"t": [secret]},
            "telemetry_config": {"endpoints": [secret]},
            "rai_policy_name": secret,
        },
        olds={},
    )

    assert len(checked.failures) >= 8
    assert secret not in " ".join([*map(str, checked.failures), *checked.warnings])


@given(inputs=valid_inputs())
def test_valid_inputs_have_no_failure_and_check_is_idempotent(inputs: dict[str, Value]) -> None:
    once = check_version_inputs(inputs, olds={})

    again = check_version_inputs(once.inputs, olds=once.inputs)

    assert (once.failures, again.failures) == ([], [])
    assert once.inputs == again.inputs
    assert plan_diff(inputs, once.inputs).changed == ()


@given(
    inputs=st.dictionaries(st.one_of(st.sampled_from(sorted(FIELD)), texts), values, max_size=5),
    olds=st.dictionaries(st.sampled_from(sorted(FIELD)), values, max_size=3),
)
def test_check_is_total(inputs: dict[str, Value], olds: dict[str, Value]) -> None:
    checked = check_version_inputs(inputs, olds=olds)

    assert checked.failures == sorted(checked.failures)
    assert checked.inputs == complete_inputs(inputs)
    assert all("\n" not in str(failure.reason) for failure in checked.failures)


@given(inputs=valid_inputs(), name=st.sampled_from(sorted(FIELD)), value=values)
def test_check_is_total_around_one_wrong_value(inputs: dict[str, Value], name: str, value: Value) -> None:
    check_version_inputs({**inputs, name: value}, olds={})
