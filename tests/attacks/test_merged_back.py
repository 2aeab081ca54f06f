"""A merge takes what the ref got rid of from a parent that still has it: Git's own merge does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.carried import LINES, MARK, branch, changed, reviewed, start
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

WORK = changed(LINES, 5, "work")


def taken_out(world: World) -> tuple[Clone, ObjectId]:
    """A clone on main, where approved AI-assisted work landed and was taken out again; and that work."""
    clone = start(world, {"a.py": LINES, "b.py": LINES})
    work = clone.commit("Work" + MARK, {"a.py": WORK})
    reviewed(world, clone, work)
    assert clone.push("HEAD:main").accepted
    clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
    clone.commit("Meanwhile", {"b.py": changed(LINES, 9, "meanwhile")})
    assert clone.push("HEAD:main").accepted
    return clone, work


def merged(clone: Clone, *parents: str) -> str:
    """A merge of these parents, with what is in the index."""
    arguments = [word for parent in parents for word in ("-p", parent)]
    return clone.git("commit-tree", "-m", "Merge", *arguments, clone.git("write-tree"), env=clone.dates())


@one_format
@pytest.mark.parametrize(
    "parents", [("HEAD", "work"), ("work", "HEAD"), ("work", "HEAD", "work^")], ids=["merge", "foxtrot", "octopus"]
)
@pytest.mark.parametrize("again", [True, False])
def test_assisted_work_that_was_taken_out(world: World, parents: tuple[str, ...], again: bool) -> None:
    clone, work = taken_out(world)
    clone.git("branch", "work", work)
    if again:
        clone.git("checkout", "-q", work, "--", "a.py")
    pushed = clone.push(f"{merged(clone, *parents)}:main")
    assert pushed.accepted is not again, pushed.stderr
    assert ("marked in your push of" in pushed.text) is again


@one_format
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_by_resolving_a_conflict(world: World, whose: str) -> None:
    """The conflict is in another file; the file that was taken out comes along, or stays as it is."""
    clone, work = taken_out(world)
    main = clone.id()
    branch(clone, "side")
    clone.git("reset", "-q", "--hard", work)
    side = clone.commit("Side", {"b.py": changed(LINES, 9, "side")})
    clone.git("checkout", "-q", main)
    clone.git("checkout", "-q", side, "--", "b.py", *(["a.py"] if whose == "theirs" else []))
    assert clone.push(f"{merged(clone, main, side)}:main").accepted is (whose == "ours")


@one_format
def test_gits_own_merge_of_a_branch_that_still_has_it(world: World) -> None:
    clone, work = taken_out(world)
    main = clone.id()
    branch(clone, "side")
    clone.git("reset", "-q", "--hard", work)
    clone.commit("Side", {"c.py": LINES})
    clone.git("checkout", "-q", main)
    clone.merge("side")
    assert (clone.path / "a.py").read_text() == LINES
    assert clone.push("HEAD:main").accepted
