"""The ledger's part in a judgement: what is remembered of the commits, what they take back, what they carry.

In two passes over the commits of a push, parents first. The first finds out which commits count as AI-assisted and
which of them take out what the ref has; only then is it known what may carry over.
"""

from __future__ import annotations

from functools import partial

from gatekeeper.attesting import Attesting
from gatekeeper.authoring import Authors
from gatekeeper.bench import Bench
from gatekeeper.core.changes import path_key
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import Declaration, declare, with_evidence
from gatekeeper.core.dossier import Dossier
from gatekeeper.core.graph import behind
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.memory import How, Recollection
from gatekeeper.differences import differences
from gatekeeper.hearing import Hearing
from gatekeeper.ledger import LandedChange, Landing, Ledger, Seen
from gatekeeper.past import Past
from gatekeeper.remembering import Brought, Memory, author_line_digest, brought_by, remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from gatekeeper.carrying import Carrier
    from gatekeeper.core.carryover import Source
    from gatekeeper.crediting import Creditor


class Recalled:
    """What the ledger has to say about the commits of one update. `complete` is called for each, in order."""

    def __init__(
        self,
        bench: Bench,
        ledger: Ledger,
        ref: str,
        tip: ObjectId,
        brought: Mapping[ObjectId, Brought],
        authors: Authors,
    ) -> None:
        """Begin with what the judged commits bring; `tip` is what the ref would be after the push."""
        self._bench = bench
        self._ledger = ledger
        self._ref = ref
        self._brought = brought
        self._authors = authors
        self._past = Past(ledger, bench.engine, ref, bench.now, brought.keys(), tip, bench.beside)
        self._lazy_carrier: Carrier | None = None
        self._creditor: Creditor | None = None
        self._sources: Mapping[ObjectId, tuple[Source, ...]] = {}
        self._reverts: dict[ObjectId, LandedChange] = {}
        self._revertible: set[ObjectId] = set()
        self._parents: Mapping[ObjectId, Sequence[ObjectId]] = {}
        self._parts: dict[ObjectId, tuple[Source, ...]] = {}
        """What commits of squashed ranges carry, of those without a mark of their own."""
        self._arrived: dict[str, int] = {}
        """By the digest of an author line, the push that first brought a commit with it."""
        self._before: dict[tuple[ObjectId, int], bool] = {}
        """By commit and push whether the work of the commit was there before that push."""
        self.declarations: dict[ObjectId, Declaration] = {}
        """Of commits that count as marked, or as marked for more tools than their own marks say."""

    @property
    def _carrier(self) -> Carrier:
        if self._lazy_carrier is None:
            from gatekeeper.carrying import Carrier  # most commits touch no paths of which the ledger knows a change

            self._lazy_carrier = Carrier(self._bench, self._ledger, self._past, self._marked)
        return self._lazy_carrier

    def look_up(
        self,
        commits: Sequence[Commit],
        declarations: Mapping[ObjectId, Declaration],
        known: Mapping[ObjectId, Landing],
    ) -> None:
        """Go through the commits the first time: marks that are gone, and changes taken back.

        Args:
            commits: All commits of the update, parents first.
            declarations: What each says itself.
            known: Those that the ledger vouches for.
        """
        brought = self._brought
        self._parents = {commit.id: commit.parents for commit in commits}
        self._past.fetch_changes(sorted({each.inverse for each in brought.values() if each.inverse}))
        singles = [c for c in commits if c.id in brought and len(c.parents) == 1]
        self._sources = self._find_sources(singles, brought)
        memory = Memory(self._bench, self._ledger, self._past, brought) if self._bench.policy.remember else None
        lines = {c.id: author_line_digest(c) for c in commits if c.id in brought and not declarations[c.id].assisted}
        amended = memory.amends(lines) if memory else {}
        doubted = [
            c
            for c in commits
            if memory
            and (c.id in self._sources or (c.id in lines and (memory.knows(brought[c.id]) or amended.get(lines[c.id]))))
        ]
        people = self._authors.people(doubted)
        self._arrived.update(self._ledger.first_entries_of_author_lines([author_line_digest(c) for c in doubted]))
        for commit in commits:
            if commit.id in known:
                landing = known[commit.id]
                self._past.add(
                    commit.id,
                    landing.change,
                    landing.reviewed,
                    revertible=landing.revertible,
                    reverts=landing.reverts,
                )
                if landing.revertible:
                    self._revertible.add(commit.id)
                continue
            declaration = declarations[commit.id]
            if declaration.assisted and commit.id in people:
                declaration = self._with_tools_of(declaration, commit, people[commit.id])
            elif memory and commit.id in people:
                versions = [s for s in amended.get(lines[commit.id], ()) if self._is_own(s, commit, people[commit.id])]
                holds = partial(self._holds, commit, people[commit.id])
                found = memory.recall(brought[commit.id], people[commit.id], versions, holds)
                found = found or self._carried_mark(commit, people[commit.id], self._sources.get(commit.id, ()))
                found = found or self._mark_of_a_side(memory, commit, people[commit.id])
                declaration = remembered(declaration, found) if found else declaration
                declaration = self._with_tools_of(declaration, commit, people[commit.id]) if found else declaration
            if declaration != declarations[commit.id]:
                self.declarations[commit.id] = declaration
            if memory and declaration.assisted:
                memory.add(commit.id, brought[commit.id], declaration.tools)
            self._note(commit, declaration)
        self._prepare()

    def _find_sources(
        self, commits: Sequence[Commit], brought: Mapping[ObjectId, Brought]
    ) -> Mapping[ObjectId, tuple[Source, ...]]:
        """Return what commits with one parent carry, by commit: of what was seen with the same changed paths."""
        keys = sorted({paths for c in commits if (paths := brought[c.id].paths)})
        alike, ranges = self._ledger.seen_alike(keys), self._ledger.seen_ranges(keys)
        asked = [c for c in commits if brought[c.id].paths in alike or brought[c.id].paths in ranges]
        return self._carrier.sources(asked, brought, alike, ranges) if asked else {}

    def _holds(self, commit: Commit, people: Sequence[str], person: str, entry: int) -> bool:
        """Whether a mark counts that somebody brought with a push: not somebody else's after the work itself.

        The author line tells where to look for the work, and its lines whether it was that: anybody can write any date.
        """
        key = (commit.id, entry)
        if person not in people and key not in self._before:
            earlier = self._ledger.versions_before(author_line_digest(commit), people, entry)
            self._before[key] = self._carrier.does_as(commit, earlier)
        return person in people or not self._before[key]

    def _is_own(self, seen: Seen, commit: Commit, people: Sequence[str]) -> bool:
        """Whether the mark of what has the same author line counts: not if somebody else took over a line."""
        arrived = self._arrived.get(author_line_digest(commit))
        return seen.person in people or arrived is None or seen.entry <= arrived

    def _carried_mark(
        self,
        commit: Commit,
        people: Sequence[str],
        sources: Sequence[Source],
        within: Container[ObjectId] = (),
    ) -> Recollection | None:
        """Return the mark of what a commit carries: remade on another parent, its bytes are not the same.

        What the ref has had is no hit, as with bytes: a squash may have parts that went before it. Nor are the marked
        commits `within` the same range.
        """
        marks: list[Recollection] = []
        for source in sources:
            self._past.fetch(source.assisted)
            for name, seen in self._ledger.seen(source.assisted).items():
                if name in within or self._past.has_carried(name):
                    continue
                first = any(mark.first for mark in self._ledger.marks_with(name))
                counts = seen.assisted and (first or seen.person in people)
                if counts and self._holds(commit, people, seen.person, seen.entry):
                    mark = Recollection(how=How.CHANGE, root=name, person=seen.person, time=seen.time, tools=seen.tools)
                    marks.append(mark)
        tools = tuple(dict.fromkeys(tool for mark in marks for tool in mark.tools))
        return marks[0].replace(tools=tools) if marks else None

    def _mark_of_a_side(self, memory: Memory, commit: Commit, people: Sequence[str]) -> Recollection | None:
        """Return the mark on what a merge takes from one of its parents where Git's own merge does not.

        Such bytes are new to none of its parents, and yet may be what the ref has got rid of.
        """
        brought = self._brought[commit.id].replace(change="")
        taken = brought.replace(files=brought.sides)
        holds = partial(self._holds, commit, people)
        if not brought.sides or not memory.recall(taken, people, (), holds):
            return None
        engine = self._bench.engine
        again = engine.remake([(commit.parents[0], commit.parents[1])])[0].tree if len(commit.parents) == 2 else None
        if again is not None:
            (change,) = engine.changes([(again, commit.tree)])
            chosen = {path_key(entry.path) for entry in change}
            taken = taken.replace(files=tuple(file for file in brought.sides if file[1] in chosen))
        return memory.recall(taken, people, (), holds)

    def _with_tools_of(self, declaration: Declaration, commit: Commit, people: Sequence[str]) -> Declaration:
        """Return what a commit says with the tools of what it carries: it admits no less than what was reviewed."""
        mark = self._carried_mark(commit, people, self._sources.get(commit.id, ()))
        tools = tuple(dict.fromkeys((*declaration.tools, *(mark.tools if mark else ()))))
        return declaration if tools == declaration.tools else declaration.replace(tools=tools)

    def _marked(self, commits: Sequence[Commit]) -> Mapping[ObjectId, tuple[str, ...]]:
        """Return which commits of a range count as AI-assisted, with their tools: by themselves, or as remembered."""
        object_format = self._bench.engine.object_format
        brought = {c.id: brought_by(c, each, object_format) for c, each in differences(self._bench.engine, commits)}
        evidence = Attesting(self._bench, self._authors).evidence(commits, brought)
        declarations = {
            commit.id: with_evidence(declare(commit, self._bench.policy.assisted), evidence.get(commit.id, ()))
            for commit in commits
        }
        marked = {name: found.tools for name, found in declarations.items() if found.assisted}
        if self._bench.policy.remember:
            self._remember([commit for commit in commits if commit.id not in marked], brought, marked)
        return marked

    def _remember(
        self,
        silent: Sequence[Commit],
        brought: Mapping[ObjectId, Brought],
        marked: dict[ObjectId, tuple[str, ...]],
    ) -> None:
        """Add to the marked commits of a range those that would count as marked if they were pushed themselves.

        What comes with marked commits of the range is no hit: they need a sign-off all the same.
        """
        memory = Memory(self._bench, self._ledger, self._past, {c.id: brought[c.id] for c in silent}, marked)
        lines = {commit.id: author_line_digest(commit) for commit in silent}
        amended = memory.amends(lines)
        self._arrived.update(self._ledger.first_entries_of_author_lines(sorted(lines.values())))
        # Each is asked about once: what it carries may be a range that it is a part of.
        asked = [c for c in silent if len(c.parents) == 1 and c.id not in self._parts]
        self._parts.update(dict.fromkeys((commit.id for commit in asked), ()))
        self._parts.update(self._find_sources(asked, brought))
        people = self._authors.people(silent)
        for commit in silent:
            own = people[commit.id]
            versions = [each for each in amended.get(lines[commit.id], ()) if self._is_own(each, commit, own)]
            found = memory.recall(brought[commit.id], own, versions, partial(self._holds, commit, own))
            found = found or self._carried_mark(commit, own, self._parts.get(commit.id, ()), marked)
            if found:
                marked[commit.id] = found.tools

    def _note(self, commit: Commit, declaration: Declaration) -> None:
        """Note what a judged commit does to the ref, for the commits that follow it."""
        brought = self._brought[commit.id]
        landed = None if commit.is_merge or not brought.inverse else self._past.inverse_of(brought.inverse)
        if landed:
            self._reverts[commit.id] = landed
        elif self._brings_only_revertible(commit) if commit.is_merge else declaration.assisted:
            self._revertible.add(commit.id)
        self._past.add(
            commit.id,
            brought.change,
            revertible=commit.id in self._revertible,
            reverts=landed.commit if landed else "",
        )
        self._past.carry(commit.id, [name for source in self._sources.get(commit.id, ()) for name in source.commits])

    def _brings_only_revertible(self, merge: Commit) -> bool:
        """Whether all that a merge brings to its first parent are commits of this push that can be taken out again."""
        first, *others = merge.parents
        if not self._revertible or not all(other in self._parents for other in others):
            return False
        brings = behind(others, self._parents) - behind([first], self._parents)
        return bool(brings) and brings <= self._revertible

    def _prepare(self) -> None:
        if not self._sources:
            return
        from gatekeeper.crediting import Creditor  # only where something may carry over

        hearing = Hearing(self._bench, self._ref)
        self._creditor = Creditor(self._bench, hearing, self._authors, self._carrier, self._past)
        self._creditor.prepare([source for many in self._sources.values() for source in many])

    def complete(self, dossier: Dossier) -> Dossier:
        """Return a dossier with what the ledger adds to it. Must be called for every judged commit, parents first."""
        commit = dossier.commit
        brought, landed = self._brought[commit.id], self._reverts.get(commit.id)
        within = self._bench.policy.reverts_within
        pure = landed and landed.revertible and within is not None and self._bench.now - landed.time <= within
        reviewed: list[tuple[ObjectId, str]] = []
        if dossier.declaration.assisted or dossier.signoffs.approvals:
            reviewed.append((commit.id, "" if commit.is_merge else brought.change))
        sources = self._sources.get(commit.id, ())
        if sources and self._creditor:
            from gatekeeper.crediting import credited, without_overruled

            credit = self._creditor.credit(commit, sources, brought.change)
            own = dossier.signoffs
            vetoes = without_overruled(credit.vetoes, own.approvals)
            dossier = dossier.replace(
                signoffs=own.replace(approvals=(*own.approvals, *credit.approvals), vetoes=(*own.vetoes, *vetoes)),
                authorship=credited(dossier.authorship, credit),
                range_authors=credit.range_authors,
                co_authors=tuple(dict.fromkeys((*dossier.co_authors, *credit.co_authors))),
                committers=tuple(dict.fromkeys((*dossier.committers, *credit.committers))),
            )
            reviewed += [pair for source in sources for pair in zip(source.commits, source.changes, strict=True)]
        self._past.add(commit.id, reviewed=reviewed)
        return dossier.replace(
            change=brought.change,
            reverts=landed.commit if landed else "",
            pure_revert=landed.commit if landed and pure and dossier.declaration.assisted else None,
            revertible=commit.id in self._revertible,
            reviewed=tuple(dict.fromkeys(reviewed)),
        )
