"""The first moments with a server's repository: Git answers what is always asked while Python loads the rest."""

from __future__ import annotations

import os
import time

from gatekeeper.core.ids import FORMATS, ObjectFormat
from gatekeeper.git.diffing import DIFF_TREE, diff_questions
from gatekeeper.git.private import base_environment, make_private_directory, private_environment
from gatekeeper.git.process import SAFE_PATH, Runner
from gatekeeper.git.reading import Reader
from gatekeeper.git.refs import CONFIG_COMMAND, refs_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS = 60
"""For everything up to the policy's own limit."""
STATE = "gatekeeper"
"""The directory of ours in a server's Git directory."""
MAX_NAMES = 100
"""Refs that are asked for ahead; more would not fit every system's command line together."""


class Start:
    """A repository on a server with a scratch directory, and children under way."""

    def __init__(self, git_dir: str, git: str, environment: Mapping[str, str] | None = None, state: str = "") -> None:
        """Start.

        Args:
            git_dir: The repository's Git directory.
            git: The absolute path of git.
            environment: The hook's environment, for the quarantine; None outside of a hook.
            state: The directory for scratch files; empty: ours in the Git directory, made if it is not there.

        `clean` must be called in the end.
        """
        self._environment = environment or {}
        self._private: dict[str, str] = {}
        self._runners: dict[tuple[str, bool, bool], Runner] = {}
        self.reader: Reader | None = None
        self.reader_format: ObjectFormat | None = None
        self.git_dir = os.path.abspath(git_dir)
        self.git = git
        self.path = f"{os.path.dirname(git)}:{SAFE_PATH}"
        self.state = state or os.path.join(self.git_dir, STATE)
        self.scratch = os.path.join(self.state, f"tmp-{os.getpid()}-{os.urandom(4).hex()}")
        if not os.path.isdir(self.state):
            os.mkdir(self.state, 0o700)
        os.mkdir(self.scratch, 0o700)
        real = {**base_environment(self.path), "GIT_DIR": self.git_dir}
        self.runner = Runner(git, real, self.scratch, time.monotonic() + SECONDS)
        try:
            self.runner.ahead(*CONFIG_COMMAND)
        except BaseException:
            self.clean()
            raise

    def expect_refs(self, names: Sequence[str]) -> None:
        """Let Git read refs that will be asked for."""
        command = refs_command(names) if len(names) <= MAX_NAMES else ()
        if command:
            self.runner.ahead(*command)

    @property
    def quarantine(self) -> str:
        """The object directory of the push that is being judged; empty without one (git-receive-pack(1))."""
        path = self._environment.get("GIT_QUARANTINE_PATH", "")
        return os.path.join(self.git_dir, path) if path else ""

    def private_runner(self, object_format: ObjectFormat, *, quarantined: bool, graph: bool = True) -> Runner:
        """Return the runner in the private Git directory that sees what is pushed, or only what was there before.

        For `graph` see `private_environment`.
        """
        key = object_format.name, quarantined, graph
        if key not in self._runners:
            environment = self._private_environment(object_format, quarantined=quarantined, graph=graph)
            self._runners[key] = Runner(self.git, environment, self.scratch, self.runner.deadline)
        return self._runners[key]

    def _private_environment(self, object_format: ObjectFormat, *, quarantined: bool, graph: bool) -> dict[str, str]:
        named = [self._environment.get("GIT_OBJECT_DIRECTORY", ""), self.quarantine] if quarantined else []
        alternates = self._environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
        named += ["objects", *(path for path in alternates.split(":") if '"' not in path)]
        directories = [os.path.join(self.git_dir, path) for path in named if path]
        if object_format.name not in self._private:
            root = os.path.join(self.scratch, object_format.name)
            os.mkdir(root, 0o700)
            self._private[object_format.name] = make_private_directory(root, object_format)
        private = self._private[object_format.name]
        return private_environment(self.path, private, list(dict.fromkeys(directories)), graph=graph)

    def expect_objects(self, data: bytes) -> None:
        """Let Git get ready to read objects, of the format that the ids in a hook's standard input have.

        Most pushes bring one commit to one branch: what that changes is asked at once.
        """
        for object_format in FORMATS.values():
            if data.find(b" ") == object_format.hex_length:
                runner = self.private_runner(object_format, quarantined=True)
                self.reader = Reader(runner)
                self.reader_format = object_format
                words = data.decode("latin-1").split()
                if len(words) == 3 and all(object_format.is_id(word) and word.strip("0") for word in words[:2]):
                    runner.ahead(*DIFF_TREE, stdin=diff_questions([(words[1], words[0])]))

    def set_time_limit(self, seconds: int) -> None:
        """Let everything from here on end within `seconds`."""
        for runner in (self.runner, *self._runners.values()):
            runner.deadline = time.monotonic() + seconds

    def clean(self) -> None:
        """End what is still running, and remove the scratch directory."""
        for runner in (self.runner, *self._runners.values()):
            runner.abandon()
        if self.reader is not None:
            self.reader.close()
        for directory, subdirectories, files in os.walk(self.scratch, topdown=False):
            for name in files:
                os.unlink(os.path.join(directory, name))
            for name in subdirectories:
                os.rmdir(os.path.join(directory, name))
        if os.path.isdir(self.scratch):
            os.rmdir(self.scratch)


def pushed_names(data: bytes) -> list[str]:
    """Return the ref names in a hook's standard input, as far as it looks like one; `parse_updates` judges it."""
    lines = (line.split(b" ", 2) for line in data.split(b"\n"))
    return [words[2].decode("utf-8", "surrogateescape") for words in lines if len(words) == 3]
