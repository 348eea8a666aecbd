"""Which credential is used, and how its failure reads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import pytest
import trustme
from azure.core.credentials import AccessTokenInfo
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import (
    CertificateCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)
from cryptography.hazmat.primitives import serialization

from pulumi_azure_foundry._azure import credentials
from pulumi_azure_foundry._azure.credentials import Attempt, SharedCredential
from pulumi_azure_foundry._core.errors import (
    AccessRefusedError,
    FoundryError,
    NoCredentialError,
    ServiceUnavailableError,
)
from tests.azure.conftest import Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.azure.conftest import ScriptedService

SCOPE = "https://ai.azure.com/.default"
PRINCIPAL = {"ARM_TENANT_ID": "00000000-0000-0000-0000-000000000001", "ARM_CLIENT_ID": "a-client"}
FAR = 4_102_444_800


class Source:
    """A credential that does as it is told, and counts."""

    def __init__(self, *, failure: Exception | None = None, expires_on: int = FAR, seconds: float = 0.0) -> None:
        self.failure, self.expires_on, self.seconds, self.calls = failure, expires_on, seconds, 0

    def get_token_info(self, *_scopes: str, options: object = None) -> AccessTokenInfo:
        self.calls += 1
        time.sleep(self.seconds)
        if self.failure is not None:
            raise self.failure
        return AccessTokenInfo(f"token {self.calls}", self.expires_on)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"ARM_CLIENT_SECRET": "s"}, ClientSecretCredential, id="client secret"),
        pytest.param({"ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": "t"}, ClientAssertionCredential, id="OIDC token"),
        pytest.param({"ARM_USE_OIDC": "1", "ARM_OIDC_TOKEN_FILE_PATH": "f"}, ClientAssertionCredential, id="OIDC file"),
        pytest.param(
            {"ARM_USE_OIDC": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "u", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"},
            ClientAssertionCredential,
            id="GitHub",
        ),
        pytest.param({"ARM_USE_MSI": "true"}, ManagedIdentityCredential, id="managed identity"),
        pytest.param({"ARM_USE_MSI": "false"}, DefaultAzureCredential, id="managed identity switched off"),
        pytest.param({"ARM_SUBSCRIPTION_ID": "s"}, DefaultAzureCredential, id="a subscription id alone"),
        pytest.param({}, DefaultAzureCredential, id="a principal without any proof"),
    ],
)
def test_the_arm_variables_choose_the_credential(environ: dict[str, str], expected: type) -> None:
    source, _ = credentials._open({**PRINCIPAL, **environ})

    assert expected is type(source)


def test_a_certificate_is_read_with_its_password(tmp_path: Path) -> None:
    path = tmp_path / "principal.pem"
    path.write_bytes(a_certificate(b"pass"))

    source, _ = credentials._open(
        {**PRINCIPAL, "ARM_CLIENT_CERTIFICATE_PATH": str(path), "ARM_CLIENT_CERTIFICATE_PASSWORD": "pass"}
    )

    assert CertificateCredential is type(source)


def a_certificate(password: bytes) -> bytes:
    leaf = trustme.CA().issue_cert("principal.example", key_type=trustme.KeyType.RSA)
    key = serialization.load_pem_private_key(leaf.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    return encrypted + leaf.cert_chain_pems[0].bytes()


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        pytest.param({"ARM_CLIENT_SECRET": "s", "ARM_CLIENT_ID": "c"}, "ARM_TENANT_ID is not set", id="no tenant"),
        pytest.param({"ARM_CLIENT_SECRET": "s", "ARM_TENANT_ID": "t"}, "ARM_CLIENT_ID is not set", id="no client"),
        pytest.param({**PRINCIPAL, "ARM_USE_OIDC": "true"}, "ARM_OIDC_TOKEN", id="OIDC without a token"),
        pytest.param({**PRINCIPAL, "ARM_CLIENT_CERTIFICATE_PATH": "/nowhere.pem"}, "/nowhere.pem", id="no such file"),
        pytest.param({**PRINCIPAL, "ARM_CLIENT_SECRET": "s", "ARM_TENANT_ID": "a b"}, "tenant", id="ill-formed tenant"),
    ],
)
def test_a_described_but_incomplete_credential_is_an_error_and_not_the_next_one(
    environ: dict[str, str], named: str
) -> None:
    with pytest.raises(NoCredentialError, match=named):
        credentials._open(environ)


def test_the_secret_is_in_no_message() -> None:
    with pytest.raises(NoCredentialError) as failure:
        credentials._open({"ARM_CLIENT_SECRET": "hunter2-secret"})

    assert "hunter2" not in str(failure.value)


def test_an_oidc_token_is_asked_for_with_the_audience(service: ScriptedService) -> None:
    service.answers = [Answer(body={"value": "identity-token"})]
    environ = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{service.endpoint}/token?run=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner-token",
    }

    assertion = credentials._assertion(environ)()

    [request] = service.arrived
    assert "identity-token" == assertion
    assert request.path.endswith("/token?run=1&audience=api%3A%2F%2FAzureADTokenExchange")
    assert "Bearer runner-token" == request.headers["Authorization"]


def test_an_oidc_token_file_is_read_again_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    assertion = credentials._assertion({"ARM_OIDC_TOKEN_FILE_PATH": str(path)})

    before = assertion()
    path.write_text("second\n")

    assert ("first", "second") == (before, assertion())


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        pytest.param(CredentialUnavailableError(message="no endpoint"), NoCredentialError, id="nothing to try"),
        pytest.param(ClientAuthenticationError(message="AADSTS7000215"), AccessRefusedError, id="tried and refused"),
        pytest.param(ServiceRequestError("no route"), ServiceUnavailableError, id="token service out of reach"),
    ],
)
def test_nothing_to_try_and_tried_and_refused_are_different(failure: Exception, expected: type[FoundryError]) -> None:
    shared = SharedCredential(Source(failure=failure))

    with pytest.raises(expected):
        shared.get_token_info(SCOPE)


def a_chain(*failures: Exception) -> SharedCredential:
    attempts = tuple(Attempt(Source(failure=failure)) for failure in failures)
    chain = cast("Any", ChainedTokenCredential)(*attempts)
    return SharedCredential(chain, attempts)


def test_a_chain_whose_members_had_nothing_to_try_found_no_credential() -> None:
    nothing = CredentialUnavailableError(message="not configured.")

    with pytest.raises(NoCredentialError) as failure:
        a_chain(nothing, nothing).get_token_info(SCOPE)

    assert "no credential had anything to try: Source: not configured; Source: not configured" == str(failure.value)


def test_a_chain_in_which_a_member_was_refused_was_refused() -> None:
    nothing = CredentialUnavailableError(message="not configured")

    with pytest.raises(AccessRefusedError, match="AADSTS50034"):
        a_chain(nothing, ClientAuthenticationError(message="AADSTS50034: no such user")).get_token_info(SCOPE)


def test_the_default_chain_is_watched_and_asks_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_TOKEN_CREDENTIALS", raising=False)

    chain, attempts = credentials._open({})

    assert attempts == chain.credentials
    assert not any("Browser" in attempt._credential_name for attempt in attempts)


def test_what_the_identity_endpoint_says_is_told(service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    service.answers = [Answer(400, {"statusCode": 400, "message": "no such identity"})]
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{service.endpoint}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")

    with pytest.raises((AccessRefusedError, NoCredentialError)) as failure:
        SharedCredential(*credentials._open({})).get_token_info(SCOPE)

    assert "no such identity" in str(failure.value)


def in_threads(number: int, call: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(number)

    def wait_and_call(_index: int) -> object:
        barrier.wait()
        try:
            return call()
        except FoundryError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(wait_and_call, range(number)))


def test_64_threads_fetch_one_token() -> None:
    source = Source(seconds=0.05)
    shared = SharedCredential(source)

    tokens = in_threads(64, lambda: shared.get_token_info(SCOPE).token)

    assert ["token 1"] * 64 == tokens
    assert 1 == source.calls


def test_64_threads_share_one_failure() -> None:
    source = Source(failure=CredentialUnavailableError(message="x"), seconds=0.5)
    shared = SharedCredential(source)

    failures = in_threads(64, lambda: shared.get_token_info(SCOPE))

    assert {NoCredentialError} == {type(failure) for failure in failures}
    assert 1 == source.calls


def test_a_failure_is_not_remembered_for_a_later_call() -> None:
    source = Source(failure=CredentialUnavailableError(message="x"))
    shared = SharedCredential(source)
    with pytest.raises(NoCredentialError):
        shared.get_token_info(SCOPE)
    source.failure = None

    assert "token 2" == shared.get_token_info(SCOPE).token


@pytest.mark.parametrize(
    ("seconds_left", "calls"),
    [pytest.param(310, 1, id="just long enough"), pytest.param(290, 2, id="about to expire")],
)
def test_a_token_is_kept_until_five_minutes_before_its_end(seconds_left: int, calls: int) -> None:
    source = Source(expires_on=int(time.time()) + seconds_left)
    shared = SharedCredential(source)

    shared.get_token_info(SCOPE)
    shared.get_token_info(SCOPE)

    assert calls == source.calls


def test_a_claims_challenge_is_answered_with_a_new_token() -> None:
    shared = SharedCredential(Source())

    tokens = [shared.get_token_info(SCOPE).token, shared.get_token_info(SCOPE, options={"claims": "c"}).token]

    assert ["token 1", "token 2"] == tokens
