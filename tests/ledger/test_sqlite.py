"""The ledger: a chain that only grows, and what is asked of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.relief import Pause
from gatekeeper.ledger import ConflictError, Landing, LedgerError, Owed, PendingUpdate, Receipt
from gatekeeper.ledger.sqlite import SqliteLedger
from tests.support.entries import (
    DIGEST,
    ENVELOPE,
    MAIN,
    NOW,
    STATEMENT,
    ZERO,
    A,
    B,
    C,
    add,
    landed,
    pause,
    push,
    raw,
    receipt,
    update,
)

if TYPE_CHECKING:
    from pathlib import Path


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

    def test_of_several_refs_where_it_landed_alike_the_latest_is_enough(self, ledger: SqliteLedger) -> None:
        good, bad = ({"id": B, "clean": clean, "statements": [], "reviewed": [[C, ""]]} for clean in (True, False))
        add(ledger, data=push(update(commits=[bad]), update(ref="refs/heads/x", commits=[good])))
        add(ledger, "landing", landed(1))
        add(ledger, "landing", landed(1, ref="refs/heads/x", position=1))
        assert ledger.ways_landed([B]) == ledger.landings([B])
        add(ledger, data=push(update(ref="refs/heads/y", commits=[good])))
        assert {landing.ref for landing in ledger.ways_landed([B])[B]} == {MAIN, "refs/heads/x"}
        add(ledger, "landing", landed(4, ref="refs/heads/y"))
        assert {(way.ref, way.entry, way.clean, way.reviewed) for way in ledger.ways_landed([B])[B]} == {
            (MAIN, 1, False, ((C, ""),)),
            ("refs/heads/y", 4, True, ((C, ""),)),
        }

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
