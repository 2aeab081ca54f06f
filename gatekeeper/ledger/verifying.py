"""Does the ledger hold together: the chain, the tables beside it, names, the archive, and receipts that people kept."""

from __future__ import annotations

from collections import Counter

from gatekeeper.core import plain
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.file import GENESIS, entry_hash
from gatekeeper.ledger.names import mentioned, pseudonym_of
from gatekeeper.ledger.projection import PERSONAL_COLUMNS, TABLES, project
from gatekeeper.ledger.replaying import UNREADABLE, begin, empty_tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from gatekeeper.ledger import Receipt

LOST = "SELECT statement, envelope FROM receipts WHERE envelope NOT IN (SELECT digest FROM archive)"


def faults(database: sqlite3.Connection, receipts: Iterable[Receipt]) -> list[str]:
    """Return every fault, in words for the server's owner; an empty list means that nothing was found."""
    database.execute("BEGIN")  # one state of the file for all that follows, though pushes go on
    try:
        again = empty_tables()
        chain = _Chain(database, again)
        found = list(chain.faults())
        found += (
            _tables(database, again) if chain.whole else ["without it the tables cannot be compared with the entries"]
        )
        found += _archive(database)
        found += _names(database, again, chain.mentioned)
        return found + list(_receipts(chain.hashes, receipts))
    finally:
        database.execute("ROLLBACK")


class _Chain:
    """The entries, each held against the one before, and projected again."""

    def __init__(self, database: sqlite3.Connection, again: sqlite3.Connection) -> None:
        self._database = database
        self._again = again
        self.hashes: dict[int, str] = {}
        self.mentioned: set[str] = set()
        """Pseudonyms."""
        self.whole = True
        """Whether what stands for pruned entries could be read."""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong."""
        pruned: list[str] = []
        try:
            pruned = begin(self._database, self._again)
        except LedgerError as error:
            self.whole = False
            yield str(error)
        previous, expected = GENESIS, 1
        for number, body, digest in self._database.execute("SELECT number, body, hash FROM entries ORDER BY number"):
            if number != expected:
                yield _missing(expected, number - 1)
            if not isinstance(body, str) or not isinstance(digest, str):
                yield f"entry {number} is no text"
            elif not body and not self.whole:
                pass  # it has been said that nothing stands for it
            elif number <= len(pruned):
                if body or digest != pruned[number - 1]:
                    yield f"entry {number}, which was pruned, was changed"
            else:
                if entry_hash(previous, body) != digest:
                    yield (
                        f"entry {number} does not fit the one before it: its text, its hash or its place was changed,"
                        " or what stood between them was removed or inserted"
                    )
                yield from self._replay(number, body)
            previous, expected = str(digest), number + 1
            self.hashes[number] = previous
        if expected <= len(pruned):
            yield _missing(expected, len(pruned))

    def _replay(self, number: int, body: str) -> Iterator[str]:
        try:
            content = plain.loads(body)
            if content["number"] != number:
                yield f"entry {number} says that it is number {content['number']}"
                return
            project(self._again, number, content["time"], content["kind"], content["data"])
            self.mentioned |= mentioned(content["data"])
        except UNREADABLE as error:
            yield f"entry {number} cannot be read: {type(error).__name__}: {error}"


def _missing(first: int, last: int) -> str:
    if first == last:
        return f"entry {first} is missing"
    return f"entries {first} to {last} are missing"


def _tables(database: sqlite3.Connection, again: sqlite3.Connection) -> Iterator[str]:
    """Hold the tables against what the entries give."""
    for table in TABLES:
        query = f"SELECT * FROM {table}"  # noqa: S608 - our own names
        kept, made = (Counter(map(repr, connection.execute(query))) for connection in (database, again))
        for row in _beyond(kept, made):
            yield f"table {table} holds a row that no entry explains: {row}"
        for row in _beyond(made, kept):
            yield f"table {table} lacks a row that the entries give: {row}"


def _beyond(rows: Counter[str], others: Counter[str]) -> list[str]:
    """Return rows that the other table does not have, or not as often."""
    return sorted((rows - others).elements())


def _archive(database: sqlite3.Connection) -> Iterator[str]:
    """Hold archived contents against their digests, and look for envelopes that are not there."""
    query = "SELECT digest, typeof(content), CAST(content AS BLOB) FROM archive"  # text need not even be UTF-8
    for digest, kind, content in database.execute(query):
        if kind != "blob" or sha256_hex(content) != digest:
            yield f"archived content {digest} was changed"
    for statement, digest in database.execute(LOST):
        yield f"the envelope {digest} of sign-off {statement} is not in the archive"


def _names(database: sqlite3.Connection, again: sqlite3.Connection, mentioned_by_entries: set[str]) -> Iterator[str]:
    """Hold names against their pseudonyms; what is missing must have been forgotten."""
    known: set[str] = set()
    for pseudonym, value, salt in database.execute("SELECT pseudonym, value, salt FROM names"):
        known.add(pseudonym)
        if not isinstance(value, str) or not isinstance(salt, str) or pseudonym_of(value, salt) != pseudonym:
            yield f"the name of {pseudonym} was changed"
    known.update(pseudonym for (pseudonym,) in again.execute("SELECT pseudonym FROM forgotten"))
    in_tables = {
        value
        for table, column in PERSONAL_COLUMNS
        for (value,) in again.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608 - our own names
    }
    for pseudonym in sorted((mentioned_by_entries | mentioned({"account": list(in_tables)})) - known):
        yield f"the name of {pseudonym} is missing, and no `forget` entry says why"


def _receipts(hashes: Mapping[int, str], receipts: Iterable[Receipt]) -> Iterator[str]:
    """Hold the chain against what people kept: only so can a chain be found that was made again as a whole."""
    last = max(hashes, default=0)
    fits = 0
    for receipt in sorted(receipts, key=lambda each: each.number):
        name = f"receipt {receipt.number}-{receipt.hash[:12]} does not fit"
        if receipt.number > last:
            yield f"{name}: {_missing(last + 1, receipt.number)}, cut off at the end"
        elif not hashes.get(receipt.number, "").startswith(receipt.hash):
            where = f"something after entry {fits}, up to it," if fits else "it, or one before it,"
            yield f"{name}: entry {receipt.number} is not what it was; {where} was changed"
        else:
            fits = receipt.number
