"""`gatekeeper revoke`: take a statement back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gatekeeper.bench import UnjudgeableError, read_commit
from gatekeeper.cli.stating import WHY, signatory, signing_options
from gatekeeper.core.approval import revocations
from gatekeeper.core.clock import format_date
from gatekeeper.core.ids import HEX
from gatekeeper.core.signoff import Decision
from gatekeeper.desk import DeskError
from gatekeeper.formats.statements import MAX_COMMITS, revoked_lines, statement_lines
from gatekeeper.signing import SigningRefusedError, draft_revocation

if TYPE_CHECKING:
    from gatekeeper.cli.stating import Signatory
    from gatekeeper.core.testimony import Testimony

SHORTEST = 7
"""Hex digits by which a statement may be named: what `gatekeeper show` prints."""
MAX_LISTED = 10
NAMES = {
    Decision.APPROVE: "approval",
    Decision.REJECT: "veto",
    Decision.AUTHOR: "authorship",
    Decision.EMERGENCY: "emergency",
}


@click.command("revoke")
@click.argument("statement", metavar="STATEMENT")
@WHY
@signing_options
@click.pass_context
def command(ctx: click.Context, statement: str, comment: str, key: str | None, local: bool, yes: bool) -> int:
    """Take back a statement: an approval, a veto, an authorship.

    STATEMENT is its id, or the first 7 or more digits of it, as `gatekeeper show` prints them. Whoever may approve
    takes back what is their own, an administrator anything. What has landed stays; it goes no further.
    """
    wanted = statement.lower()
    if len(wanted) < SHORTEST or not HEX.issuperset(wanted):
        raise click.BadParameter(f"an id has hex digits, at least {SHORTEST} of them", param_hint="STATEMENT")
    with signatory(ctx, key, "taking back") as me:
        me.require_approver("the server takes no revocation of yours", "an administrator can take your statements back")
        aimed = _find(me, wanted)
        _require_in_force(me, aimed)
        revocation = draft_revocation(aimed, comment, me.signer, fingerprint=me.fingerprint, now=me.clone.now)
        for line in revoked_lines(aimed, _subjects(me, aimed)):
            me.say.print(line)
        return me.conclude(
            [revocation],
            f"Take back this {NAMES[aimed.statement.decision]}?",
            f"Taken back: {aimed.statement_id[:SHORTEST]}.",
            "The revocation is on the server.",
            local=local,
            yes=yes,
        )


def _find(me: Signatory, wanted: str) -> Testimony:
    """Return the one statement that is meant; the server is asked if this clone has none such.

    Raises:
        DeskError: if there is none, or several.
    """
    found = me.clone.statements(wanted, me.published)
    if not found:
        me.clone.fetch()
        found = me.clone.statements(wanted, me.published)
    if not found:
        raise DeskError(f"no statement has an id that begins with {wanted}", "see the ids with: gatekeeper show REV")
    if len(found) > 1:
        for each in found[:MAX_LISTED]:
            for line in statement_lines(each, each.statement_id):
                me.say.print(line)
        raise DeskError(f"{len(found)} statements have ids that begin with {wanted}", "name more digits of the one")
    return found[0]


def _require_in_force(me: Signatory, aimed: Testimony) -> None:
    """Stop here if it is taken back already.

    Raises:
        SigningRefusedError: then.
    """
    commits = [commit.id for commit in aimed.statement.commits]
    about = me.bench.signoffs(commits)
    earlier = [revocations(about.get(commit, ())).get(aimed.statement_id) for commit in commits]
    first = earlier[0]
    if first is not None and all(earlier):
        said = first.statement
        raise SigningRefusedError(f"it was taken back already, by {said.signer} on {format_date(said.issued_at)}")


def _subjects(me: Signatory, aimed: Testimony) -> dict[str, bytes]:
    """Return the subjects of those of its commits that are in this clone."""
    found: dict[str, bytes] = {}
    ids = [commit.id for commit in aimed.statement.commits[:MAX_COMMITS]]
    for (commit, kind, _), asked in zip(me.bench.engine.kinds(ids), ids, strict=True):
        if commit is not None and kind == "commit":
            try:
                found[asked] = read_commit(me.bench, asked).subject
            except UnjudgeableError:
                continue
    return found
