"""Who may do what: admin calls, files, and what the journal and the page show."""

from __future__ import annotations

import http.client
import json
import ssl
import stat
from contextlib import closing

import pytest

from pulumi_azure_foundry.emulator import Emulator

SECRET = "tr0ub4dor-and-3"
TOKEN_HEADER = "X-Emulator-Token"


def ask(
    emulator: Emulator, path: str, *, method: str = "GET", headers: dict[str, str] | None = None, body: object = None
) -> tuple[int, str]:
    trust = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    port = emulator.serving.ports.https
    with closing(http.client.HTTPSConnection("127.0.0.1", port, context=trust, timeout=20)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), headers or {})
        with connection.getresponse() as reply:
            return reply.status, reply.read().decode()


def token_of(emulator: Emulator) -> str:
    environment = emulator.environment()
    with closing(http.client.HTTPConnection("127.0.0.1", emulator.serving.ports.token, timeout=20)) as connection:
        path = "/msi/token?api-version=2019-08-01&resource=https://ai.azure.com"
        connection.request("GET", path, headers={"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]})
        with connection.getresponse() as reply:
            token: str = json.load(reply)["access_token"]
            return token


def test_admin_calls_with_the_token_are_answered(emulator: Emulator) -> None:
    status, _ = ask(emulator, "/__emulator/state", headers={TOKEN_HEADER: emulator.world.admin_token})

    assert 200 == status


@pytest.mark.parametrize("headers", [{}, {TOKEN_HEADER: ""}, {TOKEN_HEADER: "wrong"}])
def test_admin_calls_without_the_token_are_refused(emulator: Emulator, headers: dict[str, str]) -> None:
    status, _ = ask(emulator, "/__emulator/reset", method="POST", headers=headers)

    assert 401 == status


@pytest.mark.parametrize("host", ["demo.services.ai.azure.com", "rebound.example.com", "127.0.0.1.example.com"])
def test_admin_calls_under_another_host_name_are_refused(emulator: Emulator, host: str) -> None:
    headers = {TOKEN_HEADER: emulator.world.admin_token, "Host": host}

    status, _ = ask(emulator, "/__emulator/state", headers=headers)

    assert 403 == status


def test_every_secret_in_the_state_folder_can_be_read_by_its_owner_alone(emulator: Emulator) -> None:
    ask(emulator, "/")

    public = {".gitignore", "ca.pem"}
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in emulator.state_dir.iterdir()}

    assert {} == {name: oct(mode) for name, mode in modes.items() if mode != 0o600 and name not in public}


def test_neither_journal_nor_page_shows_a_token_or_an_environment_value(emulator: Emulator) -> None:
    token = token_of(emulator)
    definition = {
        "kind": "hosted",
        "cpu": "1",
        "memory": "2Gi",
        "container_configuration": {"image": "acme.azurecr.io/a:1"},
        "protocol_versions": [{"protocol": "responses", "version": "1.0.0"}],
        "environment_variables": {"API_KEY": SECRET},
    }
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    path = "/api/projects/demo/agents/support/versions?api-version=v1"
    refused, _ = ask(
        emulator, f"{path}&secret={SECRET}", method="POST", headers=headers, body={"definition": definition}
    )
    made, _ = ask(emulator, path, method="POST", headers=headers, body={"definition": definition})

    _, page = ask(emulator, "/")
    shown = json.dumps(emulator.journal()) + page

    assert (400, 200) == (refused, made)
    assert "support" in page
    secrets = {SECRET, token, emulator.world.admin_token, emulator.world.identity_header}
    assert set() == {secret for secret in secrets if secret in shown}
