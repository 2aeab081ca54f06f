"""What is owed for commits that landed without what rules ask for, as data."""

from __future__ import annotations

import enum

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record


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
