"""What commits bring, and what the ledger remembers of it: marks that are gone, and changes taken back."""

from __future__ import annotations

from gatekeeper.core.attestation import is_trace_file
from gatekeeper.core.changes import BLOB_MODES, Change, RawEntry, change_digest, inverse, path_key, paths_key
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import Declaration, State
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ObjectFormat, ObjectId, Timestamp
from gatekeeper.core.memory import MOVED_BYTES, How, Mark, Recollection, recollect
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from gatekeeper.bench import Bench
    from gatekeeper.ledger import Ledger, Seen
    from gatekeeper.past import Past

EMPTY_BLOBS = (
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
"""The ids of the blob without content (`git hash-object -t blob /dev/null`)."""


MAX_TRACE_FILES = 16
"""Files with records of Agent Trace that are looked at in one commit."""


class TraceFile(Record):
    """A file with records of Agent Trace, as a commit has it."""

    path: bytes
    new: ObjectId
    before: tuple[ObjectId, ...]
    """What each parent has there; zeros for nothing."""


class Brought(Record):
    """What one commit brings, by its diff."""

    change: str
    """The change digest, of a merge that against its first parent; empty if it changes nothing."""
    inverse: str
    """The digest of the change that would take it out."""
    paths: str
    """The key of its set of paths; empty for a merge: nothing carries over to one."""
    files: tuple[tuple[str, str], ...]
    """(blob, key of its path) of what is new in it; in a merge, against every parent."""
    touched: frozenset[str]
    """The keys of all paths that it changes."""
    traces: tuple[TraceFile, ...] = ()
    """The files with records of Agent Trace that are new in it; in a merge, against every parent."""
    sides: tuple[tuple[str, str], ...] = ()
    """Of a merge, like `files`: what some parent has and another has not."""


def author_line_digest(commit: Commit) -> str:
    """Return the SHA-256 of the raw author header: what one piece of work keeps through amends and rebases."""
    return sha256_hex(commit.author.line)


def is_new_blob(entry: RawEntry) -> bool:
    """Whether a change brings a file with content that its path did not have."""
    return entry.new_mode in BLOB_MODES and entry.new_id != entry.old_id and entry.new_id not in EMPTY_BLOBS


def brought_by(commit: Commit, changes: tuple[Change, ...], object_format: ObjectFormat) -> Brought:
    """Return what a commit brings; `changes` are its diffs against each parent, or against nothing."""
    first = changes[0]
    files = {(str(entry.new_id), path_key(entry.path)) for entry in first if is_new_blob(entry)}
    for change in changes[1:]:
        files &= {(str(entry.new_id), path_key(entry.path)) for entry in change}
    others = changes if commit.is_merge else ()
    sides = {(str(entry.new_id), path_key(entry.path)) for each in others for entry in each if is_new_blob(entry)}
    return Brought(
        change=change_digest(first, object_format) or "",
        inverse=change_digest(inverse(first), object_format) or "",
        paths="" if commit.is_merge or not first else paths_key(first),
        files=tuple(sorted(files)),
        touched=frozenset(path_key(entry.path) for change in changes for entry in change),
        traces=_trace_files(changes),
        sides=tuple(sorted(sides - files)),
    )


def _trace_files(changes: tuple[Change, ...]) -> tuple[TraceFile, ...]:
    """Return the first of the files with records of Agent Trace that differ from all parents."""
    files = [entry for entry in changes[0] if is_trace_file(entry.path) and entry.new_mode in BLOB_MODES[:2]]
    found: list[TraceFile] = []
    for file in files[:MAX_TRACE_FILES]:
        same = [entry for change in changes for entry in change if entry.path == file.path]
        if len(same) == len(changes):
            found.append(TraceFile(path=file.path, new=file.new_id, before=tuple(entry.old_id for entry in same)))
    return tuple(found)


def _keys(brought: Brought) -> tuple[str, ...]:
    """Return by what marks on the bytes of a commit are found."""
    return (brought.change, *(blob for blob, _ in (*brought.files, *brought.sides)))


class Memory:
    """What the ledger remembers about the commits of one push, looked up for all of them at once."""

    def __init__(
        self,
        bench: Bench,
        ledger: Ledger,
        past: Past,
        brought: Mapping[ObjectId, Brought],
        within: Container[ObjectId] = (),
    ) -> None:
        """Look up the bytes of commits that have no mark of their own.

        `within` are the marked commits of the range that they are in: what came with those is no hit.
        """
        self._bench = bench
        self._past = past
        self._within = within
        self._since = Timestamp(bench.now - bench.policy.remember)
        keys = {key for each in brought.values() for key in _keys(each) if key}
        self._marks = {key: list(marks) for key, marks in ledger.marks(sorted(keys)).items()}
        past.fetch([mark.root for marks in self._marks.values() for mark in marks])
        self._ledger = ledger
        self._touched: set[str] = set()
        """The keys of paths that marked commits of this push change."""

    def knows(self, brought: Brought) -> bool:
        """Whether there is a mark on any of the bytes that a commit brings."""
        return any(key in self._marks for key in _keys(brought))

    def amends(self, commits: Mapping[ObjectId, str]) -> dict[str, tuple[Seen, ...]]:
        """Return what was pushed marked with the author lines of commits: by the digest of the line."""
        found = self._ledger.seen_by_author_line(sorted(set(commits.values())))
        marked = {line: tuple(each for each in many if each.assisted) for line, many in found.items()}
        self._past.fetch([each.commit for many in marked.values() for each in many])
        return marked

    def recall(
        self, brought: Brought, people: Sequence[str], amended: Sequence[Seen], holds: Callable[[str, int], bool]
    ) -> Recollection | None:
        """Return why a commit without a mark counts as marked.

        Args:
            brought: What the commit brings.
            people: Who wrote or first pushed it (roster ids).
            amended: What was pushed marked with its author line.
            holds: Whether a mark counts that a person (roster id) brought with a push (number), where no bytes tell
                what was there first.
        """
        marks = [
            mark for key in (brought.change, *(blob for blob, _ in brought.files)) for mark in self._marks.get(key, ())
        ]
        found = recollect(
            brought.files,
            # What only deletes brings no bytes that could have been new with the mark.
            marks if brought.files else [mark for mark in marks if holds(mark.person, mark.entry)],
            own=lambda person: person in people,
            has_been_here=lambda mark: self._has(mark.root),
            marked_here=lambda path: path in self._touched,
            large=self._large,
            since=self._since,
        )
        return found or self._amended(brought, amended)

    def _has(self, marked: ObjectId) -> bool:
        return marked in self._within or self._past.has(marked)

    def _large(self, blob: str) -> bool:
        ((_, _, size),) = self._bench.engine.kinds([blob])
        return size >= MOVED_BYTES

    def _amended(self, brought: Brought, amended: Sequence[Seen]) -> Recollection | None:
        """Return the marked commit of which this is another version: one author line, and a file in common."""
        for seen in amended:
            if seen.time < self._since or self._has(seen.commit) or self._past.has_carried(seen.commit):
                continue
            if any(mark.path in brought.touched for mark in self._ledger.marks_with(seen.commit)):
                return Recollection(
                    how=How.AMENDED, root=seen.commit, person=seen.person, time=seen.time, tools=seen.tools
                )
        return None

    def add(self, commit: ObjectId, brought: Brought, tools: tuple[str, ...]) -> None:
        """Remember a marked commit of this push for the commits that follow it."""
        self._touched |= brought.touched
        for key, path in ((brought.change, ""), *brought.files):
            if key:
                mark = Mark(key=key, path=path, root=commit, person="", time=self._bench.now, first=True, tools=tools)
                self._marks.setdefault(key, []).append(mark)


def remembered(declaration: Declaration, recollection: Recollection) -> Declaration:
    """Return the declaration of a commit whose mark is gone. To deny what is remembered is a contradiction."""
    return declaration.replace(
        state=State.REMEMBERED,
        tools=recollection.tools,
        recollection=recollection,
        contradiction=declaration.contradiction or declaration.state is State.DENIED,
    )
