"""Nobody can change what people and tools read on the server by pushing replacement refs (git-replace(1))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.world import World


@pytest.mark.parametrize("prefix", ["refs/replace/", "refs/Replace/"])
def test_a_replacement_ref_is_refused(world: World, prefix: str) -> None:
    clone = world.clone("junior-1")
    main = clone.id()
    evil = clone.assisted()
    pushed = clone.push(f"{evil}:{prefix}{main}")
    assert pushed.refused
    assert "replacement refs cannot be pushed" in pushed.text
    assert clone.push(f"{evil}:refs/heads/replace/{main}").accepted


def test_one_that_is_there_can_be_taken_away(world: World) -> None:
    clone = world.clone("senior-1")
    main = clone.id()
    clone.commit("Another")
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", f"refs/replace/{main}", clone.id())
    assert clone.push(f":refs/replace/{main}").accepted
    assert f"refs/replace/{main}" not in world.refs()
