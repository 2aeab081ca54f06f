"""What a commit gets from the commits that it carries: sign-offs, vetoes, proved authors (DESIGN.md section 6)."""

from __future__ import annotations

from gatekeeper.authoring import Authors
from gatekeeper.bench import Bench
from gatekeeper.carrying import Carrier
from gatekeeper.core.authorship import Authorship
from gatekeeper.core.carryover import Kind, Source, carried_flaw, cover, parents_first
from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Person
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Judged, Standing, Testimony
from gatekeeper.differences import differences, digest_of
from gatekeeper.git import Engine
from gatekeeper.hearing import Hearing
from gatekeeper.past import Past

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gatekeeper.core.signoff import SignedCommit, Statement

    _Range = tuple[tuple[Authorship, ...], tuple[Person, ...]]
    """A squashed range: who wrote it, with whom."""


class Credit(Record):
    """What one commit is credited with."""

    approvals: tuple[Standing, ...] = ()
    vetoes: tuple[Testimony, ...] = ()
    authors: tuple[Authorship, ...] = ()
    """Of reviewed single commits: who wrote what this commit carries, where the proof carries too."""
    range_authors: tuple[Authorship, ...] = ()
    """Of a squashed range: who wrote each of its commits."""
    co_authors: tuple[Person, ...] = ()
    """Of all that is carried."""
    committers: tuple[Person, ...] = ()
    """Of all that is approved and carried."""
    hands: tuple[Person, ...] = ()
    """Who wrote what came first of all that is the same: under whatever name it came again, it is their work."""


