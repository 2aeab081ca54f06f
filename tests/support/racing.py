"""Pushes that race each other, and what an honest one is told that was too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Pushed
    from tests.support.world import World
PATIENCE = 200
"""How often somebody may be too late."""
RACES = (
    "the branch moved",
    "does not build on the server's store",
    "cannot lock ref",
    "failed to update ref",
    "fetch first",
    "non-fast-forward",
    "incorrect old value",
    "stale info",
)
"""What an honest push is told when somebody else was quicker: by the gate, by receive-pack, by one's own git."""


def lost_a_race(pushed: Pushed) -> bool:
    return not pushed.accepted and any(race in pushed.stderr for race in RACES)


def insist(push: Callable[[], Pushed]) -> None:
    """Push until nobody else is quicker; nothing but a lost race may be in the way."""
    for _ in range(PATIENCE):
        pushed = push()
        if pushed.accepted:
            return
        assert lost_a_race(pushed), pushed.stderr
        assert not pushed.undecided, pushed.stderr
    pytest.fail("always too late")


def landed(world: World, ref: str) -> set[str]:
    """The commits that the ledger says are on a ref: of its landed updates, and the first one."""
    with world.ledger() as ledger:
        commits = [ObjectId(commit) for commit in world.git("rev-list", ref).split()]
        return {commit for commit, all_of_it in ledger.landings(commits).items() if ref in {a.ref for a in all_of_it}}
