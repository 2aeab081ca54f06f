"""`gatekeeper sign`: approve commits."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from gatekeeper.checking import check
from gatekeeper.cli.common import INTO, err, open_clone
from gatekeeper.cli.setup import signing_key
from gatekeeper.core.clock import MalformedTimeError, parse_span
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.tools import agent_environment
from gatekeeper.core.verdict import Outcome
from gatekeeper.delivering import deliver, file_signoff
from gatekeeper.desk import Clone, DeskError, Revision
from gatekeeper.formats.terminal import proposal_lines
from gatekeeper.formats.text import plural, short, visible
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import DEFAULT_LIFE, SigningRefusedError, Terms, propose, sign, signer_of

if TYPE_CHECKING:
    from rich.console import Console

    from gatekeeper.config.published import Published
    from gatekeeper.core.people import Person
    from gatekeeper.core.proposal import Proposal
    from gatekeeper.gathering import Bench


class AgentError(Exception):
    """An AI agent is at the keyboard, and approving is what people are for."""


@click.command("sign")
@click.argument("revisions", nargs=-1, metavar="[REV|RANGE]...")
@click.option(
    "-m", "--message", "comment", default="", metavar="TEXT", help="A comment, part of what is signed."
)
@INTO
@click.option("--only-this-ref", is_flag=True, help="The sign-off counts for the --into ref alone.")
@click.option("--only-needed", is_flag=True, help="Only the commits that still need a sign-off.")
@click.option("--key", metavar="KEY", help="The key to sign with; default: user.signingKey.")
@click.option(
    "--expires", default="90d", metavar="SPAN", help="How long the sign-off counts, such as 30d or 12h."
)
@click.option("--local", is_flag=True, help="Keep the sign-off in this clone; do not push it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter per option
    ctx: click.Context,
    revisions: tuple[str, ...],
    comment: str,
    into: str,
    only_this_ref: bool,
    only_needed: bool,
    key: str | None,
    expires: str,
    local: bool,
    yes: bool,
) -> None:
    """Approve commits: shows them, asks, signs once with your SSH key, and pushes the sign-off.

    A branch (origin/review/checkout) means its commits that are not yet on the --into ref, a range A..B
    its commits, anything else (an object id) that one commit. What is signed is exactly the ids shown:
    nothing is fetched in between.
    """
    _refuse_agents()
    life = _life(expires)
    say = err(ctx)
    with open_clone(ctx) as clone:
        published = clone.published()
        bench = clone.bench(published)
        ref = clone.full_ref(into, published)
        path = signing_key(clone, key)
        if not path:
            raise SigningRefusedError(
                "there is no key to sign with", "set user.signingKey, or name one with --key"
            )
        fingerprint = public_key_of(path).fingerprint
        signer = signer_of(published.roster, fingerprint)
        if not published.policy.may_approve(signer, published.roster.ladder):
            raise SigningRefusedError(
                f"{signer.id} may not approve: no rule of this server takes a sign-off of yours",
                "ask one of the people whom the refused push named",
            )
        terms = Terms(
            repository=published.repository, refs=(ref,) if only_this_ref else (), comment=comment, life=life
        )
        proposals = [
            _proposal(clone, bench, clone.resolve(text), ref, only_needed=only_needed)
            for text in revisions or ("HEAD",)
        ]
        for text in revisions:
            _say_if_moved(clone, clone.resolve(text), say)
        for proposal in proposals:
            _show(proposal, clone, terms, published, signer, say)
        _ask(say, sum(len(proposal.items) for proposal in proposals), yes=yes)
        for proposal in proposals:
            file_signoff(
                clone, sign(proposal, terms, signer, key=path, fingerprint=fingerprint, now=clone.now)
            )
        total = plural(sum(len(proposal.items) for proposal in proposals), "commit")
        if local:
            say.print(
                f"Signed: {total}. Kept in this clone; push it with: git push {clone.remote} refs/gatekeeper/signoffs"
            )
            return
        deliver(clone)
        say.print(f"Signed: {total}. The sign-off is on the server; the push can be repeated now.")


def _refuse_agents() -> None:
    """Refuse to sign where an AI agent runs the commands.

    Raises:
        AgentError: in a known agent's environment.
    """
    agent = agent_environment(os.environ)
    if agent:
        raise AgentError(
            f"this runs inside an AI agent ({agent}); approving is a person's decision. Run it in a terminal of your own."
        )


def _life(expires: str) -> int:
    try:
        return parse_span(expires) if expires else DEFAULT_LIFE
    except MalformedTimeError as error:
        raise click.BadParameter(str(error), param_hint="--expires") from None


def _proposal(clone: Clone, bench: Bench, revision: Revision, ref: str, *, only_needed: bool) -> Proposal:
    """Return what one argument means."""
    base = revision.base
    if base is None and revision.ref:
        base = clone.server_tip(ref)
        if base is None:
            raise DeskError(
                f"this clone does not know {ref} of the server", "run git fetch, or name a range A..B"
            )
    only: list[ObjectId] | None = None
    if only_needed:
        verdict = check(bench, ref, revision.head, [base] if base else bench.engine.parents(revision.head))
        only = [
            commit.commit
            for found in verdict.refs
            for commit in found.commits
            if commit.outcome is not Outcome.ACCEPTED
        ]
        if not only:
            raise DeskError(f"{revision.text}: no commit needs a sign-off")
    elif base is not None and not bench.engine.ids([revision.head], [base]):
        raise DeskError(f"{revision.text}: every commit is on {ref} already; there is nothing to approve")
    return propose(bench, revision.head, base, only)


def _say_if_moved(clone: Clone, revision: Revision, say: Console) -> None:
    """Say if the server's branch is not what this clone shows; what is signed stays what is shown."""
    prefix = f"refs/remotes/{clone.remote}/"
    if not revision.ref.startswith(prefix):
        return
    branch = revision.ref.removeprefix(prefix)
    answer = clone.user.ask("ls-remote", clone.remote, f"refs/heads/{branch}")
    if answer is None:
        say.print(f"note: cannot ask {clone.remote} whether {branch} has moved", markup=False)
    elif not answer:
        say.print(f"note: {branch} is no longer on {clone.remote}", markup=False)
    elif answer.split("\t")[0] != revision.head:
        now = short(answer.split("\t")[0])
        say.print(
            f"note: on {clone.remote} {visible(branch)} is at {now} now; you see and approve {short(revision.head)}",
            markup=False,
            style="yellow",
        )


def _show(
    proposal: Proposal, clone: Clone, terms: Terms, published: Published, signer: Person, say: Console
) -> None:
    head = proposal.items[-1].commit
    base = proposal.range.base if proposal.range else (head.parents[0] if head.parents else None)
    stats = clone.desk().diff_stat(base, head.id)
    for line in proposal_lines(proposal, stats, published.repository, terms.refs):
        say.print(line)
    own = [short(item.commit.id) for item in proposal.items if item.author and item.author.id == signer.id]
    if own:
        say.print(
            f"note: {', '.join(own)} by yourself: your approval does not count for your own work",
            style="yellow",
        )


def _ask(say: Console, count: int, *, yes: bool) -> None:
    """Ask for the decision.

    Raises:
        click.UsageError: if there is nobody to ask.
        click.Abort: if the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; add --yes if a person has read these commits")
    say.print()
    click.confirm(f"Approve {plural(count, 'commit')}?", abort=True, err=True)
