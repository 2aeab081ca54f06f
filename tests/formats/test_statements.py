"""What signers read before they sign, and about a commit."""

from __future__ import annotations

import pytest

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.signoff import Decision
from gatekeeper.core.testimony import Judged, Standing
from gatekeeper.formats.statements import MAX_COMMITS, revoked_lines, signoff_lines, terms_lines
from tests.formats.screens import HOSTILE, shown
from tests.support.values import A, B, person, signed_commit, statement, sworn

SAM, SUE = person("sam"), person("sue")


def test_the_terms_name_signer_refs_and_end() -> None:
    assert shown(*terms_lines(statement(signer="sam"))) == (
        "You sign as sam, for any ref of example/shop, until 2027-02-16\n"
    )
    both = shown(*terms_lines(statement(refs=("refs/heads/main", "refs/tags/v1"))))
    assert "for main, v1 of example/shop" in both


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (
            Decision.REJECT,
            "You reject as sue, on every ref of example/shop, until you or an administrator ",
        ),
        (Decision.REVOKE, "You take it back as sue, for example/shop"),
        (Decision.AUTHOR, "You state as sue, for any ref of example/shop, until 2027-02-16: you wrote this"),
        (Decision.AUTHOR, "This is no approval"),
        (
            Decision.EMERGENCY,
            "for main of example/shop alone, until 2027-02-16 11:06 UTC: an emergency",
        ),
    ],
)
def test_every_decision_says_what_it_means(decision: Decision, words: str) -> None:
    refs = ("refs/heads/main",) if decision is Decision.EMERGENCY else ()
    assert words in shown(*terms_lines(statement(decision, refs=refs)))


def test_sign_offs_come_with_their_id_their_state_and_their_comment() -> None:
    text = shown(
        *signoff_lines(
            Judged(
                approvals=(
                    Standing(testimony=sworn(SAM, "1" * 64, comment="fine")),
                    Standing(testimony=sworn(None, "2" * 64), flaw="unknown-key"),
                )
            )
        )
    )
    first, comment, second = text.splitlines()
    assert first.startswith("  1111111  approve by sam, ")
    assert first.endswith("any ref: good")
    assert comment == "           fine"
    assert second.startswith("  2222222  approve by nobody?, ")
    assert second.endswith(": its key is nobody's in the roster")
    assert signoff_lines(Judged()) == []


def test_a_veto_is_in_force_or_says_why_not_and_what_is_taken_back_says_by_whom() -> None:
    veto = sworn(SAM, "1" * 64, Decision.REJECT, comment="loses orders")
    back = sworn(SUE, "2" * 64, Decision.REVOKE, comment="mended", revokes="3" * 64)
    text = shown(
        *signoff_lines(
            Judged(
                vetoes=(veto,),
                set_aside=(
                    Standing(testimony=veto.replace(statement_id="3" * 64), flaw="revoked", revoked_by=back),
                    Standing(testimony=back),
                    Standing(testimony=veto.replace(statement_id="4" * 64), flaw="signer-may-not"),
                ),
            )
        )
    )
    assert text.splitlines() == [
        "  1111111  reject by sam, 2026-11-17: in force",
        "           loses orders",
        "  3333333  reject by sam, 2026-11-17: it was taken back by sue on 2026-11-17: mended",
        "           loses orders",
        "  2222222  revoke by sue, 2026-11-17: takes back 3333333",
        "           mended",
        "  4444444  reject by sam, 2026-11-17: sam may not approve this",
        "           loses orders",
    ]


def test_what_is_to_be_taken_back_is_shown_with_its_commits() -> None:
    commits = (signed_commit(A), signed_commit(B))
    text = shown(*revoked_lines(sworn(SAM, "1" * 64, commits=commits), {A: b"Add retry"}))
    assert text.splitlines()[0].endswith(": about 2 commits")
    assert text.splitlines()[1:] == ["  aaaaaaa  Add retry", "  bbbbbbb  (not here)"]
    many = tuple(signed_commit(ObjectId(f"{number:040x}")) for number in range(MAX_COMMITS + 3))
    assert shown(*revoked_lines(sworn(SAM, commits=many), {})).splitlines()[-1] == "  ... and 3 more"


def test_everything_hostile_is_text() -> None:
    hostile = sworn(SAM, "1" * 64, comment=HOSTILE, refs=(HOSTILE,))
    text = shown(
        *terms_lines(statement(signer=HOSTILE, repository=HOSTILE, refs=(HOSTILE,))),
        *signoff_lines(Judged(approvals=(Standing(testimony=hostile, flaw="revoked", revoked_by=hostile),))),
        *revoked_lines(hostile, {A: HOSTILE.encode()}),
    )
    assert "[red]x[/nothing] :bomb:" in text
    assert "\\u202e" in text
