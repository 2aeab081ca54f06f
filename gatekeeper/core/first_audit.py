"""What the first, basic audit finds; `audit` takes its place."""

from __future__ import annotations

from gatekeeper.core.debt import Debt
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record


class Row(Record):
    """One commit that landed on a protected ref."""

    commit: ObjectId
    ref: str
    entry: int
    landed_at: Timestamp
    pusher: str
    """The roster id, or the account if it is nobody's."""
    author: str
    subject: str
    declaration: str
    tools: tuple[str, ...]
    assisted: bool
    signers: tuple[str, ...]
    """Whose sign-offs counted."""
    clean: bool
    """Whether every rule was satisfied, none merely warned."""
    unmet: tuple[str, ...] = ()
    """Rules that were not satisfied, and only warned or observed. What was lifted is a debt."""


class Audit(Record):
    """What an audit of one repository found."""

    repository: str
    rows: tuple[Row, ...]
    refusals: int
    """Pushes that were refused."""
    debts: tuple[Debt, ...]
    exceptions: tuple[str, ...]
    """What needs a person, in words."""
