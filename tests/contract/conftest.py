"""One emulator and two provider processes for all tests of a worker; each test has an agent of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pulumi_azure_foundry.emulator import Emulator
from tests.contract.engine_side import SECRET, Bag, FakeEngine, Provider, Stored
from tests.contract.service import Service

DIGEST = "sha256:" + 64 * "1"
IMAGE = f"acme.azurecr.io/support@{DIGEST}"
OTHER_IMAGE = "acme.azurecr.io/support@sha256:" + 64 * "2"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(state_dir=tmp_path_factory.mktemp("world")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def engine() -> Iterator[FakeEngine]:
    with FakeEngine() as engine:
        yield engine


@pytest.fixture
def emulator(served: Emulator) -> Iterator[Emulator]:
    yield served
    served.reset()


@pytest.fixture(scope="session")
def start(
    served: Emulator, engine: FakeEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Provider]]:
    """Start one more command; all are ended with the session."""
    started: list[Provider] = []
    folder = tmp_path_factory.mktemp("providers")

    def begin() -> Provider:
        started.append(Provider(engine, served.environment(), folder).start())
        return started[-1]

    yield begin
    for provider in started:
        provider.close()


@pytest.fixture(scope="session")
def first_command(start: Callable[[], Provider]) -> Provider:
    return start()


@pytest.fixture(scope="session")
def second_command(start: Callable[[], Provider]) -> Provider:
    return start()


@pytest.fixture(scope="session")
def third_command(start: Callable[[], Provider]) -> Provider:
    return start()


@pytest.fixture
def provider(first_command: Provider, emulator: Emulator) -> Provider:
    """The command under test. It is shared: what it remembers of other tests is of other agents and owners."""
    return first_command


@pytest.fixture
def next_command(second_command: Provider, emulator: Emulator) -> Provider:
    """A later command, which remembers nothing of *provider*'s."""
    return second_command


@pytest.fixture
def last_command(third_command: Provider, emulator: Emulator) -> Provider:
    """A third one, where a version has to be neither of *provider* nor of *next_command*."""
    return third_command


@pytest.fixture
def new_command(start: Callable[[], Provider], emulator: Emulator) -> Callable[[], Provider]:
    """Start a command of the test's own, for those that kill or cancel it."""
    return start


@pytest.fixture(autouse=True)
def no_secret_is_ever_said(request: pytest.FixtureRequest, engine: FakeEngine) -> Iterator[None]:
    """The value of an environment variable is in no reply but under its own key, no status line, no output."""
    yield
    said = [line.text for line in engine.lines]
    engine.lines.clear()
    for provider in (value for value in request.node.funcargs.values() if isinstance(value, Provider)):
        said += [*provider.said, provider.stderr()]
        provider.said.clear()
    assert [] == [text for text in said if SECRET in text]


@dataclass(frozen=True)
class Agent:
    """Names that no other test uses, and the inputs that go with them."""

    name: str
    project_endpoint: str

    def inputs(self, **changes: Any) -> Bag:
        """Inputs as check returns them; a change to None leaves the input out."""
        bag: Bag = {
            "agent_name": self.name,
            "image": IMAGE,
            "project_endpoint": self.project_endpoint,
            "api_version": "v1",
            "cpu": "1",
            "memory": "2Gi",
            "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
            "environment_variables": {"TOKEN": SECRET},
            "timeout_seconds": 60,
            "pull_retry_seconds": 0,
            "keep_versions": 0,
            "drain_timeout_seconds": 0,
            "force": False,
            "keep_failed": False,
            "validate_resources": True,
            "__owner": self.owner,
            "__endpoint_source": "argument",
        }
        return {key: value for key, value in {**bag, **changes}.items() if value is not None}

    @property
    def owner(self) -> str:
        return f"{sum(map(ord, self.name)):08x}{int(self.name.rpartition('-')[2]):08x}"

    def stored(self, number: str = "1", **changes: Any) -> Stored:
        """What state would hold of an active version, without any call."""
        inputs = self.inputs(**changes)
        return Stored(f"{self.name}/{number}", inputs, {**inputs, "version": number, "status": "active"})


@pytest.fixture
def agent(served: Emulator) -> Agent:
    return Agent(f"support-{next(_numbers)}", served.project_endpoint)


@pytest.fixture
def other_agent(served: Emulator) -> Agent:
    return Agent(f"other-{next(_numbers)}", served.project_endpoint)


@pytest.fixture
def service(emulator: Emulator) -> Service:
    return Service(emulator)
