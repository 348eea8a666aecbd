from __future__ import annotations

import gc
import http.client
import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pulumi_azure_foundry.emulator import Emulator
from pulumi_azure_foundry.emulator.server import Ports, listen
from pulumi_azure_foundry.emulator.serving import AlreadyServedError


@contextmanager
def connected(emulator: Emulator) -> Iterator[http.client.HTTPSConnection]:
    trust = ssl.create_default_context(cafile=str(emulator.ca_bundle))
    connection = http.client.HTTPSConnection("127.0.0.1", emulator.serving.ports.https, context=trust, timeout=20)
    with closing(connection):
        yield connection


def get_agents(connection: http.client.HTTPSConnection) -> int:
    connection.request("GET", "/api/projects/demo/agents?api-version=v1")
    with connection.getresponse() as reply:
        reply.read()
        return reply.status


def best_of_three(work: Callable[[], object]) -> float:
    """Give the seconds of the quickest round: other tests share the machine."""
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - start)
    return min(rounds)


def is_cut(connection: socket.socket) -> bool:
    connection.settimeout(5)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_sockets_name_their_protocol_so_that_kept_connections_are_fast() -> None:
    with closing(listen(0)) as listener:
        assert socket.IPPROTO_TCP == listener.proto


def test_a_kept_connection_never_waits_for_delayed_acknowledgements(emulator: Emulator) -> None:
    with connected(emulator) as connection:
        get_agents(connection)

        quickest = best_of_three(lambda: [get_agents(connection) for _ in range(50)])

    # 50 requests take 2.1 s with the socket trap of Kludex/uvicorn#3149, and 0.05 s without it.
    assert 1.0 > quickest


def test_it_listens_on_loopback_only(emulator: Emulator) -> None:
    ports = emulator.serving.ports
    outside = socket.gethostbyname(socket.gethostname())
    if outside.startswith("127."):
        outside = "127.0.0.2"

    for port in (ports.https, ports.token, ports.proxy):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outside, port), timeout=5)


def test_it_starts_and_stops_quickly(state_dir: Path) -> None:
    def start_and_stop() -> None:
        with Emulator(state_dir):
            pass

    assert 1.0 > best_of_three(start_and_stop)


def test_it_stops_while_clients_keep_connections_open_and_requests_hang(state_dir: Path) -> None:
    with Emulator(state_dir) as emulator, connected(emulator) as idle, connected(emulator) as stalled:
        get_agents(idle)
        emulator.fault(action="stall")
        stalled.request("GET", "/api/projects/demo/agents?api-version=v1")
        with socket.create_connection(("127.0.0.1", emulator.serving.ports.proxy)) as silent:
            start = time.perf_counter()

            emulator.stop()

            # An orderly TLS close would wait 30 s for the client.
            assert 10.0 > time.perf_counter() - start
            assert is_cut(silent)


def test_it_leaves_no_socket_behind(state_dir: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Emulator(state_dir) as emulator, connected(emulator) as connection:
            get_agents(connection)
        gc.collect()

    assert [] == [str(warning.message) for warning in caught]


def test_a_taken_port_is_an_error_and_frees_the_folder(state_dir: Path) -> None:
    with closing(listen(0)) as taken:
        taken.listen()

        with pytest.raises(OSError, match="Address already in use"):
            Emulator(state_dir, ports=Ports(https=taken.getsockname()[1])).start()

    with Emulator(state_dir):
        pass


def test_a_wanted_port_is_used(state_dir: Path) -> None:
    with closing(listen(0)) as free:
        port = free.getsockname()[1]

    with Emulator(state_dir, ports=Ports(https=port)) as emulator:
        assert f"https://127.0.0.1:{port}/api/projects/demo" == emulator.project_endpoint


def test_a_folder_is_served_once(emulator: Emulator) -> None:
    with pytest.raises(AlreadyServedError) as refusal:
        Emulator(emulator.state_dir).start()

    assert f"an emulator already serves {emulator.state_dir}" == str(refusal.value)


def test_a_world_outlives_its_server(state_dir: Path) -> None:
    with Emulator(state_dir) as emulator:
        emulator.settings.provisioning_seconds = 5.0

    with Emulator(state_dir) as emulator:
        assert 5.0 == emulator.settings.provisioning_seconds


def test_an_emulator_without_a_folder_leaves_nothing_behind() -> None:
    with Emulator() as emulator:
        state_dir = emulator.state_dir
        assert state_dir.exists()

    assert not state_dir.exists()
