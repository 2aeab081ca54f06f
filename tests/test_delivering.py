"""Sign-offs that arrive at the same time."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from gatekeeper.delivering import DeliveryError, StoreRefusedError, deliver, file_signoff
from gatekeeper.desk import Clone
from tests.support.commands import COMMAND, Desk, for_review
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

STORE = "refs/gatekeeper/signoffs"
SENIORS = ("senior-1", "senior-2", "staff-1")


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    return made


def filed(git: str) -> set[str]:
    return set(git.splitlines())


def on_server(world: World) -> set[str]:
    return filed(world.git("ls-tree", "-r", "--name-only", STORE))


def test_people_who_sign_at_the_same_moment_all_get_through(world: World) -> None:
    commits = for_review(world, commits=2)
    desks = [Desk(world, person).ready() for person in SENIORS]
    waiting = []
    for desk in desks:
        environment = {**desk.clone.environment, **desk.environment}
        command = [*COMMAND, "sign", "--yes", "origin/review/one"]
        waiting.append(subprocess.Popen(command, cwd=desk.path, env=environment, stderr=subprocess.PIPE, text=True))
    for process in waiting:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert len(on_server(world)) == len(commits) * len(desks)
    assert world.faults() == []
    assert world.clone().push("HEAD:main").accepted


def test_a_store_that_lost_a_race_is_merged_and_both_sides_are_kept(world: World) -> None:
    one, two = for_review(world, commits=2)
    senior, staff = Desk(world, "senior-1").ready(), Desk(world, "staff-1").ready()
    senior.ok("sign", "--yes", "--local", one)
    staff.ok("sign", "--yes", two)
    theirs = on_server(world)
    ours = filed(senior.clone.git("ls-tree", "-r", "--name-only", STORE))
    assert ours.isdisjoint(theirs)
    senior.ok("sign", "--yes", "--local", two)
    ours |= filed(senior.clone.git("ls-tree", "-r", "--name-only", STORE))
    with Clone(str(senior.path)) as clone:
        assert deliver(clone) == 2
    assert on_server(world) == ours | theirs
    assert len(world.git("rev-list", "--max-parents=2", "--min-parents=2", STORE).splitlines()) == 1


def test_where_both_stores_hold_a_name_the_servers_copy_stays(world: World) -> None:
    (commit,) = for_review(world)
    senior = Desk(world, "senior-1").ready()
    first = world.signoff("staff-1", world.clone(), [commit])
    (path,) = first.files
    assert world.store_push(world.clone(), [first], account="staff-1").accepted
    world.file(senior.clone, [], {path: b"something else"})
    senior.clone.git("update-ref", STORE, senior.clone.git("commit-tree", f"{STORE}^{{tree}}", "-m", "alone"))
    senior.ok("sign", "--yes", commit)
    assert world.git("show", f"{STORE}:{path}").encode() == first.data
    assert len(on_server(world)) == 2


def test_a_clone_that_is_behind_takes_over_the_servers_store(world: World) -> None:
    one, two = for_review(world, commits=2)
    senior, staff = Desk(world, "senior-1").ready(), Desk(world, "staff-1").ready()
    senior.ok("sign", "--yes", one)
    staff.ok("sign", "--yes", two)
    senior.ok("sign", "--yes", two)
    assert len(on_server(world)) == 3
    assert on_server(world) <= filed(senior.clone.git("ls-tree", "-r", "--name-only", STORE))


def test_a_store_that_the_server_refuses_is_told_as_such(world: World) -> None:
    (commit,) = for_review(world)
    forged = world.signoff("staff-1", world.clone(), [commit], key="junior-1")
    senior = Desk(world, "senior-1").ready()
    with Clone(str(senior.path)) as clone:
        file_signoff(clone, forged.data)
        with pytest.raises(StoreRefusedError, match="its signer is not the owner of its key"):
            deliver(clone)
    assert STORE not in world.refs()


def test_a_server_that_is_gone_is_told_as_such(world: World) -> None:
    (commit,) = for_review(world)
    senior = Desk(world, "senior-1").ready()
    good = world.signoff("senior-1", world.clone(), [commit])
    senior.clone.git("remote", "set-url", "origin", str(world.root / "nowhere"))
    with Clone(str(senior.path)) as clone:
        file_signoff(clone, good.data)
        with pytest.raises(DeliveryError, match="is kept in this clone") as caught:
            deliver(clone)
    assert caught.value.advice == f"push it later with: git push origin {STORE}"
