"""Who could give a missing sign-off: what a refusal tells the pusher to do next."""

from __future__ import annotations

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Person, Roster, Who
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEAREST = 2


class Approvers(Record):
    """Whom to ask about a rule."""

    nearest: tuple[str, ...] = ()
    """Addresses, people of the authors' teams first."""
    of_team: bool = False
    """Whether all of `nearest` share a team with an author."""
    others: int = 0
    pusher_can: bool = False
    pusher_excluded: bool = False
    """The pusher meets the condition, but had a hand in a commit."""


def approvers(
    who: Who,
    roster: Roster,
    *,
    excluded: Iterable[str],
    teams: Sequence[str],
    pusher: Person | None,
    now: Timestamp,
) -> Approvers:
    """Return who meets a condition on approvers and is not excluded, nearest first."""
    not_these = set(excluded)

    def able(person: Person) -> bool:
        return (
            not person.bot
            and person.employed_at(now)
            and any(key.valid_at(now) for key in person.keys)
            and who.met_by(person, roster.ladder)
        )

    candidates = [person for person in roster.everybody() if able(person)]
    can = [person for person in candidates if person.id not in not_these]
    others = [person for person in can if pusher is None or person.id != pusher.id]
    near = set(teams)
    others.sort(key=lambda person: (not near & set(person.teams), roster.ladder.rank(person.level), person.id))
    nearest = [person for person in others if person.emails][:NEAREST]
    return Approvers(
        nearest=tuple(person.emails[0].decode("utf-8", "replace") for person in nearest),
        of_team=bool(nearest) and all(near & set(person.teams) for person in nearest),
        others=len(others) - len(nearest),
        pusher_can=pusher is not None and pusher in can,
        pusher_excluded=pusher is not None and pusher in candidates and pusher.id in not_these,
    )
