"""A new ledger file: only an installation makes one, never a hook."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress

from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.file import SCHEMA
from gatekeeper.ledger.names import create_names
from gatekeeper.ledger.projection import create_tables
from gatekeeper.ledger.sqlite import SqliteLedger


def create(path: str) -> SqliteLedger:
    """Open the ledger, making it if there is none; the directory is made too, for its owner alone.

    Raises:
        LedgerError: if it cannot be made or opened.
    """
    if os.path.exists(path):
        return SqliteLedger(path)
    temporary = f"{path}.new-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        _make(temporary)
        # A link and not a rename: what another process made in between is never replaced.
        with suppress(FileExistsError):
            os.link(temporary, path)
    except (OSError, sqlite3.Error) as error:
        raise LedgerError(f"cannot make the ledger {path}: {error}") from None
    finally:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(temporary + suffix)
    return SqliteLedger(path)


def _make(path: str) -> None:
    """Make an empty ledger in a file that nobody knows yet."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN")
        database.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL)")
        database.execute("CREATE TABLE archive (digest TEXT PRIMARY KEY, content BLOB NOT NULL)")
        create_names(database)
        create_tables(database)
        database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")
    finally:
        database.close()
