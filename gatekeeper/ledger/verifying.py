"""Does the ledger hold together: the chain, the tables beside it, the archive, and receipts that people kept."""

from __future__ import annotations

import sqlite3
from collections import Counter

from gatekeeper.core import plain
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.ledger.projection import TABLES, create_tables, project
from gatekeeper.ledger.sqlite import GENESIS, entry_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatekeeper.ledger import Receipt

LOST = "SELECT statement, envelope FROM receipts WHERE envelope NOT IN (SELECT digest FROM archive)"


def faults(database: sqlite3.Connection, receipts: Iterable[Receipt]) -> list[str]:
    """Return every fault, in words for the server's owner; an empty list means that nothing was found."""
    found: list[str] = []
    again = sqlite3.connect(":memory:", isolation_level=None)
    create_tables(again)
    previous, expected = GENESIS, 1
    hashes: dict[int, str] = {}
    for number, body, digest in database.execute("SELECT number, body, hash FROM entries ORDER BY number"):
        if number != expected:
            found.append(f"entry {expected} is missing (the next one is {number})")
        if not isinstance(body, str) or not isinstance(digest, str):
            found.append(f"entry {number} is no text")
            previous, expected = str(digest), number + 1
            continue
        if entry_hash(previous, body) != digest:
            found.append(f"entry {number} does not fit the one before it: its text, its hash or its place was changed")
        found += _replay(again, number, body)
        previous, expected = digest, number + 1
        hashes[number] = digest
    for table in TABLES:
        query = f"SELECT * FROM {table}"  # noqa: S608 - our own names
        kept, made = (Counter(map(repr, connection.execute(query))) for connection in (database, again))
        found += [f"table {table} holds a row that no entry explains: {row}" for row in _beyond(kept, made)]
        found += [f"table {table} lacks a row that the entries give: {row}" for row in _beyond(made, kept)]
    for digest, content in database.execute("SELECT digest, content FROM archive"):
        if not isinstance(content, bytes) or sha256_hex(content) != digest:
            found.append(f"archived content {digest} was changed")
    for statement, digest in database.execute(LOST):
        found.append(f"the envelope {digest} of sign-off {statement} is not in the archive")
    for receipt in receipts:
        if not hashes.get(receipt.number, "").startswith(receipt.hash):
            found.append(
                f"receipt {receipt.number}-{receipt.hash} does not fit: entry {receipt.number} is not what it was"
            )
    return found


def _replay(database: sqlite3.Connection, number: int, body: str) -> list[str]:
    try:
        content = plain.loads(body)
        if content["number"] != number:
            return [f"entry {number} says that it is number {content['number']}"]
        project(database, number, content["time"], content["kind"], content["data"])
    except (ValueError, KeyError, TypeError, AttributeError, sqlite3.Error) as error:
        return [f"entry {number} cannot be read: {type(error).__name__}: {error}"]
    return []


def _beyond(rows: Counter[str], others: Counter[str]) -> list[str]:
    """Return rows that the other table does not have, or not as often."""
    return sorted((rows - others).elements())
