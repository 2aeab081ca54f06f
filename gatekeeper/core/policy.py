"""The policy: which refs are protected, which rules hold there; and what a rule says of a dossier."""

from __future__ import annotations

import enum

from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.carryover import CarryOver
from gatekeeper.core.declaration import DEFAULT, MarkRules, State
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.globs import matches_path, matches_ref
from gatekeeper.core.governance import Administrators
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Ladder, Person, Who
from gatekeeper.core.privacy import Privacy
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record
from gatekeeper.core.relief import Lift, Source
from gatekeeper.core.testimony import Standing
from gatekeeper.core.verdict import (
    CommitFinding,
    Enforcement,
    Outcome,
    Revocation,
    RuleFinding,
    SignoffView,
    outcome_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection


class Independence(enum.Enum):
    """From whom an approver must be independent."""

    AUTHOR = "author"
    CO_AUTHORS = "co-authors"
    COMMITTER = "committer"
    PUSHER = "pusher"


class Presence(enum.Enum):
    """What a FIDO key must prove about the person at it."""

    TOUCH = "touch"
    VERIFIED = "verified"


class When(Record):
    """To which commits a rule applies: every part that is given must hold."""

    assisted: bool | None = None
    tools: tuple[str, ...] = ()
    """Ids; it applies to a commit whose marks name one of them, and to what a merge adds to such commits."""
    author: Who | None = None
    refs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Require(Record):
    """What a rule asks for."""

    signoffs: int
    """Distinct people."""
    approvers: Who
    """`from` in the file."""
    independent_of: tuple[Independence, ...] = (Independence.AUTHOR, Independence.CO_AUTHORS)
    presence: Presence | None = None
    max_age: int | None = None
    """Seconds since `issuedAt`."""
    ref_scope: bool = False
    """`scope: ref`: only sign-offs that name the ref count."""


class Rule(Record):
    """One rule. Exactly one of `require` and `refuse` is set."""

    id: str
    why: str = ""
    when: When = When()
    require: Require | None = None
    refuse: str | None = None
    """The text with which every commit that the rule applies to is refused."""
    enforcement: Enforcement = Enforcement.REFUSE
    refuses_from: Timestamp | None = None
    """A date from which it refuses; it warns before."""

    def enforced_at(self, now: Timestamp) -> Enforcement:
        """Return what happens at `now` when the rule is not satisfied."""
        if self.refuses_from is not None:
            return Enforcement.REFUSE if now >= self.refuses_from else Enforcement.WARN
        return self.enforcement


class Limits(Record):
    """Bounds on the work of one push; past one the gate refuses and names it."""

    commits: int = 50_000
    """Commits to judge in one push."""
    commit_bytes: int = 4 * 1024 * 1024
    """Size of one commit object."""
    signoffs: int = 10_000
    """Sign-offs added by one push, and sign-offs about one commit."""
    repeated_signoffs: int = 100
    """Statements with one decision by one person about one commit."""
    author_statements: int = 1_000
    """Commits that one person may call their own within a day: anybody may make such statements."""
    candidates: int = 100
    """Reviewed commits with the same paths that are compared with one new commit."""
    remembered: int = 50_000
    """Files of AI-assisted commits that one push may bring."""
    seconds: int = 60
    """For the whole judgement."""


class Message(Record):
    """What the policy adds to a refusal."""

    help: str = ""
    contact: str = ""
    show_levels: bool = False


class Emergency(Record):
    """Who may lift what rules require, and until when that is owed (DESIGN.md section 9)."""

    allowed: Who | None = None
    """None: nobody. A pause by the server's owner is possible all the same."""
    settle_within: int = 86_400
    """Seconds."""


class Policy(Record):
    """A policy as loaded: complete, and with at least one rule and one protected ref."""

    protect: tuple[str, ...]
    rules: tuple[Rule, ...]
    assisted: MarkRules = DEFAULT
    """What counts as a mark besides the built-in table."""
    undeclared_refused: bool = False
    author_proof: tuple[Proof, ...] = (Proof.SIGNATURE, Proof.FIRST_PUSH, Proof.STATEMENT)
    deletions_allowed: bool = False
    rewinds_allowed: bool = False
    leavers_drop: bool = False
    administrators: Administrators | None = None
    """Whose sign-offs a change of policy or roster on a ref needs; None: the file does not say, see `governors`."""
    stale_for: int = 86_400
    """Seconds for which the last good version of a file that became bad stays in force."""
    emergency: Emergency = Emergency()
    remember: int = 180 * 86_400
    """Seconds for which an AI mark is remembered with the bytes that it came with; 0: not at all."""
    carry_over: CarryOver = CarryOver()
    reverts_within: int | None = 14 * 86_400
    """Seconds within which an AI-assisted commit can be taken out by a pure revert; None: never."""
    message: Message = Message()
    limits: Limits = Limits()
    privacy: Privacy = Privacy()

    @property
    def governors(self) -> Administrators:
        """Whose sign-offs a change of policy or roster on a ref needs."""
        return self.administrators or Administrators()

    def protects(self, ref: str, default_branch: str) -> bool:
        """Whether a full ref name is guarded; `HEAD` in `protect` stands for the default branch."""
        return any(
            ref == default_branch if pattern == "HEAD" else matches_ref(pattern, ref) for pattern in self.protect
        )

    def may_approve(self, person: Person, ladder: Ladder) -> bool:
        """Whether some rule would take this person's approval, or the person is an administrator."""
        if person.bot:
            return False
        return person.administrator or any(
            rule.require is not None and rule.require.approvers.met_by(person, ladder) for rule in self.rules
        )

    def may_declare_emergency(self, person: Person, ladder: Ladder) -> bool:
        """Whether `emergency.allowed` names this person; never a bot."""
        allowed = self.emergency.allowed
        return allowed is not None and not person.bot and allowed.met_by(person, ladder)

    def rules_for(self, ref: str) -> tuple[Rule, ...]:
        """Return the rules whose `refs` admit this ref."""
        return tuple(
            rule
            for rule in self.rules
            if not rule.when.refs or any(matches_ref(pattern, ref) for pattern in rule.when.refs)
        )

    def enforced(self, ref: str, now: Timestamp) -> tuple[str, ...]:
        """Return the identities of all that refuses on a ref at `now`: the ledger notes under what a commit landed."""
        rules = [rule for rule in self.rules_for(ref) if rule.enforced_at(now) is Enforcement.REFUSE]
        marks = "" if self.assisted == DEFAULT else repr(self.assisted)  # under other marks a rule is another one
        return (
            *(sha256_hex(f"{rule!r}{marks}".encode()) for rule in rules),
            *(("undeclared",) if self.undeclared_refused else ()),
        )


class Setting(Record):
    """What all dossiers of a judgement share."""

    policy: Policy
    ladder: Ladder
    now: Timestamp


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
            finding.replace(lifted=True) if rule.when.assisted and _unmet(finding) else finding
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


def _unmet(finding: RuleFinding) -> bool:
    return finding.enforcement is Enforcement.REFUSE and finding.outcome is not Outcome.ACCEPTED


def _revert_lift(dossier: Dossier, setting: Setting) -> Lift:
    """Taking bad code out must be quick; what a rule would have asked for is owed."""
    return Lift(
        source=Source.PURE_REVERT,
        by=dossier.pusher.id if dossier.pusher else "",
        reason=f"takes out {dossier.pure_revert}",
        due=Timestamp(setting.now + setting.policy.emergency.settle_within),
    )


def _problems(dossier: Dossier, policy: Policy) -> list[Reason]:
    """Return what refuses a commit whether or not a rule applies to it."""
    problems = [
        reason(
            "vetoed",
            signer=veto.signer.id if veto.signer else "",
            statement=veto.statement_id,
            issued=veto.statement.issued_at,
            comment=veto.statement.comment,
        )
        for veto in dossier.signoffs.vetoes
    ]
    if dossier.declaration.contradiction:
        problems.append(reason("contradiction", evidence=_mark(dossier)))
    adds = dossier.addition is not Addition.NOTHING and not dossier.pure_revert
    undeclared = dossier.declaration.state is State.SILENT and adds
    if policy.undeclared_refused and undeclared:
        problems.append(reason("undeclared"))
    return problems


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
    views = tuple(_view(standing, rule, rule.require, dossier, setting) for standing in dossier.signoffs.approvals)
    sure = {view.signer for view in views if not view.flaw and not view.provisional}
    possible = {view.signer for view in views if not view.flaw}
    if len(sure) >= rule.require.signoffs:
        outcome = Outcome.ACCEPTED
    elif len(possible) >= rule.require.signoffs or applies is None:
        outcome = Outcome.UNDECIDED
    else:
        outcome = Outcome.REFUSED
    missing = max(0, rule.require.signoffs - len(possible))
    return base.replace(
        outcome=outcome,
        signoffs=views,
        missing=missing,
        excluded=tuple(sorted(person.id for person in _excluded(rule.require, dossier))),
    )


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


def _excluded(require: Require, dossier: Dossier) -> set[Person]:
    """Return the people whose approval is not independent."""
    groups: dict[Independence, tuple[Person | None, ...]] = {
        Independence.AUTHOR: tuple(
            person for each in dossier.range_authors or (dossier.authorship,) for person in each.involved
        ),
        Independence.CO_AUTHORS: dossier.co_authors,
        Independence.COMMITTER: (dossier.committer,),
        Independence.PUSHER: (dossier.pusher,),
    }
    return {person for group in require.independent_of for person in groups[group] if person is not None}


def _view(standing: Standing, rule: Rule, require: Require, dossier: Dossier, setting: Setting) -> SignoffView:
    """Say whether a sign-off counts for this rule, and if not, why."""
    testimony = standing.testimony
    statement, signer = testimony.statement, testimony.signer
    excluded = {person.id for person in _excluded(require, dossier)}
    if standing.flaw or signer is None:
        flaw = standing.flaw or "unknown-key"
    elif standing.partial and rule.when.assisted is not True:
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
    return SignoffView(
        statement=testimony.statement_id,
        signer=signer.id if signer else statement.signer,
        issued_at=statement.issued_at,
        comment=statement.comment,
        flaw=flaw,
        reviewed=standing.reviewed,
        provisional=not flaw and asks_author and dossier.authorship.first_pusher_unknown,
        revocation=revocation_of(standing),
    )


def revocation_of(standing: Standing) -> Revocation | None:
    """Return who took a sign-off back, and why; None if nobody did."""
    if standing.revoked_by is None:
        return None
    statement = standing.revoked_by.statement
    return Revocation(signer=statement.signer, issued_at=statement.issued_at, comment=statement.comment)
