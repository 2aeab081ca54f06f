"""What commits and ranges change, by Git: the digests that a signer signs and the gate computes again are one code."""

from __future__ import annotations

from gatekeeper.core.changes import Change, change_digest, merge_digest
from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ChangeDigest, ObjectFormat, ObjectId
from gatekeeper.git import Engine, GitError, OutputTooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gatekeeper.core.signoff import Statement

AT_ONCE = 1000
"""Commits whose diffs are held at a time."""


def differences(engine: Engine, commits: Sequence[Commit]) -> Iterator[tuple[Commit, tuple[Change, ...]]]:
    """Yield each commit with what it changes against each of its parents; against nothing if it has none.

    Raises:
        GitError: when Git does not answer about every one of them.
    """
    for start in range(0, len(commits), AT_ONCE):
        yield from _together(engine, commits[start : start + AT_ONCE])


def _together(engine: Engine, commits: Sequence[Commit]) -> Iterator[tuple[Commit, tuple[Change, ...]]]:
    """Ask about commits at once; where that is too much, about each half."""
    pairs: list[tuple[str, ...]] = []
    for commit in commits:
        pairs += [(commit.id, parent) for parent in commit.parents] or [(commit.id,)]
    try:
        changes = iter(engine.changes(pairs))
    except OutputTooLargeError:
        if len(commits) == 1:
            raise
        half = len(commits) // 2
        yield from _together(engine, commits[:half])
        yield from _together(engine, commits[half:])
        return
    for commit in commits:
        yield commit, tuple(next(changes) for _ in commit.parents or (None,))


def digest_of(commit: Commit, changes: tuple[Change, ...], object_format: ObjectFormat) -> ChangeDigest | None:
    """Return a commit's change digest, of a merge its merge digest; None for an empty change."""
    if commit.is_merge:
        return merge_digest(changes, object_format)
    return change_digest(changes[0], object_format)


def tree_digest(engine: Engine, base: ObjectId, head: ObjectId) -> str:
    """Return the digest of what changes from one tree to another: that of a range; empty if they are equal.

    Raises:
        GitError: when Git does not answer.
    """
    return change_digest(engine.changes([(base, head)])[0], engine.object_format) or ""


def range_holds(engine: Engine, statement: Statement) -> bool:
    """Whether `rev-list base..head` is exactly the statement's commits and its digest that of the two trees.

    True when base or head are not in the repository: then there is nothing to compare with, and each
    commit is still bound by its own id.
    """
    span = statement.range
    if span is None:
        return True
    trees = engine.kinds([f"{span.base}^{{tree}}", f"{span.head}^{{tree}}"])
    (base, base_kind, _), (head, head_kind, _) = trees
    if base is None or head is None:
        return True
    if base_kind != "tree" or head_kind != "tree":
        return False
    try:
        ids = engine.ids([span.head], [span.base])
        digest = tree_digest(engine, base, head)
    except GitError:
        return False
    return set(ids) == {commit.id for commit in statement.commits} and digest == span.change
