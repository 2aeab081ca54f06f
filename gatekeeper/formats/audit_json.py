"""Audits as plain data, for other programs. Version 1; published as policies/audit.schema.json."""

from __future__ import annotations

import enum
import json

from gatekeeper.core.audit import Amendment, Audit, Duties, Failed, Gate, Report, Selection
from gatekeeper.core.clock import format_time
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
    governance, limit = audit.governance, audit.limit
    return {
        "repository": audit.repository,
        "path": audit.path,
        "ledger": audit.ledger and _members(audit.ledger, "entries", "pruned", "head", "faults"),
        "population": _members(audit.population),
        "integrity": _integrity(audit),
        "gate": audit.gate and _gate(audit.gate),
        "control": audit.control and _members(audit.control),
        "duties": audit.duties and _duties(audit.duties),
        "governance": None if governance is None else [_amendment(each) for each in governance],
        "limit": limit and {**_members(limit), "statement": STATEMENT},
        "ai": audit.ai and _members(audit.ai),
        "debts": [_members(debt) for debt in audit.debts],
        "exceptions": [exception_data(exception) for exception in audit.exceptions],
    }


MOMENTS = frozenset({"due", "end", "first", "last", "last_landing", "seen_until", "start", "time"})
"""Members that are points in time; other numbers are counts and spans."""


def _members(record: Record, *names: str) -> dict[str, Any]:
    """Return what has the same name in the document as in a record: all its fields, or those that are named."""
    return {name: _plain(name, getattr(record, name)) for name in names or record.record_fields}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Record):
        return _members(value)
    if isinstance(value, tuple):
        return [_plain(name, each) for each in value]
    if isinstance(value, enum.Enum):
        return value.value
    return format_time(value) if name in MOMENTS and value is not None else value


def _integrity(audit: Audit) -> dict[str, Any]:
    """Return whether the record can be relied on; null where nobody can know."""
    chain, gate = audit.ledger, audit.gate
    return {
        "ledger_holds": None if chain is None else not chain.faults,
        "complete": None if chain is None else not audit.population.unexplained_total,
        "continuous": None if gate is None else all(ref.continuous for ref in gate.refs),
    }


def _gate(gate: Gate) -> dict[str, Any]:
    """Return what the gate did."""
    refs = ("ref", "tip", "landings", "last_landing", "continuous", "breaks")
    later = ("approved_later", "landed_otherwise", "changed_later", "open_total", "open")
    return {
        "refs": [_members(ref, *refs) for ref in gate.refs],
        **_members(gate, "pushes", "gaps"),
        "refused": {"total": gate.refused.pushes, **_members(gate.refused, "undecided", "commits", *later)},
        **_members(gate, "pauses", "taken_in"),
    }


def _duties(duties: Duties) -> dict[str, Any]:
    """Return who approved."""
    return {
        **_members(duties, "self_approvals", "permitted_self_approvals"),
        "bots": {"authors": duties.bot_authors, "pushers": duties.bot_pushers, "signers": duties.bot_signers},
        "levels": dict(duties.levels),
    }


def _amendment(amendment: Amendment) -> dict[str, Any]:
    """Return a change of policy or roster."""
    changes = [{**_members(shift), "text": shift_text(shift)} for shift in amendment.shifts]
    return {**_members(amendment, "entry", "time", "file", "before", "after", "readable"), "changes": changes}


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
