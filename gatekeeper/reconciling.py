"""What really landed: accepted entries compared with the refs (DESIGN.md section 12).

A client can hang up after sending, so that post-receive never runs; a crash can lose it. The refs say
what happened, so every hook and every command compares first. A ref that no accepted entry explains
was written outside the gate.
"""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record
from gatekeeper.ledger import Ledger, PendingUpdate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

LAPSES_AFTER = 3_600
"""Seconds after which an accepted update that is not on its ref counts as not happened."""


class Comparison(Record):
    """Refs held against the ledger."""

    landed: tuple[PendingUpdate, ...] = ()
    lapsed: tuple[PendingUpdate, ...] = ()
    """Updates that can no longer happen, because the ref has moved on without them."""
    unexplained: tuple[tuple[str, ObjectId, ObjectId], ...] = ()
    """(ref, what the ledger expects, what it is) for refs that moved outside the gate."""

    @property
    def changes_ledger(self) -> bool:
        """Whether there is something to record."""
        return bool(self.landed or self.lapsed)

    def entry(self, found_by: str) -> dict[str, Any]:
        """Return the data of a `landing` entry."""
        return {
            "found_by": found_by,
            "landed": [_row(update) for update in self.landed],
            "lapsed": [_row(update) for update in self.lapsed],
        }


def _row(update: PendingUpdate) -> dict[str, Any]:
    return {
        "entry": update.entry,
        "position": update.position,
        "ref": update.ref,
        "old": update.old,
        "new": update.new,
    }


def compare(ledger: Ledger, current: Mapping[str, ObjectId], zero: ObjectId, now: Timestamp) -> Comparison:
    """Compare refs, by their current values, with what the ledger accepted and confirmed.

    An absent ref has the zero id. Nothing is written. An update that was accepted and has not happened within
    an hour never will: Git refused it, or its client hung up.
    """
    names = list(current)
    confirmed = ledger.tips(names)
    waiting: dict[str, list[PendingUpdate]] = {}
    for update in ledger.pending(names):
        waiting.setdefault(update.ref, []).append(update)
    landed: list[PendingUpdate] = []
    lapsed: list[PendingUpdate] = []
    unexplained: list[tuple[str, ObjectId, ObjectId]] = []
    for ref in sorted(current):
        expected, actual, updates = confirmed.get(ref, zero), current[ref], waiting.get(ref, [])
        chain = _ways(updates, expected).get(actual)
        if chain is None:
            unexplained.append((ref, expected, actual))
            continue
        landed += chain
        # The ref was read before the ledger: updates can have followed, one upon the other.
        open_to = _ways(updates, actual)
        late = now - LAPSES_AFTER
        lapsed += [u for u in updates if u not in chain and (u.old not in open_to or u.time < late)]
    return Comparison(landed=tuple(landed), lapsed=tuple(lapsed), unexplained=tuple(unexplained))


def _ways(updates: Sequence[PendingUpdate], start: ObjectId) -> dict[ObjectId, list[PendingUpdate]]:
    """Return each value of a ref that accepted updates lead to from one, with these updates in order."""
    paths: dict[ObjectId, list[PendingUpdate]] = {start: []}
    queue = [start]
    while queue:
        at = queue.pop(0)
        for update in reversed(updates):  # of equal ones the last: an earlier one failed, or it would not be repeated
            if update.old == at and update.new not in paths:
                paths[update.new] = [*paths[at], update]
                queue.append(update.new)
    return paths