class Creditor:
    """Works through the commits of one push, parents first; `past` must know all of them already."""

    def __init__(self, bench: Bench, hearing: Hearing, authors: Authors, carrier: Carrier, past: Past) -> None:
        """Use what the judgement of the push uses."""
        self._bench = bench
        self._hearing = hearing
        self._authors = authors
        self._carrier = carrier
        self._past = past
        self._judged: dict[ObjectId, Judged] = {}
        self._written: dict[ObjectId, Authorship] = {}
        self._done: dict[tuple[ObjectId, ObjectId], bool] = {}
        self._idle_merges: dict[ObjectId, bool] = {}
        # By identity, with the statement kept: it is asked about each of its commits, and comparing it would cost.
        self._earlier: dict[tuple[int, int], tuple[Statement, Mapping[ObjectId, str]]] = {}
        self._reverted: dict[int, tuple[Statement, bool]] = {}
        self._losses = 0
        self._standing: dict[int, tuple[int, int]] = {}
        """By statement, (losses of the past so far, how many of its first commits are on the ref)."""
        self._ordered: dict[int, tuple[Statement, Sequence[SignedCommit]]] = {}

    def prepare(self, sources: Iterable[Source]) -> None:
        """Judge every statement about the reviewed commits, and find out who wrote them."""
        ids = list(dict.fromkeys(commit for source in sources for commit in source.commits))
        commits = self._carrier.commits(ids)
        said = self._bench.signoffs(ids)
        self._past.fetch(ids)
        about = [commit for commit in commits.values() if said.get(commit.id)]
        for commit, each in differences(self._bench.engine, about):
            digest = digest_of(commit, each, self._bench.engine.object_format)
            self._judged[commit.id] = self._hearing.judge(commit, said[commit.id], digest)
        pushes = self._authors.first_pushes(list(commits.values()))
        for commit in commits.values():
            self._written[commit.id] = self._authors.authorship(
                commit, self._authors.co_authors(commit), pushes.get(commit.id), self._judged.get(commit.id, Judged())
            )

    def credit(self, commit: Commit, sources: Sequence[Source], change: str) -> Credit:
        """Return what a commit gets from what it carries."""
        self._earlier.clear()  # the commits before this one may have changed the answers
        if self._losses != self._past.losses:
            self._reverted.clear()
            self._losses = self._past.losses
        approvals: list[Standing] = []
        vetoes: dict[str, Testimony] = {}
        authors: list[Authorship] = []
        range_authors: list[Authorship] = []
        co_authors: list[Person] = []
        committers: list[Person] = []
        approved: list[_Range] = []
        unapproved: list[_Range] = []
        first = _first(sources)
        for source in sources:
            there = self._carrier.commits(source.commits)
            squash = source.kind is Kind.SQUASH
            proves = not self._flaw(commit, there[source.commits[-1]], source, change, None)
            found = [self._written[name] for name in source.commits]
            written = tuple(found if proves else [_unproved(each) for each in found])
            together = tuple(person for name in source.commits for person in self._authors.co_authors(there[name]))
            standings: list[tuple[ObjectId, Standing]] = []
            for name in source.commits:
                judged = self._judged.get(name, Judged())
                vetoes.update({t.statement_id: t for t in judged.vetoes})
                for each in judged.approvals:
                    flaw = each.flaw or self._flaw(commit, there[name], source, change, each.testimony.statement)
                    standings.append((name, each.replace(flaw=flaw, reviewed=(name,))))
            here = cover(source.commits, source.assisted, standings) if squash else [each for _, each in standings]
            approvals += here
            helps = any(not standing.flaw for standing in here)
            committers += self._authors.committers([there[name] for name in source.commits]) if helps else ()
            # Anybody can push a copy under another name: only who wrote what was approved, or came first, counts.
            if squash and helps:
                approved.append((written, together))
            elif squash:
                unapproved += [(written, together)] if source in first else []
            else:
                authors += written if helps else [each for each in written if each.proved]
                co_authors += together if helps else ()
        for written, together in approved or unapproved:
            range_authors += written
            co_authors += together
        names = [name for source in first for name in source.commits]
        there = self._carrier.commits(names)
        hands = dict.fromkeys(person for name in names for person in self._written[name].involved)
        co_authors += [person for name in names for person in self._authors.co_authors(there[name])]
        if range_authors:
            involved = tuple(dict.fromkeys((*range_authors[0].involved, *hands)))
            range_authors[0] = range_authors[0].replace(involved=involved)
        return Credit(
            approvals=tuple(_best(approvals)),
            vetoes=tuple(vetoes.values()),
            authors=tuple(authors),
            range_authors=tuple(dict.fromkeys(range_authors)),
            co_authors=tuple(dict.fromkeys(co_authors)),
            committers=tuple(dict.fromkeys(committers)),
            hands=tuple(hands),
        )

    def _flaw(self, commit: Commit, reviewed: Commit, source: Source, change: str, statement: Statement | None) -> str:
        """Return why a statement does not carry over; None: a proof of authorship, which no statement made."""
        squash = source.kind is Kind.SQUASH
        parent = commit.parents[0]
        return carried_flaw(
            admitted=all(self._bench.policy.carry_over.admits(kind, exact=source.exact) for kind in source.kinds),
            same_author=squash or self._authors.same_author(commit, reviewed),
            reverted=statement is not None and self._is_reverted(statement),
            spent=self._past.spent(source.commits, (*source.changes, change), commit.id) is not None,
            earlier="" if statement is None else self._flaws_of_earlier(statement, source, parent)[reviewed.id],
        )

    def _flaws_of_earlier(self, statement: Statement, source: Source, parent: ObjectId) -> Mapping[ObjectId, str]:
        """Return for each commit that a statement and a source share what is wrong with those listed before it."""
        key = (id(statement), id(source))  # one head can be reviewed alone and as that of a range
        if key not in self._earlier:
            in_order = self._in_order(statement)
            begin = self._on_ref(statement, in_order)
            reviewed = set(source.commits)
            flaws = {each.id: "" for each in in_order[:begin] if each.id in reviewed}
            flaw = ""
            for each in in_order[begin:]:
                if len(flaws) == len(reviewed):
                    break  # what is listed later is not asked for, and would cost two processes
                if each.id in reviewed:
                    flaws[each.id] = flaw
                elif not flaw and each.change:  # what changes nothing is nothing to build on
                    flaw = self._flaw_of_missing(each, parent)
            self._earlier[key] = statement, flaws
        return self._earlier[key][1]

    def _on_ref(self, statement: Statement, in_order: Sequence[SignedCommit]) -> int:
        """Return how many of a statement's first commits are on the ref: for the next commit only more, until a loss.

        So a rebase of many commits under one statement does not look at all those before each of them again.
        """
        losses, count = self._standing.get(id(statement), (0, 0))
        count = count if losses == self._past.losses else 0
        while count < len(in_order) and (not in_order[count].change or self._past.has(in_order[count].id)):
            count += 1
        self._standing[id(statement)] = self._past.losses, count
        return count

    def _in_order(self, statement: Statement) -> Sequence[SignedCommit]:
        if id(statement) not in self._ordered:
            self._past.fetch([each.id for each in statement.commits])
            self._ordered[id(statement)] = statement, parents_first(statement.commits)
        return self._ordered[id(statement)][1]

    def _flaw_of_missing(self, signed: SignedCommit, parent: ObjectId) -> str:
        """Return a code if an approved commit is not on the ref; empty if it, or what carries it, is there."""
        if self._past.has(signed.id) or self._is_idle_merge(signed):
            return ""
        if self._past.lost(signed.id):
            return "reverted-since"
        there = self._is_behind(signed.id, parent) or self._is_in(signed.id, parent)
        return "" if there else "earlier-missing"

    def _is_reverted(self, statement: Statement) -> bool:
        """Whether something that landed for a statement was taken out of the ref since: that spends all of it."""
        if id(statement) not in self._reverted:
            self._past.fetch([each.id for each in statement.commits])
            self._reverted[id(statement)] = statement, any(self._past.lost(each.id) for each in statement.commits)
        return self._reverted[id(statement)][1]

    def _is_behind(self, commit: ObjectId, parent: ObjectId) -> bool:
        engine: Engine = self._bench.engine
        return bool(self._carrier.commits([commit])) and engine.is_ancestor(commit, parent)

    def _is_in(self, commit: ObjectId, parent: ObjectId) -> bool:
        """Whether all that a commit does is done already, so that a rebase drops it: replaying it changes nothing."""
        found = self._carrier.commits([commit, parent])
        if len(found) < len({commit, parent}) or len(found[commit].parents) != 1:
            return False
        if (commit, parent) not in self._done:
            names = [f"{found[commit].parents[0]}^{{tree}}"]
            ((base, _, _),) = self._bench.engine.kinds(names)
            onto = found[parent].tree
            (again,) = self._bench.engine.replay([(str(base), onto, found[commit].tree)])
            self._done[commit, parent] = again.clean and again.tree == onto
        return self._done[commit, parent]

    def _is_idle_merge(self, signed: SignedCommit) -> bool:
        """Whether a commit is a merge that adds nothing, so that nothing can build on it."""
        if signed.id not in self._idle_merges:
            found = self._carrier.commits([signed.id]).get(signed.id)
            idle = False
            if found is not None and len(found.parents) == 2:
                (again,) = self._bench.engine.remake([(found.parents[0], found.parents[1])])
                idle = again.clean and again.tree == found.tree
            self._idle_merges[signed.id] = idle
        return self._idle_merges[signed.id]


