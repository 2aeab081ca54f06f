"""Notes of git-ai in a repository: what the pushed ref adds to the server's, and what a clone has.

Notes are evidence and nothing more: what cannot be read is none, is counted, and refuses no push.
"""

from __future__ import annotations

from gatekeeper.core.attestation import Attestation
from gatekeeper.core.authorship_log import LIMIT, attested, commit_of, is_log, paths_of
from gatekeeper.core.changes import BLOB_MODES
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.record import Record
from gatekeeper.git import Engine, GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gatekeeper.core.ai_names import Words

MAX_NOTES = 20_000
"""Notes of one push that are read, besides those about the commits that it brings to protected refs."""
MAX_BYTES = 64 * 1024 * 1024
"""Bytes of all of them."""
MAX_ABOUT_ONE = 8
"""Notes about one commit, under several fan-outs; Git joins them, and an honest tree has one."""
AT_ONCE = 500
"""Notes whose sizes are asked for together."""
MAX_NAMED = 100
"""Malformed notes that are named in the entry."""
REGULAR = BLOB_MODES[:2]


class NotesSummary(Record):
    """What a push of notes came to."""

    changed: int
    """Commits with a note that was added or changed."""
    malformed: tuple[ObjectId, ...]
    """Commits with something for a note that is no authorship log, or too large; the first of them."""
    unread: int
    """Notes beyond the bounds."""


class PushedNotes:
    """The notes that an update of `refs/notes/ai` adds or changes, read when they are asked for."""

    def __init__(self, engine: Engine, words: Words, person: str, old: ObjectId, new: ObjectId) -> None:
        """Compare the trees of two tips; `person` pushed the new one (roster id, empty for nobody of the roster).

        Raises:
            GitError: when Git does not answer, or the tree is malformed.
        """
        self._engine = engine
        self._words = words
        self._person = person
        self._blobs: dict[ObjectId, list[ObjectId]] = {}
        self._read: dict[ObjectId, tuple[Attestation, ...]] = {}
        self._bytes = 0
        self._malformed: list[ObjectId] = []
        self._unread = 0
        for entry in engine.changes([self._trees(old, new)])[0] if new != engine.object_format.zero else ():
            commit = commit_of(entry.path.decode("latin-1"), engine.object_format)
            if commit is None or not entry.new_id.strip("0") or entry.new_id == entry.old_id:
                continue
            if entry.new_mode in REGULAR:
                self._blobs.setdefault(commit, []).append(entry.new_id)
            else:
                self._note_malformed(commit)

    def _trees(self, old: ObjectId, new: ObjectId) -> tuple[ObjectId, ObjectId]:
        """Return the trees of two tips; what leads to none has no notes."""
        empty = self._engine.object_format.empty_tree
        found = self._engine.kinds([f"{tip}^{{tree}}" for tip in (old, new)])
        before, after = (tree if tree and kind == "tree" else empty for tree, kind, _ in found)
        return before, after

    @property
    def summary(self) -> NotesSummary:
        """What was pushed, for the ledger."""
        return NotesSummary(changed=len(self._blobs), malformed=tuple(self._malformed), unread=self._unread)

    def about(self, ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Attestation]]:
        """Return what the notes say about commits, as far as they can be read."""
        wanted = [name for name in ids if name in self._blobs]
        missing = [name for name in wanted if name not in self._read]
        for start in range(0, len(missing), AT_ONCE):
            self._fetch(missing[start : start + AT_ONCE])
        return {name: self._read[name] for name in wanted if self._read.get(name)}

    def everything(self) -> Iterator[Attestation]:
        """Yield what all notes say, up to the bounds; what is beyond them is counted.

        Where there are too many, as when notes of years are pushed at last, those count most whose commits are to come.
        """
        wanted = list(self._blobs)
        read = [name for name in wanted if name in self._read]
        rest = [name for name in wanted if name not in self._read]
        if len(rest) > MAX_NOTES:
            try:
                here = {name for name, kind, _ in self._engine.kinds(rest) if kind != "missing"}
            except GitError:
                here = set()
            rest.sort(key=here.__contains__)
        for attestations in self.about([*read, *rest[:MAX_NOTES]]).values():
            yield from attestations
        self._unread += len(rest[MAX_NOTES:])

    def _fetch(self, commits: Sequence[ObjectId]) -> None:
        """Read the notes about commits."""
        asked = [(commit, blob) for commit in commits for blob in self._blobs[commit][:MAX_ABOUT_ONE]]
        logs: dict[ObjectId, list[bytes]] = {}
        try:
            kinds = self._engine.kinds([blob for _, blob in asked])
            small: list[tuple[ObjectId, ObjectId]] = []
            for pair, (_, kind, size) in zip(asked, kinds, strict=True):
                if kind != "blob" or size > LIMIT:
                    self._note_malformed(pair[0])
                elif self._bytes + size > MAX_BYTES:
                    self._unread += 1
                else:
                    self._bytes += size
                    small.append(pair)
            found = self._engine.objects([blob for _, blob in small], LIMIT)
            for (commit, _), raw in zip(small, found, strict=True):
                logs.setdefault(commit, []).append(raw.data)
                self._engine.check_time()
        except GitError:
            self._unread += len(commits)
        for commit in commits:
            self._read[commit] = tuple(self._judge(commit, logs.get(commit, ())))

    def _judge(self, commit: ObjectId, logs: Iterable[bytes]) -> Iterator[Attestation]:
        for log in logs:
            said = attested(log, self._words)
            if not said and not is_log(log):
                self._note_malformed(commit)
            for tool, text in said:
                yield Attestation(kind="note", commit=commit, tool=tool, text=text, person=self._person, first=True)

    def _note_malformed(self, commit: ObjectId) -> None:
        if len(self._malformed) < MAX_NAMED:
            self._malformed.append(commit)


class LocalNotes:
    """The notes of a repository, whoever made them: only a server knows who pushed which."""

    def __init__(self, engine: Engine, words: Words, tip: ObjectId) -> None:
        """Read at a tip of `refs/notes/ai`."""
        self._engine = engine
        self._words = words
        self._tip = tip

    def about(self, ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Attestation]]:
        """Return what the notes say about commits; a note that is none says nothing.

        Raises:
            GitError: when Git does not answer.
        """
        places = [(name, f"{self._tip}:{path}") for name in ids for path in paths_of(name)]
        kinds = self._engine.kinds([place for _, place in places])
        there = [
            (name, str(blob))
            for (name, _), (blob, kind, size) in zip(places, kinds, strict=True)
            if kind == "blob" and size <= LIMIT
        ]
        found: dict[ObjectId, list[Attestation]] = {}
        for (name, _), raw in zip(there, self._engine.objects([blob for _, blob in there], LIMIT), strict=True):
            for tool, text in attested(raw.data, self._words):
                attestation = Attestation(kind="note", commit=name, tool=tool, text=text, first=True)
                found.setdefault(name, []).append(attestation)
        return found
