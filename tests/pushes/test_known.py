"""What was judged before: landed commits, the baseline, policies that change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path


def test_what_landed_is_not_judged_again_on_another_ref_with_the_same_rules(world: World) -> None:
    clone = world.clone("junior-1")
    first, commit = clone.id(), clone.assisted()
    world.approve(commit)
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").accepted
    (ref,) = world.entries("push")[-1].data["verdict"]["refs"]
    assert (ref["known"], ref["commits"]) == (len([first, commit]), [])


def test_what_landed_where_a_rule_did_not_hold_is_judged_where_it_holds(world: World) -> None:
    rule = {"id": "release", "when": {"assisted": True, "refs": ["refs/heads/release/**"]}}
    world.set_policy(rules=[{**rule, "require": {"signoffs": 1, "from": {"at_least": "senior"}}}])
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").refused
    world.approve(commit)
    assert clone.push("main:refs/heads/release/1").accepted


def test_a_sign_off_for_one_ref_lets_nothing_onto_another(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted(), refs=("refs/heads/main",))
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").refused


def test_an_accepted_push_that_never_landed_vouches_for_nothing(world: World) -> None:
    """The entry is there, the ref is not: what the ledger trusts is what landed."""
    world.set_rule(enforce="warn")
    clone = world.clone("junior-1")
    first = clone.id()
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    assert world.run_hook(f"{first} {commit} refs/heads/main\n").returncode == 0
    world.set_rule()
    assert clone.push("main:main").refused


@pytest.fixture(params=["sha1", "sha256"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A repository that had assisted commits before the gate came: on main, more on a release, more on a topic."""
    world = World(tmp_path / "world", request.param)
    world.bare.mkdir(parents=True)
    world.git("init", "-q", "--bare", "-b", "main", "--template=", f"--object-format={request.param}")
    clone = world.clone("junior-1")
    for branch in ("main", "release/1", "topic"):
        clone.git("checkout", "-q", "-B", branch)
        clone.assisted(f"On {branch} before the gate")
        assert clone.push(branch).accepted
    world.set_policy()
    world.set_roster()
    world.install()
    world.hook("post-receive").unlink()
    return world


def test_what_was_there_at_the_first_install_is_in_order_on_every_protected_ref(old: World) -> None:
    clone = old.clone("junior-1")
    assert clone.push("release/1:main").accepted
    assert clone.push("topic:main").refused
    assert clone.push("release/1:refs/heads/release/2").accepted
    assert clone.push("topic:refs/heads/release/2").refused


def test_what_comes_after_the_first_install_is_judged(old: World) -> None:
    clone = old.clone("junior-1")
    clone.git("checkout", "-q", "main")
    clone.commit("After")
    assert clone.push("main:main").accepted
    clone.assisted("After, too")
    assert clone.push("main:main").refused


def test_installing_again_keeps_the_baseline(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/main", commit)
    world.install()
    clone.commit("Next")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "it was changed outside the gate" in pushed.text
    assert len(world.entries("install")) == 1


def test_a_policy_that_protects_another_ref_takes_it_as_it_is(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:refs/heads/develop").accepted
    world.set_policy(protect=["HEAD", "refs/heads/develop"])
    clone.commit("Next")
    assert clone.push("main:refs/heads/develop").accepted
    (entry,) = world.entries("policy")
    assert list(entry.data["tips"]) == ["refs/heads/develop"]
    clone.assisted("Another")
    assert clone.push("main:refs/heads/develop").refused


def test_what_a_later_policy_took_as_it_is_counts_on_that_ref_alone(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:refs/heads/develop").accepted
    world.set_policy(protect=["HEAD", "refs/heads/develop"])
    clone.commit("Next")
    assert clone.push("main:refs/heads/develop").accepted
    assert clone.push("main:main").refused


def test_a_new_policy_takes_no_ref_that_was_protected_before(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/release/1", commit)
    world.set_policy(undeclared="refuse")
    clone.commit("Next\n\nAI-Assisted: no")
    pushed = clone.push("main:refs/heads/release/1")
    assert pushed.refused
    assert "it was changed outside the gate" in pushed.text
