"""A merge that only merges adds nothing; one that adds is judged for what it adds, however it is dressed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import run
from tests.support.merging import BASE, BOTH, BOTTOM, TOP, merge_commit, side_branch, two_sides
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


def test_a_clean_merge_of_signed_work_needs_nothing_of_its_own(world: World) -> None:
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    merge = clone.merge("side")
    assert clone.push("main:main").refused
    world.approve(side)
    assert clone.push("main:main").accepted
    assert world.refs()["refs/heads/main"] == merge


def test_what_a_merge_brings_by_its_second_parent_is_judged(world: World) -> None:
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    clone.merge("side")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert side[:7] in pushed.text
    assert "1 of 3 commits" in pushed.first_line


def test_an_evil_merge_of_assisted_work_needs_a_sign_off_of_its_own(world: World) -> None:
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    merge = clone.merge("side", amend={"src/backdoor.py": "import os\n"})
    world.approve(side)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "1 of 3 commits" in pushed.first_line
    assert f"  {merge[:7]}  Merge" in pushed.text
    assert "AI: in what it merges" in pushed.text
    world.approve(merge)
    assert clone.push("main:main").accepted


def test_a_sign_off_for_the_merge_alone_does_not_cover_what_it_brings(world: World) -> None:
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    merge = clone.merge("side", amend={"src/extra.py": "1\n"})
    world.approve(merge)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert side[:7] in pushed.text


def test_a_conflict_that_was_resolved_by_hand_is_judged(world: World) -> None:
    clone = world.clone("junior-1")
    clone.git("checkout", "-q", "-b", "side")
    side = clone.commit("Side\n\nAssisted-by: claude", {"src/cart.py": "total = 1\n"})
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {"src/cart.py": "total = 2\n"})
    merge = clone.merge("-s", "ours", "side", amend={"src/cart.py": "total = 3\n"})
    world.approve(side)
    assert clone.push("main:main").refused
    world.approve(merge)
    assert clone.push("main:main").accepted


def test_a_merge_of_work_without_ai_is_left_alone_even_if_it_adds(world: World) -> None:
    clone = world.clone("junior-1")
    side_branch(clone, "total = 1\n", assisted=False)
    clone.merge("side", amend={"src/more.py": "1\n"})
    assert clone.push("main:main").accepted


def test_a_merge_that_says_it_is_assisted_and_adds_is_judged(world: World) -> None:
    clone = world.clone("junior-1")
    side_branch(clone, "total = 1\n", assisted=False)
    clone.merge("side", message="Merge\n\nAssisted-by: claude", amend={"src/more.py": "1\n"})
    assert clone.push("main:main").refused


def test_a_foxtrot_merge_is_measured_against_the_remake(world: World) -> None:
    """The parents are swapped, so that what it adds would look like the other side's work."""
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    world.approve(side)
    clone.git("checkout", "-q", "side")
    clone.merge("main", amend={"src/backdoor.py": "import os\n"})
    assert clone.push("side:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("main")
    assert clone.push("side:main").accepted


def test_merging_main_into_a_branch_before_landing_it_changes_nothing(world: World) -> None:
    junior, other = world.clone("junior-1"), world.clone("senior-2")
    commit = junior.assisted()
    world.approve(commit)
    other.assisted("Meanwhile")
    assert other.push("main:main").accepted
    junior.fetch()
    junior.merge("origin/main")
    assert junior.push("main:main").accepted


@pytest.mark.parametrize(
    ("tree", "parents"),
    [
        ("side", ("main", "side")),
        ("side", ("side", "main")),
        ("main", ("side", "main")),
        ("main", ("main", "side")),
        ("main~", ("main", "side")),
        ("main~", ("side", "main")),
    ],
    ids=["theirs", "foxtrot with the approved tree", "foxtrot with the old tree", "ours", "undone", "foxtrot undone"],
)
def test_a_merge_with_the_tree_of_one_side_is_no_merge_of_both(
    world: World, tree: str, parents: tuple[str, str]
) -> None:
    clone, _ = two_sides(world)
    merge = merge_commit(clone, tree, *parents)
    pushed = clone.push(f"{merge}:main")
    assert pushed.refused
    assert f"  {merge[:7]}  Merge" in pushed.text
    honest = clone.merge("side")
    assert clone.git("show", "HEAD:src/cart.py") == BOTH.strip()
    assert clone.push(f"{honest}:main").accepted


@pytest.mark.parametrize(
    "content",
    [BOTH.replace("line 20\n", "line 20\nevil\n"), BOTH.replace("line 20\n", ""), BOTH.replace("bottom", "Bottom")],
    ids=["a sneaked hunk", "a deleted check", "one letter"],
)
def test_a_merge_that_changes_a_file_of_both_sides_by_itself_is_judged(world: World, content: str) -> None:
    clone, _ = two_sides(world)
    clone.merge("side", amend={"src/cart.py": content})
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("side")
    assert clone.push("main:main").accepted


def test_explain_says_of_a_merge_what_the_push_said(world: World) -> None:
    clone, _ = two_sides(world)
    evil = clone.merge("side", amend={"evil.py": "1\n"})
    assert clone.push("main:refs/heads/topic").accepted
    assert clone.push("main:main").refused
    said = run("explain", evil, "--repo", "shop.git", cwd=world.root)
    assert said.status == 1
    assert "senior-signoff" in said.out
    world.approve(evil)
    assert run("explain", evil, "--repo", "shop.git", cwd=world.root).status == 0
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "-b", "human", "main~")
    clone.commit("By hand")
    clone.git("checkout", "-q", "main")
    by_hand = clone.merge("human", amend={"by-hand.py": "1\n"})
    assert clone.push(f"{by_hand}:refs/heads/review").accepted
    assert run("explain", by_hand, "--repo", "shop.git", cwd=world.root).status == 0


