"""What the policy says of one commit: every rule for its ref, and what holds whatever the rules say."""

from __future__ import annotations

from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.declaration import State
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.globs import matches_path
from gatekeeper.core.people import Ladder, Who
from gatekeeper.core.policy import Policy, Rule, Setting, When
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.relief import Lift, Source
from gatekeeper.core.testimony import Testimony
from gatekeeper.core.verdict import CommitFinding, Outcome, RuleFinding, outcome_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection


def in_question(rule: Rule, *, assisted: bool, tools: Collection[str] = ()) -> bool:
    """Whether a rule might apply, by what is known before diff, authorship and sign-offs are looked at."""
    if rule.when.tools and not set(rule.when.tools).intersection(tools):
        return False
    return rule.when.assisted is None or rule.when.assisted == assisted


def evaluate(dossier: Dossier, setting: Setting) -> CommitFinding:
    """Judge one commit by every rule for its ref, and by what holds whatever the rules say."""
    policy = setting.policy
    findings = tuple(_rule_finding(rule, dossier, setting) for rule in policy.rules_for(dossier.ref))
    if dossier.pure_revert:
        findings = tuple(
            finding.replace(lifted=True) if rule.when.assisted and finding.failed else finding
            for rule, finding in zip(policy.rules_for(dossier.ref), findings, strict=True)
        )
    problems = tuple(_problems(dossier, policy))
    return CommitFinding(
        commit=dossier.commit.id,
        subject=dossier.commit.subject,
        author=dossier.commit.author.line,
        author_email=dossier.commit.author.email,
        declaration=dossier.declaration,
        addition=dossier.addition,
        authorship=dossier.authorship,
        assisted=dossier.assisted,
        pure_revert=dossier.pure_revert or "",
        lift=_revert_lift(dossier, setting) if any(finding.lifted for finding in findings) else None,
        rules=findings,
        problems=problems,
        outcome=outcome_of(findings, problems),
    )


def _revert_lift(dossier: Dossier, setting: Setting) -> Lift:
    """Taking bad code out must be quick; what a rule would have asked for is owed."""
    return Lift(
        source=Source.PURE_REVERT,
        by=dossier.pusher.id if dossier.pusher else "",
        reason=f"takes out {dossier.pure_revert}",
        due=setting.due,
    )


def _problems(dossier: Dossier, policy: Policy) -> list[Reason]:
    """Return what refuses a commit whether or not a rule applies to it."""
    problems = [vetoed(veto) for veto in dossier.signoffs.vetoes]
    if dossier.declaration.contradiction:
        problems.append(reason("contradiction", evidence=_mark(dossier)))
    adds = dossier.addition is not Addition.NOTHING and not dossier.pure_revert
    undeclared = dossier.declaration.state is State.SILENT and adds
    if policy.undeclared_refused and undeclared:
        problems.append(reason("undeclared"))
    return problems


def vetoed(veto: Testimony) -> Reason:
    """Return the reason by which a veto in force refuses."""
    return reason(
        "vetoed",
        signer=veto.signer.id if veto.signer else "",
        statement=veto.statement_id,
        issued=veto.statement.issued_at,
        comment=veto.statement.comment,
    )


def _mark(dossier: Dossier) -> str:
    recollection = dossier.declaration.recollection
    if recollection:
        return f"in commit {recollection.root}, with the same bytes"
    evidence = dossier.declaration.evidence
    return evidence[0].text.decode("utf-8", "replace") if evidence else ""


def _rule_finding(rule: Rule, dossier: Dossier, setting: Setting) -> RuleFinding:
    """Judge one commit by one rule."""
    applies = _applies(rule.when, dossier, setting.ladder)
    enforcement = rule.enforced_at(setting.now)
    base = RuleFinding(
        rule=rule.id,
        why=rule.why,
        enforcement=enforcement,
        applies=applies,
        needed=rule.require.signoffs if rule.require else 0,
        approvers=rule.require.approvers if rule.require else None,
        refuse=rule.refuse,
    )
    if applies is False:
        return base
    base = base.replace(exempt_if_proved=_exempt_if_proved(rule.when.author, dossier, setting))
    if rule.require is None:
        return base.replace(outcome=Outcome.REFUSED if applies else Outcome.UNDECIDED)
    from gatekeeper.core.counting import count  # most commits never get here: no rule applies to them

    return count(base, rule.when, rule.require, dossier, setting)


def _applies(when: When, dossier: Dossier, ladder: Ladder) -> bool | None:
    """Whether a rule applies; None when only a ledger could tell.

    A merge that adds nothing meets only rules on paths.
    """
    if dossier.addition is Addition.NOTHING and not when.paths:
        return False
    if when.assisted is not None and when.assisted != dossier.assisted:
        return False
    if when.tools and not set(when.tools).intersection(dossier.tools):
        return False
    if when.paths and not any(matches_path(pattern, path) for pattern in when.paths for path in dossier.paths):
        return False
    return True if when.author is None else _author_condition(when.author, dossier, ladder)


def _author_condition(who: Who, dossier: Dossier, ladder: Ladder) -> bool | None:
    """A condition on the author is false only for proved authors of whom none meets it."""
    answers = [_author_meets(who, authorship, ladder) for authorship in dossier.range_authors or (dossier.authorship,)]
    if True in answers:
        return True
    return None if None in answers else False


def _author_meets(who: Who, authorship: Authorship, ladder: Ladder) -> bool | None:
    if authorship.proved is not None:
        return who.met_by(authorship.proved, ladder)
    # A machine's author field claims nobody: whoever a ledger would prove may meet the condition or not.
    claimed = authorship.claimed
    if authorship.open and (claimed is None or not who.met_by(claimed, ladder)):
        return None
    return True


def _exempt_if_proved(who: Who | None, dossier: Dossier, setting: Setting) -> tuple[str, ...]:
    """Return who, of those named as writers, would not meet a condition on the author if they were proved."""
    if who is None or Proof.STATEMENT not in setting.policy.author_proof:
        return ()
    return tuple(person.id for person in dossier.authorship.named if not who.met_by(person, setting.ladder))
