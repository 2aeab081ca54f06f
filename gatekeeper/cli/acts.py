"""What can be signed about commits: approval, veto, authorship, emergency. Who may, how long it holds, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gatekeeper.cli.notices import say_own_work, say_vetoes, say_what_landed
from gatekeeper.cli.stating import span
from gatekeeper.core.approval import EMERGENCY_LASTS
from gatekeeper.core.authorship import Proof
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import Decision
from gatekeeper.core.writers import named_writers
from gatekeeper.formats.text import plural, short, short_ref, visible
from gatekeeper.signing import DEFAULT_LIFE, SigningRefusedError, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.cli.stating import Picker, Signatory
    from gatekeeper.core.proposal import Item

MAX_LISTED = 6


class Act(Record):
    """One of them, in words.

    `{total}` stands for `2 commits`, `{ref}` for `main`, `{ids}` for statement ids, `{id}` for the one that there is.
    """

    decision: Decision
    doing: str
    """What an agent must not do."""
    verb: str
    question: str
    done: str = "Signed: {total}."
    after: str = "The sign-off is on the server; the push can be repeated now."
    late: str = ""
    """Instead of `after`, where every commit has landed already; empty: `after` all the same."""


APPROVAL = Act(
    decision=Decision.APPROVE,
    doing="approving",
    verb="approve",
    question="Approve {total}?",
    late="The sign-off is on the server. They have landed already: it settles what is owed for them.",
)
VETO = Act(
    decision=Decision.REJECT,
    doing="rejecting",
    verb="reject",
    question="Reject {total}?",
    done="Rejected: {total}, veto {ids}.",
    after="It is on the server; you can take it back with: gatekeeper revoke {id} -m WHY",
)
AUTHORSHIP = Act(
    decision=Decision.AUTHOR,
    doing="saying who wrote what",
    verb="claim",
    question="State that you wrote {total}?",
    done="Stated: {total} of your own.",
    after="The statement is on the server; it approves nothing. The push can be repeated now.",
)
EMERGENCY = Act(
    decision=Decision.EMERGENCY,
    doing="declaring an emergency",
    verb="let in",
    question="Let {total} into {ref} without the sign-offs that are missing?",
    after="The emergency is on the server; the push can be repeated now.",
)


def life(act: Act, expires: str | None) -> int:
    """Return for how many seconds it counts, by the option `--expires`.

    Raises:
        click.BadParameter: if that is no span, or longer than any emergency.
    """
    longest = EMERGENCY_LASTS if act is EMERGENCY else None
    if expires is None:
        return longest or DEFAULT_LIFE
    seconds = span(expires)
    if longest is not None and seconds > longest:
        raise click.BadParameter("an emergency lasts 24h at most", param_hint="--expires")
    return seconds


def perform(
    act: Act,
    me: Signatory,
    revisions: Sequence[str],
    ref: str,
    *,
    comment: str,
    picker: Picker | None = None,
    bound: bool = False,
    seconds: int = DEFAULT_LIFE,
    local: bool,
    yes: bool,
) -> int:
    """Show commits, ask, sign, deliver; return the exit status.

    Args:
        act: What is signed.
        me: Who signs.
        revisions: The arguments as typed.
        ref: Full name of the ref that they are for.
        comment: Part of what is signed.
        picker: Which commits of a revision; None for all.
        bound: Whether it counts for `ref` alone.
        seconds: How long it counts; a veto does not expire.
        local: Keep it in this clone.
        yes: Do not ask.

    Raises:
        SigningRefusedError: if it would not count.
        DeskError: if there is nothing to sign, or it does not get to the server.
    """
    _require_right(act, me)
    terms = Terms(
        repository=me.published.repository,
        refs=(ref,) if bound else (),
        comment=comment,
        life=seconds,
        decision=act.decision,
    )
    proposals = me.choose(revisions, ref, act.verb, picker)
    items = [item for proposal in proposals for item in proposal.items]
    if act is AUTHORSHIP:
        _refuse_work_of_others(me, items)
    if act is VETO:
        say_what_landed(me, items, ref)
    if act is APPROVAL:
        say_own_work(me, items)
        say_vetoes(me, items)
    statements = me.draft(proposals, terms)
    ids = [short(me.id_of(statement)) for statement in statements]
    words = {"total": plural(len(items), "commit"), "ref": visible(short_ref(ref)), "ids": ", ".join(ids)}
    words["id"] = ids[0] if len(ids) == 1 else "ID"
    return me.conclude(
        statements,
        act.question.format(**words),
        act.done.format(**words),
        (act.late if act.late and _landed(me, items, ref) else act.after).format(**words),
        local=local,
        yes=yes,
    )


def _landed(me: Signatory, items: Sequence[Item], ref: str) -> bool:
    """Whether every commit is on the ref, by what this clone knows of the server."""
    tip = me.clone.server_tip(ref)
    return tip is not None and not me.bench.engine.ids([item.commit.id for item in items], [tip])


def _require_right(act: Act, me: Signatory) -> None:
    """Stop here if what would be signed would not count.

    Raises:
        SigningRefusedError: then.
    """
    policy = me.published.policy
    if act is APPROVAL:
        me.require_approver(
            "no rule of this server takes a sign-off of yours", "ask one of the people whom the refused push named"
        )
    if act is VETO:
        me.require_approver("a veto of yours would not count", "tell the author, or ask somebody who may approve")
    if act is EMERGENCY and not policy.may_declare_emergency(me.signer, me.published.roster.ladder):
        raise SigningRefusedError(
            f"{me.signer.id} may not declare an emergency (emergency.allowed in the policy of this server)",
            "ask for a sign-off, or the owner of the server",
        )
    if act is AUTHORSHIP and Proof.STATEMENT not in policy.author_proof:
        raise SigningRefusedError(
            "this server takes no statement as proof of who wrote a commit (author_proof in its policy)",
            "sign the commits themselves (git commit -S), or ask for a sign-off",
        )


def _refuse_work_of_others(me: Signatory, items: Sequence[Item]) -> None:
    """Stop here if somebody claims what the commits do not name them for.

    Raises:
        SigningRefusedError: then.
    """
    others = [item for item in items if me.signer not in named_writers(item.commit, me.published.roster)]
    if others:
        listed = ", ".join(
            f"{short(item.commit.id)} by {visible(item.commit.author.email, 60)}" for item in others[:MAX_LISTED]
        )
        more = f" and {len(others) - MAX_LISTED} more" if len(others) > MAX_LISTED else ""
        raise SigningRefusedError(
            f"not your work: {listed}{more}",
            f"name commits that have an address of {me.signer.id} as author: gatekeeper sign --mine ID...",
        )
