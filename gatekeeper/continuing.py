"""Continuity: each update of a protected ref starts where the last one ended, and there the ref is."""

from __future__ import annotations

from gatekeeper.core.audit import Break, GuardedRef, TakenIn
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.retracing import BASELINES, Arrived, Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


TAKING_IN = ("policy", "baseline")
"""Kinds of entries, after the installation, by which what is on a ref is taken in."""


class Continuity:
    """Follows every tracked ref through the ledger's entries."""

    def __init__(self, zero: ObjectId, begins: Mapping[str, ObjectId]) -> None:
        """Begin before the first entry that can be read.

        Args:
            zero: The id of a ref that does not exist.
            begins: Where refs were then: nothing, or what entries came to that have been pruned.
        """
        self._zero = zero
        self.taken_in: list[TakenIn] = []
        self._values: dict[str, ObjectId] = dict(begins)
        self._landings: dict[str, int] = {}
        self._last: dict[str, Timestamp] = {}
        self._breaks: dict[str, list[Break]] = {}

    def see(self, moment: Moment) -> None:
        """Take in one entry; entries come in order."""
        entry = moment.entry
        if entry is None:
            return
        if entry.kind in TAKING_IN:
            self.taken_in += [
                TakenIn(entry=entry.number, time=entry.time, ref=ref, tip=tip, why=entry.data.get("why", ""))
                for ref, tip in entry.data["tips"].items()
            ]
        if entry.kind in BASELINES:  # what the server's owner took in is in order from then on
            self._values.update(entry.data["tips"])
        for arrived in moment.landed:
            self._step(arrived.ref, arrived.old, arrived.new, entry.number)
            self._note(arrived)
        healed = entry.data.get("healed") if entry.kind == "landing" else None
        if healed and healed["ref"] == SIGNOFFS:  # the gate itself writes no other tracked ref
            self._step(healed["ref"], healed["old"], healed["new"], entry.number)

    def _step(self, ref: str, old: ObjectId, new: ObjectId, entry: int) -> None:
        expected = self._values.get(ref, self._zero)
        if old != expected:
            self._breaks.setdefault(ref, []).append(Break(expected=expected, found=old, entry=entry))
        self._values[ref] = new

    def _note(self, arrived: Arrived) -> None:
        self._landings[arrived.ref] = self._landings.get(arrived.ref, 0) + 1
        self._last[arrived.ref] = max(arrived.push.time, self._last.get(arrived.ref, Timestamp(0)))

    @property
    def refs(self) -> Collection[str]:
        """Every ref that the entries speak of, or spoke of."""
        return self._values.keys()

    def value(self, ref: str) -> ObjectId | None:
        """Return where the entries so far left a ref; None if they do not speak of it."""
        return self._values.get(ref)

    def guarded(self, current: Mapping[str, ObjectId]) -> tuple[GuardedRef, ...]:
        """Return what is known of some refs, by their values now; zeros for one that does not exist."""
        return tuple(self._guarded(ref, current[ref]) for ref in sorted(current))

    def _guarded(self, ref: str, tip: ObjectId) -> GuardedRef:
        breaks = list(self._breaks.get(ref, ()))
        expected = self._values.get(ref, self._zero)
        if expected != tip:
            breaks.append(Break(expected=expected, found=tip, entry=None))
        return GuardedRef(
            ref=ref,
            tip=tip,
            landings=self._landings.get(ref, 0),
            last_landing=self._last.get(ref),
            breaks=tuple(breaks),
        )
