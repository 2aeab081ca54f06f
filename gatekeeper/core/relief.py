"""What lifts unmet rules, as values: an emergency, a pause of the whole gate (DESIGN.md section 9), a pure revert."""

from __future__ import annotations

import enum

from gatekeeper.core.ids import StatementId, Timestamp
from gatekeeper.core.record import Record


class Source(enum.Enum):
    """How it was declared."""

    OPTION = "option"
    """`git push -o gatekeeper.emergency=REASON`."""
    STATEMENT = "statement"
    """An `emergency` statement."""
    PAUSE = "pause"
    """`gatekeeper pause`, by the owner of the server."""
    PURE_REVERT = "pure_revert"
    """The commit takes out an AI-assisted one byte for byte, in time (DESIGN.md section 4)."""


class Lift(Record):
    """By what rules were lifted, and until when what they ask for is owed."""

    source: Source
    by: str
    """The person's roster id; of a pause the operating system's account."""
    reason: str
    """As given: made visible by `formats`."""
    due: Timestamp
    statement: StatementId | None = None


class Pause(Record):
    """A pause of the gate, as the ledger has it."""

    entry: int
    until: Timestamp
    """Exclusive."""
    reason: str
    account: str
    """Who ran the command: the operating system's account."""
