"""What the emulator remembers: one SQLite table of JSON documents, so that separate commands see the same world.

One connection per process, guarded by a lock; writers of different processes queue at ``BEGIN IMMEDIATE``.
Nothing is synced to disk per request: losing the last moments of an imitated service on a power cut is fine.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .values import JsonMap

FORMAT = 1
BUSY_SECONDS = 20.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS documents "
    "(kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID"
)
_LAST = "\U0010ffff"


class NewerStateError(Exception):
    """The state file was written by a newer release; use that release, or another state directory."""


class Store:
    """Documents by kind and key. Keys sort as text; callers pad numbers."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._changes: dict[str, int] = {}
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._prepare(path)

    def _prepare(self, path: Path) -> None:
        with self.transaction():
            (found,) = self._db.execute("PRAGMA user_version").fetchone()
            if found > FORMAT:
                message = f"{path}: written by a newer release (format {found}, this one knows {FORMAT})"
                raise NewerStateError(message)
            self._db.execute(_TABLE)
            if found < FORMAT:
                self._db.execute(f"PRAGMA user_version={FORMAT}")

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested, the outermost decides."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    def stamp(self, kind: str) -> tuple[int, int]:
        """A value that changes when documents of *kind* may have changed, here or in another process."""
        with self._lock:
            (elsewhere,) = self._db.execute("PRAGMA data_version").fetchone()
            return self._changes.get(kind, 0), elsewhere

    def _changed(self, kind: str) -> None:
        self._changes[kind] = self._changes.get(kind, 0) + 1

    def get(self, kind: str, key: str) -> JsonMap | None:
        """The document, or None."""
        with self._lock:
            row = self._db.execute("SELECT body FROM documents WHERE kind=? AND key=?", (kind, key)).fetchone()
        if row is None:
            return None
        body: JsonMap = json.loads(row[0])
        return body

    def put(self, kind: str, key: str, body: JsonMap) -> None:
        """Write the document, whether or not it was there."""
        text = json.dumps(body, separators=(",", ":"))
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (kind, key, text))
            self._changed(kind)

    def delete(self, kind: str, key: str) -> bool:
        """Remove the document; whether it was there."""
        with self._lock:
            found = self._db.execute("DELETE FROM documents WHERE kind=? AND key=?", (kind, key)).rowcount
            self._changed(kind)
        return found > 0

    def scan(self, kind: str, prefix: str = "") -> list[tuple[str, JsonMap]]:
        """All documents of *kind* whose key begins with *prefix*, in the order of their keys."""
        with self._lock:
            rows = self._db.execute(
                "SELECT key, body FROM documents WHERE kind=? AND key>=? AND key<? ORDER BY key",
                (kind, prefix, prefix + _LAST),
            ).fetchall()
        return [(key, json.loads(body)) for key, body in rows]

    def last(self, kind: str, count: int) -> list[JsonMap]:
        """The *count* documents with the highest keys, highest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT body FROM documents WHERE kind=? ORDER BY key DESC LIMIT ?", (kind, count)
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def last_key(self, kind: str) -> str | None:
        """The highest key of *kind*, or None when there is none."""
        with self._lock:
            row = self._db.execute("SELECT max(key) FROM documents WHERE kind=?", (kind,)).fetchone()
        key: str | None = row[0]
        return key

    def clear(self, kind: str, prefix: str = "") -> None:
        """Remove all documents of *kind* whose key begins with *prefix*."""
        with self._lock:
            self._db.execute("DELETE FROM documents WHERE kind=? AND key>=? AND key<?", (kind, prefix, prefix + _LAST))
            self._changed(kind)

    def clear_up_to(self, kind: str, key: str) -> None:
        """Remove all documents of *kind* up to and including *key*."""
        with self._lock:
            self._db.execute("DELETE FROM documents WHERE kind=? AND key<=?", (kind, key))
            self._changed(kind)
