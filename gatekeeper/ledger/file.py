"""The SQLite file of a ledger, local to the server (https://sqlite.org/wal.html): entries, names, archived contents."""

from __future__ import annotations

import os
import sqlite3

from gatekeeper.core import plain
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.ledger import ConflictError, Entry, LedgerError, Receipt
from gatekeeper.ledger.names import hide, mentioned, show
from gatekeeper.ledger.projection import project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    from gatekeeper.ledger.upkeep import Beginning, Name, Remains

    Result = TypeVar("Result")

SCHEMA = 4
"""`PRAGMA user_version` of the file."""
BUSY_SECONDS = 10
GENESIS = "0" * 64
CHAIN_PREFIX = b"gatekeeper ledger v1\0"
BATCH = 500
"""Ids per query: below SQLite's bound on parameters."""


def entry_hash(previous: str, body: str) -> str:
    """Return an entry's hash: SHA-256 over a prefix, the previous hash, NUL, and the entry's exact text."""
    return sha256_hex(CHAIN_PREFIX + previous.encode() + b"\0" + body.encode())


class LedgerFile:
    """An open file: what of `Ledger` is about entries, names and archived contents."""

    def __init__(self, path: str) -> None:
        """Open an existing ledger.

        Raises:
            LedgerError: if it is missing, unreadable, or of another version.
        """
        self.path = path
        if not os.path.exists(path):
            raise LedgerError(f"there is no ledger at {path}")
        try:
            self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            version = self._database.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise LedgerError(f"cannot open the ledger {path}: {error}") from None
        if version != SCHEMA:
            raise LedgerError(
                f"the ledger {path} is of version {version}; this gatekeeper knows version {SCHEMA}"
                + ("; `gatekeeper install` brings it up to date" if version < SCHEMA else "")
            )

    def close(self) -> None:
        """See `Ledger`."""
        self._database.close()

    def _guard(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except sqlite3.Error as error:
            raise LedgerError(f"cannot read the ledger {self.path}: {error}") from None

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._guard(lambda: self._database.execute(query, parameters).fetchall())

    def _rows_in(self, query: str, values: Iterable[str], batch: int = BATCH) -> Iterator[tuple[Any, ...]]:
        """Run a query that holds `{}` for a list of parameters, in batches."""
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), batch):
            some = wanted[start : start + batch]
            yield from self._rows(query.format(",".join("?" * len(some))), some)

    def head(self) -> Receipt:
        """See `Ledger`."""
        rows = self._rows("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1")
        return Receipt(number=rows[0][0], hash=rows[0][1]) if rows else Receipt(number=0, hash=GENESIS)

    def append(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        now: Timestamp,
        archive: Mapping[str, bytes] | None = None,
        repository: str,
    ) -> Receipt:
        """See `Ledger`."""
        return self._write(lambda: self._append(kind, data, now, archive or {}, repository))

    def _append(
        self, kind: str, data: Mapping[str, Any], now: Timestamp, archive: Mapping[str, bytes], repository: str
    ) -> Receipt:
        database = self._database
        head = self.head()
        number = head.number + 1
        hidden = hide(database, data)
        content = {"number": number, "time": now, "kind": kind, "repository": repository, "data": hidden}
        body = plain.dumps(content)
        digest = entry_hash(head.hash, body)
        database.execute("INSERT INTO entries VALUES (?, ?, ?)", (number, body, digest))
        database.executemany("INSERT OR IGNORE INTO archive VALUES (?, ?)", archive.items())
        project(database, number, now, kind, hidden)
        return Receipt(number=number, hash=digest)

    def _write(self, work: Callable[[], Result]) -> Result:
        """Work in one durable transaction."""
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            try:
                result = work()
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise
        except sqlite3.IntegrityError as error:
            raise ConflictError(f"another push was recorded at the same time: {error}") from None
        except sqlite3.Error as error:
            raise LedgerError(f"cannot write the ledger {self.path}: {error}") from None
        return result

    def stored(self, since: int = 0) -> Iterator[tuple[int, str, str]]:
        """See `Ledger`."""
        query = "SELECT number, body, hash FROM entries WHERE number > ? ORDER BY number LIMIT 1"
        while rows := self._rows(query, (since,)):  # one at a time: the entry of a large push has megabytes
            yield rows[0]
            since = rows[0][0]

    def entries(self, since: int = 0) -> Iterator[Entry]:
        """See `Ledger`."""
        for number, body, digest in self.stored(since):
            if body:
                yield self._entry(number, body, digest)

    def numbers(self) -> list[int]:
        """See `Ledger`."""
        return [number for (number,) in self._rows("SELECT number FROM entries WHERE body <> '' ORDER BY number")]

    def entry(self, number: int) -> Entry:
        """See `Ledger`."""
        rows = self._rows("SELECT number, body, hash FROM entries WHERE number = ?", (number,))
        if not rows or not rows[0][1]:
            what = f"has no text of entry {number} any more; it was pruned" if rows else f"has no entry {number}"
            raise LedgerError(f"the ledger {self.path} {what}")
        return self._entry(*rows[0])

    def _entry(self, number: int, body: str, digest: str) -> Entry:
        try:
            content = plain.loads(body)
            data = self._guard(lambda: show(self._database, content["data"]))
            return Entry(number=number, time=content["time"], kind=content["kind"], data=data, hash=digest)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LedgerError(f"entry {number} of the ledger {self.path} cannot be read: {error}") from None

    def bodies(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """See `Ledger`."""
        for number in sorted(set(numbers)):  # one at a time, as above
            yield from self._rows("SELECT number, body FROM entries WHERE number = ? AND body <> ''", (number,))

    def has_archived(self, digest: str) -> bool:
        """See `Ledger`."""
        return bool(self._rows("SELECT 1 FROM archive WHERE digest = ?", (digest,)))

    def archived(self, digest: str) -> bytes | None:
        """See `Ledger`."""
        rows = self._rows("SELECT content FROM archive WHERE digest = ?", (digest,))
        return bytes(rows[0][0]) if rows else None

    def verify(self, receipts: Iterable[Receipt] = ()) -> list[str]:
        """See `Ledger`."""
        from gatekeeper.ledger.verifying import faults  # only a command verifies, never a hook

        return self._guard(lambda: faults(self._database, receipts))

    def names(self, bodies: Iterable[str]) -> list[Name]:
        """See `Ledger`."""
        from gatekeeper.ledger.upkeep import Name  # only commands ask, never a hook

        wanted = sorted({pseudonym for body in bodies for pseudonym in mentioned(plain.loads(body)["data"])})
        query = "SELECT pseudonym, value, salt FROM names WHERE pseudonym IN ({})"
        return [Name(pseudonym=p, value=value, salt=salt) for p, value, salt in self._rows_in(query, wanted)]

    def pruned(self) -> int:
        """See `Ledger`."""
        rows = self._rows("SELECT max(number) FROM entries WHERE body = ''")
        return rows[0][0] or 0

    def beginning(self) -> Beginning | None:
        """See `Ledger`."""
        from gatekeeper.ledger.replaying import beginning  # only an audit asks, never a hook

        return self._guard(lambda: beginning(self._database))

    def prune(self, through: int, *, now: Timestamp, repository: str, checkpoint: bytes = b"") -> Receipt | None:
        """See `Ledger`."""
        from gatekeeper.ledger.pruning import carry_out, plan  # only a command prunes, never a hook

        made = self._guard(lambda: plan(self._database, through))
        if made is None:
            return None
        self._guard(lambda: self._database.execute("PRAGMA secure_delete = ON"))
        receipt = self._write(
            lambda: self._append("prune", carry_out(self._database, made, checkpoint), now, {}, repository)
        )
        self._shrink()
        return receipt

    def forget(self, name: str, *, now: Timestamp, repository: str) -> Remains | None:
        """See `Ledger`."""
        from gatekeeper.ledger.forgetting import erase, pseudonyms_of, remains  # only a command forgets, never a hook

        database = self._database

        def work() -> Remains | None:
            pseudonyms = pseudonyms_of(database, name)
            found = remains(database, name, pseudonyms)
            if not pseudonyms:
                return found if found.signoffs or found.archived or found.entries else None
            erase(database, pseudonyms)
            for pseudonym in pseudonyms:
                self._append("forget", {"pseudonym": pseudonym}, now, {}, repository)
            return found.replace(erased=True)

        self._guard(lambda: database.execute("PRAGMA secure_delete = ON"))
        found = self._write(work)
        self._empty_log()
        return found

    def _shrink(self) -> None:
        """Make the file as small as what is in it."""
        try:
            self._database.execute("VACUUM")
        except sqlite3.Error as error:
            raise LedgerError(f"pruned; but the space cannot be given back: {error}") from None
        self._empty_log()

    def _empty_log(self) -> None:
        """Write everything into the file itself and empty the log beside it, where erased bytes may still be.

        Raises:
            LedgerError: if somebody kept reading all the time.
        """
        busy = self._rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
        if busy:
            raise LedgerError(f"done, but {self.path}-wal is in use and may hold what was erased; repeat the command")
