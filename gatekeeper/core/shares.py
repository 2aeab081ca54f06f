"""How much of a history AI tools had a hand in: by tool, team, level, path and month.

Counted are changes: every commit that is neither a merge nor a revert. Lines are added lines. A change counts in each
team of its author, in each first part of a path, and for each tool that it names, so those slices add up to more.
"""

from __future__ import annotations

from gatekeeper.core.ai_report import AiReport, Declarations, Population, Share, Slice, Times, Tool, Use
from gatekeeper.core.clock import format_date
from gatekeeper.core.counts import Count, Members, ToolCount, shown, teams_and_levels
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.intervals import share
from gatekeeper.core.outcomes import ASSISTED, UNASSISTED, Fates
from gatekeeper.core.privacy import Privacy
from gatekeeper.core.tools import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gatekeeper.core.people import Person
    from gatekeeper.core.survey import Done, Said, Surveyed

PATHS = 20
"""First parts of paths that are shown, those of the most changes."""
MOST_NAMES = 10_000
"""Different ones that are told apart at all."""
TOOLS = 500
"""Likewise of tools: a policy names its own, and nobody else can."""
ROOT = "(files at the top)"
OTHER = "(other)"
NOBODY = "(nobody in the roster)"
FUTURE = "(in the future)"
SEVERAL = "(several)"
ASSISTED_STATES = frozenset(("declared", "inferred", "remembered"))


class Verdict:
    """What the ledger says of a commit's declaration: it remembers marks that the commit no longer has."""

    __slots__ = ("dropped", "state", "tools")

    def __init__(self, state: str, tools: tuple[str, ...], *, dropped: bool) -> None:
        """`dropped`: the same change, or an earlier version of the same commit, came with a mark."""
        self.state = state
        self.tools = tools
        self.dropped = dropped


