"""Open a clone: its objects, and people and rules as the server publishes them.

A clone knows no ledger: what depends on one is undecided here, never guessed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from gatekeeper.bench import Bench, Court
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.published import Published, read_published
from gatekeeper.core.declaration import prepared
from gatekeeper.core.ids import FORMATS, ObjectId, StatementId, Timestamp
from gatekeeper.core.push import NOTES, PUBLISHED, RESERVED, SIGNOFFS, full_name
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import MalformedSignoffError
from gatekeeper.core.testimony import Testimony
from gatekeeper.git import Desk
from gatekeeper.git.plumbing import Plumbing
from gatekeeper.git.private import base_environment, make_private_directory, private_environment
from gatekeeper.git.process import SAFE_PATH, Runner
from gatekeeper.git.store import find_statements, read_about, read_tree_files
from gatekeeper.git.user import UserGit
from gatekeeper.notes import LocalNotes
from gatekeeper.opening import OBJECT_LIMIT
from gatekeeper.testimonies import check_envelope, testify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from gatekeeper.core.attestation import Attestation
    from gatekeeper.core.policy import Policy

SECONDS = 3600
"""A bound for one command at a desk; people interrupt sooner."""


class DeskError(Exception):
    """Something is missing in the clone: what, and the command that mends it."""

    def __init__(self, what: str, advice: str = "") -> None:
        """Keep both."""
        super().__init__(what)
        self.advice = advice


class Revision(Record):
    """A revision or range that the user named, resolved once: from here on only ids count."""

    text: str
    head: ObjectId
    base: ObjectId | None = None
    """The left end of a range."""
    ref: str = ""
    """The full name of the ref that was named, if it was one."""


class Clone:
    """A clone, opened for one command. A context manager: it cleans up after itself."""

    def __init__(self, directory: str, remote: str | None = None, environment: Mapping[str, str] | None = None) -> None:
        """Open the repository that `directory` is in; `environment` is what the user's git gets, by default our own.

        Raises:
            DeskError: if there is none.
        """
        git = shutil.which("git")
        if git is None:
            raise DeskError("there is no git on PATH")
        self.user = UserGit(directory, environment)
        git_dir = self.user.ask("rev-parse", "--absolute-git-dir")
        if git_dir is None:
            raise DeskError(f"{os.path.abspath(directory)} {self.user.absence()}", "go to a clone, or name one with -C")
        self.git_dir = git_dir
        self.now = Timestamp(int(time.time()))
        self.object_format = FORMATS[self.user.tell("rev-parse", "--show-object-format")]
        self.remote = remote or self.user.ask("config", "gatekeeper.remote") or self._only_remote()
        self._scratch = tempfile.mkdtemp(prefix="gatekeeper-")
        objects = os.path.join(directory, self.user.tell("rev-parse", "--git-path", "objects"))
        self._objects = [os.path.abspath(objects)]
        self._private = make_private_directory(self._scratch, self.object_format)
        deadline = time.monotonic() + SECONDS
        path = f"{os.path.dirname(git)}:{SAFE_PATH}"
        environment = private_environment(path, self._private, self._objects)
        self.engine = Plumbing(Runner(git, environment, self._scratch, deadline), self.object_format, OBJECT_LIMIT)
        self.runner = Runner(git, {**base_environment(path), "GIT_DIR": git_dir}, self._scratch, deadline)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the scratch directory."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _only_remote(self) -> str:
        remotes = (self.user.ask("remote") or "").split()
        return remotes[0] if len(remotes) == 1 else "origin"

    def tracking(self, ref: str) -> str:
        """Return where this clone keeps the server's value of one of gatekeeper's refs."""
        return f"{RESERVED}remotes/{self.remote}/{ref.removeprefix(RESERVED)}"

    def tip(self, ref: str) -> ObjectId | None:
        """Return the value of a full ref name; None if it does not exist."""
        found = self.user.ask("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        return ObjectId(found) if found else None

    def fetch(self) -> None:
        """Fetch what the server publishes, and its store.

        Raises:
            DeskError: if there is no such server, it cannot be reached, or it publishes nothing.
        """
        if self.remote not in (self.user.ask("remote") or "").split("\n"):
            raise DeskError(
                f"this clone has no remote `{self.remote}`", "name one with: gatekeeper setup --remote NAME"
            )
        there = self.user.ask("ls-remote", self.remote, PUBLISHED, SIGNOFFS)
        if there is None:
            raise DeskError(
                f"the server `{self.remote}` cannot be reached", f"see why with: git ls-remote {self.remote}"
            )
        names = {line.partition("\t")[2] for line in there.splitlines()}
        if PUBLISHED not in names:
            raise DeskError(
                f"gatekeeper does not guard the server `{self.remote}`: it publishes no people and no rules",
                "if it should, its owner can run: gatekeeper install, or gatekeeper publish",
            )
        refspecs = [f"+{ref}:{self.tracking(ref)}" for ref in (PUBLISHED, SIGNOFFS) if ref in names]
        self.user.tell("fetch", "--quiet", "--no-tags", self.remote, *refspecs)

    def published(self) -> Published:
        """Return people and rules, fetching them if this clone has never seen them.

        Raises:
            DeskError: if the server publishes none, or what it publishes cannot be read.
        """
        tip = self.tip(self.tracking(PUBLISHED))
        if tip is None:
            self.fetch()
            tip = self.tip(self.tracking(PUBLISHED))
        try:
            return read_published(read_tree_files(self.engine, ObjectId(str(tip))))
        except ConfigurationError as error:
            raise DeskError(
                f"what the server publishes cannot be read: {error}", "upgrade gatekeeper here or there"
            ) from None

    def resolve(self, text: str) -> Revision:
        """Resolve `REV` or `A..B`.

        Raises:
            DeskError: if it names no commit.
        """
        if "..." in text:
            raise DeskError(f"{text}: a range with three dots is not one line of history", "write A..B")
        left, dots, right = text.partition("..")
        if dots:
            return Revision(text=text, base=self.commit(left or "HEAD"), head=self.commit(right or "HEAD"))
        ref = self.user.ask("rev-parse", "--symbolic-full-name", "--verify", "--quiet", "--end-of-options", text) or ""
        return Revision(text=text, head=self.commit(text), ref=ref)

    def commit(self, text: str) -> ObjectId:
        """Return the one commit that a name means.

        Raises:
            DeskError: if it names none.
        """
        found = self.user.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
        if not found:
            raise DeskError(f"{text} names no commit here", "fetch it first, or check the spelling")
        return ObjectId(found)

    def full_ref(self, name: str, published: Published) -> str:
        """Return the full name on the server that a short one (`main`) or an empty one (the default branch) means."""
        return full_name(name) if name else published.default_branch

    def server_tip(self, ref: str) -> ObjectId | None:
        """Return the last known value of a server's branch, without asking the server."""
        return (
            self.tip(f"refs/remotes/{self.remote}/{ref.removeprefix('refs/heads/')}")
            if ref.startswith("refs/heads/")
            else self.tip(ref)
        )

    def fork_point(self, base: ObjectId, head: ObjectId) -> ObjectId:
        """Return where `head` left the line of `base`: the left end of the same commits, without what `base` got since.

        Between these two the difference of the trees is what the commits of the range do, and nothing else.
        `base` itself if there is no one such commit.
        """
        found = (self.user.ask("merge-base", "--all", base, head) or "").split()
        if len(found) != 1:
            return base
        fork = ObjectId(found[0])
        same = self.engine.ids([head], [fork]) == self.engine.ids([head], [base])
        return fork if same else base

    def desk(self) -> Desk:
        """Return what shows changes: libgit2 where it can open the repository, else plumbing."""
        from gatekeeper.git.libgit2 import open_libgit2  # 100 ms, only to show something

        return open_libgit2(self._private, self._objects) or self.engine

    def bench(self, published: Published) -> Bench:
        """Return what a judgement in this clone goes by."""
        limits = published.policy.limits
        policy = published.policy.replace(limits=limits.replace(commits=10**9))
        return Bench(
            engine=self.engine,
            policy=policy,
            roster=published.roster,
            repository=published.repository,
            now=self.now,
            ledger=None,
            signoffs=self.signoffs(self._court(published)),
            notes=self._notes(policy),
        )

    def _notes(self, policy: Policy) -> Callable[[Sequence[ObjectId]], Mapping[ObjectId, Sequence[Attestation]]]:
        """Return what git-ai's notes in this clone say."""
        tip = self.tip(NOTES)
        return LocalNotes(self.engine, prepared(policy.assisted).index.words, tip).about if tip else lambda _ids: {}

    def _court(self, published: Published) -> Court:
        return Court(
            roster=published.roster,
            repository=published.repository,
            leavers_drop=published.policy.leavers_drop,
            now=self.now,
        )

    def signoffs(self, court: Court) -> Callable[[Sequence[ObjectId]], Mapping[ObjectId, Sequence[Testimony]]]:
        """Return a source of the sign-offs in this clone's stores: its own, and the server's as last fetched."""
        return store_signoffs(self.engine, self._stores(), court)

    def statements(self, prefix: str, published: Published) -> list[Testimony]:
        """Return the statements in this clone's stores whose id begins with `prefix` (lower-case hex digits)."""
        court = self._court(published)
        found: dict[StatementId, Testimony] = {}
        for tip in self._stores():
            for envelope in find_statements(self.engine, tip, prefix):
                testimony = _testimony(envelope, court)
                if testimony is not None and testimony.statement_id.startswith(prefix):
                    found.setdefault(testimony.statement_id, testimony)
        return list(found.values())

    def _stores(self) -> list[ObjectId]:
        tips = (self.tip(ref) for ref in (SIGNOFFS, self.tracking(SIGNOFFS)))
        return list(dict.fromkeys(tip for tip in tips if tip))


def store_signoffs(
    engine: Plumbing, tips: Sequence[ObjectId], court: Court
) -> Callable[[Sequence[ObjectId]], Mapping[ObjectId, Sequence[Testimony]]]:
    """Return a source of testimonies that reads stores directly and checks every signature."""

    def about(ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Testimony]]:
        found: dict[ObjectId, dict[str, Testimony]] = {}
        for tip in dict.fromkeys(tips):
            for commit, envelopes in read_about(engine, tip, ids).items():
                for envelope in envelopes:
                    testimony = _testimony(envelope, court)
                    if testimony is not None:
                        found.setdefault(commit, {})[testimony.statement_id] = testimony
        return {commit: list(testimonies.values()) for commit, testimonies in found.items()}

    return about


def _testimony(envelope: bytes, court: Court) -> Testimony | None:
    """Return what an envelope of a store says; None if it is no good one, which the server would not admit."""
    try:
        return testify(check_envelope(envelope), court.now, court)
    except MalformedSignoffError:
        return None
