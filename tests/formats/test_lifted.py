"""The hook's text after an emergency or in a pause: what was let through, why, and what is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.push import PusherKind
from gatekeeper.core.reasons import reason
from gatekeeper.core.relief import Lift, Pause, Source
from gatekeeper.core.verdict import Outcome, SignoffView, Verdict
from gatekeeper.formats.remote import MAX_LINES, answer, paused, web_prefix
from tests.formats.findings import RECEIPT, commit_finding, context, ref_finding, refused, rule_finding

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from gatekeeper.core.verdict import CommitFinding

HOSTILE = "\x1b]0;owned\x07\u202e`rm -rf ~` $(id) \r\n\x00"
DUE = Timestamp(1_795_086_400)
LIFT = Lift(source=Source.OPTION, by="staff-1", reason="checkout is down", due=DUE)
PAUSE = Pause(entry=7, until=DUE, reason="the key server is down", account="root")


def let_through(number: int, lift: Lift = LIFT, **fields: Any) -> CommitFinding:
    return commit_finding(number, rule_finding(lifted=True), outcome=Outcome.ACCEPTED, lift=lift, **fields)


def test_an_emergency_says_why_and_what_is_owed(snapshot: SnapshotAssertion) -> None:
    fine = commit_finding(3, outcome=Outcome.ACCEPTED)
    verdict = Verdict(refs=(ref_finding(let_through(1), let_through(2), fine),))
    assert answer(verdict, context()) == snapshot


def test_a_statement_names_its_signer_and_a_pause_is_told_as_one(snapshot: SnapshotAssertion) -> None:
    stated = LIFT.replace(source=Source.STATEMENT, statement="5" * 64)
    by_pause = LIFT.replace(source=Source.PAUSE, by="root", reason=PAUSE.reason)
    verdict = Verdict(refs=(ref_finding(let_through(1, stated), let_through(2, by_pause)),))
    assert answer(verdict, context(pause=PAUSE)) == snapshot


def test_on_a_new_ref_the_commits_are_named_that_owe() -> None:
    new = ref_finding(let_through(1), commit_finding(2, outcome=Outcome.ACCEPTED), let_through(3)).replace(old="0" * 40)
    text = answer(Verdict(refs=(new,)), context())
    assert "Settle it: gatekeeper sign 0000001aaaaa 0000003aaaaa\n" in text


def test_however_much_is_let_through_the_first_line_what_is_owed_and_how_to_settle_it_stay() -> None:
    refs = tuple(
        ref_finding(*(let_through(number) for number in range(200)), ref=f"refs/heads/release/{name}")
        for name in range(50)
    )
    lines = answer(Verdict(refs=refs), context()).splitlines()
    assert len(lines) <= MAX_LINES
    assert lines[0].startswith("gatekeeper: EMERGENCY release/0, release/1, release/2 and 47 more: 200 commits without")
    assert lines[0].endswith(f". Receipt: {RECEIPT}")
    assert sum(line.startswith("Owed:") for line in lines) == 1
    assert sum(line.startswith("Settle it: gatekeeper sign ") for line in lines) == 3


@pytest.mark.parametrize("source", Source)
def test_a_hostile_reason_or_name_stays_in_its_line(source: Source) -> None:
    lift = Lift(source=source, by=HOSTILE, reason=HOSTILE, due=DUE)
    verdict = Verdict(refs=(ref_finding(let_through(1, lift), ref=f"refs/heads/{HOSTILE}"),))
    hostile = context(pause=PAUSE.replace(reason=HOSTILE))
    for text in (answer(verdict, hostile), answer(refused(), hostile), paused(hostile)):
        assert text.replace("\n", "").isascii()
        assert text.replace("\n", "").isprintable()
    assert len(answer(verdict, hostile).splitlines()) == 5


def test_a_refusal_says_why_an_emergency_does_not_count() -> None:
    verdict = refused().replace(notes=(reason("emergency-not-allowed", who="junior-1"),))
    text = answer(verdict, context())
    assert "note: the emergency does not count: junior-1 is not among those who may declare one\n" in text
    spent = SignoffView(statement="5" * 64, signer="staff-1", issued_at=1_780_000_000, flaw="spent")  # type: ignore[arg-type]
    text = answer(refused(commit_finding(emergencies=(spent,))), context())
    assert "    emergency statement by staff-1 does not count: it is used up" in text


def test_a_rule_that_is_lifted_is_not_asked_for_beside_one_that_refuses() -> None:
    refuses = rule_finding("secrets", refuse="No secrets.", approvers=None)
    text = answer(refused(commit_finding(1, rule_finding(lifted=True), refuses, lift=LIFT)), context())
    assert "No secrets." in text
    assert "Missing" not in text


def test_in_a_pause_every_other_push_is_told_in_one_line() -> None:
    line = f"gatekeeper is paused until 2026-11-19T11:06:40Z: {PAUSE.reason}\n"
    assert paused(context(pause=PAUSE)) == line
    assert line in answer(refused(), context(pause=PAUSE))
    web = context(pause=PAUSE, web_prefix=web_prefix("gitlab", PusherKind.WEB))
    assert paused(web) == f"GL-HOOK-ERR: {line}"
