"""A pack of a few kilobytes can name a billion paths; the gate does not try to keep them all in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.push import SIGNOFFS
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World

OUTPUT = "`git diff-tree` has more than 67108864 bytes to say, which is the limit"
MEMORY = "Out of memory"
BOMBS = pytest.mark.parametrize(("names", "bound"), [(110, OUTPUT), (1000, MEMORY)], ids=["a million", "a billion"])


def bomb(clone: Clone, names: int, levels: int = 3) -> str:
    """A tree of trees, `levels` deep, in which all entries are one object: `names` to the power of `levels` paths."""
    inner, entry = str(clone.id("HEAD:README")), "100644 blob"
    for _ in range(levels):
        lines = "".join(f"{entry} {inner}\t{number:04}\n" for number in range(names))
        inner, entry = clone.git("mktree", data=lines.encode()), "040000 tree"
    return inner


def commit_of(clone: Clone, tree: str, *parents: str) -> str:
    options = [word for parent in parents for word in ("-p", parent)]
    return clone.git("commit-tree", *options, "-m", "Data", tree, env=clone.dates())


@one_format
@BOMBS
def test_a_commit_with_too_many_paths_is_refused_by_a_bound_that_is_named(world: World, names: int, bound: str) -> None:
    world.set_rule(when={"paths": ["src/**"]})
    clone = world.clone("junior-1")
    pushed = clone.push(f"{commit_of(clone, bomb(clone, names), 'HEAD')}:refs/heads/main")
    assert pushed.undecided, pushed.stderr
    assert bound in pushed.first_line
    honest = commit_of(clone, bomb(clone, names=20), "HEAD")
    world.set_rule(when={"paths": ["secure/**"]})
    assert clone.push(f"{honest}:refs/heads/main").accepted


@one_format
@BOMBS
def test_on_an_unprotected_branch_nobody_counts_them(world: World, names: int, bound: str) -> None:
    clone = world.clone("junior-1")
    new = commit_of(clone, bomb(clone, names), "HEAD")
    pushed = clone.push(f"{new}:refs/heads/topic")
    assert pushed.accepted, pushed.stderr
    assert bound not in pushed.text


@one_format
@BOMBS
def test_a_store_with_too_many_paths_is_refused(world: World, names: int, bound: str) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    pushed = clone.push(f"{commit_of(clone, bomb(clone, names))}:{SIGNOFFS}")
    assert pushed.undecided, pushed.stderr
    assert bound in pushed.first_line
    world.approve(commit)
    assert clone.push("main:main").accepted
