"""Every refusal of the imitated service in one table: HTTP status, service code and text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..values import Json, JsonMap


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: what is answered."""

    status: int
    code: str
    text: str


REFUSALS: Final[Mapping[str, Refusal]] = {
    "no_token": Refusal(401, "Unauthorized", "Access denied due to missing or unknown bearer token."),
    "token_expired": Refusal(401, "Unauthorized", "The bearer token has expired."),
    "wrong_audience": Refusal(401, "Unauthorized", "The token's audience {found} is not {wanted}."),
    "no_api_version": Refusal(400, "MissingApiVersionParameter", "The api-version query parameter is required."),
    "unknown_api_version": Refusal(
        400, "UnsupportedApiVersion", "The api-version {version!r} is not supported; supported: {known}."
    ),
    "no_route": Refusal(404, "ResourceNotFound", "No operation at {path} in api-version {version}."),
    "wrong_method": Refusal(405, "MethodNotAllowed", "{method} is not allowed at {path}."),
    "not_imitated": Refusal(404, "not_imitated", "The emulator does not imitate {what}."),
    "bad_json": Refusal(400, "invalid_payload", "The request body is not a JSON object: {reason}"),
    "content_type": Refusal(415, "UnsupportedMediaType", "The content type must be {wanted}, not {found!r}."),
    "too_large": Refusal(413, "payload_too_large", "The request body is larger than {limit} bytes."),
    "unknown_parameter": Refusal(400, "invalid_parameter", "Unknown query parameter: {name!r}."),
    "bad_parameter": Refusal(400, "invalid_parameter", "Invalid value {value!r} for {name}: {wanted}."),
    "unknown_property": Refusal(400, "invalid_payload", "Unknown parameter: {name!r}."),
    "invalid": Refusal(400, "invalid_payload", "Invalid value for {name}: {wanted}."),
    "bad_name": Refusal(
        400,
        "invalid_parameter",
        "Agent name {value!r} must start and end with an alphanumeric character, may contain hyphens in the middle, "
        "and must not exceed 63 characters.",
    ),
    "reserved_variable": Refusal(
        400,
        "invalid_payload",
        "Environment variable '{name}' is reserved for platform use. All FOUNDRY_* and AGENT_* variables are reserved "
        "per container-image-spec. Please remove and re-try.",
    ),
    "resources": Refusal(400, "bad_request", "CPU and Memory must be specified as a valid resource tier"),
    "too_many_versions": Refusal(400, "UserError", "Agent '{name}' has too many revisions; at most {limit}."),
    "no_capability_host": Refusal(
        400, "CapabilityHostNotFound", "The account has no capability host with public hosting enabled."
    ),
    "protocol_unsupported": Refusal(
        400, "ProtocolVersionNotSupported", "Protocol {protocol!r} version {version!r} is not supported."
    ),
    "invoke_protocol": Refusal(
        400, "invalid_request", "Unsupported {protocol} protocol version. Please use version '1.0.0'."
    ),
    "no_protocol": Refusal(404, "not_found", "Version {version} does not serve the protocol {protocol}."),
    "no_agent": Refusal(404, "not_found", "Agent '{name}' not found"),
    "no_version": Refusal(404, "not_found", "Agent '{name}' has no version '{version}'"),
    "no_session": Refusal(404, "not_found", "Session '{session}' not found"),
    "no_manifest": Refusal(404, "not_found", "Manifest '{manifest}' not found"),
    "agent_exists": Refusal(409, "conflict", "Agent '{name}' already exists"),
    "session_exists": Refusal(409, "conflict", "Session '{session}' already exists"),
    "has_sessions": Refusal(409, "conflict", "Agent has active sessions"),
    "last_version": Refusal(400, "bad_request", "Version '{version}' is the last version of agent '{name}'"),
    "serving_version": Refusal(
        400, "bad_request", "Version '{version}' of agent '{name}' is referenced by the agent endpoint"
    ),
    "percentages": Refusal(400, "invalid_payload", "Traffic percentages must total 100, not {total}."),
    "no_split": Refusal(400, "invalid_payload", "Traffic splitting is not supported; use one rule with 100 percent."),
    "provisioning": Refusal(400, "AgentVersionNotReady", "Agent version is still being provisioned"),
    "version_failed": Refusal(400, "agent_version_failed", "Agent version {version} failed to provision: {reason}"),
    "session_not_ready": Refusal(424, "session_not_ready", "The session did not become ready in time"),
    "disabled": Refusal(403, "agent_disabled", "Agent '{name}' is disabled"),
}


class ServiceError(Exception):
    """A refusal on its way to the caller; becomes a response in exactly one place (`emulator.app`)."""

    def __init__(self, status: int, code: str, message: str, *, param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param

    def body(self, request_id: str) -> JsonMap:
        """The error as the service writes it; the first preview requires ``param`` and ``type``."""
        return error_body(self.code, self.message, request_id, param=self.param, client=self.status < 500)


def error_body(code: str, message: str, request_id: str, *, param: str = "", client: bool) -> JsonMap:
    """An ``ApiErrorResponse``."""
    return {
        "error": {
            "code": code,
            "message": message,
            "param": param,
            "type": "invalid_request_error" if client else "server_error",
            "details": [],
            "additionalInfo": {"request_id": request_id},
        }
    }


def refuse(row: str, *, param: str = "", **words: Json) -> ServiceError:
    """The error of a row of the table, with its words filled in; to be raised."""
    refusal = REFUSALS[row]
    return ServiceError(refusal.status, refusal.code, refusal.text.format(**words), param=param)
