"""Which step of the mainline brought each commit of a history: a branch lands as a whole, by its merge.

The mainline of a ref are its tip, that commit's first parent, and so on. Dates on a branch say when it was written;
what was written and taken back on it before it was merged never reached anybody.
"""

from __future__ import annotations

from array import array

from gatekeeper.core.ids import Timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PREFIX = 16
"""Hex digits of an id by which commits are told apart in figures."""
NOWHERE = -1
MAX_TIME = (1 << 62) - 1


class Mainline:
    """Takes in a history, each commit after its parents. Commits are numbered in that order, from 0; little memory."""

    def __init__(self) -> None:
        """Start with no commit."""
        self._positions: dict[int, int] = {}
        self._ids = bytearray()
        self._width = 20
        self._times = array("q")
        self._parents = array("l")
        self._offsets = array("l", [0])

    def add(self, commit: str, time: int, parents: Sequence[str]) -> None:
        """Take in the next commit, with its committer's time; parents that were not taken in are left out."""
        raw = bytes.fromhex(commit)
        self._width = len(raw)
        self._positions[int(commit[:PREFIX], 16)] = len(self._times)
        self._ids += raw
        self._times.append(max(0, min(time, MAX_TIME)))
        found = (self._positions.get(int(parent[:PREFIX], 16)) for parent in parents)
        self._parents.extend(position for position in found if position is not None)
        self._offsets.append(len(self._parents))

    def landings(self, tips: Sequence[str]) -> Iterator[tuple[str, int, Timestamp]]:
        """Yield for each commit, in order: its id, the number of the commit that brought it, and when that was made.

        What several refs have counts for the first of `tips`.
        """
        landed = array("l", [NOWHERE]) * len(self._times)
        for tip in tips:
            self._land(self._positions[int(tip[:PREFIX], 16)], landed)
        for position, step in enumerate(landed):
            name = self._ids[position * self._width : (position + 1) * self._width].hex()
            yield name, step, Timestamp(self._times[position if step == NOWHERE else step])

    def _land(self, tip: int, landed: array[int]) -> None:
        mainline: list[int] = []
        position: int | None = tip
        while position is not None and landed[position] == NOWHERE:
            mainline.append(position)
            position = next(iter(self._parents_of(position)), None)
        for step in reversed(mainline):
            stack = [step]
            while stack:
                each = stack.pop()
                if landed[each] == NOWHERE:
                    landed[each] = step
                    stack += self._parents_of(each)

    def _parents_of(self, position: int) -> array[int]:
        return self._parents[self._offsets[position] : self._offsets[position + 1]]
