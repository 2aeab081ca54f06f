"""A git that dies, hangs, or answers in part or with nonsense refuses the push."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.closed import cannot_decide, push_plain
from tests.support.environment import require
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


def _wrap_git(world: World, body: str) -> None:
    """Install the gate with a git that does `body` before, or instead of, what git does."""
    wrapper = world.root / "git"
    wrapper.write_text(f'#!/bin/sh\nreal={require("git")}\n{body}\nexec $real "$@"\n')
    wrapper.chmod(0o755)
    world.install(git=str(wrapper))
    world.hook("post-receive").unlink()
    wrapper.with_name("armed").touch()


def _when(world: World, command: str, action: str) -> str:
    return f'[ -e {world.root}/armed ] && [ "$1" = {command} ] && {action}'


EVERY_PUSH = ("config", "for-each-ref", "cat-file")
"""What is asked of git whenever a protected branch is pushed; and in a walk, `rev-list` too."""
NEW = "refs/heads/release/1"
"""A new branch: what it brings can only be found by a walk."""
ASKED = [*((command, "main") for command in EVERY_PUSH), ("cat-file", NEW), ("rev-list", NEW)]


@one_format
@pytest.mark.parametrize(("command", "ref"), ASKED)
@pytest.mark.parametrize(
    ("action", "told"),
    [("kill -9 $$", "was killed by signal 9"), ("exit 3", "ended with 3"), ("exit 129", "ended with 129")],
    ids=["killed", "failed", "does not know the option"],
)
def test_a_git_that_does_not_answer_refuses(world: World, command: str, ref: str, action: str, told: str) -> None:
    _wrap_git(world, _when(world, command, action))
    cannot_decide(world, told, ref)


@one_format
@pytest.mark.parametrize(("command", "ref"), ASKED)
def test_a_git_that_answers_nonsense_refuses(world: World, command: str, ref: str) -> None:
    _wrap_git(world, _when(world, command, "{ echo x; exit 0; }"))
    before = world.refs()
    pushed = push_plain(world, ref)
    assert pushed.undecided or pushed.refused
    assert "fault of gatekeeper" not in pushed.text
    assert world.refs() == before


@one_format
@pytest.mark.parametrize("bytes_kept", [10, 100, 300])
def test_half_an_answer_is_no_answer(world: World, bytes_kept: int) -> None:
    world.set_policy(limits={"seconds": 3})  # the wrapper does not end before git does
    _wrap_git(world, _when(world, "cat-file", f'{{ $real "$@" | head -c {bytes_kept}; exit 0; }}'))
    clone = world.clone("senior-1")
    for number in range(3):
        clone.commit(f"{number}")
    pushed = clone.push(f"main:{NEW}")
    assert pushed.undecided, pushed.stderr
    assert NEW not in world.refs()


@one_format
@pytest.mark.parametrize("command", ["diff-tree", "merge-tree"])
def test_a_killed_git_refuses_where_only_some_pushes_ask(world: World, command: str) -> None:
    clone = world.clone("junior-1")
    clone.git("checkout", "-q", "-b", "side")
    side = clone.assisted()
    clone.git("checkout", "-q", "main")
    clone.commit("Main")
    clone.merge("side")
    world.approve(side)
    _wrap_git(world, _when(world, command, "kill -9 $$"))
    pushed = clone.push("main:main")
    assert pushed.undecided
    assert f"`git {command}" in pushed.first_line
    (world.root / "armed").unlink()
    assert clone.push("main:main").accepted


@one_format
def test_a_merge_that_takes_too_long_to_be_made_again_counts_as_different(world: World) -> None:
    world.set_policy(limits={"seconds": 8})
    clone = world.clone("junior-1")
    clone.git("checkout", "-q", "-b", "side")
    world.approve(clone.assisted())
    clone.git("checkout", "-q", "main")
    clone.commit("Main")
    merge = clone.merge("side")
    _wrap_git(world, _when(world, "merge-tree", "exec sleep 600"))
    pushed = clone.push("main:main")
    assert pushed.refused, pushed.stderr
    assert merge[:7] in pushed.text
    (world.root / "armed").unlink()
    assert clone.push("main:refs/heads/release/1").accepted
    (world.root / "armed").touch()
    world.approve(merge)
    assert clone.push("main:main").accepted


@one_format
def test_a_git_that_is_gone_refuses(world: World) -> None:
    _wrap_git(world, "")
    (world.root / "git").unlink()
    cannot_decide(world, "cannot start")


@one_format
@pytest.mark.parametrize(("command", "ref"), [("cat-file", "main"), ("rev-list", NEW)])
def test_a_git_that_hangs_is_ended_in_time(world: World, command: str, ref: str) -> None:
    world.set_policy(limits={"seconds": 1})
    _wrap_git(world, _when(world, command, "exec sleep 600"))
    cannot_decide(world, "the time for one push is over", ref)
