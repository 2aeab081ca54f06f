"""What an audit finds, as data."""

from __future__ import annotations

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


class Audit(Record):
    """What an audit of one repository found."""

    repository: str
    rows: tuple[Row, ...]
    refusals: int
    """Pushes that were refused."""
    exceptions: tuple[str, ...]
    """What needs a person, in words."""
