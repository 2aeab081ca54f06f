"""Counting changes, in all and by groups of people; and which of those groups may be shown."""

from __future__ import annotations

from gatekeeper.core.ai_report import Share, Slice
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.intervals import share
from gatekeeper.core.privacy import Privacy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gatekeeper.core.people import Person

TOGETHER = "(groups too small to show)"


class Count:
    """Commits and added lines, and the assisted ones of them."""

    __slots__ = ("assisted", "assisted_lines", "commits", "lines")

    def __init__(self) -> None:
        """Start with none."""
        self.commits = self.assisted = self.lines = self.assisted_lines = 0

    def add(self, lines: int, *, assisted: bool) -> None:
        """Count one change."""
        self.commits += 1
        self.lines += lines
        if assisted:
            self.assisted += 1
            self.assisted_lines += lines

    def plus(self, other: Count) -> None:
        """Count all that another has counted."""
        self.commits += other.commits
        self.assisted += other.assisted
        self.lines += other.lines
        self.assisted_lines += other.assisted_lines

    def slice(self, name: str) -> Slice:
        """Return the figures under a name."""
        return Slice(
            name=name,
            commits=share(self.assisted, self.commits),
            lines=Share(count=self.assisted_lines, base=self.lines),
        )


class Members:
    """What people of one team or level did, and how many people that is."""

    __slots__ = ("count", "people")

    def __init__(self, people: Iterable[object] = ()) -> None:
        """Start with the people of the roster, whether they did anything or not."""
        self.people = set(people)
        self.count = Count()

    def plus(self, other: Members) -> None:
        """Take in another group."""
        self.people |= other.people
        self.count.plus(other.count)


class ToolCount:
    """The changes that name a tool."""

    __slots__ = ("commits", "first", "last", "lines")

    def __init__(self, time: Timestamp) -> None:
        """Start with none, at a time."""
        self.first = self.last = time
        self.commits = self.lines = 0

    def add(self, time: Timestamp, lines: int) -> None:
        """Count one change."""
        self.commits += 1
        self.lines += lines
        self.first = min(self.first, time)
        self.last = max(self.last, time)


def teams_and_levels(people: Iterable[Person]) -> tuple[dict[str, Members], dict[str, Members]]:
    """Return teams and levels with the people of each; bots are no people."""
    teams: dict[str, Members] = {}
    levels: dict[str, Members] = {}
    for person in people:
        if person.bot:
            continue
        for team in person.teams:
            teams.setdefault(team, Members()).people.add(person.id)
        if person.level:
            levels.setdefault(person.level, Members()).people.add(person.id)
    return teams, levels


def shown(groups: Mapping[str, Members], privacy: Privacy) -> tuple[Slice, ...]:
    """Return the groups, those of too few people together.

    If even together they are too few, the smallest other group joins them: else the difference to the whole would
    tell their figures.
    """
    busy = {name: members for name, members in groups.items() if members.count.commits}
    ordered = sorted(busy, key=lambda name: (len(busy[name].people), name))
    together = Members()
    hidden = 0
    for name in ordered:
        if privacy.shows_team(len(busy[name].people)) and (not hidden or privacy.shows_team(len(together.people))):
            break
        together.plus(busy[name])
        hidden += 1
    slices = [busy[name].count.slice(name) for name in sorted(ordered[hidden:])]
    if hidden and privacy.shows_team(len(together.people)):
        slices.append(together.count.slice(TOGETHER))
    return tuple(slices)
