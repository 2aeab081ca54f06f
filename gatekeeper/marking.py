"""Use case: say what commits declare. Needs neither roster, policy nor server; nothing is decided by it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from gatekeeper.core.authorship_log import REF
from gatekeeper.core.commits import Glimpse, MalformedCommitError
from gatekeeper.core.declaration import DEFAULT, Declaration, declare, declare_message
from gatekeeper.core.ids import ObjectId
from gatekeeper.git import GitError, RawObject
from gatekeeper.git.plumbing import objects_in
from gatekeeper.git.private import base_environment
from gatekeeper.git.process import SAFE_PATH, Runner
from gatekeeper.git.reading import Reader
from gatekeeper.git.user import UserGit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from gatekeeper.core.declaration import MarkRules

SECONDS = 10 * 24 * 3600
"""A reader that is asked line by line lives as long as who asks."""
OBJECT_LIMIT = 256 * 1024 * 1024
NO_OBJECT = ("missing", "ambiguous")
"""What Git answers about a name of nothing, or of several things."""
FROM_ENVIRONMENT = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
"""Of the user's environment: so that it works in a hook, where new objects are in a quarantine."""


class Marked:
    """The answer about one revision."""

    __slots__ = ("declaration", "fault", "message", "name")

    def __init__(
        self, name: str, declaration: Declaration | None = None, *, message: bytes = b"", fault: str = ""
    ) -> None:
        """`name` is the commit's id, or what was asked for; without a declaration `fault` says why."""
        self.name = name
        self.declaration = declaration
        self.message = message
        self.fault = fault


class NoRepositoryError(Exception):
    """There is no repository to read commits of."""

    advice = "go to a repository, or name one with -C"

    def __init__(self, directory: str) -> None:
        """Name the directory that is in none."""
        super().__init__(f"{os.path.abspath(directory)} is in no Git repository")


class MarkReader:
    """Reads commits of a repository. A context manager: it cleans up after itself."""

    def __init__(self, directory: str, rules: MarkRules = DEFAULT) -> None:
        """Open the repository that `directory` is in, with a work tree or bare.

        Raises:
            NoRepositoryError: if it is in none.
            GitError: if git is missing.
        """
        git = shutil.which("git")
        if git is None:
            raise GitError("there is no git on PATH")
        found = UserGit(directory).ask("rev-parse", "--absolute-git-dir")
        if found is None:
            raise NoRepositoryError(directory)
        self._rules = rules
        self._scratch = tempfile.mkdtemp(prefix="gatekeeper-")
        inherited = {key: os.environ[key] for key in FROM_ENVIRONMENT if key in os.environ}
        environment = {**base_environment(f"{os.path.dirname(git)}:{SAFE_PATH}"), **inherited, "GIT_DIR": found}
        self._runner = Runner(git, environment, self._scratch, time.monotonic() + SECONDS)
        self._reader: Reader | None = None
        try:
            self._logs = self._find_logs()
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    @classmethod
    def find(cls, directory: str) -> MarkReader | None:
        """Open the repository that `directory` is in; None if it is in none."""
        try:
            return cls(directory)
        except NoRepositoryError:
            return None

    def _find_logs(self) -> dict[str, str]:
        """Return the blobs of git-ai's authorship logs by the ids of their commits."""
        _, there = self._runner.run("for-each-ref", "--format=%(refname)", REF)
        if f"{REF}\n".encode() not in there:
            return {}
        _, listed = self._runner.run("ls-tree", "-r", "-z", "--full-tree", REF)
        logs: dict[str, str] = {}
        for entry in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            meta, _, path = entry.partition("\t")
            logs[path.replace("/", "")] = meta.rpartition(" ")[2]
        return logs

    def _log_of(self, commit: str) -> bytes:
        blob = self._logs.get(commit)
        if blob is None:
            return b""
        self._reader = self._reader or Reader(self._runner)
        return self._reader.object(blob, OBJECT_LIMIT).data

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the scratch directory."""
        if self._reader is not None:
            self._reader.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def resolve(self, name: str) -> ObjectId | None:
        """Return the commit that a name means; None if it means none."""
        status, output = self._runner.run(
            *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"), accept=(0, 1, 128)
        )
        return ObjectId(output.decode("latin-1").strip()) if status == 0 else None

    def one(self, commit: ObjectId) -> Marked:
        """Return what one commit says."""
        return next(iter(self.many((commit,), lambda: None)))

    def many(self, revisions: Sequence[str], idle: Callable[[], None]) -> Iterator[Marked]:
        """Yield what `git rev-list <revisions>` lists, newest first; for one id alone, that commit."""
        walk = ("rev-list", *(("--no-walk",) if len(revisions) == 1 else ()), *revisions, "--")
        chunks = self._runner.stream(walk, ("cat-file", "--batch", "--buffer"))
        return map(self._judged, objects_in(waiting(chunks, idle), OBJECT_LIMIT, NO_OBJECT))

    def named_in(self, source: int, idle: Callable[[], None]) -> Iterator[Marked]:
        """Yield an answer for each line of an open file, in its order, each as soon as its line is there.

        A line is a revision as git-cat-file(1) takes it. `idle` is called whenever no answer is ready.
        """
        chunks = self._runner.stream_from(source, "cat-file", "--batch")
        return map(self._judged, objects_in(waiting(chunks, idle), OBJECT_LIMIT, NO_OBJECT))

    def _judged(self, raw: RawObject) -> Marked:
        """Judge an object; a tag stands for its commit."""
        if raw.kind == "tag":
            tagged = self.resolve(raw.id)
            return self.one(tagged) if tagged else Marked(raw.id, fault="a tag of no commit")
        if raw.kind in NO_OBJECT:
            return Marked(raw.id, fault=f"names no commit here ({raw.kind})")
        if raw.kind != "commit":
            return Marked(raw.id, fault=f"a {raw.kind}, no commit")
        try:
            commit = Glimpse(raw.data)
        except MalformedCommitError as error:
            return Marked(raw.id, fault=f"a malformed commit: {error}")
        return Marked(raw.id, declare(commit, self._rules, self._log_of(raw.id)), message=commit.message)


def in_message(message: bytes, rules: MarkRules = DEFAULT) -> Declaration:
    """Return what a message says that is no commit yet."""
    return declare_message(message, rules)


def waiting(chunks: Iterator[bytes], idle: Callable[[], None]) -> Iterator[bytes]:
    """Yield chunks, and call `idle` before each that has to be waited for."""
    for chunk in chunks:
        yield chunk
        idle()
