"""Who has left proves no authorship any more, whatever account or statement of theirs is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.signoff import Decision

if TYPE_CHECKING:
    from tests.support.world import World


def test_the_account_of_a_leaver_proves_nothing(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted("While here")
    assert clone.push("main:main").accepted
    world.set_roster({"senior-1": {"until": "2026-01-01"}})
    clone.assisted("After leaving")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "1 commit needs a sign-off" in pushed.first_line


def test_a_statement_from_before_the_departure_proves_nothing_after_it(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [mine], "main:refs/heads/topic", account="senior-1").accepted
    world.set_roster({"senior-1": {"until": "2026-01-01"}})
    assert clone.push("main:main").refused
    world.set_roster({"senior-1": {"until": "2999-01-01"}})
    assert clone.push("main:main").accepted
