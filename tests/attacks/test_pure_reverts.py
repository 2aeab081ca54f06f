"""Taking out bad code is quick: the exact inverse of an AI-assisted commit, in time, once; and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

MARK = "\n\nAssisted-by: claude\n"
CODE = "".join(f"def function_{number}():\n    return {number}\n" for number in range(20))


def landed(world: World, clone: Clone, files: dict[str, str], message: str = "Work" + MARK) -> ObjectId:
    """A commit on main, approved if it is marked."""
    commit = clone.commit(message, files)
    if MARK in message:
        world.approve(commit, holder=clone.owner.id)
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr
    return commit


def revert(clone: Clone, commit: str = "HEAD", *options: str, marked: bool = True) -> ObjectId:
    """An agent takes a commit out, and says so."""
    clone.git("revert", "--no-edit", *options, commit, env=clone.dates())
    return clone.commit("Take it out" + (MARK if marked else ""), {}, "--amend")


def test_within_the_window(world: World) -> None:
    clone = world.clone()
    commit = landed(world, clone, {"a.py": CODE})
    revert(clone)
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert pushed.first_line.startswith(
        f'gatekeeper: REVERT main: 1 commit without its sign-off, reason "takes out {commit}'
    )
    (update,) = world.entries("push")[-1].data["updates"]
    (judged,) = update["commits"]
    assert judged["owed"]["rules"] == ["senior-signoff"]
    assert not judged["clean"]


def test_outside_of_the_window(world: World) -> None:
    clone = world.clone()
    landed(world, clone, {"a.py": CODE})
    world.set_policy(pure_reverts="off")
    revert(clone)
    assert clone.push("main:main").refused
    world.set_policy(pure_reverts={"within": "1m"})
    assert clone.push("main:main").accepted


def test_a_revert_of_the_revert_brings_back_what_needs_a_sign_off(world: World) -> None:
    clone = world.clone()
    landed(world, clone, {"a.py": CODE})
    revert(clone)
    assert clone.push("main:main").accepted
    revert(clone)
    assert clone.push("main:main").refused
    clone.commit("Bring it back", {}, "--amend")
    assert clone.push("main:main").refused


def test_of_something_that_is_not_assisted(world: World) -> None:
    clone = world.clone()
    landed(world, clone, {"check.py": CODE}, "Fix a hole")
    taken = revert(clone)
    assert clone.push("main:main").refused
    world.approve(taken)
    assert clone.push("main:main").accepted


def test_by_text_only(world: World) -> None:
    clone = world.clone()
    commit = landed(world, clone, {"a.py": CODE})
    clone.commit(f'Revert "Work"\n\nThis reverts commit {commit}.{MARK}', {"a.py": "evil = True\n"})
    assert clone.push("main:main").refused


def test_with_something_beside_it(world: World) -> None:
    clone = world.clone()
    landed(world, clone, {"a.py": CODE})
    revert(clone)
    clone.commit("Take it out" + MARK, {"evil.py": CODE}, "--amend")
    assert clone.push("main:main").refused


def test_of_a_merge_that_brought_only_assisted_commits(world: World) -> None:
    clone = world.clone()
    clone.git("checkout", "-q", "-b", "topic")
    one = clone.commit("One" + MARK, {"a.py": CODE})
    two = clone.commit("Two" + MARK, {"b.py": CODE + "#\n"})
    clone.git("checkout", "-q", "main")
    clone.merge("topic")
    world.approve(one)
    world.approve(two)
    assert clone.push("main:main").accepted
    revert(clone, "HEAD", "-m", "1")
    assert clone.push("main:main").accepted


def test_of_a_merge_that_brought_human_work_too(world: World) -> None:
    clone = world.clone()
    clone.git("checkout", "-q", "-b", "topic")
    one = clone.commit("One" + MARK, {"a.py": CODE})
    clone.commit("Fix a hole", {"check.py": CODE + "#\n"})
    clone.git("checkout", "-q", "main")
    clone.merge("topic")
    world.approve(one)
    assert clone.push("main:main").accepted
    revert(clone, "HEAD", "-m", "1")
    assert clone.push("main:main").refused


@one_format
def test_it_lifts_no_other_rule(world: World) -> None:
    clone = world.clone()
    landed(world, clone, {"secrets/a.py": CODE})
    everything = {"id": "frozen", "when": {"paths": ["secrets/"]}, "refuse": "frozen"}
    world.set_policy(rules=[everything])
    revert(clone)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "frozen" in pushed.text


@one_format
def test_on_another_branch_than_where_it_landed(world: World) -> None:
    clone = world.clone()
    landed(world, clone, {"a.py": CODE})
    assert clone.push("main:refs/heads/release/1").accepted
    clone.git("checkout", "-q", "-b", "old", "main~1")
    made = clone.commit("Made here by hand", {"a.py": CODE}, author="mid-1")
    taken = revert(clone)
    assert clone.push(f"{taken}:refs/heads/release/2").refused
    world.approve(made)
    assert clone.push("old:refs/heads/release/2").accepted
