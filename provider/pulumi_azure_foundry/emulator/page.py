"""One page for a person with a browser: agents, versions, traffic and the last requests. No secrets, no values."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from .admin import is_loopback_host
from .foundry.overview import overview
from .values import JsonMap, as_map, as_number, as_text

if TYPE_CHECKING:
    from starlette.requests import Request

    from .foundry.overview import AgentRow, VersionRow
    from .world import World

LAST_REQUESTS: Final = 40
STYLE: Final = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--ok:#1a7f37;--bad:#cf222e;--wait:#9a6700}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{margin:.2rem 0 1rem;opacity:.75}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
th{font-weight:600;background:var(--soft)}code{font-size:.9em;overflow-wrap:anywhere}td.n{text-align:right}
.active,.s2{color:var(--ok)}.failed,.s4,.s5,.s0{color:var(--bad)}.creating{color:var(--wait)}.none{opacity:.6}
"""


def page_route(world: World) -> Route:
    """The page at ``/``."""

    async def page(request: Request) -> Response:  # starlette runs plain functions in a thread
        if not is_loopback_host(request.headers.get("host", "")):
            return PlainTextResponse("Open this page as 127.0.0.1 or localhost.", 403)
        return HTMLResponse(render_page(world), headers={"Cache-Control": "no-store"})

    return Route("/", page, methods=["GET"])


def render_page(world: World) -> str:
    """The page as it is now; the browser asks again every two seconds."""
    rows = overview(world)
    agents = "".join(_agent(row) for row in rows) or '<p class="none">No agents yet.</p>'
    requests = "".join(_request(entry) for entry in world.journal.last(LAST_REQUESTS))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta http-equiv="refresh" content="2">'
        f"<title>Foundry emulator</title><style>{STYLE}</style></head><body><h1>Foundry emulator</h1>"
        f"<p>{_counted(len(rows), 'agent')}, {_counted(sum(len(row.versions) for row in rows), 'version')}. "
        f"Everything here is imitated; nothing reaches Azure.</p>{agents}<h2>Last requests</h2><table>"
        "<tr><th>Method</th><th>Path</th><th>Status</th><th>ms</th><th>Caller</th></tr>"
        f"{requests}</table></body></html>"
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _agent(row: AgentRow) -> str:
    state = "" if row.enabled else " · disabled"
    traffic = ", ".join(f"{share} % to {number}" for number, share in row.traffic)
    versions = "".join(_version(version) for version in row.versions)
    return (
        f"<h2>{escape(row.name)}</h2><p>project {escape(row.project)} · {escape(traffic)}{state}</p><table>"
        "<tr><th>Version</th><th>Status</th><th>Image</th><th>Size</th><th>Sessions</th><th>Made</th></tr>"
        f"{versions}</table>"
    )


def _version(row: VersionRow) -> str:
    status = row.status if row.reason is None else f"{row.status}: {row.reason}"
    return (
        f"<tr><td>{escape(row.number)}</td><td class='{escape(row.status)}'>{escape(status)}</td>"
        f"<td><code>{escape(row.image)}</code></td><td>{escape(row.size)}</td><td>{row.sessions}</td>"
        f"<td>{escape(row.age)} ago</td></tr>"
    )


def _request(entry: JsonMap) -> str:
    status = int(as_number(entry.get("status")))
    query = "&".join(f"{name}={as_text(value)}" for name, value in as_map(entry.get("query")).items())
    target = as_text(entry.get("path")) + (f"?{query}" if query else "")
    caller = as_text(entry.get("user_agent"))[:60]
    milliseconds = f"{as_number(entry.get('seconds')) * 1000:.1f}"
    return (
        f"<tr><td>{escape(as_text(entry.get('method')))}</td><td><code>{escape(target)}</code></td>"
        f"<td class='s{status // 100}'>{status or 'cut'}</td><td class=n>{milliseconds}</td>"
        f"<td>{escape(caller)}</td></tr>"
    )
