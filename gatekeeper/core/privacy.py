"""Whose figures an audit may show. Records of single decisions are not figures: accountability needs their names."""

from __future__ import annotations

from gatekeeper.core.record import Record

UNNAMED_BELOW = 8
"""People in the smallest team that has figures of its own, unless the policy says otherwise."""


class Privacy(Record):
    """What a policy allows an audit to count by."""

    persons: bool = False
    """Whether figures per person are shown."""
    smallest_team: int = UNNAMED_BELOW
    """People in the smallest team whose figures are shown; those of smaller ones are counted together."""

    def shows_team(self, people: int) -> bool:
        """Whether a team of so many people may have figures of its own."""
        return people >= self.smallest_team
