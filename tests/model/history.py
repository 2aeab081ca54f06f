"""Histories as plain data: commits with their whole trees, statements, pushes; and the objects of Git that they are.

Objects are written by hand, so that a commit costs a fraction of a millisecond. What Git's merge makes of two
commits is asked of Git.
"""

from __future__ import annotations

import subprocess
import zlib
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Tree = Mapping[str, str]
"""Path -> content."""
Change = frozenset[tuple[str, str | None, str | None]]
"""(path, content before, content after); None where there is no file."""

MARKS = {"silent": "", "marked": "Assisted-by: claude\n", "denied": "AI-Assisted: no\n"}


class Commit(NamedTuple):
    """One commit, with all that it says."""

    id: str
    tree: Tree
    parents: tuple[str, ...]
    author: str
    """A person of the roster."""
    minute: int
    """The author's date: with the author, the author line."""
    mark: str
    """A key of MARKS."""
    co_author: str
    """A person of the roster; empty: nobody."""

    @property
    def author_line(self) -> tuple[str, int]:
        return self.author, self.minute


class Statement(NamedTuple):
    """A sign-off, without its signature."""

    id: str
    decision: str
    signer: str
    commits: tuple[str, ...]
    refs: tuple[str, ...]
    issued: int
    range: tuple[str, str] | None
    """Base and head."""
    revokes: str


class Merged(NamedTuple):
    tree: Tree
    clean: bool


class History:
    """All commits that were ever made, and the repository in which their objects are."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        self.commits: dict[str, Commit] = {}
        self._written: set[str] = set()
        self._trees: dict[str, Tree] = {}
        self._behind: dict[str, frozenset[str]] = {}
        self._merged: dict[tuple[str, ...], Merged] = {}

    # ---- making ----------------------------------------------------------------------------------

    def take(self, commit: Commit) -> None:
        """Take in a commit whose objects are there."""
        self.commits[commit.id] = commit

    def commit(
        self,
        tree: Tree,
        parents: Iterable[str],
        author: str,
        minute: int,
        *,
        mark: str = "silent",
        co_author: str = "",
        committed: int,
    ) -> Commit:
        """Make a commit; `committed` is the committer's date."""
        parents = tuple(parents)
        message = f"Work\n\n{MARKS[mark]}"
        message += f"Co-authored-by: {_identity(co_author)}\n" if co_author else ""
        commit_id = self._commit_object(self._tree_object(tree), parents, author, (minute, committed), message)
        commit = Commit(commit_id, dict(tree), parents, author, minute, mark, co_author)
        self.commits[commit_id] = commit
        return commit

    def store_commit(self, files: Tree, parents: Iterable[str], committed: int) -> str:
        """Make a commit of the store of sign-offs, which is no part of the history."""
        return self._commit_object(
            self._tree_object(files), tuple(parents), "senior-1", (committed, committed), "sign\n"
        )

    def _commit_object(
        self, tree: str, parents: tuple[str, ...], author: str, dates: tuple[int, int], message: str
    ) -> str:
        authored, committed = (f"{1_790_000_000 + 60 * minute} +0000" for minute in dates)
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {_identity(author)} {authored}", f"committer {_identity(author)} {committed}", "", message]
        return self._write("commit", "\n".join(lines).encode())

    def _tree_object(self, tree: Tree) -> str:
        entries: dict[str, tuple[str, str]] = {}
        below: dict[str, dict[str, str]] = {}
        for path, content in tree.items():
            head, slash, rest = path.partition("/")
            if slash:
                below.setdefault(head, {})[rest] = content
            else:
                entries[head] = "100644", self._write("blob", content.encode())
        for name, inner in below.items():
            entries[name + "/"] = "40000", self._tree_object(inner)
        raw = b"".join(
            f"{mode} {name.rstrip('/')}".encode() + b"\0" + bytes.fromhex(entry)
            for name, (mode, entry) in sorted(entries.items())
        )
        tree_id = self._write("tree", raw)
        self._trees[tree_id] = dict(tree)
        return tree_id

    def _write(self, kind: str, data: bytes) -> str:
        whole = f"{kind} {len(data)}".encode() + b"\0" + data
        name = sha1(whole, usedforsecurity=False).hexdigest()
        path = self.git_dir / "objects" / name[:2] / name[2:]
        if name not in self._written and not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        self._written.add(name)
        return name

    # ---- asking ----------------------------------------------------------------------------------

    def behind(self, tip: str) -> frozenset[str]:
        """A commit and all its ancestors."""
        if tip not in self._behind:
            self._behind[tip] = frozenset({tip}).union(*(self.behind(p) for p in self.commits[tip].parents))
        return self._behind[tip]

    def between(self, tip: str, *others: str) -> list[str]:
        """The commits behind a tip and behind none of the others, parents first, in Git's order."""
        found = self.behind(tip).difference(*(self.behind(other) for other in others))
        if len(found) < 2:
            return list(found)
        lines = self.git("rev-list", "--topo-order", "--reverse", tip, *(f"^{other}" for other in others)).split()
        assert set(lines) == found
        return lines

    def base(self, tip: str, others: Iterable[str]) -> list[str]:
        """The best common ancestors of a tip and any of the others."""
        common = self.behind(tip) & frozenset().union(*(self.behind(other) for other in others))
        return [each for each in common if not any(each != other and each in self.behind(other) for other in common)]

    def parent_tree(self, commit: Commit) -> Tree:
        """The tree of the first parent; empty for a root."""
        return self.commits[commit.parents[0]].tree if commit.parents else {}

    def change(self, commit: Commit) -> Change:
        """What a commit does to its first parent."""
        return difference(self.parent_tree(commit), commit.tree)

    def merge(self, ours: str, theirs: str) -> Merged:
        """What Git's merge makes of two commits."""
        bases = self.base(ours, [theirs])
        if len(bases) == 1:
            easy = _easy(*(self.commits[each].tree for each in (bases[0], ours, theirs)))
            if easy is not None:
                return Merged(easy, clean=True)
        return self._ask(ours, theirs)

    def replay(self, base: Tree, onto: Tree, result: Tree) -> Merged:
        """What Git's merge makes of the change from `base` to `result` on another tree."""
        easy = _easy(base, onto, result)
        if easy is not None:
            return Merged(easy, clean=True)
        root = self._commit_object(self._tree_object(base), (), "senior-1", (0, 0), "base\n")
        ours, theirs = (
            self._commit_object(self._tree_object(tree), (root,), "senior-1", (0, 0), "side\n")
            for tree in (onto, result)
        )
        return self._ask(ours, theirs)

    def _ask(self, ours: str, theirs: str) -> Merged:
        if (ours, theirs) not in self._merged:
            done = subprocess.run(
                ["git", "merge-tree", "--write-tree", "--no-messages", ours, theirs],
                cwd=self.git_dir,
                capture_output=True,
                check=False,
                text=True,
            )
            assert done.returncode in (0, 1), done.stderr
            clean = done.returncode == 0
            tree = self._read_tree(done.stdout.split()[0])
            self._merged[ours, theirs] = Merged(tree, clean)
        return self._merged[ours, theirs]

    def _read_tree(self, tree: str) -> Tree:
        if tree not in self._trees:
            names = self.git("ls-tree", "-r", "--name-only", tree).splitlines()
            self._trees[tree] = {name: self.git("cat-file", "blob", f"{tree}:{name}") for name in names}
        return self._trees[tree]

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.git_dir, capture_output=True, check=True, text=True)
        return done.stdout