def test_an_evil_merge_is_not_hidden_by_a_clean_one_on_top(world: World) -> None:
    clone, _ = two_sides(world)
    clone.git("checkout", "-q", "-b", "other", "main")
    evil = clone.merge("side", amend={"evil.py": "1\n"})
    clone.commit("On top")
    clone.git("checkout", "-q", "main")
    clone.merge("other")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert f"  {evil[:7]}  Merge" in pushed.text
    world.approve(evil)
    assert clone.push("main:main").accepted


def test_plain_work_on_top_of_assisted_work_does_not_hide_it_from_the_merge(world: World) -> None:
    clone, _ = two_sides(world)
    clone.git("checkout", "-q", "side")
    clone.commit("Plain, on top")
    clone.git("checkout", "-q", "main")
    clone.merge("side", amend={"evil.py": "1\n"})
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("side")
    assert clone.push("main:main").accepted


@pytest.mark.parametrize("parents", [("main", "main"), ("main", "main~"), ("main~", "main")])
def test_a_merge_of_a_commit_with_itself_or_its_ancestor_is_no_hiding_place(
    world: World, parents: tuple[str, str]
) -> None:
    clone = world.clone("junior-1")
    clone.commit("One")
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "-b", "evil")
    clone.commit("Evil", {"evil.py": "1\n"})
    merge = merge_commit(clone, "evil", *parents, message="Merge\n\nAssisted-by: claude")
    assert clone.push(f"{merge}:main").refused
    honest = merge_commit(clone, "main", *parents, message="Merge\n\nAssisted-by: claude")
    assert clone.push(f"{honest}:main").accepted


# ---- conflicts -------------------------------------------------------------------------------------


def test_people_resolve_conflicts_with_approved_work_that_has_landed(world: World) -> None:
    """Nothing assisted is new to main then; a resolution that brings more of it is another matter."""
    clone, _ = two_sides(world)
    clone.git("checkout", "-q", "-b", "human", "main")
    clone.commit("By hand", {"src/cart.py": TOP.replace("line 39", "by hand")})
    clone.git("checkout", "-q", "main")
    clone.merge("side")
    assert clone.push("main:main").accepted
    resolved = {"src/cart.py": BOTH.replace("bottom", "bottom, by hand")}
    clone.merge("-s", "ours", "human", amend=resolved)
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "human")
    world.approve(clone.assisted("More"))
    clone.git("checkout", "-q", "main")
    clone.merge("-s", "ours", "human", amend={"src/cart.py": BOTH})
    assert clone.push("main:main").refused


# ---- rules on paths --------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("tree", ["side", "main"])
def test_a_rule_on_paths_sees_what_a_plain_merge_throws_away(world: World, tree: str) -> None:
    world.set_policy(
        rules=[
            {
                "id": "secure",
                "when": {"paths": ["secure/**"]},
                "require": {"signoffs": 1, "from": {"at_least": "senior"}},
            }
        ]
    )
    clone = world.clone("junior-1")
    clone.commit("Base", {"README": BASE})
    clone.git("branch", "side")
    check = clone.commit("Check", {"secure/check.py": "check()\n"})
    world.approve(check)
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "side")
    clone.commit("Side", {"README": BOTTOM})
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {"README": TOP})
    merge = merge_commit(clone, tree, "main", "side")
    assert clone.push(f"{merge}:main").refused
    honest = clone.merge("side")
    assert clone.push(f"{honest}:main").accepted


@one_format
@pytest.mark.parametrize("tools", [["claude-code"], ["cursor"]], ids=str)
def test_what_a_merge_adds_to_a_tools_work_meets_the_rules_for_that_tool(world: World, tools: list[str]) -> None:
    world.set_rule(when={"tools": tools})
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    clone.merge("side", amend={"src/backdoor.py": "import os\n"})
    world.approve(side)
    pushed = clone.push("main:main")
    assert pushed.accepted is (tools == ["cursor"])
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.merge("side")
    assert pushed.accepted or clone.push("main:main").accepted
