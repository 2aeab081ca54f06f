"""Killed while it puts lost sign-offs back, gatekeeper explains its own store at the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper import settling
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.installing import find_git
from gatekeeper.opening import Server

if TYPE_CHECKING:
    from tests.support.world import World


def test_a_store_written_by_a_killed_heal_is_explained(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = world.clone("junior-1")
    first, second = clone.assisted("One"), clone.assisted("Two")
    world.approve(first)
    tip = world.refs()[SIGNOFFS]
    world.approve(second)
    # The second update of the store was accepted and lost its race; then healing is killed before it is noted.
    world.git("update-ref", SIGNOFFS, tip)
    with world.ledger() as ledger, Server(str(world.bare), find_git()) as server:
        server.now = type(server.now)(server.now + 7200)
        settling.reconcile(server, ledger, "test")
        real = settling._healed

        def killed(*_: object) -> dict[str, str]:
            raise KeyboardInterrupt

        monkeypatch.setattr(settling, "_healed", killed)
        with pytest.raises(KeyboardInterrupt):
            settling.heal_store(server, ledger)
        monkeypatch.setattr(settling, "_healed", real)
    assert world.refs()[SIGNOFFS] != tip
    with world.ledger() as ledger, Server(str(world.bare), find_git()) as server:
        assert settling.reconcile(server, ledger, "test").unexplained == ()
    assert world.faults() == []
    assert clone.push("main:main").accepted


def test_a_store_that_somebody_else_wrote_is_not(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    world.file(clone, [world.signoff("senior-1", clone, [clone.commit("More")])])
    clone.git("push", "-q", str(world.bare), f"{SIGNOFFS}:refs/heads/smuggled", env={"GATEKEEPER_USER": "x"})
    world.git("update-ref", SIGNOFFS, "refs/heads/smuggled")
    with world.ledger() as ledger, Server(str(world.bare), find_git()) as server:
        assert [ref for ref, _, _ in settling.reconcile(server, ledger, "test").unexplained] == [SIGNOFFS]
