"""The seam to the service: `_core.seam.DataPlane` over azure-ai-projects, any release from 2.0.0b3 on.

Operations of the SDK are called where every release takes them alike: raw JSON in (`body=`), raw JSON out (`cls=`), so
that no model of a release decides what is sent or read, and upgrading the SDK changes nothing. Where releases differ,
what all of them have is used instead: the query of `force` through `params=` (a keyword since 2.2.0 only), and list
pages through the client's `send_request` (its pager never reads `has_more` and asks once too often, for ever where a
server ignores `after`). All of it goes through the SDK's pipeline: its authentication, its user agent and azure-core's
repeating, which `pipeline` corrects.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import quote

from pulumi_azure_foundry._azure.errors import is_absent, translated
from pulumi_azure_foundry._core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.ai.projects import AIProjectClient
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineResponse

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
            _planes[key] = FoundryDataPlane(_open_client(project_endpoint, api_version), api_version)
        return _planes[key]


def _open_client(project_endpoint: str, api_version: str) -> AIProjectClient:
    from azure.ai.projects import AIProjectClient

    from pulumi_azure_foundry._azure import credentials, pipeline

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


class FoundryDataPlane:
    """Agents and versions of one project. Every method raises `FoundryError` only."""

    def __init__(self, client: AIProjectClient, api_version: str) -> None:
        self._client = client
        self._api_version = api_version
        self._agents: Any = client.agents  # its overloads name none of the pipeline's options

    def get_agent(self, agent_name: str) -> Body | None:
        """The agent; None when there is none."""
        return _unless_absent(lambda: _call(self._agents.get, agent_name))

    def delete_agent(self, agent_name: str) -> None:
        """Delete the agent and all its versions, without force; absent is fine."""
        _unless_absent(lambda: _call(self._agents.delete, agent_name))

    def list_versions(self, agent_name: str) -> list[Body]:
        """All versions, newest first; each page is asked for once."""
        versions = _unless_absent(lambda: self._list_pages(f"/agents/{quote(agent_name, safe='')}/versions"))
        return sorted(versions or [], key=_number, reverse=True)

    def get_version(self, agent_name: str, version: str) -> Body | None:
        """The version by its own URL; None when there is none."""
        return _unless_absent(lambda: _call(self._agents.get_version, agent_name, version))

    def create_version(self, agent_name: str, body: Body) -> Body:
        """Send the creating POST exactly once.

        Raises:
            FoundryError: `ambiguous` where the version may have been made all the same.
        """
        from pulumi_azure_foundry._azure.pipeline import ONCE

        return _call(self._agents.create_version, agent_name, dict(body), **ONCE)

    def delete_version(self, agent_name: str, version: str, *, force: bool = False) -> None:
        """Delete one version, with *force* together with its live sessions; absent is fine."""
        params = {"force": "true"} if force else {}
        _unless_absent(lambda: _call(self._agents.delete_version, agent_name, version, params=params))

    def _list_pages(self, path: str) -> list[Body]:
        from azure.core.rest import HttpRequest

        items: dict[str, Body] = {}  # a version that is made or deleted meanwhile moves others to the next page
        params = {"api-version": self._api_version, "limit": str(PAGE_SIZE), "order": "desc"}
        cursors: set[str] = set()
        while True:
            request = HttpRequest("GET", f"{{endpoint}}{path}", params=params, headers={"Accept": "application/json"})
            with translated():
                reply = self._client.send_request(request, raw_response_hook=refuse_unless_object)
                reply.raise_for_status()
            page = reply.json()
            data = page.get("data")
            items.update({str(item.get("version")): item for item in data or [] if isinstance(item, dict)})
            last_id = page.get("last_id")
            if not data or not isinstance(last_id, str) or last_id in cursors or page.get("has_more") is False:
                return list(items.values())
            cursors.add(last_id)
            params = {**params, "after": last_id}


def _call(operation: Callable[..., Body], *arguments: object, **options: object) -> Body:
    """Call an operation of the SDK for the reply as it came."""
    from azure.core.exceptions import DecodeError, HttpResponseError

    with translated():
        try:
            return operation(*arguments, cls=raw_json, raw_response_hook=refuse_unless_object, **options)
        except HttpResponseError as error:
            # The SDK knows a single good status per operation; the service's other clients take any 2xx.
            if isinstance(error, DecodeError) or error.status_code is None or error.status_code >= 300:
                raise
            return cast("Body", json.loads(cast("Any", error.response).text() or "{}"))


def raw_json(pipeline_response: Any, _model: object, _headers: object) -> Body:  # noqa: ANN401 - the SDK's types vary
    """The reply as it came: the `cls` callback of every generated operation."""
    return cast("Body", pipeline_response.http_response.json())


def refuse_unless_object(pipeline_response: PipelineResponse[Any, Any]) -> None:
    """Refuse a success whose body is no JSON object (a proxy's page) within the pipeline, where a GET is repeated.

    Raises:
        DecodeError: It is none.
    """
    from azure.core.exceptions import DecodeError

    reply = pipeline_response.http_response
    if not 200 <= reply.status_code < 300:
        return
    try:
        body = json.loads(reply.text() or "{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise DecodeError(message="it is no JSON object", response=reply)


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
