"""What a policy adds to the marks, and tools that it forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

RULE = {
    "id": "senior-signoff",
    "when": {"assisted": True, "author": {"below": "senior"}},
    "require": {"signoffs": 1, "from": {"at_least": "senior"}},
}
OWN: dict[str, Any] = {
    "tools": {
        "acme": {"signals": [{"kind": "trailer", "pattern": "Acme-Run: *"}, {"kind": "agent", "pattern": "acme"}]}
    },
    "keys": {"X-Robot": "any", "Prompted-with": "tool"},
}


@one_format
@pytest.mark.parametrize("mark", ["Acme-Run: 7", "Assisted-by: Acme", "X-Robot: anything", "prompted-with: Codex"])
def test_a_mark_of_the_policys_own_asks_for_a_sign_off_like_any_other(world: World, mark: str) -> None:
    clone = world.clone("junior-1")
    clone.commit(f"Add retry\n\n{mark}")
    world.set_policy(rules=[RULE], assisted=OWN)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert mark in pushed.text
    world.approve(clone.id(), "senior-1")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("mark", ["X-Robot: no", "Prompted-with: patience", "Acme: 7", "Assisted-by: Acmed Smith"])
def test_what_is_no_mark_of_the_policy_passes(world: World, mark: str) -> None:
    world.set_policy(rules=[RULE], assisted=OWN)
    clone = world.clone("junior-1")
    clone.commit(f"Add retry\n\n{mark}")
    assert clone.push("main:main").accepted


@one_format
def test_without_the_policys_key_its_mark_is_none(world: World) -> None:
    world.set_policy(rules=[RULE])
    clone = world.clone("junior-1")
    clone.commit("Add retry\n\nX-Robot: anything\nAcme-Run: 7")
    assert clone.push("main:main").accepted


def test_a_forbidden_tool_is_refused_with_the_policys_words_and_no_sign_off_helps(world: World) -> None:
    forbid = {"id": "approved-tools", "when": {"tools": ["cursor", "acme"]}, "refuse": "Ask the security team first."}
    world.set_policy(rules=[RULE, forbid], assisted=OWN)
    clone = world.clone("junior-1")
    allowed = clone.commit("Allowed\n\nCo-authored-by: Claude <noreply@anthropic.com>")
    world.approve(allowed, "senior-1")
    assert clone.push("main:main").accepted
    for mark in ("Made-with: Cursor", "Acme-Run: 7"):
        commit = clone.commit(f"Forbidden\n\n{mark}")
        world.approve(commit, "senior-1")
        pushed = clone.push("main:main")
        assert pushed.refused
        assert "Ask the security team first." in pushed.text
        clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.commit("By hand")
    assert clone.push("main:main").accepted


@one_format
def test_what_landed_under_fewer_marks_is_judged_again_on_another_branch(world: World) -> None:
    world.set_policy(protect=["HEAD", "refs/heads/release/**"], rules=[RULE])
    clone = world.clone("junior-1")
    clone.commit("Add retry\n\nX-Robot: anything")
    assert clone.push("main:main").accepted
    world.set_policy(protect=["HEAD", "refs/heads/release/**"], rules=[RULE], assisted=OWN)
    assert clone.push("main:refs/heads/release/1").refused
    clone.commit("Plain")
    assert clone.push("main:main").accepted
