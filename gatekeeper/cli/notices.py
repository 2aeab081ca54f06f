"""What a signer should know before the question, besides the commits: own work, vetoes, what landed already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.approval import revocations
from gatekeeper.core.signoff import Decision
from gatekeeper.core.writers import named_writers
from gatekeeper.formats.text import short, short_ref, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.cli.stating import Signatory
    from gatekeeper.core.proposal import Item

MAX_LISTED = 6


def say_own_work(me: Signatory, items: Sequence[Item]) -> None:
    """Say that one's own work is not one's own to approve."""
    own = [short(item.commit.id) for item in items if me.signer in named_writers(item.commit, me.published.roster)]
    if own:
        _note(me, f"{', '.join(own)} by yourself: your approval does not count for your own work")


def say_what_landed(me: Signatory, items: Sequence[Item], ref: str) -> None:
    """Say that a veto takes nothing out of a branch, as far as this clone knows what is on it."""
    tip = me.clone.server_tip(ref)
    ahead = me.bench.engine.ids([item.commit.id for item in items], [tip]) if tip else None
    landed = [short(item.commit.id) for item in items if ahead is not None and item.commit.id not in ahead]
    if landed:
        more = f" and {len(landed) - MAX_LISTED} more" if len(landed) > MAX_LISTED else ""
        where = f"{', '.join(landed[:MAX_LISTED])}{more} on {visible(short_ref(ref))} already"
        _note(me, f"{where}; a veto takes nothing out, it stops what goes further")


def say_vetoes(me: Signatory, items: Sequence[Item]) -> None:
    """Say who has vetoed what is about to be approved, as far as this clone's stores know."""
    ladder = me.published.roster.ladder
    told: set[str] = set()
    for commit, said in me.bench.signoffs([item.commit.id for item in items]).items():
        taken_back = revocations(said)
        for veto in said:
            in_force = veto.statement.decision is Decision.REJECT and veto.statement_id not in taken_back
            counts = not veto.flaw and veto.signer and me.published.policy.may_approve(veto.signer, ladder)
            if not in_force or not counts or veto.statement_id in told:
                continue
            told.add(veto.statement_id)
            own = veto.statement.signer == me.signer.id
            lifts = "your approval lifts this veto of yours" if own else f"vetoed by {visible(veto.statement.signer)}"
            _note(me, f"{short(commit)}: {lifts}: {visible(veto.statement.comment, 200)}")


def _note(me: Signatory, text: str) -> None:
    me.say.print(f"note: {text}", style="yellow")
