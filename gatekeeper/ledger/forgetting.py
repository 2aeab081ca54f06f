"""Erase a name: its pseudonym stays in the entries, and nothing says any more whose it was."""

from __future__ import annotations

from gatekeeper.core import plain
from gatekeeper.ledger.names import create_names
from gatekeeper.ledger.upkeep import Remains

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


def pseudonyms_of(database: sqlite3.Connection, name: str) -> list[str]:
    """Return the pseudonyms of a name; of an address in every case (ASCII) in which commits have it."""
    query = "SELECT pseudonym FROM names WHERE value = ? OR (value LIKE '%@%' AND lower(value) = lower(?))"
    return [str(pseudonym) for (pseudonym,) in database.execute(query, (name, name))]


def erase(database: sqlite3.Connection, pseudonyms: Sequence[str]) -> None:
    """Take names out of the table, and its bytes out of the file. Inside of a transaction.

    The table is made again without it: pages that SQLite once split may hold copies of rows in their slack, and
    dropping the old table with `secure_delete` writes zeros over all of its pages (https://sqlite.org/pragma.html).
    """
    database.execute("ALTER TABLE names RENAME TO names_before")
    create_names(database)
    database.executemany("DELETE FROM names_before WHERE pseudonym = ?", [(pseudonym,) for pseudonym in pseudonyms])
    database.execute("INSERT INTO names SELECT * FROM names_before")
    database.execute("DROP TABLE names_before")


def remains(database: sqlite3.Connection, name: str, pseudonyms: Sequence[str]) -> Remains:
    """Count what still says the name, or would with the sign-off or roster at hand."""

    def count(query: str, *parameters: object) -> int:
        return int(database.execute(query, parameters).fetchone()[0])

    return Remains(
        signoffs=sum(count("SELECT count(*) FROM receipts WHERE signer = ?", each) for each in (name, *pseudonyms)),
        archived=count("SELECT count(*) FROM archive WHERE instr(content, ?)", name.encode()),
        entries=count("SELECT count(*) FROM entries WHERE instr(body, ?)", plain.dumps(name)),
    )
