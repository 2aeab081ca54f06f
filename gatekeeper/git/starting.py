"""The first moments with a server's repository: Git answers what is always asked while Python loads the rest."""

from __future__ import annotations

import os
import time

from gatekeeper.git.private import base_environment
from gatekeeper.git.process import SAFE_PATH, Runner
from gatekeeper.git.refs import CONFIG_COMMAND, refs_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 60
"""For everything up to the policy's own limit."""
STATE = "gatekeeper"
"""The directory of ours in a server's Git directory."""
MAX_NAMES = 100
"""Refs that are asked for ahead; more would not fit every system's command line together."""


class Start:
    """A repository on a server with a scratch directory, and children under way."""

    def __init__(self, git_dir: str, git: str) -> None:
        """`git` is the absolute path of git. `clean` must be called in the end."""
        self.git_dir = os.path.abspath(git_dir)
        self.git = git
        self.path = f"{os.path.dirname(git)}:{SAFE_PATH}"
        self.state = os.path.join(self.git_dir, STATE)
        self.scratch = os.path.join(self.state, f"tmp-{os.getpid()}-{os.urandom(4).hex()}")
        if not os.path.isdir(self.state):
            os.mkdir(self.state, 0o700)
        os.mkdir(self.scratch, 0o700)
        environment = {**base_environment(self.path), "GIT_DIR": self.git_dir}
        self.runner = Runner(git, environment, self.scratch, time.monotonic() + SECONDS)
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

    def clean(self) -> None:
        """End what is still running, and remove the scratch directory."""
        self.runner.abandon()
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
