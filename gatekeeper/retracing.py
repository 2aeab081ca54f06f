"""The ledger's entries, walked once and in order: what landed by them alone, whatever the tables say."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.record import Record
from gatekeeper.ledger import Entry, Ledger, LedgerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

BASELINES = ("install", "policy", "baseline")
"""Kinds of entries whose `tips` count as in order from then on."""
MISSHAPEN = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading an entry raises that is not of the form of docs/formats.md."""


class Arrived(Record):
    """An update that an entry says has landed, with the push that brought it."""

    push: Entry
    position: int
    """Of the update in the push's entry."""
    ref: str
    old: ObjectId
    new: ObjectId

    @property
    def update(self) -> Any:
        """The update's data, as in docs/formats.md."""
        return self.push.data["updates"][self.position]

    @property
    def finding(self) -> Any:
        """What was decided about the update, as data."""
        return self.push.data["verdict"]["refs"][self.position]


class Misfit(Record):
    """An entry that cannot be what the gate wrote."""

    number: int
    code: str
    """`entry-unreadable`, or `landing-unfounded`: it says that something landed which no entry accepted."""
    what: str


class Moment(Record):
    """One entry, with what it says has landed."""

    entry: Entry | None
    """None: it cannot be read."""
    landed: tuple[Arrived, ...] = ()
    misfits: tuple[Misfit, ...] = ()


def retrace(ledger: Ledger) -> Iterator[Moment]:
    """Yield every entry in order; only one push is held at a time.

    Two runs can find the same landing: the first counts, as in the projection.

    Raises:
        LedgerError: if the file cannot be read at all.
    """
    settled: set[tuple[int, int]] = set()
    for number in ledger.numbers():
        try:
            entry = ledger.entry(number)
        except LedgerError as error:
            yield Moment(entry=None, misfits=(Misfit(number=number, code="entry-unreadable", what=str(error)),))
            continue
        if entry.kind != "landing":
            yield Moment(entry=entry)
            continue
        try:
            yield _landing(ledger, entry, settled)
        except MISSHAPEN as error:
            misfit = Misfit(number=number, code="entry-unreadable", what=f"{type(error).__name__}: {error}")
            yield Moment(entry=entry, misfits=(misfit,))


def _landing(ledger: Ledger, entry: Entry, settled: set[tuple[int, int]]) -> Moment:
    arrived: list[Arrived] = []
    misfits: list[Misfit] = []
    pushes: dict[int, Entry] = {}
    for state in ("landed", "lapsed"):
        for said in entry.data[state]:
            key = (int(said["entry"]), int(said["position"]))
            if key in settled:
                continue
            settled.add(key)
            if state == "lapsed":
                continue
            if key[0] not in pushes:
                pushes = {key[0]: _push(ledger, key[0])}
            found = Arrived(push=pushes[key[0]], position=key[1], ref=said["ref"], old=said["old"], new=said["new"])
            what = _unfounded(found)
            if what:
                misfits.append(Misfit(number=entry.number, code="landing-unfounded", what=what))
            else:
                arrived.append(found)
    return Moment(entry=entry, landed=tuple(arrived), misfits=tuple(misfits))


def _push(ledger: Ledger, number: int) -> Entry:
    try:
        entry = ledger.entry(number)
    except LedgerError as error:
        raise ValueError(str(error)) from None
    if entry.kind != "push":
        raise ValueError(f"entry {number} is no push")
    return entry


def _unfounded(arrived: Arrived) -> str:
    """Say why something cannot have landed as it is said; empty if it can."""
    push, update = arrived.push, arrived.update
    if push.data["outcome"] != "accepted" or not update["tracked"]:
        return f"entry {push.number} did not accept {arrived.ref}"
    if (update["ref"], update["old"], update["new"]) != (arrived.ref, arrived.old, arrived.new):
        return f"entry {push.number} accepted another update of {arrived.ref}"
    return ""
