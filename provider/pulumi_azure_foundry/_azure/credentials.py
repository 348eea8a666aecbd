"""Which identity calls the data plane: the one azure-native was told to use, else whatever azure-identity finds.

azure-native's `ARM_*` variables come first, so that one program has one identity, with azure-native's order of
methods and its rule that a described but incomplete credential is an error, not a reason to try the next. A
subscription id alone describes none. Two failures are kept apart: there was nothing to try (`NoCredentialError`), and
something was tried and refused (`AccessRefusedError`).
"""

from __future__ import annotations

import os
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pulumi_azure_foundry._core.errors import AccessRefusedError, FoundryError, NoCredentialError
from pulumi_azure_foundry._core.redaction import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from azure.core.credentials import AccessTokenInfo, TokenRequestOptions

REFRESH_BEFORE_SECONDS: Final = 300.0
OIDC_AUDIENCE: Final = "api://AzureADTokenExchange"
OIDC_SECONDS: Final = 30.0
LONGEST_REASON: Final = 160

_lock = threading.Lock()


@cache
def _process_credential() -> SharedCredential:
    return SharedCredential(*_open(os.environ))


def credential() -> SharedCredential:
    """The process's one credential; made at the first call.

    Raises:
        NoCredentialError: The `ARM_*` variables describe a credential that cannot be made.
    """
    with _lock:
        return _process_credential()


class SharedCredential:
    """One credential for all threads: fetches a token once, however many calls wait for it, and explains failures.

    azure-core's bearer policy has no lock, and azure-identity's command-line credentials no cache: 64 creates would
    start `az` 64 times.
    """

    def __init__(self, source: Any, attempts: tuple[Attempt, ...] = ()) -> None:  # noqa: ANN401 - any azure-identity credential
        self._source = source
        self._attempts = attempts
        self._lock = threading.Lock()
        self._tokens: dict[object, AccessTokenInfo] = {}
        self._failure: FoundryError | None = None
        self._failed_at = float("-inf")

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """The method azure-core's bearer policy calls.

        Raises:
            NoCredentialError: No credential had anything to try.
            AccessRefusedError: A credential was tried and refused.
            ServiceUnavailableError: The token service could not be reached.
        """
        asked_at = time.monotonic()
        key = (scopes, tuple(sorted((options or {}).items())))
        with self._lock:
            token = self._tokens.get(key)
            if token is not None and token.expires_on - time.time() > REFRESH_BEFORE_SECONDS:
                return token
            if self._failure is not None and self._failed_at >= asked_at:
                raise self._failure  # it failed while this call was waiting for its turn
            try:
                token = self._fetch(*scopes, options=options)
            except FoundryError as error:
                self._failure, self._failed_at = error, time.monotonic()
                raise
            self._tokens[key] = token
            return token

    def _fetch(self, *scopes: str, options: TokenRequestOptions | None) -> AccessTokenInfo:
        from azure.core.exceptions import AzureError, ClientAuthenticationError
        from azure.identity import CredentialUnavailableError

        from pulumi_azure_foundry._azure.errors import translate

        for attempt in self._attempts:
            attempt.refusal = attempt.reason = None
        try:
            token: AccessTokenInfo = self._source.get_token_info(*scopes, options=options or {})
        except CredentialUnavailableError as error:
            raise NoCredentialError(cut(str(error.message))) from error
        except ClientAuthenticationError as error:
            refusal = next((attempt.refusal for attempt in self._attempts if attempt.refusal is not None), None)
            if self._attempts and refusal is None:
                reasons = "; ".join(attempt.reason for attempt in self._attempts if attempt.reason is not None)
                raise NoCredentialError(cut(f"no credential had anything to try: {reasons}")) from error
            raise AccessRefusedError(_refusal_text(refusal or str(error.message)), is_explained=True) from error
        except (AzureError, OSError) as error:
            raise translate(error) from error
        return token


class Attempt:
    """One member of DefaultAzureCredential's chain, watched.

    The chain answers "nothing to try" and "tried and refused" with one exception; only its members tell them apart.
    """

    def __init__(self, member: Any) -> None:  # noqa: ANN401 - any azure-identity credential
        self._member = member
        self._credential_name = getattr(
            member, "_credential_name", type(member).__name__
        )  # the chain's message asks for it
        self.refusal: str | None = None
        self.reason: str | None = None

    def get_token(self, *scopes: str, **options: object) -> object:
        """Pass on, and note a refusal."""
        return self._note(self._member.get_token, *scopes, **options)

    def get_token_info(self, *scopes: str, **options: object) -> object:
        """Pass on, and note a refusal."""
        return self._note(self._member.get_token_info, *scopes, **options)

    def _note(self, method: Callable[..., object], *scopes: str, **options: object) -> object:
        from azure.identity import CredentialUnavailableError

        try:
            return method(*scopes, **options)
        except CredentialUnavailableError as error:
            self.reason = f"{self._credential_name}: {_first_words(error)}"
            raise
        except Exception as error:
            self.refusal = f"{self._credential_name}: {error}"
            raise


def _open(environ: Mapping[str, str]) -> tuple[Any, tuple[Attempt, ...]]:
    """The credential that *environ* describes, and what to watch in it."""
    described = describe(environ)
    if described is None:
        return _open_default()
    try:
        return _OPENERS[described](environ), ()
    except (ValueError, OSError) as error:  # a certificate that cannot be read, a tenant id with a blank in it
        text = f"the ARM_* variables describe a {described} credential that cannot be used: {error}"
        raise NoCredentialError(cut(text)) from error


