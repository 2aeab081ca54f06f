"""Git, as the rest of gatekeeper sees it: values, errors, and what an engine must answer.

Git plumbing (`plumbing.py`) is the one engine of every decision. `libgit2.py` serves people at a
desk where it can open the repository. Only this package opens repositories.
"""

from __future__ import annotations

from gatekeeper.core.changes import Change, FileStat
from gatekeeper.core.ids import ObjectFormat, ObjectId
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Protocol
else:
    Protocol = object


class GitError(Exception):
    """Git did not answer as its documentation says: what was asked, and what Git said."""


class ObjectTooLargeError(GitError):
    """An object is larger than who asked wants to read."""


class OutputTooLargeError(GitError):
    """Git has more to say than is listened to at once."""


class TimeoutExceededError(GitError):
    """The time for the whole judgement is over."""


class Ref(Record):
    """A ref as read."""

    name: str
    target: ObjectId
    """The object id; all zeros if the ref does not exist."""
    resolves_to: str
    """The ref that a write would really move: itself, or the end of a chain of symbolic refs."""
    is_default: bool = False
    """Whether HEAD points at it."""


class RawObject(Record):
    """An object's bytes, or that it is absent."""

    id: str
    """As asked for."""
    kind: str
    """`commit`, `tree`, `blob`, `tag`, or `missing`."""
    data: bytes = b""

    def __init__(self, *, id: str, kind: str, data: bytes = b"") -> None:  # noqa: A002 - the field's name
        """Set the fields, for every commit of a history in a third of the time of a record's own way."""
        put = object.__setattr__
        put(self, "id", id)
        put(self, "kind", kind)
        put(self, "data", data)


class Remade(Record):
    """What Git makes of two parents (git-merge-tree(1))."""

    tree: ObjectId | None
    """None: unrelated histories, nothing to compare with; or it takes too long."""
    clean: bool


class Desk(Protocol):
    """Shows changes to people. Nothing is decided by what it says."""

    def diff_stat(self, old: ObjectId | None, new: ObjectId) -> list[FileStat]:
        """Return what changes from one commit's tree to another's; None: from nothing. Renames are not looked for."""


class Engine(Protocol):
    """Reads objects. Every method raises `GitError` rather than answer in part."""

    object_format: ObjectFormat

    def kinds(self, names: Sequence[str]) -> list[tuple[ObjectId | None, str, int]]:
        """Return (id, type, size) of each name, an object id or `<id>^{commit}`; (None, `missing`, 0) if absent."""

    def commits(self, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> Iterator[RawObject]:
        """Yield the commits reachable from `include` and not from `exclude`, parents first."""

    def line(self, tip: ObjectId, base: ObjectId, most: int) -> list[RawObject] | None:
        """Return the commits from `base` (left out) up to `tip`, if they are one line of at most `most`; else None."""

    def ids(self, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> list[ObjectId]:
        """Return only the ids of what `commits` would yield."""

    def count(self, include: Sequence[ObjectId]) -> int:
        """Return how many commits are reachable from `include`."""

    def trees(self, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> Iterator[RawObject]:
        """Yield the trees of what `commits` would yield, each once, without those that excluded commits have."""

    def objects(self, names: Sequence[str], limit: int | None = None) -> Iterator[RawObject]:
        """Yield the objects in the order asked; absent ones are of kind `missing`.

        Raises:
            ObjectTooLargeError: at an object of more than `limit` bytes.
        """

    def changes(self, pairs: Sequence[tuple[str, ...]]) -> list[Change]:
        """Return raw diffs: of `(commit,)` against nothing or its one parent, `(commit, parent)`, `(tree, tree)`."""

    def remake(self, pairs: Sequence[tuple[ObjectId, ObjectId]]) -> list[Remade]:
        """Merge pairs of commits again as Git's default configuration does."""

    def replay(self, changes: Sequence[tuple[str, str, str]]) -> list[Remade]:
        """Replay changes: each is the tree that it began with, the tree to replay it on, and the tree it came to."""

    def merge_bases(self, commit: ObjectId, others: Sequence[ObjectId]) -> list[ObjectId]:
        """Return the best common ancestors of a commit and of all others together; mostly one."""

    def parents(self, commit: ObjectId) -> list[ObjectId]:
        """Return the parents of a commit, in order."""

    def check_time(self) -> None:
        """Raise `TimeoutExceededError` if the time is over: for long work between two questions."""

    def is_ancestor(self, ancestor: ObjectId, descendant: ObjectId) -> bool:
        """Whether one commit is reachable from another."""
