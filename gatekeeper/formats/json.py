"""Verdicts as plain data, for `--format json`, the ledger and other programs. Version 1; docs/formats.md."""

from __future__ import annotations

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.clock import format_time
from gatekeeper.core.declaration import Declaration
from gatekeeper.core.people import Person
from gatekeeper.core.reasons import Reason
from gatekeeper.core.relief import Lift
from gatekeeper.core.testimony import Standing
from gatekeeper.core.verdict import CommitFinding, RefFinding, RuleFinding, SignoffView, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatekeeper.core.memory import Recollection

VERSION = 1
MAX_EVIDENCE = 16
"""Marks listed for one commit."""
MOST = 500
"""Characters of foreign text in a report."""


def text(data: bytes | str) -> str:
    """Return bytes as text; what is not UTF-8 as escapes (`xNN` behind a backslash)."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    return raw.decode("utf-8", "backslashreplace")


def brief(data: bytes | str) -> str:
    """Return foreign text as `text` does, but no more than 500 characters: a subject can have megabytes."""
    shown = text(data[: 4 * MOST + 4])
    return shown if len(shown) <= MOST else f"{shown[: MOST - 1]}…"


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as data."""
    return {
        "version": VERSION,
        "outcome": verdict.outcome.value,
        "problems": [reason_data(problem) for problem in verdict.problems],
        "notes": [reason_data(note) for note in verdict.notes],
        "refs": [ref_data(finding) for finding in verdict.refs],
    }


def ref_data(finding: RefFinding) -> dict[str, Any]:
    """Return what was decided about one ref."""
    return {
        "ref": text(finding.ref),
        "old": finding.old,
        "new": finding.new,
        "protected": finding.protected,
        "outcome": finding.outcome.value,
        "known": finding.known,
        "problems": [reason_data(problem) for problem in finding.problems],
        "governance": [signoff_data(view) for view in finding.governance],
        "commits": [commit_data(commit) for commit in finding.commits],
    }


def reason_data(reason: Reason) -> dict[str, Any]:
    """Return a reason: its code and its facts."""
    return {
        "code": reason.code,
        **{name: list(fact) if isinstance(fact, tuple) else fact for name, fact in reason.facts},
    }


def commit_data(finding: CommitFinding) -> dict[str, Any]:
    """Return what was decided about one commit."""
    return {
        "commit": finding.commit,
        "outcome": finding.outcome.value,
        "author": text(finding.author_email),
        "subject": text(finding.subject),
        "assisted": finding.assisted,
        "addition": finding.addition.value,
        "declaration": declaration_data(finding.declaration),
        "authorship": authorship_data(finding.authorship),
        "pure_revert_of": finding.pure_revert or None,
        "problems": [reason_data(problem) for problem in finding.problems],
        "rules": [rule_data(rule) for rule in finding.rules],
        "lift": lift_data(finding.lift) if finding.lift else None,
        "emergencies": [signoff_data(view) for view in finding.emergencies],
    }


def lift_data(lift: Lift) -> dict[str, Any]:
    """Return by what rules were lifted."""
    return {
        "source": lift.source.value,
        "by": lift.by,
        "reason": text(lift.reason),
        "statement": lift.statement,
        "due": format_time(lift.due),
    }


def declaration_data(declaration: Declaration) -> dict[str, Any]:
    """Return what a commit says about AI, and where."""
    return {
        "state": declaration.state.value,
        "tools": list(declaration.tools),
        "contradiction": declaration.contradiction,
        "remembered": _recollection(declaration.recollection),
        "evidence": [
            {
                "kind": evidence.kind,
                "text": text(evidence.text),
                "line": evidence.line,
                "strength": evidence.strength,
                "tool": evidence.tool,
            }
            for evidence in declaration.evidence[:MAX_EVIDENCE]
        ],
    }


def _recollection(recollection: Recollection | None) -> dict[str, Any] | None:
    if recollection is None:
        return None
    return {
        "commit": recollection.root,
        "by": recollection.how.value,
        "pushed_by": recollection.person,
        "pushed_at": format_time(recollection.time),
    }


def authorship_data(authorship: Authorship) -> dict[str, Any]:
    """Return who the author is, and how that is proved."""
    return {
        "claimed": _id(authorship.claimed),
        "proved": _id(authorship.proved),
        "proof": authorship.proof.value if authorship.proof else None,
        "open": authorship.open,
        "unproved": authorship.unproved and reason_data(authorship.unproved),
    }


def _id(person: Person | None) -> str | None:
    return person.id if person else None


def rule_data(finding: RuleFinding) -> dict[str, Any]:
    """Return what one rule says of a commit."""
    return {
        "rule": finding.rule,
        "enforcement": finding.enforcement.value,
        "applies": finding.applies,
        "outcome": finding.outcome.value,
        "needed": finding.needed,
        "missing": finding.missing,
        "signoffs": [signoff_data(view) for view in finding.signoffs],
        "excluded": list(finding.excluded),
        "lifted": finding.lifted,
        "exempt_if_proved": list(finding.exempt_if_proved),
    }


def signoff_data(view: SignoffView) -> dict[str, Any]:
    """Return a sign-off as one rule sees it."""
    revocation = view.revocation
    return {
        "statement": view.statement,
        "signer": view.signer,
        "issued_at": format_time(view.issued_at),
        "counts": not view.flaw and not view.provisional,
        "flaw": view.flaw or None,
        "reviewed": list(view.reviewed),
        "provisional": view.provisional,
        "revocation": revocation
        and {
            "signer": revocation.signer,
            "issued_at": format_time(revocation.issued_at),
            "comment": revocation.comment,
        },
    }


def standing_data(standing: Standing) -> dict[str, Any]:
    """Return a sign-off beside a commit, before any rule looks at it."""
    testimony = standing.testimony
    return {
        "statement": testimony.statement_id,
        "decision": testimony.statement.decision.value,
        "signer": testimony.signer.id if testimony.signer else testimony.statement.signer,
        "fingerprint": testimony.fingerprint,
        "issued_at": format_time(testimony.statement.issued_at),
        "expires_at": format_time(testimony.statement.expires_at),
        "flaw": standing.flaw or None,
        "comment": testimony.statement.comment,
        "revokes": testimony.statement.revokes,
        "revoked_by": standing.revoked_by.statement_id if standing.revoked_by else None,
    }
