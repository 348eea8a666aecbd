"""How tests speak to the emulator without a network, and what they make there."""

from __future__ import annotations

from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from pulumi_azure_foundry.emulator.entra.tokens import issue_token
from pulumi_azure_foundry.emulator.world import World

PROJECT = "/api/projects/demo"
IMAGE = "acme.azurecr.io/support:1"
PREVIEW = "2025-11-15-preview"


class Service:
    """A client of one project with a token; every method answers the response, whatever its status."""

    def __init__(self, client: TestClient, world: World, api_version: str = "v1") -> None:
        self.client = client
        self.world = world
        self.api_version = api_version
        self.headers = {"Authorization": f"Bearer {issue_token(world, 'https://ai.azure.com')[0]}"}

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        parameters = {"api-version": self.api_version, **query}
        return self.client.request(method, PROJECT + path, params=parameters, json=body, headers=self.headers)

    def get(self, path: str, **query: Any) -> Response:
        return self.call("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> Response:
        return self.call("POST", path, body, **query)

    def patch(self, path: str, body: Any) -> Response:
        headers = {**self.headers, "Content-Type": "application/merge-patch+json"}
        return self.client.patch(PROJECT + path, params={"api-version": "v1"}, json=body, headers=headers)

    def delete(self, path: str, **query: Any) -> Response:
        return self.call("DELETE", path, **query)

    def create(self, agent: str = "support", **body: Any) -> Response:
        """Post a version; members of the body and of its definition by keyword."""
        return self.post(f"/agents/{agent}/versions", a_body(self.api_version, **body))

    def made(self, agent: str = "support", **body: Any) -> str:
        """The number of a version that is made."""
        response = self.create(agent, **body)
        assert response.status_code == 200, response.text
        number: str = response.json()["version"]
        return number

    def status(self, number: str, agent: str = "support") -> str:
        found: str = self.get(f"/agents/{agent}/versions/{number}").json()["status"]
        return found

    def numbers(self, agent: str = "support", **query: Any) -> list[str]:
        return [entry["version"] for entry in self.get(f"/agents/{agent}/versions", **query).json()["data"]]

    def session(self, number: str = "@latest", agent: str = "support", **body: Any) -> Response:
        indicator = {"type": "version_ref", "agent_version": number}
        return self.post(f"/agents/{agent}/endpoint/sessions", {"version_indicator": indicator, **body})

    def route(self, *rules: tuple[str, int], agent: str = "support") -> Response:
        """Set the agent's traffic rules."""
        written = [
            {"type": "FixedRatio", "agent_version": number, "traffic_percentage": share} for number, share in rules
        ]
        return self.patch(
            f"/agents/{agent}", {"agent_endpoint": {"version_selector": {"version_selection_rules": written}}}
        )


def a_body(api_version: str = "v1", **changes: Any) -> dict[str, Any]:
    """What creates a version; members of the definition and of the body may be changed, None leaves one out."""
    outer: dict[str, Any] = {
        name: changes.pop(name) for name in ("metadata", "description", "draft") if name in changes
    }
    definition = a_definition(**changes) if api_version == "v1" else an_old_definition(**changes)
    return {"definition": definition, **outer}


def a_definition(image: str = IMAGE, **changes: Any) -> dict[str, Any]:
    """A hosted definition of today."""
    definition = {
        "kind": "hosted",
        "cpu": "1",
        "memory": "2Gi",
        "container_configuration": {"image": image},
        "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
        **changes,
    }
    return {name: value for name, value in definition.items() if value is not None}


def an_old_definition(image: str = IMAGE, **changes: Any) -> dict[str, Any]:
    """A hosted definition of the first preview."""
    definition = {
        "kind": "hosted",
        "cpu": "1",
        "memory": "2Gi",
        "image": image,
        "container_protocol_versions": [{"protocol": "responses", "version": "v1"}],
        **changes,
    }
    return {name: value for name, value in definition.items() if value is not None}


def error(response: Response) -> tuple[int, str, str]:
    """A refusal as (status, code, message)."""
    body = response.json()["error"]
    return response.status_code, body["code"], body["message"]
