"""Merges are made again to see what they add: odd shapes, renames, and attributes that would bend the remake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId
from tests.support.merging import BOTH, merge_commit, side_branch, two_sides
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


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


def test_an_octopus_with_a_sneaked_file_is_judged_like_one_without(world: World) -> None:
    clone = world.clone("junior-1")
    for name in ("one", "two"):
        clone.git("checkout", "-q", "-b", name, "origin/main")
        world.approve(clone.assisted(name))
    clone.git("checkout", "-q", "main")
    clone.merge("one", "two", amend={"evil.py": "1\n"})
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    octopus = clone.merge("one", "two")
    world.approve(octopus)
    clone.git("commit", "-q", "--amend", "--no-edit", "--allow-empty", env=clone.dates())
    assert clone.push("main:main").refused
    assert clone.push(f"{octopus}:main").accepted


def test_an_octopus_of_plain_work_is_left_alone(world: World) -> None:
    clone = world.clone("junior-1")
    for name in ("one", "two"):
        clone.git("checkout", "-q", "-b", name, "origin/main")
        clone.commit(name)
    clone.git("checkout", "-q", "main")
    clone.merge("one", "two")
    assert clone.push("main:main").accepted


def _criss_cross(world: World) -> Clone:
    """Main and an assisted, approved branch have merged each other, so that there are two merge bases."""
    clone, _ = two_sides(world)
    main = clone.id()
    clone.merge("side")
    clone.git("checkout", "-q", "side")
    clone.merge(main)
    world.approve(clone.assisted("More on the side"))
    clone.git("checkout", "-q", "main")
    clone.commit("More on main")
    assert len(clone.git("merge-base", "--all", "main", "side").splitlines()) == 2
    return clone


def test_a_criss_cross_merge_is_made_again_as_git_does(world: World) -> None:
    clone = _criss_cross(world)
    clone.merge("side", amend={"evil.py": "1\n"})
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("side")
    assert clone.push("main:main").accepted


@pytest.fixture
def renamed(world: World) -> tuple[World, Clone]:
    """Main moved a file that an assisted, approved branch edits under its old name."""
    clone, _ = two_sides(world)
    clone.git("mv", "src/cart.py", "basket.py")
    clone.commit("Move", {})
    assert clone.push("main:main").accepted
    return world, clone


def test_a_merge_across_a_rename_adds_nothing_unless_it_does(renamed: tuple[World, Clone]) -> None:
    _, clone = renamed
    clone.merge("side", amend={"basket.py": BOTH.replace("line 20\n", "evil\n")})
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("side")
    assert clone.git("show", "HEAD:basket.py") == BOTH.strip()
    assert clone.push("main:main").accepted


@one_format
def test_submodules_are_merged_as_git_does_where_it_has_none_of_them(world: World) -> None:
    """One side's change is taken; two changes are a conflict, whatever somebody made of it."""
    clone = world.clone("junior-1")
    commits = [f"{number}" * clone.object_format.hex_length for number in (1, 2, 3)]

    def link(message: str, target: str) -> ObjectId:
        clone.git("update-index", "--add", "--cacheinfo", f"160000,{target},lib")
        clone.git("commit", "-q", "-m", message, env=clone.dates())
        return clone.id()

    link("Base", commits[0])
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "-b", "side")
    world.approve(link("Side\n\nAssisted-by: claude", commits[1]))
    clone.git("checkout", "-q", "main")
    clone.git("commit", "-q", "--allow-empty", "-m", "Main", env=clone.dates())
    honest = merge_commit(clone, "side", "main", "side")
    assert clone.push(f"{honest}:refs/heads/release/1").accepted
    link("Main, too", commits[2])
    resolved = merge_commit(clone, "side", "main", "side")
    assert clone.push(f"{resolved}:main").refused
    world.approve(resolved)
    assert clone.push(f"{resolved}:main").accepted


# ---- attributes and drivers ------------------------------------------------------------------------


def test_merge_drivers_and_attributes_of_the_push_do_not_bend_the_remake(world: World) -> None:
    clone = world.clone("junior-1")
    side = side_branch(clone, "total = 1\n")
    (clone.path / ".gitattributes").write_text("* merge=ours\n")
    clone.merge("side", amend={".gitattributes": "* merge=ours\n", "src/cart.py": "total = 0\n"})
    world.approve(side)
    world.git("config", "merge.ours.driver", "true")
    assert clone.push("main:main").refused


@one_format
def test_a_merge_driver_of_the_servers_configuration_never_runs(world: World) -> None:
    clone, _ = two_sides(world)
    ran = world.root / "ran"
    for name in ("evil", "text", "union", "binary"):
        world.config(f"merge.{name}.driver", f"touch {ran}; cp %B %A")
    world.config("merge.default", "evil")
    (world.bare / "info").mkdir(exist_ok=True)
    (world.bare / "info/attributes").write_text("* merge=evil\n")
    evil = merge_commit(clone, "side", "main", "side")
    assert clone.push(f"{evil}:main").refused
    clone.merge("side")
    assert clone.push("main:main").accepted
    assert not ran.exists()


@one_format
def test_a_union_merge_of_a_changelog_needs_a_look(world: World) -> None:
    """Git's union driver keeps both sides in an order that nobody chose; what it makes is as if made by hand."""
    clone = world.clone("junior-1")
    clone.commit("Base", {"CHANGELOG": "old\n", ".gitattributes": "CHANGELOG merge=union\n"})
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "-b", "side")
    world.approve(clone.commit("Side\n\nAssisted-by: claude", {"CHANGELOG": "side\nold\n"}))
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {"CHANGELOG": "main\nold\n"})
    merge = clone.merge("side")
    assert set(clone.git("show", "HEAD:CHANGELOG").split()) == {"main", "side", "old"}
    assert clone.push("main:main").refused
    world.approve(merge)
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize(
    "attributes",
    ["merge", "merge=text", "merge=nobodys", "text", "-text", "text=auto", "eol=lf", "diff", "-diff", "ident"],
)
def test_no_attribute_makes_a_clean_merge_look_evil(world: World, attributes: str) -> None:
    """Attributes are not read when a merge is made again: with Git's own drivers they change no clean merge."""
    clone = world.clone("junior-1")
    clone.commit("Attributes", {".gitattributes": f"* {attributes}\n"})
    assert clone.push("main:main").accepted
    clone, _ = two_sides(world)
    clone.merge("side")
    assert clone.git("show", "HEAD:src/cart.py") == BOTH.strip()
    assert clone.push("main:main").accepted
