"""Questions about a piece of history that is in memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.ids import ObjectId


def behind(tips: Sequence[ObjectId], parents: Mapping[ObjectId, Sequence[ObjectId]]) -> set[ObjectId]:
    """Return the tips and what is behind them, as far as `parents` knows commits."""
    found: set[ObjectId] = set()
    waiting = list(tips)
    while waiting:
        commit = waiting.pop()
        if commit in parents and commit not in found:
            found.add(commit)
            waiting += parents[commit]
    return found
