"""The ledger in one SQLite file, local to the server (https://sqlite.org/wal.html)."""

from __future__ import annotations

import os
import sqlite3

from gatekeeper.core import plain
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.memory import Mark
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.relief import Pause
from gatekeeper.ledger import (
    ConflictError,
    Entry,
    FirstPusher,
    LandedChange,
    Landing,
    LedgerError,
    Owed,
    PendingUpdate,
    Receipt,
    ReceivedStatement,
    Reviewed,
    Seen,
    SeenRange,
    StoredSignoff,
)
from gatekeeper.ledger.projection import EVERY_REF, create_tables, project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    Row = TypeVar("Row")
    Result = TypeVar("Result")

SCHEMA = 2
"""`PRAGMA user_version` of the file."""
BUSY_SECONDS = 10
GENESIS = "0" * 64
CHAIN_PREFIX = b"gatekeeper ledger v1\0"
SIGNOFF_COLUMNS = "r.statement, r.time, r.fingerprint, a.content, r.touched, r.verified"
FEW = 8
"""Envelopes that are read at once: each may have a megabyte."""
BATCH = 500
"""Ids per query: below SQLite's bound on parameters."""


def entry_hash(previous: str, body: str) -> str:
    """Return an entry's hash: SHA-256 over a prefix, the previous hash, NUL, and the entry's exact text."""
    return sha256_hex(CHAIN_PREFIX + previous.encode() + b"\0" + body.encode())


def create(path: str) -> SqliteLedger:
    """Open the ledger, making it if there is none; the directory is made too, for its owner alone.

    Raises:
        LedgerError: if it cannot be made or opened.
    """
    from contextlib import suppress  # only an installation makes a ledger, never a hook

    if os.path.exists(path):
        from gatekeeper.ledger.migrating import migrate

        migrate(path)
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
        create_tables(database)
        database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")
    finally:
        database.close()


