"""A reason as data: a code and its facts. Only `formats` turns it into words."""

from __future__ import annotations

from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Fact: TypeAlias = "str | int | tuple[str, ...]"


class Reason(Record):
    """Why something was decided."""

    code: str
    facts: tuple[tuple[str, Fact], ...] = ()

    def fact(self, name: str) -> Fact:
        """Return one fact; KeyError if the reason does not have it."""
        return dict(self.facts)[name]


def reason(code: str, **facts: Fact) -> Reason:
    """Make a reason from a code and named facts."""
    return Reason(code=code, facts=tuple(facts.items()))
