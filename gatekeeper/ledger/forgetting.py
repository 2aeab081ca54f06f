"""Erase a name: its pseudonym stays in the entries, and nothing says any more whose it was."""

from __future__ import annotations

from gatekeeper.core import plain
from gatekeeper.ledger import Remains
from gatekeeper.ledger.names import create_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3


def pseudonym_for(database: sqlite3.Connection, name: str) -> str | None:
    """Return the pseudonym of a name; None if the ledger does not know the name, or not any more."""
    row = database.execute("SELECT pseudonym FROM names WHERE value = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def erase(database: sqlite3.Connection, pseudonym: str) -> None:
    """Take a name out of the table, and its bytes out of the file. Inside of a transaction.

    The table is made again without it: pages that SQLite once split may hold copies of rows in their slack, and
    dropping the old table with `secure_delete` writes zeros over all of its pages (https://sqlite.org/pragma.html).
    """
    database.execute("ALTER TABLE names RENAME TO names_before")
    create_names(database)
    database.execute("INSERT INTO names SELECT * FROM names_before WHERE pseudonym <> ?", (pseudonym,))
    database.execute("DROP TABLE names_before")


def remains(database: sqlite3.Connection, name: str, pseudonym: str | None) -> Remains:
    """Count what still says the name, or would with the sign-off or roster at hand."""

    def count(query: str, *parameters: object) -> int:
        return int(database.execute(query, parameters).fetchone()[0])

    return Remains(
        signoffs=count("SELECT count(*) FROM receipts WHERE signer IN (?, ?)", name, pseudonym),
        archived=count("SELECT count(*) FROM archive WHERE instr(content, ?)", name.encode()),
        entries=count("SELECT count(*) FROM entries WHERE instr(body, ?)", plain.dumps(name)),
    )
