"""The grammars of string inputs: one function per grammar, none of them repeats a value that may be secret."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from .failures import Failure, Findings, Notice, quoted
from .fields import API_VERSIONS
from .images import ImageReferenceError, parse_image
from .values import Value, is_unknown

# azure-dev, azure.ai.agents extension; length also in TypeSpec.
_AGENT_NAME: Final = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
_DECIMAL: Final = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
_ENDPOINT_PATH: Final = re.compile(r"/api/projects/[^/\s%]+")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+", re.IGNORECASE)
_RAI_POLICY: Final = re.compile(
    r"/subscriptions/[^/\s]+/resourceGroups/[^/\s]+/providers/Microsoft\.CognitiveServices/accounts/[^/\s]+/raiPolicies/[^/\s]+",
    re.IGNORECASE,
)

# azure-ai-projects 2.10.0, HeaderTelemetryEndpointAuth.
_HEADER_AUTH: Final = {
    "header_name": "the name of the HTTP header",
    "secret_id": "the secret store or connection",
    "secret_key": "the key within the secret",
}

ENDPOINT_EXAMPLE: Final = "https://<account>.services.ai.azure.com/api/projects/<project>"


def check_format(form: str, path: str, text: str) -> Findings:
    """Hold *text* against the grammar *form*."""
    yield from _FORMATS[form](path, text)


def _check_agent_name(path: str, text: str) -> Findings:
    if _AGENT_NAME.fullmatch(text) is None:
        yield Failure(
            path, f"{quoted(text)} is no agent name: 1–63 letters, digits and inner hyphens, for example support-agent"
        )


def _check_image(path: str, text: str) -> Findings:
    try:
        image = parse_image(text)
    except ImageReferenceError as error:
        yield Failure(
            path, f"{error}; write registry/repository[:tag][@digest], for example acme.azurecr.io/support@sha256:…"
        )
        return
    if image.is_mutable:
        tag = "the tag `latest`" if image.tag is not None else "no tag"
        yield Notice(
            path,
            f"has {tag} and no digest, so that a new image makes no new version. Pin the digest, or change `triggers`",
        )


def _check_cpu(path: str, text: str) -> Findings:
    if _DECIMAL.fullmatch(text) is None:
        yield Failure(path, f"{quoted(text)} is no number of cores, for example '1' or '0.5'")


def _check_memory(path: str, text: str) -> Findings:
    if not text.endswith("Gi") or _DECIMAL.fullmatch(text.removesuffix("Gi")) is None:
        yield Failure(path, f"{quoted(text)} is no amount of memory, for example '2Gi'")


def _check_endpoint(path: str, text: str) -> Findings:
    if not is_project_endpoint(text):
        yield Failure(path, f"is no project endpoint; copy it from the project's overview: {ENDPOINT_EXAMPLE}")


def is_project_endpoint(text: str) -> bool:
    """Say whether *text* is an https URL of a project, without user, query or fragment."""
    try:
        parts = urlsplit(text)
        valid_port = parts.port != 0
    except ValueError:
        return False
    return (
        valid_port
        and parts.scheme == "https"
        and _HOST.fullmatch(parts.hostname or "") is not None
        and parts.username is None
        and not any(sign in text for sign in "?#")
        and _ENDPOINT_PATH.fullmatch(parts.path.rstrip("/")) is not None
    )


def _check_rai_policy(path: str, text: str) -> Findings:
    if _RAI_POLICY.fullmatch(text) is None:
        yield Failure(
            path,
            "must be the full ARM id of a policy, for example /subscriptions/<id>/resourceGroups/<group>/providers/"
            "Microsoft.CognitiveServices/accounts/<account>/raiPolicies/<policy>",
        )


def _check_api_version(path: str, text: str) -> Findings:
    if text not in API_VERSIONS:
        yield Failure(path, f"{quoted(text)} is no wire shape known here. Allowed: {', '.join(API_VERSIONS)}")


_FORMATS: Final[Mapping[str, Callable[[str, str], Findings]]] = {
    "agent_name": _check_agent_name,
    "image": _check_image,
    "cpu": _check_cpu,
    "memory": _check_memory,
    "endpoint": _check_endpoint,
    "rai_policy": _check_rai_policy,
    "api_version": _check_api_version,
}


def check_telemetry(path: str, config: Mapping[str, Value]) -> Findings:
    """The outline of a telemetry configuration; what the service adds to it passes."""
    endpoints = config.get("endpoints")
    if is_unknown(endpoints):
        return
    if not isinstance(endpoints, list):
        yield Failure(f"{path}.endpoints", "must be a list of telemetry endpoints")
        return
    for index, endpoint in enumerate(endpoints):
        if not is_unknown(endpoint):
            yield from _check_telemetry_endpoint(f"{path}.endpoints[{index}]", endpoint)


def _check_telemetry_endpoint(path: str, endpoint: Value) -> Findings:
    if not isinstance(endpoint, dict):
        yield Failure(path, "must be a map with `kind` and `data`")
        return
    wanted = ("kind", "endpoint", "protocol") if endpoint.get("kind") == "OTLP" else ("kind",)
    for key in wanted:
        if not isinstance(endpoint.get(key), str) and not is_unknown(endpoint.get(key)):
            yield Failure(f"{path}.{key}", "is required, as a text")
    if not isinstance(endpoint.get("data"), list) and not is_unknown(endpoint.get("data")):
        yield Failure(f"{path}.data", "is required, as a list such as ['ContainerStdoutStderr', 'Metrics']")
    if "auth" in endpoint and not is_unknown(endpoint["auth"]):
        yield from _check_telemetry_auth(f"{path}.auth", endpoint["auth"])


def _check_telemetry_auth(path: str, auth: Value) -> Findings:
    if not isinstance(auth, dict):
        yield Failure(path, "must be a map")
        return
    if not isinstance(auth.get("type"), str) and not is_unknown(auth.get("type")):
        yield Failure(f"{path}.type", "is required, as a text; `header` is the type with a key from a connection")
    if auth.get("type") != "header":
        return
    for key, meaning in _HEADER_AUTH.items():
        if not isinstance(auth.get(key), str) and not is_unknown(auth.get(key)):
            yield Failure(f"{path}.{key}", f"is required with type `header`, as a text: set it to {meaning}")
