"""A rule on paths cannot be walked around by a merge that carries an edit across a rename."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World

CONTENT = "".join(f"line {number}\n" for number in range(50))
RULE = {
    "id": "secure",
    "why": "Reviewed by a senior.",
    "when": {"paths": ["secure/**"]},
    "require": {"signoffs": 1, "from": {"at_least": "senior"}},
    "enforce": "refuse",
}


@pytest.fixture
def moved(world: World) -> World:
    """A file was moved into a guarded directory; branches from before the move exist."""
    senior = world.clone("senior-1")
    senior.commit("Library", {"lib/a.py": CONTENT, "lib/b.py": "b\n"})
    assert senior.push("main:main", "main:refs/heads/before").accepted
    (senior.path / "secure").mkdir()
    senior.git("mv", "lib/a.py", "secure/a.py")
    senior.commit("Move", {})
    assert senior.push("main:main").accepted
    world.set_policy(rules=[RULE])
    return world


def branched(world: World, edit: dict[str, str]) -> Clone:
    """Edit on a branch from before the move, and merge that into main."""
    junior = world.clone("junior-1")
    junior.fetch("refs/heads/before:refs/heads/before")
    junior.sync()
    junior.git("checkout", "-q", "-b", "topic", "before")
    junior.commit("Edit", edit)
    junior.git("checkout", "-q", "main")
    junior.merge("topic")
    return junior


def test_an_edit_carried_across_the_rename_needs_what_the_rule_asks_for(moved: World) -> None:
    junior = branched(moved, {"lib/a.py": "evil\n" + CONTENT})
    assert junior.git("show", "main:secure/a.py").startswith("evil")
    pushed = junior.push("main:main")
    assert pushed.refused
    assert "rule secure" in pushed.text
    moved.approve(junior.id())
    assert junior.push("main:main").accepted


def test_a_merge_that_touches_nothing_guarded_goes_through(moved: World) -> None:
    assert branched(moved, {"lib/b.py": "better\n"}).push("main:main").accepted


def test_a_direct_edit_needs_it_too(moved: World) -> None:
    junior = moved.clone("junior-1")
    junior.sync()
    junior.commit("Edit", {"secure/a.py": "evil\n"})
    assert junior.push("main:main").refused
