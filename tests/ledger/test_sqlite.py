"""The ledger: a chain that only grows, tables that follow from it, and every tampering found."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.relief import Pause
from gatekeeper.ledger import ConflictError, Landing, LedgerError, Owed, PendingUpdate, Receipt
from gatekeeper.ledger.creating import create
from gatekeeper.ledger.projection import TABLES
from gatekeeper.ledger.sqlite import SqliteLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAIN = "refs/heads/main"
A, B, C = (ObjectId(digit * 40) for digit in "abc")
ZERO = ObjectId("0" * 40)
NOW = Timestamp(1_780_000_000)
ENVELOPE = b'{"an":"envelope"}'
DIGEST = hashlib.sha256(ENVELOPE).hexdigest()
STATEMENT = StatementId("5" * 64)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    made = create(str(path))
    yield made
    made.close()


def update(new: str = B, old: str = A, ref: str = MAIN, **fields: Any) -> dict[str, Any]:
    honest = {"ref": ref, "old": old, "new": new, "tracked": True, "rules": ["r1"], "commits": []}
    return {**honest, **fields}


def receipt(statement: str = STATEMENT, **fields: Any) -> dict[str, Any]:
    honest = {
        "signer": "sue",
        "decision": "approve",
        "fingerprint": "SHA256:x",
        "envelope": DIGEST,
        "touched": True,
        "verified": None,
        "commits": [A, B],
    }
    return {"statement": statement, **honest, **fields}


def push(*updates: dict[str, Any], **fields: Any) -> dict[str, Any]:
    honest: dict[str, Any] = {
        "outcome": "accepted",
        "policy": "p",
        "updates": list(updates),
        "pusher": {"person": "jo", "kind": "account"},
        "first_pushes": [],
        "receipts": [],
    }
    return {**honest, **fields}


def add(ledger: SqliteLedger, kind: str = "push", data: Any = None, now: int = NOW, **fields: Any) -> Receipt:
    return ledger.append(
        kind, push() if data is None else data, now=Timestamp(now), repository="example/shop", **fields
    )


def landed(entry: int, new: str = B, old: str = A, ref: str = MAIN, position: int = 0) -> dict[str, Any]:
    row = {"entry": entry, "position": position, "ref": ref, "old": old, "new": new}
    return {"found_by": "test", "landed": [row], "lapsed": []}


def pause(until: int = NOW + 60, **fields: Any) -> dict[str, Any]:
    return {"until": until, "reason": "down", "account": "root", **fields}


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def change(path: Path, *statements: str) -> None:
    database = raw(path)
    for statement in statements:
        database.execute(statement)
    database.close()


class TestChain:
    def test_an_empty_ledger(self, ledger: SqliteLedger) -> None:
        assert ledger.head() == Receipt(number=0, hash="0" * 64)
        assert list(ledger.entries()) == []
        assert ledger.verify() == []

    def test_each_entry_is_bound_to_the_one_before(self, ledger: SqliteLedger, path: Path) -> None:
        receipts = [add(ledger, now=NOW + number) for number in range(3)]
        assert [receipt.number for receipt in receipts] == [1, 2, 3]
        assert ledger.head() == receipts[-1]
        previous = "0" * 64
        for number, body, digest in raw(path).execute("SELECT * FROM entries ORDER BY number"):
            expected = hashlib.sha256(b"gatekeeper ledger v1\0" + previous.encode() + b"\0" + body.encode()).hexdigest()
            assert digest == expected == receipts[number - 1].hash
            previous = digest

    def test_an_entry_is_read_as_it_was_written(self, ledger: SqliteLedger) -> None:
        first = add(ledger, "gap", {"text": "ü \udcff \0 \n", "list": [1, True, None]})
        add(ledger)
        entries = list(ledger.entries())
        assert (entries[0].number, entries[0].time, entries[0].kind) == (1, NOW, "gap")
        assert entries[0].data == {"text": "ü \udcff \0 \n", "list": [1, True, None]}
        assert entries[0].hash == first.hash
        assert [entry.number for entry in ledger.entries(since=1)] == [2]

    def test_what_is_written_is_there_for_others_at_once(self, ledger: SqliteLedger, path: Path) -> None:
        made = add(ledger)
        other = SqliteLedger(str(path))
        assert other.head() == made
        other.close()

    def test_a_printed_receipt_names_repository_number_and_hash(self) -> None:
        assert Receipt(number=7, hash="abc" * 20).label("example/shop") == "shop-7-abcabcabcabc"

    def test_an_entry_that_cannot_be_projected_is_not_written(self, ledger: SqliteLedger) -> None:
        before = add(ledger)
        with pytest.raises(KeyError):
            add(ledger, "push", {"outcome": "accepted"})
        assert ledger.head() == before
        assert add(ledger).number == before.number + 1
        assert ledger.verify() == []

    def test_several_processes_at_once_keep_one_chain(self, ledger: SqliteLedger, path: Path) -> None:
        script = (
            "import sys; from gatekeeper.ledger.sqlite import SqliteLedger\n"
            "ledger = SqliteLedger(sys.argv[1])\n"
            "for number in range(25):\n"
            "    ledger.append('gap', {'by': sys.argv[2]}, now=number, repository='r')\n"
        )
        command = [sys.executable, "-c", script, str(path)]
        running = [subprocess.Popen([*command, str(number)]) for number in range(4)]
        assert [process.wait() for process in running] == [0] * 4
        entries = list(ledger.entries())
        assert [entry.number for entry in entries] == list(range(1, 101))
        assert {entry.data["by"] for entry in entries} == {"0", "1", "2", "3"}
        assert ledger.verify() == []


class TestQuestions:
    def test_an_accepted_update_waits_and_a_refused_one_does_not(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(update(), update(C, ref="refs/heads/x", tracked=False)))
        add(ledger, data=push(update(C), outcome="refused"))
        waiting = PendingUpdate(entry=1, position=0, ref=MAIN, old=A, new=B, time=NOW)
        assert ledger.pending() == ledger.pending([MAIN]) == [waiting]
        assert ledger.pending(["refs/heads/other"]) == ledger.pending([]) == []

    def test_what_landed_is_the_tip_and_waits_no_more(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(update()))
        assert ledger.tips() == {}
        add(ledger, "landing", landed(1))
        assert ledger.pending() == []
        assert ledger.tips() == ledger.tips([MAIN]) == {MAIN: B}
        assert ledger.tips(["refs/heads/x"]) == {}

    def test_what_lapsed_is_no_tip(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(update()))
        data = landed(1)
        add(ledger, "landing", {**data, "landed": [], "lapsed": data["landed"]})
        assert (ledger.pending(), ledger.tips()) == ([], {})

    def test_a_commit_landed_only_when_its_update_did(self, ledger: SqliteLedger) -> None:
        commits = [{"id": B, "clean": True, "statements": ["s1"]}, {"id": C, "clean": False, "statements": []}]
        add(ledger, data=push(update(commits=commits)))
        add(ledger, data=push(update(commits=commits), outcome="refused"))
        assert ledger.landings([A, B, C]) == {}
        add(ledger, "landing", landed(1))
        one = Landing(commit=B, entry=1, ref=MAIN, clean=True, rules=("r1",), statements=(StatementId("s1"),))
        two = Landing(commit=C, entry=1, ref=MAIN, clean=False, rules=("r1",), statements=())
        assert ledger.landings([A, B, C]) == {B: (one,), C: (two,)}

    def test_a_commit_can_land_on_several_refs(self, ledger: SqliteLedger) -> None:
        commits = [{"id": B, "clean": True, "statements": []}]
        add(ledger, data=push(update(commits=commits), update(ref="refs/heads/x", commits=commits)))
        add(ledger, "landing", landed(1, ref="refs/heads/x", position=1))
        assert [landing.ref for landing in ledger.landings([B])[B]] == ["refs/heads/x"]
        add(ledger, "landing", landed(1))
        assert sorted(landing.ref for landing in ledger.landings([B])[B]) == [MAIN, "refs/heads/x"]

    def test_what_is_owed_is_owed_when_it_has_landed(self, ledger: SqliteLedger) -> None:
        owed = {"rules": ["one", "two"], "due": NOW + 9}
        commits = [
            {"id": C, "clean": False, "statements": [], "owed": owed},
            {"id": B, "clean": True, "statements": []},
        ]
        add(ledger, data=push(update(commits=commits)))
        add(ledger, data=push(update(commits=commits), outcome="refused"))
        assert ledger.owed() == []
        add(ledger, "landing", landed(1))
        debt = Owed(
            commit=C,
            ref=MAIN,
            entry=1,
            position=0,
            rules=("one", "two"),
            due=Timestamp(NOW + 9),
            since=NOW,
            policy="p",
            kind="account",
            person="jo",
        )
        assert ledger.owed() == [debt]

    def test_a_pause_is_in_force_from_its_entry_to_its_end(self, ledger: SqliteLedger) -> None:
        assert ledger.pause(NOW) is None
        add(ledger, "pause", pause())
        found = Pause(entry=1, until=Timestamp(NOW + 60), reason="down", account="root")
        at = {seconds: ledger.pause(Timestamp(NOW + seconds)) for seconds in (-1, 0, 59, 60)}
        assert at == {-1: None, 0: found, 59: found, 60: None}

    def test_a_pause_ends_by_a_resume_and_a_later_pause_takes_its_place(self, ledger: SqliteLedger) -> None:
        add(ledger, "pause", pause(NOW + 600))
        add(ledger, "pause", pause(reason="up soon"), now=NOW + 1)
        found = ledger.pause(Timestamp(NOW + 1))
        assert found is not None
        assert (found.entry, found.reason, ledger.pause(Timestamp(NOW + 60))) == (2, "up soon", None)
        add(ledger, "resume", {"reason": "", "account": "root"}, now=NOW + 2)
        assert ledger.pause(Timestamp(NOW + 2)) is None
        assert ledger.verify() == []

    @pytest.mark.parametrize(("later", "ended"), [(59, False), (60, True), (99_999, True)])
    def test_an_entry_from_its_end_or_later_ends_a_pause_for_good(
        self, ledger: SqliteLedger, later: int, ended: bool
    ) -> None:
        add(ledger, "pause", pause())
        add(ledger, now=NOW + later)
        add(ledger, now=NOW + 1)
        assert (ledger.pause(Timestamp(NOW + 1)) is None) == ended
        assert ledger.verify() == []

    def test_the_first_pusher_is_kept_also_of_a_refused_push(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(first_pushes=[[A, "line-a"], [B, "line-b"]], outcome="refused"))
        other = {"person": "", "kind": "web"}
        add(ledger, data=push(first_pushes=[[C, "line-a"]], pusher=other))
        assert ledger.first_entries_of_author_lines(["line-a", "line-x"]) == {"line-a": ledger.head().number - 1}
        last = ledger.head().number
        assert ledger.versions_before("line-a", ["jo"], last) == [A]
        assert ledger.versions_before("line-a", ["", "jo"], last + 1) == [C, A]
        for nothing in (("line-a", ["jo"], last - 1), ("line-a", ["sue"], last), ("line-a", [], last)):
            assert ledger.versions_before(*nothing) == []
        found = ledger.first_pushers([A, C, ZERO])
        assert {commit: (p.entry, p.person, p.kind, p.author_line) for commit, p in found.items()} == {
            A: (1, "jo", "account", "line-a"),
            C: (2, "", "web", "line-a"),
        }
        assert ledger.pushers_of_author_lines(["line-a", "line-b", "x"]) == {
            "line-a": {"jo": 1, "": 2},
            "line-b": {"jo": 1},
        }

    def test_a_second_first_push_of_a_commit_is_a_conflict(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(first_pushes=[[A, "x"]]))
        with pytest.raises(ConflictError, match="another push"):
            add(ledger, data=push(update(), first_pushes=[[B, "x"], [A, "x"]]))
        assert ledger.head().number == 1
        assert (ledger.pending(), ledger.first_pushers([B])) == ([], {})
        assert ledger.verify() == []

    def test_a_sign_off_is_kept_with_its_envelope(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(receipts=[receipt()]), archive={DIGEST: ENVELOPE})
        assert ledger.subjects([A, B, C]) == {A: (STATEMENT,), B: (STATEMENT,)}
        (stored,) = ledger.signoffs([STATEMENT, StatementId("0" * 64)])
        assert (stored.statement, stored.received_at, stored.envelope) == (STATEMENT, NOW, ENVELOPE)
        assert (stored.fingerprint, stored.touched, stored.verified_user) == ("SHA256:x", True, None)

    def test_a_sign_off_of_a_refused_push_was_not_received(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(receipts=[receipt()], outcome="refused"), archive={DIGEST: ENVELOPE})
        assert ledger.subjects([A]) == {}
        assert list(ledger.signoffs([STATEMENT])) == []

    def test_a_sign_off_that_comes_again_keeps_the_time_of_its_first_receipt(self, ledger: SqliteLedger) -> None:
        """A store push that loses the race for the ref is simply repeated: that is no conflict."""
        add(ledger, data=push(receipts=[receipt()]), archive={DIGEST: ENVELOPE})
        again = [receipt(touched=False), receipt("6" * 64)]
        add(ledger, data=push(receipts=again), now=NOW + 50, archive={DIGEST: ENVELOPE})
        statements = ledger.subjects([A])[A]
        received = sorted(ledger.signoffs(statements), key=lambda stored: statements.index(stored.statement))
        assert [(s.statement, s.received_at, s.touched) for s in received] == [
            (STATEMENT, NOW, True),
            ("6" * 64, NOW + 50, True),
        ]
        assert ledger.verify() == []

    def test_it_says_who_said_what_of_a_commit(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(receipts=[receipt(), receipt("6" * 64, signer="tom", decision="reject", commits=[B])]))
        said = [(each.commit, each.signer, each.decision) for each in ledger.statements_about([B, C])]
        assert sorted(said) == [(B, "sue", "approve"), (B, "tom", "reject")]

    def test_it_counts_the_commits_that_somebody_called_their_own_lately(self, ledger: SqliteLedger) -> None:
        claims = [receipt(each * 64, decision="author") for each in "67"]
        add(ledger, data=push(receipts=[*claims, receipt("8" * 64)]), now=NOW)
        add(ledger, data=push(receipts=[receipt("9" * 64, decision="author", commits=[C])]), now=NOW + 10)
        assert ledger.authored("sue", Timestamp(NOW - 1)) == {"6" * 64: 2, "7" * 64: 2, "9" * 64: 1}
        assert ledger.authored("sue", Timestamp(NOW)) == {"9" * 64: 1}
        assert ledger.authored("tom", Timestamp(0)) == {}

    def test_a_sign_off_whose_envelope_is_lost_is_an_error(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(receipts=[receipt()]))
        with pytest.raises(LedgerError, match="has lost the envelope"):
            list(ledger.signoffs([STATEMENT]))

    def test_sign_offs_of_a_lapsed_store_update_are_told(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(update(ref=SIGNOFFS), receipts=[receipt()]), archive={DIGEST: ENVELOPE})
        assert ledger.lapsed_signoffs() == []
        data = landed(1, ref=SIGNOFFS)
        add(ledger, "landing", {**data, "landed": [], "lapsed": data["landed"]})
        assert [stored.statement for stored in ledger.lapsed_signoffs()] == [STATEMENT]

    def test_baselines_hold_for_every_ref_or_for_one(self, ledger: SqliteLedger) -> None:
        add(ledger, "install", {"policy": "p1", "tips": {MAIN: A, "refs/heads/x": B}, "every_ref": True})
        add(ledger, "baseline", {"tips": {"refs/heads/x": C}, "every_ref": False})
        assert set(ledger.baselines(MAIN)) == {A, B}
        assert set(ledger.baselines("refs/heads/x")) == {A, B, C}
        assert ledger.tips() == {MAIN: A, "refs/heads/x": C}

    def test_of_policies_and_rosters_the_last_is_in_force(self, ledger: SqliteLedger) -> None:
        assert (ledger.policy_digest(), ledger.roster_digest()) == ("", "")
        add(ledger, "install", {"policy": "p1", "roster": "r1", "tips": {}, "every_ref": True})
        add(ledger, "policy", {"policy": "p2", "roster": "r1", "tips": {}, "every_ref": False})
        add(ledger, data=push(roster="r2", policy="p3"))
        assert (ledger.policy_digest(), ledger.roster_digest()) == ("p2", "r2")
        add(ledger, "policy", {"policy": "p1", "tips": {}, "every_ref": False})
        assert (ledger.policy_digest(), ledger.roster_digest()) == ("p1", "r2")

    def test_every_default_branch_is_remembered(self, ledger: SqliteLedger) -> None:
        for branch in (MAIN, "refs/heads/trunk", MAIN, ""):
            add(ledger, data=push(default_branch=branch))
        assert ledger.default_branches() == {MAIN, "refs/heads/trunk"}

    def test_contents_are_archived_once(self, ledger: SqliteLedger) -> None:
        add(ledger, archive={DIGEST: ENVELOPE})
        add(ledger, archive={DIGEST: ENVELOPE})
        assert ledger.has_archived(DIGEST)
        assert ledger.archived(DIGEST) == ENVELOPE
        assert not ledger.has_archived("x")
        assert ledger.archived("x") is None

    def test_a_healed_store_is_the_tip(self, ledger: SqliteLedger) -> None:
        healed = {"landed": [], "lapsed": [], "healed": {"ref": SIGNOFFS, "old": A, "new": B}}
        add(ledger, "landing", healed)
        assert ledger.tips() == {SIGNOFFS: B}

    def test_thousands_of_ids_can_be_asked_at_once(self, ledger: SqliteLedger) -> None:
        ids = [ObjectId(f"{number:040x}") for number in range(40_000)]
        add(ledger, data=push(first_pushes=[[commit, "x"] for commit in ids[::2]]))
        assert list(ledger.first_pushers(ids)) == ids[::2]


NOTED = {
    "seen": [
        {
            "id": B,
            "change": "c1",
            "paths": "p1",
            "assisted": True,
            "tools": ["claude-code"],
            "author_line": "x",
            "first": True,
            "files": [["b1", "f1", 1], ["b2", "f2", 0]],
        },
        {
            "id": C,
            "change": "c3",
            "paths": "p1",
            "assisted": False,
            "tools": [],
            "author_line": "y",
            "first": True,
            "files": [],
        },
    ],
    "ranges": [{"base": A, "head": C, "change": "c9", "paths": "p9", "root": B, "first": True}],
    "versions": [["b3", "f1", B]],
    "in_flight": {"refs/heads/topic": [["f1", B]]},
    "attested": [
        {"kind": "note", "id": A, "tool": "cursor", "text": "s_1 1-9", "first": False, "paths": []},
        {"kind": "trace", "id": B, "tool": "unknown", "text": "7", "first": True, "paths": ["f1", "f2"]},
    ],
}
"""What a push brought with marks."""


@pytest.fixture
def history(ledger: SqliteLedger) -> list[Receipt]:
    """A ledger with a row in every table but that of pauses."""
    owed = {"rules": ["one"], "due": NOW + 9}
    commits = [
        {"id": B, "clean": True, "statements": [STATEMENT], "change": "c1", "assisted": True, "reviewed": [[A, "c2"]]},
        {"id": C, "clean": False, "statements": [], "owed": owed},
    ]
    install = {"policy": "p", "roster": "r", "tips": {MAIN: A}, "every_ref": True, "default_branch": MAIN}
    signed = push(update(commits=commits), receipts=[receipt()], first_pushes=[[B, "x"]]) | NOTED
    made = [
        add(ledger, "install", install),
        add(ledger, data=signed, archive={DIGEST: ENVELOPE}),
        add(ledger, "landing", landed(2)),
        add(ledger, data=push(outcome="refused")),
    ]
    assert ledger.verify(made) == []
    return made


EXCHANGE = (
    "UPDATE entries SET body = (SELECT body FROM entries e WHERE e.number = 5 - entries.number),"
    " hash = (SELECT hash FROM entries e WHERE e.number = 5 - entries.number) WHERE number IN (2, 3)"
)
TAMPERING: dict[str, tuple[str, str]] = {
    "an entry changed": ("UPDATE entries SET body = replace(body, 'accepted', 'refused')", "entry 2 does not fit"),
    "white space in an entry": ("UPDATE entries SET body = body || ' ' WHERE number = 2", "entry 2 does not fit"),
    "a hash changed": ("UPDATE entries SET hash = upper(hash) WHERE number = 2", "entry 2 does not fit"),
    "an entry removed": ("DELETE FROM entries WHERE number = 2", "entry 2 is missing"),
    "the first entry removed": ("DELETE FROM entries WHERE number = 1", "entry 1 is missing"),
    "an entry moved to the end": ("UPDATE entries SET number = 9 WHERE number = 2", "entry 9 says that it is number 2"),
    "entries exchanged": (
        EXCHANGE,
        "entry 2 says that it is number 3",
    ),
    "an entry inserted": (
        "INSERT INTO entries SELECT 5, json_set(body, '$.number', 5), hash FROM entries WHERE number = 4",
        "entry 5 does not fit",
    ),
    "an entry that is no JSON": ("UPDATE entries SET body = '{' WHERE number = 4", "entry 4 cannot be read"),
    "an entry without data": (
        "UPDATE entries SET body = json_remove(body, '$.data') WHERE number = 4",
        "entry 4 cannot be read: KeyError",
    ),
    "an entry whose data is no object": (
        "UPDATE entries SET body = json_set(body, '$.data', 'x') WHERE number = 4",
        "entry 4 cannot be read: AttributeError",
    ),
    "an entry that is no text": ("UPDATE entries SET body = x'00' WHERE number = 4", "entry 4 is no text"),
    "a hash that is no text": ("UPDATE entries SET hash = x'00' WHERE number = 4", "entry 4 is no text"),
    "an archived content changed": ("UPDATE archive SET content = x'00'", f"archived content {DIGEST} was changed"),
    "an archived content as text": (
        "UPDATE archive SET content = CAST(content AS TEXT)",
        f"archived content {DIGEST} was changed",
    ),
    "an archived content removed": ("DELETE FROM archive", f"the envelope {DIGEST} of sign-off {STATEMENT}"),
    "a state changed": ("UPDATE updates SET state = 'pending'", "table updates lacks a row"),
    "a commit made clean": ("UPDATE commits SET clean = 0", "table commits holds a row that no entry explains"),
    "a commit twice": ("INSERT INTO commits SELECT * FROM commits", "table commits holds a row that no entry explains"),
    "a pusher changed": ("UPDATE first_pushes SET person = 'sue'", "table first_pushes holds a row"),
    "a receipt back-dated": ("UPDATE receipts SET time = time - 1", "table receipts holds a row"),
    "a touch made up": ("UPDATE receipts SET verified = 1", "table receipts holds a row"),
    "a subject added": ("INSERT INTO subjects VALUES ('x', 'y')", "table subjects holds a row"),
    "a subject removed": ("DELETE FROM subjects", "table subjects lacks a row"),
    "a tip moved": ("UPDATE tips SET tip = 'x'", "table tips holds a row"),
    "a baseline added": ("INSERT INTO baselines VALUES (1, '', 'x')", "table baselines holds a row"),
    "a default branch forgotten": ("DELETE FROM facts WHERE name = 'default_branch'", "table facts lacks a row"),
    "a policy exchanged": ("UPDATE facts SET value = 'q' WHERE name = 'policy'", "table facts holds a row"),
}


REARRANGED: dict[str, tuple[list[str], list[int]]] = {
    "an entry removed": (
        ["DELETE FROM entries WHERE number = 2", "UPDATE entries SET number = number - 1 WHERE number > 2"],
        [2, 3, 4],
    ),
    "an entry inserted": (
        [
            "UPDATE entries SET number = -number - 1 WHERE number > 2",
            "INSERT INTO entries SELECT 3, body, hash FROM entries WHERE number = -5",
            "UPDATE entries SET number = -number WHERE number < 0",
        ],
        [3, 4],
    ),
    "entries exchanged": ([EXCHANGE], [2, 3, 4]),
    "the end cut off": (["DELETE FROM entries WHERE number = 4"], [4]),
    "an entry added at the end, as a push does": (
        ["INSERT INTO entries SELECT 5, body, hash FROM entries WHERE number = 4"],
        [],
    ),
}
"""What is done to the entries, and which of the receipts of four do not fit any more."""


class TestVerify:
    @pytest.mark.parametrize(("statement", "found"), TAMPERING.values(), ids=TAMPERING)
    def test_tampering_is_found(
        self, statement: str, found: str, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        change(path, statement)
        faults = ledger.verify()
        assert any(fault.startswith(found) for fault in faults), faults

    @pytest.mark.parametrize("table", TABLES)
    def test_no_row_of_any_table_can_be_removed_unseen(
        self, table: str, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        add(ledger, "pause", pause())
        assert ledger.forget("sue", now=Timestamp(NOW), repository="example/shop")
        change(path, f"DELETE FROM {table}")  # noqa: S608 - a constant
        assert any(fault.startswith(f"table {table} lacks a row") for fault in ledger.verify())

    def rewrite(self, path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
        """Change entries and recompute every hash, as somebody who can write the file can do."""
        database, previous = raw(path), "0" * 64
        for number, body, _ in database.execute("SELECT * FROM entries ORDER BY number").fetchall():
            content = json.loads(body)
            edit(content)
            text = json.dumps(content, sort_keys=True, separators=(",", ":"))
            previous = hashlib.sha256(f"gatekeeper ledger v1\0{previous}\0{text}".encode()).hexdigest()
            database.execute("UPDATE entries SET body = ?, hash = ? WHERE number = ?", (text, previous, number))
        database.close()

    def test_a_rewritten_chain_is_found_by_the_receipts_that_people_kept(
        self, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        def edit(content: dict[str, Any]) -> None:
            if content["number"] == 4:
                content["data"]["verdict"] = "nicer"

        self.rewrite(path, edit)
        assert ledger.verify() == []
        assert ledger.verify(history[:3]) == []
        (fault,) = ledger.verify(history)
        assert fault.startswith("receipt 4-")

    def test_a_rewritten_chain_whose_tables_do_not_follow_is_found(
        self, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        def edit(content: dict[str, Any]) -> None:
            content["data"].pop("default_branch", None)

        self.rewrite(path, edit)
        assert [fault for fault in ledger.verify() if fault.startswith("table facts holds a row")]

    @pytest.mark.parametrize(("statements", "found"), REARRANGED.values(), ids=REARRANGED)
    def test_where_a_chain_was_made_again_around_it_a_receipt_tells_what_happened_to_an_entry(
        self, statements: list[str], found: list[int], ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        """Whoever owns the file gives every entry the number and hash that fit, and makes the tables again."""
        change(path, *statements)
        numbers = iter(range(1, 9))
        self.rewrite(path, lambda content: content.update(number=next(numbers)))
        misfits = [fault for fault in ledger.verify(history) if fault.startswith("receipt ")]
        assert [int(fault.split()[1].partition("-")[0]) for fault in misfits] == found

    def test_an_end_cut_off_is_found_by_a_receipt(
        self, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        change(path, "DELETE FROM entries WHERE number = 4")
        assert ledger.verify() == []
        assert ledger.verify([history[3]]) != []

    def test_the_twelve_digits_that_are_printed_suffice(self, ledger: SqliteLedger, history: list[Receipt]) -> None:
        short = [receipt.replace(hash=receipt.hash[:12]) for receipt in history]
        assert ledger.verify(short) == []
        assert len(ledger.verify([short[0].replace(number=2), short[1].replace(hash="0" * 12)])) == 2
        assert len(ledger.verify([short[0].replace(number=99)])) == 1


class TestFile:
    def test_it_is_its_owners_alone(self, ledger: SqliteLedger, path: Path) -> None:
        add(ledger)
        assert path.parent.stat().st_mode & 0o077 == 0
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file

    def test_making_it_again_keeps_it(self, ledger: SqliteLedger, path: Path) -> None:
        made = add(ledger)
        again = create(str(path))
        assert again.head() == made
        again.close()

    def test_a_ledger_that_appears_meanwhile_is_kept(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two installations at once: the later one must not put an empty ledger in the place of a full one."""
        link = os.link

        def late(source: str, target: str) -> None:
            monkeypatch.setattr(os, "link", link)
            first = create(str(path))
            add(first)
            first.close()
            link(source, target)

        monkeypatch.setattr(os, "link", late)
        second = create(str(path))
        assert second.head().number == 1
        second.close()
        assert {file.name for file in path.parent.iterdir()} == {"ledger.db"}

    @pytest.mark.parametrize("when", ["CREATE TABLE archive", "CREATE TABLE tips", "COMMIT"])
    def test_a_creation_that_is_interrupted_leaves_nothing(
        self, when: str, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Failing(sqlite3.Connection):
            def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
                if statement.startswith(when):
                    raise sqlite3.OperationalError("disk full")
                return super().execute(statement, *parameters)

        connect = sqlite3.connect
        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Failing))
            with pytest.raises(LedgerError, match=r"cannot make the ledger .*disk full"):
                create(str(path))
        assert list(path.parent.iterdir()) == []
        create(str(path)).close()

    def test_a_killed_creation_leaves_no_ledger_and_no_hindrance(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script = (
            "import os, sys; import gatekeeper.ledger.creating as s\n"
            "s.create_tables = lambda _: os.kill(os.getpid(), 9)\n"
            "s.create(sys.argv[1])\n"
        )
        done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
        assert done.returncode == -9
        assert not path.exists()
        made = create(str(path))
        assert made.verify() == []
        made.close()

    def test_a_missing_ledger_is_an_error_and_is_not_made(self, path: Path) -> None:
        with pytest.raises(LedgerError, match="there is no ledger at"):
            SqliteLedger(str(path))
        assert not path.exists()

    @pytest.mark.parametrize(
        "content", [b"garbage" * 200, b"SQLite format 3\0" + b"\xff" * 4000], ids=["text", "header"]
    )
    def test_a_file_that_is_no_ledger_is_an_error(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "x.db").write_bytes(content)
        with pytest.raises(LedgerError, match="cannot open the ledger"):
            SqliteLedger(str(tmp_path / "x.db"))

    @pytest.mark.parametrize("version", [0, 2, 3, 5])
    def test_another_version_is_an_error(self, version: int, ledger: SqliteLedger, path: Path) -> None:
        change(path, f"PRAGMA user_version = {version}")
        with pytest.raises(LedgerError, match=f"is of version {version}; this gatekeeper knows version 4"):
            SqliteLedger(str(path))

    def test_an_empty_file_is_no_ledger(self, tmp_path: Path) -> None:
        (tmp_path / "x.db").touch()
        with pytest.raises(LedgerError, match="is of version 0"):
            SqliteLedger(str(tmp_path / "x.db"))

    def test_a_damaged_page_is_an_error(self, ledger: SqliteLedger, path: Path) -> None:
        for _ in range(200):
            add(ledger)
        ledger.close()
        data = bytearray(path.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        path.write_bytes(bytes(data))
        damaged = SqliteLedger(str(path))
        for ask in (damaged.head, damaged.pending, lambda: list(damaged.entries()), damaged.verify):
            with pytest.raises(LedgerError, match="cannot read the ledger"):
                ask()
        with pytest.raises(LedgerError):
            add(damaged)
        damaged.close()

    def test_a_ledger_that_cannot_be_written_is_an_error(self, ledger: SqliteLedger) -> None:
        made = add(ledger)
        ledger._database.execute("PRAGMA query_only = 1")
        with pytest.raises(LedgerError, match="cannot write the ledger"):
            add(ledger)
        assert ledger.head() == made

    def test_a_ledger_that_somebody_else_holds_is_an_error(self, ledger: SqliteLedger, path: Path) -> None:
        other = raw(path)
        other.execute("BEGIN IMMEDIATE")
        ledger._database.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(LedgerError, match="locked"):
            add(ledger)
        other.execute("ROLLBACK")
        other.close()
        assert add(ledger).number == 1

    def test_a_directory_that_cannot_be_made_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(LedgerError, match="cannot make the ledger"):
            create(str(tmp_path / "file" / "ledger.db"))
