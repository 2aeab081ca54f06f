"""The engine for people at a desk: pygit2, where libgit2 can open the repository.

libgit2 opens no SHA-256 repositories, so there plumbing answers, behind the same
interface and with the same answers. No decision is ever made from here.
"""

from __future__ import annotations

import pygit2
from pygit2.enums import ConfigLevel

from gatekeeper.core.changes import FileStat
from gatekeeper.core.ids import ObjectId
from gatekeeper.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


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
        found: dict[bytes, FileStat] = {}
        for patch in diff:
            if patch is None:
                continue
            delta = patch.delta
            path = (delta.new_file if delta.new_file.path else delta.old_file).raw_path
            _, added, deleted = patch.line_stats
            stat = FileStat(path=path, added=added, deleted=deleted)
            if delta.is_binary:
                stat = FileStat(path=path, added=None, deleted=None)
            # What changes its type, from a file to a link, comes in two parts here, in one from Git.
            found[path] = found[path].plus(stat) if path in found else stat
        return list(found.values())


def open_libgit2(private: str, objects: Sequence[str]) -> Libgit2 | None:
    """Open a private Git directory with object directories behind it; None if libgit2 cannot.

    Not the repository itself: its attributes and its user's could make a text binary, and a change invisible.
    """
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = ""
    try:
        repository = pygit2.Repository(private)
    except pygit2.GitError:
        return None
    for path in objects:
        repository.odb.add_disk_alternate(path)
    return Libgit2(repository)
