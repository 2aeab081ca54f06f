"""The commands as people run them: processes, with a terminal or without, at a desk or on the server."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from gatekeeper.core.signoff import Statement, parse_envelope, parse_statement
from tests.support.people import PEOPLE, private_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World

STORE = "refs/gatekeeper/signoffs"
COMMAND = (sys.executable, "-m", "gatekeeper")
TAKE_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes standard input the controlling terminal of the command that follows, and lets Ctrl-C reach it."""
PATIENCE_SECONDS = 60


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def run(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, data: str | None = None) -> Said:
    """Run `gatekeeper` without a terminal, not even the one that the tests are run from."""
    return execute([*COMMAND, *arguments], cwd=cwd, env=env, data=data)


def execute(
    command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, data: str | None = None
) -> Said:
    """Run any command so."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=data or "",
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    return Said(done.returncode, done.stdout, done.stderr)


class Terminal:
    """A command at a terminal of its own."""

    def __init__(
        self, *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, size: tuple[int, int] = (24, 80)
    ) -> None:
        """Start it. `size` is (lines, columns)."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.text = ""
        self._process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *COMMAND, *arguments],
            cwd=cwd,
            env={**os.environ, "TERM": "xterm", **(env or {})},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def wait_for(self, words: str) -> None:
        """Read until the command has said something."""
        assert self._read(words, PATIENCE_SECONDS), f"{words!r} was not said: {self.text}"

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def interrupt(self, answer: str) -> None:
        """Press Ctrl-C until the command answers: Python misses one that comes in the moment before it reads."""
        for _ in range(PATIENCE_SECONDS):
            self.type("\x03")
            if self._read(answer, 1):
                return
        raise AssertionError(f"{answer!r} was not said: {self.text}")

    def finish(self) -> Said:
        """Read to the end; everything is in `out`, because a terminal shows both streams."""
        ended = self._read(None, PATIENCE_SECONDS)
        if not ended:
            self._process.kill()
        os.close(self._ours)
        status = self._process.wait()
        assert ended, f"the command did not end: {self.text}"
        return Said(status, self.text, "")

    def _read(self, words: str | None, seconds: float) -> bool:
        """Read until the command has said `words`, or ended if None; return whether it has."""
        end = time.monotonic() + seconds
        while words is None or words not in self.text:
            readable, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
            if not readable:
                return False
            try:
                data = os.read(self._ours, 65536)
            except OSError as error:
                if error.errno != errno.EIO:  # how Linux says that the other end has been closed
                    raise
                data = b""
            if not data:
                return words is None
            self.text += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return True


class Desk:
    """Somebody's clone, set up with the key of that person, and the commands run there."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.person = PEOPLE[person]
        self.clone = world.clone(person)
        self.path = self.clone.path
        self.key = world.root / f"{person}.key"
        if not self.key.exists():
            self.key.write_bytes(private_file(person))
            self.key.chmod(0o600)
        self.clone.git("config", "user.signingKey", str(self.key))

    @property
    def environment(self) -> dict[str, str]:
        """Whose account the pushes go by."""
        return {"GATEKEEPER_USER": self.person.account}

    def run(self, *arguments: str | Path, **env: str) -> Said:
        return run(*arguments, cwd=self.path, env={**self.environment, **env})

    def ok(self, *arguments: str | Path, **env: str) -> Said:
        """Run a command that must succeed."""
        said = self.run(*arguments, **env)
        assert said.status == 0, said.text
        return said

    def terminal(self, *arguments: str | Path, **options: Any) -> Terminal:
        env = {**self.environment, **options.pop("env", {})}
        return Terminal(*arguments, cwd=self.path, env=env, **options)

    def ready(self) -> Desk:
        """As after `setup` and a fetch, at the cost of one git."""
        tracking = "refs/gatekeeper/remotes/origin/"
        heads = "+refs/heads/*:refs/remotes/origin/*"
        self.clone.fetch(heads, *(f"+refs/gatekeeper/{name}*:{tracking}{name}*" for name in ("publishe", "signoff")))
        return self


def for_review(world: World, branch: str = "review/one", author: str = "junior-1", commits: int = 1) -> list[ObjectId]:
    """Let a junior push a branch of assisted commits for review."""
    clone = world.clone(author)
    clone.sync()
    made = [clone.assisted(f"Add retry {number}") for number in range(1, commits + 1)]
    pushed = clone.push(f"HEAD:refs/heads/{branch}")
    assert pushed.accepted, pushed.stderr
    return made


def statements(desk: Desk, *, server: bool = True) -> list[Statement]:
    """What the store of the server, or of the clone, holds; each statement once."""
    git = desk.world.git if server else desk.clone.git
    names = git("ls-tree", "-r", "--name-only", STORE).splitlines()
    found = {name.rsplit("/", 1)[-1]: git("show", f"{STORE}:{name}") for name in names}
    parsed = [parse_statement(parse_envelope(data.encode()).payload) for data in found.values()]
    return sorted(parsed, key=lambda statement: [commit.id for commit in statement.commits])


def signed_ids(desk: Desk, *, server: bool = True) -> list[list[ObjectId]]:
    """The commits of each of them."""
    return [[commit.id for commit in statement.commits] for statement in statements(desk, server=server)]


def owner(world: World, *arguments: str, **env: str) -> Said:
    """A command of the server's owner, beside the repository."""
    return run(*arguments, cwd=world.root, env=env)
