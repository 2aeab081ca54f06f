"""What is at a path of a tree, whatever Git would make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId
from gatekeeper.git import GitError
from gatekeeper.git.trees import find
from tests.pushes.conftest import template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.clones import Clone
    from tests.support.world import World

__all__ = ["template"]


@pytest.fixture(params=["sha1", "sha256"])
def clone(request: pytest.FixtureRequest, template: Callable[[str, bool], World], tmp_path: Path) -> Clone:
    return template(request.param, True).copy(tmp_path / "world").clone("staff-1")


def tree(clone: Clone, *entries: tuple[str, str, ObjectId]) -> ObjectId:
    """Write a tree, malformed or not."""
    return clone.hash_object(
        "tree", b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(target) for mode, name, target in entries)
    )


def test_every_kind_is_told_as_it_stands_in_the_tree(clone: Clone) -> None:
    blob, commit = clone.hash_object("blob", b"a"), clone.id()
    deep = tree(clone, ("100755", "run", blob))
    root = tree(
        clone,
        ("40000", "dir", deep),
        ("100644", "file", blob),
        ("120000", "link", blob),
        ("100600", "odd", blob),
        ("160000", "sub", commit),
    )
    engine = clone.engine()
    kinds = {path: entry.kind for path in ("dir", "file", "link", "odd", "sub") if (entry := find(engine, root, path))}
    assert kinds == {
        "dir": "a directory",
        "file": "a regular file",
        "link": "a symbolic link",
        "odd": "of mode 100600",
        "sub": "a submodule",
    }
    run = find(engine, root, "dir/run")
    assert run is not None
    assert (run.id, run.is_regular) == (blob, True)
    assert [find(engine, root, path) for path in ("none", "dir/none", "file/x", "link/x", "sub/x", "Dir")] == [None] * 6


@pytest.mark.parametrize("names", [("file", "file"), ("z", "a")])
def test_a_malformed_tree_is_not_read(clone: Clone, names: tuple[str, str]) -> None:
    blob = clone.hash_object("blob", b"a")
    root = tree(clone, *(("100644", name, blob) for name in names))
    with pytest.raises(GitError, match="is malformed"):
        find(clone.engine(), root, "file")


def test_what_is_no_tree_is_not_read(clone: Clone) -> None:
    blob = clone.hash_object("blob", b"a")
    for target in (blob, ObjectId("1" * len(blob))):
        with pytest.raises(GitError, match=f"the tree {target} is"):
            find(clone.engine(), target, "file")
