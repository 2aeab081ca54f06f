"""Everything known about one commit on its way to one ref, as one frozen value."""

from __future__ import annotations

import enum

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import Declaration
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Person
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Judged


class Addition(enum.Enum):
    """What a commit adds to the ref beyond what its parents bring."""

    CHANGE = "change"
    """A commit with one parent or none: its change."""
    NOTHING = "nothing"
    """A merge that is exactly what Git itself makes of its parents."""
    RESOLUTION = "resolution"
    """A merge that differs from that, or that Git cannot make again."""


class Dossier(Record):
    """The input of every rule. Facts that no rule in question asks for are left at their defaults."""

    commit: Commit
    ref: str
    declaration: Declaration
    brings_assisted: bool = False
    """Of a merge: whether a commit new to the ref and reachable from a parent is assisted."""
    brings_tools: tuple[str, ...] = ()
    """Ids of the tools of such commits."""
    addition: Addition = Addition.CHANGE
    paths: tuple[bytes, ...] = ()
    """What it changes: against the parent, of a resolution against any parent.

    Of a merge that adds nothing: what it changes that no commit of its other side did, as across a rename.
    """
    authorship: Authorship = Authorship()
    co_authors: tuple[Person, ...] = ()
    committers: tuple[Person, ...] = ()
    """Its own, and those of what it carries."""
    pusher: Person | None = None
    signoffs: Judged = Judged()
    """Its own, and what it carries from other commits."""
    range_authors: tuple[Authorship, ...] = ()
    """Of the squash of a reviewed range: who wrote its commits. Then the squash's own author counts for nothing."""
    pure_revert: ObjectId | None = None
    """The AI-assisted commit of the ref that it takes out again, byte for byte and in time."""
    change: str = ""
    """The change digest, of a merge that against its first parent; empty if it was not asked for."""
    reverts: str = ""
    """The commit of the ref that it takes out again, byte for byte, exempt or not."""
    revertible: bool = False
    """Whether taking it out again can be a pure revert."""
    reviewed: tuple[tuple[ObjectId, str], ...] = ()
    """(commit, change digest) of what is spent on the ref when it lands."""

    @property
    def assisted(self) -> bool:
        """Whether rules for AI-assisted changes apply (DESIGN.md sections 4 and 7)."""
        if self.addition is Addition.NOTHING:
            return bool(self.paths) and self.brings_assisted
        return self.declaration.assisted or (self.addition is Addition.RESOLUTION and self.brings_assisted)

    @property
    def tools(self) -> tuple[str, ...]:
        """Ids of the tools that rules for tools see: of what it adds to a merge also those of what it brings."""
        if self.addition is Addition.CHANGE:
            return self.declaration.tools
        return (*self.declaration.tools, *self.brings_tools)
