"""What was refused, and what became of it: landed later as it was, landed changed, or given up."""

from __future__ import annotations

from gatekeeper.core.audit import OpenRefusal, Refusals
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.record import Record
from gatekeeper.formats.json import brief
from gatekeeper.ledger import Entry, Ledger
from gatekeeper.retracing import Arrived, Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NAMED = 100
"""Open refusals that are told one by one: the latest."""


class _Refused(Record):
    """A refused commit, and how a changed version of it would be known."""

    view: OpenRefusal
    change: str
    paths: str


class Following:
    """Follows every refused commit through the later entries."""

    def __init__(self, ledger: Ledger, selected: Callable[[str, Entry], bool]) -> None:
        """`selected` says whether a refusal on a ref by an entry is looked at."""
        self._ledger = ledger
        self._selected = selected
        self._open: dict[tuple[str, ObjectId], _Refused] = {}
        self._ever: set[tuple[str, ObjectId]] = set()
        self._fates = {"approved": 0, "otherwise": 0, "changed": 0}
        self._pushes = 0
        self._undecided = 0

    def see(self, moment: Moment) -> None:
        """Take in one entry; entries come in order."""
        entry = moment.entry
        if entry is not None and entry.kind == "push" and entry.data["outcome"] != "accepted":
            self._refused(entry)
        for arrived in moment.landed:
            self._landed(arrived)

    def _refused(self, entry: Entry) -> None:
        seen = {each["id"]: each for each in entry.data.get("seen", ())}
        pusher = entry.data["pusher"]
        refs = entry.data["verdict"]["refs"]
        if refs and not any(self._selected(ref["ref"], entry) for ref in refs):
            return
        self._pushes += 1
        self._undecided += entry.data["outcome"] == "undecided"
        for ref in refs:
            for finding in ref["commits"] if self._selected(ref["ref"], entry) else ():
                if finding["outcome"] == "accepted":
                    continue
                commit = ObjectId(finding["commit"])
                view = OpenRefusal(
                    ref=ref["ref"],
                    commit=commit,
                    subject=brief(finding["subject"]),
                    pusher=pusher["person"] or pusher["account"],
                    entry=entry.number,
                    time=entry.time,
                )
                noted = seen.get(commit) or self._noted(commit)
                self._open[ref["ref"], commit] = _Refused(view=view, change=noted["change"], paths=noted["paths"])
                self._ever.add((ref["ref"], commit))

    def _noted(self, commit: ObjectId) -> dict[str, str]:
        """Return what was noted of a commit when it was first pushed: it was marked, or it had a sign-off."""
        seen = self._ledger.seen([commit]).get(commit)
        return {"change": seen.change, "paths": seen.paths} if seen else {"change": "", "paths": ""}

    def _landed(self, arrived: Arrived) -> None:
        waiting = {key: refused for key, refused in self._open.items() if key[0] == arrived.ref}
        if not waiting:
            return
        commits = arrived.update["commits"]
        ids = {ObjectId(commit["id"]) for commit in commits}
        seen = self._ledger.seen([commit for commit in ids if (arrived.ref, commit) not in waiting])
        changes = {commit["change"] for commit in commits} - {""}
        paths = {each.paths for each in seen.values()} - {""}
        signed = {commit["id"] for commit in commits if commit["statements"]}
        for key, refused in waiting.items():
            if key[1] in ids:
                fate = "approved" if key[1] in signed else "otherwise"
            elif refused.change in changes or refused.paths in paths:
                fate = "changed"
            else:
                continue
            self._fates[fate] += 1
            del self._open[key]

    def refusals(self) -> Refusals:
        """Return what is known after the last entry."""
        latest = sorted(self._open.values(), key=lambda refused: refused.view.entry, reverse=True)
        return Refusals(
            pushes=self._pushes,
            undecided=self._undecided,
            commits=len(self._ever),
            approved_later=self._fates["approved"],
            landed_otherwise=self._fates["otherwise"],
            changed_later=self._fates["changed"],
            open=tuple(refused.view for refused in latest[:NAMED]),
            open_total=len(self._open),
        )
