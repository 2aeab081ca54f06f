"""Git and ledger -> what counts of what was pushed beside commits: notes of git-ai, records of Agent Trace."""

from __future__ import annotations

from gatekeeper.authoring import Authors
from gatekeeper.bench import Bench
from gatekeeper.core.attestation import TRACES, Attestation, as_evidence
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import prepared
from gatekeeper.core.ids import ObjectId
from gatekeeper.remembering import Brought

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.agent_traces import TraceReader
    from gatekeeper.core.agent_trace import Trace
    from gatekeeper.core.marks import Evidence
    from gatekeeper.git import Engine
    from gatekeeper.remembering import TraceFile

MAX_NAMED = 10_000
"""Records about other commits, of one ref update."""


def keeps_traces(engine: Engine, tips: Sequence[ObjectId]) -> bool:
    """Whether there are records at any of some commits: where not, no diff is looked at for them."""
    return any(kind == "tree" for _, kind, _ in engine.kinds([f"{tip}:{TRACES}" for tip in tips]))


class Attesting:
    """Answers for the commits of one ref update."""

    def __init__(self, bench: Bench, authors: Authors) -> None:
        """Ask the bench's ledger and notes; `authors` knows whose a commit is."""
        self._bench = bench
        self._authors = authors
        self._reader: TraceReader | None = None
        self.named: list[Attestation] = []
        """What records of commits that this push brings say about other ones: for the ledger."""

    @property
    def unread(self) -> int:
        """Files of records beyond the bounds."""
        return self._reader.unread if self._reader else 0

    def evidence(
        self, commits: Sequence[Commit], brought: Mapping[ObjectId, Brought]
    ) -> dict[ObjectId, tuple[Evidence, ...]]:
        """Return the evidence of commits that have any; records of Agent Trace only where it is known what they bring.

        Raises:
            GitError, LedgerError: when Git or the ledger does not answer.
        """
        said = self._said([commit.id for commit in commits])
        for commit in commits:
            for file in brought[commit.id].traces if commit.id in brought else ():
                for trace in self._traces(file):
                    self._take(commit.id, trace, said)
        asked = [commit for commit in commits if commit.id in said]
        people = self._authors.people(asked)
        found: dict[ObjectId, tuple[Evidence, ...]] = {}
        for commit in asked:
            touched = brought[commit.id].touched if commit.id in brought else frozenset()
            counting = [each for each in said[commit.id] if each.counts(people[commit.id], touched)]
            if counting:
                found[commit.id] = as_evidence(counting)
        return found

    def spoken_of(self, ids: Sequence[ObjectId]) -> list[ObjectId]:
        """Return those of some commits that something was pushed about."""
        said = self._said(ids)
        return [name for name in ids if name in said]

    def _said(self, ids: Sequence[ObjectId]) -> dict[ObjectId, list[Attestation]]:
        """Return what the ledger has received about commits, and what arrives with this push or is in this clone."""
        ledger = self._bench.ledger
        said = {name: list(many) for name, many in ledger.attestations(ids).items()} if ledger else {}
        notes = self._bench.notes(ids)
        first = self._authors.brought_first(list(notes))
        for name, many in notes.items():
            said.setdefault(name, []).extend(each.replace(first=name in first) for each in many)
        return said

    def _traces(self, file: TraceFile) -> list[Trace]:
        if self._reader is None:
            from gatekeeper.agent_traces import TraceReader  # few repositories have them

            self._reader = TraceReader(self._bench.engine, prepared(self._bench.policy.assisted).index.words)
        return self._reader.read(file)

    def _take(self, adding: ObjectId, trace: Trace, said: dict[ObjectId, list[Attestation]]) -> None:
        """Take in a record: for the commit that adds it, and for the one that it names."""
        other = trace.revision if trace.revision != adding else None
        first = self._authors.brought_first([adding, other]) if other else frozenset()
        person = self._authors.first_pusher(adding) if other else ""
        for tool in trace.tools:
            own = Attestation(kind="trace", commit=adding, tool=tool, text=trace.id, first=True, paths=trace.paths)
            said.setdefault(adding, []).append(own)
            if other:
                named = own.replace(commit=other, person=person, first=first.issuperset((adding, other)))
                said.setdefault(other, []).append(named)
                if adding in first and len(self.named) < MAX_NAMED:
                    self.named.append(named)
