"""Audits as plain data, for other programs. Version 1; published as policies/audit.schema.json."""

from __future__ import annotations

import json

from gatekeeper.core.audit import (
    Amendment,
    Audit,
    Chain,
    Control,
    Duties,
    Failed,
    Gate,
    GuardedRef,
    Limit,
    OpenRefusal,
    PauseSpan,
    Population,
    Refusals,
    Report,
    Selection,
    TakenIn,
)
from gatekeeper.core.clock import format_time
from gatekeeper.core.debt import Debt
from gatekeeper.core.exceptional import Exceptional
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.landed import Approval, Landed
from gatekeeper.core.record import Record
from gatekeeper.formats.audit_words import exception_next, exception_text, shift_text
from gatekeeper.formats.json import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

STATEMENT = "What a commit does not say is not known: one that says nothing may have had AI in it all the same."
"""The limit of every figure about AI."""


def _time(when: Timestamp | None) -> str | None:
    return None if when is None else format_time(when)


def head_data(kind: str, report: Report) -> dict[str, Any]:
    """Return what every document begins with."""
    return {
        "version": VERSION,
        "kind": kind,
        "generated_at": format_time(report.generated_at),
        "gatekeeper": report.gatekeeper,
        "period": {"since": _time(report.selection.since), "until": _time(report.selection.until)},
        "filters": filters_data(report.selection),
    }


def tail_data(report: Report) -> dict[str, Any]:
    """Return what every document ends with."""
    return {
        "failed": [failed_data(failed) for failed in report.failed],
        "result": {"exceptions": len(report.exceptions), "in_order": report.in_order},
    }


def filters_data(selection: Selection) -> dict[str, Any]:
    """Return what was looked at besides the period."""
    return {"refs": list(selection.refs), "teams": list(selection.teams)}


def failed_data(failed: Failed) -> dict[str, Any]:
    """Return a repository that could not be audited."""
    return {"repository": failed.path, "problem": failed.problem, "next": failed.next}


def summary_data(report: Report) -> dict[str, Any]:
    """Return the whole report."""
    audits = [audit_data(audit) for audit in report.repositories]
    return {**head_data("summary", report), "repositories": audits, **tail_data(report)}


def exceptions_data(report: Report) -> dict[str, Any]:
    """Return only what needs a person."""
    found = [exception_data(exception) for exception in report.exceptions]
    return {**head_data("exceptions", report), "exceptions": found, **tail_data(report)}


def audit_data(audit: Audit) -> dict[str, Any]:
    """Return what was found in one repository."""
    return {
        "repository": audit.repository,
        "path": audit.path,
        "ledger": audit.ledger and chain_data(audit.ledger),
        "population": population_data(audit.population),
        "integrity": integrity_data(audit),
        "gate": audit.gate and gate_data(audit.gate),
        "control": audit.control and control_data(audit.control),
        "duties": audit.duties and duties_data(audit.duties),
        "governance": None if audit.governance is None else [amendment_data(each) for each in audit.governance],
        "limit": audit.limit and limit_data(audit.limit),
        "ai": audit.ai and ai_data(audit.ai),
        "debts": [debt_data(debt) for debt in audit.debts],
        "exceptions": [exception_data(exception) for exception in audit.exceptions],
    }


def chain_data(chain: Chain) -> dict[str, Any]:
    """Return the state of the ledger."""
    return {"entries": chain.entries, "pruned": chain.pruned, "head": chain.head, "faults": list(chain.faults)}


def population_data(population: Population) -> dict[str, Any]:
    """Return the count of commits, by Git and by the ledger."""
    return {
        "git": population.git,
        "ledger": population.ledger,
        "unexplained": [
            {"ref": each.ref, "commit": each.commit, "author": each.author, "subject": each.subject}
            for each in population.unexplained
        ],
        "unexplained_total": population.unexplained_total,
        "before_baseline": population.before_baseline,
    }


