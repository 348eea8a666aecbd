"""How requests travel through azure-core: which are repeated, how long they may take, and what is logged.

azure-core is the only layer that repeats a request. Two of its habits are corrected here (`repeat_policy`), the rest
is its own; a creating POST switches repeating off altogether (`ONCE`).
"""

from __future__ import annotations

import logging
import threading
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ssl import SSLContext

    from azure.core.pipeline import PipelineResponse
    from azure.core.pipeline.policies import RetryPolicy
    from azure.core.pipeline.transport import RequestsTransport

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0
LONGEST_RETRY_AFTER_SECONDS: Final = 60.0
"""A `Retry-After` beyond this is cut: nobody sees azure-core sleep, and Ctrl-C does not end it."""
CONNECTIONS: Final = 256
"""Kept per host: as many as the provider process serves calls at once. A smaller pool warns and reconnects."""

ONCE: Final = {"retry_total": 0}
"""Per-call options of a request that must not be repeated: not after 500, 503 or 504, not after any status with
`Retry-After`, not after a lost connection (azure-core repeats a POST in the first two cases)."""

_NOISY_LOGGERS: Final = ("azure", "msal", "urllib3")


@cache
def user_agent() -> str:
    """Name and version of this package, as the service sees it in front of the SDK's own."""
    try:
        return f"pulumi-azure-foundry/{version('pulumi-azure-foundry')}"
    except PackageNotFoundError:  # a source tree that was not installed
        return "pulumi-azure-foundry/0"


def silence_loggers() -> None:
    """Keep warnings of the Azure libraries out of `pulumi up`; a level that somebody has set stays.

    Whatever the provider process logs from WARNING on is printed under the stack; what matters of it is in our errors.
    """
    for name in _NOISY_LOGGERS:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL)


def repeat_policy() -> RetryPolicy[Any, Any]:
    """azure-core's retry policy, with 404 and 409 taken as answers and `Retry-After` cut to a minute."""
    from azure.core.pipeline.policies import RetryPolicy

    class RepeatPolicy(RetryPolicy[Any, Any]):
        """azure-core repeats whatever status carries `Retry-After`, and sleeps for as long as it is told."""

        def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
            if response.http_response.status_code in {404, 409}:
                return False
            return bool(super().is_retry(settings, response))

        def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
            seconds = super().get_retry_after(response)
            return None if seconds is None else min(seconds, LONGEST_RETRY_AFTER_SECONDS)

    return RepeatPolicy()


def transport() -> RequestsTransport:
    """A transport whose pool holds a connection for every call the provider process serves at once."""
    from azure.core.pipeline.transport import RequestsTransport
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    context = shared_context()

    class SharingAdapter(HTTPAdapter):
        """requests has every connection read and keep all trusted authorities anew: 20 ms and a megabyte each."""

        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
            super().init_poolmanager(*arguments, ssl_context=context, **options)

        def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401 - a urllib3 manager
            return super().proxy_manager_for(proxy, ssl_context=context, **options)

    never = Retry(total=False, redirect=False, raise_on_status=False)
    session = Session()
    session.mount("https://", SharingAdapter(pool_maxsize=CONNECTIONS, max_retries=never))
    return RequestsTransport(session=session, connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)


def shared_context() -> SSLContext:
    """urllib3's TLS settings in a context for many connections, which reads each bundle of authorities once."""
    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    load, lock, loaded = context.load_verify_locations, threading.Lock(), set[tuple[object, ...]]()

    def load_once(cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:  # noqa: ANN401 - as they come
        sources = (cafile, capath, cadata)
        with lock:
            if sources not in loaded:
                load(*sources)
                loaded.add(sources)

    context.load_verify_locations = load_once  # type: ignore[method-assign] # urllib3 asks for it at every connection
    return context
