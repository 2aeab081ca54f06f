"""Audits as CSV (RFC 4180), for spreadsheets: nothing in a cell is ever a formula."""

from __future__ import annotations

import csv
import io

from gatekeeper.core.clock import format_time
from gatekeeper.core.exceptional import Exceptional
from gatekeeper.core.landed import Landed
from gatekeeper.formats.audit_json import exception_data, row_data
from gatekeeper.formats.spreadsheet import inert
from gatekeeper.formats.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

CHANGES = (
    *("repository", "ref", "commit", "landed_at", "author", "author_level", "author_teams", "proof", "declaration"),
    *("tools", "outcome", "rule", "statement", "signer", "signer_level", "key", "presence", "signed_at", "reviewed"),
    *("flaw", "carried_by", "pusher", "via", "emergency", "entry", "policy", "roster", "subject"),
)
EXCEPTIONS = ("severity", "kind", "repository", "ref", "commit", "entry", "text", "next")


def cell(value: object) -> str:
    """Return a value as one cell: on one line, visible, and no formula whatever a spreadsheet makes of it."""
    if value is None or value is False:
        text = ""
    elif isinstance(value, (list, tuple)):
        text = "; ".join(map(str, value))
    else:
        text = "yes" if value is True else str(value)
    shown = printable(text)
    # A tab is no tab any more when it is visible.
    return f"'{shown}" if text[:1] in ("\t", "\r") else inert(shown)


def lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield lines of CSV with CRLF, as the RFC has it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([cell(value) for value in row])
        yield buffer.getvalue()


def changes_csv(rows: Iterable[Landed]) -> Iterator[str]:
    """Yield `audit changes`: a line for each landed commit. What several sign-offs say is joined by `; `."""
    return lines(CHANGES, (_change(row) for row in rows))


def _change(row: Landed) -> list[object]:
    data: dict[str, Any] = row_data(row)
    approvals = row.approvals
    data |= {
        "rule": row.rules,
        "statement": [approval.statement for approval in approvals],
        "signer": [approval.signer for approval in approvals],
        "signer_level": [approval.signer_level for approval in approvals],
        "key": [approval.key for approval in approvals],
        "presence": [approval.presence for approval in approvals if approval.presence],
        "signed_at": [format_time(approval.signed_at) for approval in approvals if approval.signed_at],
        "reviewed": list(dict.fromkeys(c for approval in approvals for c in approval.reviewed or (row.commit,))),
        "carried_by": [approval.statement for approval in approvals if approval.reviewed],
        "flaw": [approval.flaw for approval in approvals if approval.flaw],
        "emergency": f"{row.lifted_by}: {row.lift_reason}" if row.lifted_by else "",
    }
    return [data[name] for name in CHANGES]


def exceptions_csv(exceptions: Iterable[Exceptional]) -> Iterator[str]:
    """Yield `audit exceptions`: a line for each."""
    return lines(EXCEPTIONS, ([exception_data(each)[name] for name in EXCEPTIONS] for each in exceptions))


def summary_csv(data: Any) -> Iterator[str]:
    """Yield `audit summary` as lines of repository, name and value; `data` is what the JSON has."""
    return lines(
        ("repository", "name", "value"),
        (
            (audit["repository"], name, value)
            for audit in data["repositories"]
            for name, value in _flat(audit, "")
            if name not in ("repository", "path")
        ),
    )


def _flat(value: Any, name: str) -> Iterator[tuple[str, object]]:
    """Yield names with dots and plain values; of a list of objects only how many there are."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        yield name, len(value)
    elif value is None:
        yield name, "not known"
    else:
        yield name, ("yes" if value else "no") if isinstance(value, bool) else value
