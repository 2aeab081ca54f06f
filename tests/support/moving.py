"""Commits to move a protected branch by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World


def land_commits(clone: Clone, *names: str) -> None:
    for name in names:
        clone.commit(name)
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr


# ---- what git push would not send ------------------------------------------------------------------


def lined_up(world: World) -> tuple[Clone, ObjectId, ObjectId, ObjectId]:
    """A clone with an assisted commit on top of the tip of main; zeros, that tip, and that commit."""
    clone = world.clone("junior-1")
    return clone, world.object_format.zero, clone.id(), clone.assisted()
