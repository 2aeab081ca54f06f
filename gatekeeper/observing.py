"""Pushes to refs that nothing protects: who brought which commits, and which marks came with them.

Nothing here refuses a push: what goes wrong is a gap in what was observed, and is recorded as one.
"""

from __future__ import annotations

from gatekeeper.attesting import Attesting, keeps_traces
from gatekeeper.authoring import Arrival, Authors
from gatekeeper.bench import Bench, read_these, stream_commits, well_formed
from gatekeeper.core.declaration import SILENT, declare, with_evidence
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import is_text
from gatekeeper.core.record import Record
from gatekeeper.differences import differences
from gatekeeper.gate import Gate
from gatekeeper.gathering import Gathered
from gatekeeper.noting import Noted, Noter, Piece, Span, check_bound, versions
from gatekeeper.remembering import Brought, author_line_digest, brought_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.dossier import Dossier
    from gatekeeper.core.signoff import Statement

MAX_BRANCH = 2_000
"""Commits of a branch that is remembered as one range."""
MAX_TIPS = 200
"""Protected refs that are asked for where a branch began."""


class Moved(Record):
    """One update of an unprotected ref that does not delete it."""

    ref: str
    old: ObjectId
    new: ObjectId


class Observed(Record):
    """What an observation gives the ledger."""

    new: tuple[tuple[ObjectId, str], ...]
    """(commit, digest of the author line) of commits that are new to the server."""
    noted: Noted = Noted()
    unread: int = 0
    """Files with records of Agent Trace that were too much to read."""


def observe(gate: Gate, bench: Bench, moved: Sequence[Moved], arrival: Arrival) -> Observed:
    """Look at what updates of unprotected refs bring.

    Raises:
        GitError, UnjudgeableError: then nothing is known of it.
    """
    return _Observing(gate, bench, arrival).observe(moved)


def note_update(gate: Gate, old: ObjectId, new: ObjectId, gathered: Gathered) -> Noted:
    """Return what is noted of an update of a protected ref, by what was gathered about its commits.

    Raises:
        GitError: when Git does not answer.
        UnjudgeableError: if there are more files than the policy's limit.
    """
    brought = dict(gathered.brought)
    pieces = [
        Piece(
            commit=dossier.commit.id,
            brought=brought[dossier.commit.id],
            assisted=dossier.declaration.assisted,
            signed=_is_signed(dossier),
            tools=dossier.declaration.tools,
            author_line=author_line_digest(dossier.commit),
        )
        for dossier in gathered.dossiers
    ]
    if not gate.policy.remember or not any(piece.assisted or piece.signed for piece in pieces):
        return Noted()
    noter = Noter(gate.engine, gate.new_to_server, gate.policy.limits.remembered)
    found, _ = versions(pieces, {}, gate.policy.limits.remembered)
    root = next((piece.commit for piece in pieces if piece.assisted), "")
    one_line = len(pieces) > 1 and old.strip("0")
    spans = [Span(base=old, head=new, root=root)] if one_line else []
    return Noted(seen=noter.commits(pieces), ranges=noter.ranges(spans), versions=tuple(dict.fromkeys(found)))


def _is_signed(dossier: Dossier) -> bool:
    signoffs = dossier.signoffs
    return bool(signoffs.approvals or signoffs.vetoes or signoffs.author_statements)


def note_statements(gate: Gate, bench: Bench, statements: Sequence[Statement]) -> Noted:
    """Return what is noted of commits and ranges that arriving statements are about, as far as they are there.

    Raises:
        GitError: when Git does not answer.
        UnjudgeableError: if they bring more files than the policy's limit.
    """
    ids = list(dict.fromkeys(commit.id for statement in statements for commit in statement.commits))
    known = gate.ledger.seen(ids)
    ids = [name for name in ids if name not in known]
    kinds = gate.engine.kinds(ids)
    there = [name for name, (_, kind, _) in zip(ids, kinds, strict=True) if kind == "commit"]
    commits = well_formed(bench, there)
    found = {c.id: brought_by(c, each, gate.engine.object_format) for c, each in differences(gate.engine, commits)}
    evidence = Attesting(bench, Authors(bench, Arrival(), frozenset())).evidence(commits, found)
    pieces: list[Piece] = []
    for commit in commits:
        declaration = with_evidence(declare(commit, bench.policy.assisted), evidence.get(commit.id, ()))
        pieces.append(
            Piece(
                commit=commit.id,
                brought=found[commit.id],
                assisted=declaration.assisted,
                signed=True,
                tools=declaration.tools,
                author_line=author_line_digest(commit),
            )
        )
    noter = Noter(gate.engine, gate.new_to_server, gate.policy.limits.remembered)
    spans = [Span(base=s.range.base, head=s.range.head, root="") for s in statements if s.range]
    return Noted(seen=noter.commits(pieces), ranges=noter.ranges(list(dict.fromkeys(spans))))


