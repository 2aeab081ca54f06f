"""Facts of one commit of a history, for figures. No decision depends on them, so they may come from a cache."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record


class Area(Record):
    """What a commit does below one first part of a path."""

    name: bytes
    """Empty: files at the root."""
    added: int
    """Lines; none for binary files, as for `deleted` (git-diff(1), --numstat)."""
    deleted: int


class Surveyed(Record):
    """What one commit says and does."""

    id: ObjectId
    parents: int
    author: bytes
    """The address as written; no mailmap is applied."""
    time: Timestamp
    """The committer's, as written; proves nothing."""
    state: str
    """A value of `declaration.State`."""
    tools: tuple[str, ...] = ()
    subject: bytes = b""
    reverts: tuple[str, ...] = ()
    """The ids, in full or in part, that its message says it reverts."""
    fixes: tuple[str, ...] = ()
    """Likewise, of `Fixes:`."""
    change: bytes = b""
    """A digest of what it changes, paths and blobs; empty for a merge and for no change."""
    undoes: bytes = b""
    """The `change` of a commit that it would take back byte for byte."""
    areas: tuple[Area, ...] = ()
