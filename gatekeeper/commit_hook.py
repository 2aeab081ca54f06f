"""Entry of the client hooks, prepare-commit-msg and commit-msg (githooks(5)).

Nothing gets in the way of a commit but a message that is not in order: whatever goes wrong here is noted on
standard error, and the commit goes on. The hooks run at every commit of every person, so their ordinary path
loads neither click nor YAML. Hook managers start them with `python -m gatekeeper.commit_hook HOOK FILE`.
"""

from __future__ import annotations

import os
import sys
import time

from gatekeeper.committing import Draft, declare_help, objections
from gatekeeper.formats.text import printable, safe_in_command
from gatekeeper.git.process import Runner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS = 20
EDITED = ("", "template")
"""Sources of a message that an editor is opened for; Git wants to see whether it was edited at all."""


def main(hook: str, arguments: Sequence[str]) -> int:
    """Run a hook.

    Args:
        hook: Its name.
        arguments: What Git gave to it: the file of the message first.

    Returns:
        0: go on with the commit; 1: the message is not in order.
    """
    try:
        return HOOKS[hook](arguments, dict(os.environ))
    except BaseException as error:  # noqa: BLE001 - whatever it is that fails, the commit goes on
        from gatekeeper.formats.failure import what_happened

        _say(f"{hook} did not run: {what_happened(error)}. The server will look at the commit.")
        return 0


def prepare_commit_msg(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Declare an agent's help in a message that is there; one that is yet to be written, `commit_msg` sees."""
    path, *rest = arguments
    source = rest[0] if rest else environment.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    if source not in EDITED:
        with Scratch(environment) as runner:
            _declare(Draft(path, environment, runner), environment)
    return 0


def commit_msg(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Declare an agent's help if that is not done yet, and look at the form of the message."""
    path = arguments[0]
    with Scratch(environment) as runner:
        draft = Draft(path, environment, runner)
        _declare(draft, environment)
        found = objections(draft)
        if draft.trouble:
            _say(f"what the server publishes cannot be read ({draft.trouble}); upgrade gatekeeper here or there.")
    if not found:
        return 0
    from gatekeeper.formats.form import objection

    repeat = f"git commit -e -F {_from_where_the_user_is(path, environment)}"
    for line in objection(found.faults, undeclared=found.undeclared, key=found.key, repeat=repeat):
        sys.stderr.write(f"{line}\n")
    return 1


HOOKS = {"prepare-commit-msg": prepare_commit_msg, "commit-msg": commit_msg}


def _declare(draft: Draft, environment: Mapping[str, str]) -> None:
    added = declare_help(draft, environment)
    if added is not None:
        _say(f"added `{added.trailer}`, because {added.variable} is set.")


def _from_where_the_user_is(path: str, environment: Mapping[str, str]) -> str:
    """Return a path as an argument of the user's shell: Git has gone to the top of the work tree since."""
    if not os.path.isabs(path):
        path = os.path.relpath(path, environment.get("GIT_PREFIX") or ".")
    if safe_in_command(path):
        return path
    from shlex import quote

    return quote(path)


def _say(text: str) -> None:
    sys.stderr.write(f"gatekeeper: {printable(text)}\n")


class Scratch:
    """A directory for what git is given and says, and a runner of the user's git. A context manager."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Make the directory."""
        name = f"gatekeeper-{os.getpid()}-{os.urandom(4).hex()}"
        self._directory = os.path.join(environment.get("TMPDIR") or "/tmp", name)  # noqa: S108 - a name of our own
        os.mkdir(self._directory, 0o700)
        self._runner = Runner(_git(environment), environment, self._directory, time.monotonic() + SECONDS)

    def __enter__(self) -> Runner:
        """Return the runner."""
        return self._runner

    def __exit__(self, *_: object) -> None:
        """End what is still running, and remove the directory: the runner leaves nothing in it."""
        self._runner.abandon()
        os.rmdir(self._directory)


def _git(environment: Mapping[str, str]) -> str:
    """Return the path of the git that runs the hook: it puts its own directory in front (git(1), --exec-path).

    Raises:
        FileNotFoundError: if there is none.
    """
    for directory in environment.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, "git")
        if os.access(path, os.X_OK):
            return path
    raise FileNotFoundError("there is no git on PATH")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
