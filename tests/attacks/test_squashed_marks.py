"""A squash needs a sign-off for each AI-assisted commit of its range, also for one whose mark is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.carried import LINES, MARK, branch, changed, moved_on, reviewed, start
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone, Pushed
    from tests.support.world import World

EVIL = changed(LINES, 5, "evil")
OTHER = changed(LINES, 30, "other")
SIGNOFF = {
    "id": "senior-signoff",
    "when": {"assisted": True, "author": {"below": "senior"}},
    "require": {"signoffs": 1, "from": {"at_least": "senior"}},
}


def squashed(world: World, clone: Clone, approved: ObjectId) -> Pushed:
    """Push the branch for review, have one commit of it approved, and push all of it as one commit."""
    assert clone.push("+HEAD:refs/heads/review/topic").accepted
    world.approve(approved)
    head = clone.id()
    branch(clone, "squashed")
    clone.git("merge", "-q", "--squash", head)
    clone.commit("Both" + MARK, {})
    return clone.push("HEAD:main")


class TestAMarkThatIsGone:
    """Beside an approved commit there is one that nobody approved, and whose mark was taken away."""

    @one_format
    @pytest.mark.parametrize("marked", [True, False])
    def test_from_the_same_change_remade(self, world: World, marked: bool) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        clone.commit("Work" + MARK * marked, {"a.py": EVIL})
        assert clone.push("HEAD:refs/heads/wip").accepted
        moved_on(world, {"a.py": OTHER})
        clone.fetch()
        branch(clone, "topic")
        good = clone.commit("Good" + MARK, {"b.py": EVIL})
        clone.commit("Mine", {"a.py": changed(OTHER, 5, "evil")})
        assert squashed(world, clone, good).accepted is not marked

    @one_format
    @pytest.mark.parametrize("refused_before", [True, False])
    def test_from_the_same_bytes(self, world: World, refused_before: bool) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        clone.commit("Work" + MARK, {"a.py": EVIL})
        assert clone.push("HEAD:refs/heads/wip").accepted
        branch(clone, "topic")
        good = clone.commit("Good" + MARK, {"b.py": EVIL})
        clone.commit("Mine", {"a.py": EVIL})
        if refused_before:
            assert clone.push("HEAD:main").refused
        assert squashed(world, clone, good).refused

    @one_format
    @pytest.mark.parametrize("marked", [True, False])
    def test_from_an_amended_version(self, world: World, marked: bool) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        work = clone.commit("Work" + MARK * marked, {"a.py": EVIL})
        date = clone.git("log", "-1", "--format=%ad", "--date=raw", work)
        assert clone.push("HEAD:refs/heads/wip").accepted
        branch(clone, "topic")
        good = clone.commit("Good" + MARK, {"b.py": EVIL})
        clone.commit("Work", {"a.py": EVIL + "# edited\n"}, env={"GIT_AUTHOR_DATE": date})
        assert squashed(world, clone, good).accepted is not marked

    @one_format
    @pytest.mark.parametrize("marked", [True, False])
    def test_from_a_range_that_was_squashed_into_it(self, world: World, marked: bool) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        clone.commit("One" + MARK * marked, {"a.py": changed(LINES, 7, "one")})
        clone.commit("Two" + MARK * marked, {"a.py": changed(EVIL, 7, "one")})
        assert clone.push("HEAD:refs/heads/wip").accepted
        moved_on(world, {"a.py": OTHER})
        clone.fetch()
        branch(clone, "topic")
        good = clone.commit("Good" + MARK, {"b.py": EVIL})
        clone.commit("Mine", {"a.py": changed(changed(OTHER, 5, "evil"), 7, "one")})
        assert squashed(world, clone, good).accepted is not marked


class TestOnesOwnWorkBesideIt:
    """Own work on top of an approved commit, as it is in order when the branch is pushed as it is."""

    @one_format
    def test_on_the_same_file(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        good = clone.commit("Good" + MARK, {"a.py": changed(LINES, 5, "good")})
        clone.commit("Mine", {"a.py": changed(changed(LINES, 5, "good"), 7, "mine")})
        assert squashed(world, clone, good).accepted

    @one_format
    def test_moving_the_file(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        good = clone.commit("Good" + MARK, {"new.py": EVIL})
        clone.git("mv", "new.py", "moved.py")
        clone.commit("Mine", {})
        assert squashed(world, clone, good).accepted


@one_format
@pytest.mark.parametrize("tools", [("claude", "cursor"), ("cursor", "claude"), ("claude", "claude")])
@pytest.mark.parametrize("says", [MARK, ""])
def test_no_tool_hides_another(world: World, tools: tuple[str, str], says: str) -> None:
    world.set_policy(rules=[SIGNOFF, {"id": "no-cursor", "when": {"tools": ["cursor"]}, "refuse": "not here"}])
    clone = start(world, {"a.py": LINES, "b.py": LINES})
    one = clone.commit(f"One\n\nAssisted-by: {tools[0]}\n", {"a.py": EVIL})
    two = clone.commit(f"Two\n\nAssisted-by: {tools[1]}\n", {"b.py": EVIL})
    reviewed(world, clone, one, two)
    branch(clone, "squashed")
    clone.git("merge", "-q", "--squash", two)
    clone.commit("Both" + says, {})
    pushed = clone.push("HEAD:main")
    assert pushed.accepted is ("cursor" not in tools)
    assert ("not here" in pushed.text) is ("cursor" in tools)
