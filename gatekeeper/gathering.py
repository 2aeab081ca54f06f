"""Git, ledger and roster -> dossiers. Shared by every use case that judges.

What no rule in question asks for is not gathered: a push of plain commits costs one walk.
"""

from __future__ import annotations

from gatekeeper.bench import Bench, UnjudgeableError
from gatekeeper.core.authorship import Authorship, Claims, FirstPush, establish
from gatekeeper.core.changes import paths_of
from gatekeeper.core.coauthors import co_author_addresses
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import Declaration, declare
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ChangeDigest, ObjectId, StatementId
from gatekeeper.core.people import Person
from gatekeeper.core.policy import Rule, in_question
from gatekeeper.core.push import PusherKind
from gatekeeper.core.reasons import reason
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Judged, Testimony
from gatekeeper.core.tools import is_ai_identity
from gatekeeper.differences import differences, digest_of, range_holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gatekeeper.core.signoff import Statement

UNSETTLING = ("reject", "revoke")
"""Decisions for which a landed commit may have to be judged again."""


class Arrival(Record):
    """Who brings the commits, and which of them are new to the server; without a push, nobody and none."""

    person: Person | None = None
    kind: PusherKind = PusherKind.NOBODY
    new_to_server: Callable[[Sequence[ObjectId]], frozenset[ObjectId]] = lambda _ids: frozenset()


class Gathered(Record):
    """The commits that one ref update brings, parents first."""

    dossiers: tuple[Dossier, ...]
    known: tuple[tuple[ObjectId, tuple[StatementId, ...]], ...]
    """Commits that the ledger vouches for, with the sign-offs that counted then."""
    new: tuple[tuple[ObjectId, str], ...] = ()
    """(commit, digest of the author line) of commits that are new to the server."""


def author_line_digest(commit: Commit) -> str:
    """Return the SHA-256 of the raw author header: what one piece of work keeps through amends and rebases."""
    return sha256_hex(commit.author.line)


