"""Parses what `git diff-tree --stdin -r -z --raw --numstat` says of a stream of commits, as it comes."""

from __future__ import annotations

from gatekeeper.core.survey import Done, DoneBuilder
from gatekeeper.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ABSENT = b"000000"
"""The mode of a path that is not there."""


class Parser:
    """Parses the output of one child as it comes: for each commit its id, raw records, then line counts.

    All of it is NUL-separated (git-diff-tree(1), "RAW OUTPUT FORMAT" and "OTHER DIFF FORMATS"). A path follows its
    record, two follow that of a rename, so whatever a path is, it is never taken for a record.
    """

    def __init__(self, ids: Sequence[str], *, with_lines: bool) -> None:
        """`ids` are the commits that were asked for, in order; `with_lines`: also for line counts."""
        self._ids = ids
        self._next = 0
        self._with_lines = with_lines
        self._start()

    def _start(self) -> None:
        self._open = ""
        self._builder = DoneBuilder()
        self._rest = b""
        self._fields: list[bytes] = []
        """Of a record whose paths are still to come."""
        self._missing = 0
        """How many of them are."""
        self._unmatched = 0
        """Raw records without a line count."""
        self._record: Callable[[Sequence[bytes]], None] = self._raw

    def feed(self, chunk: bytes) -> Iterator[tuple[str, Done]]:
        """Take in output; yield what is complete."""
        *tokens, self._rest = (self._rest + chunk).split(b"\0")
        for token in tokens:
            if self._missing:
                self._fields.append(token)
                self._missing -= 1
                if not self._missing:
                    self._record(self._fields)
            elif token[:1] == b":":
                self._record, self._fields = self._raw, [token]
                self._missing = 2 if token.rpartition(b" ")[2][:1] in (b"R", b"C") else 1
            elif b"\t" in token:
                self._fields = token.split(b"\t", 2)
                if self._fields[2]:
                    self._lines(self._fields)
                else:
                    self._record, self._missing = self._lines, 2
            else:
                yield from self._close()
                self._open = token.decode("latin-1")
                self._next += 1
                if self._ids[self._next - 1 : self._next] != [self._open]:
                    raise GitError(f"`git diff-tree` answered {token[:80]!r}, which was not asked next")

    def end(self) -> Iterator[tuple[str, Done]]:
        """Yield the last one.

        Raises:
            GitError: if there should be more.
        """
        yield from self._close()
        if self.left() or self._rest or self._missing:
            raise GitError(f"`git diff-tree` ended before it said anything of {len(self.left())} commits")

    def skip(self) -> tuple[str | None, tuple[str, Done] | None]:
        """Return the commit at which Git gave up, and before it the last that is complete, if it was not yielded yet.

        None: it gave up at no commit. From here on what follows that commit is expected.
        """
        whole = self._open and not (self._rest or self._missing or (self._with_lines and self._unmatched))
        last = (self._open, self._builder.build()) if whole else None
        culprit = self._open
        if whole or not culprit:
            # It gave up before it said a word about the next one: when it looked for renames.
            culprit = next(iter(self.left()), "")
            self._next += 1
        self._start()
        return culprit or None, last

    def left(self) -> Sequence[str]:
        """Return the commits of which nothing was said yet."""
        return self._ids[self._next :]

    def _close(self) -> Iterator[tuple[str, Done]]:
        if self._open:
            yield self._open, self._builder.build()
            self._builder = DoneBuilder()

    def _raw(self, fields: Sequence[bytes]) -> None:
        """A rename is a path that goes and one that comes, so that taking it back is the same seen backwards."""
        old_mode, new_mode, old, new, _ = fields[0][1:].split(b" ")
        before = b"" if old_mode == ABSENT else old_mode + old
        after = b"" if new_mode == ABSENT else new_mode + new
        self._unmatched += 1
        if not self._with_lines:
            self._builder.touch(fields[-1])
        if len(fields) == 2:
            self._builder.entry(fields[1], before, after)
            return
        if fields[0].rpartition(b" ")[2][:1] == b"R":
            self._builder.entry(fields[1], before, b"")
        self._builder.entry(fields[2], b"", after)

    def _lines(self, fields: Sequence[bytes]) -> None:
        self._unmatched -= 1
        added, deleted = (0 if count == b"-" else int(count) for count in fields[:2])
        self._builder.lines(fields[-1], added, deleted)
