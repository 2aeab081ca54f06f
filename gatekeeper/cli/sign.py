"""`gatekeeper sign`: approve commits; or say that they are one's own, or that they cannot wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gatekeeper.checking import check
from gatekeeper.cli.common import INTO
from gatekeeper.cli.stating import REVISIONS, count, signatory, signing_options, span
from gatekeeper.core.authorship import Proof
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import Decision
from gatekeeper.core.verdict import Outcome
from gatekeeper.core.writers import named_writers
from gatekeeper.desk import DeskError
from gatekeeper.formats.text import short, short_ref, visible
from gatekeeper.signing import DEFAULT_LIFE, EMERGENCY_LIFE, SigningRefusedError, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.bench import Bench
    from gatekeeper.cli.stating import Signatory
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.proposal import Item
    from gatekeeper.desk import Revision

MAX_LISTED = 6


class Act(Record):
    """What is done to commits, in words."""

    decision: Decision
    doing: str
    verb: str
    question: str
    """Before the number of commits."""
    after: str = "The sign-off is on the server; the push can be repeated now."


APPROVAL = Act(decision=Decision.APPROVE, doing="approving", verb="approve", question="Approve {total}?")
AUTHORSHIP = Act(
    decision=Decision.AUTHOR,
    doing="saying who wrote what",
    verb="claim",
    question="State that you wrote {total}?",
    after="The statement is on the server; it approves nothing. The push can be repeated now.",
)
EMERGENCY = Act(
    decision=Decision.EMERGENCY,
    doing="declaring an emergency",
    verb="let in",
    question="Let {total} into {ref} without the sign-offs that are missing?",
    after="The emergency is on the server; the push can be repeated now.",
)


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
    life = _life(act, expires)
    with signatory(ctx, key, act.doing) as me:
        ref = me.clone.full_ref(into, me.published)
        _require_right(act, me)
        terms = Terms(
            repository=me.published.repository,
            refs=(ref,) if only_this_ref or act is EMERGENCY else (),
            comment=emergency or comment,
            life=life,
            decision=act.decision,
        )

        def picked(revision: Revision, base: ObjectId | None) -> list[ObjectId] | None:
            return _needed(me.bench, ref, revision, base) if only_needed else None

        proposals = me.choose(revisions, ref, act.verb, picked)
        _look_at_authors(act, me, [item for proposal in proposals for item in proposal.items])
        total = count(proposals)
        return me.conclude(
            me.draft(proposals, terms),
            act.question.format(total=total, ref=visible(short_ref(ref))),
            f"Signed: {total}.",
            act.after,
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


def _life(act: Act, expires: str | None) -> int:
    """Return for how many seconds it counts.

    Raises:
        click.BadParameter: if that is no span, or longer than any emergency.
    """
    longest = EMERGENCY_LIFE if act is EMERGENCY else None
    if expires is None:
        return longest or DEFAULT_LIFE
    life = span(expires)
    if longest is not None and life > longest:
        raise click.BadParameter("an emergency lasts 24h at most", param_hint="--expires")
    return life


def _require_right(act: Act, me: Signatory) -> None:
    """Stop here if what would be signed would not count.

    Raises:
        SigningRefusedError: then.
    """
    if act is APPROVAL:
        me.require_approver(
            "no rule of this server takes a sign-off of yours", "ask one of the people whom the refused push named"
        )
    if act is EMERGENCY and not me.published.policy.may_declare_emergency(me.signer, me.published.roster.ladder):
        raise SigningRefusedError(
            f"{me.signer.id} may not declare an emergency (emergency.allowed in the policy of this server)",
            "ask for a sign-off, or the owner of the server",
        )
    if act is AUTHORSHIP and Proof.STATEMENT not in me.published.policy.author_proof:
        raise SigningRefusedError(
            "this server takes no statement as proof of who wrote a commit (author_proof in its policy)",
            "sign the commits themselves (git commit -S), or ask for a sign-off",
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


def _look_at_authors(act: Act, me: Signatory, items: Sequence[Item]) -> None:
    """Say that one's own work is not one's own to approve, and refuse to claim that of others.

    Raises:
        SigningRefusedError: then.
    """
    own: list[Item] = []
    others: list[Item] = []
    for item in items:
        (own if me.signer in named_writers(item.commit, me.published.roster) else others).append(item)
    if act is AUTHORSHIP and others:
        listed = ", ".join(
            f"{short(item.commit.id)} by {visible(item.commit.author.email, 60)}" for item in others[:MAX_LISTED]
        )
        more = f" and {len(others) - MAX_LISTED} more" if len(others) > MAX_LISTED else ""
        raise SigningRefusedError(
            f"not your work: {listed}{more}",
            f"name commits that have an address of {me.signer.id} as author: gatekeeper sign --mine ID...",
        )
    if act is APPROVAL and own:
        listed = ", ".join(short(item.commit.id) for item in own)
        me.say.print(f"note: {listed} by yourself: your approval does not count for your own work", style="yellow")
