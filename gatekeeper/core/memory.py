"""What is remembered of AI marks: whose bytes a commit brings again without the mark (DESIGN.md section 7).

A mark is remembered with the bytes that came with it. Who drops it by an amend, a squash, a split or a move
brings the same bytes, or a later version of the same file, and the mark counts all the same.
"""

from __future__ import annotations

import enum

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOVED_BYTES = 64
"""A file of fewer bytes is not recognised under another path: too many small files are alike by chance."""


class How(enum.Enum):
    """By what a commit is recognised."""

    CHANGE = "change"
    """The whole change came with a mark before."""
    FILE = "file"
    """So did a file with this content."""
    MOVED = "moved"
    """So did this content, under another path."""
    VERSION = "version"
    """An earlier version of a file, on the same branch, from the same person."""
    AMENDED = "amended"
    """A commit with the same author line that changes one of the same files."""


class Mark(Record):
    """Bytes that came with a mark: one row of the ledger's memory."""

    key: str
    """A change digest, or the id of a blob."""
    path: str
    """The key of the blob's path (`changes.path_key`); empty for a change."""
    root: ObjectId
    """The commit that was marked."""
    person: str
    """Who pushed the mark: a roster id, empty if nobody of the roster."""
    time: Timestamp
    """When."""
    first: bool
    """Whether the bytes were new to the server then. If not, the mark counts only for its pusher's own commits."""
    version: bool = False
    """Whether these bytes are only a later version of a file that was marked."""
    tools: tuple[str, ...] = ()
    entry: int = 0
    """The number of the push; 0 for the push that is being judged."""


class Recollection(Record):
    """Why a commit without a mark counts as marked."""

    how: How
    root: ObjectId
    """The commit that was marked."""
    person: str
    time: Timestamp
    tools: tuple[str, ...] = ()
    """Of all marks that count, not of this one alone: one tool does not hide another."""


def recollect(
    files: Sequence[tuple[str, str]],
    marks: Iterable[Mark],
    *,
    own: Callable[[str], bool],
    has_been_here: Callable[[Mark], bool],
    marked_here: Callable[[str], bool],
    large: Callable[[str], bool],
    since: Timestamp,
) -> Recollection | None:
    """Return why a commit without a mark counts as marked; None if it does not.

    Args:
        files: (id of the resulting blob, key of its path) of what the commit brings; no empty blobs, no deletions.
        marks: The remembered marks on these blobs, or on the change as a whole.
        own: Whether a person (roster id) wrote the commit or first pushed it.
        has_been_here: Whether the ref has had the marked bytes already, and they were not taken out since.
        marked_here: Whether the mark on a path still stands in what is pushed: then an unmarked commit after it
            is somebody's own work on the same file.
        large: Whether a blob is large enough to be recognised under another path.
        since: Marks from before are forgotten.
    """
    blobs = {blob for blob, _ in files}
    marks = tuple(marks)
    known = {mark.key for mark in marks if has_been_here(mark)}
    found: list[Recollection] = []
    for mark in marks:
        if mark.time < since or mark.key in known or not (mark.first or (mark.person and own(mark.person))):
            continue
        if not mark.path:
            how = How.CHANGE
        elif (mark.key, mark.path) in files:
            if mark.version and marked_here(mark.path):
                continue
            how = How.VERSION if mark.version else How.FILE
        elif mark.key in blobs and not mark.version and large(mark.key):
            how = How.MOVED
        else:
            continue
        found.append(Recollection(how=how, root=mark.root, person=mark.person, time=mark.time, tools=mark.tools))
    if not found:
        return None
    order = list(How)
    best = min(found, key=lambda each: (order.index(each.how), each.time, each.root))
    return best.replace(tools=tuple(dict.fromkeys((*best.tools, *(tool for each in found for tool in each.tools)))))
