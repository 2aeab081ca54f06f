"""Which reviewed commits a new commit carries: rebased, cherry-picked or squashed (DESIGN.md section 6).

Candidates come from the ledger, by the set of changed paths; Git says which of them really are the same
change, or are remade. What follows from that for sign-offs is in `core.carryover`.
"""

from __future__ import annotations

from gatekeeper.bench import Bench
from gatekeeper.comparing import Comparer
from gatekeeper.core.carryover import Kind, Source
from gatekeeper.core.changes import Change
from gatekeeper.core.commits import Commit, MalformedCommitError, parents_in, parse_commit
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.record import Record
from gatekeeper.differences import differences
from gatekeeper.ledger import Ledger, Seen, SeenRange
from gatekeeper.past import Past
from gatekeeper.remembering import Brought

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Asked(Record):
    """A commit that may carry something: with one parent."""

    commit: Commit
    brought: Brought

    @property
    def parent(self) -> ObjectId:
        """Its one parent."""
        return self.commit.parents[0]


class Carrier:
    """Finds what commits carry, for all commits of one push at once."""

    def __init__(
        self,
        bench: Bench,
        ledger: Ledger,
        past: Past,
        marked: Callable[[Sequence[Commit]], Mapping[ObjectId, tuple[str, ...]]],
    ) -> None:
        """Ask with this engine and ledger, for a push to the ref with this past.

        `marked` returns which commits of a range count as AI-assisted, each with its tools.
        """
        self._bench = bench
        self._marked = marked
        self._ledger = ledger
        self._past = past
        self._comparer = Comparer(bench.engine)
        self._commits: dict[ObjectId, Commit | None] = {}
        self._changes: dict[ObjectId, Change] = {}
        self._vetoed: dict[str, frozenset[ObjectId]] = {}
        self._arrived: dict[ObjectId, int] = {}
        """By commit the push that first brought it."""

    def commits(self, ids: Sequence[ObjectId]) -> dict[ObjectId, Commit]:
        """Return reviewed commits that are still there and well-formed."""
        missing = [name for name in dict.fromkeys(ids) if name not in self._commits]
        limit = self._bench.policy.limits.commit_bytes
        kinds = self._bench.engine.kinds(missing)
        there = [
            name for name, (_, kind, size) in zip(missing, kinds, strict=True) if kind == "commit" and size <= limit
        ]
        self._commits.update(dict.fromkeys(missing))
        for raw in self._bench.engine.objects(there):
            try:
                self._commits[ObjectId(raw.id)] = parse_commit(
                    ObjectId(raw.id), raw.data, self._bench.engine.object_format
                )
            except MalformedCommitError:
                continue
        return {name: commit for name in ids if (commit := self._commits[name]) is not None}

    def does_as(self, commit: Commit, others: Sequence[ObjectId]) -> bool:
        """Whether one of some commits, as far as they are there, does to the lines of files what a commit does.

        Raises:
            GitError: when Git does not answer.
        """
        if commit.id in others:
            return True
        there = [other for other in self.commits(others).values() if len(other.parents) == 1]
        if not there or len(commit.parents) != 1:
            return False
        (change,) = self._bench.engine.changes([(commit.id, commit.parents[0])])
        return any(self._comparer.alike([(change, (other.id, other.parents[0])) for other in there]))

    def sources(
        self,
        commits: Sequence[Commit],
        brought: Mapping[ObjectId, Brought],
        alike: Mapping[str, tuple[Seen, ...]],
        ranges: Mapping[str, tuple[SeenRange, ...]],
    ) -> dict[ObjectId, tuple[Source, ...]]:
        """Return by commit what it carries.

        Args:
            commits: Commits with one parent each.
            brought: What each of them brings.
            alike: The candidates, by the digest of the changed paths: single commits.
            ranges: The same for what may have been squashed.

        Raises:
            GitError: when Git does not answer.
        """
        asked = [Asked(commit=commit, brought=brought[commit.id]) for commit in commits]
        new = [each.commit for each in asked]
        self._changes.update({commit.id: change for commit, (change,) in differences(self._bench.engine, new)})
        found: dict[ObjectId, list[Source]] = {each.commit.id: [] for each in asked}
        for each, source in (*self._singles(asked, alike), *self._squashes(asked, ranges)):
            found[each.commit.id].append(source)
        return {commit: tuple(sources) for commit, sources in found.items() if sources}

    def _singles(self, asked: Sequence[Asked], alike: Mapping[str, tuple[Seen, ...]]) -> list[tuple[Asked, Source]]:
        """Return the single commits that were rebased or cherry-picked."""
        tried: list[tuple[Asked, Seen]] = []
        for each in asked:
            others = [seen for seen in alike.get(each.brought.paths, ()) if seen.commit != each.commit.id]
            nearest = self._nearest(each, {seen.commit: (seen.change, seen.time) for seen in others})
            tried += [(each, seen) for seen in others if seen.commit in nearest]
        commits = self.commits([seen.commit for _, seen in tried])
        tried = [(each, seen) for each, seen in tried if seen.commit in commits]
        exact = {(e.commit.id, s.commit) for e, s in tried if s.change and s.change == e.brought.change}
        rest = [
            (each, seen)
            for each, seen in tried
            if (each.commit.id, seen.commit) not in exact and len(commits[seen.commit].parents) == 1
        ]
        remade = {
            (each.commit.id, seen.commit)
            for (each, seen), good in zip(rest, self._replayed(rest, commits), strict=True)
            if good
        }
        self._past.fetch([seen.commit for _, seen in tried])
        self._came([name for each, seen in tried for name in (each.commit.id, seen.commit)])
        found: list[tuple[Asked, Source]] = []
        for each, seen in tried:
            pair = (each.commit.id, seen.commit)
            if pair not in exact and pair not in remade:
                continue
            elsewhere = self._past.elsewhere([seen.commit])
            source = Source(
                kind=Kind.CHERRY_PICK if elsewhere else Kind.REBASE,
                exact=pair in exact,
                head=seen.commit,
                commits=(seen.commit,),
                changes=(seen.change,),
                assisted=(seen.commit,) if seen.assisted else (),
                tools=seen.tools,
                elsewhere=elsewhere,
                entry=self._arrived.get(seen.commit, seen.entry),
                before=self._is_before(self._arrived.get(seen.commit, seen.entry), each),
            )
            found.append((each, source))
        return found

    def _came(self, commits: Sequence[ObjectId]) -> None:
        """Learn which push first brought commits; what this push brings came in none before."""
        self._arrived.update({name: push.entry for name, push in self._ledger.first_pushers(commits).items()})

    def _is_before(self, entry: int, each: Asked) -> bool:
        return each.commit.id not in self._arrived or entry < self._arrived[each.commit.id]

    def _nearest(self, each: Asked, others: Mapping[ObjectId, tuple[str, Timestamp]]) -> set[ObjectId]:
        """Return the candidates to try: the same change first, then what was approved, then the newest.

        What somebody vetoed is tried however much else there is, and what came first, for it tells whose work it is.
        `others` are (change, time) by commit, the newest first.
        """
        limit = self._bench.policy.limits.candidates
        if len(others) <= limit:
            return set(others)
        said = list(self._ledger.statements_about(list(others)))
        vetoed = {statement.commit for statement in said if statement.decision == "reject"}
        approved = {statement.commit for statement in said if statement.decision == "approve"}

        def order(name: ObjectId) -> tuple[bool, bool, int]:
            change, time = others[name]
            return change != each.brought.change, name not in approved, -time

        oldest = list(others)[::-1]
        first = [*oldest[:1], *[name for name in oldest if others[name][0] == each.brought.change][:1]]
        return {*sorted(others, key=order)[:limit], *vetoed, *first}

    def _with_veto(self, each: Asked, heads: Sequence[ObjectId]) -> frozenset[ObjectId]:
        """Return the heads of ranges with a vetoed commit in them, for all commits of the push with these paths."""
        if each.brought.paths not in self._vetoed:
            vetoed = self._ledger.vetoed_commits()
            kinds = self._bench.engine.kinds(heads) if vetoed else []
            there = (
                [name for name, (_, kind, _) in zip(heads, kinds, strict=True) if kind == "commit"] if vetoed else []
            )
            bound: set[str] = set()
            # Parents first. What an earlier commit of the push has for a parent leaves out no more than a later one's.
            for raw in self._bench.engine.commits(there, [each.parent]) if there else ():
                self._bench.engine.check_time()
                if raw.id in vetoed or not bound.isdisjoint(parents_in(raw.data)):
                    bound.add(raw.id)
            self._vetoed[each.brought.paths] = frozenset(head for head in there if head in bound)
        return self._vetoed[each.brought.paths]

    def _replayed(self, pairs: Sequence[tuple[Asked, Seen]], commits: Mapping[ObjectId, Commit]) -> list[bool]:
        """Whether replaying a reviewed change onto the new parent gives the new commit, line for line."""
        engine = self._bench.engine
        if not pairs:
            return []
        alike = self._comparer.alike(
            [(self._changes[each.commit.id], (seen.commit, commits[seen.commit].parents[0])) for each, seen in pairs]
        )
        shaped = [pair for pair, good in zip(pairs, alike, strict=True) if good]
        names = [
            f"{name}^{{tree}}"
            for each, seen in shaped
            for name in (commits[seen.commit].parents[0], each.parent, seen.commit)
        ]
        trees = [str(tree) for tree, _, _ in engine.kinds(names)]
        replays = [(trees[at], trees[at + 1], trees[at + 2]) for at in range(0, len(trees), 3)]
        good = {
            (each.commit.id, seen.commit)
            for (each, seen), again in zip(shaped, engine.replay(replays), strict=True)
            if again.clean and again.tree == each.commit.tree
        }
        return [(each.commit.id, seen.commit) in good for each, seen in pairs]

    def _squashes(
        self, asked: Sequence[Asked], ranges: Mapping[str, tuple[SeenRange, ...]]
    ) -> list[tuple[Asked, Source]]:
        """Return the ranges that were squashed: merging the range's head into the parent gives the commit."""
        engine = self._bench.engine
        tried: list[tuple[Asked, SeenRange]] = []
        for each in asked:
            spans = ranges.get(each.brought.paths, ())
            nearest = self._nearest(each, {span.head: (span.change, span.time) for span in spans})
            if len(nearest) < len({span.head for span in spans}):
                nearest |= self._with_veto(each, [span.head for span in spans])
            tried += [(each, span) for span in spans if span.head in nearest]
        there = self.commits([name for _, span in tried for name in (span.base, span.head)])
        tried = [(each, span) for each, span in tried if span.base in there and span.head in there]
        if not tried:
            return []
        good = self._comparer.alike(
            [(self._changes[each.commit.id], (there[span.base].tree, there[span.head].tree)) for each, span in tried]
        )
        alike = [pair for pair, same in zip(tried, good, strict=True) if same]
        again = iter(engine.remake([(each.parent, span.head) for each, span in alike]))
        self._came([each.commit.id for each, _ in alike])
        found: list[tuple[Asked, Source]] = []
        for each, span in alike:
            merged = next(again)
            exact = bool(span.change) and span.change == each.brought.change
            # Always by the real history: what the parent has of the range, or had and lost, is not brought by it.
            if merged.clean and merged.tree == each.commit.tree:
                source = self._squash(each, span, exact=exact)
                found += [(each, source)] if source else []
        return found

    def _squash(self, each: Asked, span: SeenRange, *, exact: bool) -> Source | None:
        """Return the range as a source; None for a single commit, which is no squash."""
        engine = self._bench.engine
        ids = engine.ids([span.head], [each.parent])
        if len(ids) < 2 or len(ids) > self._bench.policy.limits.commits:
            return None
        commits = self.commits(ids)
        if len(commits) < len(ids):
            return None
        adding = self._adding([commits[name] for name in ids])
        seen = self._ledger.seen([commit.id for commit in adding])
        marked = self._marked(adding)
        return Source(
            kind=Kind.SQUASH,
            exact=exact,
            head=span.head,
            commits=tuple(commit.id for commit in adding),
            changes=tuple(seen[commit.id].change if commit.id in seen else "" for commit in adding),
            # A merge that adds something of its own is judged by itself, and so counts as assisted here.
            assisted=tuple(commit.id for commit in adding if commit.is_merge or commit.id in marked),
            tools=tuple(sorted({tool for tools in marked.values() for tool in tools})),
            elsewhere=self._past.elsewhere([commit.id for commit in adding]),
            entry=span.entry,
            before=self._is_before(span.entry, each),
        )

    def _adding(self, commits: Sequence[Commit]) -> list[Commit]:
        """Return the commits without the merges that Git itself makes of their parents."""
        pairs = [(c.parents[0], c.parents[1]) for c in commits if len(c.parents) == 2]
        remade = dict(zip(pairs, self._bench.engine.remake(pairs), strict=True))
        found: list[Commit] = []
        for commit in commits:
            again = remade.get((commit.parents[0], commit.parents[1])) if len(commit.parents) == 2 else None
            if again is None or not again.clean or again.tree != commit.tree:
                found.append(commit)
        return found
