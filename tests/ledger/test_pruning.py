"""Pruning: the text of old entries goes, all that is judged by stays, and the chain can still be verified."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.ledger import LedgerError, Receipt
from gatekeeper.ledger.migrating import migrate
from gatekeeper.ledger.projection import TABLES
from gatekeeper.ledger.replaying import empty_tables
from gatekeeper.ledger.snapshot import dump, load
from gatekeeper.ledger.sqlite import SqliteLedger
from gatekeeper.ledger.upkeep import Beginning
from tests.support.entries import (
    DIGEST,
    ENVELOPE,
    MAIN,
    NOW,
    STATEMENT,
    A,
    B,
    C,
    add,
    change,
    full_push,
    landed,
    pause,
    push,
    raw,
    record,
    update,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

INSTALL = {"policy": "d" * 64, "roster": "e" * 64, "tips": {MAIN: A}, "every_ref": True, "default_branch": MAIN}
CONTENTS = {hashlib.sha256(text).hexdigest(): text for text in (b"policy", b"roster", b"an old roster", b"certificate")}
POLICY, ROSTER, OLD_ROSTER, CERTIFICATE = CONTENTS


@pytest.fixture
def receipts(ledger: SqliteLedger) -> list[Receipt]:
    """A ledger of six entries: of each table some row, old contents that nobody needs, and a push after all that."""
    install = INSTALL | {"policy": POLICY, "roster": OLD_ROSTER}
    old = push(pusher={"person": "leaver", "kind": "account", "certificate": CERTIFICATE}, roster=OLD_ROSTER)
    return [
        add(ledger, "install", install, archive=CONTENTS),
        add(ledger, data=old | {"outcome": "refused"}),
        record(ledger, full_push(policy=POLICY)),
        add(ledger, "landing", landed(3)),
        add(ledger, "pause", pause(account="ops")),
        add(ledger, data=push(update(), roster=ROSTER, first_pushes=[[C, "y"]])),
    ]


def prune(ledger: SqliteLedger, through: int, **fields: Any) -> Receipt | None:
    return ledger.prune(through, now=Timestamp(NOW), repository="example/shop", **fields)


def answers(ledger: SqliteLedger) -> dict[str, Any]:
    """Everything that a judgement asks."""
    return {
        "tips": ledger.tips(),
        "baselines": ledger.baselines(MAIN),
        "pending": ledger.pending(),
        "landings": ledger.landings([A, B, C]),
        "owed": ledger.owed(),
        "pause": ledger.pause(Timestamp(NOW + 1)),
        "first pushers": ledger.first_pushers([A, B, C]),
        "author lines": ledger.pushers_of_author_lines(["x", "y"]),
        "arrived": ledger.first_entries_of_author_lines(["x", "y"]),
        "marks": ledger.marks_with(B),
        "seen": ledger.seen([B, C]),
        "ranges": ledger.seen_ranges(["p9"]),
        "in flight": ledger.in_flight("refs/heads/topic"),
        "reviewed": ledger.reviewed_heads(Timestamp(0), Timestamp(0)),
        "subjects": ledger.subjects([A, B]),
        "sign-offs": list(ledger.signoffs([STATEMENT])),
        "said": sorted(ledger.statements_about([A, B]), key=repr),
        "defaults": ledger.default_branches(),
        "policy": ledger.policy_digest(),
        "roster": ledger.roster_digest(),
    }


class TestPruning:
    def test_everything_is_answered_as_before(self, ledger: SqliteLedger, receipts: list[Receipt]) -> None:
        before = answers(ledger)
        made = prune(ledger, 5)
        assert made is not None
        assert made.number == 7
        assert ledger.pruned() == 5
        assert answers(ledger) == before
        assert [entry.number for entry in ledger.entries()] == [6, 7]
        assert ledger.verify([*receipts, made]) == []

    def test_the_chain_goes_on(self, ledger: SqliteLedger, receipts: list[Receipt]) -> None:
        prune(ledger, 5)
        later = add(ledger, "landing", landed(6))
        assert ledger.tips()[MAIN] == B
        assert ledger.verify([*receipts, later]) == []

    def test_the_text_is_gone_from_every_file(self, ledger: SqliteLedger, receipts: list[Receipt], path: Path) -> None:
        prune(ledger, 5)
        for file in path.parent.iterdir():
            for gone in (b"Ask jo", b"leaver", b"an old roster", b"certificate"):
                assert gone not in file.read_bytes(), (file, gone)

    def test_only_contents_and_names_that_something_speaks_of_stay(
        self, ledger: SqliteLedger, receipts: list[Receipt], path: Path
    ) -> None:
        prune(ledger, 5, checkpoint=b"a checkpoint")
        kept = {digest for digest in CONTENTS if ledger.has_archived(digest)}
        assert kept == {POLICY, ROSTER}
        assert ledger.archived(DIGEST) == ENVELOPE
        assert ledger.archived(hashlib.sha256(b"a checkpoint").hexdigest()) == b"a checkpoint"
        assert {name for (name,) in raw(path).execute("SELECT value FROM names")} == {"jo", "sue", "ops"}

    def test_pruning_twice_leaves_one_snapshot(self, ledger: SqliteLedger, receipts: list[Receipt]) -> None:
        prune(ledger, 2)
        (first,) = [entry.data["snapshot"] for entry in ledger.entries() if entry.kind == "prune"]
        before = answers(ledger)
        assert prune(ledger, 5) is not None
        assert not ledger.has_archived(first)
        assert answers(ledger) == before
        assert ledger.verify(receipts) == []
        add(ledger, "landing", landed(6))
        assert prune(ledger, 10**6) is not None
        assert ledger.verify(receipts) == []
        assert [entry.kind for entry in ledger.entries()] == ["prune"]

    def test_what_the_pruned_entries_came_to_is_where_the_others_begin(
        self, ledger: SqliteLedger, receipts: list[Receipt]
    ) -> None:
        assert ledger.beginning() is None
        prune(ledger, 5)
        add(ledger, "landing", landed(6, new=C, old=B))
        begins = Beginning(through=5, tips=((MAIN, B),), baselines=(("", A),), landed=((MAIN, B),))
        assert ledger.beginning() == begins

    def test_there_is_nothing_to_do_twice(self, ledger: SqliteLedger, receipts: list[Receipt]) -> None:
        assert prune(ledger, 0) is None
        prune(ledger, 5)
        head = ledger.head()
        assert prune(ledger, 5) is None
        assert ledger.head() == head

    @pytest.mark.parametrize(("through", "pruned"), [(1, 1), (2, 2), (3, 2), (4, 4), (5, 5), (6, 5), (99, 5)])
    def test_no_push_is_separated_from_its_landing(
        self, through: int, pruned: int, ledger: SqliteLedger, receipts: list[Receipt]
    ) -> None:
        """Entry 4 is the landing of entry 3; the push of entry 6 is still on its way."""
        prune(ledger, through)
        assert ledger.pruned() == pruned
        assert ledger.verify(receipts) == []

    def test_a_later_landing_keeps_all_that_follows_its_push(self, ledger: SqliteLedger) -> None:
        other = "refs/heads/release/1"
        for entry in (push(update(ref=other)), push(update()), push(outcome="refused")):
            add(ledger, data=entry)
        add(ledger, "landing", landed(2))
        add(ledger, data=push(outcome="refused"))
        add(ledger, "landing", landed(1, ref=other))
        assert prune(ledger, 5) is None
        assert prune(ledger, 6) is not None

    def test_what_was_forgotten_stays_explained(self, ledger: SqliteLedger, receipts: list[Receipt]) -> None:
        assert ledger.forget("jo", now=Timestamp(NOW), repository="example/shop")
        add(ledger, "landing", landed(6))
        prune(ledger, 8)
        assert ledger.first_pushers([B])[B].person.startswith("p:")
        assert ledger.verify(receipts) == []


SPOILED = {
    "the snapshot changed": ("UPDATE archive SET content = content || x'00' WHERE digest = '{snapshot}'", "archived"),
    "the snapshot removed": ("DELETE FROM archive WHERE digest = '{snapshot}'", "the snapshot"),
    "a pruned hash changed": ("UPDATE entries SET hash = upper(hash) WHERE number = 3", "entry 3, which was pruned"),
    "a pruned entry removed": ("DELETE FROM entries WHERE number = 3", "entry 3 is missing"),
    "several removed": ("DELETE FROM entries WHERE number IN (2, 3)", "entries 2 to 3 are missing"),
    "a text made up": ("UPDATE entries SET body = '{{}}' WHERE number = 3", "entry 3, which was pruned"),
    "one more text taken away": ("UPDATE entries SET body = '' WHERE number = 6", "entry 6 does not fit"),
    "the prune entry removed": ("DELETE FROM entries WHERE number = 7", "entries have lost their text"),
    "a landing made up": ("INSERT INTO commits SELECT * FROM commits", "table commits holds a row"),
    "a first pusher changed": ("UPDATE first_pushes SET person = 'x'", "table first_pushes holds a row"),
}


class TestTampering:
    @pytest.mark.parametrize(("statement", "found"), SPOILED.values(), ids=SPOILED)
    def test_tampering_with_a_pruned_ledger_is_found(
        self, statement: str, found: str, ledger: SqliteLedger, receipts: list[Receipt], path: Path
    ) -> None:
        prune(ledger, 5)
        (entry,) = [entry for entry in ledger.entries() if entry.kind == "prune"]
        assert ledger.verify() == []
        change(path, statement.format(snapshot=entry.data["snapshot"]))
        faults = ledger.verify()
        assert any(fault.startswith(found) for fault in faults), faults

    def test_another_snapshot_in_its_place_breaks_the_chain(
        self, ledger: SqliteLedger, receipts: list[Receipt], path: Path
    ) -> None:
        """Who takes a debt out of the snapshot, and out of the table, has to name the new one in the chain."""
        prune(ledger, 5)
        (entry,) = [entry for entry in ledger.entries() if entry.kind == "prune"]
        again = empty_tables()
        hashes = load(again, ledger.archived(entry.data["snapshot"]) or b"")
        again.execute("DELETE FROM debts")
        forged = dump(again, hashes)
        digest = hashlib.sha256(forged).hexdigest()
        database = raw(path)
        database.execute("DELETE FROM debts")
        database.execute("INSERT INTO archive VALUES (?, ?)", (digest, forged))
        database.execute("UPDATE entries SET body = replace(body, ?, ?)", (entry.data["snapshot"], digest))
        database.close()
        (fault,) = ledger.verify()
        assert fault.startswith("entry 7 does not fit the one before it")

    def test_receipts_of_pruned_entries_are_still_held_against_it(
        self, ledger: SqliteLedger, receipts: list[Receipt]
    ) -> None:
        prune(ledger, 5)
        (fault,) = ledger.verify([receipts[1].replace(hash="0" * 12), receipts[0]])
        assert fault.startswith("receipt 2-000000000000 does not fit: entry 2 is not what it was")

    def test_nothing_is_pruned_where_the_snapshot_before_cannot_be_read(
        self, ledger: SqliteLedger, receipts: list[Receipt], path: Path
    ) -> None:
        prune(ledger, 2)
        change(path, f"DELETE FROM archive WHERE content = x'{_snapshot(ledger).hex()}'")  # noqa: S608 - our own bytes
        head = ledger.head()
        for ask in (lambda: prune(ledger, 5), ledger.beginning):
            with pytest.raises(LedgerError, match="is not in the archive"):
                ask()
        assert ledger.head() == head

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda content: content[:-1],
            lambda content: b"garbage" + content,
            lambda content: zlib.compress(b'["another snapshot"]\n'),
            lambda content: zlib.compress(zlib.decompress(content) + b'["table","entries",["body"]]\n'),
            lambda content: zlib.compress(zlib.decompress(content) + b'["table","updates",["x) --"]]\n'),
            lambda content: zlib.compress(zlib.decompress(content)[:-1]),
        ],
        ids=[
            "cut off",
            "no zlib",
            "of another kind",
            "of a table of ours",
            "with SQL in it",
            "without its last line end",
        ],
    )
    def test_what_is_no_snapshot_is_an_error(
        self, spoil: Callable[[bytes], bytes], ledger: SqliteLedger, receipts: list[Receipt]
    ) -> None:
        prune(ledger, 5)
        good = _snapshot(ledger)
        assert len(load(empty_tables(), good)) == 5
        with pytest.raises(ValueError, match=r"snapshot|header|table"):
            load(empty_tables(), spoil(good))


def _snapshot(ledger: SqliteLedger) -> bytes:
    (digest,) = [entry.data["snapshot"] for entry in ledger.entries() if entry.kind == "prune"]
    return ledger.archived(digest) or b""


class TestMoments:
    STEPS = ("UPDATE entries", "DELETE FROM archive", "DELETE FROM names", "INSERT INTO entries", "COMMIT", "VACUUM")

    @pytest.mark.parametrize("step", STEPS)
    def test_killed_at_any_moment_nothing_is_lost(
        self, step: str, ledger: SqliteLedger, receipts: list[Receipt], path: Path
    ) -> None:
        before = answers(ledger)
        script = (
            "import os, sqlite3, sys\n"
            "class Dying(sqlite3.Connection):\n"
            "    def die(self, statement):\n"
            "        if statement.startswith(sys.argv[2]): os.kill(os.getpid(), 9)\n"
            "    def execute(self, statement, *rest):\n"
            "        self.die(statement)\n"
            "        return super().execute(statement, *rest)\n"
            "    def executemany(self, statement, *rest):\n"
            "        self.die(statement)\n"
            "        return super().executemany(statement, *rest)\n"
            "connect = sqlite3.connect\n"
            "sqlite3.connect = lambda *a, **k: connect(*a, **k, factory=Dying)\n"
            "from gatekeeper.ledger.sqlite import SqliteLedger\n"
            "SqliteLedger(sys.argv[1]).prune(5, now=1, repository='r')\n"
        )
        done = subprocess.run([sys.executable, "-c", script, str(path), step], check=False, env=os.environ)
        assert done.returncode == -9
        assert answers(ledger) == before
        assert ledger.verify(receipts) == []
        assert ledger.pruned() == (5 if step == "VACUUM" else 0)
        assert (prune(ledger, 5) is None) == (step == "VACUUM")
        assert ledger.verify(receipts) == []

    def test_pushes_that_come_meanwhile_are_kept_with_all_that_they_speak_of(
        self, ledger: SqliteLedger, receipts: list[Receipt], path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from gatekeeper.ledger import pruning

        carry_out = pruning.carry_out
        other = SqliteLedger(str(path))

        def late(database: sqlite3.Connection, *rest: Any) -> Any:
            database.execute("ROLLBACK")
            add(other, data=push(pusher={"person": "leaver", "kind": "account"}, roster=OLD_ROSTER))
            database.execute("BEGIN IMMEDIATE")
            return carry_out(database, *rest)

        monkeypatch.setattr(pruning, "carry_out", late)
        assert prune(ledger, 5) is not None
        other.close()
        assert ledger.has_archived(OLD_ROSTER)
        assert ledger.entry(7).data["pusher"]["person"] == "leaver"
        assert ledger.verify(receipts) == []

    def test_of_two_at_once_one_is_told_to_look_again(
        self, ledger: SqliteLedger, receipts: list[Receipt], path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from gatekeeper.ledger import pruning

        carry_out = pruning.carry_out

        def late(database: sqlite3.Connection, *rest: Any) -> Any:
            monkeypatch.setattr(pruning, "carry_out", carry_out)
            database.execute("ROLLBACK")
            other = SqliteLedger(str(path))
            assert prune(other, 2) is not None
            other.close()
            database.execute("BEGIN IMMEDIATE")
            return carry_out(database, *rest)

        monkeypatch.setattr(pruning, "carry_out", late)
        with pytest.raises(LedgerError, match="pruned in between"):
            prune(ledger, 5)
        assert ledger.pruned() == 2
        assert ledger.verify(receipts) == []


class TestMigrating:
    def test_a_pruned_ledger_of_an_older_version_is_brought_up_to_date_from_its_snapshot(
        self, ledger: SqliteLedger, receipts: list[Receipt], path: Path
    ) -> None:
        prune(ledger, 5)
        before = answers(ledger)
        ledger.close()
        change(path, *(f"DELETE FROM {table}" for table in TABLES), "PRAGMA user_version = 2")  # noqa: S608
        assert migrate(str(path)) == 2
        newer = SqliteLedger(str(path))
        assert answers(newer) == before
        assert newer.verify(receipts) == []
        newer.close()
