"""A hook that was there before the gate still runs, after the gate has accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.installing import find_git, uninstall

if TYPE_CHECKING:
    from tests.support.world import World


def _chain(world: World, body: str) -> None:
    world.hook().write_text(f"#!/bin/sh\n{body}\n")
    world.install()
    world.hook("post-receive").unlink()


def test_the_chained_hook_gets_what_git_wrote(world: World) -> None:
    _chain(world, f"cat > {world.root}/seen; echo chained speaks >&2")
    clone = world.clone("senior-1")
    old, new = clone.id(), clone.commit("Plain")
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert "chained speaks" in pushed.lines
    assert (world.root / "seen").read_text() == f"{old} {new} refs/heads/main\n"


def test_a_refusal_of_the_chained_hook_refuses(world: World) -> None:
    _chain(world, "exit 1")
    clone = world.clone("senior-1")
    new = clone.commit("Plain")
    assert clone.push("main:main").status != 0
    assert world.refs()["refs/heads/main"] != new
    world.settle()
    with world.ledger() as ledger:
        assert ledger.landings([new]) == {}


def test_the_chained_hook_does_not_run_when_the_gate_refuses(world: World) -> None:
    _chain(world, f"touch {world.root}/ran")
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").refused
    assert not (world.root / "ran").exists()


def test_a_chained_hook_that_cannot_start_refuses(world: World) -> None:
    _chain(world, "exit 0")
    (world.bare / "gatekeeper/chained/pre-receive").unlink()
    clone = world.clone("senior-1")
    new = clone.commit("Plain")
    pushed = clone.push("main:main")
    assert pushed.status != 0
    assert "gatekeeper: could not decide: FileNotFoundError" in pushed.text
    assert world.refs()["refs/heads/main"] != new


def test_uninstalling_puts_the_hook_back(world: World) -> None:
    _chain(world, "echo theirs >&2")
    uninstall(str(world.bare), find_git())
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert pushed.lines == ["theirs"]
