"""An update of the store -> the sign-offs that it brings, each verified; or why it may not be."""

from __future__ import annotations

from gatekeeper.bench import Court
from gatekeeper.core.approval import CLOCK_SKEW, lasts_too_long
from gatekeeper.core.commits import MalformedCommitError, parse_commit
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.people import Person, Roster
from gatekeeper.core.policy import Limits, Policy
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import Decision, MalformedSignoffError, Statement, parse_envelope
from gatekeeper.core.testimony import Testimony
from gatekeeper.core.writers import named_writers
from gatekeeper.git import Engine
from gatekeeper.git.store import Addition, BadStoreError, read_additions
from gatekeeper.ledger import Ledger
from gatekeeper.testimonies import Checked, check_envelope, testify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DAY = 86_400
"""Seconds over which `limits.author_statements` counts."""


class Admitted(Record):
    """A sign-off that may enter the store."""

    testimony: Testimony
    envelope: bytes
    commits: tuple[ObjectId, ...]


class NotAdmittedError(Exception):
    """The update of the store is refused; carries every reason."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        """Keep the reasons as data."""
        super().__init__(", ".join(why.code for why in reasons))
        self.reasons = tuple(reasons)


def admit(
    engine: Engine, ledger: Ledger, policy: Policy, court: Court, old: ObjectId | None, new: ObjectId
) -> list[Admitted]:
    """Verify every sign-off that an update of the store adds.

    Raises:
        NotAdmittedError: with the reason for each that may not enter.
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    try:
        additions = read_additions(engine, old, new, policy.limits.signoffs)
    except BadStoreError as error:
        raise NotAdmittedError([reason("store-update", what=str(error))]) from None
    admitted: list[Admitted] = []
    reasons: list[Reason] = []
    for addition in additions:
        engine.check_time()
        try:
            known = court.roster.by_key(parse_envelope(addition.envelope).keyid)
            checked = check_envelope(addition.envelope) if known else None
        except MalformedSignoffError as error:
            reasons.append(
                reason("signoff-not-admitted", statement=addition.statement, why="malformed", what=str(error))
            )
            continue
        if checked is None:
            reasons.append(reason("signoff-not-admitted", statement=addition.statement, why="unknown-key", what=""))
            continue
        testimony = testify(checked, court.now, court)
        flaw, what = _flaw(engine, policy, court, addition, checked, testimony)
        if flaw:
            reasons.append(reason("signoff-not-admitted", statement=addition.statement, why=flaw, what=what))
        else:
            admitted.append(Admitted(testimony=testimony, envelope=addition.envelope, commits=addition.commits))
    reasons = reasons or _floods(ledger, policy.limits, admitted, court.now)
    if reasons:
        raise NotAdmittedError(reasons)
    return admitted


def _floods(ledger: Ledger, limits: Limits, admitted: Sequence[Admitted], now: Timestamp) -> list[Reason]:
    """Return which bounds per person are passed, counting what was received before and what comes now.

    A statement that was received before is not counted again: a store push that lost its race brings it once more.
    """
    statements = {each.testimony.statement_id: each.testimony.statement for each in admitted}
    return [*_repetitions(ledger, limits, statements), *_claims(ledger, limits, statements, now)]


def _repetitions(ledger: Ledger, limits: Limits, statements: Mapping[StatementId, Statement]) -> list[Reason]:
    """Refuse what one person says of one commit again and again: the commit itself would pass a bound by it.

    Each decision counts for itself, so that many approvals keep nobody from a veto.
    """
    about: dict[tuple[ObjectId, str, str], set[StatementId]] = {}
    for statement_id, statement in statements.items():
        for commit in statement.commits:
            about.setdefault((commit.id, statement.signer, statement.decision.value), set()).add(statement_id)
    for before in ledger.statements_about([commit for commit, _, _ in about]):
        said = about.get((before.commit, before.signer, before.decision))
        if said is not None:
            said.add(before.statement)
    limit = limits.repeated_signoffs
    return [
        reason("too-many-repeated-signoffs", signer=signer, commit=commit, limit=limit)
        for (commit, signer, _), said in about.items()
        if len(said) > limit
    ]


def _claims(
    ledger: Ledger, limits: Limits, statements: Mapping[StatementId, Statement], now: Timestamp
) -> list[Reason]:
    """Refuse more `author` statements than one person needs in a day: everybody may make them."""
    authored: dict[str, dict[StatementId, int]] = {}
    for statement_id, statement in statements.items():
        if statement.decision is Decision.AUTHOR:
            signer = statement.signer
            if signer not in authored:
                authored[signer] = dict(ledger.authored(signer, Timestamp(now - DAY)))
            authored[signer][statement_id] = len(statement.commits)
    limit = limits.author_statements
    return [
        reason("too-many-author-statements", signer=signer, limit=limit)
        for signer, counts in authored.items()
        if sum(counts.values()) > limit
    ]


def _flaw(
    engine: Engine, policy: Policy, court: Court, addition: Addition, checked: Checked, testimony: Testimony
) -> tuple[str, str]:
    """Return the code of what is wrong with one addition, and a detail; two empty strings if nothing is."""
    statement, signer = checked.statement, testimony.signer
    subjects = {commit.id for commit in statement.commits}
    filed_right = checked.envelope.statement_id == addition.statement and subjects == set(addition.commits)
    emergency = statement.decision is Decision.EMERGENCY
    checks = (
        (not filed_right, "misfiled", ""),
        (not all(map(engine.object_format.is_id, subjects)), "other-object-format", ""),
        (testimony.flaw, testimony.flaw, statement.signer),
        (statement.issued_at > court.now + CLOCK_SKEW, "issued-in-the-future", ""),
        (emergency and lasts_too_long(statement), "lasts-too-long", ""),
        (emergency and not any(map(str.isalnum, statement.comment)), "without-reason", ""),
    )
    for wrong, code, detail in checks:
        if wrong:
            return code, detail
    if signer is None:
        return "unknown-key", statement.signer
    ladder = court.roster.ladder
    may_approve = policy.may_approve(signer, ladder)
    if statement.decision is Decision.AUTHOR:
        return _author_flaw(engine, court.roster, statement, signer, missing_commits_pass=may_approve)
    may = policy.may_declare_emergency(signer, ladder) if emergency else may_approve
    return ("", "") if may else ("signer-may-not", statement.signer)


def _author_flaw(
    engine: Engine, roster: Roster, statement: Statement, signer: Person, *, missing_commits_pass: bool
) -> tuple[str, str]:
    """Return what is wrong with an `author` statement: everybody may make them, and only about their own work."""
    for raw in engine.objects([commit.id for commit in statement.commits]):
        if raw.kind == "missing":
            if missing_commits_pass:
                continue
            return "commit-missing", statement.signer
        try:
            named = named_writers(parse_commit(ObjectId(raw.id), raw.data, engine.object_format), roster)
        except MalformedCommitError:
            named = ()
        if raw.kind != "commit" or signer not in named:
            return "not-its-author", statement.signer
    return "", ""
