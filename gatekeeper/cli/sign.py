"""`gatekeeper sign`: approve commits."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from gatekeeper.checking import check
from gatekeeper.cli import OK, REFUSED
from gatekeeper.cli.common import INTO, err, open_clone
from gatekeeper.cli.setup import signing_key
from gatekeeper.core.clock import MalformedTimeError, parse_span
from gatekeeper.core.tools import agent_environment
from gatekeeper.core.verdict import Outcome
from gatekeeper.delivering import deliver, file_signoff, push_command
from gatekeeper.desk import Clone, DeskError, Revision
from gatekeeper.formats.terminal import proposal_lines, terms_line
from gatekeeper.formats.text import plural, short, visible
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import SigningRefusedError, Terms, propose, sign, signer_of

if TYPE_CHECKING:
    from rich.console import Console

    from gatekeeper.bench import Bench
    from gatekeeper.config.published import Published
    from gatekeeper.core.changes import FileStat
    from gatekeeper.core.ids import Fingerprint, ObjectId
    from gatekeeper.core.people import Person
    from gatekeeper.core.proposal import Proposal


class AgentError(DeskError):
    """An AI agent is at the keyboard, and approving is what people are for."""


@click.command("sign")
@click.argument("revisions", nargs=-1, metavar="[REV|RANGE]...")
@click.option("-m", "--message", "comment", default="", metavar="TEXT", help="A comment, part of what is signed.")
@INTO
@click.option("--only-this-ref", is_flag=True, help="The sign-off counts for the --into ref alone.")
@click.option("--only-needed", is_flag=True, help="Only the commits that still need a sign-off.")
@click.option("--key", metavar="KEY", help="The key to sign with; default: user.signingKey.")
@click.option("--expires", default="90d", metavar="SPAN", help="How long the sign-off counts, such as 30d or 12h.")
@click.option("--local", is_flag=True, help="Keep the sign-off in this clone; do not push it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(  # noqa: PLR0917 - click passes one parameter for each option
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
) -> int:
    """Approve commits with one signature, and push the sign-off.

    It shows the commits, asks, and signs with your SSH key. A branch (origin/review/checkout) or HEAD means its
    commits that are not yet on the --into ref, a range A..B its commits, an object id that one commit. What is
    signed is exactly the ids shown: nothing is fetched in between.
    """
    _refuse_agents()
    life = _life(expires)
    say = err(ctx)
    with open_clone() as clone:
        published = clone.published()
        ref = clone.full_ref(into, published)
        path, fingerprint, signer = _signer(clone, published, key)
        terms = Terms(repository=published.repository, refs=(ref,) if only_this_ref else (), comment=comment, life=life)
        chosen = [clone.resolve(text) for text in revisions or ("HEAD",)]
        bench = clone.bench(published)
        proposals = [_proposal(clone, bench, revision, ref, only_needed=only_needed) for revision in chosen]
        for revision in chosen:
            _say_if_moved(clone, revision, say)
        for proposal in proposals:
            _show(proposal, clone, signer, say)
        say.print(terms_line(signer.id, terms.repository, terms.refs, terms.expires_at(clone.now)))
        total = plural(sum(len(proposal.items) for proposal in proposals), "commit")
        if not _agreed(say, total, yes=yes):
            say.print("Nothing was signed.")
            return REFUSED
        for proposal in proposals:
            file_signoff(clone, sign(proposal, terms, signer, key=path, fingerprint=fingerprint, now=clone.now))
        if local:
            say.print(f"Signed: {total}. Kept in this clone; push it with: {push_command(clone)}")
        else:
            deliver(clone)
            say.print(f"Signed: {total}. The sign-off is on the server; the push can be repeated now.")
        return OK


def _signer(clone: Clone, published: Published, key: str | None) -> tuple[str, Fingerprint, Person]:
    """Return the key to sign with, its fingerprint, and whose it is.

    Raises:
        SigningRefusedError: if there is none, or a sign-off with it would not count.
    """
    path = signing_key(clone, key)
    if not path:
        raise SigningRefusedError("there is no key to sign with", "set user.signingKey, or name one with --key")
    fingerprint = public_key_of(path).fingerprint
    signer = signer_of(published.roster, fingerprint)
    if not published.policy.may_approve(signer, published.roster.ladder):
        raise SigningRefusedError(
            f"{signer.id} may not approve: no rule of this server takes a sign-off of yours",
            "ask one of the people whom the refused push named",
        )
    return path, fingerprint, signer


def _refuse_agents() -> None:
    """Refuse to sign where an AI agent runs the commands.

    Raises:
        AgentError: in a known agent's environment.
    """
    agent = agent_environment(os.environ)
    if agent:
        raise AgentError(
            f"this runs inside an AI agent ({agent}); approving is a person's decision",
            "run it in a terminal of your own",
        )


def _life(expires: str) -> int:
    try:
        return parse_span(expires)
    except MalformedTimeError as error:
        raise click.BadParameter(str(error), param_hint="--expires") from None


def _proposal(clone: Clone, bench: Bench, revision: Revision, ref: str, *, only_needed: bool) -> Proposal:
    """Return what one argument means.

    Raises:
        DeskError: if there is nothing to approve.
    """
    base = revision.base
    if base is None and revision.ref:
        base = clone.server_tip(ref)
        if base is None:
            raise DeskError(f"this clone does not know {ref} of the server", "run git fetch, or name a range A..B")
    if base is not None:
        base = clone.fork_point(base, revision.head)
    only: list[ObjectId] | None = None
    if only_needed:
        verdict = check(bench, ref, revision.head, [base] if base else bench.engine.parents(revision.head))
        judged = [commit for found in verdict.refs for commit in found.commits]
        only = [commit.commit for commit in judged if commit.outcome is not Outcome.ACCEPTED]
        if not only:
            raise DeskError(f"{revision.text}: no commit needs a sign-off")
    elif base is not None and not bench.engine.ids([revision.head], [base]):
        where = f"{revision.text} is empty" if revision.base else f"every commit of {revision.text} is on {ref} already"
        raise DeskError(f"{where}; there is nothing to approve")
    return propose(bench, revision.head, base, only)


def _say_if_moved(clone: Clone, revision: Revision, say: Console) -> None:
    """Say if the server's branch is not what this clone shows; what is signed stays what is shown."""
    prefix = f"refs/remotes/{clone.remote}/"
    if not revision.ref.startswith(prefix):
        return
    branch = revision.ref.removeprefix(prefix)
    answer = clone.user.ask("ls-remote", clone.remote, f"refs/heads/{branch}")
    if answer is None:
        say.print(f"note: cannot ask {clone.remote} whether {branch} has moved")
    elif not answer:
        say.print(f"note: {branch} is no longer on {clone.remote}")
    elif answer.split("\t")[0] != revision.head:
        now = short(answer.split("\t")[0])
        say.print(
            f"note: on {clone.remote} {visible(branch)} is at {now} now; you see and approve {short(revision.head)}",
            style="yellow",
        )


def _show(proposal: Proposal, clone: Clone, signer: Person, say: Console) -> None:
    for line in proposal_lines(proposal, _stats(proposal, clone)):
        say.print(line)
    own = [short(item.commit.id) for item in proposal.items if item.author and item.author.id == signer.id]
    if own:
        say.print(f"note: {', '.join(own)} by yourself: your approval does not count for your own work", style="yellow")


def _stats(proposal: Proposal, clone: Clone) -> list[FileStat]:
    """Return what the whole range changes, or what its single commits do, added up by path."""
    desk = clone.desk()
    if proposal.range:
        return desk.diff_stat(proposal.range.base, proposal.range.head)
    found: dict[bytes, FileStat] = {}
    for item in proposal.items:
        parents = item.commit.parents
        for stat in desk.diff_stat(parents[0] if parents else None, item.commit.id):
            found[stat.path] = found[stat.path].plus(stat) if stat.path in found else stat
    return [found[path] for path in sorted(found)]


def _agreed(say: Console, total: str, *, yes: bool) -> bool:
    """Ask for the decision.

    Raises:
        click.UsageError: if there is nobody to ask.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; add --yes if a person has read these commits")
    say.print()
    return click.confirm(f"Approve {total}?", err=True)
