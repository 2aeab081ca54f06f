"""What an audit finds, as data."""

from __future__ import annotations

import enum

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


class DebtState(enum.Enum):
    """What has become of a debt."""

    OPEN = "open"
    OVERDUE = "overdue"
    SETTLED = "settled"


class Debt(Record):
    """What a commit owes that landed by an emergency or in a pause."""

    commit: ObjectId
    ref: str
    entry: int
    """Of the push."""
    rules: tuple[str, ...]
    """Ids of the rules that are not yet satisfied; of a settled debt of all that were lifted."""
    due: Timestamp
    state: DebtState


class Audit(Record):
    """What an audit of one repository found."""

    repository: str
    rows: tuple[Row, ...]
    refusals: int
    """Pushes that were refused."""
    debts: tuple[Debt, ...]
    exceptions: tuple[str, ...]
    """What needs a person, in words."""
