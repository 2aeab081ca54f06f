"""Git, ledger and roster -> dossiers. Shared by every use case that judges.

Where there is a ledger, the diff of every commit is looked at: bytes are remembered. What else no rule in question
asks for is not gathered.
"""

from __future__ import annotations

from gatekeeper.attesting import Attesting, keeps_traces
from gatekeeper.authoring import Arrival, Authors
from gatekeeper.bench import Bench
from gatekeeper.core.attestation import Attestation
from gatekeeper.core.changes import ruled_paths
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import Declaration, declare, with_evidence
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.evaluation import in_question
from gatekeeper.core.graph import behind
from gatekeeper.core.ids import ChangeDigest, ObjectId
from gatekeeper.core.policy import Rule
from gatekeeper.core.record import Record
from gatekeeper.differences import differences, digest_of
from gatekeeper.hearing import Hearing
from gatekeeper.knowing import known_commits
from gatekeeper.ledger import Landing
from gatekeeper.remembering import Brought, author_line_digest, brought_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gatekeeper.core.testimony import Testimony
    from gatekeeper.recalling import Recalled

__all__ = ["Arrival", "Gathered", "gather"]


class Gathered(Record):
    """The commits that one ref update brings, parents first."""

    dossiers: tuple[Dossier, ...]
    known: tuple[Landing, ...]
    """How the commits landed that the ledger vouches for."""
    new: tuple[tuple[ObjectId, str], ...] = ()
    """(commit, digest of the author line) of commits that are new to the server."""
    brought: tuple[tuple[ObjectId, Brought], ...] = ()
    """What the judged commits bring, where there is a ledger to remember it."""
    attested: tuple[Attestation, ...] = ()
    """What records of Agent Trace in the judged commits say about other commits."""
    unread: int = 0
    """Files of such records that were too much to read."""


