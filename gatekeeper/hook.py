"""Entry of the server's hooks: environment and standard input in, text and exit status out.

Whatever goes wrong here refuses the push (githooks(5): a status other than 0). No click, no rich, no
YAML: a hook is a new process for every push.
"""

from __future__ import annotations

import gc
import os
import sys

from gatekeeper.git.starting import Start, pushed_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

UNDECIDED = 3
BARE = b"gatekeeper: could not decide: %s\ngatekeeper: Nothing was pushed. Tell the owner of this server.\n"


def main(hook: str, git: str, chained: str) -> int:
    """Run a hook: `pre-receive` or `post-receive`.

    Args:
        hook: Its name.
        git: The absolute path of git.
        chained: The hook that was there before; empty without one.

    Returns:
        The exit status: 0 accepted, 1 refused, 3 could not decide.
    """
    try:
        return HOOKS[hook](dict(os.environ), git, chained)
    except BaseException as error:  # noqa: BLE001 - the gate fails closed, whatever it is that fails
        return _undecided(error)


def _undecided(error: BaseException) -> int:
    try:
        from gatekeeper.answering import say
        from gatekeeper.formats.failure import advice, what_happened
        from gatekeeper.formats.remote import undecided

        say(undecided(what_happened(error), advice(error)))
    except BaseException:  # noqa: BLE001 - without memory or descriptors the words themselves cannot be loaded
        os.write(2, BARE % ascii(error).encode())
    return UNDECIDED


def pre_receive(environment: Mapping[str, str], git: str, chained: str) -> int:
    """Judge the push on standard input."""
    data = sys.stdin.buffer.read()
    start = Start(environment.get("GIT_DIR", "."), git, environment)
    try:
        start.expect_refs(pushed_names(data))
        start.expect_objects(data)
        from gatekeeper.answering import answer_push  # takes longer to load than Git takes to answer

        gc.enable()
        return answer_push(data, environment, start, chained)
    finally:
        start.clean()


def post_receive(environment: Mapping[str, str], git: str, _chained: str) -> int:
    """Note what landed and publish; the shim runs this beside the pusher's way home, and nothing depends on it."""
    from gatekeeper.opening import Server
    from gatekeeper.settling import settle

    with Server(environment.get("GIT_DIR", "."), git) as server:
        ledger = server.ledger()
        settle(server, ledger, "post-receive")
    return 0


HOOKS = {"pre-receive": pre_receive, "post-receive": post_receive}
