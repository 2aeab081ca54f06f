"""Notes of git-ai in a push: read before the commits are judged, and noted in the entry.

Of commits that came in an earlier push the bytes are remembered too, as with marks.
"""

from __future__ import annotations

from gatekeeper.attesting import Attesting
from gatekeeper.authoring import Arrival, Authors
from gatekeeper.bench import Bench, UnjudgeableError, well_formed
from gatekeeper.core.declaration import SILENT, prepared, with_evidence
from gatekeeper.core.push import NOTES
from gatekeeper.differences import differences
from gatekeeper.gate import Gate
from gatekeeper.git import GitError
from gatekeeper.notes import PushedNotes
from gatekeeper.noting import Noter, Piece
from gatekeeper.recording import Work
from gatekeeper.remembering import author_line_digest, brought_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gatekeeper.core.attestation import Attestation
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.people import Person

MAX_LATE = 1_000
"""Commits of earlier pushes whose bytes are looked at again because of a note."""


def read_notes(gate: Gate, work: list[Work], person: Person | None) -> tuple[ArrivingNotes | None, list[Work]]:
    """Return the notes of the push, if it brings any; what cannot be read is a gap in what is known of that ref."""
    for item in work:
        if item.finding.ref != NOTES or item.finding.problems or item.update.deletes:
            continue
        words = prepared(gate.policy.assisted).index.words
        try:
            notes = PushedNotes(gate.engine, words, person.id if person else "", item.finding.old, item.update.new)
        except GitError:
            return None, [each.replace(gap=True) if each is item else each for each in work]
        return ArrivingNotes(gate, notes), work
    return None, work


class ArrivingNotes:
    """The notes that a push brings."""

    def __init__(self, gate: Gate, notes: PushedNotes) -> None:
        """Answer with `notes`."""
        self._gate = gate
        self._notes = notes

    def about(self, ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Attestation]]:
        """Return what the notes say about commits."""
        return self._notes.about(ids)

    def noted(self, work: list[Work], bench: Bench, arrival: Arrival) -> list[Work]:
        """Return the updates with what is noted of the notes, read up to their bounds."""
        attested = tuple(self._notes.everything())
        seen = self._seen(bench, arrival, list(dict.fromkeys(each.commit for each in attested)))
        return [
            item.replace(
                noted=item.noted.replace(attested=attested, seen=(*item.noted.seen, *seen)),
                notes=self._notes.summary,
            )
            if item.finding.ref == NOTES
            else item
            for item in work
        ]

    def _seen(self, bench: Bench, arrival: Arrival, ids: Sequence[ObjectId]) -> tuple[Mapping[str, Any], ...]:
        """Return what is remembered of commits that came before their notes.

        One that landed is not judged again for a note; a copy of it elsewhere is.
        """
        if not bench.policy.remember:
            return ()
        earlier, seen = self._gate.ledger.first_pushers(ids), self._gate.ledger.seen(ids)
        late = [name for name in ids if name in earlier and not (name in seen and seen[name].assisted)]
        noter = Noter(bench.engine, self._gate.new_to_server, bench.policy.limits.remembered)
        try:
            return noter.commits(_pieces(bench, arrival, late[:MAX_LATE]))
        except (GitError, UnjudgeableError):
            return ()  # by its id each commit is found all the same


def _pieces(bench: Bench, arrival: Arrival, ids: Sequence[ObjectId]) -> list[Piece]:
    """Return what commits bring for which a note counts."""
    there = [name for name, (_, kind, _) in zip(ids, bench.engine.kinds(ids), strict=True) if kind == "commit"]
    commits = well_formed(bench, there)
    evidence = Attesting(bench, Authors(bench, arrival, frozenset())).evidence(commits, {})
    counting = [commit for commit in commits if commit.id in evidence]
    return [
        Piece(
            commit=commit.id,
            brought=brought_by(commit, each, bench.engine.object_format),
            assisted=True,
            signed=False,
            tools=with_evidence(SILENT, evidence[commit.id]).tools,
            author_line=author_line_digest(commit),
        )
        for commit, each in differences(bench.engine, counting)
    ]