class Tally:
    """Takes in a history, each commit after its parents, and says what AI tools did in it."""

    def __init__(
        self,
        now: Timestamp,
        *,
        person: Callable[[bytes], Person | None] | None = None,
        people: Iterable[Person] = (),
        privacy: Privacy | None = None,
        teams: Sequence[str] | None = (),
        verdicts: Mapping[str, Verdict] | None = None,
    ) -> None:
        """Start with no commit.

        Args:
            now: Later dates are not believed.
            person: Who of the roster has an address; None without a roster.
            people: Everybody of the roster.
            privacy: Which groups may be shown.
            teams: Only changes by people of these teams count; empty: all; None: none.
            verdicts: What the ledger says of commits; None without one.
        """
        self._now = now
        self._person = person
        self._privacy = privacy or Privacy()
        self._only = None if teams is None else frozenset(teams)
        self._verdicts = verdicts
        self._fates = Fates()
        self._all = Count()
        self._states = dict.fromkeys(Declarations.record_fields, 0)
        self._tools: dict[str, ToolCount] = {}
        self._paths: dict[bytes, Count] = {}
        self._months: dict[str, Count] = {}
        self._uses: dict[tuple[str, str], int] = {}
        self._teams, self._levels = teams_and_levels(people)
        self._merges = self._reverts = self._others = self._unread = self._uncounted = self._dropped = 0

    def add(self, commit: Surveyed) -> None:
        """Take in the next commit."""
        said, done = commit.said, commit.done
        if said is None:
            self._unread += 1
            return
        is_revert = self._fates.add(commit, said, done)
        if said.parents > 1:
            self._merges += 1
        elif done is None:
            self._unread += 1
        elif is_revert:
            self._reverts += 1
        else:
            person = self._person(said.author) if self._person else None
            if self._counts(person):
                self._change(commit, said, done, person)
            else:
                self._others += 1

    def _counts(self, person: Person | None) -> bool:
        if not self._only:
            return self._only is not None
        return person is not None and not self._only.isdisjoint(person.teams)

    def _change(self, commit: Surveyed, said: Said, done: Done, person: Person | None) -> None:
        verdict = self._verdicts.get(commit.id) if self._verdicts else None
        state, tools = (verdict.state, verdict.tools) if verdict else (said.state, said.tools)
        assisted = state in ASSISTED_STATES
        lines = done.added
        self._fates.choose(ASSISTED if assisted else UNASSISTED)
        self._all.add(lines, assisted=assisted)
        self._states[state] += 1
        self._dropped += bool(verdict and verdict.dropped)
        self._uncounted += not done.counted
        for tool in tools if assisted else ():
            if len(self._tools) < TOOLS or tool in self._tools:
                self._tools.setdefault(tool, ToolCount(commit.landed_at)).add(commit.landed_at, lines)
        month = FUTURE if commit.landed_at > self._now else format_date(commit.landed_at)[:7]
        self._months.setdefault(month, Count()).add(lines, assisted=assisted)
        if assisted:
            self._use(month, tools)
        for area in done.areas:
            key = area.name if len(self._paths) < MOST_NAMES or area.name in self._paths else OTHER.encode()
            self._paths.setdefault(key, Count()).add(area.added, assisted=assisted)
        if self._person is not None:
            who: object = person.id if person else said.author.lower()
            for groups, names in (
                (self._teams, person.teams if person else (NOBODY,)),
                (self._levels, (person.level or NOBODY,) if person else (NOBODY,)),
            ):
                for each in names:
                    members = groups.setdefault(each, Members())
                    if person is None or not person.bot:  # a bot makes no small team large
                        members.people.add(who)
                    members.count.add(lines, assisted=assisted)

    def report(
        self,
        *,
        allowed: Callable[[str], bool | None] = lambda _: None,
        times: Times | None = None,
        unknown: Sequence[str] = (),
    ) -> AiReport:
        """Return the figures; `allowed` says whether a tool may be used, None if nothing says so."""
        count = self._all
        whole = count.slice("")
        total = count.commits + self._others + self._merges + self._reverts + self._unread
        return AiReport(
            population=Population(
                commits=total,
                merges=self._merges,
                reverts=self._reverts,
                changes=count.commits,
                unread=self._unread,
                uncounted=self._uncounted,
            ),
            commits=whole.commits,
            lines=whole.lines,
            by_tool=tuple(
                Slice(
                    name=tool,
                    commits=share(found.commits, count.commits),
                    lines=Share(count=found.lines, base=count.lines),
                )
                for tool, found in self._by_use()
            ),
            by_team=shown(self._teams, self._privacy),
            by_level=shown(self._levels, self._privacy),
            by_path=self._by_path(),
            by_month=tuple(each.slice(month) for month, each in sorted(self._months.items(), key=_future_last)),
            by_month_and_tool=tuple(
                Use(month=month, tool=tool, changes=changes)
                for (month, tool), changes in sorted(
                    self._uses.items(), key=lambda each: (_future_last(each[0]), each[0])
                )
            ),
            declarations=Declarations(**self._states),
            dropped_markers=None if self._verdicts is None else self._dropped,
            inventory=tuple(
                Tool(tool=tool, commits=found.commits, first=found.first, last=found.last, allowed=allowed(tool))
                for tool, found in self._by_use()
            ),
            outcomes=self._fates.outcomes(self._now) if count.commits else None,
            times=times,
            unknown=tuple(unknown),
        )

    def _use(self, month: str, tools: Sequence[str]) -> None:
        tool = SEVERAL if len(tools) > 1 else tools[0] if tools else UNKNOWN
        key = (month, tool if tool in self._tools or len(tools) != 1 else OTHER)
        self._uses[key] = self._uses.get(key, 0) + 1

    def _by_use(self) -> list[tuple[str, ToolCount]]:
        return sorted(self._tools.items(), key=lambda each: (-each[1].commits, each[0]))

    def _by_path(self) -> tuple[Slice, ...]:
        ordered = sorted(self._paths.items(), key=lambda each: (-each[1].commits, each[0]))
        shown = [each for each in ordered if each[0] != OTHER.encode()][:PATHS]
        rest = Count()
        for each in ordered:
            if each not in shown:
                rest.plus(each[1])
        named = [count.slice(_text(name) if name else ROOT) for name, count in shown]
        return (*named, rest.slice(OTHER)) if rest.commits else tuple(named)


def _future_last(each: tuple[str, object]) -> tuple[bool, str]:
    return each[0] == FUTURE, each[0]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
