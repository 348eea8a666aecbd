"""What can go wrong, and the words for it.

FoundryError
├── InvalidInputError        the inputs are refused, before or by the service: correct them
├── NotReadyError            not finished within its time: run again, it goes on waiting
├── VersionFailedError       the service gave a version up: see cause and remedy
├── ConflictError            something of that name or content is in the way
│   └── HasSessionsError     live sessions keep a version: wait or force
├── AccessRefusedError       a credential was tried and refused: a role is missing
├── NoCredentialError        there was no credential to try: sign in
├── NotFoundError            the project is not there
└── ServiceUnavailableError  the service or the way to it is down: run again
"""

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from .images import registry_of
from .redaction import cut, redact
from .remedies import BY_TEXT, DATA_PLANE_ROLE, HAS_SESSIONS, OWN_CODES, REMEDIES, VAGUE_CODES, Remedy

if TYPE_CHECKING:
    from .shapes import Version

__all__ = [
    "REMEDIES",
    "AccessRefusedError",
    "ConflictError",
    "FoundryError",
    "HasSessionsError",
    "InvalidInputError",
    "NoCredentialError",
    "NotFoundError",
    "NotReadyError",
    "ServiceUnavailableError",
    "VersionFailedError",
    "error_class",
    "explain",
    "explain_failed_version",
    "redact",
]


class FoundryError(Exception):
    """Something about a hosted agent failed; catch this for all of them.

    Attributes:
        code: The service's word for it.
        status: HTTP status, None if no answer came.
        request_id: For a support request.
        service_message: The service's text, cut to 1000 characters.
        ambiguous: The call may have had its effect all the same: look before repeating it.
        retry_after: Seconds that the service asks to wait before another try, None if it asks for nothing.
        is_explained: The text is complete for a user already: nothing is to be put around it.
    """

    is_transient = False
    """True for errors that pass by themselves: a wait goes on through them."""

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        service_message: str | None = None,
        ambiguous: bool = False,
        retry_after: float | None = None,
        is_explained: bool = False,
    ) -> None:
        self.code = code
        self.status = status
        self.request_id = request_id
        self.service_message = cut(service_message or "")
        self.ambiguous = ambiguous
        self.retry_after = retry_after
        self.is_explained = is_explained
        super().__init__(message or self.service_message)


class InvalidInputError(FoundryError):
    """The inputs are refused; nothing was made. Correct what the message names."""


class NotReadyError(FoundryError):
    """A version was not active within its time. It is kept; run again to go on waiting."""


class VersionFailedError(FoundryError):
    """The service gave a version up. It has been removed again, unless `keep_failed` says otherwise."""


class ConflictError(FoundryError):
    """Something of the same name or content is in the way."""


class HasSessionsError(ConflictError):
    """Live sessions keep a version from being deleted."""


class AccessRefusedError(FoundryError):
    """A credential was tried and refused: it lacks a role on the project's data plane."""


class NoCredentialError(FoundryError):
    """There was no credential to try: sign in, or set the variables of one."""


class NotFoundError(FoundryError):
    """What was asked for is not there; for a whole project, `pulumi state delete` or `deleted_with` is the way out."""


class ServiceUnavailableError(FoundryError):
    """The service, or the way to it, did not answer properly. Run again."""

    is_transient = True


_BY_STATUS: Final[dict[int, type[FoundryError]]] = {
    401: AccessRefusedError,
    403: AccessRefusedError,
    404: NotFoundError,
    408: ServiceUnavailableError,
    409: ConflictError,
    429: ServiceUnavailableError,
}
_CLIENT_ERRORS: Final = range(400, 500)


def error_class(status: int | None) -> type[FoundryError]:
    """The class for an answer with *status*, or for no answer at all (None)."""
    if status is not None and status in _BY_STATUS:
        return _BY_STATUS[status]
    return InvalidInputError if status in _CLIENT_ERRORS else ServiceUnavailableError


def explain(
    error: FoundryError,
    *,
    operation: str,
    agent_name: str,
    version: str | None,
    image: str | None,
    project_endpoint: str,
) -> str:
    """Two lines: what failed; then cause, remedy and request id.

    Taking secrets out is left to `redact`, which knows them.
    """
    text = _one_line(str(error) or type(error).__name__)
    code = f"{error.code} — " if error.code is not None and error.code not in OWN_CODES else ""
    advice = _advice(_remedy_for(error), agent_name, image, project_endpoint)
    return f"{_subject(operation, agent_name, version)}: {code}{text}\n{advice}{_request(error.request_id)}"


