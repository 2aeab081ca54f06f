"""The engine of every decision: Git's own plumbing, a few processes per push, never one per commit."""

from __future__ import annotations

from gatekeeper.core.changes import Change, FileStat, RawEntry, RepeatedPathError, make_change
from gatekeeper.core.ids import ObjectFormat, ObjectId
from gatekeeper.git import GitError, ObjectTooLargeError, RawObject, Remade, TimeoutExceededError
from gatekeeper.git.diffing import DIFF_TREE, SENTINEL, diff_questions
from gatekeeper.git.reading import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gatekeeper.git.process import Runner

REV_LIST = ("rev-list", "--topo-order", "--reverse", "--stdin")
REV_LIST_OBJECTS = ("rev-list", "--objects", "--no-object-names", "--filter=blob:none", "--stdin")
REMAKING = 0.5
"""The share of the remaining time in which merges are made again: renames can take quadratic time. What is not made
again by then counts as different, and can still be signed."""
FEW = 16
"""Questions that are cheaper to ask one by one than with a child of their own."""
MAX_PARENTS = 2
"""More do not matter to who only asks whether there is exactly one."""


def _revisions(include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> bytes:
    return "".join(f"{line}\n" for line in (*include, *(f"^{tip}" for tip in exclude))).encode()


def _parents(raw: bytes) -> list[str]:
    """Return the parents that Git sees in a commit: the `parent` lines right after `tree` (commit.c)."""
    parents: list[str] = []
    for line in raw.split(b"\n", 2 + MAX_PARENTS)[1:-1]:
        if not line.startswith(b"parent "):
            break
        parents.append(line[7:].decode("latin-1"))
    return parents


def objects_in(stream: Iterator[bytes], limit: int, absent: Sequence[str] = ("missing",)) -> Iterator[RawObject]:
    """Parse the answers of `cat-file --batch` (git-cat-file(1), "BATCH OUTPUT") as they come in chunks.

    `absent` are the answers that are yielded as the kind of an object that is not there.

    Raises:
        ObjectTooLargeError: at an object of more than `limit` bytes.
        GitError: if it is no such output, or ends in the middle of an object.
    """
    buffer, position = bytearray(), 0
    for chunk in stream:
        del buffer[:position]
        buffer += chunk
        position = 0
        while True:
            newline = buffer.find(b"\n", position)
            if newline < 0:
                break
            line = buffer[position:newline].decode("utf-8", "surrogateescape")
            words = line.rsplit(" ", 2)
            if len(words) != 3 or not words[2].isdigit():
                if words[-1] in absent:
                    yield RawObject(id=line.removesuffix(words[-1])[:-1], kind=words[-1])
                    position = newline + 1
                    continue
                raise GitError(f"`git cat-file` answered {line[:100]!r}")
            size = int(words[2])
            if size > limit:
                raise ObjectTooLargeError(f"{words[1]} {words[0]} has {size} bytes; the limit is {limit}")
            end = newline + 1 + size
            if len(buffer) <= end:
                break
            yield RawObject(id=words[0], kind=words[1], data=bytes(buffer[newline + 1 : end]))
            position = end + 1
    if buffer[position:]:
        raise GitError("`git cat-file` ended in the middle of an object")


class Plumbing:
    """Reads objects through a `Runner` whose environment is the private Git directory's."""

    def __init__(
        self, runner: Runner, object_format: ObjectFormat, object_limit: int, reader: Reader | None = None
    ) -> None:
        """Use a runner; `object_limit` bounds the bytes of any object that is read whole.

        With a `reader`, that is asked whenever there is little to ask, and no child is started for it.
        """
        self._runner = runner
        self._reader = reader
        self._limit = object_limit
        self.object_format = object_format

    def _short(self, names: Sequence[str]) -> Reader | None:
        """Return the reader if there is one, and little to ask."""
        reader = self._reader
        return reader if reader is not None and reader.usable and len(names) <= FEW else None

    def kinds(self, names: Sequence[str]) -> list[tuple[ObjectId | None, str, int]]:
        """See `Engine`."""
        if not names:
            return []
        reader = self._short(names)
        if reader is not None:
            asked = [reader.kind(name) for name in names]
            return [(None if kind == "missing" else ObjectId(found), kind, size) for found, kind, size in asked]
        _, output = self._runner.run("cat-file", "--batch-check", stdin="".join(f"{name}\n" for name in names).encode())
        lines = output.decode("latin-1").splitlines()
        if len(lines) != len(names):
            raise GitError(f"`git cat-file` answered {len(lines)} of {len(names)} questions")
        answers: list[tuple[ObjectId | None, str, int]] = []
        for name, line in zip(names, lines, strict=True):
            words = line.split(" ")
            if len(words) == 3 and self.object_format.is_id(words[0]) and words[2].isdigit():
                answers.append((ObjectId(words[0]), words[1], int(words[2])))
            elif line == f"{name} missing":
                answers.append((None, "missing", 0))
            else:
                raise GitError(f"`git cat-file` answered {line[:100]!r} about {name}")
        return answers

    def commits(self, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> Iterator[RawObject]:
        """See `Engine`. A tip that is missing, or no commit, must be ruled out before: Git would list nothing."""
        return self._batch(REV_LIST, stdin=_revisions(include, exclude))

    def line(self, tip: ObjectId, base: ObjectId, most: int) -> list[RawObject] | None:
        """See `Engine`.

        Where every commit has one parent and the last parent is `base`, these are exactly the commits of
        `rev-list base..tip`: none of them is behind `base`, which is behind them all. One child instead of three.
        """
        reader = self._short(()) or Reader(self._runner)
        try:
            return self._line(reader, tip, base, most)
        finally:
            if reader is not self._reader:
                reader.close()

    def _line(self, reader: Reader, tip: ObjectId, base: ObjectId, most: int) -> list[RawObject] | None:
        found: list[RawObject] = []
        name = str(tip)
        while name != base:
            if len(found) == most:
                return None
            try:
                raw = reader.object(name, self._limit)
            except ObjectTooLargeError:
                return None
            parents = _parents(raw.data) if raw.kind == "commit" else []
            if len(parents) != 1:
                return None
            found.append(raw)
            name = parents[0]
        return found[::-1]

    def ids(self, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> list[ObjectId]:
        """See `Engine`."""
        _, output = self._runner.run(*REV_LIST, stdin=_revisions(include, exclude))
        return [ObjectId(line) for line in output.decode("latin-1").splitlines()]

    def count(self, include: Sequence[ObjectId]) -> int:
        """See `Engine`."""
        _, output = self._runner.run("rev-list", "--count", "--stdin", stdin=_revisions(include, ()))
        return int(output)

    def trees(self, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> Iterator[RawObject]:
        """See `Engine`."""
        found = self._batch(REV_LIST_OBJECTS, stdin=_revisions(include, exclude))
        return (raw for raw in found if raw.kind == "tree")

    def objects(self, names: Sequence[str], limit: int | None = None) -> Iterator[RawObject]:
        """See `Engine`."""
        if not names:
            return iter(())
        reader = self._short(names)
        if reader is not None:
            return iter([reader.object(name, self._limit if limit is None else limit) for name in names])
        return self._batch(stdin="".join(f"{name}\n" for name in names).encode(), limit=limit)

    def _batch(self, *before: Sequence[str], stdin: bytes, limit: int | None = None) -> Iterator[RawObject]:
        stream = self._runner.stream(*before, ("cat-file", "--batch", "--buffer"), stdin=stdin)
        return objects_in(stream, self._limit if limit is None else limit)

    def changes(self, pairs: Sequence[tuple[str, ...]]) -> list[Change]:
        """See `Engine`. A line that diff-tree does not answer is an error, for it exits 0 whatever happens."""
        if not pairs:
            return []
        if not all(self.object_format.is_id(name) for pair in pairs for name in pair):
            raise GitError("`git diff-tree` takes full ids; it echoes anything else, which looks like an answer")
        _, output = self._runner.run(*DIFF_TREE, stdin=diff_questions(pairs))
        answers = output.split(f"{SENTINEL}\n".encode())
        if len(answers) != len(pairs) + 1 or answers[-1]:
            return self._changes_one_by_one(pairs)
        return [self._change(pair, answer) for pair, answer in zip(pairs, answers, strict=False)]

    def _changes_one_by_one(self, pairs: Sequence[tuple[str, ...]]) -> list[Change]:
        """A path that holds the sentinel broke the framing; ask for each pair alone, which needs none."""
        return [
            self._change(pair, self._runner.run(*DIFF_TREE, stdin=f"{' '.join(pair)}\n".encode())[1]) for pair in pairs
        ]

    def _change(self, pair: tuple[str, ...], answer: bytes) -> Change:
        """Parse one answer: a header that repeats the question, then NUL-separated records."""
        header, body = f"{pair[0]}\0".encode(), answer
        if not answer.startswith(header):
            header = f"{' '.join(pair)}\n".encode()
        if not answer.startswith(header):
            raise GitError(f"`git diff-tree` did not answer about {' '.join(pair)}")
        fields = body[len(header) :].split(b"\0")
        if fields.pop() or len(fields) % 2:
            raise GitError(f"`git diff-tree` gave half a record about {' '.join(pair)}")
        try:
            return make_change([self._entry(fields[i], fields[i + 1]) for i in range(0, len(fields), 2)])
        except RepeatedPathError as error:
            raise GitError(f"malformed tree in {pair[0]}: {error}") from None

    def _entry(self, meta: bytes, path: bytes) -> RawEntry:
        words = meta.decode("latin-1").removeprefix(":").split(" ")
        good = len(words) == 5 and all(map(self.object_format.is_id, words[2:4])) and path
        if not good or not meta.startswith(b":"):
            raise GitError(f"`git diff-tree` gave the record {meta[:120]!r}")
        return RawEntry(
            old_mode=words[0],
            new_mode=words[1],
            old_id=ObjectId(words[2]),
            new_id=ObjectId(words[3]),
            path=path,
        )

    def remake(self, pairs: Sequence[tuple[ObjectId, ObjectId]]) -> list[Remade]:
        """See `Engine`. merge-tree dies at unrelated histories; the records before are complete, so go on after it."""
        remade: list[Remade] = []
        runner = self._runner.with_share_of_time(REMAKING)
        while len(remade) < len(pairs):
            rest = pairs[len(remade) :]
            try:
                status, output = runner.run(
                    *("merge-tree", "--write-tree", "--stdin", "--no-messages"),
                    stdin="".join(f"{ours} {theirs}\n" for ours, theirs in rest).encode(),
                    accept=(0, 1, 128),
                )
            except TimeoutExceededError:
                return [*remade, *(Remade(tree=None, clean=False) for _ in rest)]
            records = self._remade(output)
            remade += records
            if status and len(records) < len(rest):
                remade.append(Remade(tree=None, clean=False))
            elif len(records) != len(rest):
                raise GitError(f"`git merge-tree` answered {len(records)} of {len(rest)} merges")
        return remade

    def _remade(self, output: bytes) -> list[Remade]:
        """Parse `merge-tree --stdin`: status NUL tree NUL, conflicted entries, an empty field (git-merge-tree(1))."""
        records: list[Remade] = []
        fields = output.split(b"\0")
        position = 0
        while position < len(fields) - 1:
            status, tree = fields[position], fields[position + 1].decode("latin-1")
            if status not in (b"0", b"1") or not self.object_format.is_id(tree):
                raise GitError(f"`git merge-tree` answered {fields[position][:40]!r}")
            position += 2
            while position < len(fields) - 1 and fields[position]:
                position += 1
            position += 1
            records.append(Remade(tree=ObjectId(tree), clean=status == b"1"))
        return records

    def replay(self, changes: Sequence[tuple[str, str, str]]) -> list[Remade]:
        """See `Engine`. Git merges commits: three tiny ones stand for the trees, in the private Git directory.

        The first is the parent of the two others, so it is their merge base, and no history is walked.
        """
        from gatekeeper.git.making import write_commit  # only where something may carry over

        pairs: list[tuple[ObjectId, ObjectId]] = []
        for base, onto, result in changes:
            root = write_commit(self._runner.git_dir, self.object_format, base)
            ours, theirs = (
                write_commit(self._runner.git_dir, self.object_format, tree, root) for tree in (onto, result)
            )
            pairs.append((ours, theirs))
        return self.remake(pairs)

    def merge_bases(self, commit: ObjectId, others: Sequence[ObjectId]) -> list[ObjectId]:
        """See `Engine`: git-merge-base(1) takes the others for the parents of one merge."""
        _, output = self._runner.run("merge-base", "--all", commit, *others, accept=(0, 1))
        return [ObjectId(line) for line in output.decode("latin-1").splitlines()]

    def parents(self, commit: ObjectId) -> list[ObjectId]:
        """See `Engine`."""
        _, output = self._runner.run("rev-list", "--parents", "--max-count=1", commit)
        return [ObjectId(parent) for parent in output.decode("latin-1").split()[1:]]

    def check_time(self) -> None:
        """See `Engine`."""
        self._runner.remaining()

    def is_ancestor(self, ancestor: ObjectId, descendant: ObjectId) -> bool:
        """See `Engine`."""
        status, _ = self._runner.run("merge-base", "--is-ancestor", ancestor, descendant, accept=(0, 1))
        return status == 0

    def diff_stat(self, old: ObjectId | None, new: ObjectId) -> list[FileStat]:
        """See `Desk`."""
        base = old or self.object_format.empty_tree
        _, output = self._runner.run("diff-tree", "-r", "-z", "--numstat", "--no-renames", base, new)
        stats: list[FileStat] = []
        for record in output.split(b"\0")[:-1]:
            added, deleted, path = record.split(b"\t", 2)
            stats.append(
                FileStat(
                    path=path,
                    added=None if added == b"-" else int(added),
                    deleted=None if deleted == b"-" else int(deleted),
                )
            )
        return stats
