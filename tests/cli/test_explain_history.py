"""`gatekeeper explain` on the server: what the ledger remembers, and what carries over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.commands import run
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World

CODE = "".join(f"def function_{number}():\n    return {number}\n" for number in range(20))


def explained(world: World, commit: ObjectId) -> str:
    said = run("explain", commit, "--into", "main", "--repo", "shop.git", cwd=world.root)
    assert said.status in (0, 1), said.err
    return said.out


@one_format
def test_it_says_where_the_mark_was(world: World) -> None:
    clone = world.clone()
    marked = clone.commit("Work\n\nAssisted-by: claude\n", {"a.py": CODE})
    assert clone.push("HEAD:refs/heads/topic").accepted
    commit = clone.commit("Work", {}, "--amend")
    assert clone.push("+HEAD:refs/heads/topic").accepted
    text = explained(world, commit)
    assert f"the mark was in {marked[:7]}, pushed by junior-1 on " in text
    assert "the same change" in text


@one_format
def test_it_says_what_was_really_reviewed(world: World) -> None:
    clone = world.clone()
    reviewed = clone.commit("Work\n\nAssisted-by: claude\n", {"a.py": CODE})
    assert clone.push("HEAD:refs/heads/topic").accepted
    world.approve(reviewed)
    commit = clone.commit("Better words\n\nAssisted-by: claude\n", {}, "--amend")
    assert clone.push("+HEAD:refs/heads/topic").accepted
    assert f"counts (made for {reviewed[:7]}, carried over)" in explained(world, commit)
