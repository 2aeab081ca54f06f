"""Vetoes and revocations: what is taken back, by whom, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.approval import revoked_statements
from gatekeeper.core.ids import Fingerprint, StatementId
from gatekeeper.core.signoff import Decision
from tests.support.judging import ADMIN, ANN, JO, SUE, flaws, judge, revoke
from tests.support.values import (
    DAY,
    MAIN,
    NOW,
    B,
    C,
    signed_commit,
    sworn,
)

if TYPE_CHECKING:
    from gatekeeper.core.people import Person
    from gatekeeper.core.testimony import Testimony


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
