"""Changes of policy and roster, in the order in which they came into force."""

from __future__ import annotations

from collections import deque

from gatekeeper.core.amendments import policy_shifts, roster_shifts
from gatekeeper.core.audit import Amendment, Shift
from gatekeeper.dating import Days
from gatekeeper.ledger import Entry
from gatekeeper.retracing import Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("install", "policy", "push")
"""Kinds of entries that name what was in force."""
OVERLAPPING = 3
"""A push that takes long can be recorded after policies that came into force since it began."""


class Amending:
    """Watches which policy and roster were in force."""

    def __init__(self, days: Days, selected: Callable[[Entry], bool]) -> None:
        """`selected` says whether what changed at an entry is looked at."""
        self._days = days
        self._selected = selected
        self._force: dict[str, str] = {}
        self._announced: deque[str] = deque(maxlen=OVERLAPPING)
        self.amendments: list[Amendment] = []
        self.strange: list[int] = []
        """Numbers of pushes that were judged by a policy which was not in force."""

    def see(self, moment: Moment) -> None:
        """Take in one entry; entries come in order."""
        entry = moment.entry
        if entry is None or entry.kind not in KINDS:
            return
        now = {"policy": entry.data["policy"], "roster": entry.data["roster"]}
        if entry.kind != "push" or not self._announced:  # of a pruned ledger the first push says what was in force
            self._announced.append(now["policy"])
        elif now["policy"] not in self._announced:
            self.strange.append(entry.number)
        before, self._force = self._force, now
        if before and before != now and self._selected(entry):
            for file in ("policy", "roster"):
                if before[file] != now[file]:
                    self.amendments.append(self._amendment(entry, file, before, now))

    def _amendment(self, entry: Entry, file: str, before: dict[str, str], now: dict[str, str]) -> Amendment:
        shifts = self._shifts(file, before, now)
        return Amendment(
            entry=entry.number,
            time=entry.time,
            file=file,
            before=before[file],
            after=now[file],
            shifts=shifts or (),
            readable=shifts is not None,
        )

    def _shifts(self, file: str, before: dict[str, str], now: dict[str, str]) -> tuple[Shift, ...] | None:
        """Return what changed; None if one of the versions can no longer be read."""
        old, new = self._days.of(before), self._days.of(now)
        if old.roster is None or new.roster is None:
            return None
        if file == "roster":
            return roster_shifts(old.roster, new.roster)
        if old.policy is None or new.policy is None:
            return None
        return policy_shifts(old.policy, new.policy, new.roster.ladder)
