"""`gatekeeper sign`: approve commits; or say that they are one's own, or that they cannot wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gatekeeper.checking import check
from gatekeeper.cli.acts import APPROVAL, AUTHORSHIP, EMERGENCY, Act, life, perform
from gatekeeper.cli.common import INTO
from gatekeeper.cli.stating import REVISIONS, signatory, signing_options
from gatekeeper.core.verdict import CommitFinding, Outcome
from gatekeeper.desk import DeskError

if TYPE_CHECKING:
    from gatekeeper.bench import Bench
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.desk import Revision


@click.command("sign")
@REVISIONS
@click.option("-m", "--message", "comment", default="", metavar="TEXT", help="A comment, part of what is signed.")
@INTO
@click.option("--only-this-ref", is_flag=True, help="The sign-off counts for the --into ref alone.")
@click.option("--only-needed", is_flag=True, help="Only the commits that still need a sign-off.")
@click.option("--expires", metavar="SPAN", help="How long it counts, such as 30d or 12h; default: 90d.")
@click.option("--mine", is_flag=True, help="State that you wrote the commits. This approves nothing.")
@click.option("--emergency", metavar="WHY", help="Let them into the --into ref unapproved, at most 24h long.")
@signing_options
@click.pass_context
def command(  # noqa: PLR0917 - click passes one parameter for each option
    ctx: click.Context,
    revisions: tuple[str, ...],
    comment: str,
    into: str,
    only_this_ref: bool,
    only_needed: bool,
    expires: str | None,
    mine: bool,
    emergency: str | None,
    key: str | None,
    local: bool,
    yes: bool,
) -> int:
    """Approve commits with one signature, and push the sign-off.

    It shows the commits, asks, and signs with your SSH key. A branch (origin/review/checkout) or HEAD means its
    commits that are not yet on the --into ref, a range A..B its commits, an object id that one commit. What is
    signed is exactly the ids shown: nothing is fetched in between.

    With --mine it states that the commits are your own work, where the server cannot tell by who pushed them first.
    With --emergency it declares that they cannot wait, where the policy lets you; sign-offs stay owed.
    """
    act = _act(mine=mine, emergency=emergency, comment=comment, only_needed=only_needed)
    seconds = life(act, expires)
    with signatory(ctx, key, act.doing) as me:
        ref = me.clone.full_ref(into, me.published)

        def needed(revision: Revision, base: ObjectId | None) -> list[ObjectId]:
            return _needed(me.bench, ref, revision, base)

        return perform(
            act,
            me,
            revisions,
            ref,
            comment=emergency or comment,
            picker=needed if only_needed else None,
            bound=only_this_ref or act is EMERGENCY,
            seconds=seconds,
            local=local,
            yes=yes,
        )


def _act(*, mine: bool, emergency: str | None, comment: str, only_needed: bool) -> Act:
    """Return what the options ask for.

    Raises:
        click.UsageError: if they do not go together.
    """
    if emergency is None:
        if mine and only_needed:
            raise click.UsageError("--mine and --only-needed do not go together: no commit needs to be yours")
        return AUTHORSHIP if mine else APPROVAL
    if mine:
        raise click.UsageError("--mine and --emergency do not go together: sign twice")
    if comment:
        raise click.UsageError("--emergency has its reason already; leave -m out")
    if not any(map(str.isalnum, emergency)):
        raise click.BadParameter("say why", param_hint="--emergency")
    return EMERGENCY


def _needed(bench: Bench, ref: str, revision: Revision, base: ObjectId | None) -> list[ObjectId]:
    """Return the commits that still need a sign-off.

    Raises:
        DeskError: if none does.
    """
    verdict = check(bench, ref, revision.head, [base] if base else bench.engine.parents(revision.head))
    judged = [commit for found in verdict.refs for commit in found.commits]
    needed = [commit.commit for commit in judged if commit.outcome is not Outcome.ACCEPTED and not _has_it(commit)]
    if not needed:
        raise DeskError(f"{revision.text}: no commit needs a sign-off")
    return needed


def _has_it(commit: CommitFinding) -> bool:
    """Whether a commit is undecided here only because the server alone knows that its signers did not push it first."""
    open_rules = [rule for rule in commit.rules if rule.outcome is Outcome.UNDECIDED]
    return commit.outcome is Outcome.UNDECIDED and not commit.problems and all(rule.applies for rule in open_rules)
