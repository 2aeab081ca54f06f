"""What is remembered of marks: the reference model's reading of DESIGN.md section 7 and decision 0021."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tests.model.history import Change, Commit, History, difference, lines_changed, paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.model.carried import Carried
    from tests.model.history import Statement
    from tests.model.reference import Reference, Update

LARGE = 64
"""Bytes from which a file is recognised under another path."""


class Mark(NamedTuple):
    """Something that came with a mark."""

    what: Change | str
    """A change, or the content of a file."""
    path: str
    """Of the file; empty for a change."""
    root: str
    """The marked commit."""
    person: str
    """Who pushed the mark."""
    first: bool
    """Whether this was new to the server."""
    version: bool = False
    """Whether it is a later version of a file that was marked."""
    number: int = 0
    """Of the push; 0 for the one that is judged."""


class Memory:
    """All that was ever pushed with a mark, to any ref, accepted or refused."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.marks: list[Mark] = []
        self.pushed_marked: dict[str, str] = {}
        """By marked commit who pushed it first."""
        self.noted: dict[str, int] = {}
        """By marked commit the number of that push."""
        self.spans: dict[tuple[str, str], int] = {}
        """Pushed branches: where they began, and their heads; each with the number of the push."""
        self.flying: dict[str, dict[str, str]] = {}
        """By unprotected ref: the paths that marked commits of it change, each with the first such commit."""

    # ---- what is noted ---------------------------------------------------------------------------

    def note_protected(
        self, server: Reference, pusher: str, old: str, new: str, update: Update, signed: set[str]
    ) -> None:
        judged = [self.history.commits[name] for name in update.marked]
        marked = [each for each in judged if update.marked[each.id]]
        later = self._versions(judged, {each.id for each in marked}, {})
        for each in marked:
            self._note(server, pusher, each)
        if old and len(judged) > 1 and (marked or any(each.id in signed for each in judged)):
            self._note_span(server, pusher, old, new, marked[0].id if marked else "")
        self._note_versions(pusher, later)

    def note_free(
        self, server: Reference, pusher: str, updates: Mapping[str, str], signed: Sequence[Statement]
    ) -> None:
        """Note what a push brings to refs that nothing protects, and the ranges of statements."""
        free = {
            ref: new for ref, new in updates.items() if not ref.startswith(("refs/heads/main", "refs/heads/release/"))
        }
        protected = server.protected_tips()
        olds = [server.refs[ref] for ref in free if ref in server.refs]
        for ref, new in free.items():
            if not new:
                self.flying.pop(ref, None)
                continue
            branch = self.history.between(new, *protected)
            fresh = [self.history.commits[name] for name in self.history.between(new, *protected, *olds)]
            marked = [each for each in fresh if each.mark == "marked"]
            flying = self.flying.setdefault(ref, {})
            later = self._versions(fresh, {each.id for each in marked}, flying)
            for each in marked:
                self._note(server, pusher, each)
                for path in paths(self.history.change(each)):
                    flying.setdefault(path, each.id)
            first = min(
                flying, key=lambda path: sha256(path.encode()).digest(), default=""
            )  # the ledger has the digests
            root = marked[0].id if marked else flying.get(first, "")
            bases = self.history.base(new, protected)
            if len(branch) > 1 and len(bases) == 1:
                self._note_span(server, pusher, bases[0], new, root)
            self._note_versions(pusher, later)
        for statement in signed:
            if statement.range is not None:
                self.spans.setdefault(statement.range, server.pushes)

    def _note(self, server: Reference, pusher: str, commit: Commit) -> None:
        if commit.id in self.pushed_marked:
            return
        self.pushed_marked[commit.id] = pusher
        self.noted[commit.id] = server.pushes
        files = self._files(commit)
        new = {content for _, content in files} - server.contents
        first = bool(new) if files else commit.id not in server.present
        change = self.history.change(commit)
        if change and len(commit.parents) < 2:
            self.marks.append(Mark(change, "", commit.id, pusher, first, number=server.pushes))
        self.marks += [Mark(content, path, commit.id, pusher, content in new) for path, content in files]

    def _note_span(self, server: Reference, pusher: str, base: str, head: str, root: str) -> None:
        change = difference(self.history.commits[base].tree, self.history.commits[head].tree)
        if change:
            self.spans.setdefault((base, head), server.pushes)
        if change and root:
            new = {content for _, _, content in change if content}
            first = bool(new - server.contents) if new else head not in server.present
            self.marks.append(Mark(change, "", root, pusher, first, number=server.pushes))

    def _versions(self, commits: Iterable[Commit], marked: set[str], flying: Mapping[str, str]) -> list[Mark]:
        """Later versions of marked files."""
        found: list[Mark] = []
        now = dict(flying)
        for commit in commits:
            if commit.id in marked:
                now.update(dict.fromkeys(self._touched(commit), commit.id))
            else:
                found += [
                    Mark(content, path, now[path], "", first=False, version=True)
                    for path, content in self._files(commit)
                    if path in now
                ]
        return found

    def _note_versions(self, pusher: str, later: Iterable[Mark]) -> None:
        """They count for who pushed the mark, and for who pushed them first."""
        noted = {(mark.what, mark.path, mark.root) for mark in self.marks}
        new = [mark for mark in later if (mark.what, mark.path, mark.root) not in noted]
        self.marks += [mark._replace(person=who) for mark in new for who in (pusher, self.pushed_marked[mark.root])]

    # ---- what is asked ---------------------------------------------------------------------------

    def candidates(self, update: Update) -> set[str]:
        """The commits that were pushed with a mark or have a statement, as far as they are there."""
        return (self.pushed_marked.keys() | {name for s in update.statements for name in s.commits}) & update.present

    def ranges(self, update: Update) -> list[tuple[tuple[str, str], int]]:
        """The pushed branches and signed ranges, as far as they are there, and which push first brought them."""
        return [(span, number) for span, number in self.spans.items() if set(span) <= update.present]

    def recalls(self, update: Update, commit: Commit, carries: Sequence[Carried], within: Sequence[str] = ()) -> bool:
        """Whether a commit without a mark counts as marked on its way to a ref.

        What came with the marked commits `within` the range that it is in is no hit.
        """
        return (
            self._brings(update, commit, self._files(commit), self.history.change(commit), within)
            or self._brings(update, commit, self._chosen(commit), frozenset(), within)
            or self._amended(update, commit, within)
            or self._carried(update, commit, carries, within)
        )

    def _brings(
        self, update: Update, commit: Commit, files: list[tuple[str, str]], change: Change, within: Sequence[str]
    ) -> bool:
        """Whether files, or the change as a whole, came with a mark."""
        people = self._people(update, commit)
        before = [self.history.commits[each.commit] for each in update.here if update.marked.get(each.commit)]
        marks = [*self.marks, *(mark for each in before for mark in self._marks_of(each))]
        standing_here = {path for each in before for path in self._touched(each)}
        had = {mark.what for mark in marks if update.has(mark.root) or mark.root in within}
        for mark in marks:
            if mark.what in had or not (mark.first or mark.person in people):
                continue
            whole = not mark.path and change and mark.what == change
            if whole and (files or self._holds(update, commit, people, mark.person, mark.number)):
                return True
            if mark.path and (mark.path, mark.what) in files and not (mark.version and mark.path in standing_here):
                return True
            moved = not mark.version and any(content == mark.what and len(content) >= LARGE for _, content in files)
            if mark.path and moved:
                return True
        return False

    def _people(self, update: Update, commit: Commit) -> set[str]:
        return {commit.author, update.server.first_pusher.get(commit.id, "")}

    def _chosen(self, commit: Commit) -> list[tuple[str, str]]:
        """What a merge takes from one parent where Git's own merge does not: (path, content)."""
        if len(commit.parents) < 2:
            return []
        parents = [self.history.commits[parent].tree for parent in commit.parents]
        merged = self.history.merge(*commit.parents).tree if len(commit.parents) == 2 else {}
        fresh = self._files(commit)
        return [
            (path, content)
            for path, content in commit.tree.items()
            if content and any(tree.get(path) != content for tree in parents)
            if merged.get(path) != content and (path, content) not in fresh
        ]

    def _marks_of(self, commit: Commit) -> list[Mark]:
        change = self.history.change(commit)
        whole = [Mark(change, "", commit.id, "", first=True)] if change else []
        return whole + [Mark(content, path, commit.id, "", first=True) for path, content in self._files(commit)]

    def _holds(self, update: Update, commit: Commit, people: set[str], person: str, number: int) -> bool:
        """Whether a mark on no bytes counts: not if somebody else's came after the work itself, in some form."""
        lines = lines_changed(self.history.change(commit))
        before = [
            other
            for name, pushed in update.server.arrived.items()
            for other in [self.history.commits[name]]
            if pushed < number and update.server.first_pusher[name] in people and name in update.present
            if other.author_line == commit.author_line and len(other.parents) == 1
        ]
        return person in people or not any(lines_changed(self.history.change(other)) == lines for other in before)

    def _is_own(self, update: Update, name: str, commit: Commit, people: set[str]) -> bool:
        """Whether the mark of what has the same author line counts: not if somebody else took over a line."""
        came = [
            number
            for other, number in update.server.arrived.items()
            if number < update.server.pushes and self.history.commits[other].author_line == commit.author_line
        ]
        return self.pushed_marked[name] in people or not came or self.noted[name] <= min(came)

    def _amended(self, update: Update, commit: Commit, within: Sequence[str]) -> bool:
        """Whether it has the author line of a marked commit that has not landed, and a path in common."""
        people = self._people(update, commit)
        return any(
            self.history.commits[name].author_line == commit.author_line
            and not update.has(name)
            and name not in within
            and self._touched(self.history.commits[name]) & self._touched(commit)
            and self._is_own(update, name, commit, people)
            for name in self.pushed_marked
        )

    def _carried(self, update: Update, commit: Commit, carries: Sequence[Carried], within: Sequence[str]) -> bool:
        """Whether it carries a marked commit; what the ref has had is no hit."""
        people = self._people(update, commit)
        return any(
            name in self.pushed_marked
            and not update.has(name)
            and name not in within
            and (self.pushed_marked[name] in people or any(mark.root == name and mark.first for mark in self.marks))
            and self._holds(update, commit, people, self.pushed_marked[name], self.noted[name])
            for each in carries
            for name in each.assisted
        )

    def _files(self, commit: Commit) -> list[tuple[str, str]]:
        """What is new in a commit, against every parent: (path, content); without empty files."""
        trees = [self.history.commits[parent].tree for parent in commit.parents] or [{}]
        return [
            (path, content)
            for path, content in commit.tree.items()
            if content and all(tree.get(path) != content for tree in trees)
        ]

    def _touched(self, commit: Commit) -> frozenset[str]:
        trees = [self.history.commits[parent].tree for parent in commit.parents] or [{}]
        return frozenset[str]().union(*(paths(difference(tree, commit.tree)) for tree in trees))
