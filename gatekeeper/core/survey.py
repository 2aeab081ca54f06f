"""Facts of one commit of a history, for figures. No decision depends on them, so they may come from a cache.

They are small whatever the commit is: of its paths only sums and two digests are kept, so that a history of any
length is read in little memory.
"""

from __future__ import annotations

from hashlib import blake2b

from gatekeeper.core.claims import SUBJECT_LIMIT, fixes_in, reverts_in
from gatekeeper.core.commits import subject_of
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.commits import Glimpse
    from gatekeeper.core.declaration import Declaration

MODULUS = 1 << 64
MAX_AREAS = 64
"""First parts of paths that are told apart in one commit; the rest is counted together."""
OTHER = b"(other)"
NONE = 0
"""The key of nothing."""


class Said(Record):
    """What a commit's own bytes say."""

    parents: int
    author: bytes
    """The address as written; no mailmap is applied."""
    state: str
    """A value of `declaration.State`."""
    tools: tuple[str, ...] = ()
    subject: int = NONE
    """The key of the subject (`key_of`)."""
    is_revert: bool = False
    """Whether it says that it takes another commit out again, whichever."""
    reverts: tuple[str, ...] = ()
    """The ids, in full or in part, that it says it takes out."""
    reverts_subject: int = NONE
    """The key of the subject that it says it takes out."""
    fixes: tuple[str, ...] = ()
    """Ids, in full or in part, of `Fixes:`."""


class Area(Record):
    """What a commit does below one first part of a path."""

    name: bytes
    """A directory; empty: files at the root."""
    added: int
    """Lines; none for binary files, as for `deleted` (git-diff(1), --numstat)."""
    deleted: int


class Done(Record):
    """What a commit changes, against its one parent or nothing. Renames are found as git-log(1) finds them."""

    areas: tuple[Area, ...] = ()
    change: int = NONE
    """The key of what it changes: every path with modes and blobs, whatever the order. `NONE`: nothing."""
    undoes: int = NONE
    """The key of the change that would take this one back, byte for byte."""
    counted: bool = True
    """Whether lines are known; not where contents are missing."""

    @property
    def added(self) -> int:
        """Lines."""
        return sum(area.added for area in self.areas)

    @property
    def deleted(self) -> int:
        """Lines."""
        return sum(area.deleted for area in self.areas)


class DoneBuilder:
    """Takes in the records of one raw diff with its line counts, one by one."""

    __slots__ = ("_areas", "_change", "_counted", "_undoes")

    def __init__(self) -> None:
        """Start with no change."""
        self._areas: dict[bytes, list[int]] = {}
        self._change = 0
        self._undoes = 0
        self._counted = True

    def entry(self, path: bytes, old: bytes, new: bytes) -> None:
        """Take in one path; `old` and `new` are its mode and object id on each side, anything unambiguous."""
        prefix = path + b"\0"
        self._change += key_of(prefix + old + b"\0" + new)
        self._undoes += key_of(prefix + new + b"\0" + old)

    def lines(self, path: bytes, added: int, deleted: int) -> None:
        """Take in the line counts of one path."""
        top, slash, _ = path.partition(b"/")
        name = top if slash else b""
        area = self._areas.get(name)
        if area is None:
            if len(self._areas) >= MAX_AREAS:
                name = OTHER
            area = self._areas.setdefault(name, [0, 0])
        area[0] += added
        area[1] += deleted

    def touch(self, path: bytes) -> None:
        """Take in a path of which no line counts are known."""
        self._counted = False
        self.lines(path, 0, 0)

    def build(self) -> Done:
        """Return the whole."""
        return Done(
            areas=tuple(
                Area(name=name, added=added, deleted=deleted) for name, (added, deleted) in self._areas.items()
            ),
            change=self._change % MODULUS,
            undoes=self._undoes % MODULUS,
            counted=self._counted,
        )


class Surveyed(Record):
    """One commit of a history."""

    id: str
    step: int
    """The number of the commit that brought it onto the mainline (`mainline.py`)."""
    landed_at: Timestamp
    """The committer's time of that one, as written; proves nothing."""
    said: Said | None
    """None: the object is no commit that can be read."""
    done: Done | None
    """None: a merge, or a commit whose parent is not there (a shallow clone)."""


def key_of(data: bytes) -> int:
    """Return a number within 0 and 2^64 that stands for some bytes in figures, and nowhere else."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def say(commit: Glimpse, head: bytes, declaration: Declaration) -> Said:
    """Return what a commit says; `head` is the header of the object, from its first byte to the blank line."""
    subject = subject_of(commit.message[:SUBJECT_LIMIT])
    reverts = reverts_in(commit.message)
    return Said(
        parents=head.count(b"\nparent "),
        author=commit.author.email,
        state=declaration.state.value,
        tools=declaration.tools,
        subject=key_of(subject) if subject else NONE,
        is_revert=reverts is not None,
        reverts=reverts.ids if reverts else (),
        reverts_subject=key_of(reverts.subject) if reverts and reverts.subject else NONE,
        fixes=fixes_in(commit.message),
    )
