"""The trees of an excerpt are enough for Git to compute a change, and are no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.git import GitError
from gatekeeper.git.excerpt import Excerpt
from tests.pushes.conftest import template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

__all__ = ["template"]


@pytest.fixture(params=["sha1", "sha256"])
def clone(request: pytest.FixtureRequest, template: Callable[[str, bool], World], tmp_path: Path) -> Clone:
    made = template(request.param, True).copy(tmp_path / "world").clone("staff-1")
    made.sync()
    made.commit("Folders", {"a/b/one": "1\n", "a/c/two": "2\n", "far/away/three": "3\n", "top": "4\n"})
    return made


def tree(clone: Clone, name: str = "HEAD") -> ObjectId:
    return clone.id(f"{name}^{{tree}}")


def differences(clone: Clone, old: ObjectId | None, new: ObjectId) -> tuple[set[str], set[str]]:
    """The ids of the trees, and of the files."""
    blobs: set[str] = set()
    return {raw.id for raw in Excerpt(clone.engine()).trees([(old, new)], blobs)}, blobs


def test_only_trees_on_the_way_to_what_changed_are_taken(clone: Clone) -> None:
    before = tree(clone)
    clone.commit("Change", {"a/b/one": "changed\n"})
    trees, blobs = differences(clone, before, tree(clone))
    ways = ("", "a", "a/b")
    assert trees == {clone.id(f"{commit}:{way}") for commit in ("HEAD", "HEAD^") for way in ways}
    assert blobs == {clone.id(f"{commit}:a/b/one") for commit in ("HEAD", "HEAD^")}


def test_git_computes_the_same_change_from_them_alone(clone: Clone, tmp_path: Path) -> None:
    before = tree(clone)
    clone.git("rm", "-q", "-r", "a/b", "top")
    clone.commit("Much", {"top/now/a": "folder\n", "a/b": "now a file\n", "new/deep/er": "x\n"})
    clone.git("update-index", "--add", "--cacheinfo", f"160000,{clone.id()},module")
    clone.git("commit", "-q", "--amend", "--no-edit", env=clone.dates())
    asked = ("diff-tree", "-r", "--raw", "--no-abbrev", before, tree(clone))
    other = tmp_path / "other"
    clone.git("init", "-q", "--bare", f"--object-format={clone.object_format.name}", str(other))
    for raw in Excerpt(clone.engine()).trees([(before, tree(clone))]):
        clone.git("-C", str(other), "hash-object", "-t", "tree", "-w", "--stdin", data=raw.data)
    assert clone.git("-C", str(other), *asked) == clone.git(*asked)


def test_a_commit_without_parents_brings_every_tree(clone: Clone) -> None:
    trees, blobs = differences(clone, None, tree(clone))
    listed = clone.git("ls-tree", "-r", "-t", "--format=%(objecttype) %(objectname)", "HEAD").splitlines()
    assert trees == {tree(clone)} | {line.split()[1] for line in listed if line.startswith("tree")}
    assert blobs == {line.split()[1] for line in listed if line.startswith("blob")}


def test_nothing_is_yielded_twice_and_missing_commits_are_noted(clone: Clone) -> None:
    excerpt = Excerpt(clone.engine())
    missing = clone.object_format.zero.replace("0", "1")
    first = [raw.id for raw in excerpt.commits([clone.id(), clone.id(), missing])]  # type: ignore[list-item]
    assert (first, excerpt.missing) == ([clone.id()], [missing])
    assert list(excerpt.commits([clone.id()])) == []
    assert list(excerpt.trees([(None, tree(clone))]))
    assert list(excerpt.trees([(None, tree(clone))])) == []


def test_a_tree_with_countless_paths_costs_its_few_trees(clone: Clone) -> None:
    blob = clone.hash_object("blob", b"x")
    bomb = clone.hash_object("tree", b"100644 f\0" + bytes.fromhex(blob))
    trees = {bomb}
    for _ in range(20):
        entries = (f"40000 {name:02}\0".encode() + bytes.fromhex(bomb) for name in range(30))
        bomb = clone.hash_object("tree", b"".join(entries))
        trees.add(bomb)
    assert differences(clone, None, bomb) == (trees, {blob})


def test_large_files_are_left_out(clone: Clone) -> None:
    before = tree(clone)
    clone.commit("Sizes", {"small": "x" * 10, "large": "x" * 11})
    excerpt = Excerpt(clone.engine())
    blobs: set[str] = set()
    list(excerpt.trees([(before, tree(clone))], blobs))
    assert {raw.id for raw in excerpt.files(blobs, 10)} == {clone.id("HEAD:small")}


def test_a_missing_tree_is_an_error(clone: Clone) -> None:
    missing = clone.object_format.zero.replace("0", "1")
    with pytest.raises(GitError, match="has no tree"):
        list(Excerpt(clone.engine()).trees([(None, missing)]))