def _first(sources: Sequence[Source]) -> list[Source]:
    """Return what the first of all pushes brought, unless the commit that carries it came before that."""
    first = min((source.entry for source in sources), default=0)
    return [source for source in sources if source.before and source.entry == first]


def _unproved(authorship: Authorship) -> Authorship:
    return authorship.replace(proved=None, proof=None)


def _best(standings: Iterable[Standing]) -> list[Standing]:
    """Return one standing for each statement: the good one if there is any."""
    best: dict[str, Standing] = {}
    for standing in standings:
        name = standing.testimony.statement_id
        if name not in best or (best[name].flaw and not standing.flaw) or (best[name].partial and not standing.flaw):
            best[name] = standing
    return list(best.values())


def credited(authorship: Authorship, credit: Credit) -> Authorship:
    """Return the authorship of a commit with what carries over: a proof for the person whom it claims, hands in it.

    Where the proof carries over, who pushes it again (as a server does that rebases, or a senior) has no hands in it.
    """
    if authorship.proved is None:
        for carried in credit.authors:
            if carried.proved is not None and carried.proved == authorship.claimed:
                involved = tuple(person for person in authorship.involved if person != authorship.only_pushed)
                authorship = authorship.replace(proved=carried.proved, proof=carried.proof, involved=involved)
                break
    hands = [*authorship.involved, *(person for carried in credit.authors for person in carried.involved)]
    hands += credit.hands
    return authorship.replace(involved=tuple(dict.fromkeys(hands)))


def without_overruled(vetoes: Iterable[Testimony], own: Sequence[Standing]) -> tuple[Testimony, ...]:
    """Return the vetoes whose signer has not approved this very commit since."""
    return tuple(
        veto
        for veto in vetoes
        if not any(
            not standing.flaw
            and standing.testimony.signer == veto.signer
            and standing.testimony.statement.issued_at > veto.statement.issued_at
            for standing in own
        )
    )