def explain_failed_version(
    version: "Version",
    *,
    operation: str,
    image: str | None,
    project_endpoint: str,
    request_id: str | None,
    removed: bool,
) -> str:
    """The same two lines for a version that the service reports as failed."""
    code = version.error_code or version.status
    text = _one_line(cut(version.error_message or "the service gives no reason"))
    fate = "The failed version was removed." if removed else "The failed version is still on the service."
    advice = _advice(REMEDIES.get(code), version.agent_name, image, project_endpoint)
    first = f"{_subject(operation, version.agent_name, version.version)}: {code} — {text}"
    return f"{first}\n{fate} {advice}{_request(request_id)}"


def _subject(operation: str, agent_name: str, version: str | None) -> str:
    return f"{operation} hosted agent '{agent_name}'" + (f" version {version}" if version is not None else "")


def _one_line(text: str) -> str:
    """The first line is all that the resource's row shows."""
    return " ".join(text.split())


def _request(request_id: str | None) -> str:
    return f" (request {request_id})" if request_id else ""


def _remedy_for(error: FoundryError) -> Remedy | None:
    """By what is most telling: live sessions, the service's code, its text, the class."""
    if not isinstance(error, HasSessionsError):
        if error.code is not None and error.code in REMEDIES and error.code not in VAGUE_CODES:
            return REMEDIES[error.code]
        text = f"{error} {error.service_message}"
        for pattern, remedy in BY_TEXT:
            if pattern.search(text) is not None:
                return remedy
        if error.code is not None and error.code in REMEDIES:
            return REMEDIES[error.code]
    return next((remedy for kind, remedy in _BY_CLASS if isinstance(error, kind)), None)


_BY_CLASS: Final[tuple[tuple[type[FoundryError], Remedy], ...]] = (
    (AccessRefusedError, DATA_PLANE_ROLE),
    (
        NoCredentialError,
        Remedy(
            "no credential was found to try",
            "sign in with `az login`, or set the ARM_* or AZURE_* variables of a service principal or managed identity",
        ),
    ),
    (HasSessionsError, HAS_SESSIONS),
    (ConflictError, REMEDIES["conflict"]),
    (
        NotFoundError,
        Remedy(
            "{project} does not exist, or is not visible from here",
            "check `project_endpoint`; if the project was deleted, drop its agents from the state with "
            "`pulumi state delete`, or set `deleted_with`",
        ),
    ),
    (
        ServiceUnavailableError,
        Remedy("the service, or the way to it, is disturbed", "run again; what was begun is found again"),
    ),
    (
        NotReadyError,
        Remedy(
            "the version is still being provisioned",
            "run `pulumi up` again, it goes on waiting for the same version; raise `timeout_seconds` if this is usual",
        ),
    ),
    (InvalidInputError, Remedy("the service refused the request", "correct what its message names, and run again")),
)


def _advice(remedy: Remedy | None, agent_name: str, image: str | None, project_endpoint: str) -> str:
    if remedy is None:
        return "Cause: not known. Do: look at the agent in the Foundry portal, and quote the request id to support."
    words = {
        "agent": agent_name,
        "project": _project_words(project_endpoint),
        "registry": registry_of(image) or "the registry of `image`",
    }
    return f"Cause: {remedy.cause.format(**words)}. Do: {remedy.remedy.format(**words)}."


def _project_words(project_endpoint: str) -> str:
    """The scope of a role on the data plane, in words that a portal search finds."""
    try:
        parts = urlsplit(project_endpoint)
    except ValueError:
        return "the project"
    match = re.fullmatch(r"/api/projects/([^/]+)/?", parts.path)
    if match is None or parts.hostname is None:
        return "the project"
    account = parts.hostname.removesuffix(_PUBLIC_DOMAIN)
    where = f"of account '{account}'" if account != parts.hostname else f"at {parts.hostname}"
    return f"project '{match[1]}' {where}"


_PUBLIC_DOMAIN: Final = ".services.ai.azure.com"
