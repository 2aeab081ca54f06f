"""What was pushed beside a commit and says that an agent wrote of it: notes of git-ai, records of Agent Trace.

Whoever can push could say it of anybody's commit. So it counts for its pusher's own commits alone, as a mark does
that comes after the bytes (docs/decisions/0024-evidence-beside-commits.md).
"""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.marks import Evidence
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

TEXT_LIMIT = 200
"""Bytes of a note's line that are kept."""

TRACES = ".agent-trace"
"""The directory in which records of Agent Trace are kept."""
LINES = b".jsonl"
"""How the names of files end with one record a line; in those with the other end there is one, or a list."""


def is_trace_file(path: bytes) -> bool:
    """Whether a path is one at which records of Agent Trace are kept."""
    return path.startswith(b".agent-trace/") and path.endswith((LINES, b".json"))


class Attestation(Record):
    """One thing that was said about one commit."""

    kind: str
    """`note` (an authorship log of git-ai) or `trace` (a record of Agent Trace)."""
    commit: ObjectId
    tool: str
    """Its id; `unknown` if the source names none that is known."""
    text: bytes
    """Where the source says so."""
    person: str = ""
    """Who pushed it: a roster id, empty if nobody of the roster."""
    first: bool = False
    """Whether it came in the push that brought the commit first, or is a part of it: whoever pushed it."""
    paths: tuple[str, ...] = ()
    """The keys (`changes.path_key`) of the files that it is about; empty: the whole commit."""

    def counts(self, people: Collection[str], touched: Collection[str]) -> bool:
        """Whether it counts for its commit.

        Args:
            people: Roster ids of the commit's author and of who first pushed it.
            touched: The keys of the paths that the commit changes.
        """
        own = self.first or bool(self.person and self.person in people)
        return own and (not self.paths or any(path in touched for path in self.paths))


def as_evidence(attestations: Iterable[Attestation]) -> tuple[Evidence, ...]:
    """Return what counts as evidence, each tool of a kind once."""
    once: dict[tuple[str, str], Attestation] = {}
    for each in attestations:
        once.setdefault((each.kind, each.tool), each)
    return tuple(Evidence(kind=each.kind, text=each.text[:TEXT_LIMIT], tool=each.tool) for each in once.values())
