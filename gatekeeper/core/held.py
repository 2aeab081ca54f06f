"""Rows of landed commits for a page of bounded size: all of them, or what somebody will look for first."""

from __future__ import annotations

from collections import deque

from gatekeeper.core.landed import Landed, Manner

IN_ORDER = frozenset({Manner.APPROVED, Manner.UNASKED})


def matters(row: Landed) -> bool:
    """Whether somebody will look for a commit first: it is AI-assisted, or not in order."""
    return row.assisted or row.manner not in IN_ORDER


class Held:
    """Takes in rows, and holds no more than `most` of them."""

    __slots__ = ("_count", "_latest", "_mattering", "most")

    def __init__(self, most: int) -> None:
        """Start with none."""
        self.most = most
        self._count = 0
        self._latest: deque[Landed] = deque(maxlen=most)
        self._mattering: deque[Landed] = deque(maxlen=most)

    def append(self, row: Landed) -> None:
        """Take in the next one."""
        self._count += 1
        self._latest.append(row)
        if matters(row):
            self._mattering.append(row)

    def rows(self) -> tuple[Landed, ...]:
        """Return all that were taken in; if these are too many, the latest of those that matter."""
        return tuple(self._latest if self._count <= self.most else self._mattering)