def gather(bench: Bench, ref: str, commits: Sequence[Commit], arrival: Arrival) -> Gathered:
    """Make a dossier for each commit that the ledger does not vouch for.

    Raises:
        UnjudgeableError: when a bound is passed.
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    ids = [commit.id for commit in commits]
    signoffs = bench.signoffs(ids)
    known = known_commits(bench, ref, ids, signoffs)
    new = arrival.new_to_server(ids)
    gathering = _Gathering(bench, ref, arrival, commits, signoffs, known, new)
    return Gathered(
        dossiers=tuple(gathering.dossiers()),
        known=tuple(known.values()),
        new=tuple((commit.id, author_line_digest(commit)) for commit in commits if commit.id in new),
        brought=tuple((name, diff.brought) for name, diff in gathering.diffs.items() if diff.brought),
        attested=tuple(gathering.attesting.named),
        unread=gathering.attesting.unread,
    )


class _Diff(Record):
    """What a commit changes, as far as it is asked for."""

    digest: ChangeDigest | None
    paths: tuple[tuple[bytes, ...], ...]
    """The paths that differ from each parent."""
    brought: Brought | None


class _Gathering:
    """The work on one ref update: every kind of fact is fetched for all commits at once."""

    def __init__(
        self,
        bench: Bench,
        ref: str,
        arrival: Arrival,
        commits: Sequence[Commit],
        signoffs: Mapping[ObjectId, Sequence[Testimony]],
        known: Mapping[ObjectId, Landing],
        new: frozenset[ObjectId],
    ) -> None:
        self.bench = bench
        self.ref = ref
        self.arrival = arrival
        self.commits = commits
        self.signoffs = signoffs
        self.known = known
        self.judged = [commit for commit in commits if commit.id not in known]
        self.rules = bench.policy.rules_for(ref)
        self.authors = Authors(bench, arrival, new)
        self.hearing = Hearing(bench, ref)
        self.diffs: dict[ObjectId, _Diff] = {}
        self.along: dict[ObjectId, set[bytes]] = {}
        """The paths that clean merges bring along; for what is merged from there on, they change no others."""
        self.attesting = Attesting(bench, self.authors)
        self.remembers = bench.ledger is not None or self._keeps_traces()
        self.declarations = {commit.id: self._declare(commit) for commit in commits}
        self._attest()
        self.recalled = self._recall()
        self.brings = self._brings_assisted()

    def _declare(self, commit: Commit) -> Declaration:
        """Read the marks; a hostile message takes seconds, and many of them must not add up past the limit."""
        self.bench.engine.check_time()
        return declare(commit, self.bench.policy.assisted)

    def _keeps_traces(self) -> bool:
        """Whether there may be records of Agent Trace in the commits; without a ledger their diffs cost extra."""
        return bool(self.commits) and keeps_traces(self.bench.engine, [self.commits[-1].id])

    def _attest(self) -> None:
        """Add what was pushed beside the judged commits. What landed is in order, whatever came after it."""
        if self.remembers:
            self._diff(self.judged)
        brought = {name: diff.brought for name, diff in self.diffs.items() if diff.brought}
        for name, evidence in self.attesting.evidence(self.judged, brought).items():
            self.declarations[name] = with_evidence(self.declarations[name], evidence)

    def _recall(self) -> Recalled | None:
        """Ask the ledger what it remembers of the bytes that the commits bring; None without a ledger."""
        if self.bench.ledger is None or not self.commits:
            return None
        from gatekeeper.recalling import Recalled  # never in a clone

        brought = {name: diff.brought for name, diff in self.diffs.items() if diff.brought}
        recalled = Recalled(self.bench, self.bench.ledger, self.ref, self.commits[-1].id, brought, self.authors)
        recalled.look_up(self.commits, self.declarations, self.known)
        self.declarations.update(recalled.declarations)
        return recalled

    def dossiers(self) -> list[Dossier]:
        """Return the dossiers of all commits that are not known, in order."""
        additions = self._additions([c for c in self.judged if c.is_merge and self._asks_addition(c)])
        brought_along = any(
            self._rules_in_question(c, additions) for c in self.judged if additions.get(c.id) is Addition.NOTHING
        )
        self._diff(self.commits if brought_along else [c for c in self.judged if self._asks_diff(c, additions)])
        asked = [c for c in self.judged if any(rule.require for rule in self._rules_in_question(c, additions))]
        asked_ids = {commit.id for commit in asked}
        first_pushes = self.authors.first_pushes(asked)
        dossiers: list[Dossier] = []
        for commit in self.judged:
            self.bench.engine.check_time()
            diff = self.diffs.get(commit.id)
            addition = _addition(commit, additions)
            signoffs = self.hearing.judge(commit, self.signoffs.get(commit.id, ()), diff.digest if diff else None)
            dossier = Dossier(
                commit=commit,
                ref=self.ref,
                declaration=self.declarations[commit.id],
                brings_assisted=commit.id in self.brings,
                brings_tools=tuple(sorted(self.brings.get(commit.id, ()))),
                addition=addition,
                paths=self._paths(commit, addition),
                signoffs=signoffs,
                pusher=self.arrival.person,
            )
            if commit.id in asked_ids:
                co_authors = self.authors.co_authors(commit)
                dossier = dossier.replace(
                    authorship=self.authors.authorship(commit, co_authors, first_pushes.get(commit.id), signoffs),
                    co_authors=co_authors,
                    committers=self.authors.committers([commit]),
                )
            dossiers.append(self.recalled.complete(dossier) if self.recalled else dossier)
        return dossiers

    def _brings_assisted(self) -> dict[ObjectId, frozenset[str]]:
        """Return the merges that have an assisted commit, new to the ref, behind a parent; with the tools of such."""
        tainted: dict[ObjectId, frozenset[str]] = {}
        brings: dict[ObjectId, frozenset[str]] = {}
        for commit in self.commits:
            behind = [tainted[parent] for parent in commit.parents if parent in tainted]
            tools = behind[0] if len(behind) == 1 else frozenset().union(*behind)
            if behind and commit.is_merge:
                brings[commit.id] = tools
            landing = self.known.get(commit.id)
            declaration = self.declarations[commit.id]
            if behind or declaration.assisted or (landing and landing.assisted):
                tainted[commit.id] = tools if tools.issuperset(declaration.tools) else tools.union(declaration.tools)
        return brings

    def _rules_in_question(self, commit: Commit, additions: Mapping[ObjectId, Addition]) -> list[Rule]:
        """Return the rules that might apply, by what is known so far."""
        tools = (*self.declarations[commit.id].tools, *self.brings.get(commit.id, ()))
        if additions.get(commit.id) is Addition.NOTHING:
            assisted = commit.id in self.brings
            return [
                rule for rule in self.rules if rule.when.paths and in_question(rule, assisted=assisted, tools=tools)
            ]
        assisted = self.declarations[commit.id].assisted or commit.id in self.brings
        return [rule for rule in self.rules if in_question(rule, assisted=assisted, tools=tools)]

    def _asks_addition(self, commit: Commit) -> bool:
        return bool(self._rules_in_question(commit, {})) or self.bench.policy.undeclared_refused

    def _asks_diff(self, commit: Commit, additions: Mapping[ObjectId, Addition]) -> bool:
        """Whether the diff is needed: for claims of a sign-off, or for a rule about paths."""
        return bool(self.signoffs.get(commit.id)) or any(
            rule.when.paths for rule in self._rules_in_question(commit, additions)
        )

    def _additions(self, merges: Sequence[Commit]) -> dict[ObjectId, Addition]:
        """Make two-parent merges again and compare; what cannot be made again counts as different."""
        pairs = [(commit.parents[0], commit.parents[1]) for commit in merges if len(commit.parents) == 2]
        remade = iter(self.bench.engine.remake(pairs))
        additions: dict[ObjectId, Addition] = {}
        for commit in merges:
            again = next(remade) if len(commit.parents) == 2 else None
            same = again is not None and again.clean and again.tree == commit.tree
            additions[commit.id] = Addition.NOTHING if same else Addition.RESOLUTION
        return additions

    def _diff(self, commits: Sequence[Commit]) -> None:
        """Look at what commits change, of a merge against every parent, unless that was done before."""
        object_format = self.bench.engine.object_format
        for commit, each in differences(self.bench.engine, [c for c in commits if c.id not in self.diffs]):
            self.diffs[commit.id] = _Diff(
                digest=digest_of(commit, each, object_format),
                paths=tuple(ruled_paths(change) for change in each),
                brought=brought_by(commit, each, object_format) if self.remembers else None,
            )

    def _paths(self, commit: Commit, addition: Addition) -> tuple[bytes, ...]:
        """Return the paths that rules look at; none where no diff was asked for."""
        diff = self.diffs.get(commit.id)
        if diff is None:
            return ()
        if addition is Addition.NOTHING:
            self.along[commit.id] = self._brought_along(commit, diff)
            return tuple(sorted(self.along[commit.id]))
        return tuple(sorted(set().union(*diff.paths)))

    def _brought_along(self, merge: Commit, diff: _Diff) -> set[bytes]:
        """Return the paths that a merge changes though no new commit of its other side does, as across a rename.

        Where another parent is on the ref already, what differs came from there and was judged there; so was what
        is still as where the other side left the ref.
        """
        new = {commit.id: commit.parents for commit in self.commits}
        brought: set[bytes] = set()
        for index, parent in enumerate(merge.parents):
            others = [other for other in merge.parents if other != parent]
            if all(other in new for other in others):
                side = behind(others, new) - behind([parent], new)
                touched = {path for name in side if name in self.diffs for path in self._touched(name)}
                left = {parent for commit in side for parent in new[commit] if parent not in new}
                brought |= self._differing(merge, left, set(diff.paths[index]) - touched)
        return brought

    def _differing(self, merge: Commit, commits: Iterable[ObjectId], paths: set[bytes]) -> set[bytes]:
        """Return those of some paths at which a merge differs from every one of the commits."""
        pairs = [(merge.id, commit) for commit in sorted(commits)] if paths else []
        for change in self.bench.engine.changes(pairs):
            paths = paths.intersection(ruled_paths(change))
        return paths

    def _touched(self, commit: ObjectId) -> set[bytes]:
        return self.along[commit] if commit in self.along else set().union(*self.diffs[commit].paths)


def _addition(commit: Commit, additions: Mapping[ObjectId, Addition]) -> Addition:
    return additions.get(commit.id, Addition.RESOLUTION if commit.is_merge else Addition.CHANGE)
