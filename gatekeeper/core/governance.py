"""Who may change policy and roster where these lie on a ref, and when enough of them agree (DESIGN.md section 8)."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.people import Ladder, Person, Roster, Who
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    Ids: TypeAlias = "frozenset[str]"

ANYBODY = Who()
MISSING = "governed-signoffs"
"""The code of the reason that administrators' sign-offs can do away with."""


class Administrators(Record):
    """Whose sign-offs a change of policy or roster needs."""

    signoffs: int = 1
    """Distinct people."""
    approvers: Who = ANYBODY
    """`from` in the file: of those with `administrator: true`, who counts."""

    def include(self, person: Person, ladder: Ladder) -> bool:
        """Whether somebody is one of them."""
        if person.bot or not person.administrator:
            return False
        # A published roster says nothing of a condition that nobody wrote.
        return self.approvers == ANYBODY or self.approvers.met_by(person, ladder)

    def able(self, roster: Roster, now: Timestamp) -> Ids:
        """Return the ids of those who could sign at `now`: employed, with a key in force."""
        return frozenset(
            person.id
            for person in roster.everybody()
            if self.include(person, roster.ladder)
            and person.employed_at(now)
            and any(key.valid_at(now) for key in person.keys)
        )


class Governed(Record):
    """The ref on which policy and roster lie."""

    ref: str
    """Its full name; symbolic refs are resolved."""
    policy: str
    """The path of the policy in the ref's tree."""
    roster: str
    commit: ObjectId
    """The commit that policy and roster in force were read from."""
    found: ObjectId
    """What the ref is. Another commit than that in force: it was changed outside the gate."""

    @property
    def paths(self) -> tuple[str, str]:
        """The governed paths: policy, roster."""
        return self.policy, self.roster

    @property
    def moved(self) -> bool:
        """Whether the ref was changed outside the gate, so that nobody knows what should be in force."""
        return self.commit != self.found


class Shortage(Record):
    """Sign-offs that are missing."""

    missing: int
    ask: Ids
    """Who could give one."""
    circle: Ids
    """Whose sign-offs do not do instead, because they had a hand in the change."""


def shortage(signed: Ids, able: Ids, needed: int, circles: Sequence[Ids]) -> Shortage | None:
    """Return what is missing; None if enough administrators have signed.

    Whoever had a hand in the change may approve it only as far as there are too few others. `circles` are
    groups who had one, the widest first: of those outside each, as many must have signed as are needed, or as
    there are.

    Args:
        signed: Who has approved; ids.
        able: Who could.
        needed: The number that the policy asks for.
        circles: Ids; the wider ones may rest on mere claims, the narrower ones on what is proved.
    """
    for circle in (*circles, frozenset[str]()):
        others = able - circle
        # Of all of them together it is what the policy asks for, whether or not there are so many.
        wanted = min(needed, len(others)) if circle else needed
        missing = wanted - len(signed - circle)
        if missing > 0:
            return Shortage(missing=max(missing, needed - len(signed)), ask=others - signed, circle=circle)
    return None
