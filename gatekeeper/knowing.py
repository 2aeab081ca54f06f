"""Which commits need no second judgement: the ledger vouches for them, one by one (DESIGN.md section 4)."""

from __future__ import annotations

from gatekeeper.bench import Bench
from gatekeeper.core.ids import ObjectId, StatementId
from gatekeeper.ledger import Landing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.testimony import Testimony

UNSETTLING = ("reject", "revoke")
"""Decisions for which a landed commit may have to be judged again."""


def known_commits(
    bench: Bench, ref: str, ids: Sequence[ObjectId], signoffs: Mapping[ObjectId, Sequence[Testimony]]
) -> dict[ObjectId, Landing]:
    """Return the commits that landed where every rule of this ref was enforced too, each with how it did."""
    if bench.ledger is None:
        return {}
    enforced = set(bench.policy.enforced(ref, bench.now))
    landings = [each for many in bench.ledger.ways_landed(ids).values() for each in many]
    landings = [each for each in landings if each.clean and enforced <= set(each.rules)]
    carried = {name for each in landings for name, _ in each.reviewed}.difference(ids)
    said = {**signoffs, **(bench.signoffs(sorted(carried)) if carried else {})}
    return {each.commit: each for each in landings if _is_admitted(bench, ref, each, said)}


def _is_admitted(bench: Bench, ref: str, landing: Landing, signoffs: Mapping[ObjectId, Sequence[Testimony]]) -> bool:
    """Whether what counted when a commit landed, about itself or about what it carries, still admits it to a ref."""
    names = dict.fromkeys((landing.commit, *(name for name, _ in landing.reviewed)))
    said = [testimony for name in names for testimony in signoffs.get(name, ())]
    taken_back = _taken_back(bench, said)
    if taken_back is None:
        return False
    # Without those whose key was revoked or whose signer may no longer count: they admit nothing more.
    about = {t.statement_id: t.statement for t in said if not t.flaw and t.statement_id not in taken_back}
    return all(
        statement in about and (not about[statement].refs or ref in about[statement].refs)
        for statement in landing.statements
    )


def _taken_back(bench: Bench, said: Sequence[Testimony]) -> frozenset[StatementId] | None:
    """Return the statements about a landed commit that are revoked; None if somebody who may has vetoed it."""
    if not any(testimony.statement.decision.value in UNSETTLING for testimony in said):
        return frozenset()
    from gatekeeper.core.approval import revoked_statements  # only where there is a veto or a revocation

    revoked = revoked_statements(said)
    vetoes = (
        t for t in said if t.statement.decision.value == "reject" and not t.flaw and t.statement_id not in revoked
    )
    if any(t.signer and bench.policy.may_approve(t.signer, bench.roster.ladder) for t in vetoes):
        return None
    return revoked
