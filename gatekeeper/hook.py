"""Entry of the server's hooks: environment and standard input in, text and exit status out.

Whatever goes wrong here refuses the push (githooks(5): a status other than 0). No click, no rich, no
YAML: a hook is a new process for every push.
"""

from __future__ import annotations

import gc
import os
import sys

from gatekeeper.core.push import Push, parse_updates
from gatekeeper.core.verdict import Outcome
from gatekeeper.opening import Server
from gatekeeper.receiving import receive
from gatekeeper.servers import identify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatekeeper.config.in_force import InForce
    from gatekeeper.receiving import Answer, Gate

ACCEPTED, REFUSED, UNDECIDED = 0, 1, 3
CHANGES_THE_MEANING = ("GIT_NAMESPACE", "GIT_SHALLOW_FILE")
"""Variables under which a push means something else than it says; all others are simply not inherited."""
MAX_OPTIONS = 64


class RefusedEnvironmentError(Exception):
    """The environment makes the push mean something else than it says."""


def main(hook: str, git: str, chained: str) -> int:
    """Run a hook: `pre-receive` or `post-receive`.

    Args:
        hook: Its name.
        git: The absolute path of git.
        chained: The hook that was there before; empty without one.

    Returns:
        The exit status: 0 accepted, 1 refused, 3 could not decide.
    """
    gc.enable()
    try:
        return HOOKS[hook](dict(os.environ), git, chained)
    except BaseException as error:  # noqa: BLE001 - the gate fails closed, whatever it is that fails
        return _undecided(error)


def _undecided(error: BaseException) -> int:
    from gatekeeper.formats.failure import advice, what_happened
    from gatekeeper.formats.remote import undecided

    _say(undecided(what_happened(error), advice(error)))
    return UNDECIDED


def _say(text: str) -> None:
    """Write to the pusher; a pusher who has hung up changes nothing about the decision."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass


def pre_receive(environment: Mapping[str, str], git: str, chained: str) -> int:
    """Judge the push on standard input."""
    for name in CHANGES_THE_MEANING:
        if name in environment:
            raise RefusedEnvironmentError(f"{name} is set; gatekeeper does not judge such pushes")
    data = sys.stdin.buffer.read()
    with Server(environment.get("GIT_DIR", "."), git, environment) as server:
        if os.path.exists(os.path.join(server.git_dir, "shallow")):
            raise RefusedEnvironmentError("the server's repository is shallow; fetch its whole history first")
        updates = parse_updates(data, server.object_format)
        ledger = server.ledger()
        force = server.in_force(ledger)
        server.set_time_limit(force.policy.limits.seconds)
        pusher = identify(environment, server.platform)
        push = Push(updates=updates, pusher=pusher, options=_options(environment))
        gate = server.gate(ledger, force)
        answer = receive(push, gate)
    # The ledger is not closed: that would write its log back on every push, and the process ends here.
    outcome = answer.verdict.outcome
    if not answer.quiet:
        _say(_text(answer, push, gate, force))
    if outcome is not Outcome.ACCEPTED:
        return UNDECIDED if outcome is Outcome.UNDECIDED else REFUSED
    return run_chained(chained, data, environment) if chained else ACCEPTED


def _options(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the push options (githooks(5), pre-receive)."""
    count = environment.get("GIT_PUSH_OPTION_COUNT", "0")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return tuple(environment.get(f"GIT_PUSH_OPTION_{index}", "") for index in range(min(number, MAX_OPTIONS)))


def _text(answer: Answer, push: Push, gate: Gate, force: InForce) -> str:
    from gatekeeper.advising import context_of  # words only when there is something to say
    from gatekeeper.formats.remote import answer as words

    context = context_of(
        answer.verdict,
        push=push,
        person=answer.person,
        receipt=answer.receipt.label(gate.repository) if answer.receipt else "none",
        policy=force.policy,
        roster=force.roster,
        notes=force.notes,
        now=gate.now,
    )
    return words(answer.verdict, context)


def run_chained(path: str, data: bytes, environment: Mapping[str, str]) -> int:
    """Run the hook that was there before gatekeeper, as Git would have; its refusal refuses."""
    import subprocess  # a cost only for repositories with a chained hook

    return subprocess.run([path], input=data, env=dict(environment), check=False).returncode


def post_receive(environment: Mapping[str, str], git: str, _chained: str) -> int:
    """Note what landed and publish; the shim runs this beside the pusher's way home, and nothing depends on it."""
    from gatekeeper.settling import settle

    with Server(environment.get("GIT_DIR", "."), git) as server:
        ledger = server.ledger()
        settle(server, ledger, "post-receive")
    return ACCEPTED


HOOKS = {"pre-receive": pre_receive, "post-receive": post_receive}
