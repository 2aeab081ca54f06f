"""What holds of any heap of sign-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import StatementId, Timestamp
from gatekeeper.core.signoff import Decision
from tests.support.judging import ADMIN, ANN, JO, SUE, flaws, judge
from tests.support.values import (
    DAY,
    NOW,
    sworn,
)

if TYPE_CHECKING:
    from gatekeeper.core.testimony import Testimony


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