class SqliteLedger:
    """See `Ledger`."""

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
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            try:
                head = self.head()
                number = head.number + 1
                content = {
                    "number": number,
                    "time": now,
                    "kind": kind,
                    "repository": repository,
                    "data": data,
                }
                body = plain.dumps(content)
                digest = entry_hash(head.hash, body)
                database.execute("INSERT INTO entries VALUES (?, ?, ?)", (number, body, digest))
                for name, blob in (archive or {}).items():
                    database.execute("INSERT OR IGNORE INTO archive VALUES (?, ?)", (name, blob))
                project(database, number, now, kind, data)
                database.execute("COMMIT")
            except BaseException:
                database.execute("ROLLBACK")
                raise
        except sqlite3.IntegrityError as error:
            raise ConflictError(f"another push was recorded at the same time: {error}") from None
        except sqlite3.Error as error:
            raise LedgerError(f"cannot write the ledger {self.path}: {error}") from None
        return Receipt(number=number, hash=digest)

    def entries(self, since: int = 0) -> Iterator[Entry]:
        """See `Ledger`."""
        query = "SELECT number, body, hash FROM entries WHERE number > ? ORDER BY number LIMIT 1"
        while rows := self._rows(query, (since,)):  # one at a time: the entry of a large push has megabytes
            entry = self._entry(*rows[0])
            yield entry
            since = entry.number

    def numbers(self) -> list[int]:
        """See `Ledger`."""
        return [number for (number,) in self._rows("SELECT number FROM entries ORDER BY number")]

    def entry(self, number: int) -> Entry:
        """See `Ledger`."""
        rows = self._rows("SELECT number, body, hash FROM entries WHERE number = ?", (number,))
        if not rows:
            raise LedgerError(f"the ledger {self.path} has no entry {number}")
        return self._entry(*rows[0])

    def _entry(self, number: int, body: str, digest: str) -> Entry:
        try:
            content = plain.loads(body)
            return Entry(number=number, time=content["time"], kind=content["kind"], data=content["data"], hash=digest)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise LedgerError(f"entry {number} of the ledger {self.path} cannot be read: {error}") from None

    def bodies(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """See `Ledger`."""
        wanted = sorted(set(numbers))
        for start in range(0, len(wanted), FEW):  # one entry can have megabytes
            some = wanted[start : start + FEW]
            places = ",".join("?" * len(some))
            query = f"SELECT number, body FROM entries WHERE number IN ({places}) ORDER BY number"  # noqa: S608
            yield from self._rows(query, some)

    def pending(self, refs: Sequence[str] | None = None) -> list[PendingUpdate]:
        """See `Ledger`."""
        query = "SELECT entry, position, ref, old, new, time FROM updates WHERE state = 'pending'"
        rows: Iterable[tuple[Any, ...]] = (
            self._rows(query) if refs is None else self._rows_in(query + " AND ref IN ({})", refs)
        )
        return [
            PendingUpdate(entry=entry, position=position, ref=ref, old=old, new=new, time=time)
            for entry, position, ref, old, new, time in sorted(rows)
        ]

    def tips(self, refs: Sequence[str] | None = None) -> dict[str, ObjectId]:
        """See `Ledger`."""
        query = "SELECT ref, tip FROM tips"
        return dict(self._rows(query) if refs is None else self._rows_in(query + " WHERE ref IN ({})", refs))

    def baselines(self, ref: str) -> tuple[ObjectId, ...]:
        """See `Ledger`."""
        rows = self._rows("SELECT DISTINCT tip FROM baselines WHERE ref IN (?, ?)", (EVERY_REF, ref))
        return tuple(ObjectId(tip) for (tip,) in rows)

    def landings(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Landing, ...]]:
        """See `Ledger`."""
        found: dict[ObjectId, tuple[Landing, ...]] = {}
        query = """SELECT c.id, c.entry, c.position, u.ref, c.clean, u.rules, c.statements, c.change, c.assisted,
            c.revertible, c.reverts FROM commits c JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' AND c.id IN ({})"""
        for commit, entry, position, ref, clean, rules, statements, *change in self._rows_in(query, commits):
            landing = Landing(
                commit=commit,
                entry=entry,
                ref=ref,
                clean=bool(clean),
                rules=tuple(plain.loads(rules)),
                statements=tuple(plain.loads(statements)),
                change=change[0],
                assisted=bool(change[1]),
                revertible=bool(change[2]),
                reverts=change[3],
                reviewed=tuple(
                    self._rows(
                        "SELECT id, change FROM reviewed WHERE entry = ? AND position = ? AND landed = ?",
                        (entry, position, commit),
                    )
                ),
            )
            found[commit] = (*found.get(commit, ()), landing)
        return found

    def owed(self) -> list[Owed]:
        """See `Ledger`."""
        query = """SELECT d.id, u.ref, d.entry, d.position, d.rules, d.due FROM debts d
            JOIN updates u USING (entry, position) WHERE u.state = 'landed' ORDER BY d.entry, d.position, d.rowid"""
        return [
            Owed(
                commit=ObjectId(commit),
                ref=ref,
                entry=entry,
                position=position,
                rules=tuple(plain.loads(rules)),
                due=Timestamp(due),
            )
            for commit, ref, entry, position, rules, due in self._rows(query)
        ]

    def pause(self, now: Timestamp) -> Pause | None:
        """See `Ledger`."""
        query = "SELECT entry, until, reason, account FROM pauses WHERE time <= ? AND ? < until"
        for entry, until, reason, account in self._rows(query, (now, now)):
            return Pause(entry=entry, until=Timestamp(until), reason=reason, account=account)
        return None

    def first_entries_of_author_lines(self, digests: Sequence[str]) -> dict[str, int]:
        """See `Ledger`."""
        query = "SELECT author_line, MIN(entry) FROM first_pushes WHERE author_line IN ({}) GROUP BY author_line"
        found: dict[str, int] = {}
        for line, entry in self._rows_in(query, digests):
            found[line] = min(entry, found.get(line, entry))
        return found

    def landed_changes(self, ref: str, changes: Sequence[str]) -> dict[str, tuple[LandedChange, ...]]:
        """See `Ledger`."""
        query = """SELECT u.ref, c.id, c.change, u.time, c.revertible FROM commits c
            JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' AND c.change IN ({}) ORDER BY c.entry, c.rowid"""
        found: dict[str, tuple[LandedChange, ...]] = {}
        for where, commit, change, time, revertible in self._rows_in(query, changes):
            if where == ref:
                landed = LandedChange(commit=commit, change=change, time=time, revertible=bool(revertible))
                found[change] = (*found.get(change, ()), landed)
        return found

    def reverted(self, ref: str, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[ObjectId, ...]]:
        """See `Ledger`."""
        query = """SELECT u.ref, c.reverts, c.id FROM commits c JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' AND c.reverts <> '' AND c.reverts IN ({})"""
        found: dict[ObjectId, tuple[ObjectId, ...]] = {}
        for where, commit, by in self._rows_in(query, commits):
            if where == ref:
                found[ObjectId(commit)] = (*found.get(ObjectId(commit), ()), ObjectId(by))
        return found

    def reviewed(self, commits: Sequence[ObjectId], changes: Sequence[str]) -> list[Reviewed]:
        """See `Ledger`."""
        query = """SELECT u.ref, r.id, r.change, r.landed, u.time FROM reviewed r JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' AND r."""
        rows = [
            *self._rows_in(query + "id IN ({})", commits),
            *self._rows_in(query + "change IN ({})", [change for change in changes if change]),
        ]
        return [
            Reviewed(commit=commit, change=change, landed=ObjectId(landed), time=time, ref=ref)
            for ref, commit, change, landed, time in dict.fromkeys(rows)
        ]

    def _marks(self, condition: str, values: Sequence[str]) -> Iterator[Mark]:
        query = """SELECT m.key, m.path, m.root, m.person, m.time, m.first, m.version, s.tools, s.person
            FROM marks m LEFT JOIN seen s ON s.id = m.root WHERE """
        for key, path, root, person, time, first, version, tools, marker in self._rows_in(query + condition, values):
            mark = Mark(
                key=key,
                path=path,
                root=ObjectId(root),
                person=person,
                time=time,
                first=bool(first),
                version=bool(version),
                tools=tuple(plain.loads(tools)) if tools else (),
            )
            yield mark
            if mark.version and marker and marker != person:  # a later version counts for both
                yield mark.replace(person=marker)

    def marks(self, keys: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
        """See `Ledger`."""
        found: dict[str, tuple[Mark, ...]] = {}
        for mark in self._marks("m.key IN ({})", keys):
            found[mark.key] = (*found.get(mark.key, ()), mark)
        return found

    def marks_with(self, root: ObjectId) -> tuple[Mark, ...]:
        """See `Ledger`."""
        return tuple(self._marks("m.root IN ({})", [root]))

    def _seen(self, condition: str, values: Sequence[str]) -> Iterator[Seen]:
        query = "SELECT id, change, paths, assisted, tools, author_line, person, time, entry FROM seen WHERE "
        for commit, change, paths, assisted, tools, line, person, time, entry in self._rows_in(
            query + condition, values
        ):
            yield Seen(
                commit=ObjectId(commit),
                change=change,
                paths=paths,
                assisted=bool(assisted),
                tools=tuple(plain.loads(tools)),
                author_line=line,
                person=person,
                time=time,
                entry=entry,
            )

    def seen(self, commits: Sequence[ObjectId]) -> dict[ObjectId, Seen]:
        """See `Ledger`."""
        return {each.commit: each for each in self._seen("id IN ({})", commits)}

    def seen_alike(self, paths: Sequence[str]) -> dict[str, tuple[Seen, ...]]:
        """See `Ledger`."""
        found: dict[str, tuple[Seen, ...]] = {}
        for each in self._seen("paths IN ({}) ORDER BY entry DESC, id", [key for key in paths if key]):
            found[each.paths] = (*found.get(each.paths, ()), each)
        return found

    def seen_by_author_line(self, digests: Sequence[str]) -> dict[str, tuple[Seen, ...]]:
        """See `Ledger`."""
        found: dict[str, tuple[Seen, ...]] = {}
        for each in self._seen("author_line IN ({}) ORDER BY entry, id", digests):
            found[each.author_line] = (*found.get(each.author_line, ()), each)
        return found

    def seen_ranges(self, paths: Sequence[str]) -> dict[str, tuple[SeenRange, ...]]:
        """See `Ledger`."""
        query = (
            "SELECT paths, base, head, change, time, entry FROM ranges WHERE paths IN ({}) ORDER BY entry DESC, head"
        )
        found: dict[str, tuple[SeenRange, ...]] = {}
        for key, base, head, change, time, entry in self._rows_in(query, [key for key in paths if key]):
            span = SeenRange(base=ObjectId(base), head=ObjectId(head), change=change, time=time, entry=entry)
            found[key] = (*found.get(key, ()), span)
        return found

    def reviewed_heads(self, received_after: Timestamp, landed_after: Timestamp) -> list[ObjectId]:
        """See `Ledger`."""
        query = """SELECT DISTINCT s.id FROM subjects s JOIN receipts r USING (statement)
            WHERE (r.decision = 'reject' OR (r.decision IN ('approve', 'author') AND r.time > ?))
            AND s.id NOT IN (SELECT v.id FROM reviewed v JOIN updates u USING (entry, position)
                WHERE u.state = 'landed' AND u.time <= ?)"""
        return [ObjectId(commit) for (commit,) in self._rows(query, (received_after, landed_after))]

    def in_flight(self, ref: str) -> dict[str, ObjectId]:
        """See `Ledger`."""
        return {
            path: ObjectId(root) for path, root in self._rows("SELECT path, root FROM in_flight WHERE ref = ?", (ref,))
        }

    def first_pushers(self, commits: Sequence[ObjectId]) -> dict[ObjectId, FirstPusher]:
        """See `Ledger`."""
        query = "SELECT id, entry, person, kind, author_line FROM first_pushes WHERE id IN ({})"
        return {
            commit: FirstPusher(entry=entry, person=person, kind=kind, author_line=line)
            for commit, entry, person, kind, line in self._rows_in(query, commits)
        }

    def pushers_of_author_lines(self, digests: Sequence[str]) -> dict[str, dict[str, int]]:
        """See `Ledger`."""
        found: dict[str, dict[str, int]] = {}
        query = """SELECT author_line, person, MIN(entry) FROM first_pushes WHERE author_line IN ({})
            GROUP BY author_line, person"""
        for line, person, entry in self._rows_in(query, digests):
            found.setdefault(line, {})[person] = entry
        return found

    def subjects(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[StatementId, ...]]:
        """See `Ledger`."""
        found: dict[ObjectId, tuple[StatementId, ...]] = {}
        query = """SELECT s.id, s.statement FROM subjects s JOIN receipts r USING (statement)
            WHERE s.id IN ({}) ORDER BY r.entry, r.statement"""
        for commit, statement in self._rows_in(query, commits):
            found[commit] = (*found.get(commit, ()), StatementId(statement))
        return found

    def signoffs(self, statements: Iterable[StatementId]) -> Iterator[StoredSignoff]:
        """See `Ledger`."""
        query = f"""SELECT {SIGNOFF_COLUMNS} FROM receipts r LEFT JOIN archive a ON a.digest = r.envelope
            WHERE r.statement IN ({{}})"""  # noqa: S608 - constants only
        for row in self._rows_in(query, statements, batch=FEW):
            yield self._signoff(row)

    def statements_about(self, commits: Sequence[ObjectId]) -> Iterator[ReceivedStatement]:
        """See `Ledger`."""
        query = """SELECT s.id, s.statement, r.signer, r.decision FROM subjects s JOIN receipts r USING (statement)
            WHERE s.id IN ({})"""
        for commit, statement, signer, decision in self._rows_in(query, commits):
            yield ReceivedStatement(
                commit=ObjectId(commit), statement=StatementId(statement), signer=signer, decision=decision
            )

    def vetoed_commits(self) -> frozenset[ObjectId]:
        """See `Ledger`."""
        query = "SELECT s.id FROM subjects s JOIN receipts r USING (statement) WHERE r.decision = 'reject'"
        return frozenset(ObjectId(commit) for (commit,) in self._rows(query))

    def authored(self, signer: str, since: Timestamp) -> dict[StatementId, int]:
        """See `Ledger`."""
        query = """SELECT r.statement, count(*) FROM receipts r JOIN subjects s USING (statement)
            WHERE r.signer = ? AND r.decision = 'author' AND r.time > ? GROUP BY r.statement"""
        return {StatementId(statement): number for statement, number in self._rows(query, (signer, since))}

    def lapsed_signoffs(self) -> list[StoredSignoff]:
        """See `Ledger`."""
        query = f"""SELECT {SIGNOFF_COLUMNS} FROM receipts r LEFT JOIN archive a ON a.digest = r.envelope
            JOIN updates u ON u.entry = r.entry WHERE u.state = 'lapsed' AND u.ref = ?"""  # noqa: S608 - constants only
        return [self._signoff(row) for row in self._rows(query, (SIGNOFFS,))]

    def _signoff(self, row: Sequence[Any]) -> StoredSignoff:
        statement, time, fingerprint, envelope, touched, verified = row
        if envelope is None:
            raise LedgerError(f"the ledger {self.path} has lost the envelope of sign-off {statement}")
        return StoredSignoff(
            statement=StatementId(statement),
            received_at=time,
            fingerprint=Fingerprint(fingerprint),
            envelope=envelope,
            touched=None if touched is None else bool(touched),
            verified_user=None if verified is None else bool(verified),
        )

    def _facts(self, name: str) -> frozenset[str]:
        return frozenset(value for (value,) in self._rows("SELECT value FROM facts WHERE name = ?", (name,)))

    def default_branches(self) -> frozenset[str]:
        """See `Ledger`."""
        return self._facts("default_branch")

    def policy_digest(self) -> str:
        """See `Ledger`."""
        return next(iter(self._facts("policy")), "")

    def roster_digest(self) -> str:
        """See `Ledger`."""
        return next(iter(self._facts("roster")), "")

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
