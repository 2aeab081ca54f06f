"""`gatekeeper reject`: veto commits."""

from __future__ import annotations

import click

from gatekeeper.cli.common import INTO
from gatekeeper.cli.stating import REVISIONS, count, required_comment, signatory, signing_options
from gatekeeper.core.signoff import Decision
from gatekeeper.signing import Terms


@click.command("reject")
@REVISIONS
@click.option(
    "-m",
    "--message",
    "comment",
    required=True,
    metavar="WHY",
    callback=required_comment,
    help="Why; the author reads it.",
)
@INTO
@signing_options
@click.pass_context
def command(
    ctx: click.Context, revisions: tuple[str, ...], comment: str, into: str, key: str | None, local: bool, yes: bool
) -> int:
    """Veto commits, with a reason that their author reads.

    Whoever may approve may veto. A veto holds on every ref until you or an administrator take it back, and outweighs
    the approvals of others; an approval of your own that you sign later lifts it. Commits are named as for
    `gatekeeper sign`.
    """
    with signatory(ctx, key, "rejecting") as me:
        me.require_approver("a veto of yours would not count", "tell the author, or ask somebody who may approve")
        ref = me.clone.full_ref(into, me.published)
        terms = Terms(repository=me.published.repository, comment=comment, decision=Decision.REJECT)
        proposals = me.choose(revisions, ref, "reject")
        total = count(proposals)
        return me.conclude(
            me.draft(proposals, terms),
            f"Reject {total}?",
            f"Rejected: {total}, veto {{ids}}.",
            "It is on the server; you can take it back with: gatekeeper revoke ID -m WHY",
            local=local,
            yes=yes,
        )
