from __future__ import annotations

import socket

import pytest
import requests

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.proxy import explain_refusal


def ask(emulator: Emulator, head: str) -> str:
    """Send *head* to the proxy and give all it says until it closes."""
    with socket.create_connection(("127.0.0.1", emulator.serving.ports.proxy), timeout=10) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1"))
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer.decode("ascii")


def through_proxy(emulator: Emulator, url: str) -> requests.Response:
    proxy = f"http://127.0.0.1:{emulator.serving.ports.proxy}"
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(emulator.ca_bundle)
        session.proxies = {"http": proxy, "https": proxy}
        return session.get(url, timeout=20)


@pytest.mark.parametrize("host", ["acme.services.ai.azure.com", "acme.cognitiveservices.azure.com", "acme.azurecr.io"])
def test_a_real_host_name_leads_to_the_emulator_over_trusted_tls(emulator: Emulator, host: str) -> None:
    reply = through_proxy(emulator, f"https://{host}/api/projects/p/agents?api-version=v1")

    assert 401 == reply.status_code


def test_any_other_host_is_refused_by_name(emulator: Emulator) -> None:
    with pytest.raises(requests.exceptions.ProxyError) as refusal:
        through_proxy(emulator, "https://pypi.org/simple/")

    assert "403 foundry-emulator refuses to connect to pypi.org: it does not stand in for this host" in str(
        refusal.value
    )


def test_plain_http_is_refused(emulator: Emulator) -> None:
    reply = through_proxy(emulator, "http://demo.services.ai.azure.com/x")

    assert 403 == reply.status_code
    assert (
        "foundry-emulator refuses GET http://demo.services.ai.azure.com/x: "
        "plain http leaves the emulator; only https is passed on\n"
    ) == reply.text


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        pytest.param("demo.services.ai.azure.com:443", None, id="an emulated host on the usual port passes"),
        pytest.param(
            "demo.services.ai.azure.com:22",
            "foundry-emulator refuses to connect to demo.services.ai.azure.com:22: "
            "it stands in for demo.services.ai.azure.com on port 443 only",
            id="another port",
        ),
        pytest.param(
            "127.0.0.1:22",
            "foundry-emulator refuses to connect to 127.0.0.1: it does not stand in for this host",
            id="this machine",
        ),
        pytest.param(
            "nonsense",
            "foundry-emulator refuses to connect to nonsense: it does not stand in for this host",
            id="no port",
        ),
    ],
)
def test_only_emulated_hosts_on_the_tls_port_may_pass(target: str, refusal: str | None) -> None:
    assert refusal == explain_refusal("CONNECT", target)


@pytest.mark.parametrize("head", ["hello\n\n", "CONNECT\n\n", "\n\n"])
def test_what_is_no_http_request_is_refused(emulator: Emulator, head: str) -> None:
    assert ask(emulator, head).startswith("HTTP/1.1 403 foundry-emulator refuses")


def test_a_refusal_never_splits_its_header(emulator: Emulator) -> None:
    answer = ask(emulator, "CONNECT a\x0bé\x7f.example.com:443 HTTP/1.1\n\n")

    assert answer.startswith(
        "HTTP/1.1 403 foundry-emulator refuses to connect to a???.example.com: it does not stand in for this host\r\n"
    )


def test_a_head_without_end_is_cut_off(emulator: Emulator) -> None:
    proxy = ("127.0.0.1", emulator.serving.ports.proxy)

    with socket.create_connection(proxy, timeout=10) as connection, pytest.raises(ConnectionError):
        for _ in range(1000):
            connection.sendall(b"x" * 65_536)
