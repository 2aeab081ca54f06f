"""A landed commit as evidence: where the ledger tells of it."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.record import Record


class Exhibit(Record):
    """One commit that landed on one ref, by numbers of entries and indexes in their `updates`."""

    commit: ObjectId
    ref: str
    push: int
    """The push that brought it to the ref."""
    position: int
    landing: int
    """The entry that found it on the ref."""
    landed_at: Timestamp
    """Time of the push."""
    judged: int
    """The push whose verdict is about it: an earlier one, if it had landed in order before; 0: no entry has it."""
    judged_position: int


class Regime(Record):
    """Policy and roster that came into force, by their digests."""

    entry: int
    """The first one that was judged by them."""
    time: Timestamp
    policy: str
    roster: str


class Amended(Record):
    """An accepted push that changed policy or roster on the ref where they lie."""

    entry: int
    time: Timestamp
    commit: ObjectId
    """The new tip of the ref."""
    statements: tuple[StatementId, ...]
    """The approvals that were looked at, counted or not."""
