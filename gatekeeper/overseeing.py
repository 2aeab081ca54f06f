"""What was done to the record beside pushes: tips taken in, entries pruned, a clock turned back, refs let go."""

from __future__ import annotations

from gatekeeper.continuing import Continuity
from gatekeeper.core.clock import format_time
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record
from gatekeeper.dating import Days
from gatekeeper.ledger import Entry
from gatekeeper.retracing import BASELINES, Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gatekeeper.core.policy import Policy

SETTING = 3_600
"""Seconds by which an entry may be dated before one that it follows: long pushes overlap, clocks are set."""


class Notable(Record):
    """Something that somebody should look at."""

    kind: str
    """`taken-in`, `pruned-unsigned` or `clock-set-back`."""
    entry: int
    ref: str = ""
    facts: tuple[tuple[str, str], ...] = ()


class Overseeing:
    """Watches what no push did."""

    def __init__(
        self, days: Days, continuity: Continuity, governed: str, default: str, in_period: Callable[[Timestamp], bool]
    ) -> None:
        """Begin before the first entry.

        Args:
            days: Policies as they were.
            continuity: Knows where refs are before an entry; it has to see an entry later than this.
            governed: The ref on which policy and roster lie; empty if none.
            default: The default branch, as a full ref name.
            in_period: Whether a time is looked at.
        """
        self._days = days
        self._continuity = continuity
        self._governed = governed
        self._default = default
        self._in_period = in_period
        self._policy: Policy | None = None
        self._latest = Timestamp(0)
        self._installed = False
        self.notables: list[Notable] = []

    def see(self, moment: Moment) -> None:
        """Take in one entry; entries come in order."""
        entry = moment.entry
        if entry is None:
            return
        self._date(entry)
        selected = self._in_period(entry.time)
        if entry.kind == "prune" and selected and not entry.data["checkpoint"]:
            facts = (("through", str(entry.data["through"])),)
            self.notables.append(Notable(kind="pruned-unsigned", entry=entry.number, facts=facts))
        if entry.kind in BASELINES:
            found = list(self._taken(entry))
            self.notables += found if selected else []
            self._installed = True
        if entry.kind in ("install", "policy"):
            self._policy = self._days.of(entry.data).policy

    def _date(self, entry: Entry) -> None:
        """Hold an entry's time against those before: whoever turns the clock back puts it out of a period."""
        # Of the two, one is wrong: whichever period is asked for, it is told.
        if entry.time + SETTING < self._latest and (self._in_period(entry.time) or self._in_period(self._latest)):
            facts = (("time", format_time(entry.time)), ("latest", format_time(self._latest)))
            self.notables.append(Notable(kind="clock-set-back", entry=entry.number, facts=facts))
        self._latest = max(self._latest, entry.time)

    def _taken(self, entry: Entry) -> Iterator[Notable]:
        """Yield tips that count as in order since, though the gate guarded their ref before, or guards others."""
        for ref, tip in entry.data["tips"].items():
            if self._is_taken(entry, ref, tip):
                facts = (("tip", tip), ("why", str(entry.data.get("why", ""))))
                yield Notable(kind="taken-in", entry=entry.number, ref=ref, facts=facts)

    def _is_taken(self, entry: Entry, ref: str, tip: ObjectId) -> bool:
        if entry.kind == "install" and not self._installed:
            return False
        if entry.data["every_ref"]:  # it lies behind every ref, not only behind its own
            return True
        before = self._continuity.value(ref)
        if before == tip:
            return False
        if entry.kind == "baseline":
            return before is not None or ref != self._governed  # the first version of the policy is judged by nothing
        # What a policy begins to protect was nobody's business before.
        return before is not None or bool(self._policy and self._policy.protects(ref, self._default))
