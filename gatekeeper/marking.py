"""Use case: say what commits declare. Needs neither roster, policy nor server; nothing is decided by it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from gatekeeper.agent_traces import TraceHistory
from gatekeeper.attesting import keeps_traces
from gatekeeper.core.attestation import Attestation, as_evidence
from gatekeeper.core.authorship_log import attested, commit_of
from gatekeeper.core.commits import Glimpse, MalformedCommitError
from gatekeeper.core.declaration import DEFAULT, Declaration, declare_message, declared, prepared, with_evidence
from gatekeeper.core.ids import FORMATS, ObjectId
from gatekeeper.core.push import NOTES
from gatekeeper.git import GitError, RawObject
from gatekeeper.git.plumbing import Plumbing, objects_in
from gatekeeper.git.private import base_environment
from gatekeeper.git.process import SAFE_PATH, Runner
from gatekeeper.git.reading import Reader
from gatekeeper.git.user import UserGit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from gatekeeper.core.declaration import Evidence, MarkRules

SECONDS = 10 * 24 * 3600
"""A reader that is asked line by line lives as long as who asks."""
OBJECT_LIMIT = 256 * 1024 * 1024
NO_OBJECT = ("missing", "ambiguous")
"""What Git answers about a name of nothing, or of several things."""
BRANCHES = ("refs/heads", "refs/remotes")
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

    def __init__(self, directory: str, absence: str) -> None:
        """Name the directory, and say why there is none (`UserGit.absence`)."""
        super().__init__(f"{os.path.abspath(directory)} {absence}")


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
        user = UserGit(directory)
        found = user.ask("rev-parse", "--absolute-git-dir")
        if found is None:
            raise NoRepositoryError(directory, user.absence())
        self._marks = prepared(rules)
        self._scratch = tempfile.mkdtemp(prefix="gatekeeper-")
        inherited = {key: os.environ[key] for key in FROM_ENVIRONMENT if key in os.environ}
        environment = {**base_environment(f"{os.path.dirname(git)}:{SAFE_PATH}"), **inherited, "GIT_DIR": found}
        self._runner = Runner(git, environment, self._scratch, time.monotonic() + SECONDS)
        self._reader: Reader | None = None
        try:
            _, spoken = self._runner.run("rev-parse", "--show-object-format")
            self._object_format = FORMATS[spoken.decode().strip()]
            self._logs = self._find_logs()
            self._traces = self._find_traces()
            self._has_evidence = bool(self._logs or self._traces)
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

    def _find_traces(self) -> TraceHistory | None:
        """Return what reads records of Agent Trace; None if no branch has any."""
        engine = Plumbing(self._runner, self._object_format, OBJECT_LIMIT)
        _, listed = self._runner.run("for-each-ref", "--count=1000", "--format=%(objectname)", *BRANCHES)
        head = self.resolve("HEAD")
        tips = dict.fromkeys((*([head] if head else []), *map(ObjectId, listed.decode().split())))
        if not keeps_traces(engine, list(tips)):
            return None
        return TraceHistory(engine, self._marks.index.words)

    def _find_logs(self) -> dict[str, list[str]]:
        """Return the blobs of git-ai's authorship logs by the ids of their commits."""
        _, there = self._runner.run("for-each-ref", "--format=%(refname)", NOTES)
        if f"{NOTES}\n".encode() not in there:
            return {}
        _, listed = self._runner.run("ls-tree", "-r", "-z", "--full-tree", NOTES, most=OBJECT_LIMIT)
        logs: dict[str, list[str]] = {}
        for entry in listed.decode("latin-1").split("\0")[:-1]:
            meta, _, path = entry.partition("\t")
            commit = commit_of(path, self._object_format)
            if commit and meta.startswith("100"):
                logs.setdefault(commit, []).append(meta.rpartition(" ")[2])
        return logs

    def _evidence(self, commit: str, raw: bytes) -> tuple[Evidence, ...]:
        """Return what notes and records say of a commit, whoever made them."""
        blobs = self._logs.get(commit, ())
        self._reader = self._reader or Reader(self._runner)
        logs = (self._reader.object(blob, OBJECT_LIMIT).data for blob in blobs)
        said = [
            Attestation(kind="note", commit=ObjectId(commit), tool=tool, text=text)
            for log in logs
            for tool, text in attested(log, self._marks.index.words)
        ]
        if self._traces is not None:
            said += self._traces.about(ObjectId(commit), raw, self._reader)
        return as_evidence(said)

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
        declaration = declared(commit, self._marks)
        if self._has_evidence:
            declaration = with_evidence(declaration, self._evidence(raw.id, raw.data))
        return Marked(raw.id, declaration, message=commit.message)


def in_message(message: bytes, rules: MarkRules = DEFAULT) -> Declaration:
    """Return what a message says that is no commit yet."""
    return declare_message(message, rules)


def waiting(chunks: Iterator[bytes], idle: Callable[[], None]) -> Iterator[bytes]:
    """Yield chunks, and call `idle` before each that has to be waited for."""
    for chunk in chunks:
        yield chunk
        idle()
