"""Two sides that change one file apart from each other, and merges of them with any tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.ids import ObjectId

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World

LINES = [f"line {number}\n" for number in range(40)]
BASE = "".join(LINES)
TOP = "".join(["top\n", *LINES[1:]])
BOTTOM = "".join([*LINES[:-1], "bottom\n"])
BOTH = "".join(["top\n", *LINES[1:-1], "bottom\n"])


def side_branch(clone: Clone, content: str, *, assisted: bool = True) -> ObjectId:
    """A commit on `side`, and another one on `main`, from the same start."""
    clone.git("checkout", "-q", "-b", "side")
    message = "Side\n\nAssisted-by: claude" if assisted else "Side"
    side = clone.commit(message, {"src/cart.py": content})
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {"README": "a better shop\n"})
    return side


# ---- dressed up ------------------------------------------------------------------------------------


def two_sides(world: World, path: str = "src/cart.py") -> tuple[Clone, ObjectId]:
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


def merge_commit(clone: Clone, tree: str, *parents: str, message: str = "Merge branch 'side'") -> ObjectId:
    """A merge with any tree and any parents."""
    date = clone.dates()["GIT_AUTHOR_DATE"]
    who = f"{clone.owner.identity} {date}"
    behind = "".join(f"parent {clone.id(parent)}\n" for parent in parents)
    raw = f"tree {clone.id(f'{tree}^{{tree}}')}\n{behind}author {who}\ncommitter {who}\n\n{message}\n"
    return clone.hash_object("commit", raw.encode())
