"""Branches that are approved, and then rebased or squashed onto what landed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.signoffs import Signoff
    from tests.support.world import World

LINES = "".join(f"line {number}\n" for number in range(40))


def branch(clone: Clone, name: str = "topic") -> None:
    clone.git("checkout", "-q", "-B", name, "origin/main")


def reviewed(world: World, clone: Clone, *commits: ObjectId, signer: str = "senior-1") -> Signoff:
    """Push the branch for review, and have the commits approved in one statement."""
    assert clone.push("+HEAD:refs/heads/review/topic").accepted
    signed = world.signoff(signer, clone, commits)
    assert world.store_push(clone, [signed], account=signer).accepted
    return signed


def moved_on(world: World, files: dict[str, str], message: str = "Meanwhile") -> None:
    """Somebody else's commit lands on main."""
    other = world.clone("staff-1")
    other.sync()
    other.commit(message, files)
    assert other.push("main:main").accepted


def rebased(clone: Clone, onto: str = "origin/main") -> ObjectId:
    clone.fetch()
    clone.git("rebase", "-q", onto, env=clone.dates())
    return clone.id()


def start(world: World, files: dict[str, str]) -> Clone:
    """A junior's clone, with files that are on main."""
    moved_on(world, files, "Base")
    clone = world.clone("junior-1")
    clone.fetch()
    branch(clone)
    return clone


def changed(text: str, number: int, to: str) -> str:
    return text.replace(f"line {number}\n", f"{to}\n")


MARK = "\n\nAssisted-by: claude\n"


def carried_from(world: World) -> list[Sequence[str]]:
    """What was reviewed for the sign-offs that counted in the last push."""
    verdict = world.entries("push")[-1].data["verdict"]
    return [
        signoff["reviewed"]
        for ref in verdict["refs"]
        for commit in ref["commits"]
        for rule in commit["rules"]
        for signoff in rule["signoffs"]
        if signoff["counts"]
    ]


def squash(clone: Clone, base: str, message: str = "Both") -> ObjectId:
    """Put everything between a commit and the work tree into one commit on it."""
    clone.git("reset", "-q", "--soft", base)
    return clone.commit(message, {})
