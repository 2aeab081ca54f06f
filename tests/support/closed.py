"""What a refusal for want of knowledge looks like, whatever is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.clones import Pushed
    from tests.support.world import World

SECOND_LINE = "gatekeeper: Nothing was pushed. "


def push_plain(world: World, ref: str = "main") -> Pushed:
    """Push something that is in order."""
    clone = world.clone("senior-1")
    clone.commit("Plain")
    return clone.push(f"main:{ref}")


def cannot_decide(world: World, why: str, ref: str = "main") -> Pushed:
    """Push something that is in order; it must be refused for `why`, and leave nothing."""
    before = world.refs()
    pushed = push_plain(world, ref)
    assert pushed.undecided, pushed.stderr
    assert why in pushed.first_line
    assert pushed.lines[1].startswith(SECOND_LINE)
    assert not any("Traceback" in line for line in pushed.lines)
    assert world.refs() == before
    assert not world.has(world.clone("senior-1").id())
    assert not list((world.bare / "gatekeeper").glob("tmp-*"))
    return pushed
