"""When a sign-off is good for a commit, and why it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.approval import CLOCK_SKEW, examine
from gatekeeper.core.ids import ChangeDigest, Timestamp
from gatekeeper.core.signoff import Decision, SignedRange
from gatekeeper.core.testimony import Judged
from tests.support.judging import ANN, SUE, flaw_of, flaws, judge
from tests.support.values import (
    CHANGE,
    DAY,
    MAIN,
    NOW,
    A,
    B,
    C,
    commit,
    identity,
    key,
    person,
    signed_commit,
    sworn,
)

if TYPE_CHECKING:
    from gatekeeper.core.people import Person
    from gatekeeper.core.testimony import Testimony
RECEIVED = Timestamp(NOW - DAY)


def examined(given_testimony: Testimony, **fields: Any) -> str:
    honest: dict[str, Any] = {"repository": "example/shop", "leavers_drop": False, "now": NOW}
    return examine(given_testimony, **{**honest, **fields}).flaw


class TestExamine:
    def test_a_sign_off_in_order_has_no_flaw(self) -> None:
        assert examined(sworn(SUE)) == ""

    @pytest.mark.parametrize(
        ("signer", "flaw"),
        [
            (None, "unknown-key"),
            (person("sue", keys=()), "unknown-key"),
            (person("sue", keys=(key("other"),)), "unknown-key"),
            (person("sue", keys=(key("sue", revoked=True),)), "key-revoked"),
            (person("sue", keys=(key("sue", revoked=True, valid_until=Timestamp(1)),)), "key-revoked"),
            (person("sue", keys=(key("sue", valid_from=Timestamp(RECEIVED + 1)),)), "key-out-of-window"),
            (person("sue", keys=(key("sue", valid_from=RECEIVED),)), ""),
            (person("sue", keys=(key("sue", valid_until=RECEIVED),)), "key-out-of-window"),
            (person("sue", keys=(key("sue", valid_until=Timestamp(RECEIVED + 1)),)), ""),
            (person("sue", bot=True), "signer-is-bot"),
            (person("sue", employed_from=Timestamp(RECEIVED + 1)), "signer-not-employed"),
            (person("sue", employed_from=RECEIVED), ""),
            (person("sue", employed_until=RECEIVED), "signer-not-employed"),
            (person("sue", employed_until=Timestamp(RECEIVED + 1)), ""),
        ],
    )
    def test_the_signer_must_be_able_to_sign_when_it_was_received(self, signer: Person | None, flaw: str) -> None:
        given_testimony = sworn(SUE).replace(signer=signer)
        assert examined(given_testimony) == flaw

    def test_leavers_keep_their_sign_offs_unless_the_policy_drops_them(self) -> None:
        left = sworn(person("sue", employed_until=NOW))
        assert examined(left) == ""
        assert examined(left, leavers_drop=True) == "signer-not-employed"
        assert examined(left, leavers_drop=True, now=NOW - 1) == ""

    def test_a_back_dated_statement_does_not_bring_an_expired_key_back(self) -> None:
        expired = person("sue", keys=(key("sue", valid_until=Timestamp(RECEIVED - 100)),))
        assert examined(sworn(expired, issued_at=Timestamp(RECEIVED - 200))) == "key-out-of-window"

    def test_a_key_says_who_signed_not_the_statement(self) -> None:
        claimed = sworn(SUE).statement.replace(signer="ann")
        assert examined(sworn(SUE).replace(statement=claimed)) == "signer-differs"

    def test_a_sign_off_for_another_repository_does_not_count(self) -> None:
        assert examined(sworn(SUE), repository="example/other") == "other-repository"
        assert examined(sworn(SUE), repository="example/Shop") == "other-repository"

    def test_an_earlier_examination_counts_for_nothing(self) -> None:
        assert examined(sworn(SUE, flaw="key-revoked")) == ""


class TestApprovals:
    def test_a_sign_off_in_order_is_good(self) -> None:
        assert flaw_of(sworn(SUE)) == ""

    def test_a_flaw_of_the_signer_stays(self) -> None:
        assert flaw_of(sworn(SUE, flaw="key-revoked")) == "key-revoked"

    @pytest.mark.parametrize(
        "said",
        [
            signed_commit(B),
            signed_commit(parent=C),
            signed_commit(parent=""),
            signed_commit(change="f" * 64),
            signed_commit(change=""),
            signed_commit(author="senior@example.com"),
            signed_commit(author="JUNIOR@example.com"),
        ],
        ids=repr,
    )
    def test_what_it_says_of_the_commit_must_be_so(self, said: Any) -> None:
        assert flaw_of(sworn(SUE, commits=(said,))) == "claims-differ"

    def test_a_root_commit_has_no_parent_and_an_empty_change_no_digest(self) -> None:
        said = signed_commit(parent="", change="")
        root = commit(parents=())
        assert flaw_of(sworn(SUE, commits=(said,)), commit=root, change=None) == ""
        assert flaw_of(sworn(SUE, commits=(said,)), commit=root) == "claims-differ"
        assert flaw_of(sworn(SUE, commits=(said,)), change=None) == "claims-differ"
        assert flaw_of(sworn(SUE), commit=root) == "claims-differ"

    def test_the_first_parent_is_meant(self) -> None:
        assert flaw_of(sworn(SUE), commit=commit(parents=(B, C))) == ""
        assert flaw_of(sworn(SUE), commit=commit(parents=(C, B))) == "claims-differ"

    def test_an_address_that_is_not_utf8_is_said_with_replacement_characters(self) -> None:
        odd = identity().replace(email=b"j\xff@example.com")
        said = signed_commit(author="j\ufffd@example.com")
        assert flaw_of(sworn(SUE, commits=(said,)), commit=commit(author=odd)) == ""

    @pytest.mark.parametrize(("expires", "flaw"), [(NOW - 1, "expired"), (NOW, "expired"), (NOW + 1, "")])
    def test_it_ends_with_its_expiry(self, expires: int, flaw: str) -> None:
        assert flaw_of(sworn(SUE, expires_at=expires)) == flaw

    @pytest.mark.parametrize(("ahead", "flaw"), [(CLOCK_SKEW, ""), (CLOCK_SKEW + 1, "issued-in-the-future")])
    def test_a_clock_may_be_ahead_a_little(self, ahead: int, flaw: str) -> None:
        assert flaw_of(sworn(SUE, issued_at=RECEIVED + ahead)) == flaw

    @pytest.mark.parametrize(
        ("refs", "flaw"),
        [
            ((), ""),
            ((MAIN,), ""),
            (("refs/heads/x", MAIN), ""),
            (("refs/heads/x",), "other-ref"),
            (("refs/heads/*",), "other-ref"),
            (("refs/heads/Main",), "other-ref"),
        ],
    )
    def test_it_is_for_the_refs_that_it_names(self, refs: tuple[str, ...], flaw: str) -> None:
        assert flaw_of(sworn(SUE, refs=refs)) == flaw

    def test_a_range_must_hold(self) -> None:
        asked = sworn(SUE, range=SignedRange(base=B, head=A, change=CHANGE))
        assert flaw_of(asked, range_holds=lambda statement: statement == asked.statement) == ""
        assert flaw_of(asked, range_holds=lambda statement: False) == "range-differs"
        assert flaw_of(sworn(SUE), range_holds=lambda statement: False) == ""

    @pytest.mark.parametrize("decision", [d for d in Decision if d is not Decision.APPROVE])
    def test_no_other_decision_is_an_approval(self, decision: Decision) -> None:
        assert judge([sworn(SUE, decision=decision)]).approvals == ()

    def test_the_first_flaw_is_told(self) -> None:
        """A revoked sign-off is revoked, whatever else there is to say of it."""
        everything: dict[str, Any] = {
            "flaw": "key-revoked",
            "refs": ("refs/heads/x",),
            "range": SignedRange(base=B, head=A, change=CHANGE),
            "issued_at": NOW - 3 * DAY,
        }
        veto = sworn(SUE, "veto", Decision.REJECT)
        judged = judge([sworn(SUE, **everything), veto], range_holds=lambda statement: False)
        assert flaws(judged) == {"one": "key-revoked"}
        judged = judge([sworn(SUE, **{**everything, "flaw": ""}), veto], range_holds=lambda statement: False)
        assert flaws(judged) == {"one": "withdrawn"}
        judged = judge([sworn(SUE, **{**everything, "flaw": ""})], range_holds=lambda statement: False)
        assert flaws(judged) == {"one": "other-ref"}

    def test_clocks_may_differ_by_ten_minutes(self) -> None:
        assert CLOCK_SKEW == 600

    def test_nothing_is_nothing(self) -> None:
        assert judge([]) == Judged()


class TestReceivedTwice:
    def test_what_is_pushed_again_keeps_the_time_of_its_first_receipt(self) -> None:
        first = sworn(SUE, flaw="key-out-of-window")
        again = sworn(SUE, received_at=NOW)
        judged = judge([first, again])
        assert [standing.flaw for standing in judged.approvals] == ["key-out-of-window"]

    def test_a_later_receipt_makes_a_good_sign_off_no_worse(self) -> None:
        first = sworn(SUE)
        again = sworn(SUE, received_at=NOW, flaw="key-out-of-window")
        assert [standing.flaw for standing in judge([first, again]).approvals] == [""]


class TestEmergencies:
    @pytest.mark.parametrize(
        ("fields", "flaw"),
        [
            ({}, ""),
            ({"refs": ("refs/heads/other",)}, "other-ref"),
            ({"expires_at": Timestamp(NOW - DAY + 60 + DAY + 1)}, "lasts-too-long"),
            ({"expires_at": NOW}, "expired"),
            ({"issued_at": Timestamp(RECEIVED + CLOCK_SKEW + 1)}, "issued-in-the-future"),
            ({"commits": (signed_commit(change="f" * 64),)}, "claims-differ"),
            ({"range": SignedRange(base=B, head=C, change=ChangeDigest(""))}, "range-differs"),
        ],
    )
    def test_one_is_good_for_its_commits_on_its_ref_within_a_day(self, fields: dict[str, Any], flaw: str) -> None:
        honest: dict[str, Any] = {
            "refs": (MAIN,),
            "issued_at": Timestamp(NOW - DAY + 60),
            "expires_at": Timestamp(NOW + 60),
        }
        said = sworn(ANN, "urgent", Decision.EMERGENCY, **{**honest, **fields})
        judged = judge([said], range_holds=lambda about: about.range is None)
        assert [standing.flaw for standing in judged.emergencies] == [flaw]
        assert judged.approvals == judged.vetoes == judged.author_statements == judged.set_aside == ()
