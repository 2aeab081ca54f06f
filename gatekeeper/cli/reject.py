"""`gatekeeper reject`: veto commits."""

from __future__ import annotations

import click

from gatekeeper.cli.acts import VETO, perform
from gatekeeper.cli.common import INTO
from gatekeeper.cli.stating import REVISIONS, WHY, signatory, signing_options


@click.command("reject")
@REVISIONS
@WHY
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
    with signatory(ctx, key, VETO.doing) as me:
        ref = me.clone.full_ref(into, me.published)
        return perform(VETO, me, revisions, ref, comment=comment, local=local, yes=yes)
