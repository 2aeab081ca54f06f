"""A whole history, read once and fast, for figures: nothing is decided by it.

Two questions: the bytes of each commit, and what each changes, path by path with line counts. Git answers the second
(most of the cost is its diffs), in as many children as there are processors, all in the private Git directory: so
the repository's attributes, grafts, replacement refs and commit-graph change no figure.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from gatekeeper.core.ids import FORMATS, ObjectFormat, ObjectId
from gatekeeper.core.survey import Done
from gatekeeper.git import GitError, ObjectTooLargeError, RawObject
from gatekeeper.git.numstat import Parser
from gatekeeper.git.plumbing import objects_in
from gatekeeper.git.private import base_environment, make_private_directory, private_environment
from gatekeeper.git.process import SAFE_PATH, Runner
from gatekeeper.git.reading import Reader
from gatekeeper.git.user import UserGit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

SECONDS = 24 * 3600
"""For a whole audit; people interrupt sooner."""
OBJECT_LIMIT = 256 * 1024 * 1024
MOST_CHILDREN = 8
STRETCH = 256
"""Commits in a row that one child diffs: neighbours share objects."""
DIFFS = (
    *("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-abbrev", "--root", "--always"),
    *("-O/dev/null", "--ignore-submodules=none", "--no-ext-diff", "--no-textconv"),
)
WITH_LINES = ("--numstat", "--find-renames")
"""Both read contents. The renames are those that git-log(1) finds."""
PATIENCE = 120.0
"""Seconds for one commit: a small pack can name more paths than anybody can count."""
MOST_FAILURES = 1000
"""Commits whose contents cannot be compared, before those that are left are not even tried."""


class History:
    """The history of one repository, with a work tree or bare. A context manager: it cleans up after itself."""

    def __init__(self, directory: str) -> None:
        """Open the repository that `directory` is in.

        Raises:
            GitError: if there is none, git is missing, or its object format is not known.
        """
        git = shutil.which("git")
        if git is None:
            raise GitError("there is no git on PATH")
        user = UserGit(directory)
        found = user.ask("rev-parse", "--absolute-git-dir")
        if found is None:
            raise GitError(f"{os.path.abspath(directory)} {user.absence()}")
        self.git_dir = found
        self.object_format = _object_format(user)
        objects = os.path.abspath(os.path.join(directory, user.tell("rev-parse", "--git-path", "objects")))
        shallow = os.path.join(directory, user.tell("rev-parse", "--git-path", "shallow"))
        self.scratch = tempfile.mkdtemp(prefix="gatekeeper-")
        try:
            path = f"{os.path.dirname(git)}:{SAFE_PATH}"
            deadline = time.monotonic() + SECONDS
            private = make_private_directory(self.scratch, self.object_format)
            self.boundary = self._copy_boundary(shallow, f"{private}/shallow")
            self._reader: Reader | None = None
            self._own = Runner(git, {**base_environment(path), "GIT_DIR": found}, self.scratch, deadline)
            environment = private_environment(path, private, [objects], graph=False)
            self._private = Runner(git, environment, self.scratch, deadline)
        except BaseException:
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child, remove the scratch directory."""
        if self._reader is not None:
            self._reader.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _copy_boundary(self, shallow: str, copy: str) -> frozenset[str]:
        """Return the commits whose parents a shallow clone lacks, and let Git know them: it would stop at them."""
        if not os.path.isfile(shallow):
            return frozenset()
        with open(shallow, encoding="latin-1") as file:
            ids = frozenset(filter(self.object_format.is_id, file.read().split()))
        with open(copy, "w", encoding="latin-1") as file:
            file.writelines(f"{each}\n" for each in sorted(ids))
        return ids

    def head(self) -> str:
        """Return the full name of the default branch; `HEAD` if it is detached."""
        status, output = self._own.run("symbolic-ref", "-q", "HEAD", accept=(0, 1))
        return output.decode("utf-8", "surrogateescape").strip() if status == 0 else "HEAD"

    def tip(self, ref: str) -> ObjectId | None:
        """Return the commit that a full ref name leads to; None if it does not exist, or leads to something else."""
        status, output = self._own.run(
            *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"), accept=(0, 1, 128)
        )
        return ObjectId(output.decode("latin-1").strip()) if status == 0 else None

    def notes(self, ref: str) -> Mapping[str, str]:
        """Return the blobs of notes by the ids of what they are about (git-notes(1)); nothing without the ref."""
        _, there = self._own.run("for-each-ref", "--format=%(refname)", ref)
        if f"{ref}\n".encode() not in there:
            return {}
        notes: dict[str, str] = {}
        rest = b""
        for chunk in self._own.stream(("ls-tree", "-r", "-z", "--full-tree", ref)):
            *entries, rest = (rest + chunk).split(b"\0")
            for entry in entries:
                meta, _, path = entry.decode("latin-1").partition("\t")
                name = path.replace("/", "")
                if self.object_format.is_id(name):
                    notes[name] = meta.rpartition(" ")[2]
        return notes

    def commits(self, tips: Sequence[ObjectId]) -> Iterator[tuple[str, int, list[str]]]:
        """Yield (id, committer's time, parents) of every commit that the tips reach, parents first."""
        if not tips:
            return
        command = ("rev-list", "--topo-order", "--reverse", "--parents", "--timestamp", "--stdin")
        rest = b""
        for chunk in self._private.stream(command, stdin="".join(f"{tip}\n" for tip in tips).encode()):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                seconds, name, *parents = line.decode("latin-1").split(" ")
                yield name, int(seconds), parents

    def objects(self, ids: Sequence[str]) -> Iterator[RawObject]:
        """Yield objects whole, in the order asked; absent ones are of kind `missing`."""
        if not ids:
            return iter(())
        stream = self._private.stream(
            ("cat-file", "--batch", "--buffer"), stdin="".join(f"{each}\n" for each in ids).encode()
        )
        return objects_in(stream, OBJECT_LIMIT)

    def note(self, blob: str, limit: int) -> bytes:
        """Return the text of a note; nothing if it is absent, or has more than `limit` bytes."""
        if self._reader is None:
            self._reader = Reader(self._own)
        try:
            return self._reader.object(blob, limit).data
        except ObjectTooLargeError:
            self._reader = None  # it closed itself: the rest of the object would be the next answer
            return b""

    def changes(self, ids: Sequence[str], children: int = 0) -> Iterator[tuple[str, Done]]:
        """Yield what commits change, in whatever order; each must have one parent at most.

        A commit is left out whose trees Git cannot read. Where only contents are missing, as in a partial clone, or
        are too many to compare, its lines are not known.

        `children` is how many processes work at it; 0: one for each processor.
        """
        count = children or min(MOST_CHILDREN, os.cpu_count() or 1)
        failed = yield from self._diffs(_spread(ids, count), with_lines=True)
        yield from self._diffs(_spread(failed, count), with_lines=False)

    def _diffs(
        self, shares: Sequence[Sequence[str]], *, with_lines: bool
    ) -> Generator[tuple[str, Done], None, list[str]]:
        """Yield changes; return the commits of which Git could not say it."""
        command = (*DIFFS, *WITH_LINES) if with_lines else DIFFS
        parsers = [Parser(share, with_lines=with_lines) for share in shares]
        failed: list[str] = []
        complete: list[tuple[str, Done]] = []

        def again(index: int, error: GitError) -> bytes:
            culprit, last = parsers[index].skip()
            if last is not None:
                complete.append(last)
            if culprit is None:
                raise error
            failed.append(culprit)
            rest = parsers[index].left()
            if len(failed) < MOST_FAILURES:
                return _lines(rest)
            failed.extend(rest)
            parsers[index] = Parser((), with_lines=False)
            return b""

        for index, chunk in self._private.abreast(command, [_lines(share) for share in shares], again, PATIENCE):
            yield from parsers[index].feed(chunk)
        for parser in parsers:
            yield from parser.end()
        yield from complete
        return failed


def _spread(ids: Sequence[str], count: int) -> list[list[str]]:
    """Divide ids among children, in stretches."""
    stretches = [ids[start : start + STRETCH] for start in range(0, len(ids), STRETCH)]
    shares = ([each for stretch in stretches[index::count] for each in stretch] for index in range(count))
    return [share for share in shares if share]


def _lines(ids: Iterable[str]) -> bytes:
    return "".join(f"{each}\n" for each in ids).encode()


def _object_format(user: UserGit) -> ObjectFormat:
    name = user.tell("rev-parse", "--show-object-format")
    if name not in FORMATS:
        raise GitError(f"the repository's object format ({name}) is not supported")
    return FORMATS[name]
