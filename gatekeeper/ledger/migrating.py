"""An older ledger file -> this version: the entries stay as they are, and the tables are made from them again."""

from __future__ import annotations

import sqlite3
import sys

from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.file import BUSY_SECONDS, SCHEMA
from gatekeeper.ledger.names import create_names
from gatekeeper.ledger.projection import create_tables
from gatekeeper.ledger.replaying import begin, replay

KEPT = ("entries", "archive", "names")


def migrate(path: str) -> int:
    """Bring a ledger up to date, in one transaction; nothing happens to one that is, or to a newer one.

    Returns:
        The version that it was of.

    Raises:
        LedgerError: if it cannot be done; then the file is as it was.
    """
    try:
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            version: int = database.execute("PRAGMA user_version").fetchone()[0]
            if version < SCHEMA:
                _rebuild(database)
        finally:
            database.close()
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"cannot bring the ledger {path} up to date: {error}") from None
    return version


def _rebuild(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in tables:
            if name not in KEPT and not name.startswith("sqlite_"):
                database.execute(f"DROP TABLE {name}")
        create_names(database)
        create_tables(database)
        pruned = begin(database, database)
        replay(database, database, len(pruned), sys.maxsize)
        database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
