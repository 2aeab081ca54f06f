"""When a sign-off is good for a commit, and every reason why it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.approval import CLOCK_SKEW, examine, judge_signoffs, revoked_statements
from gatekeeper.core.ids import ChangeDigest, Fingerprint, StatementId, Timestamp
from gatekeeper.core.signoff import Decision, SignedRange
from gatekeeper.core.testimony import Judged
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
    from collections.abc import Sequence

    from gatekeeper.core.people import Person
    from gatekeeper.core.testimony import Testimony

SUE = person("sue")
ANN = person("ann", "staff")
ADMIN = person("root", "mid", administrator=True)
JO = person("jo", "junior")
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


def judge(testimonies: Sequence[Testimony], **fields: Any) -> Judged:
    honest: dict[str, Any] = {
        "ref": MAIN,
        "change": ChangeDigest(CHANGE),
        "may_veto": lambda person: person.level in ("senior", "staff"),
        "range_holds": lambda statement: True,
        "now": NOW,
    }
    about = fields.pop("commit", commit())
    return judge_signoffs(about, testimonies, **{**honest, **fields})


def flaws(judged: Judged) -> dict[str, str]:
    return {standing.testimony.statement_id: standing.flaw for standing in judged.approvals}


def flaw_of(given_testimony: Testimony, **fields: Any) -> str:
    (found,) = flaws(judge([given_testimony], **fields)).values()
    return found


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


class TestVetoes:
    def reject(self, signer: Person | None, name: str = "veto", **fields: Any) -> Testimony:
        return sworn(signer, name, Decision.REJECT, **fields)

    def test_a_veto_of_another_person_leaves_approvals_as_they_are_and_stands(self) -> None:
        veto = self.reject(ANN)
        judged = judge([sworn(SUE), veto])
        assert flaws(judged) == {"one": ""}
        assert judged.vetoes == (veto,)

    @pytest.mark.parametrize("later", [-1, 0, 1])
    @pytest.mark.parametrize("turned", [False, True])
    def test_of_one_persons_approval_and_veto_the_later_counts_and_at_a_tie_the_veto(
        self, later: int, turned: bool
    ) -> None:
        approval = sworn(SUE, issued_at=NOW - 2 * DAY)
        veto = self.reject(SUE, issued_at=NOW - 2 * DAY + later)
        judged = judge([veto, approval] if turned else [approval, veto])
        if later < 0:
            assert (flaws(judged), judged.vetoes) == ({"one": ""}, ())
        else:
            assert (flaws(judged), judged.vetoes) == ({"one": "withdrawn"}, (veto,))

    def test_another_persons_later_approval_lifts_no_veto(self) -> None:
        veto = self.reject(ANN, issued_at=NOW - 3 * DAY)
        assert judge([sworn(SUE), veto]).vetoes == (veto,)

    @pytest.mark.parametrize(
        "fields",
        [
            {"expires_at": NOW},
            {"refs": ("refs/heads/x",)},
            {"commits": (signed_commit(parent=C),)},
            {"flaw": "key-revoked"},
            {"issued_at": NOW},
        ],
        ids=repr,
    )
    def test_an_approval_that_is_not_good_here_lifts_no_veto(self, fields: dict[str, Any]) -> None:
        veto = self.reject(SUE, issued_at=NOW - 3 * DAY)
        judged = judge([sworn(SUE, **fields), veto])
        assert judged.vetoes == (veto,)
        assert "" not in flaws(judged).values()

    def test_an_older_approval_beside_a_newer_one_does_not_count_against_a_veto_between(self) -> None:
        old = sworn(SUE, "old", issued_at=NOW - 4 * DAY)
        veto = self.reject(SUE, issued_at=NOW - 3 * DAY)
        new = sworn(SUE, "new", issued_at=NOW - 2 * DAY)
        judged = judge([old, veto, new])
        assert flaws(judged) == {"old": "withdrawn", "new": ""}
        assert judged.vetoes == ()

    def test_a_veto_binds_every_ref_and_never_expires(self) -> None:
        veto = self.reject(ANN, refs=("refs/heads/x",), expires_at=NOW - 1, issued_at=NOW - 2)
        assert judge([veto.replace(received_at=NOW)]).vetoes == (veto.replace(received_at=NOW),)

    def test_only_who_may_approve_can_veto(self) -> None:
        judged = judge([sworn(SUE), self.reject(JO)])
        assert judged.vetoes == ()
        assert flaws(judged) == {"one": ""}

    @pytest.mark.parametrize("fields", [{"flaw": "key-revoked"}, {"commits": (signed_commit(B),)}], ids=repr)
    def test_a_veto_that_is_not_good_is_none(self, fields: dict[str, Any]) -> None:
        assert judge([self.reject(SUE, **fields)]).vetoes == ()

    def test_an_author_statement_is_no_approval_and_counts_when_good(self) -> None:
        good, bad, late = (
            sworn(JO, "good", Decision.AUTHOR),
            sworn(JO, "bad", Decision.AUTHOR, flaw="key-revoked"),
            sworn(JO, "late", Decision.AUTHOR, expires_at=NOW),
        )
        judged = judge([good, bad, late])
        assert (judged.author_statements, judged.approvals, judged.vetoes) == ((good,), (), ())

    def test_an_author_statement_that_names_refs_is_for_those(self) -> None:
        here = sworn(JO, "here", Decision.AUTHOR, refs=("refs/heads/x", MAIN))
        there = sworn(JO, "there", Decision.AUTHOR, refs=("refs/heads/x",))
        assert judge([here, there]).author_statements == (here,)

    def test_a_veto_of_somebody_unknown_is_none(self) -> None:
        judged = judge([self.reject(None)])
        assert (judged.vetoes, [each.flaw for each in judged.set_aside]) == ((), ["signer-may-not"])


def revoke(signer: Person, target: str, name: str = "revoke", **fields: Any) -> Testimony:
    return sworn(signer, name, Decision.REVOKE, revokes=StatementId(target), **fields)


class TestRevocation:
    @pytest.mark.parametrize(("signer", "gone"), [(SUE, True), (ADMIN, True), (ANN, False), (JO, False)])
    def test_a_signer_and_an_administrator_take_back_and_nobody_else(self, signer: Person, gone: bool) -> None:
        judged = judge([sworn(SUE), revoke(signer, "one")])
        assert flaws(judged) == {"one": "revoked" if gone else ""}

    def test_a_revocation_that_is_not_good_takes_nothing_back(self) -> None:
        assert flaws(judge([sworn(SUE), revoke(SUE, "one", flaw="unknown-key")])) == {"one": ""}

    @pytest.mark.parametrize("since", ["key-revoked", "signer-not-employed"])
    def test_what_was_taken_back_does_not_come_back_with_the_takers_key_but_a_veto_does(self, since: str) -> None:
        assert flaws(judge([sworn(SUE), revoke(SUE, "one", flaw=since)])) == {"one": "revoked"}
        veto = sworn(SUE, "veto", Decision.REJECT)
        assert judge([veto, revoke(SUE, "veto", flaw=since)]).vetoes == (veto,)

    def test_a_revocation_of_a_veto_lifts_it(self) -> None:
        veto = sworn(ANN, "veto", Decision.REJECT)
        assert judge([veto, revoke(SUE, "veto")]).vetoes == (veto,)
        assert judge([veto, revoke(ANN, "veto")]).vetoes == ()
        assert judge([veto, revoke(ADMIN, "veto")]).vetoes == ()

    def test_a_revocation_never_expires(self) -> None:
        assert flaws(judge([sworn(SUE), revoke(SUE, "one", expires_at=NOW - 1)])) == {"one": "revoked"}

    def test_a_revoked_approval_lifts_no_veto(self) -> None:
        veto = sworn(SUE, "veto", Decision.REJECT, issued_at=NOW - 3 * DAY)
        assert judge([sworn(SUE), veto, revoke(SUE, "one")]).vetoes == (veto,)

    def test_a_revoked_author_statement_proves_nothing(self) -> None:
        stated = sworn(JO, "mine", Decision.AUTHOR)
        assert judge([stated, revoke(JO, "mine")]).author_statements == ()

    def test_only_what_is_named_is_taken_back(self) -> None:
        assert flaws(judge([sworn(SUE, "a"), sworn(SUE, "b"), revoke(SUE, "b")])) == {
            "a": "",
            "b": "revoked",
        }

    def test_of_an_unknown_statement_only_an_administrator_can_say_that_it_is_revoked(self) -> None:
        assert revoked_statements([revoke(SUE, "far")]) == frozenset()
        assert revoked_statements([revoke(ADMIN, "far")]) == {"far"}

    def test_what_somebody_unknown_signed_is_nobodys_to_take_back(self) -> None:
        assert revoked_statements([sworn(None), revoke(SUE, "one")]) == frozenset()

    def test_only_revocations_take_back(self) -> None:
        assert revoked_statements([sworn(ADMIN)]) == frozenset()

    def test_a_veto_beside_what_somebody_unknown_signed_stands(self) -> None:
        veto = sworn(SUE, "veto", Decision.REJECT)
        judged = judge([sworn(None), veto])
        assert judged.vetoes == (veto,)

    def test_two_people_unknown_to_the_roster_are_not_the_same_person(self) -> None:
        nobody = sworn(None, "one", fingerprint=Fingerprint("SHA256:x"))
        other = sworn(None, "revoke", Decision.REVOKE, revokes=StatementId("one"))
        assert revoked_statements([nobody, other]) == frozenset()


class TestSetAside:
    """What does not count is still there to be shown, with why."""

    def test_nothing_that_was_said_is_lost(self) -> None:
        everything = [
            sworn(SUE, "yes"),
            sworn(ANN, "no", Decision.REJECT),
            sworn(JO, "mine", Decision.AUTHOR),
            sworn(JO, "elsewhere", Decision.AUTHOR, refs=("refs/heads/x",)),
            sworn(JO, "no too", Decision.REJECT),
            sworn(ANN, "urgent", Decision.EMERGENCY, refs=(MAIN,)),
            revoke(JO, "yes"),
            revoke(ANN, "far", name="back"),
        ]
        judged = judge(everything)
        assert sorted(each.testimony.statement_id for each in judged.all()) == sorted(
            each.statement_id for each in everything
        )
        assert [each.testimony.statement_id for each in judged.emergencies] == ["urgent"]
        assert {each.testimony.statement_id: each.flaw for each in judged.set_aside} == {
            "elsewhere": "other-ref",
            "no too": "signer-may-not",
            "revoke": "signer-may-not",
            "back": "signer-may-not",
        }

    def test_a_veto_that_its_signer_lifted_says_so(self) -> None:
        veto = sworn(SUE, "no", Decision.REJECT, issued_at=NOW - 3 * DAY)
        (standing,) = judge([veto, sworn(SUE)]).set_aside
        assert (standing.testimony, standing.flaw) == (veto, "approved-since")

    @pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT, Decision.AUTHOR])
    def test_what_was_taken_back_says_by_which_statement_the_first_one(self, decision: Decision) -> None:
        first = revoke(ADMIN, "one", name="b", issued_at=NOW - 3 * DAY)
        second = revoke(SUE, "one", name="a", issued_at=NOW - 2 * DAY)
        judged = judge([second, sworn(SUE, "one", decision), first])
        found = {str(each.testimony.statement_id): each for each in judged.all()}
        assert (found["one"].flaw, found["one"].revoked_by) == ("revoked", first)
        assert (found["a"].flaw, found["b"].flaw) == ("", "")

    def test_what_counts_for_nothing_anyway_names_nobody_who_took_it_back(self) -> None:
        (standing,) = judge([sworn(SUE, flaw="key-revoked"), revoke(ADMIN, "one")]).approvals
        assert (standing.flaw, standing.revoked_by) == ("key-revoked", None)

    def test_of_two_revocations_of_one_second_it_is_always_the_same_that_is_named(self) -> None:
        one, two = revoke(ADMIN, "one", name="a"), revoke(SUE, "one", name="b")
        for order in ([sworn(SUE), one, two], [two, one, sworn(SUE)]):
            assert [each.revoked_by for each in judge(order).approvals] == [one]

    def test_a_revocation_that_is_not_good_says_why(self) -> None:
        back = revoke(SUE, "one", flaw="key-revoked")
        judged = judge([sworn(SUE, "one"), back])
        assert [each.flaw for each in judged.set_aside] == ["key-revoked"]


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


people = st.sampled_from([SUE, ANN, JO, ADMIN])
decisions = st.sampled_from([Decision.APPROVE, Decision.REJECT, Decision.AUTHOR, Decision.REVOKE])


@st.composite
def heaps(draw: st.DrawFn) -> list[Testimony]:
    found: list[Testimony] = []
    for number in range(draw(st.integers(0, 5))):
        decision = draw(decisions)
        target = StatementId(str(draw(st.integers(0, 4)))) if decision is Decision.REVOKE else None
        found.append(
            sworn(
                draw(people),
                str(number),
                decision,
                issued_at=Timestamp(NOW - 5 * DAY + draw(st.integers(0, 2))),
                revokes=target,
                flaw=draw(st.sampled_from(["", "", "key-revoked"])),
            )
        )
    return found


@given(heaps(), st.randoms(use_true_random=False))
def test_the_order_in_which_sign_offs_are_found_plays_no_part(heap: list[Testimony], random: Any) -> None:
    turned = list(heap)
    random.shuffle(turned)
    one, other = judge(heap), judge(turned)
    assert flaws(one) == flaws(other)
    assert set(one.vetoes) == set(other.vetoes)
    assert set(one.author_statements) == set(other.author_statements)


@given(heaps())
def test_a_good_approval_is_never_withdrawn_revoked_or_flawed(heap: list[Testimony]) -> None:
    """The rule, said in another way: nothing later or equal of the same person stands against it."""
    revoked = {
        t.statement.revokes
        for t in heap
        for aimed in heap
        if t.statement.revokes == aimed.statement_id
        # A key that was revoked since still holds what it took back, and lifts no veto.
        and (not t.flaw or (t.flaw == "key-revoked" and aimed.statement.decision is not Decision.REJECT))
        and t.signer
        and aimed.signer
        and (t.signer.administrator or t.signer.id == aimed.signer.id)
    }

    def in_force(t: Testimony, decision: Decision) -> bool:
        return t.statement.decision is decision and not t.flaw and t.statement_id not in revoked

    for standing in judge(heap).approvals:
        t = standing.testimony
        against = [
            veto
            for veto in heap
            if in_force(veto, Decision.REJECT)
            and veto.signer == t.signer
            and t.signer in (SUE, ANN)
            and veto.statement.issued_at >= t.statement.issued_at
        ]
        assert (standing.flaw == "") == (in_force(t, Decision.APPROVE) and not against)


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