def gather(bench: Bench, ref: str, commits: Sequence[Commit], arrival: Arrival) -> Gathered:
    """Make a dossier for each commit that the ledger does not vouch for.

    Raises:
        UnjudgeableError: when a bound is passed.
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    ids = [commit.id for commit in commits]
    signoffs = bench.signoffs(ids)
    known = _known(bench, ref, ids, signoffs)
    new = arrival.new_to_server(ids)
    return Gathered(
        dossiers=tuple(_Gathering(bench, ref, arrival, commits, signoffs, new).dossiers(known)),
        known=tuple(known.items()),
        new=tuple((commit.id, author_line_digest(commit)) for commit in commits if commit.id in new),
    )


def _known(
    bench: Bench, ref: str, ids: Sequence[ObjectId], signoffs: Mapping[ObjectId, Sequence[Testimony]]
) -> dict[ObjectId, tuple[StatementId, ...]]:
    """Return the commits that need no second judgement: landed where every rule of this ref was enforced too."""
    if bench.ledger is None:
        return {}
    enforced = set(bench.policy.enforced(ref, bench.now))
    known: dict[ObjectId, tuple[StatementId, ...]] = {}
    for commit, landings in bench.ledger.landings(ids).items():
        said = signoffs.get(commit, ())
        taken_back = _taken_back(bench, said)
        if taken_back is None:
            continue
        # Without those whose key was revoked or whose signer may no longer count: they admit nothing more.
        about = {
            testimony.statement_id: testimony.statement
            for testimony in said
            if not testimony.flaw and testimony.statement_id not in taken_back
        }
        for landing in landings:
            admits = all(
                statement in about and (not about[statement].refs or ref in about[statement].refs)
                for statement in landing.statements
            )
            if landing.clean and enforced <= set(landing.rules) and admits:
                known[commit] = landing.statements
    return known


def _taken_back(bench: Bench, said: Sequence[Testimony]) -> frozenset[StatementId] | None:
    """Return the statements about a landed commit that are revoked; None if somebody who may has vetoed it."""
    if not any(testimony.statement.decision.value in UNSETTLING for testimony in said):
        return frozenset()
    from gatekeeper.core.approval import revoked_statements  # only where there is a veto or a revocation

    revoked = revoked_statements(said)
    vetoes = (
        t for t in said if t.statement.decision.value == "reject" and not t.flaw and t.statement_id not in revoked
    )
    if any(t.signer and bench.policy.may_approve(t.signer, bench.roster.ladder) for t in vetoes):
        return None
    return revoked


class _Gathering:
    """The work on one ref update: every kind of fact is fetched for all commits at once."""

    def __init__(
        self,
        bench: Bench,
        ref: str,
        arrival: Arrival,
        commits: Sequence[Commit],
        signoffs: Mapping[ObjectId, Sequence[Testimony]],
        new: frozenset[ObjectId],
    ) -> None:
        self.bench = bench
        self.ref = ref
        self.arrival = arrival
        self.commits = commits
        self.signoffs = signoffs
        self.new = new
        self.rules = bench.policy.rules_for(ref)
        self.declarations = {commit.id: self._declare(commit) for commit in commits}
        self.brings = self._brings_assisted()
        self._ranges: dict[int, tuple[Statement, bool]] = {}
        """By identity: one statement is about many commits, and comparing it by content each time would cost."""

    def _declare(self, commit: Commit) -> Declaration:
        """Read the marks; a hostile message takes seconds, and many of them must not add up past the limit."""
        self.bench.engine.check_time()
        return declare(commit, self.bench.policy.assisted)

    def dossiers(self, known: Mapping[ObjectId, object]) -> list[Dossier]:
        """Return the dossiers of all commits that are not known, in order."""
        judged = [commit for commit in self.commits if commit.id not in known]
        additions = self._additions([c for c in judged if c.is_merge and self._asks_addition(c)])
        asks_all = any(self._rules_in_question(c, additions) for c in judged if additions.get(c.id) is Addition.NOTHING)
        asking = self.commits if asks_all else [c for c in judged if self._asks_change(c, additions)]
        changes = self._changes(asking, additions)
        asked = [c for c in judged if any(rule.require for rule in self._rules_in_question(c, additions))]
        first_pushes = self._first_pushes(asked)
        dossiers: list[Dossier] = []
        for commit in judged:
            self.bench.engine.check_time()
            change = changes.get(commit.id)
            signoffs = self._judged(commit, change)
            dossier = Dossier(
                commit=commit,
                ref=self.ref,
                declaration=self.declarations[commit.id],
                brings_assisted=commit.id in self.brings,
                addition=_addition(commit, additions),
                paths=change.paths if change else (),
                signoffs=signoffs,
                pusher=self.arrival.person,
            )
            if commit in asked:
                co_authors = self._co_authors(commit)
                dossier = dossier.replace(
                    authorship=self._authorship(commit, co_authors, first_pushes.get(commit.id), signoffs),
                    co_authors=co_authors,
                    committer=self.bench.roster.by_email(commit.committer.email),
                )
            dossiers.append(dossier)
        return dossiers

    def _brings_assisted(self) -> set[ObjectId]:
        """Return the merges that have an assisted commit, new to the ref, behind a parent."""
        tainted: set[ObjectId] = set()
        brings: set[ObjectId] = set()
        for commit in self.commits:
            behind = any(parent in tainted for parent in commit.parents)
            if behind and commit.is_merge:
                brings.add(commit.id)
            if behind or self.declarations[commit.id].assisted:
                tainted.add(commit.id)
        return brings

    def _rules_in_question(self, commit: Commit, additions: Mapping[ObjectId, Addition]) -> list[Rule]:
        """Return the rules that might apply, by what is known so far."""
        tools = self.declarations[commit.id].tools
        if additions.get(commit.id) is Addition.NOTHING:
            assisted = commit.id in self.brings
            return [
                rule for rule in self.rules if rule.when.paths and in_question(rule, assisted=assisted, tools=tools)
            ]
        assisted = self.declarations[commit.id].assisted or commit.id in self.brings
        return [rule for rule in self.rules if in_question(rule, assisted=assisted, tools=tools)]

    def _asks_addition(self, commit: Commit) -> bool:
        return bool(self._rules_in_question(commit, {})) or self.bench.policy.undeclared_refused

    def _asks_change(self, commit: Commit, additions: Mapping[ObjectId, Addition]) -> bool:
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

    def _changes(self, commits: Sequence[Commit], additions: Mapping[ObjectId, Addition]) -> dict[ObjectId, _Change]:
        """Return the changes of commits; of a merge against every parent."""
        object_format = self.bench.engine.object_format
        found: dict[ObjectId, _Change] = {}
        for commit, each in differences(self.bench.engine, commits):
            differs = [set(paths_of(change)) for change in each]
            nothing = additions.get(commit.id) is Addition.NOTHING
            paths = self._brought_along(commit, differs, found) if nothing else set().union(*differs)
            found[commit.id] = _Change(digest=digest_of(commit, each, object_format), paths=tuple(sorted(paths)))
        return found

    def _brought_along(
        self, merge: Commit, differs: Sequence[set[bytes]], changes: Mapping[ObjectId, _Change]
    ) -> set[bytes]:
        """Return the paths that a merge changes though no new commit of its other side does, as across a rename.

        `differs` holds the paths that differ from each parent. Where another parent is on the ref already, what
        differs came from there and was judged there; so was what is still as where the other side left the ref.
        """
        new = {commit.id: commit.parents for commit in self.commits}
        brought: set[bytes] = set()
        for index, parent in enumerate(merge.parents):
            others = [other for other in merge.parents if other != parent]
            if all(other in new for other in others):
                side = _behind(others, new) - _behind([parent], new)
                touched = {path for commit in side if commit in changes for path in changes[commit].paths}
                left = {parent for commit in side for parent in new[commit] if parent not in new}
                brought |= self._differing(merge, left, differs[index] - touched)
        return brought

    def _differing(self, merge: Commit, commits: Iterable[ObjectId], paths: set[bytes]) -> set[bytes]:
        """Return those of some paths at which a merge differs from every one of the commits."""
        pairs = [(merge.id, commit) for commit in sorted(commits)] if paths else []
        for change in self.bench.engine.changes(pairs):
            paths = paths.intersection(paths_of(change))
        return paths

    def _judged(self, commit: Commit, change: _Change | None) -> Judged:
        testimonies = self.signoffs.get(commit.id, ())
        if not testimonies:
            return Judged()
        if len(testimonies) > self.bench.policy.limits.signoffs:
            limit = self.bench.policy.limits.signoffs
            raise UnjudgeableError(reason("too-many-signoffs", commit=commit.id, limit=limit))
        from gatekeeper.core.approval import judge_signoffs  # only where there is a sign-off

        return judge_signoffs(
            commit,
            testimonies,
            ref=self.ref,
            change=change.digest if change else None,
            may_veto=lambda person: self.bench.policy.may_approve(person, self.bench.roster.ladder),
            range_holds=self._range_holds,
            now=self.bench.now,
        )

    def _range_holds(self, statement: Statement) -> bool:
        """Whether a statement's range is what it lists, as far as the commits are here to compare."""
        span = statement.range
        if span is None:
            return True
        if id(statement) not in self._ranges:
            self._ranges[id(statement)] = statement, range_holds(self.bench.engine, statement)
        return self._ranges[id(statement)][1]

    def _co_authors(self, commit: Commit) -> tuple[Person, ...]:
        """Return the human co-authors of the roster."""
        people = (self.bench.roster.by_email(address) for address in co_author_addresses(commit.message))
        return tuple(dict.fromkeys(person for person in people if person and not person.bot))

    def _first_pushes(self, commits: Sequence[Commit]) -> dict[ObjectId, FirstPush]:
        """Return who first pushed each commit: this pusher, whoever the ledger knows, or nobody known."""
        if self.bench.ledger is None or not commits:
            return {}
        recorded = self.bench.ledger.first_pushers([commit.id for commit in commits])
        lines = {commit.id: author_line_digest(commit) for commit in commits}
        others = self.bench.ledger.pushers_of_author_lines(list(lines.values()))
        mine = self.arrival.person.id if self.arrival.person else ""
        found: dict[ObjectId, FirstPush] = {}
        for commit in commits:
            record = recorded.get(commit.id)
            if record:
                person, kind, who = (
                    self.bench.roster.person(record.person),
                    PusherKind(record.kind),
                    record.person,
                )
            elif commit.id in self.new:
                person, kind, who = self.arrival.person, self.arrival.kind, mine
            else:
                continue
            shared = bool(others.get(lines[commit.id], frozenset()) - {who})
            found[commit.id] = FirstPush(person=person, kind=kind, shared_author_line=shared)
        return found

    def _authorship(
        self, commit: Commit, co_authors: tuple[Person, ...], push: FirstPush | None, signoffs: Judged
    ) -> Authorship:
        author = self.bench.roster.by_email(commit.author.email)
        machine = (author is not None and author.bot) or bool(is_ai_identity(commit.author.name, commit.author.email))
        stated_by = tuple(t.signer for t in signoffs.author_statements if t.signer)
        people = (author, *co_authors, push.person if push else None, *stated_by)
        claims = Claims(
            author=author,
            author_is_machine=machine,
            co_authors=co_authors,
            signer=self._commit_signer(commit),
            first_push=push,
            ledger=self.bench.ledger is not None,
            stated_by=stated_by,
            left=tuple(person for person in people if person and not person.employed_at(self.bench.now)),
        )
        return establish(claims, self.bench.policy.author_proof)

    def _commit_signer(self, commit: Commit) -> Person | None:
        """Return whose key, in force now, signed the commit itself; a signature that is not good says nothing."""
        if commit.signature is None or commit.signed_payload is None:
            return None
        from gatekeeper.schemes.git import signer_of  # cryptography: only when there is a signature to check

        fingerprint = signer_of(commit.signature, commit.signed_payload)
        person = self.bench.roster.by_key(fingerprint) if fingerprint else None
        key = person.key(fingerprint) if person and fingerprint else None
        return (
            person if key and person and key.valid_at(self.bench.now) and person.employed_at(self.bench.now) else None
        )


class _Change(Record):
    """What the rules and the sign-offs need to know of a diff."""

    digest: ChangeDigest | None
    paths: tuple[bytes, ...]


def _behind(tips: Sequence[ObjectId], parents: Mapping[ObjectId, Sequence[ObjectId]]) -> set[ObjectId]:
    """Return the tips and what is behind them, as far as `parents` knows commits."""
    found: set[ObjectId] = set()
    waiting = list(tips)
    while waiting:
        commit = waiting.pop()
        if commit in parents and commit not in found:
            found.add(commit)
            waiting += parents[commit]
    return found


def _addition(commit: Commit, additions: Mapping[ObjectId, Addition]) -> Addition:
    return additions.get(commit.id, Addition.RESOLUTION if commit.is_merge else Addition.CHANGE)
