"""The Pulumi program of every end-to-end test: it declares what declarations.json says, so a test changes data only.

The harness copies this file into a project as `__main__.py`; nothing imports it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

import pulumi_azure_foundry as foundry


class EchoProvider(ResourceProvider):
    """Makes a value that only exists once the resource does."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Give the value back as an output of another name."""
        return CreateResult("echo", {"late": props["value"]})


class Echo(Resource):
    """A resource whose output is unknown in the first preview."""

    late: pulumi.Output[Any]

    def __init__(self, name: str, value: Any) -> None:
        """Declare it."""
        super().__init__(EchoProvider(), name, {"value": value, "late": None})


def options(given: dict[str, Any]) -> pulumi.ResourceOptions:
    """Resource options from JSON."""
    words = dict(given)
    if "aliases" in words:
        words["aliases"] = [pulumi.Alias(**alias) for alias in words["aliases"]]
    if "custom_timeouts" in words:
        words["custom_timeouts"] = pulumi.CustomTimeouts(**words["custom_timeouts"])
    return pulumi.ResourceOptions(**words)


def resolved(value: Any, name: str) -> Any:
    """Arguments from JSON: `$secret` is a secret with this ending, `$late` the output of another resource."""
    if isinstance(value, list):
        return [resolved(item, f"{name}-{index}") for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if "$secret" in value:
        return pulumi.Output.secret(os.environ["E2E_SECRET"] + value["$secret"])
    if "$late" in value:
        return Echo(name, value["$late"]).late
    return {key: resolved(item, f"{name}-{key}") for key, item in value.items()}


for declared in json.loads(Path("declarations.json").read_text()):
    arguments = resolved(declared["args"], declared["name"])
    if "get" in declared:
        found = foundry.HostedAgentVersion.get(declared["name"], declared["get"], **arguments)
        pulumi.export(f"{declared['name']}_image", found.image)
    else:
        found = foundry.HostedAgentVersion(declared["name"], **arguments, opts=options(declared.get("options", {})))
        pulumi.export(f"{declared['name']}_url", found.responses_url)
    pulumi.export(f"{declared['name']}_version", found.version)
