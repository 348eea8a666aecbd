"""What the service says when asked by somebody who is neither our program nor its SDK: the judge of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from pulumi_azure_foundry.emulator import Emulator

JUDGE = "judge"
AUDIENCE = "https://ai.azure.com"


class Service:
    """The emulated project, through plain HTTP."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(emulator.ca_bundle)
        self._session.headers["User-Agent"] = JUDGE

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(self, method: str, path: str, *, body: Any = None, **query: str) -> Any:
        """The answer of one request; None for 404."""
        environment = self._emulator.environment()
        token = self._session.get(
            environment["IDENTITY_ENDPOINT"],
            params={"resource": AUDIENCE, "api-version": "2019-08-01"},
            headers={"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]},
        ).json()["access_token"]
        answer = self._session.request(
            method,
            self._emulator.project_endpoint + path,
            params={"api-version": "v1", **query},
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
        if answer.status_code == requests.codes.not_found:
            return None
        assert answer.ok, f"{method} {path} answered {answer.status_code}: {answer.text}"
        return answer.json() if answer.content else {}

    def agents(self) -> list[str]:
        """Names of all agents."""
        return sorted(agent["name"] for agent in self.call("GET", "/agents")["data"])

    def versions(self, agent: str = "support") -> list[dict[str, Any]]:
        """The agent's versions, oldest first."""
        answer = self.call("GET", f"/agents/{agent}/versions", order="asc", limit="100")
        return [] if answer is None else answer["data"]

    def ids(self, agent: str = "support") -> list[str]:
        """Ids, as in state, of the agent's versions."""
        return [f"{agent}/{version['version']}" for version in self.versions(agent)]

    def images(self, agent: str = "support") -> list[str]:
        """The images of the agent's versions, oldest first."""
        return [version["definition"]["container_configuration"]["image"] for version in self.versions(agent)]

    def delete_version(self, agent: str, number: str) -> None:
        """Delete a version behind everybody's back."""
        self.call("DELETE", f"/agents/{agent}/versions/{number}")

    def begin_session(self, agent: str, number: str) -> str:
        """Begin a session on a version; its id."""
        indicator = {"type": "version_ref", "agent_version": number}
        answer = self.call("POST", f"/agents/{agent}/endpoint/sessions", body={"version_indicator": indicator})
        return str(answer["agent_session_id"])

    def end_session(self, agent: str, session: str) -> None:
        """End a session."""
        self.call("DELETE", f"/agents/{agent}/endpoint/sessions/{session}")

    def requests_since(self, count: int) -> list[str]:
        """`METHOD path` of the program's own requests to the project after the first *count* ones."""
        return [f"{entry['method']} {entry['path']}" for entry in self.journal()[count:]]

    def journal(self) -> list[dict[str, Any]]:
        """The program's own requests to the project."""
        return [
            entry
            for entry in self._emulator.journal()
            if entry["user_agent"] != JUDGE and "/agents" in str(entry["path"])
        ]
