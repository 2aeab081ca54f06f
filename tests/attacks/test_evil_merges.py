"""A merge that only merges adds nothing; one that adds is judged for what it adds, however it is dressed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId
from tests.support.commands import run
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World

LINES = [f"line {number}\n" for number in range(40)]
BASE = "".join(LINES)
TOP = "".join(["top\n", *LINES[1:]])
BOTTOM = "".join([*LINES[:-1], "bottom\n"])
BOTH = "".join(["top\n", *LINES[1:-1], "bottom\n"])


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


# ---- dressed up ------------------------------------------------------------------------------------


def _two_sides(world: World, path: str = "src/cart.py") -> tuple[Clone, ObjectId]:
    """On main the top of a file was changed; on `side`, approved and assisted, its bottom."""
    clone = world.clone("junior-1")
    clone.commit("Base", {path: BASE})
    assert clone.push("main:main").accepted
    clone.git("checkout", "-q", "-b", "side")
    side = clone.commit("Side\n\nAssisted-by: claude", {path: BOTTOM})
    world.approve(side)
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {path: TOP})
    assert clone.push("main:main").accepted
    return clone, side


def _merge_commit(clone: Clone, tree: str, *parents: str, message: str = "Merge branch 'side'") -> ObjectId:
    """A merge with any tree and any parents."""
    date = clone.dates()["GIT_AUTHOR_DATE"]
    who = f"{clone.owner.identity} {date}"
    behind = "".join(f"parent {clone.id(parent)}\n" for parent in parents)
    raw = f"tree {clone.id(f'{tree}^{{tree}}')}\n{behind}author {who}\ncommitter {who}\n\n{message}\n"
    return clone.hash_object("commit", raw.encode())


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
    clone, _ = _two_sides(world)
    merge = _merge_commit(clone, tree, *parents)
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
    clone, _ = _two_sides(world)
    clone.merge("side", amend={"src/cart.py": content})
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.merge("side")
    assert clone.push("main:main").accepted


def test_explain_says_of_a_merge_what_the_push_said(world: World) -> None:
    clone, _ = _two_sides(world)
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
    clone, _ = _two_sides(world)
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
    clone, _ = _two_sides(world)
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
    merge = _merge_commit(clone, "evil", *parents, message="Merge\n\nAssisted-by: claude")
    assert clone.push(f"{merge}:main").refused
    honest = _merge_commit(clone, "main", *parents, message="Merge\n\nAssisted-by: claude")
    assert clone.push(f"{honest}:main").accepted


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
    clone, _ = _two_sides(world)
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
    clone, _ = _two_sides(world)
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
    honest = _merge_commit(clone, "side", "main", "side")
    assert clone.push(f"{honest}:refs/heads/release/1").accepted
    link("Main, too", commits[2])
    resolved = _merge_commit(clone, "side", "main", "side")
    assert clone.push(f"{resolved}:main").refused
    world.approve(resolved)
    assert clone.push(f"{resolved}:main").accepted


# ---- conflicts -------------------------------------------------------------------------------------


def test_people_resolve_conflicts_with_approved_work_that_has_landed(world: World) -> None:
    """Nothing assisted is new to main then; a resolution that brings more of it is another matter."""
    clone, _ = _two_sides(world)
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


# ---- attributes and drivers ------------------------------------------------------------------------


def test_merge_drivers_and_attributes_of_the_push_do_not_bend_the_remake(world: World) -> None:
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
    (clone.path / ".gitattributes").write_text("* merge=ours\n")
    clone.merge("side", amend={".gitattributes": "* merge=ours\n", "src/cart.py": "total = 0\n"})
    world.approve(side)
    world.git("config", "merge.ours.driver", "true")
    assert clone.push("main:main").refused


@one_format
def test_a_merge_driver_of_the_servers_configuration_never_runs(world: World) -> None:
    clone, _ = _two_sides(world)
    ran = world.root / "ran"
    for name in ("evil", "text", "union", "binary"):
        world.config(f"merge.{name}.driver", f"touch {ran}; cp %B %A")
    world.config("merge.default", "evil")
    (world.bare / "info").mkdir(exist_ok=True)
    (world.bare / "info/attributes").write_text("* merge=evil\n")
    evil = _merge_commit(clone, "side", "main", "side")
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
    clone, _ = _two_sides(world)
    clone.merge("side")
    assert clone.git("show", "HEAD:src/cart.py") == BOTH.strip()
    assert clone.push("main:main").accepted


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
    merge = _merge_commit(clone, tree, "main", "side")
    assert clone.push(f"{merge}:main").refused
    honest = clone.merge("side")
    assert clone.push(f"{honest}:main").accepted


@one_format
@pytest.mark.parametrize("tools", [["claude-code"], ["cursor"]], ids=str)
def test_what_a_merge_adds_to_a_tools_work_meets_the_rules_for_that_tool(world: World, tools: list[str]) -> None:
    world.set_rule(when={"tools": tools})
    clone = world.clone("junior-1")
    side = _side(clone, "total = 1\n")
    clone.merge("side", amend={"src/backdoor.py": "import os\n"})
    world.approve(side)
    pushed = clone.push("main:main")
    assert pushed.accepted is (tools == ["cursor"])
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.merge("side")
    assert pushed.accepted or clone.push("main:main").accepted
