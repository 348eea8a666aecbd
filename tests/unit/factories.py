"""Working values that a test changes one thing of, and strategies for all others."""

from hypothesis import strategies as st

from pulumi_azure_foundry._core.fields import FIRST_PREVIEW, TODAY
from pulumi_azure_foundry._core.shapes import Version
from pulumi_azure_foundry._core.stamps import Stamp
from pulumi_azure_foundry._core.values import UNKNOWN, Value

ENDPOINT = "https://acme.services.ai.azure.com/api/projects/demo"
DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGE = f"acme.azurecr.io/support@{DIGEST}"
OWNER = "00112233aabbccdd"
FINGERPRINT = "f" * 32


def some_inputs(**changes: Value) -> dict[str, Value]:
    """Inputs without any fault; a change to None leaves the input out."""
    inputs: dict[str, Value] = {"agent_name": "support", "image": IMAGE, "project_endpoint": ENDPOINT, **changes}
    return {name: value for name, value in inputs.items() if value is not None}


def a_stamp(*, owner: str = OWNER, fingerprint: str = FINGERPRINT, made_agent: bool = False) -> Stamp:
    return Stamp(owner, fingerprint, made_agent)


def a_version(
    number: int | str = 1,
    *,
    status: str = "active",
    owner: str | None = OWNER,
    fingerprint: str = FINGERPRINT,
    made_agent: bool = False,
    inputs: dict[str, Value] | None = None,
) -> Version:
    """A version of ours; with `owner=None` one that somebody made by other means."""
    stamp = a_stamp(owner=owner, fingerprint=fingerprint, made_agent=made_agent) if owner is not None else None
    return Version("support", str(number), status, stamp=stamp, inputs=inputs or {})


texts = st.text(st.characters(codec="utf-8"), max_size=12)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(allow_nan=False), texts, st.just(UNKNOWN)
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)

spelled_cpus = st.sampled_from([("0.5", "1Gi"), ("1.0", "2.0Gi"), ("1", "2Gi"), ("2.00", "4Gi")])
images = st.builds(
    "{}.azurecr.io/{}{}".format,
    st.from_regex(r"[a-zA-Z0-9]{1,8}", fullmatch=True),
    st.from_regex(r"[a-z0-9]{1,8}(?:/[a-z0-9]{1,5})?", fullmatch=True),
    st.sampled_from(["", ":1.2", f"@{DIGEST}", f":1.2@{DIGEST}"]),
)
text_maps = st.dictionaries(names, st.text(st.characters(codec="utf-8"), max_size=8), max_size=3)
metadata = st.dictionaries(st.text("abcXYZ-_", min_size=1, max_size=8), texts, max_size=3)


@st.composite
def valid_inputs(draw: st.DrawFn, api_versions: tuple[str, ...] = (TODAY, FIRST_PREVIEW)) -> dict[str, Value]:
    """Inputs that a service of the chosen shape takes; optional ones may be absent."""
    api_version = draw(st.sampled_from(api_versions))
    cpu, memory = draw(spelled_cpus)
    version = "2.0.0" if api_version == TODAY else "v1"
    protocol: Value = {"protocol": "responses", "version": version}
    tool: Value = {"type": "code_interpreter", "limit": 2.0}
    optional: dict[str, st.SearchStrategy[Value]] = {
        "protocol_versions": st.integers(1, 2).map(lambda times: [protocol] * times),
        "environment_variables": text_maps.map(dict),
        "description": st.text(st.characters(codec="utf-8"), max_size=20),
        "metadata": metadata.map(dict),
        "rai_policy_name": st.just(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/raiPolicies/p"
        ),
        "triggers": text_maps.map(dict),
    }
    if api_version == TODAY:
        optional["registry_connection_id"] = st.just("connection")
        optional["session_idle_timeout_seconds"] = st.sampled_from([120, 900.0, 14400])
        optional["telemetry_config"] = st.just({"endpoints": [{"kind": "new", "data": ["Metrics"], "n": 1.0}]})
        optional["enable_memory_snapshot"] = st.booleans()
    else:
        optional["tools"] = st.integers(0, 2).map(lambda times: [tool] * times)
    chosen = draw(st.fixed_dictionaries({}, optional=optional))
    return some_inputs(api_version=api_version, image=draw(images), cpu=cpu, memory=memory, **chosen)
