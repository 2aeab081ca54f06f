"""One sign-off about many commits is read once, not once for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.signoff import Decision
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


@one_format
def test_a_long_branch_signed_as_one_is_recalled_once(world: World) -> None:
    clone = world.clone("junior-1")
    commits = [clone.assisted(f"Step {number}") for number in range(30)]
    assert world.store_push(clone, [world.signoff("senior-1", clone, commits)], account="senior-1").accepted
    world.run_in_hook(
        "import gatekeeper.testimonies as testimonies\n"
        "recall, count = testimonies.recall, []\n"
        "def counted(*arguments):\n"
        "    count.append(1)\n"
        '    if len(count) > 1: raise SystemExit("recalled again")\n'
        "    return recall(*arguments)\n"
        "testimonies.recall = counted"
    )
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr
    assert "30 AI-assisted commits in order" in pushed.text


@one_format
def test_a_statement_cannot_be_padded(world: World) -> None:
    clone = world.clone("intern-1")
    commit = clone.commit("Mine")
    padded = world.signoff("intern-1", clone, [commit], Decision.AUTHOR, comment="x" * 20_000)
    pushed = world.store_push(clone, [padded], "main:refs/heads/topic")
    assert pushed.refused
    assert "at most 10000 are allowed" in pushed.text
    honest = world.signoff("intern-1", clone, [commit], Decision.AUTHOR, comment="mine")
    assert world.store_push(clone, [honest], "main:refs/heads/topic").accepted