def describe(environ: Mapping[str, str]) -> str | None:
    """Which credential the `ARM_*` variables describe; None when they describe none.

    The order is azure-native's: certificate, secret, OIDC, managed identity.
    """
    if environ.get("ARM_CLIENT_CERTIFICATE_PATH"):
        return "client certificate"
    if environ.get("ARM_CLIENT_SECRET"):
        return "client secret"
    if _is_true(environ.get("ARM_USE_OIDC")):
        return "OIDC"
    if _is_true(environ.get("ARM_USE_MSI")):
        return "managed identity"
    return None


def _open_certificate(environ: Mapping[str, str]) -> object:
    from azure.identity import CertificateCredential

    return CertificateCredential(
        _required(environ, "ARM_TENANT_ID", "client certificate"),
        _required(environ, "ARM_CLIENT_ID", "client certificate"),
        certificate_path=environ["ARM_CLIENT_CERTIFICATE_PATH"],
        password=environ.get("ARM_CLIENT_CERTIFICATE_PASSWORD") or None,
        disable_instance_discovery=_is_true(environ.get("ARM_DISABLE_INSTANCE_DISCOVERY")),
    )


def _open_secret(environ: Mapping[str, str]) -> object:
    from azure.identity import ClientSecretCredential

    return ClientSecretCredential(
        _required(environ, "ARM_TENANT_ID", "client secret"),
        _required(environ, "ARM_CLIENT_ID", "client secret"),
        environ["ARM_CLIENT_SECRET"],
        disable_instance_discovery=_is_true(environ.get("ARM_DISABLE_INSTANCE_DISCOVERY")),
    )


def _open_oidc(environ: Mapping[str, str]) -> object:
    from azure.identity import ClientAssertionCredential

    return ClientAssertionCredential(
        _required(environ, "ARM_TENANT_ID", "OIDC"),
        _required(environ, "ARM_CLIENT_ID", "OIDC"),
        _assertion(environ),
    )


def _assertion(environ: Mapping[str, str]) -> Callable[[], str]:
    """How to get the identity token that is exchanged; called again whenever a token is needed."""
    if token := environ.get("ARM_OIDC_TOKEN"):
        return lambda: token
    if path := environ.get("ARM_OIDC_TOKEN_FILE_PATH"):
        return lambda: _read_assertion(path)
    url = environ.get("ARM_OIDC_REQUEST_URL") or environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    bearer = environ.get("ARM_OIDC_REQUEST_TOKEN") or environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if url and bearer:
        return lambda: _request_assertion(url, bearer, environ.get("ARM_OIDC_AUDIENCE") or OIDC_AUDIENCE)
    raise NoCredentialError(
        "ARM_USE_OIDC is set, but no token: set ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH, or ARM_OIDC_REQUEST_URL and "
        "ARM_OIDC_REQUEST_TOKEN (on GitHub: `permissions: id-token: write`)"
    )


def _read_assertion(path: str) -> str:
    from azure.identity import CredentialUnavailableError

    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CredentialUnavailableError(message=f"ARM_OIDC_TOKEN_FILE_PATH cannot be read: {error}") from error


def _request_assertion(url: str, bearer: str, audience: str) -> str:
    """Ask the CI system for an identity token, as GitHub describes it."""
    import requests
    from azure.core.exceptions import ClientAuthenticationError

    try:
        reply = requests.get(
            url, params={"audience": audience}, headers={"Authorization": f"Bearer {bearer}"}, timeout=OIDC_SECONDS
        )
        reply.raise_for_status()
        return str(reply.json()["value"])
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:
        text = f"the OIDC token request failed: {error}"
        raise ClientAuthenticationError(message=text) from error


def _open_managed_identity(environ: Mapping[str, str]) -> object:
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=environ.get("ARM_CLIENT_ID") or None)


_OPENERS: Final[Mapping[str, Callable[[Mapping[str, str]], object]]] = {
    "client certificate": _open_certificate,
    "client secret": _open_secret,
    "OIDC": _open_oidc,
    "managed identity": _open_managed_identity,
}


def _open_default() -> tuple[Any, tuple[Attempt, ...]]:
    from azure.identity import DefaultAzureCredential

    try:
        chain: Any = DefaultAzureCredential(exclude_interactive_browser_credential=True)
    except ValueError as error:  # AZURE_TOKEN_CREDENTIALS names nothing that exists
        raise NoCredentialError(cut(str(error))) from error
    attempts = tuple(Attempt(member) for member in chain.credentials)
    chain.credentials = attempts
    return chain, attempts


def _required(environ: Mapping[str, str], name: str, described: str) -> str:
    if value := environ.get(name):
        return value
    raise NoCredentialError(f"the ARM_* variables describe a {described} credential, but {name} is not set")


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in {"1", "t", "true", "yes"}


def _refusal_text(text: str) -> str:
    """Told here and not by `_core.errors.explain`: no role on the project helps against it."""
    return (
        f"the credential was refused before the project was asked: {cut(' '.join(text.split()))}\n"
        "Cause: it was tried, and Entra or the identity endpoint did not accept it. Do: check tenant, client id, and "
        "secret, certificate or federation, or sign in again, and run again."
    )


def _first_words(error: BaseException) -> str:
    """Enough of a reason to tell the members of the chain apart."""
    text = " ".join(str(error).split()).rstrip(".")
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}…"
