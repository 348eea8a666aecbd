"""What stands in users' state for ever: the provider class by its path, as every release pickled it."""

from __future__ import annotations

import base64
from importlib import metadata
from pathlib import Path

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_azure_foundry._dynamic.hosted_agent_version import HostedAgentVersionProvider

RECORDED = sorted((Path(__file__).parent / "payloads").glob("*.txt"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_payload_of_every_release_is_still_understood(path: Path) -> None:
    provider = dill.loads(base64.b64decode(path.read_text()))

    assert HostedAgentVersionProvider is type(provider)


def test_the_payload_of_this_release_is_recorded() -> None:
    assert metadata.version("pulumi-azure-foundry") in [path.stem for path in RECORDED]


def test_the_payload_is_a_name_and_nothing_else() -> None:
    payload = base64.b64decode(serialize_provider(HostedAgentVersionProvider()))

    assert b"pulumi_azure_foundry._dynamic.hosted_agent_version" in payload
    assert b"HostedAgentVersionProvider" in payload
    assert len(payload) < 150
