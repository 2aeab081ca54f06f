"""Entries of the ledger -> what landed, and which entries tell of it."""

from __future__ import annotations

from gatekeeper.core.exhibit import Amended, Exhibit, Regime
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.record import Record
from gatekeeper.ledger import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class _Update(Record):
    """An accepted update that has not landed yet."""

    ref: str
    time: Timestamp
    commits: tuple[ObjectId, ...]
    judged: frozenset[ObjectId]
    """Of these, those that the push's own verdict is about; the others had landed before."""


class Trace:
    """What the entries tell, read once from the first to the last."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Read the entries, in order."""
        self.exhibits: list[Exhibit] = []
        """What landed, in order."""
        self.regimes: list[Regime] = []
        """Every change of policy or roster."""
        self.amended: list[Amended] = []
        """What was pushed to the ref of policy and roster."""
        self.received: dict[StatementId, int] = {}
        """The entry that first took in each statement."""
        self.time = Timestamp(0)
        """Of the last entry."""
        self._pending: dict[tuple[int, int], _Update] = {}
        self._judged: dict[ObjectId, tuple[int, int]] = {}
        for entry in entries:
            self.time = entry.time
            self._regime(entry)
            if entry.kind == "push" and entry.data["outcome"] == "accepted":
                self._push(entry)
            elif entry.kind == "landing":
                self._landing(entry)

    def _regime(self, entry: Entry) -> None:
        policy, roster = entry.data.get("policy"), entry.data.get("roster")
        last = self.regimes[-1] if self.regimes else None
        if policy and roster and (last is None or (last.policy, last.roster) != (policy, roster)):
            self.regimes.append(Regime(entry=entry.number, time=entry.time, policy=policy, roster=roster))

    def _push(self, entry: Entry) -> None:
        for receipt in entry.data["receipts"]:
            self.received.setdefault(receipt["statement"], entry.number)
        for finding in entry.data["verdict"]["refs"]:
            if finding["governance"]:
                statements = tuple(dict.fromkeys(view["statement"] for view in finding["governance"]))
                self.amended.append(
                    Amended(entry=entry.number, time=entry.time, commit=finding["new"], statements=statements)
                )
        for position, update in enumerate(entry.data["updates"]):
            if update["tracked"] and update["commits"]:
                self._pending[entry.number, position] = _Update(
                    ref=update["ref"],
                    time=entry.time,
                    commits=tuple(commit["id"] for commit in update["commits"]),
                    judged=_judged(entry.data, position),
                )

    def _landing(self, entry: Entry) -> None:
        for lapsed in entry.data["lapsed"]:
            self._pending.pop((lapsed["entry"], lapsed["position"]), None)
        for landed in entry.data["landed"]:
            place = landed["entry"], landed["position"]
            update = self._pending.pop(place, None)
            if update is None:
                continue
            for commit in update.commits:
                judged = place if commit in update.judged else self._judged.get(commit, (0, 0))
                self._judged.setdefault(commit, judged)
                self.exhibits.append(
                    Exhibit(
                        commit=commit,
                        ref=update.ref,
                        push=place[0],
                        position=place[1],
                        landing=entry.number,
                        landed_at=update.time,
                        judged=judged[0],
                        judged_position=judged[1],
                    )
                )


def _judged(data: Any, position: int) -> frozenset[ObjectId]:
    return frozenset(finding["commit"] for finding in data["verdict"]["refs"][position]["commits"])
