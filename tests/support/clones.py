"""Somebody's clone: real commits, real pushes."""

from __future__ import annotations

import os
import subprocess
import time
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from gatekeeper.core.ids import FORMATS, ObjectId
from gatekeeper.git.plumbing import Plumbing
from gatekeeper.git.private import base_environment
from gatekeeper.git.process import Runner
from tests.support.environment import require
from tests.support.people import PEOPLE, private_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FIRST_DATE = 1_780_000_000
"""Commits are dated one minute apart from here, so that their ids are the same in every run."""
ENOUGH_SECONDS = 600
EXTENSION = "[extensions]\n\tobjectformat = sha256\n"


class Pushed(NamedTuple):
    """What `git push` came to."""

    status: int
    """Its exit status: 0 if every ref was updated."""
    lines: list[str]
    """What the hook said: the lines behind `remote: `."""
    stderr: str
    """All that git printed."""

    @property
    def accepted(self) -> bool:
        return self.status == 0

    @property
    def refused(self) -> bool:
        """Whether the gate refused, and said so first."""
        return self.status != 0 and self.first_line.startswith("gatekeeper: REFUSED")

    @property
    def undecided(self) -> bool:
        """Whether the gate could not decide, and said so first."""
        return self.status != 0 and self.first_line.startswith("gatekeeper: could not decide")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def first_line(self) -> str:
        return self.lines[0] if self.lines else ""


def execute(command: Sequence[str | Path], cwd: Path, env: Mapping[str, str], data: bytes | None = None) -> bytes:
    """Run a command that must succeed; return what it printed."""
    done = subprocess.run(command, cwd=cwd, env=env, input=data, capture_output=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr.decode('utf-8', 'replace')}"
    return done.stdout


class Clone:
    """A person's clone of the repository, with the server as `origin`."""

    def __init__(self, path: Path, owner: str, server: Path, object_format: str) -> None:
        """Make the clone at `path`, or take over the one that is there."""
        self.path = path
        self.owner = PEOPLE[owner]
        self.object_format = FORMATS[object_format]
        self.environment = dict(os.environ)
        self._minutes = count()
        if not path.exists():
            path.mkdir(parents=True)
            self.git("init", "-q", "-b", "main", "--template=", f"--object-format={object_format}")
        version = {"sha1": "", "sha256": EXTENSION}[object_format]
        self.config = path / ".git/config"
        self.config.write_text(
            f"[core]\n\trepositoryformatversion = {1 if version else 0}\n{version}"
            f"[user]\n\tname = {self.owner.name}\n\temail = {self.owner.email}\n"
            f'[remote "origin"]\n\turl = {server}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
        )

    def git(self, *arguments: str, data: bytes | None = None, env: Mapping[str, str] | None = None) -> str:
        """Run git in the clone; return what it printed, without the white space around it."""
        printed = execute(["git", *arguments], self.path, {**self.environment, **(env or {})}, data)
        return printed.decode("utf-8", "surrogateescape").strip()

    def id(self, name: str = "HEAD") -> ObjectId:
        return ObjectId(self.git("rev-parse", "--verify", name))

    def fetch(self, *refspecs: str) -> None:
        self.git("fetch", "-q", "origin", *refspecs)

    def sync(self, branch: str = "main") -> ObjectId:
        """Put the work tree on what the server has as `branch`."""
        self.fetch()
        self.git("checkout", "-q", "-B", branch, f"origin/{branch}")
        return self.id()

    def dates(self) -> dict[str, str]:
        """The next pair of dates; every clone of a person counts for itself, from a start of its own."""
        start = FIRST_DATE + 86_400 * sorted(PEOPLE).index(self.owner.id)
        date = f"{start + 60 * next(self._minutes)} +0000"
        return {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}

    def commit(
        self,
        message: str,
        files: Mapping[str, str] | None = None,
        *options: str,
        author: str = "",
        env: Mapping[str, str] | None = None,
    ) -> ObjectId:
        """Write files, commit everything, and return the commit's id.

        Without files a file named by the commit's date is written. `author` is a person's id or an
        identity; `options` are of `git commit`.
        """
        dates = self.dates()
        files = {f"{dates['GIT_AUTHOR_DATE'].split()[0]}.txt": message} if files is None else files
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.git("add", "-A")
        if author:
            options = (*options, "--author", PEOPLE[author].identity if author in PEOPLE else author)
        self.git("commit", "-q", "--allow-empty", "-m", message, *options, env={**dates, **(env or {})})
        return self.id()

    def assisted(self, subject: str = "Add retry to checkout", **options: str) -> ObjectId:
        """Commit something that says it was made with AI help."""
        return self.commit(f"{subject}\n\nAssisted-by: claude\n", **options)  # type: ignore[arg-type]

    def merge(self, *others: str, message: str = "Merge", amend: Mapping[str, str] | None = None) -> ObjectId:
        """Merge, always with a commit; `amend` writes files into it that the merge did not give."""
        dates = self.dates()
        self.git("merge", "-q", "--no-ff", "--no-edit", "-m", message, *others, env=dates)
        if amend:
            for name, content in amend.items():
                (self.path / name).write_text(content)
            self.git("add", "-A")
            self.git("commit", "-q", "--amend", "--no-edit", env=dates)
        return self.id()

    def sign_commits_with(self, key: str) -> tuple[str, ...]:
        """Options of `git` (before the command) that sign commits with an SSH key."""
        file = self.path.parent / f"{self.owner.id}-{key}"
        if not file.exists():
            file.write_bytes(private_file(key))
            file.chmod(0o600)
        return ("-c", "gpg.format=ssh", "-c", f"user.signingKey={file}", "-c", "commit.gpgSign=true")

    def hash_object(self, kind: str, data: bytes) -> ObjectId:
        """Write an object whatever its form."""
        options = ("hash-object", "-t", kind, "--literally", "-w", "--stdin")
        return ObjectId(self.git(*options, data=data))

    def push(
        self,
        *refspecs: str,
        account: str | None = None,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> Pushed:
        """Push. `account` is the person whose account it is, by default the clone's owner; empty: nobody.

        A local push runs receive-pack as a child, so `env` is what the server's process has.
        """
        who = self.owner.id if account is None else account
        environment = {**self.environment, **(env or {})}
        if who:
            environment["GATEKEEPER_USER"] = PEOPLE[who].account
        done = subprocess.run(
            ["git", "push", *options, "origin", *refspecs],
            cwd=self.path,
            env=environment,
            capture_output=True,
            check=False,
        )
        stderr = done.stderr.decode("utf-8", "replace")
        lines = [line.removeprefix("remote:").removeprefix(" ").rstrip() for line in stderr.splitlines()]
        said = [line for line, raw in zip(lines, stderr.splitlines(), strict=True) if raw.startswith("remote:")]
        return Pushed(done.returncode, said, stderr)

    def engine(self) -> Plumbing:
        """Git plumbing in the clone, for computing what a sign-off claims."""
        return Plumbing(self.runner(), self.object_format, 1 << 30)

    def runner(self) -> Runner:
        """Run git in the clone as gatekeeper does."""
        environment = {**base_environment(os.environ["PATH"]), "GIT_DIR": str(self.path / ".git")}
        return Runner(require("git"), environment, str(self.path / ".git"), time.monotonic() + ENOUGH_SECONDS)
