"""Every failure of azure-core as one of ours, in one place.

`ambiguous` marks what leaves open whether the service did the work: lost connections, timeouts, 408, 429, 5xx, and
replies that cannot be read. A connection error before the first byte counts as ambiguous too: azure-core reports a TLS
connection that is cut while the reply is awaited as a request that was never sent.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pulumi_azure_foundry._core.errors import (
    AccessRefusedError,
    FoundryError,
    HasSessionsError,
    NotFoundError,
    ServiceUnavailableError,
    error_class,
)
from pulumi_azure_foundry._core.redaction import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from azure.core.exceptions import HttpResponseError

REQUEST_ID_HEADERS: Final = ("x-request-id", "apim-request-id", "x-ms-request-id")
REPEATABLE_STATUSES: Final = frozenset({408, 429})


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever the Azure libraries raise inside into a `FoundryError`."""
    from azure.core.exceptions import AzureError, DeserializationError, SerializationError

    try:
        yield
    except (AzureError, DeserializationError, SerializationError, OSError) as error:
        # OSError: requests says so itself when the file that REQUESTS_CA_BUNDLE names is missing.
        raise translate(error) from error


def translate(error: BaseException) -> FoundryError:
    """The error of ours that says the same."""
    from azure.core.exceptions import ClientAuthenticationError, DecodeError, HttpResponseError

    if isinstance(error, HttpResponseError):
        if error.response is not None and error.status_code is not None and not _is_unreadable(error):
            return _from_reply(error)
        if isinstance(error, ClientAuthenticationError):
            return AccessRefusedError(_text(error), service_message=_text(error))
        if isinstance(error, DecodeError):
            message = f"the service's reply cannot be read: {_text(error)}"
            return ServiceUnavailableError(
                message, status=error.status_code, service_message=cut(message), ambiguous=True
            )
    return ServiceUnavailableError(_text(error), service_message=_text(error), ambiguous=not _is_local(error))


def _is_unreadable(error: HttpResponseError) -> bool:
    """True where the status says success and the body says nothing."""
    return error.status_code is not None and error.status_code < 300


def _is_local(error: BaseException) -> bool:
    """True where nothing can have left this machine."""
    return isinstance(error, OSError) or "not permitted for non-TLS" in str(error)


def _from_reply(error: HttpResponseError) -> FoundryError:
    status = int(error.status_code or 0)
    headers: Mapping[str, str] = getattr(error.response, "headers", None) or {}
    details = error_details(_body(error))
    code = details.get("code") or None
    message = cut(str(details.get("message") or f"HTTP {status} {error.reason or ''}".strip()))
    kind = _kind(error, status, f"{code} {message}")
    return kind(
        message,
        code=code,
        status=status,
        request_id=next((headers[name] for name in REQUEST_ID_HEADERS if headers.get(name)), details.get("request_id")),
        service_message=message,
        ambiguous=status >= 500 or status in REPEATABLE_STATUSES,
        retry_after=_seconds(headers.get("Retry-After")),
    )


def _kind(error: HttpResponseError, status: int, text: str) -> type[FoundryError]:
    if status == 409 and _method(error) == "DELETE" and "session" in text.lower():
        return HasSessionsError
    return error_class(status)


def error_details(body: object) -> dict[str, str]:
    """`code`, `message` and `request_id` of an error body, as far as they are there."""
    inner = body.get("error") if isinstance(body, dict) else None
    if isinstance(inner, str):
        return {"message": inner}
    if not isinstance(inner, dict):
        return {}
    details = {name: str(inner[name]) for name in ("code", "message") if inner.get(name) is not None}
    extra = inner.get("additionalInfo") or inner.get("additional_info")
    if isinstance(extra, dict) and extra.get("request_id") is not None:
        details["request_id"] = str(extra["request_id"])
    return details


def is_absent(error: FoundryError) -> bool:
    """True where a 404 speaks of the agent or version, and not of a project, an account or a path that does not exist.

    Taking the latter for "gone" would empty the state of everything in a project whose endpoint is mistyped.
    """
    if not isinstance(error, NotFoundError) or error.code in {None, "404"}:
        return False
    code = str(error.code).lower()
    return not any(word in code for word in ("project", "workspace", "account", "subscription", "path", "route"))


def _body(error: HttpResponseError) -> object:
    try:
        return json.loads(error.response.text()) if error.response is not None else None
    except (ValueError, AttributeError, TypeError):
        return None


def _method(error: HttpResponseError) -> str:
    request: Any = getattr(error.response, "request", None)
    return str(getattr(request, "method", "")).upper()


def _seconds(text: str | None) -> float | None:
    """Seconds of a `Retry-After` header; its date form is left alone."""
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None


def _text(error: BaseException) -> str:
    """The error's own first words; azure-core and requests nest representations of each other."""
    text = str(getattr(error, "message", None) or error) or type(error).__name__
    return cut(text.strip())
