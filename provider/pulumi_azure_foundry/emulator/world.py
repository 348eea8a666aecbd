"""One imitated world: a state directory and everything that lives in it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .clock import WorldClock
from .faults import Faults
from .images import Images
from .journal import Journal
from .settings import Settings
from .store import Store
from .values import as_number

if TYPE_CHECKING:
    from .values import JsonMap

AUDIENCE: Final = "https://ai.azure.com"
STATE_FILE: Final = "world.sqlite"
ADMIN_TOKEN_FILE: Final = "admin-token"  # noqa: S105  # a file name
IDENTITY_HEADER_FILE: Final = "identity-header"
KINDS: Final = ("agent", "version", "session", "counter", "fault", "image", "settings", "clock")


class World:
    """State of the imitated service, shared by all processes that name the same directory.

    Args:
        state_dir: Made if absent; readable by its owner alone, as are the files in it.
    """

    def __init__(self, state_dir: str | os.PathLike[str]) -> None:
        self.state_dir = Path(state_dir)
        self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(self.state_dir / STATE_FILE)
        self.clock = WorldClock(self.store)
        self.settings = Settings(self.store, self.clock.now)
        self.images = Images(self.store, self.settings)
        self.faults = Faults(self.store)
        self.journal = Journal(self.store)
        self.admin_token = _kept_secret(self.state_dir / ADMIN_TOKEN_FILE)
        self.identity_header = _kept_secret(self.state_dir / IDENTITY_HEADER_FILE)

    def close(self) -> None:
        """Close the state file."""
        self.store.close()

    def reset(self) -> None:
        """Back to the beginning: no agents, default settings, real time. Tokens stay valid, as clients keep them."""
        self.faults.clear()
        with self.store.transaction():
            for kind in KINDS:
                self.store.clear(kind)
        self.journal.clear()

    def count(self, what: str) -> int:
        """The next number of the series *what*, from 1; never given twice."""
        with self.store.transaction():
            number = int(as_number((self.store.get("counter", what) or {}).get("value"))) + 1
            self.store.put("counter", what, {"value": number})
        return number

    def identity(self, what: str) -> str:
        """A GUID that depends on the seed and *what* alone."""
        digest = hashlib.sha256(f"{self.settings.seed}/{what}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    def status(self) -> JsonMap:
        """What there is, in numbers."""
        return {
            "agents": len(self.store.scan("agent")),
            "versions": len(self.store.scan("version")),
            "sessions": len(self.store.scan("session")),
            "faults": len(self.faults.rows()),
            "now": self.clock.now(),
        }


def _kept_secret(path: Path) -> str:
    """The secret in *path*; made once, whole or not at all, whoever comes first."""
    with contextlib.suppress(FileExistsError), tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
        if not path.exists():
            draft.write(secrets.token_urlsafe(24))
            draft.flush()
            os.link(draft.name, path)
    return path.read_text(encoding="ascii")
