"""Entries -> the tables once more, in another database: to verify them, to migrate, to prune."""

from __future__ import annotations

import sqlite3

from gatekeeper.core import plain
from gatekeeper.core.record import Record
from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.projection import create_tables, project
from gatekeeper.ledger.snapshot import load
from gatekeeper.ledger.upkeep import Beginning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, sqlite3.Error)
"""What reading a text that somebody changed can end in."""


class Pruning(Record):
    """The last pruning: up to where entries have no text any more, and what stands for them."""

    entry: int
    """The number of the `prune` entry."""
    through: int
    hash: str
    """Of entry `through`."""
    snapshot: str
    """Digest of the archived snapshot."""


def last_pruning(database: sqlite3.Connection) -> Pruning | None:
    """Return the last pruning; None if every entry has its text, or no readable entry explains why not."""
    if not database.execute("SELECT 1 FROM entries WHERE body = '' LIMIT 1").fetchone():
        return None
    query = 'SELECT number, body FROM entries WHERE body LIKE \'%"kind":"prune"%\' ORDER BY number DESC'
    for number, body in database.execute(query):
        try:
            content = plain.loads(body)
            if content["kind"] == "prune":
                data = content["data"]
                return Pruning(entry=number, through=data["through"], hash=data["hash"], snapshot=data["snapshot"])
        except UNREADABLE:
            continue
    return None


def begin(database: sqlite3.Connection, again: sqlite3.Connection) -> list[str]:
    """Fill the empty tables of `again` with what stands for pruned entries; return the hashes of these.

    Raises:
        LedgerError: if there are pruned entries, and nothing or something unreadable stands for them.
    """
    pruning = last_pruning(database)
    if pruning is None:
        if database.execute("SELECT 1 FROM entries WHERE body = '' LIMIT 1").fetchone():
            raise LedgerError("entries have lost their text, and no `prune` entry says why")
        return []
    row = database.execute("SELECT CAST(content AS BLOB) FROM archive WHERE digest = ?", (pruning.snapshot,)).fetchone()
    try:
        hashes = load(again, row[0]) if row else None
    except UNREADABLE as error:
        raise LedgerError(f"the snapshot {pruning.snapshot} cannot be read: {error}") from None
    if hashes is None or len(hashes) != pruning.through or hashes[-1] != pruning.hash:
        what = "is not in the archive" if hashes is None else "is not that of the pruned entries"
        raise LedgerError(f"the snapshot {pruning.snapshot} of entry {pruning.entry} {what}")
    return hashes


def beginning(database: sqlite3.Connection) -> Beginning | None:
    """Return what the pruned entries came to; None if none was pruned.

    Raises:
        LedgerError: as `begin`.
    """
    again = empty_tables()
    hashes = begin(database, again)
    if not hashes:
        return None
    landed = """SELECT DISTINCT u.ref, c.id FROM commits c JOIN updates u USING (entry, position)
        WHERE u.state = 'landed' ORDER BY c.entry, c.rowid"""
    return Beginning(
        through=len(hashes),
        tips=tuple(again.execute("SELECT ref, tip FROM tips ORDER BY ref")),
        baselines=tuple(again.execute("SELECT ref, tip FROM baselines ORDER BY rowid")),
        landed=tuple(again.execute(landed)),
    )


def replay(database: sqlite3.Connection, again: sqlite3.Connection, after: int, through: int) -> None:
    """Project the entries after one number up to another.

    Raises:
        ValueError, KeyError, TypeError, sqlite3.Error: for an entry that cannot be projected.
    """
    query = "SELECT number, body FROM entries WHERE number > ? AND number <= ? ORDER BY number"
    for number, body in database.execute(query, (after, through)):
        entry: Any = plain.loads(body)
        project(again, number, entry["time"], entry["kind"], entry["data"])


def empty_tables() -> sqlite3.Connection:
    """Return a database in memory with the projected tables, empty."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    create_tables(made)
    return made
