"""`gatekeeper sign`: approve commits; or say that they are one's own, or that they cannot wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gatekeeper.checking import check
from gatekeeper.cli.common import INTO
from gatekeeper.cli.stating import REVISIONS, count, signatory, signing_options, span
from gatekeeper.core.verdict import Outcome
from gatekeeper.desk import DeskError
from gatekeeper.formats.text import short
from gatekeeper.signing import Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.bench import Bench
    from gatekeeper.cli.stating import Signatory
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.proposal import Proposal
    from gatekeeper.desk import Revision


@click.command("sign")
@REVISIONS
@click.option("-m", "--message", "comment", default="", metavar="TEXT", help="A comment, part of what is signed.")
@INTO
@click.option("--only-this-ref", is_flag=True, help="The sign-off counts for the --into ref alone.")
@click.option("--only-needed", is_flag=True, help="Only the commits that still need a sign-off.")
@click.option("--expires", default="90d", metavar="SPAN", help="How long the sign-off counts, such as 30d or 12h.")
@signing_options
@click.pass_context
def command(  # noqa: PLR0917 - click passes one parameter for each option
    ctx: click.Context,
    revisions: tuple[str, ...],
    comment: str,
    into: str,
    only_this_ref: bool,
    only_needed: bool,
    expires: str,
    key: str | None,
    local: bool,
    yes: bool,
) -> int:
    """Approve commits with one signature, and push the sign-off.

    It shows the commits, asks, and signs with your SSH key. A branch (origin/review/checkout) or HEAD means its
    commits that are not yet on the --into ref, a range A..B its commits, an object id that one commit. What is
    signed is exactly the ids shown: nothing is fetched in between.
    """
    life = span(expires)
    with signatory(ctx, key, "approving") as me:
        me.require_approver(
            "no rule of this server takes a sign-off of yours", "ask one of the people whom the refused push named"
        )
        ref = me.clone.full_ref(into, me.published)
        terms = Terms(
            repository=me.published.repository, refs=(ref,) if only_this_ref else (), comment=comment, life=life
        )
        proposals = me.choose(
            revisions,
            ref,
            "approve",
            lambda revision, base: _needed(me.bench, ref, revision, base) if only_needed else None,
        )
        _say_own(me, proposals)
        total = count(proposals)
        return me.conclude(
            me.draft(proposals, terms),
            f"Approve {total}?",
            f"Signed: {total}.",
            "The sign-off is on the server; the push can be repeated now.",
            local=local,
            yes=yes,
        )


def _needed(bench: Bench, ref: str, revision: Revision, base: ObjectId | None) -> list[ObjectId]:
    """Return the commits that still need a sign-off.

    Raises:
        DeskError: if none does.
    """
    verdict = check(bench, ref, revision.head, [base] if base else bench.engine.parents(revision.head))
    judged = [commit for found in verdict.refs for commit in found.commits]
    needed = [commit.commit for commit in judged if commit.outcome is not Outcome.ACCEPTED]
    if not needed:
        raise DeskError(f"{revision.text}: no commit needs a sign-off")
    return needed


def _say_own(me: Signatory, proposals: Sequence[Proposal]) -> None:
    items = [item for proposal in proposals for item in proposal.items]
    own = [short(item.commit.id) for item in items if item.author and item.author.id == me.signer.id]
    if own:
        me.say.print(
            f"note: {', '.join(own)} by yourself: your approval does not count for your own work", style="yellow"
        )
