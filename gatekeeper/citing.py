"""What a row of landed commits is made from, and the parts that every row and every exception about one has."""

from __future__ import annotations

from gatekeeper.core.commits import Commit
from gatekeeper.core.exceptional import Exceptional, Severity
from gatekeeper.core.ids import ObjectId, StatementId
from gatekeeper.core.independence import Hands
from gatekeeper.core.landed import Landed
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Testimony
from gatekeeper.dating import Day
from gatekeeper.formats.json import brief
from gatekeeper.ledger import Entry
from gatekeeper.rechecking import Recheck
from gatekeeper.retracing import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Place(Record):
    """Which repository it is."""

    repository: str
    path: str


class Source(Record):
    """Where a commit was judged."""

    push: Entry
    ref: str
    finding: Any
    noted: Any
    """What the entry notes of the commit besides, as data."""


class Heard(Record):
    """What was said about the commits of one update by the time of its push."""

    day: Day
    recheck: Recheck | None
    """None: that day's policy or roster can no longer be read."""
    flaws: dict[ObjectId, dict[StatementId, str]]
    vetoes: dict[ObjectId, tuple[Testimony, ...]]


class Tabled(Record):
    """A row, with what somebody should look at."""

    row: Landed
    exceptions: tuple[Exceptional, ...]
    hands: Hands
    """Who had a hand in the commit, without what was reviewed elsewhere."""
    adds: bool
    """Whether it adds something: not a merge as Git itself makes it."""
    machine_author: bool
    """Whether the author field is an AI tool's or a bot's."""


def common(place: Place, arrived: Arrived, commit: ObjectId, parsed: Commit | None) -> dict[str, Any]:
    """Return the fields of a row that need no judgement of the commit."""
    pusher = arrived.push.data["pusher"]
    return {
        "repository": place.repository,
        "ref": arrived.ref,
        "commit": commit,
        "landed_at": arrived.push.time,
        "subject": brief(parsed.subject) if parsed else "",
        "pusher": pusher["person"] or pusher["account"],
        "via": pusher["kind"],
        "entry": arrived.push.number,
    }


def about(place: Place, kind: str, row: Landed, **facts: str | tuple[str, ...]) -> Exceptional:
    """Make an exception about a row: something in the record of it does not hold."""
    return Exceptional(
        kind=kind,
        severity=Severity.CRITICAL,
        repository=place.repository,
        path=place.path,
        ref=row.ref,
        commit=row.commit,
        entry=row.entry,
        facts=tuple(facts.items()),
    )