class _Observing:
    def __init__(self, gate: Gate, bench: Bench, arrival: Arrival) -> None:
        self.arrival = arrival
        self.gate = gate
        self.bench = bench
        self.noter = Noter(bench.engine, gate.new_to_server, bench.policy.limits.remembered)

    def observe(self, moved: Sequence[Moved]) -> Observed:
        protected = sorted(set(self.gate.ledger.tips().values()))
        commits = self._commits([*(each.new for each in moved), *(each.old for each in moved), *protected])
        fences = {commits[name] for name in (*(each.old for each in moved), *protected) if name in commits}
        tips = {commits[each.new] for each in moved if each.new in commits} - fences
        if not tips:
            return Observed(new=())
        authored: dict[ObjectId, str] = {}
        marked: dict[ObjectId, tuple[str, ...]] = {}
        remembers = bool(self.bench.policy.remember)
        for commit in stream_commits(self.bench, sorted(tips), sorted(fences)):
            authored[commit.id] = author_line_digest(commit)
            declaration = declare(commit, self.bench.policy.assisted)
            if declaration.assisted:
                marked[commit.id] = declaration.tools
        new = self.gate.new_to_server(list(authored))
        attesting = Attesting(self.bench, Authors(self.bench, self.arrival, new))
        for name, tools in self._attested(attesting, sorted(tips), list(authored)).items():
            marked[name] = tuple(sorted({*marked.get(name, ()), *tools}))
        signed = set(self.gate.ledger.subjects(list(authored)))
        fences_of_all = [commits[name] for name in protected if name in commits]
        branches = [(each, commits[each.new]) for each in moved if each.new in commits and is_text(each.ref)]
        noted = self._note(branches, authored, marked, signed, fences_of_all) if remembers else Noted()
        return Observed(
            new=tuple((commit, line) for commit, line in authored.items() if commit in new),
            noted=noted.replace(attested=tuple(attesting.named)),
            unread=attesting.unread,
        )

    def _attested(
        self, attesting: Attesting, tips: Sequence[ObjectId], ids: Sequence[ObjectId]
    ) -> dict[ObjectId, tuple[str, ...]]:
        """Return the commits that something pushed beside them attests, with the tools."""
        engine = self.bench.engine
        spoken_of = attesting.spoken_of(ids)
        changing = ids[-MAX_BRANCH:] if keeps_traces(engine, tips) else ()
        commits = read_these(self.bench, list(dict.fromkeys((*spoken_of, *changing))))
        asked = set(changing)
        changes = differences(engine, [commit for commit in commits if commit.id in asked])
        brought = {commit.id: brought_by(commit, each, engine.object_format) for commit, each in changes}
        evidence = attesting.evidence(commits, brought)
        return {name: with_evidence(SILENT, each).tools for name, each in evidence.items()}

    def _commits(self, names: Sequence[ObjectId]) -> dict[ObjectId, ObjectId]:
        """Return by name the commits that object ids lead to."""
        zero = self.gate.engine.object_format.zero
        asked = [name for name in dict.fromkeys(names) if name != zero]
        found = self.gate.engine.kinds([f"{name}^{{commit}}" for name in asked])
        return {
            name: commit for name, (commit, kind, _) in zip(asked, found, strict=True) if kind == "commit" and commit
        }

    def _note(
        self,
        branches: Sequence[tuple[Moved, ObjectId]],
        authored: Mapping[ObjectId, str],
        marked: Mapping[ObjectId, tuple[str, ...]],
        signed: set[ObjectId],
        protected: Sequence[ObjectId],
    ) -> Noted:
        pieces: dict[ObjectId, Piece] = {}
        spans: list[Span] = []
        later: list[tuple[str, str, str]] = []
        in_flight: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        limit = self.bench.policy.limits.remembered
        for moved, tip in branches:
            flying = self.gate.ledger.in_flight(moved.ref)
            ids = self.gate.engine.ids([tip], protected)
            here = [name for name in ids if name in authored]
            if flying or any(name in marked or name in signed for name in here):
                # Where files are in flight, an unmarked commit may bring a later version of one.
                wanted = here if flying or any(name in marked for name in here) else [n for n in here if n in signed]
                self._look(wanted, authored, marked, signed, pieces)
                found, now = versions([pieces[name] for name in here if name in pieces], flying, limit)
                later += found
                fresh = tuple((path, str(root)) for path, root in now.items() if path not in flying)
                in_flight += [(moved.ref, fresh)] if fresh else []
                # One commit on many refs is many rows.
                check_bound(max(len(later), sum(len(paths) for _, paths in in_flight)), limit)
            # Also a branch that nobody has said anything about: a veto that comes later binds its squash.
            root = next((name for name in here if name in marked), next(iter(flying.values()), ""))
            if 1 < len(ids) <= MAX_BRANCH and protected:
                bases = self.gate.engine.merge_bases(tip, protected[:MAX_TIPS])
                spans += [Span(base=bases[0], head=tip, root=str(root))] if len(bases) == 1 else []
        return Noted(
            seen=self.noter.commits(list(pieces.values())),
            ranges=self.noter.ranges(spans),
            versions=tuple(dict.fromkeys(later)),
            in_flight=tuple(in_flight),
        )

    def _look(
        self,
        wanted: Sequence[ObjectId],
        authored: Mapping[ObjectId, str],
        marked: Mapping[ObjectId, tuple[str, ...]],
        signed: set[ObjectId],
        pieces: dict[ObjectId, Piece],
    ) -> None:
        """Find out what commits change, unless that is known."""
        asked = read_these(self.bench, [name for name in wanted if name not in pieces])
        for commit, each in differences(self.bench.engine, asked):
            brought: Brought = brought_by(commit, each, self.bench.engine.object_format)
            pieces[commit.id] = Piece(
                commit=commit.id,
                brought=brought,
                assisted=commit.id in marked,
                signed=commit.id in signed,
                tools=marked.get(commit.id, ()),
                author_line=authored[commit.id],
            )
