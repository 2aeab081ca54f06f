"""What the ledger adds to figures: which marks it remembered at the landing, and how long approvals took."""

from __future__ import annotations

from contextlib import suppress

from gatekeeper.core.ai_report import Times
from gatekeeper.core.intervals import quantiles
from gatekeeper.core.memory import How
from gatekeeper.core.shares import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from gatekeeper.core.ids import Timestamp
    from gatekeeper.ledger import Entry, Ledger

DROPPED = (How.CHANGE.value, How.AMENDED.value)
"""By what a commit is recognised as the very one that had a mark; otherwise it builds on marked work."""
REMEMBERED = "remembered"
ASSISTED = ("declared", "inferred", REMEMBERED)
APPROVE = "approve"
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What reading members of an entry raises that has others."""


class Paces:
    """Reads a ledger once, entry by entry."""

    def __init__(self, ledger: Ledger, since: Timestamp | None, until: Timestamp | None) -> None:
        """Read everything; times are those of landings from `since` (inclusive) until `until` (exclusive).

        Raises:
            LedgerError: if the ledger cannot be read.
        """
        self.verdicts: dict[str, Verdict] = {}
        """Of commits that landed though their marks were gone."""
        self._since = since
        self._until = until
        self._first: dict[str, int] = {}
        self._approved: dict[str, int] = {}
        self._judged: dict[tuple[int, int], dict[str, Any]] = {}
        self._landed: set[str] = set()
        self._to_signoff: list[int] = []
        self._to_landing: list[int] = []
        for entry in ledger.entries():
            # An entry that somebody has changed is an exception of the audit; these figures do without it.
            with suppress(*MISSHAPEN):
                if entry.kind == "push":
                    self._push(entry)
                elif entry.kind == "landing":
                    self._landing(entry)
        self._judged.clear()

    def times(self) -> Times:
        """Return how long it took, for the assisted changes that landed."""
        return Times(
            first_push_to_signoff=quantiles(self._to_signoff), first_push_to_landing=quantiles(self._to_landing)
        )

    def _push(self, entry: Entry) -> None:
        data = entry.data
        for commit, _ in data["first_pushes"]:
            self._first.setdefault(commit, entry.time)
        if data["outcome"] != "accepted":
            return
        for receipt in data["receipts"]:
            if receipt.get("decision") == APPROVE:
                for commit in receipt["commits"]:
                    self._approved.setdefault(commit, entry.time)
        for position, (update, ref) in enumerate(zip(data["updates"], data["verdict"]["refs"], strict=True)):
            if update["tracked"] and ref["commits"]:
                reviewed = {each["id"]: [name for name, _ in each.get("reviewed", ())] for each in update["commits"]}
                self._judged[entry.number, position] = {
                    each["commit"]: (each["declaration"], reviewed.get(each["commit"], ()))
                    for each in ref["commits"]
                    if each["addition"] == "change" and each["declaration"]["state"] in ASSISTED
                }

    def _landing(self, entry: Entry) -> None:
        for update in entry.data["lapsed"]:
            self._judged.pop((update["entry"], update["position"]), None)
        for update in entry.data["landed"]:
            judged = self._judged.pop((update["entry"], update["position"]), {})
            for commit, (declaration, reviewed) in judged.items():
                if declaration["state"] == REMEMBERED:
                    self.verdicts[commit] = Verdict(
                        REMEMBERED,
                        tuple(declaration["tools"]),
                        dropped=(declaration["remembered"] or {}).get("by") in DROPPED,
                    )
                first = commit not in self._landed  # a release that is cut months later has waited for nobody
                self._landed.add(commit)
                if first and self._in_period(entry.time):
                    self._pace(entry.time, (commit, *reviewed))

    def _in_period(self, time: Timestamp) -> bool:
        return (self._since is None or time >= self._since) and (self._until is None or time < self._until)

    def _pace(self, landed: int, names: Iterable[str]) -> None:
        """Take in a landing; `names` are the commit, and those that were reviewed for it."""
        pushed = [self._first[name] for name in names if name in self._first]
        if not pushed:
            return
        first = min(pushed)
        approved = [self._approved[name] for name in names if name in self._approved]
        self._to_landing.append(max(0, landed - first))
        if approved:
            self._to_signoff.append(max(0, min(approved) - first))