def integrity_data(audit: Audit) -> dict[str, Any]:
    """Return whether the record can be relied on; null where nobody can know."""
    chain, gate = audit.ledger, audit.gate
    return {
        "ledger_holds": None if chain is None else not chain.faults,
        "complete": None if chain is None else not audit.population.unexplained_total,
        "continuous": None if gate is None else all(ref.continuous for ref in gate.refs),
    }


def gate_data(gate: Gate) -> dict[str, Any]:
    """Return what the gate did."""
    return {
        "refs": [ref_data(ref) for ref in gate.refs],
        "pushes": gate.pushes,
        "gaps": gate.gaps,
        "refused": refusals_data(gate.refused),
        "pauses": [pause_data(pause) for pause in gate.pauses],
        "taken_in": [taken_in_data(each) for each in gate.taken_in],
    }


def ref_data(ref: GuardedRef) -> dict[str, Any]:
    """Return a protected ref."""
    return {
        "ref": ref.ref,
        "tip": ref.tip,
        "landings": ref.landings,
        "last_landing": _time(ref.last_landing),
        "continuous": ref.continuous,
        "breaks": [{"expected": gap.expected, "found": gap.found, "entry": gap.entry} for gap in ref.breaks],
    }


def refusals_data(refusals: Refusals) -> dict[str, Any]:
    """Return what was refused, and what became of it."""
    return {
        "total": refusals.pushes,
        "undecided": refusals.undecided,
        "commits": refusals.commits,
        "approved_later": refusals.approved_later,
        "landed_otherwise": refusals.landed_otherwise,
        "changed_later": refusals.changed_later,
        "open_total": refusals.open_total,
        "open": [open_refusal_data(each) for each in refusals.open],
    }


def open_refusal_data(refusal: OpenRefusal) -> dict[str, Any]:
    """Return a refused commit of which nothing has landed since."""
    return {
        "ref": refusal.ref,
        "commit": refusal.commit,
        "subject": refusal.subject,
        "pusher": refusal.pusher,
        "entry": refusal.entry,
        "time": format_time(refusal.time),
    }


def pause_data(pause: PauseSpan) -> dict[str, Any]:
    """Return a pause of the gate."""
    return {
        "entry": pause.entry,
        "start": format_time(pause.start),
        "end": format_time(pause.end),
        "reason": pause.reason,
        "account": pause.account,
        "landed": pause.landed,
    }


def taken_in_data(taken: TakenIn) -> dict[str, Any]:
    """Return a ref that was taken in as it was."""
    return {
        "entry": taken.entry,
        "time": format_time(taken.time),
        "ref": taken.ref,
        "tip": taken.tip,
        "why": taken.why,
    }


def control_data(control: Control) -> dict[str, Any]:
    """Return whether the rule held."""
    emergencies = control.emergencies
    return {
        "landed": control.landed,
        "distinct": control.distinct,
        "assisted": control.assisted,
        "needed_signoff": control.needed_signoff,
        "approved_before_landing": control.approved_before_landing,
        "warned": control.warned,
        "observed": control.observed,
        "lifted": control.lifted,
        "unapproved": control.unapproved,
        "emergencies": {
            "landed": emergencies.landed,
            "settled": emergencies.settled,
            "open": emergencies.open,
            "overdue": emergencies.overdue,
        },
    }


def duties_data(duties: Duties) -> dict[str, Any]:
    """Return who approved."""
    return {
        "self_approvals": duties.self_approvals,
        "permitted_self_approvals": duties.permitted_self_approvals,
        "bots": {"authors": duties.bot_authors, "pushers": duties.bot_pushers, "signers": duties.bot_signers},
        "levels": dict(duties.levels),
    }


def amendment_data(amendment: Amendment) -> dict[str, Any]:
    """Return a change of policy or roster."""
    return {
        "entry": amendment.entry,
        "time": format_time(amendment.time),
        "file": amendment.file,
        "before": amendment.before,
        "after": amendment.after,
        "readable": amendment.readable,
        "changes": [
            {
                "code": shift.code,
                "what": shift.what,
                "before": shift.before,
                "after": shift.after,
                "weakens": shift.weakens,
                "text": shift_text(shift),
            }
            for shift in amendment.shifts
        ],
    }