def _identity(person: str) -> str:
    return f"{person} <{person}@example.com>"


def difference(before: Tree, after: Tree) -> Change:
    """What changes from one tree to another: (path, content before, content after), None where there is no file."""
    return frozenset(
        (path, before.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    )


def inverse(change: Change) -> Change:
    return frozenset((path, after, before) for path, before, after in change)


def paths(change: Change) -> frozenset[str]:
    return frozenset(path for path, _, _ in change)


def lines_changed(change: Change) -> dict[str, tuple[bool, bool, list[str], list[str]]]:
    """By path whether there is a file before and after, and the lines removed and added, whatever their places."""
    return {path: (before is None, after is None, *_lines(before or "", after or "")) for path, before, after in change}


@lru_cache(maxsize=10_000)
def _lines(before: str, after: str) -> tuple[list[str], list[str]]:
    removed, added = before.splitlines(), after.splitlines()
    for line in list(removed):
        if line in added:
            removed.remove(line)
            added.remove(line)
    return sorted(removed), sorted(added)


def _easy(base: Tree, ours: Tree, theirs: Tree) -> Tree | None:
    """A merge in which no file is changed on both sides, and none comes or goes (that might be a rename)."""
    if base.keys() != ours.keys() or base.keys() != theirs.keys():
        return None
    merged: dict[str, str] = {}
    for path, before in base.items():
        sides = {side for side in (ours[path], theirs[path]) if side != before}
        if len(sides) > 1:
            return None
        merged[path] = sides.pop() if sides else before
    return merged
