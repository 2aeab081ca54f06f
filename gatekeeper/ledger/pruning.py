"""Take the text of old entries away, and keep what the gate judges by: the tables, as a snapshot in the archive.

Entries keep number and hash, so that the chain goes on and receipts can be checked. A `prune` entry names the
snapshot by its digest: whoever changes that breaks the chain.
"""

from __future__ import annotations

import re

from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.record import Record
from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.names import DIGITS
from gatekeeper.ledger.replaying import begin, empty_tables, last_pruning, replay
from gatekeeper.ledger.snapshot import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from typing import Any

DIGEST = re.compile(r'"([0-9a-f]{64})"')
PRUNED_SINCE = 'SELECT 1 FROM entries WHERE number > ? AND body LIKE \'%"kind":"prune"%\''
IN_TABLES = "SELECT envelope FROM receipts UNION SELECT policy FROM debts UNION SELECT value FROM facts"
"""Digests of contents that the gate or an audit still asks for."""
PSEUDONYM = re.compile(rf'"(p:[0-9a-f]{{{DIGITS}}})"')


class Plan(Record):
    """What a pruning will do, made without holding up anybody who pushes."""

    through: int
    """The last entry that loses its text."""
    hash: str
    snapshot: bytes
    earlier: str
    """Digest of the snapshot that this one takes the place of; empty if there is none."""
    seen: int
    """The last entry that was looked at."""
    digests: frozenset[str]
    """Archived contents that entries with a text speak of."""
    pseudonyms: frozenset[str]
    """Names that these speak of, or the tables of the snapshot."""


def plan(database: sqlite3.Connection, through: int) -> Plan | None:
    """Prepare a pruning of the entries up to a number; None if they are pruned, or nothing may be pruned yet.

    Raises:
        LedgerError: if what was pruned before cannot be read.
    """
    again, earlier = empty_tables(), last_pruning(database)
    hashes = begin(database, again)
    (last,) = database.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()
    boundary = _whole(database, min(through, last))
    if boundary <= len(hashes):
        return None
    replay(database, again, len(hashes), boundary)
    rows = database.execute("SELECT hash FROM entries WHERE number <= ? ORDER BY number", (boundary,))
    hashes = [digest for (digest,) in rows]
    digests, pseudonyms = _spoken_of(database, boundary, last)
    return Plan(
        through=boundary,
        hash=hashes[-1],
        snapshot=dump(again, hashes),
        earlier=earlier.snapshot if earlier else "",
        seen=last,
        digests=frozenset(digests),
        pseudonyms=frozenset(pseudonyms | _in_tables(again)),
    )


def _whole(database: sqlite3.Connection, through: int) -> int:
    """Return the last number up to which no push is without its landing: what remains can be read by itself."""
    waiting = database.execute("SELECT min(entry) FROM updates WHERE state = 'pending'").fetchone()[0]
    if waiting is not None:
        through = min(through, waiting - 1)
    # Tips hold the last landing of a ref only, so the entries themselves are asked; newest first, since a lower
    # bound can lie between a push and its landing again.
    landings = database.execute(
        'SELECT number, body FROM entries WHERE body LIKE \'%"kind":"landing"%\' ORDER BY number DESC'
    )
    for number, body in landings:
        if number <= through:
            continue
        for entry in map(int, re.findall(r'"entry":([0-9]+)', body)):
            if entry <= through:
                through = entry - 1
    return max(through, 0)


def _spoken_of(database: sqlite3.Connection, after: int, through: int) -> tuple[set[str], set[str]]:
    """Return the digests and pseudonyms in the text of entries."""
    digests: set[str] = set()
    pseudonyms: set[str] = set()
    query = "SELECT body FROM entries WHERE number > ? AND number <= ?"
    for (body,) in database.execute(query, (after, through)):
        digests.update(DIGEST.findall(body))
        pseudonyms.update(PSEUDONYM.findall(body))
    return digests, pseudonyms


def _in_tables(database: sqlite3.Connection) -> set[str]:
    from gatekeeper.ledger.projection import PERSONAL_COLUMNS

    return {
        value
        for table, column in PERSONAL_COLUMNS
        for (value,) in database.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608 - our own names
    }


def carry_out(database: sqlite3.Connection, made: Plan, checkpoint: bytes) -> dict[str, Any]:
    """Do what was planned, but for the `prune` entry, whose data is returned. Inside of a transaction.

    Raises:
        LedgerError: if somebody else pruned in between.
    """
    (digest,) = database.execute("SELECT hash FROM entries WHERE number = ?", (made.through,)).fetchone()
    (last,) = database.execute("SELECT max(number) FROM entries").fetchone()
    # Only what has come since is read while everybody waits.
    if digest != made.hash or database.execute(PRUNED_SINCE, (made.seen,)).fetchone():
        raise LedgerError("the ledger was pruned in between; look at it and begin again")
    later = _spoken_of(database, made.seen, last)
    snapshot = sha256_hex(made.snapshot)
    digests = set(made.digests | later[0]) - {made.earlier}
    digests.update(digest for (digest,) in database.execute(IN_TABLES))
    database.execute("UPDATE entries SET body = '' WHERE number <= ? AND body <> ''", (made.through,))
    _keep(database, "archive", "digest", digests)
    _keep(database, "names", "pseudonym", made.pseudonyms | later[1])
    contents = {snapshot: made.snapshot} | ({sha256_hex(checkpoint): checkpoint} if checkpoint else {})
    database.executemany("INSERT OR IGNORE INTO archive VALUES (?, ?)", contents.items())
    return {
        "through": made.through,
        "hash": made.hash,
        "snapshot": snapshot,
        "checkpoint": sha256_hex(checkpoint) if checkpoint else "",
    }


def _keep(database: sqlite3.Connection, table: str, key: str, wanted: set[str] | frozenset[str]) -> None:
    """Remove the rows of a table that nothing speaks of."""
    present = database.execute(f"SELECT {key} FROM {table}").fetchall()  # noqa: S608 - our own names
    unwanted = [(name,) for (name,) in present if name not in wanted]
    database.executemany(f"DELETE FROM {table} WHERE {key} = ?", unwanted)  # noqa: S608 - likewise
