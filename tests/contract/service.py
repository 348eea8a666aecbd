"""The service seen without our package: plain HTTPS, as a colleague with curl would look at it."""

from __future__ import annotations

import json
import ssl
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from pulumi_azure_foundry.emulator import Emulator

OURS = "pulumi-azure-foundry"


@dataclass(frozen=True)
class Service:
    emulator: Emulator

    def call(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        url = f"{self.emulator.project_endpoint}{path}?{urlencode({'api-version': 'v1', **query})}"
        request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", f"Bearer {self._token()}")
        request.add_header("Content-Type", "application/json")
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.emulator.ca_bundle)))
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({}), tls).open(request) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text else None
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def _token(self) -> str:
        environment = self.emulator.environment()
        query = urlencode({"resource": "https://ai.azure.com", "api-version": "2019-08-01"})
        request = urllib.request.Request(f"{environment['IDENTITY_ENDPOINT']}?{query}")
        request.add_header("X-IDENTITY-HEADER", environment["IDENTITY_HEADER"])
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as reply:
            return str(json.load(reply)["access_token"])

    def agent(self, name: str) -> Any:
        status, body = self.call("GET", f"/agents/{name}")
        return body if status == 200 else None

    def versions(self, name: str) -> list[str]:
        """Numbers of the agent's versions, oldest first."""
        return [body["version"] for body in self.bodies(name)]

    def bodies(self, name: str) -> list[Any]:
        status, page = self.call("GET", f"/agents/{name}/versions", order="asc", limit="100")
        return page["data"] if status == 200 else []

    def make_version(self, name: str, *, image: str = "others.azurecr.io/x:1", metadata: Any = None) -> str:
        """A version that somebody else makes."""
        definition = {
            "kind": "hosted",
            "cpu": "1",
            "memory": "2Gi",
            "container_configuration": {"image": image},
            "protocol_versions": [{"protocol": "responses", "version": "2.0.0"}],
        }
        body = {"definition": definition, "metadata": metadata or {}}
        status, reply = self.call("POST", f"/agents/{name}/versions", body)
        assert status < 300, reply
        return str(reply["version"])

    def delete_version(self, name: str, number: str) -> None:
        status, reply = self.call("DELETE", f"/agents/{name}/versions/{number}")
        assert status < 300, reply

    def route(self, name: str, **shares: int) -> None:
        """Give traffic to versions: `route("a", v1=90, v2=10)`."""
        rules = [
            {"type": "FixedRatio", "agent_version": key.removeprefix("v"), "traffic_percentage": share}
            for key, share in shares.items()
        ]
        body = {"agent_endpoint": {"version_selector": {"version_selection_rules": rules}}}
        status, reply = self.call("PATCH", f"/agents/{name}", body)
        assert status < 300, reply

    def open_session(self, name: str, number: str) -> str:
        body = {"version_indicator": {"type": "version_ref", "agent_version": number}}
        status, reply = self.call("POST", f"/agents/{name}/endpoint/sessions", body)
        assert status < 300, reply
        return str(reply["agent_session_id"])

    def requests(self, method: str = "", path: str = "") -> list[Any]:
        """What our provider sent, in order."""
        return [
            entry
            for entry in self.emulator.journal()
            if OURS in str(entry["user_agent"])
            and method in ("", entry["method"])
            and str(entry["path"]).endswith(path)
        ]
