"""Killed at any moment, the gate leaves nothing half-done: what is on a branch was judged and recorded."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.push import SIGNOFFS
from tests.support.environment import require
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Clone
    from tests.support.world import World

PUSHES = 30
SECONDS = 9
"""A slow machine makes fewer pushes."""


def _start(clone: Clone, *refspecs: str) -> subprocess.Popen[bytes]:
    """Start a push in a process group of its own, with the server's side in it."""
    return subprocess.Popen(
        ["git", "push", "-q", "origin", *refspecs],
        cwd=clone.path,
        env={**clone.environment, "GATEKEEPER_USER": PEOPLE[clone.owner.id].account},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _everything_dies(world: World, clone: Clone, moment: float, *refspecs: str) -> None:
    """Client, receive-pack, hook and their children are killed at once, as when the machine loses power."""
    pushing = _start(clone, *refspecs)
    try:
        pushing.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(pushing.pid, signal.SIGKILL)
        pushing.wait()


def _the_hook_dies(world: World, clone: Clone, moment: float, *refspecs: str) -> None:
    """The hook and its children are killed; receive-pack lives, and hears of it."""
    shim = world.hook().read_text()
    killer = f"(sleep {moment:.3f}; kill -9 -$$) </dev/null >/dev/null 2>&1 &\nexec {require('setsid')} "
    world.edit_hook('exec "$python"', f'{killer}"$python"')
    _start(clone, *refspecs).wait()
    world.hook().write_text(shim)


def _nothing_is_half_done(world: World, clone: Clone, ours: set[str]) -> None:
    """What every protected ref holds was recorded as accepted before; the ledger and the repository hold together."""
    for lock in world.bare.rglob("*.lock"):  # what Git leaves behind when it is killed is for Git's owner to remove
        lock.unlink()
    accepted = {
        (update["ref"], update["new"])
        for entry in world.entries("push")
        if entry.data["outcome"] == "accepted"
        for update in entry.data["updates"]
    }
    for ref, tip in world.refs().items():
        if ref in ours:
            assert (ref, tip) in accepted, (ref, tip)
    assert world.faults() == []


@one_format
@pytest.mark.parametrize("kill", [_everything_dies, _the_hook_dies])
def test_no_moment_to_be_killed_at_lets_anything_through(
    world: World, kill: Callable[..., None], request: pytest.FixtureRequest
) -> None:
    dice = random.Random(request.node.name)  # noqa: S311 - a test's dice
    clone = world.clone("junior-1")
    world.file(clone, [world.signoff("senior-1", clone, [clone.assisted("Begin")])])
    start = time.monotonic()
    assert clone.push(f"{SIGNOFFS}:{SIGNOFFS}", "main:main").accepted
    one_push = time.monotonic() - start
    base: str = clone.id()
    forbidden: set[str] = set()
    end = time.monotonic() + SECONDS
    for number in range(PUSHES):
        if time.monotonic() > end:
            break
        clone.git("checkout", "-q", "-B", "main", base)
        refspecs = ["main:main"]
        if number % 3 == 0:
            forbidden.add(clone.assisted(f"Unsigned {number}"))
            refspecs.append("main:refs/heads/release/1")
        elif number % 3 == 1:
            world.file(clone, [world.signoff("senior-1", clone, [clone.assisted(f"Signed {number}")])])
            refspecs.append(f"{SIGNOFFS}:{SIGNOFFS}")
        else:
            clone.commit(f"Plain {number}")
        kill(world, clone, dice.uniform(0.0, 1.1 * one_push), *refspecs)
        _nothing_is_half_done(world, clone, {"refs/heads/main", "refs/heads/release/1", SIGNOFFS})
        base = world.refs()["refs/heads/main"]
        clone.fetch()
        assert not forbidden & set(world.git("rev-list", "--all").split())
    clone.sync()
    clone.commit("After all that")
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr
    world.settle()
    assert world.faults() == []
    with world.ledger() as ledger:
        assert ledger.tips()["refs/heads/main"] == clone.id()
    world.git("fsck", "--strict", "--no-dangling")


@one_format
def test_a_hook_that_is_killed_after_it_recorded_and_before_git_acted_is_made_up_for(world: World) -> None:
    """The entry says accepted, the ref never moved: the same push goes in again, and the sign-off counts once."""
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.file(clone, [world.signoff("senior-1", clone, [commit])])
    world.run_in_hook(
        "import gatekeeper.answering as answering\nanswering.say = lambda _: os.kill(os.getpid(), 9)",
    )
    before = world.refs()
    assert not clone.push(f"{SIGNOFFS}:{SIGNOFFS}", "main:main").accepted
    assert world.refs() == before
    assert world.entries("push")[-1].data["outcome"] == "accepted"
    world.install()
    world.hook("post-receive").unlink()
    pushed = clone.push(f"{SIGNOFFS}:{SIGNOFFS}", "main:main")
    assert pushed.accepted, pushed.stderr
    world.settle()
    with world.ledger() as ledger:
        assert len(ledger.subjects([commit])[commit]) == 1
        assert ledger.pending() == []
    assert world.faults() == []


@one_format
def test_scratch_directories_of_killed_hooks_are_swept_in_time(world: World) -> None:
    clone = world.clone("junior-1")
    clone.commit("Plain")
    _the_hook_dies(world, clone, 0.08, "main:main")
    state = world.bare / "gatekeeper"
    abandoned = state / "tmp-1-abandoned"
    fresh = state / "tmp-2-fresh"
    for directory in (abandoned, fresh):
        (directory / "git/objects").mkdir(parents=True)
    long_ago = time.time() - 90_000
    os.utime(abandoned, (long_ago, long_ago))
    world.settle()
    assert not abandoned.exists()
    assert fresh.exists()
