"""A merge that only merges adds nothing; one that adds is judged for what it adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.ids import ObjectId

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


def _side(clone: Clone, content: str, *, assisted: bool = True) -> ObjectId:
    """A commit on `side`, and another one on `main`, from the same start."""
    clone.git("checkout", "-q", "-b", "side")
    message = "Side\n\nAssisted-by: claude" if assisted else "Side"
    side = clone.commit(message, {"src/cart.py": content})
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {"README": "a better shop\n"})
    return side


def test_a_clean_merge_of_signed_work_needs_nothing_of_its_own(world: World) -> None:
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
    merge = clone.merge("side")
    assert clone.push("main:main").refused
    world.approve(side)
    assert clone.push("main:main").accepted
    assert world.refs()["refs/heads/main"] == merge


def test_what_a_merge_brings_by_its_second_parent_is_judged(world: World) -> None:
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
    clone.merge("side")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert side[:7] in pushed.text
    assert "1 of 3 commits" in pushed.first_line


def test_an_evil_merge_of_assisted_work_needs_a_sign_off_of_its_own(world: World) -> None:
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
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
    side = _side(clone, "total = 1\n")
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
    _side(clone, "total = 1\n", assisted=False)
    clone.merge("side", amend={"src/more.py": "1\n"})
    assert clone.push("main:main").accepted


def test_a_merge_that_says_it_is_assisted_and_adds_is_judged(world: World) -> None:
    clone = world.clone("junior-1")
    _side(clone, "total = 1\n", assisted=False)
    clone.merge("side", message="Merge\n\nAssisted-by: claude", amend={"src/more.py": "1\n"})
    assert clone.push("main:main").refused


def test_a_foxtrot_merge_is_measured_against_the_remake(world: World) -> None:
    """The parents are swapped, so that what it adds would look like the other side's work."""
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
    world.approve(side)
    clone.git("checkout", "-q", "side")
    clone.merge("main", amend={"src/backdoor.py": "import os\n"})
    assert clone.push("side:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("main")
    assert clone.push("side:main").accepted


def test_an_octopus_of_assisted_work_needs_a_sign_off_of_its_own(world: World) -> None:
    clone = world.clone("junior-1")
    sides = []
    for name in ("one", "two"):
        clone.git("checkout", "-q", "-b", name, "origin/main")
        sides.append(clone.assisted(name))
    clone.git("checkout", "-q", "main")
    octopus = clone.merge("one", "two")
    assert len(clone.git("rev-parse", "HEAD^@").split()) == 3
    for side in sides:
        world.approve(side)
    assert clone.push("main:main").refused
    world.approve(octopus)
    assert clone.push("main:main").accepted


def test_merge_drivers_and_attributes_of_the_push_do_not_bend_the_remake(world: World) -> None:
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
    (clone.path / ".gitattributes").write_text("* merge=ours\n")
    clone.merge("side", amend={".gitattributes": "* merge=ours\n", "src/cart.py": "total = 0\n"})
    world.approve(side)
    world.git("config", "merge.ours.driver", "true")
    assert clone.push("main:main").refused


def test_merging_main_into_a_branch_before_landing_it_changes_nothing(world: World) -> None:
    junior, other = world.clone("junior-1"), world.clone("senior-2")
    commit = junior.assisted()
    world.approve(commit)
    other.assisted("Meanwhile")
    assert other.push("main:main").accepted
    junior.fetch()
    junior.merge("origin/main")
    assert junior.push("main:main").accepted


def test_a_merge_of_unrelated_histories_counts_as_different(world: World) -> None:
    clone = world.clone("junior-1")
    clone.git("checkout", "-q", "--orphan", "island")
    clone.git("rm", "-rfq", ".")
    side = clone.commit("Island\n\nAssisted-by: claude", {"island.py": "1\n"})
    clone.git("checkout", "-q", "main")
    merge = clone.merge("--allow-unrelated-histories", "island")
    world.approve(side)
    assert clone.push("main:main").refused
    world.approve(merge)
    assert clone.push("main:main").accepted
