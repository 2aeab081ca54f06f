"""Whether changes do the same to the lines of files, within bounds: what is compared was pushed by anybody."""

from __future__ import annotations

from gatekeeper.core.carryover import done_to_lines, same_lines
from gatekeeper.core.changes import Change
from gatekeeper.git import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BLOB = 8 * 1024 * 1024
"""Bytes of a file whose lines are compared; a larger one must be the same before and after."""
MAX_READ = 512 * 1024 * 1024
"""Bytes that are read for one update of a ref; what is not compared by then counts as different."""
MAX_KEPT = 64 * 1024 * 1024
"""Bytes of files that are kept, for one is often asked for again."""
MAX_PAIRS = 100_000
"""Compared pairs of blobs that are kept."""
MAX_ENTRIES = 20_000
"""Changed paths that are held at a time."""


class Comparer:
    """Compares for one update of a ref."""

    def __init__(self, engine: Engine) -> None:
        """Read with this engine."""
        self._engine = engine
        self._blobs: dict[str, bytes] = {}
        self._lines: dict[tuple[str, str], str | None] = {}
        self._kept = self._read = 0

    def alike(self, asked: Sequence[tuple[Change, tuple[str, str]]]) -> list[bool]:
        """Whether each change does the same as what is between two others: (new, old) as for `Engine.changes`.

        Raises:
            GitError: when Git does not answer.
        """
        found: list[bool] = []
        most = max((len(own) for own, _ in asked), default=0)  # what has the same paths has as many
        count = max(1, MAX_ENTRIES // max(1, most))
        for start in range(0, len(asked), count):
            some = asked[start : start + count]
            pairs = list(dict.fromkeys(pair for _, pair in some))  # one commit is a candidate for many
            changes = dict(zip(pairs, self._engine.changes(pairs), strict=True))
            for own, pair in some:
                self._engine.check_time()
                found.append(same_lines(changes[pair], own, self._done))
        return found

    def _done(self, before: str, after: str) -> str | None:
        """Compare two blobs once: many versions of a file are compared with many others."""
        pair = (before, after)
        if pair not in self._lines:
            if len(self._lines) >= MAX_PAIRS:
                self._lines.clear()
            self._engine.check_time()
            self._lines[pair] = done_to_lines(self._content(before), self._content(after))
        return self._lines[pair]

    def _content(self, name: str) -> bytes | None:
        """Return a blob; None if it is not compared."""
        if not name.strip("0"):
            return b""
        if name not in self._blobs:
            ((_, kind, size),) = self._engine.kinds([name])
            self._read += size
            if kind != "blob" or size > MAX_BLOB or self._read > MAX_READ:
                return None
            if self._kept + size > MAX_KEPT:
                self._blobs.clear()
                self._kept = 0
            self._kept += size
            (raw,) = self._engine.objects([name])
            self._blobs[name] = raw.data
        return self._blobs[name]
