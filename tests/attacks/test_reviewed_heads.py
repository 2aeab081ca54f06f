"""What was reviewed stays there as long as its sign-off may carry over, and no longer; nobody sees or moves the ref."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.ids import Timestamp
from gatekeeper.installing import find_git
from gatekeeper.keeping import AFTER_LANDING, KEPT, keep_heads
from gatekeeper.opening import Server
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

MARK = "\n\nAssisted-by: claude\n"
LINES = "".join(f"line {number}\n" for number in range(40))


def reviewed(world: World) -> tuple[Clone, ObjectId]:
    """An approved commit on a branch for review."""
    clone = world.clone()
    clone.commit("Base", {"a.py": LINES})
    assert clone.push("HEAD:main").accepted
    commit = clone.commit("Work" + MARK, {"a.py": LINES.replace("line 5\n", "work\n")})
    assert clone.push("HEAD:refs/heads/review/work").accepted
    world.approve(commit)
    world.settle()
    return clone, commit


def kept(world: World) -> list[str]:
    names = world.git("for-each-ref", "--format=%(refname)", KEPT)
    return world.git("rev-list", "--parents", "--max-count=1", KEPT).split()[1:] if names else []


def test_a_deleted_branch_and_a_garbage_collection_lose_no_approval(world: World) -> None:
    clone, commit = reviewed(world)
    assert kept(world) == [commit]
    assert clone.push(":refs/heads/review/work").accepted
    world.git("reflog", "expire", "--expire=now", "--all")
    world.git("gc", "-q", "--prune=now")
    other = world.clone("staff-1")
    other.sync()
    other.commit("Meanwhile", {"a.py": LINES.replace("line 30\n", "other\n")})
    assert other.push("main:main").accepted
    clone.fetch()
    clone.git("rebase", "-q", "origin/main", env=clone.dates())
    assert clone.push("HEAD:main").accepted
    world.settle()
    assert world.git("fsck", "--no-dangling") == ""


@one_format
def test_what_landed_is_let_go_after_a_month(world: World) -> None:
    clone, commit = reviewed(world)
    assert clone.push("HEAD:main").accepted
    world.settle()
    assert kept(world) == [commit]
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        server.now = Timestamp(server.now + AFTER_LANDING + 1)
        assert keep_heads(server, ledger)
        assert not keep_heads(server, ledger)
    assert kept(world) == []


@one_format
def test_of_a_series_the_head_keeps_all(world: World) -> None:
    clone = world.clone()
    commits = [clone.assisted(f"Step {number}") for number in range(3)]
    assert clone.push("HEAD:refs/heads/review/work").accepted
    signed = world.signoff("senior-1", clone, commits)
    assert world.store_push(clone, [signed], account="senior-1").accepted
    world.settle()
    assert kept(world) == [commits[-1]]


@one_format
def test_nobody_sees_or_moves_the_ref(world: World) -> None:
    clone, commit = reviewed(world)
    assert KEPT not in clone.git("ls-remote", "origin")
    assert not clone.push(f"HEAD~1:{KEPT}").accepted
    assert not clone.push(f":{KEPT}").accepted
    assert kept(world) == [commit]
