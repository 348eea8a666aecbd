"""The seam to the service: `_core.seam.DataPlane` over azure-ai-projects, any release from 2.0.0b3 on.

All requests go through `send_request` of the SDK's client: its endpoint, its authentication, its user agent, its
pipeline, and azure-core's repeating as `pipeline` corrects it; JSON in and JSON out are ours. The SDK's operations do
not serve every release: 2.0.0b3's refuse api-version `v1` before anything is sent, `force` is a keyword since 2.2.0
only, no pager reads `has_more`, and each takes one good status and parses replies into its release's models, so that an
odd reply to a creating POST ends outside azure-core's exceptions. Thus upgrading the SDK changes nothing on the wire.
"""

from __future__ import annotations

import gc
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import quote

from pulumi_azure_foundry._azure.errors import is_absent, translated
from pulumi_azure_foundry._core.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from azure.ai.projects import AIProjectClient
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineResponse
    from azure.core.rest import HttpResponse

    from pulumi_azure_foundry._core.seam import Body, DataPlane

PAGE_SIZE: Final = 100

Reply = TypeVar("Reply")

_lock = threading.Lock()
_planes: dict[tuple[str, str], FoundryDataPlane] = {}


def open_data_plane(project_endpoint: str, api_version: str) -> DataPlane:
    """The data plane of a project: one client per endpoint and api-version, shared by all threads.

    Raises:
        NoCredentialError: The environment describes a credential that cannot be made.
    """
    key = (project_endpoint, api_version)
    with _lock:  # also keeps the second of importing the SDK to one thread
        if key not in _planes:
            with lasting_objects():
                client = _open_client(project_endpoint, api_version)
            _planes[key] = FoundryDataPlane(client, api_version)
        return _planes[key]


def _open_client(project_endpoint: str, api_version: str) -> AIProjectClient:
    from pulumi_azure_foundry._azure import credentials, pipeline

    try:
        from azure.ai.projects import AIProjectClient
    except ImportError as error:  # 2.0.0 to 2.4.0 import httpx without requiring it
        advice = "Do: `pip install httpx`, or take a newer azure-ai-projects."
        raise InvalidInputError(
            f"azure-ai-projects cannot be imported: {error}\n{advice}", is_explained=True
        ) from error
    pipeline.silence_loggers()
    return AIProjectClient(
        project_endpoint,
        cast(
            "TokenCredential", credentials.credential()
        ),  # azure-core asks for get_token_info first, the SDK's types do not
        api_version=api_version,
        user_agent=pipeline.user_agent(),
        transport=pipeline.transport(),
        retry_policy=pipeline.repeat_policy(),
        permit_redirects=False,
        # The SDK prints whole bodies, environment values too, when AZURE_AI_PROJECTS_CONSOLE_LOGGING is set.
        logging_enable=False,
    )


@contextmanager
def lasting_objects() -> Iterator[None]:
    """No garbage collection inside, and none of what was made inside ever again.

    Importing the SDK makes some 1,500 modules full of classes: looking for garbage in them takes a fifth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


class FoundryDataPlane:
    """Agents and versions of one project. Every method raises `FoundryError` only."""

    def __init__(self, client: AIProjectClient, api_version: str) -> None:
        self._client = client
        self._api_version = api_version

    def get_agent(self, agent_name: str) -> Body | None:
        """The agent; None when there is none."""
        return _unless_absent(lambda: self._send("GET", _path(agent_name)))

    def delete_agent(self, agent_name: str) -> None:
        """Delete the agent and all its versions, without force; absent is fine."""
        _unless_absent(lambda: self._send("DELETE", _path(agent_name)))

    def list_versions(self, agent_name: str) -> list[Body]:
        """All versions, newest first; each page is asked for once."""
        versions = _unless_absent(lambda: self._list_pages(_path(agent_name, "versions")))
        return sorted(versions or [], key=_number, reverse=True)

    def get_version(self, agent_name: str, version: str) -> Body | None:
        """The version by its own URL; None when there is none."""
        return _unless_absent(lambda: self._send("GET", _path(agent_name, "versions", version)))

    def create_version(self, agent_name: str, body: Body) -> Body:
        """Send the creating POST exactly once.

        Raises:
            FoundryError: `ambiguous` where the version may have been made all the same.
        """
        return self._send("POST", _path(agent_name, "versions"), body=body)

    def delete_version(self, agent_name: str, version: str, *, force: bool = False) -> None:
        """Delete one version, with *force* together with its live sessions; absent is fine."""
        query = {"force": "true"} if force else {}
        _unless_absent(lambda: self._send("DELETE", _path(agent_name, "versions", version), query=query))

    def _list_pages(self, path: str) -> list[Body]:
        items: dict[str, Body] = {}  # a version that is made or deleted meanwhile moves others to the next page
        query = {"limit": str(PAGE_SIZE), "order": "desc"}
        cursors: set[str] = set()
        while True:
            page = self._send("GET", path, query=query)
            data, last_id = page.get("data"), page.get("last_id")
            found = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
            items.update({str(item.get("version")): item for item in found})
            if not found or not isinstance(last_id, str) or last_id in cursors or page.get("has_more") is False:
                return list(items.values())
            cursors.add(last_id)
            query = {**query, "after": last_id}

    def _send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Body | None = None
    ) -> Body:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        from pulumi_azure_foundry._azure.pipeline import ONCE

        request = HttpRequest(
            method,
            f"{{endpoint}}{path}",
            params={"api-version": self._api_version, **(query or {})},
            headers={"Accept": "application/json"},
            json=body,
        )
        options: dict[str, Any] = ONCE if method == "POST" else {}
        with translated():
            reply = self._client.send_request(request, raw_response_hook=refuse_unless_object, **options)
            if reply.status_code >= 300:
                raise HttpResponseError(response=reply)
            return parse_object(reply)


def _path(agent_name: str, *further: str) -> str:
    return "/".join(("/agents", quote(agent_name, safe=""), *(quote(part, safe="") for part in further)))


def parse_object(reply: HttpResponse) -> Body:
    """The reply's JSON object; empty where there is no body, as after 204.

    Raises:
        DecodeError: It is anything else, a proxy's page for example.
    """
    from azure.core.exceptions import DecodeError

    try:
        body = json.loads(reply.text() or "{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise DecodeError(message="it is no JSON object", response=reply)
    return body


def refuse_unless_object(pipeline_response: PipelineResponse[Any, Any]) -> None:
    """Refuse a success without a JSON object inside the pipeline already, where a GET is repeated."""
    reply = pipeline_response.http_response
    if reply.status_code < 300:
        parse_object(reply)


def _unless_absent(call: Callable[[], Reply]) -> Reply | None:
    """The reply; None on a 404 that speaks of the thing itself."""
    try:
        return call()
    except NotFoundError as error:
        if not is_absent(error):
            raise
        return None


def _number(body: Body) -> int:
    """Order of a version; drafts, which have no number, come last."""
    text = str(body.get("version", ""))
    return int(text) if text.isdecimal() else -1
