"""When a sign-off for one commit covers another (DESIGN.md section 6, "Carry-over").

What Git has to say (condition 1: the same change, or remade) is found out by who asks Git; here is what the
conditions mean. Every flaw names the condition at which carry-over fails.
"""

from __future__ import annotations

import enum

from gatekeeper.core.changes import BLOB_MODES, Change, line_changes, same_shape
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gatekeeper.core.signoff import SignedCommit
    from gatekeeper.core.testimony import Standing


class Carry(enum.Enum):
    """How alike a commit must be to what was reviewed."""

    OFF = "off"
    EXACT = "exact"
    """The change digests are equal."""
    REMADE = "remade"
    """Or Git's own merge, without conflict, makes it of the reviewed change and the new parent."""


class Kind(enum.Enum):
    """How a commit came from what was reviewed."""

    REBASE = "rebase"
    SQUASH = "squash"
    CHERRY_PICK = "cherry_pick"
    """What was reviewed has landed on another protected ref."""


class CarryOver(Record):
    """The policy's `carry_over`."""

    rebase: Carry = Carry.REMADE
    squash: Carry = Carry.REMADE
    cherry_pick: Carry = Carry.REMADE

    def admits(self, kind: Kind, *, exact: bool) -> bool:
        """Whether a sign-off carries over in this way."""
        wanted = {Kind.REBASE: self.rebase, Kind.SQUASH: self.squash, Kind.CHERRY_PICK: self.cherry_pick}[kind]
        return wanted is Carry.REMADE or (wanted is Carry.EXACT and exact)


class Source(Record):
    """What a commit carries, as far as Git says."""

    kind: Kind
    exact: bool
    head: ObjectId
    """The reviewed commit, or the head of the reviewed range."""
    commits: tuple[ObjectId, ...]
    """The reviewed commits that add something, parents first; one unless it is a squash."""
    changes: tuple[str, ...]
    """Their change digests, where known; else empty."""
    assisted: tuple[ObjectId, ...]
    """Those of them that are AI-assisted."""
    tools: tuple[str, ...] = ()
    """What the reviewed commits say of tools."""
    elsewhere: bool = False
    """Whether something landed for one of them on another protected ref."""
    entry: int = 0
    """The push that first brought it."""
    before: bool = False
    """Whether that was before the commit that carries it came."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """How it came from what was reviewed; each of these must be admitted."""
        return (self.kind, Kind.CHERRY_PICK) if self.elsewhere else (self.kind,)


class Spent(Record):
    """What something has landed for already."""

    landed: ObjectId
    time: Timestamp


def done_to_lines(before: bytes | None, after: bytes | None) -> str | None:
    """Return a digest of the lines that are removed and added between two contents of a file, wherever they stand.

    None where that says nothing: a content is not to be compared (None), or is no text (it has a NUL).
    """
    if before is None or after is None or b"\0" in before or b"\0" in after:
        return None
    # Neither NUL nor newline is in a line, so no two changes of lines give the same bytes.
    removed, added = (
        b"\n".join(b"%d %s" % (n, line) for line, n in sorted(each.items())) for each in line_changes(before, after)
    )
    return sha256_hex(removed + b"\0" + added)


def same_lines(one: Change, other: Change, done: Callable[[str, str], str | None]) -> bool:
    """Whether two changes of one shape remove and add the same lines in each file.

    `done` returns `done_to_lines` between two blobs, given their ids. Where that is None, and for what is no file
    (a submodule, a symbolic link), both must be the same before and after.
    """
    if not same_shape(one, other):
        return False
    for left, right in zip(one, other, strict=True):
        if (left.old_id, left.new_id) == (right.old_id, right.new_id):
            continue
        before, after = left.old_mode, left.new_mode
        if before not in BLOB_MODES or after not in BLOB_MODES or "120000" in (before, after):
            return False
        lines = done(left.old_id, left.new_id)
        if lines is None or lines != done(right.old_id, right.new_id):
            return False
    return True


def carried_flaw(
    *,
    admitted: bool,
    same_author: bool,
    earlier: str,
    reverted: bool,
    spent: bool,
) -> str:
    """Return the first condition at which carry-over of a good statement fails, as a code; empty: it carries.

    `earlier` is the code of what is wrong with the earlier commits of the statement; empty if they are there.
    """
    checks = (
        (not admitted, "carry-off"),
        (not same_author, "author-differs"),
        (reverted, "reverted-since"),
        (spent, "landed-before"),
        (bool(earlier), earlier),
    )
    return next((code for applies, code in checks if applies), "")


def parents_first(commits: Sequence[SignedCommit]) -> list[SignedCommit]:
    """Return a statement's commits as they are listed, but none before its parent, in whatever order it was asked for.

    Parents are what the statement claims, which may even be a circle.
    """
    listed = {commit.id: commit for commit in commits}
    found: dict[ObjectId, SignedCommit] = {}
    for commit in commits:
        line: dict[ObjectId, SignedCommit] = {}
        at: SignedCommit | None = commit
        while at is not None and at.id not in found and at.id not in line:
            line[at.id] = at
            at = listed.get(ObjectId(at.parent))
        found.update(reversed(line.items()))
    return list(found.values())


def cover(
    needed: Sequence[ObjectId], assisted: Sequence[ObjectId], standings: Iterable[tuple[ObjectId, Standing]]
) -> list[Standing]:
    """Return the approvals of a range: a person's count if together they cover every assisted commit of it.

    `standings` are the approvals of single commits, good or not. Who covers the assisted commits but not all is
    marked `partial`: enough for a rule on AI-assisted changes, and for no other.
    """
    by_person: dict[str, list[tuple[ObjectId, Standing]]] = {}
    for commit, standing in standings:
        signer = standing.testimony.signer
        by_person.setdefault(signer.id if signer else standing.testimony.statement.signer, []).append(
            (commit, standing)
        )
    found: dict[tuple[StatementId, str], Standing] = {}
    for many in by_person.values():
        covered = {commit for commit, standing in many if not standing.flaw}
        everything = set(needed) <= covered
        enough = bool(assisted) and set(assisted) <= covered
        for _, standing in many:
            flaw = standing.flaw or ("" if everything or enough else "covers-part")
            kept = standing.replace(flaw=flaw, reviewed=tuple(needed), partial=not everything)
            found[standing.testimony.statement_id, flaw] = kept
    good = {statement for statement, flaw in found if not flaw}
    return [standing for (statement, flaw), standing in found.items() if not flaw or statement not in good]
