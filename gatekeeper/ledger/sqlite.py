"""The ledger in one SQLite file: all that its tables answer."""

from __future__ import annotations

from gatekeeper.core import plain
from gatekeeper.core.attestation import Attestation
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.memory import Mark
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.relief import Pause
from gatekeeper.ledger import (
    FirstPusher,
    LandedChange,
    Landing,
    LedgerError,
    Owed,
    PendingUpdate,
    ReceivedStatement,
    Reviewed,
    Seen,
    SeenRange,
    StoredSignoff,
)
from gatekeeper.ledger.file import LedgerFile
from gatekeeper.ledger.names import named
from gatekeeper.ledger.projection import EVERY_REF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TypeVar

    Key = TypeVar("Key")
    Value = TypeVar("Value")

SIGNOFF_COLUMNS = "r.statement, r.time, r.fingerprint, a.content, r.touched, r.verified"
HOW_IT_LANDED = "c.id, c.clean, u.rules, c.statements, c.change, c.assisted, c.revertible, c.reverts"
FEW = 8
"""Envelopes that are read at once: each may have a megabyte."""
MAX_VERSIONS = 16
"""Versions of one piece of work that are compared with it."""


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    """Return the values by key, in order: in linear time, for anybody can bring many of one key."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


class SqliteLedger(LedgerFile):
    """See `Ledger`."""

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
        return self._landings("c.entry", "", commits)

    def ways_landed(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Landing, ...]]:
        """See `Ledger`."""
        # Beside one max() SQLite gives the other columns of that row (https://sqlite.org/lang_select.html#bareagg).
        return self._landings("MAX(c.entry)", f"GROUP BY {HOW_IT_LANDED}", commits)

    def _landings(self, entry: str, grouping: str, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Landing, ...]]:
        found: list[tuple[ObjectId, Landing]] = []
        query = f"""SELECT {HOW_IT_LANDED}, {entry}, c.position, u.ref FROM commits c
            JOIN updates u USING (entry, position) WHERE u.state = 'landed' AND c.id IN ({{}}) {grouping}"""  # noqa: S608 - our own columns
        rows = self._rows_in(query, commits)
        for commit, clean, rules, statements, change, assisted, revertible, reverts, number, position, ref in rows:
            landing = Landing(
                commit=commit,
                entry=number,
                ref=ref,
                clean=bool(clean),
                rules=tuple(plain.loads(rules)),
                statements=tuple(plain.loads(statements)),
                change=change,
                assisted=bool(assisted),
                revertible=bool(revertible),
                reverts=reverts,
                reviewed=tuple(
                    self._rows(
                        "SELECT id, change FROM reviewed WHERE entry = ? AND position = ? AND landed = ?",
                        (number, position, commit),
                    )
                ),
            )
            found.append((commit, landing))
        return _grouped(found)

    def owed(self) -> list[Owed]:
        """See `Ledger`."""
        query = f"""SELECT d.id, u.ref, d.entry, d.position, d.rules, d.due, u.time, d.policy, d.kind,
            {named("d.person")} FROM debts d JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' ORDER BY d.entry, d.position, d.rowid"""  # noqa: S608 - our own columns
        return [
            Owed(
                commit=ObjectId(commit),
                ref=ref,
                entry=entry,
                position=position,
                rules=tuple(plain.loads(rules)),
                due=Timestamp(due),
                since=Timestamp(since),
                policy=policy,
                kind=kind,
                person=person,
            )
            for commit, ref, entry, position, rules, due, since, policy, kind, person in self._rows(query)
        ]

    def pause(self, now: Timestamp) -> Pause | None:
        """See `Ledger`."""
        query = f"SELECT entry, until, reason, {named('account')} FROM pauses WHERE time <= ? AND ? < until"  # noqa: S608 - our own columns
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

    def versions_before(self, author_line: str, people: Sequence[str], entry: int) -> list[ObjectId]:
        """See `Ledger`."""
        wanted = ",".join("?" * len(people))
        query = f"""SELECT id FROM first_pushes WHERE author_line = ? AND entry < ? AND {named("person")} IN ({wanted})
            ORDER BY entry DESC, id LIMIT {MAX_VERSIONS}"""  # noqa: S608 - our own columns
        return [ObjectId(commit) for (commit,) in self._rows(query, (author_line, entry, *people))]

    def landed_changes(self, ref: str, changes: Sequence[str]) -> dict[str, tuple[LandedChange, ...]]:
        """See `Ledger`."""
        query = """SELECT u.ref, c.id, c.change, u.time, c.revertible FROM commits c
            JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' AND c.change IN ({}) ORDER BY c.entry, c.rowid"""
        found: list[tuple[str, LandedChange]] = []
        for where, commit, change, time, revertible in self._rows_in(query, changes):
            if where == ref:
                landed = LandedChange(commit=commit, change=change, time=time, revertible=bool(revertible))
                found.append((change, landed))
        return _grouped(found)

    def reverted(self, ref: str, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[ObjectId, ...]]:
        """See `Ledger`."""
        query = """SELECT u.ref, c.reverts, c.id FROM commits c JOIN updates u USING (entry, position)
            WHERE u.state = 'landed' AND c.reverts <> '' AND c.reverts IN ({})"""
        rows = self._rows_in(query, commits)
        return _grouped((ObjectId(commit), ObjectId(by)) for where, commit, by in rows if where == ref)

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
        query = f"""SELECT m.key, m.path, m.root, {named("m.person")}, m.time, m.first, m.version, m.entry, s.tools,
            {named("s.person")} FROM marks m LEFT JOIN seen s ON s.id = m.root WHERE """  # noqa: S608 - our own columns
        rows = self._rows_in(query + condition, values)
        for key, path, root, person, time, first, version, entry, tools, marker in rows:
            mark = Mark(
                key=key,
                path=path,
                root=ObjectId(root),
                person=person,
                time=time,
                first=bool(first),
                version=bool(version),
                entry=entry,
                tools=tuple(plain.loads(tools)) if tools else (),
            )
            yield mark
            if mark.version and marker and marker != person:  # a later version counts for both
                yield mark.replace(person=marker)

    def marks(self, keys: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
        """See `Ledger`."""
        return _grouped((mark.key, mark) for mark in self._marks("m.key IN ({})", keys))

    def marks_with(self, root: ObjectId) -> tuple[Mark, ...]:
        """See `Ledger`."""
        return tuple(self._marks("m.root IN ({})", [root]))

    def _seen(self, condition: str, values: Sequence[str]) -> Iterator[Seen]:
        columns = f"id, change, paths, assisted, tools, author_line, {named('person')}, time, entry"
        query = f"SELECT {columns} FROM seen WHERE "  # noqa: S608 - our own columns
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
        wanted = [key for key in paths if key]
        return _grouped((each.paths, each) for each in self._seen("paths IN ({}) ORDER BY entry DESC, id", wanted))

    def seen_by_author_line(self, digests: Sequence[str]) -> dict[str, tuple[Seen, ...]]:
        """See `Ledger`."""
        seen = self._seen("author_line IN ({}) ORDER BY entry, id", digests)
        return _grouped((each.author_line, each) for each in seen)

    def seen_ranges(self, paths: Sequence[str]) -> dict[str, tuple[SeenRange, ...]]:
        """See `Ledger`."""
        query = (
            "SELECT paths, base, head, change, time, entry FROM ranges WHERE paths IN ({}) ORDER BY entry DESC, head"
        )
        found: list[tuple[str, SeenRange]] = []
        for key, base, head, change, time, entry in self._rows_in(query, [key for key in paths if key]):
            span = SeenRange(base=ObjectId(base), head=ObjectId(head), change=change, time=time, entry=entry)
            found.append((key, span))
        return _grouped(found)

    def reviewed_heads(self, received_after: Timestamp, landed_after: Timestamp) -> list[ObjectId]:
        """See `Ledger`."""
        query = """SELECT DISTINCT s.id FROM subjects s JOIN receipts r USING (statement)
            WHERE (r.decision = 'reject' OR (r.decision IN ('approve', 'author') AND r.time > ?))
            AND s.id NOT IN (SELECT v.id FROM reviewed v JOIN updates u USING (entry, position)
                WHERE u.state = 'landed' AND u.time <= ?)"""
        return [ObjectId(commit) for (commit,) in self._rows(query, (received_after, landed_after))]

    def attestations(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Attestation, ...]]:
        """See `Ledger`."""
        found: list[tuple[ObjectId, Attestation]] = []
        query = f"""SELECT kind, id, tool, text, {named("person")}, first, paths FROM attestations
            WHERE id IN ({{}}) ORDER BY entry, kind, tool"""  # noqa: S608 - our own columns
        for kind, commit, tool, text, person, first, paths in self._rows_in(query, commits):
            each = Attestation(
                kind=kind,
                commit=ObjectId(commit),
                tool=tool,
                text=text.encode(),
                person=person,
                first=bool(first),
                paths=tuple(plain.loads(paths)),
            )
            found.append((each.commit, each))
        return _grouped(found)

    def in_flight(self, ref: str) -> dict[str, ObjectId]:
        """See `Ledger`."""
        rows = self._rows("SELECT path, root FROM in_flight WHERE ref = ? ORDER BY path", (ref,))
        return {path: ObjectId(root) for path, root in rows}

    def first_pushers(self, commits: Sequence[ObjectId]) -> dict[ObjectId, FirstPusher]:
        """See `Ledger`."""
        query = f"SELECT id, entry, {named('person')}, kind, author_line FROM first_pushes WHERE id IN ({{}})"  # noqa: S608 - our own columns
        return {
            commit: FirstPusher(entry=entry, person=person, kind=kind, author_line=line)
            for commit, entry, person, kind, line in self._rows_in(query, commits)
        }

    def pushers_of_author_lines(self, digests: Sequence[str]) -> dict[str, dict[str, int]]:
        """See `Ledger`."""
        found: dict[str, dict[str, int]] = {}
        query = f"""SELECT author_line, {named("person")}, MIN(entry) FROM first_pushes WHERE author_line IN ({{}})
            GROUP BY author_line, person"""  # noqa: S608 - our own columns
        for line, person, entry in self._rows_in(query, digests):
            pushers = found.setdefault(line, {})
            pushers[person] = min(entry, pushers.get(person, entry))
        return found

    def subjects(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[StatementId, ...]]:
        """See `Ledger`."""
        query = """SELECT s.id, s.statement FROM subjects s JOIN receipts r USING (statement)
            WHERE s.id IN ({}) ORDER BY r.entry, r.statement"""
        return _grouped((commit, StatementId(statement)) for commit, statement in self._rows_in(query, commits))

    def signoffs(self, statements: Iterable[StatementId]) -> Iterator[StoredSignoff]:
        """See `Ledger`."""
        query = f"""SELECT {SIGNOFF_COLUMNS} FROM receipts r LEFT JOIN archive a ON a.digest = r.envelope
            WHERE r.statement IN ({{}})"""  # noqa: S608 - constants only
        for row in self._rows_in(query, statements, batch=FEW):
            yield self._signoff(row)

    def statements_about(self, commits: Sequence[ObjectId]) -> Iterator[ReceivedStatement]:
        """See `Ledger`."""
        query = f"""SELECT s.id, s.statement, {named("r.signer")}, r.decision FROM subjects s
            JOIN receipts r USING (statement) WHERE s.id IN ({{}})"""  # noqa: S608 - our own columns
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
            WHERE r.signer IN (?, (SELECT pseudonym FROM names WHERE value = ?)) AND r.decision = 'author'
            AND r.time > ? GROUP BY r.statement"""
        return {StatementId(statement): number for statement, number in self._rows(query, (signer, signer, since))}

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
