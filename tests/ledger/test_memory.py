"""What the ledger remembers of marks and of what was reviewed, and a ledger of an older version."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.attestation import Attestation
from gatekeeper.core.ids import ObjectId
from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.file import SCHEMA
from gatekeeper.ledger.migrating import migrate
from gatekeeper.ledger.sqlite import SqliteLedger
from tests.support.entries import MAIN, NOTED, NOW, A, B, C, add, landed, push, receipt, update

if TYPE_CHECKING:
    from pathlib import Path

INSTALL = {"policy": "p", "roster": "r", "tips": {MAIN: A}, "every_ref": True}
COMMIT = {"clean": True, "statements": [], "assisted": True, "revertible": True}


class TestMarks:
    def test_by_change_and_by_file(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(outcome="refused") | NOTED)
        marks = ledger.marks(["c1", "b1", "b2", "b3", "c9", "c3", "other"])
        assert {key: [(m.path, m.root, m.first, m.version) for m in each] for key, each in marks.items()} == {
            "c1": [("", B, True, False)],
            "b1": [("f1", B, True, False)],
            "b2": [("f2", B, False, False)],
            "b3": [("f1", B, False, True)],
            "c9": [("", B, True, False)],
        }
        assert {m.person for each in marks.values() for m in each} == {"jo"}
        assert {m.tools for each in marks.values() for m in each} == {("claude-code",)}
        assert {m.key for m in ledger.marks_with(B)} == {"c1", "b1", "b2", "b3", "c9"}

    def test_the_first_arrival_counts(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push() | NOTED)
        add(ledger, data=push() | NOTED, now=NOW + 50)
        assert {mark.time for mark in ledger.marks_with(B)} == {NOW}

    def test_what_is_in_flight_ends_with_the_branch(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push() | NOTED)
        assert ledger.in_flight("refs/heads/topic") == {"f1": B}
        assert ledger.in_flight(MAIN) == {}
        add(ledger, data=push() | {"in_flight": {"refs/heads/topic": []}})
        assert ledger.in_flight("refs/heads/topic") == {}


class TestSeen:
    def test_by_id_paths_and_author_line(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push() | NOTED)
        assert {name: each.assisted for name, each in ledger.seen([B, C, A]).items()} == {B: True, C: False}
        assert [each.commit for each in ledger.seen_alike(["p1", ""])["p1"]] == [B, C]
        assert [each.commit for each in ledger.seen_by_author_line(["y"])["y"]] == [C]
        assert {each.entry for each in ledger.seen([B, C]).values()} == {ledger.head().number}
        assert [(each.base, each.head, each.change) for each in ledger.seen_ranges(["p9"])["p9"]] == [(A, C, "c9")]


def test_vetoed_commits_are_told_from_others_that_something_is_said_about(ledger: SqliteLedger) -> None:
    said = [receipt("1", decision="reject", commits=[A, B]), receipt("2", commits=[B, C])]
    add(ledger, data=push(receipts=said))
    assert ledger.vetoed_commits() == {A, B}


class TestAttested:
    def test_by_commit_whoever_said_it(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(outcome="refused") | NOTED)
        add(ledger, data=push() | NOTED)  # again
        other = push() | NOTED
        other["pusher"] = {**other["pusher"], "person": "al"}
        add(ledger, data=other)
        note = Attestation(kind="note", commit=A, tool="cursor", text=b"s_1 1-9", person="jo")
        record = Attestation(
            kind="trace", commit=B, tool="unknown", text=b"7", person="jo", first=True, paths=("f1", "f2")
        )
        assert ledger.attestations([A, B, C]) == {
            A: (note, note.replace(person="al")),
            B: (record, record.replace(person="al")),
        }
        assert ledger.attestations([C]) == {}

    def test_what_was_seen_without_a_mark_is_marked_from_when_it_is_attested(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push() | NOTED)
        unmarked = {"id": C, "change": "c3", "paths": "p1", "author_line": "y", "first": True, "files": []}
        late = push() | {"seen": [{**unmarked, "assisted": True, "tools": ["cursor"]}]}
        late["pusher"] = {**late["pusher"], "person": "al"}
        receipt = add(ledger, data=late, now=NOW + 50)
        add(ledger, data=push() | NOTED, now=NOW + 60)
        found = ledger.seen([C])[C]
        assert (found.assisted, found.tools, found.person) == (True, ("cursor",), "al")
        assert (found.entry, found.time, found.change) == (receipt.number, NOW + 50, "c3")
        assert ledger.verify() == []


class TestLanded:
    def land(self, ledger: SqliteLedger, *commits: dict[str, object], ref: str = MAIN) -> None:
        receipt = add(ledger, data=push(update(ref=ref, commits=[COMMIT | commit for commit in commits])))
        add(ledger, "landing", landed(receipt.number, ref=ref))

    def test_what_was_reviewed_is_found_by_id_and_by_change_with_its_ref(self, ledger: SqliteLedger) -> None:
        self.land(ledger, {"id": B, "change": "c1", "reviewed": [[A, "c2"]]})
        for found in (ledger.reviewed([A], []), ledger.reviewed([], ["c2"])):
            assert [(each.commit, each.change, each.landed, each.ref) for each in found] == [(A, "c2", B, MAIN)]
        assert len(ledger.reviewed([A], ["c2"])) == 1
        (landing,) = ledger.landings([B])[B]
        assert (landing.change, landing.assisted, landing.revertible) == ("c1", True, True)
        assert landing.reviewed == ((A, "c2"),)

    def test_what_was_taken_out_is_found_on_its_ref_alone(self, ledger: SqliteLedger) -> None:
        self.land(ledger, {"id": B, "change": "c1"}, {"id": C, "change": "c3", "reverts": B})
        assert set(ledger.reverted(MAIN, [B, C])) == {B}
        assert ledger.reverted("refs/heads/other", [B]) == {}
        assert [each.commit for each in ledger.landed_changes(MAIN, ["c1"])["c1"]] == [B]
        assert ledger.landed_changes("refs/heads/other", ["c1"]) == {}

    def test_what_was_accepted_and_has_not_landed_spends_nothing(self, ledger: SqliteLedger) -> None:
        add(
            ledger,
            data=push(update(commits=[COMMIT | {"id": B, "change": "c1", "reviewed": [[A, "c2"]], "reverts": C}])),
        )
        assert ledger.reviewed([A], ["c2"]) == []
        assert ledger.reverted(MAIN, [ObjectId(C)]) == {}
        assert ledger.landed_changes(MAIN, ["c1"]) == {}


class TestOlderVersion:
    def age(self, path: Path) -> None:
        """Make of a ledger what version 1 wrote."""
        database = sqlite3.connect(path)
        for table in ("seen", "marks", "ranges", "in_flight", "reviewed", "attestations"):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 1")
        database.commit()
        database.close()

    def test_is_told_the_command_and_brought_up_to_date_by_it(self, ledger: SqliteLedger, path: Path) -> None:
        add(ledger, "install", INSTALL)
        receipt = add(ledger, data=push(update(commits=[{"id": B, "clean": True, "statements": []}])))
        ledger.close()
        self.age(path)
        with pytest.raises(LedgerError, match="gatekeeper install"):
            SqliteLedger(str(path))
        assert migrate(str(path)) == 1
        assert migrate(str(path)) == SCHEMA
        again = SqliteLedger(str(path))
        assert again.verify([receipt]) == []
        assert again.tips() == {MAIN: A}
        again.close()

    def test_stays_as_it_is_if_an_entry_cannot_be_read(self, ledger: SqliteLedger, path: Path) -> None:
        add(ledger, "install", INSTALL)
        ledger.close()
        self.age(path)
        database = sqlite3.connect(path)
        database.execute("UPDATE entries SET body = '{'")
        database.commit()
        database.close()
        with pytest.raises(LedgerError, match="up to date"):
            migrate(str(path))
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("SELECT tip FROM tips").fetchone() == (A,)
        database.close()
