"""Which sign-offs count for a rule that applies, and why the others do not."""

from __future__ import annotations

from gatekeeper.core.dossier import Dossier
from gatekeeper.core.people import Person
from gatekeeper.core.policy import Independence, Presence, Require, Setting, When
from gatekeeper.core.testimony import Standing
from gatekeeper.core.verdict import Outcome, Revocation, RuleFinding, SignoffView


def count(base: RuleFinding, when: When, require: Require, dossier: Dossier, setting: Setting) -> RuleFinding:
    """Return what a rule that applies, or may apply, finds about one commit.

    Args:
        base: What is known so far of the rule and whether it applies.
        when: To which commits the rule applies.
        require: What it asks for.
        dossier: The commit, with its sign-offs.
        setting: What all dossiers of the judgement share.
    """
    excluded = _excluded(require, dossier)
    views = tuple(_view(standing, when, require, excluded, dossier, setting) for standing in dossier.signoffs.approvals)
    sure = {view.signer for view in views if not view.flaw and not view.provisional}
    possible = {view.signer for view in views if not view.flaw}
    if len(sure) >= require.signoffs:
        outcome = Outcome.ACCEPTED
    elif len(possible) >= require.signoffs or base.applies is None:
        outcome = Outcome.UNDECIDED
    else:
        outcome = Outcome.REFUSED
    missing = max(0, require.signoffs - len(possible))
    return base.replace(outcome=outcome, signoffs=views, missing=missing, excluded=tuple(sorted(excluded)))


def _excluded(require: Require, dossier: Dossier) -> set[str]:
    """Return the ids of the people whose approval is not independent."""
    groups: dict[Independence, tuple[Person | None, ...]] = {
        Independence.AUTHOR: tuple(
            person for each in dossier.range_authors or (dossier.authorship,) for person in each.involved
        ),
        Independence.CO_AUTHORS: dossier.co_authors,
        Independence.COMMITTER: dossier.committers,
        Independence.PUSHER: (dossier.pusher,),
    }
    return {person.id for group in require.independent_of for person in groups[group] if person is not None}


def _view(
    standing: Standing, when: When, require: Require, excluded: set[str], dossier: Dossier, setting: Setting
) -> SignoffView:
    """Say whether a sign-off counts for a rule, and if not, why. `excluded` are ids of people."""
    testimony = standing.testimony
    statement, signer = testimony.statement, testimony.signer
    if standing.flaw or signer is None:
        flaw = standing.flaw or "unknown-key"
    elif standing.partial and when.assisted is not True:
        flaw = "covers-part"
    elif not require.approvers.met_by(signer, setting.ladder) or signer.bot:
        flaw = "signer-may-not"
    elif signer.id in excluded:
        flaw = "not-independent"
    elif require.ref_scope and not statement.refs:
        flaw = "not-for-this-ref-alone"
    elif require.max_age is not None and setting.now - statement.issued_at > require.max_age:
        flaw = "too-old"
    elif require.presence is Presence.TOUCH and not testimony.touched:
        flaw = "no-touch"
    elif require.presence is Presence.VERIFIED and not testimony.verified_user:
        flaw = "no-verification"
    else:
        flaw = ""
    asks_author = Independence.AUTHOR in require.independent_of
    provisional = not flaw and asks_author and dossier.authorship.first_pusher_unknown
    return seen(standing, flaw).replace(reviewed=standing.reviewed, provisional=provisional)


def seen(standing: Standing, flaw: str) -> SignoffView:
    """Return a sign-off as whoever counts it sees it: with why it does not count, or an empty `flaw`."""
    testimony = standing.testimony
    statement, signer = testimony.statement, testimony.signer
    return SignoffView(
        statement=testimony.statement_id,
        signer=signer.id if signer else statement.signer,
        issued_at=statement.issued_at,
        comment=statement.comment,
        flaw=flaw,
        revocation=_revocation(standing),
    )


def _revocation(standing: Standing) -> Revocation | None:
    """Return who took a sign-off back, and why; None if nobody did."""
    if standing.revoked_by is None:
        return None
    statement = standing.revoked_by.statement
    return Revocation(signer=statement.signer, issued_at=statement.issued_at, comment=statement.comment)
