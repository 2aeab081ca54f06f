"""The engine for people at a desk: pygit2, where libgit2 can open the repository.

libgit2 opens neither SHA-256 repositories nor reftable, so there plumbing answers, behind the same
interface and with the same answers. No decision is ever made from here.
"""

from __future__ import annotations

import pygit2

from gatekeeper.core.changes import FileStat
from gatekeeper.core.ids import ObjectId
from gatekeeper.git import GitError


class Libgit2:
    """See `Desk`."""

    def __init__(self, repository: pygit2.Repository) -> None:
        """Use an opened repository."""
        self._repository = repository

    def diff_stat(self, old: ObjectId | None, new: ObjectId) -> list[FileStat]:
        """See `Desk`."""
        try:
            tree = self._repository[new].peel(pygit2.Tree)
            base = self._repository[old].peel(pygit2.Tree) if old else None
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise GitError(f"libgit2 cannot read {new}: {error}") from None
        diff = base.diff_to_tree(tree) if base else tree.diff_to_tree(swap=True)
        stats: list[FileStat] = []
        for patch in diff:
            if patch is None:
                continue
            delta = patch.delta
            file = delta.new_file if delta.new_file.path else delta.old_file
            _, added, deleted = patch.line_stats
            binary = bool(delta.is_binary)
            stats.append(
                FileStat(path=file.raw_path, added=None if binary else added, deleted=None if binary else deleted)
            )
        return stats


def open_libgit2(git_dir: str) -> Libgit2 | None:
    """Open a repository; None if libgit2 cannot."""
    try:
        return Libgit2(pygit2.Repository(git_dir))
    except pygit2.GitError:
        return None
