"""Checked pieces of JSON in a small SQLite file, which may vanish, rot or be locked at any time.

Nothing depends on it: whatever is wrong with the file, a piece is then not there, and the next write
makes the file anew. Reading never writes, not even a journal or a shared-memory file (so: no WAL).
"""

from __future__ import annotations

import os
import sqlite3
import stat

from gatekeeper.core import plain
from gatekeeper.core.hashing import sha256_raw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatekeeper.config.values import Plain

MODE = 0o600
BUSY_SECONDS = 2.0
KEPT = 8
"""Names of one kind that are kept; at one more all others of the kind go."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS part (
    kind TEXT NOT NULL, name TEXT NOT NULL, part TEXT NOT NULL,
    body BLOB NOT NULL, checksum BLOB NOT NULL,
    PRIMARY KEY (kind, name, part)
) WITHOUT ROWID
"""
READ = "SELECT body, checksum FROM part WHERE kind = ? AND name = ? AND part = ?"
WRITE = "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?)"
PRUNE = """
DELETE FROM part WHERE kind = :kind AND name != :name
AND (SELECT count(DISTINCT name) FROM part WHERE kind = :kind AND name != :name) >= :kept
"""
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Parts:
    """The file. A `name` of a `kind` is written once, whole; a `part` is the unit of reading."""

    def __init__(self, path: str) -> None:
        """Remember where the file is; nothing is opened yet."""
        self.path = os.path.abspath(path)
        self._reader: sqlite3.Connection | None = None

    def read(self, kind: str, name: str, part: str) -> Plain:
        """Return a part; None if it is not there or is not what was written."""
        try:
            if self._reader is None:
                self._reader = self._open_to_read()
            row = self._reader.execute(READ, (kind, name, part)).fetchone()
        except (sqlite3.Error, OSError, ValueError):
            self.close()
            return None
        if row is None or not isinstance(row[0], bytes) or row[1] != _checksum(kind, name, part, row[0]):
            return None
        try:
            value: Plain = plain.loads(row[0].decode("ascii"))
        except (ValueError, RecursionError):
            return None
        return value

    def write(self, kind: str, name: str, parts: Iterable[tuple[str, Plain]]) -> bool:
        """Write all parts of a name or none, in a new file if need be. Return whether it was possible."""
        rows: list[tuple[str, str, str, bytes, bytes]] = []
        for part, value in parts:
            body = plain.dumps(value).encode("ascii")
            rows.append((kind, name, part, body, _checksum(kind, name, part, body)))
        self.close()
        for _ in ("as it is", "made anew"):
            try:
                self._write(kind, name, rows)
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY or not self._drop():
                    return False
            except (OSError, ValueError):
                return False
            else:
                return True
        return False

    def close(self) -> None:
        """Close the file; the next reading opens it again."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _is_ours(self) -> bool:
        """Whether the file is one that nobody else can have written."""
        found = os.lstat(self.path)
        return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077

    def _open_to_read(self) -> sqlite3.Connection:
        if not self._is_ours():
            raise OSError(f"{self.path} is not a private file")
        quoted = self.path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        return sqlite3.connect(f"file://{quoted}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None)

    def _write(self, kind: str, name: str, rows: list[tuple[str, str, str, bytes, bytes]]) -> None:
        if os.path.lexists(self.path) and not self._is_ours():
            os.unlink(self.path)
        # Made here and not by SQLite, so that it is private from the first moment.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, MODE))
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(SCHEMA)
            connection.execute(PRUNE, {"kind": kind, "name": name, "kept": KEPT})
            connection.executemany(WRITE, rows)
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _drop(self) -> bool:
        """Remove the file, and what SQLite keeps beside it: an old journal would spoil the new file."""
        try:
            for suffix in ("-journal", "-wal", "-shm", ""):
                if os.path.lexists(self.path + suffix):
                    os.unlink(self.path + suffix)
        except OSError:
            return False
        return True


def _checksum(kind: str, name: str, part: str, body: bytes) -> bytes:
    return sha256_raw(f"{kind}\0{name}\0{part}\0".encode() + body)
