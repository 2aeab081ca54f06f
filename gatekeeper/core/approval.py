"""Whether a sign-off is good for a commit, and why not (DESIGN.md section 6).

A flaw is a code, as in `reasons`; no flaw means good. What a rule asks of a sign-off besides
(level, independence, presence, age) is the rule's business, in `policy`.
"""

from __future__ import annotations

from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ChangeDigest, ObjectId, StatementId, Timestamp
from gatekeeper.core.people import Person
from gatekeeper.core.signoff import Decision, SignedCommit, Statement
from gatekeeper.core.testimony import GOOD, Judged, Standing, Testimony

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

CLOCK_SKEW = 600
"""Seconds by which a signer's clock may be ahead of the server's."""


def examine(testimony: Testimony, *, repository: str, leavers_drop: bool, now: Timestamp) -> Testimony:
    """Return the testimony with the first flaw of its signer or binding. The signature itself is known to be good."""
    statement, signer = testimony.statement, testimony.signer
    key = signer.key(testimony.fingerprint) if signer else None
    if signer is None or key is None:
        flaw = "unknown-key"
    elif key.revoked:
        flaw = "key-revoked"
    elif not key.valid_at(testimony.received_at):
        flaw = "key-out-of-window"
    elif signer.bot:
        flaw = "signer-is-bot"
    elif statement.signer != signer.id:
        flaw = "signer-differs"
    elif not signer.employed_at(testimony.received_at) or (leavers_drop and not signer.employed_at(now)):
        flaw = "signer-not-employed"
    elif statement.repository != repository:
        flaw = "other-repository"
    else:
        flaw = GOOD
    return testimony.replace(flaw=flaw)


def revoked_statements(testimonies: Iterable[Testimony]) -> frozenset[StatementId]:
    """Return the ids that good `revoke` statements take back: by their signer or an administrator."""
    everything = {testimony.statement_id: testimony for testimony in testimonies}
    revoked: set[StatementId] = set()
    for testimony in everything.values():
        target = testimony.statement.revokes
        if testimony.flaw or target is None or testimony.signer is None:
            continue
        aimed = everything.get(target)
        own = aimed is not None and aimed.signer is not None and aimed.signer.id == testimony.signer.id
        if own or testimony.signer.administrator:
            revoked.add(target)
    return frozenset(revoked)


def _flaw(
    testimony: Testimony,
    commit: Commit,
    change: ChangeDigest | None,
    revoked: frozenset[StatementId],
    now: Timestamp,
) -> str:
    """Return what is wrong with a testimony about one commit, wherever it is pushed to."""
    statement = testimony.statement
    said = statement.commit(commit.id)
    # A veto binds until it is revoked, whatever else it says and however long ago.
    for_ever = statement.decision is Decision.REJECT and said is not None
    checks = (
        (testimony.statement_id in revoked, "revoked"),
        (for_ever, GOOD),
        (said is None or not _claims_hold(said, commit, change), "claims-differ"),
        (statement.expires_at <= now, "expired"),
        (statement.issued_at > testimony.received_at + CLOCK_SKEW, "issued-in-the-future"),
    )
    return testimony.flaw or next((code for applies, code in checks if applies), GOOD)


def judge_signoffs(
    commit: Commit,
    testimonies: Sequence[Testimony],
    *,
    ref: str,
    change: ChangeDigest | None,
    may_veto: Callable[[Person], bool],
    range_holds: Callable[[Statement], bool],
    now: Timestamp,
) -> Judged:
    """Judge every testimony about `commit` for a push to `ref`.

    `change` is the commit's change digest as recomputed, None for an empty change; `range_holds`
    says whether a statement's range is exactly what it lists. Of one person's `approve` and
    `reject` the later `issuedAt` counts, at a tie the `reject`.
    """
    once: dict[StatementId, Testimony] = {}
    for testimony in testimonies:  # the first receipt counts, so what is pushed again does not get younger
        once.setdefault(testimony.statement_id, testimony)
    testimonies = tuple(once.values())
    revoked = revoked_statements(testimonies)

    good = {testimony.statement_id: _flaw(testimony, commit, change, revoked, now) for testimony in testimonies}
    of = {
        decision: [t for t in testimonies if t.statement.decision is decision]
        for decision in (Decision.APPROVE, Decision.REJECT, Decision.AUTHOR)
    }
    vetoes = [t for t in of[Decision.REJECT] if not good[t.statement_id] and t.signer and may_veto(t.signer)]
    approvals: list[Standing] = []
    for testimony in of[Decision.APPROVE]:
        flaw = good[testimony.statement_id]
        if not flaw and any(_overrides(veto, testimony) for veto in vetoes):
            flaw = "withdrawn"
        if not flaw and testimony.statement.refs and ref not in testimony.statement.refs:
            flaw = "other-ref"
        if not flaw and testimony.statement.range and not range_holds(testimony.statement):
            flaw = "range-differs"
        approvals.append(Standing(testimony=testimony, flaw=flaw))
    in_force = [
        veto for veto in vetoes if not any(not a.flaw and _overrides_strictly(a.testimony, veto) for a in approvals)
    ]
    return Judged(
        approvals=tuple(approvals),
        vetoes=tuple(in_force),
        author_statements=tuple(
            t
            for t in of[Decision.AUTHOR]
            if not good[t.statement_id] and (not t.statement.refs or ref in t.statement.refs)
        ),
    )


def _same_signer(one: Testimony, other: Testimony) -> bool:
    return one.signer is not None and other.signer is not None and one.signer.id == other.signer.id


def _overrides(veto: Testimony, approval: Testimony) -> bool:
    """Whether a veto came at the same second as, or after, an approval of the same person."""
    return _same_signer(veto, approval) and veto.statement.issued_at >= approval.statement.issued_at


def _overrides_strictly(approval: Testimony, veto: Testimony) -> bool:
    """Whether an approval came after a veto of the same person."""
    return _same_signer(veto, approval) and approval.statement.issued_at > veto.statement.issued_at


def _claims_hold(said: SignedCommit, commit: Commit, change: ChangeDigest | None) -> bool:
    """Whether what the statement says of the commit is what the commit is."""
    parent: ObjectId | str = commit.parents[0] if commit.parents else ""
    author = commit.author.email.decode("utf-8", "replace")
    return said.parent == parent and said.change == (change or "") and said.author == author