def limit_data(limit: Limit) -> dict[str, Any]:
    """Return what commits say about AI."""
    return {**{name: getattr(limit, name) for name in Limit.record_fields}, "statement": STATEMENT}


MOMENTS = ("first", "last", "seen_until")
"""Members of the AI part that are points in time; others are spans."""


def ai_data(record: Record) -> dict[str, Any]:
    """Return the AI part: its fields have the names of their members."""
    return {name: _plain(name, getattr(record, name)) for name in record.record_fields}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Record):
        return ai_data(value)
    if isinstance(value, tuple):
        return [_plain(name, each) for each in value]
    return format_time(value) if name in MOMENTS and value is not None else value


def debt_data(debt: Debt) -> dict[str, Any]:
    """Return what is owed for a commit."""
    return {
        "commit": debt.commit,
        "ref": debt.ref,
        "entry": debt.entry,
        "rules": list(debt.rules),
        "due": format_time(debt.due),
        "state": debt.state.value,
    }


def exception_data(exception: Exceptional) -> dict[str, Any]:
    """Return what needs a person."""
    return {
        "kind": exception.kind,
        "severity": exception.severity.value,
        "repository": exception.repository,
        "path": exception.path,
        "ref": exception.ref or None,
        "commit": exception.commit,
        "entry": exception.entry,
        "text": exception_text(exception),
        "next": exception_next(exception),
    }


def row_data(row: Landed) -> dict[str, Any]:
    """Return one landed commit."""
    return {
        "repository": row.repository,
        "ref": row.ref,
        "commit": row.commit,
        "landed_at": format_time(row.landed_at),
        "subject": row.subject,
        "author": row.author,
        "author_level": row.author_level,
        "author_teams": list(row.author_teams),
        "proof": row.proof or None,
        "declaration": row.declaration or None,
        "tools": list(row.tools),
        "assisted": row.assisted,
        "outcome": row.manner.value,
        "rules": list(row.rules),
        "unmet": list(row.unmet),
        "approvals": [approval_data(approval) for approval in row.approvals],
        "pusher": row.pusher,
        "via": row.via,
        "emergency": {"source": row.lifted_by, "reason": row.lift_reason} if row.lifted_by else None,
        "known": row.known,
        "entry": row.entry,
        "policy": row.policy,
        "roster": row.roster,
    }


def approval_data(approval: Approval) -> dict[str, Any]:
    """Return a sign-off that counted."""
    found = bool(approval.signed_at)  # what cannot be read has no times
    return {
        "statement": approval.statement,
        "signer": approval.signer,
        "signer_level": approval.signer_level,
        "key": approval.key or None,
        "presence": approval.presence or None,
        "signed_at": format_time(approval.signed_at) if found else None,
        "received_at": format_time(approval.received_at) if found else None,
        "reviewed": list(approval.reviewed),
        "rules": list(approval.rules),
        "flaw": approval.flaw or None,
    }


def changes_lines(report: Report, rows: Iterable[Landed], failed: Sequence[Failed]) -> Iterator[str]:
    """Yield the document of `changes` in pieces: rows are written as they come, one a line, none is kept.

    Args:
        report: What the document begins with.
        rows: Asked for lazily.
        failed: Read when the rows have ended.
    """
    head = json.dumps(head_data("changes", report), indent=2)
    yield head.removesuffix("\n}") + ',\n  "rows": ['
    separator = "\n    "
    for row in rows:
        yield separator + json.dumps(row_data(row))
        separator = ",\n    "
    tail = json.dumps({"failed": [failed_data(each) for each in failed]}, indent=2)
    yield "\n  ],\n" + tail.removeprefix("{\n") + "\n"
