"""What an audit found that needs a person, as data. Only `formats` turns it into words."""

from __future__ import annotations

import enum

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.reasons import Fact


class Severity(enum.Enum):
    """How bad, worst first."""

    CRITICAL = "critical"
    """The gate was walked around, or its record does not hold."""
    HIGH = "high"
    """What the policy asks for is missing, and it is late."""
    MEDIUM = "medium"
    """What the policy asks for is missing, and there is time."""
    LOW = "low"
    """Somebody should look."""


class Exceptional(Record):
    """One exception."""

    kind: str
    """A code; its words are in `formats/audit_words.py`."""
    severity: Severity
    repository: str
    path: str
    """Where the repository lies: for the command of the next step."""
    ref: str = ""
    commit: ObjectId | None = None
    entry: int | None = None
    """Of the ledger."""
    facts: tuple[tuple[str, Fact], ...] = ()
    """What its words need besides."""

    def fact(self, name: str) -> Fact:
        """Return one fact; KeyError if the exception does not have it."""
        return dict(self.facts)[name]


ORDER = tuple(Severity)


def worst_first(exceptions: tuple[Exceptional, ...]) -> tuple[Exceptional, ...]:
    """Sort by severity; what is equally bad stays in the order in which it was found."""
    return tuple(sorted(exceptions, key=lambda each: ORDER.index(each.severity)))
