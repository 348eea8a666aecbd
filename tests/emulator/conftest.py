"""A world of its own for each test, served without a network; every answer is held to the wire descriptions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pulumi_azure_foundry.emulator.app import create_app
from pulumi_azure_foundry.emulator.world import World
from tests.emulator.conformance import Conformance
from tests.emulator.service import PREVIEW, Service


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "world")
    yield world
    world.close()


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    violations: list[str] = []
    with TestClient(Conformance(create_app(world), violations), base_url="https://127.0.0.1") as client:
        yield client

    assert [] == violations


@pytest.fixture
def service(client: TestClient, world: World) -> Service:
    """The data plane of today."""
    return Service(client, world)


@pytest.fixture
def old_service(client: TestClient, world: World) -> Service:
    """The data plane of the first preview."""
    return Service(client, world, PREVIEW)
