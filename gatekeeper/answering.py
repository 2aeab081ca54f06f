"""A push -> the answer: open the repository, judge, say it. What the hook loads while Git is at work already."""

from __future__ import annotations

import os
import sys

from gatekeeper.core.push import RESERVED, Push, RefUpdate, parse_updates
from gatekeeper.core.verdict import Outcome
from gatekeeper.ledger import LedgerError
from gatekeeper.opening import Server
from gatekeeper.receiving import receive
from gatekeeper.servers import identify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatekeeper.config.in_force import InForce
    from gatekeeper.gate import Gate
    from gatekeeper.git.starting import Start
    from gatekeeper.receiving import Answer

STATUS = {Outcome.ACCEPTED: 0, Outcome.REFUSED: 1, Outcome.UNDECIDED: 3}
CHANGES_THE_MEANING = ("GIT_NAMESPACE", "GIT_SHALLOW_FILE")
"""Variables under which a push means something else than it says; all others are simply not inherited."""
CERTIFICATE = "GIT_PUSH_CERT"
"""Set by Git for `git push --signed` (git-receive-pack(1))."""
MAX_OPTIONS = 64


class RefusedEnvironmentError(Exception):
    """The environment makes the push mean something else than it says."""


def say(text: str) -> None:
    """Write to the pusher; a pusher who has hung up changes nothing about the decision."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass


def answer_push(data: bytes, environment: Mapping[str, str], start: Start, chained: str) -> int:
    """Judge a push and tell the pusher.

    Args:
        data: The hook's standard input.
        environment: The hook's environment.
        start: The repository, with Git at work.
        chained: The hook that was there before, run after an acceptance; empty without one.

    Returns:
        The hook's exit status.

    Raises:
        Exception: whatever keeps the push from being judged; the caller refuses it.
    """
    with Server(start.git_dir, start.git, environment, start) as server:
        for name in CHANGES_THE_MEANING:
            if name in environment:
                raise RefusedEnvironmentError(f"{name} is set; gatekeeper does not judge such pushes")
        if os.path.exists(os.path.join(server.git_dir, "shallow")):
            raise RefusedEnvironmentError("the server's repository is shallow; fetch its whole history first")
        updates = parse_updates(data, server.object_format)
        try:
            ledger = server.ledger()
        except LedgerError:
            if _touches_nothing_guarded(server, updates):
                return run_chained(chained, data, environment) if chained else STATUS[Outcome.ACCEPTED]
            raise
        force = server.in_force(ledger)
        server.set_time_limit(force.policy.limits.seconds)
        push = Push(updates=updates, pusher=identify(environment, server.platform), options=_options(environment))
        gate = server.gate(ledger, force)
        notes = force.notes
        if CERTIFICATE in environment:
            from gatekeeper.certifying import with_certificate  # only for a signed push

            push, why = with_certificate(push, environment, gate.engine, gate.roster, gate.now)
            notes += (f"your push certificate does not count: {why}",) if why else ()
        answer = receive(push, gate)
    # The ledger is not closed: that would write its log back on every push, and the process ends here.
    if not answer.quiet or answer.pause:
        say(_text(answer, push, gate, force.replace(notes=notes)))
    status = STATUS[answer.verdict.outcome]
    return run_chained(chained, data, environment) if chained and status == 0 else status


def _touches_nothing_guarded(server: Server, updates: tuple[RefUpdate, ...]) -> bool:
    """Whether a push is to unprotected refs only: without a ledger such a push goes unobserved, and is not refused.

    That a branch was the default branch once, and so stays protected, only the ledger knows: here it is as free as
    the policy says.
    """
    force = server.in_force(None)
    policy, governed = force.policy, force.governed.ref if force.governed else ""
    refs = server.refs([update.ref for update in updates])
    names = {name for update in updates for name in (update.ref, refs[update.ref].resolves_to)}
    default = server.default_branch()
    return governed not in names and not any(
        policy.protects(name, default) or (name + "/").lower().startswith(RESERVED) for name in names
    )


def _options(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the push options (githooks(5), pre-receive)."""
    count = environment.get("GIT_PUSH_OPTION_COUNT", "0")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return tuple(environment.get(f"GIT_PUSH_OPTION_{index}", "") for index in range(min(number, MAX_OPTIONS)))


def _text(answer: Answer, push: Push, gate: Gate, force: InForce) -> str:
    from gatekeeper.advising import context_of  # words only when there is something to say
    from gatekeeper.formats.remote import answer as words
    from gatekeeper.formats.remote import paused

    context = context_of(
        answer.verdict,
        push=push,
        person=answer.person,
        receipt=answer.receipt.label(gate.repository) if answer.receipt else "none",
        policy=force.policy,
        roster=force.roster,
        notes=force.notes,
        now=gate.now,
    ).replace(pause=answer.pause)
    return paused(context) if answer.quiet else words(answer.verdict, context)


def run_chained(path: str, data: bytes, environment: Mapping[str, str]) -> int:
    """Run the hook that was there before gatekeeper, as Git would have; its refusal refuses."""
    import subprocess  # a cost only for repositories with a chained hook

    return subprocess.run([path], input=data, env=dict(environment), check=False).returncode
