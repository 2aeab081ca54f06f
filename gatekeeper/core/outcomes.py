"""What became of each change of a history: taken out again, brought back, mended; and how groups compare.

Two ways say that a commit takes another out: its message does (`claims.py`), or it is the exact inverse of what an
earlier one changed, whatever it says. A revert that is itself taken out takes nothing out, and what was taken out on
the very branch that brought it was never in. Shares compare only changes that were all observed for the same time,
counted from when they landed: one of yesterday had no time to be reverted.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

from gatekeeper.core.ai_report import Group, Outcomes
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.intervals import compare, quantiles, share
from gatekeeper.core.mainline import PREFIX
from gatekeeper.core.survey import NONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gatekeeper.core.survey import Done, Said, Surveyed

WINDOW = 30 * 86_400
"""Seconds for which each change is observed. In seven public histories 83 to 100 % of reverts come sooner."""
IGNORED, UNASSISTED, ASSISTED = range(3)
"""To which group a commit belongs; merges, reverts and what is not asked about belong to none."""


class Fates:
    """Takes in a history, each commit after its parents, and says what became of each. Numbers only: little memory."""

    def __init__(self) -> None:
        """Start with no commit."""
        self._ids = array("Q")
        self._times = array("q")
        self._lines = array("q")
        self._steps = array("l")
        self._groups = bytearray()
        self._merges: set[int] = set()
        self._changes: dict[int, int] = {}
        self._subjects: dict[int, int] = {}
        self._reverters: dict[int, set[int]] = {}
        self._fixers: dict[int, set[int]] = {}
        self._claims: list[tuple[int, tuple[str, ...], int | None]] = []
        """Reverts whose message alone says of what: by ids, or by the subject of an earlier commit."""
        self._mends: list[tuple[int, tuple[str, ...]]] = []

    def add(self, commit: Surveyed, said: Said, done: Done | None) -> bool:
        """Take in the next commit; return whether it takes another one out. A merge stands for what it brought."""
        position = len(self._ids)
        inverse = self._inverse(done)
        is_revert = said.is_revert or inverse is not None
        self._ids.append(int(commit.id[:PREFIX], 16))
        self._times.append(commit.landed_at)
        self._steps.append(commit.step)
        self._lines.append(done.added + done.deleted if done else 0)
        self._groups.append(IGNORED)
        if said.parents > 1:
            self._merges.add(position)
        if inverse is not None:
            self._reverters.setdefault(inverse, set()).add(position)
        if said.is_revert and inverse is None:
            named = self._subjects.get(said.reverts_subject)
            self._claims.append((position, said.reverts, named))
        elif said.fixes and not is_revert:
            self._mends.append((position, said.fixes))
        if done is not None and done.change != NONE:
            self._changes[done.change] = position
        if said.subject != NONE:
            self._subjects[said.subject] = position
        return is_revert

    def _inverse(self, done: Done | None) -> int | None:
        """Return the latest commit that this one takes out byte for byte."""
        if done is None or done.undoes in (NONE, done.change):
            return None
        return self._changes.get(done.undoes)

    def choose(self, group: int) -> None:
        """Put the commit that was added last into a group."""
        self._groups[-1] = group

    def outcomes(self, now: Timestamp, window: int = WINDOW) -> Outcomes:
        """Return what became of both groups; `now` bounds dates that lie in the future."""
        self._resolve()
        seen_until = max((time for time in self._times if time <= now), default=0)
        reverted = dict(self._first_times(self._effective()))
        fixed = dict(self._first_times(self._fixers.items()))
        groups = [self._group(group, seen_until, window, reverted, fixed) for group in (ASSISTED, UNASSISTED)]
        assisted, unassisted = groups
        return Outcomes(
            window=window,
            seen_until=Timestamp(seen_until),
            assisted=assisted,
            unassisted=unassisted,
            reverted=compare(assisted.reverted, unassisted.reverted),
            fixed=compare(assisted.fixed, unassisted.fixed),
        )

    def _resolve(self) -> None:
        """Find the commits that messages name: earlier ones only, so nothing can take itself out."""
        if not self._claims and not self._mends:
            return
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        ids = array("Q", (self._ids[position] for position in order))
        taken_out: dict[int, set[int]] = {}
        for position, names, named in self._claims:
            targets = _find(ids, order, names, position)
            # The id can be one that a squash or rebase has replaced since; then the subject tells.
            for target in targets or ([] if named is None else [named]):
                taken_out.setdefault(target, set()).add(position)
        for target, by in self._with_brought(taken_out):
            self._reverters.setdefault(target, set()).update(by)
        for position, names in self._mends:
            for target in _find(ids, order, names, position):
                self._fixers.setdefault(target, set()).add(position)
        self._claims.clear()
        self._mends.clear()

    def _with_brought(self, taken_out: Mapping[int, set[int]]) -> Iterator[tuple[int, set[int]]]:
        """Yield what was taken out, with it all that a merge of the mainline brought: it is out as well."""
        yield from taken_out.items()
        merges = {self._steps[target]: by for target, by in taken_out.items() if target in self._merges}
        if not merges:
            return
        last = {step: position for position, step in enumerate(self._steps) if step in merges}
        for position, step in enumerate(self._steps):
            # A merge that was itself brought by another one is not the last of its step, and stands for nothing.
            if step in merges and last[step] in taken_out and position != last[step]:
                yield position, taken_out[last[step]]

    def _effective(self) -> Iterator[tuple[int, set[int]]]:
        """Yield the commits that are out at the end, with those that took them out.

        A commit is taken out only by later ones, so from the last to the first each one's own fate is known already.
        """
        out: set[int] = set()
        for target in sorted(self._reverters, reverse=True):
            standing = self._reverters[target] - out
            if standing:
                out.add(target)
                yield target, standing

    def _first_times(self, found: Iterable[tuple[int, set[int]]]) -> Iterator[tuple[int, int]]:
        """Yield how long each stood before that; what landed together with what it takes out or mends says nothing."""
        for target, by in found:
            later = [self._times[position] for position in by if self._steps[position] != self._steps[target]]
            if later:
                yield target, max(0, min(later) - self._times[target])

    def _group(
        self, group: int, seen_until: int, window: int, reverted: dict[int, int], fixed: dict[int, int]
    ) -> Group:
        members = [position for position, each in enumerate(self._groups) if each == group]
        old = [position for position in members if self._times[position] <= seen_until - window]
        to_revert = _within(old, reverted, window)
        to_fix = _within(old, fixed, window)
        return Group(
            n=len(old),
            too_new=len(members) - len(old),
            reverted=share(len(to_revert), len(old)),
            fixed=share(len(to_fix), len(old)),
            seconds_to_revert=quantiles(to_revert),
            seconds_to_fix=quantiles(to_fix),
            lines=quantiles(self._lines[position] for position in members),
        )


def _within(members: Iterable[int], delays: dict[int, int], window: int) -> list[int]:
    return [delays[position] for position in members if delays.get(position, window + 1) <= window]


def _find(ids: Sequence[int], order: Sequence[int], names: Iterable[str], before: int) -> list[int]:
    """Return the positions, before one, of the commits whose ids begin with `names`; what fits several is nobody's."""
    found: list[int] = []
    for name in names:
        digits = name[:PREFIX]
        low, high = (int(digits.ljust(PREFIX, digit), 16) for digit in "0f")
        index = bisect_left(ids, low)
        alone = index < len(ids) and ids[index] <= high and (index + 1 == len(ids) or ids[index + 1] > high)
        if alone and order[index] < before:
            found.append(order[index])
    return found
