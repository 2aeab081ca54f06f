"""Policy and roster as they were on the day of a push, from the ledger's archive."""

from __future__ import annotations

from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.people import Roster
from gatekeeper.core.policy import Policy
from gatekeeper.core.record import Record
from gatekeeper.ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatekeeper.config.cache import CompiledCache

KEPT = 16
"""Versions that are kept loaded: entries come in order, so few are needed at a time."""


class Day(Record):
    """What was in force; a part is None if the archive does not have it, or it can no longer be read."""

    policy: Policy | None
    roster: Roster | None


class Days:
    """Loads what was in force, each version once."""

    def __init__(self, ledger: Ledger, cache: CompiledCache | None) -> None:
        """`cache` is where compiled files are kept; None: parse."""
        self._ledger = ledger
        self._cache = cache
        self._days: dict[tuple[str, str], Day] = {}

    def of(self, data: Mapping[str, str]) -> Day:
        """Return what was in force at an entry, by the digests in its data."""
        key = (data["policy"], data["roster"])
        if key not in self._days:
            if len(self._days) >= KEPT:
                self._days.clear()
            self._days[key] = self._load(*key)
        return self._days[key]

    def _load(self, policy: str, roster: str) -> Day:
        people = self._roster(roster)
        content = self._ledger.archived(policy) if people else None
        if people is None or content is None:
            return Day(policy=None, roster=people)
        try:
            return Day(policy=load_policy(content, policy, people, self._cache), roster=people)
        except ConfigurationError:
            return Day(policy=None, roster=people)

    def _roster(self, digest: str) -> Roster | None:
        content = self._ledger.archived(digest)
        try:
            return None if content is None else load_roster(content, digest, self._cache)
        except ConfigurationError:
            return None
