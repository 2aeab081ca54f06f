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
    from collections.abc import Callable, Iterable, Mapping, Sequence

CLOCK_SKEW = 600
"""Seconds by which a signer's clock may be ahead of the server's."""
EMERGENCY_LASTS = 86_400
"""Seconds from issue for which an `emergency` statement may hold, at most."""


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


SINCE = ("key-revoked", "signer-not-employed")
"""Flaws that came after the receipt: what was taken back stays so; to lift a veto takes somebody who still counts."""


def revoked_statements(testimonies: Iterable[Testimony]) -> frozenset[StatementId]:
    """Return the ids that good `revoke` statements take back: by their signer or an administrator."""
    return frozenset(revocations(testimonies))


def revocations(testimonies: Iterable[Testimony]) -> dict[StatementId, Testimony]:
    """Return what is taken back, each with the first good `revoke` statement that does so."""
    everything = {testimony.statement_id: testimony for testimony in testimonies}
    found: dict[StatementId, Testimony] = {}
    for testimony in sorted(everything.values(), key=lambda each: (each.statement.issued_at, each.statement_id)):
        target = testimony.statement.revokes
        if target is None or not may_revoke(testimony.signer, everything.get(target)):
            continue
        if not testimony.flaw or (testimony.flaw in SINCE and not _is_veto(everything.get(target))):
            found.setdefault(target, testimony)
    return found


def _is_veto(testimony: Testimony | None) -> bool:
    return testimony is None or testimony.statement.decision is Decision.REJECT


def may_revoke(person: Person | None, aimed: Testimony | None) -> bool:
    """Whether a person may take a statement back: their own, or as an administrator anybody's."""
    if person is None:
        return False
    own = aimed is not None and aimed.signer is not None and aimed.signer.id == person.id
    return own or person.administrator


def _flaw(
    testimony: Testimony,
    commit: Commit,
    change: ChangeDigest | None,
    revoked: Mapping[StatementId, Testimony],
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
    revoked = revocations(testimonies)

    good = {testimony.statement_id: _flaw(testimony, commit, change, revoked, now) for testimony in testimonies}
    of = {
        decision: [t for t in testimonies if t.statement.decision is decision]
        for decision in (Decision.APPROVE, Decision.REJECT, Decision.AUTHOR, Decision.EMERGENCY)
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
        approvals.append(_standing(testimony, flaw, revoked))
    # An approval that is not withdrawn came after every veto of its signer, and lifts them.
    in_force = [veto for veto in vetoes if not any(not a.flaw and _same_signer(a.testimony, veto) for a in approvals)]
    stated = [
        t for t in of[Decision.AUTHOR] if not good[t.statement_id] and (not t.statement.refs or ref in t.statement.refs)
    ]
    counted = {t.statement_id for t in (*of[Decision.APPROVE], *of[Decision.EMERGENCY], *in_force, *stated)}
    return Judged(
        approvals=tuple(approvals),
        vetoes=tuple(in_force),
        author_statements=tuple(stated),
        set_aside=tuple(
            _standing(t, _flaw_of_other(t, good[t.statement_id], once, may_veto), revoked)
            for t in testimonies
            if t.statement_id not in counted
        ),
        emergencies=tuple(
            _standing(t, good[t.statement_id] or _emergency_flaw(t.statement, ref, range_holds), revoked)
            for t in of[Decision.EMERGENCY]
        ),
    )


def _standing(testimony: Testimony, flaw: str, revoked: Mapping[StatementId, Testimony]) -> Standing:
    by = revoked.get(testimony.statement_id) if flaw == "revoked" else None
    return Standing(testimony=testimony, flaw=flaw, revoked_by=by)


def _flaw_of_other(
    testimony: Testimony,
    flaw: str,
    everything: Mapping[StatementId, Testimony],
    may_veto: Callable[[Person], bool],
) -> str:
    """Return why a veto or an `author` statement is not in force, or whether a revocation is; `flaw` is its own."""
    statement, signer = testimony.statement, testimony.signer
    if statement.revokes is not None:  # good by its signer alone, as in `revocations`
        return testimony.flaw or (GOOD if may_revoke(signer, everything.get(statement.revokes)) else "signer-may-not")
    if flaw:
        return flaw
    if statement.decision is Decision.REJECT:
        return "approved-since" if signer and may_veto(signer) else "signer-may-not"
    return "other-ref"


def _emergency_flaw(statement: Statement, ref: str, range_holds: Callable[[Statement], bool]) -> str:
    """Return what is wrong with an `emergency` statement, good in itself, on its way to `ref`."""
    if ref not in statement.refs:
        return "other-ref"
    if lasts_too_long(statement):
        return "lasts-too-long"
    return GOOD if range_holds(statement) else "range-differs"


def lasts_too_long(statement: Statement) -> bool:
    """Whether an `emergency` statement would hold for longer than any emergency may."""
    return statement.expires_at - statement.issued_at > EMERGENCY_LASTS


def _same_signer(one: Testimony, other: Testimony) -> bool:
    return one.signer is not None and other.signer is not None and one.signer.id == other.signer.id


def _overrides(veto: Testimony, approval: Testimony) -> bool:
    """Whether a veto came at the same second as, or after, an approval of the same person."""
    return _same_signer(veto, approval) and veto.statement.issued_at >= approval.statement.issued_at


def _claims_hold(said: SignedCommit, commit: Commit, change: ChangeDigest | None) -> bool:
    """Whether what the statement says of the commit is what the commit is."""
    parent: ObjectId | str = commit.parents[0] if commit.parents else ""
    author = commit.author.email.decode("utf-8", "replace")
    return said.parent == parent and said.change == (change or "") and said.author == author
