"""Pauses of the gate, each from its entry to its real end."""

from __future__ import annotations

from gatekeeper.core.audit import PauseSpan
from gatekeeper.core.ids import Timestamp
from gatekeeper.retracing import Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Pauses:
    """Every pause of the ledger."""

    def __init__(self) -> None:
        """Begin with none."""
        self._spans: list[PauseSpan] = []

    def see(self, moment: Moment) -> None:
        """Take in one entry; entries come in order."""
        entry = moment.entry
        if entry is None or entry.kind not in ("pause", "resume"):
            return
        if self._spans:  # the next pause takes the place of the one before
            last = self._spans[-1]
            self._spans[-1] = last.replace(end=min(last.end, max(last.start, entry.time)))
        if entry.kind == "pause":
            self._spans.append(
                PauseSpan(
                    entry=entry.number,
                    start=entry.time,
                    end=Timestamp(entry.data["until"]),
                    reason=entry.data["reason"],
                    account=entry.data["account"],
                    landed=0,
                )
            )

    def spans(self, selected: Callable[[PauseSpan], bool], landed: Mapping[int, int]) -> tuple[PauseSpan, ...]:
        """Return pauses with how many commits landed in each without what rules ask for."""
        return tuple(span.replace(landed=landed.get(span.entry, 0)) for span in self._spans if selected(span))
