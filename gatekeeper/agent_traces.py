"""Git -> the records of Agent Trace that a commit adds."""

from __future__ import annotations

from gatekeeper.core.agent_trace import traces
from gatekeeper.core.attestation import TRACES, Attestation
from gatekeeper.core.commits import MalformedCommitError, parse_commit
from gatekeeper.core.ids import ObjectId
from gatekeeper.differences import differences
from gatekeeper.git import Engine
from gatekeeper.remembering import TraceFile, brought_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.agent_trace import Trace
    from gatekeeper.core.ai_names import Words
    from gatekeeper.git.reading import Reader

FILE_BYTES = 16 * 1024 * 1024
"""Bytes of a file of records; a larger one is not read."""
HISTORY_BYTES = 1 << 40
"""The same, where people read a whole history."""
ALL_BYTES = 128 * 1024 * 1024
"""Bytes of all such files that one reader reads."""


class TraceReader:
    """Reads records, up to a bound. What is beyond it says nothing, and is counted."""

    def __init__(self, engine: Engine, words: Words, most: int = ALL_BYTES) -> None:
        """Read at most `most` bytes."""
        self._engine = engine
        self._words = words
        self._left = most
        self._last: dict[str, bytes] = {}
        """The file read last: most are appended to by commit after commit."""
        self.unread = 0
        """Files of records beyond the bounds."""

    def read(self, file: TraceFile) -> list[Trace]:
        """Return the records that a commit adds to a file.

        Raises:
            GitError: when Git does not answer.
        """
        names = [name for name in dict.fromkeys((file.new, *file.before)) if name.strip("0")]
        sizes = [size for _, kind, size in self._engine.kinds(names) if kind == "blob"]
        if len(sizes) < len(names) or max(sizes) > FILE_BYTES or sum(sizes) > self._left:
            self.unread += 1
            return []
        self._left -= sum(sizes)
        self._engine.check_time()
        blobs = {name: data for name, data in self._last.items() if name in names}
        missing = [name for name in names if name not in blobs]
        blobs |= {raw.id: raw.data for raw in self._engine.objects(missing, FILE_BYTES)}
        self._last = {file.new: blobs[file.new]}
        before = [blobs.get(name, b"") for name in file.before]
        return traces(file.path, blobs[file.new], before, self._words, self._engine.object_format)


class TraceHistory:
    """Answers for commit after commit, the newest first, for people who look at them; who made what is not asked."""

    def __init__(self, engine: Engine, words: Words) -> None:
        """Read with `engine`."""
        self._engine = engine
        self._records = TraceReader(engine, words, HISTORY_BYTES)
        self._named: dict[ObjectId, list[Attestation]] = {}
        """What newer commits say."""

    def about(self, commit: ObjectId, raw: bytes, reader: Reader) -> list[Attestation]:
        """Return what records say of a commit that it adds itself, or a commit asked about before; `raw` are its bytes.

        Raises:
            GitError: when Git does not answer.
        """
        said = self._named.pop(commit, [])
        try:
            parsed = parse_commit(commit, raw, self._engine.object_format)
        except MalformedCommitError:
            return []
        own, *others = (reader.kind(f"{name}:{TRACES}") for name in (commit, *parsed.parents))
        if not said and (own[1] != "tree" or own in others):
            return []
        ((_, changes),) = differences(self._engine, [parsed])
        brought = brought_by(parsed, changes, self._engine.object_format)
        for trace in (trace for file in brought.traces for trace in self._records.read(file)):
            for tool in trace.tools:
                each = Attestation(kind="trace", commit=commit, tool=tool, text=trace.id, first=True, paths=trace.paths)
                said.append(each)
                if trace.revision and trace.revision != commit:
                    self._named.setdefault(trace.revision, []).append(each.replace(commit=trace.revision))
        return [each for each in said if each.counts((), brought.touched)]
