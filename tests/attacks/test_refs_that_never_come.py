"""Updates that the gate accepts and Git then cannot make must not stop, or slow, what comes after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


@one_format
def test_a_name_that_git_cannot_write_stops_nobody(world: World) -> None:
    clone = world.clone("intern-1")
    name = f"refs/heads/release/aaa/{'x' * 300}"
    assert not clone.push(f"main:{name}").accepted
    assert (world.bare / "refs/heads/release/aaa").is_dir()
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/scratch").accepted


@one_format
def test_a_name_below_a_branch_stops_nobody(world: World) -> None:
    clone = world.clone("intern-1")
    many = [f"main:refs/heads/release/a{number}" for number in range(40)]
    assert not clone.push(*many, "main:refs/heads/main/x", options=("--atomic",)).accepted
    assert len(world.entries("push")[-1].data["updates"]) >= 40
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted


@one_format
def test_many_new_names_cost_no_child_each(world: World) -> None:
    world.run_in_hook(
        "import gatekeeper.git.process as process\n"
        "spawn, count = process.Runner.spawn, []\n"
        "def counted(self, arguments, *rest):\n"
        "    count.append(arguments)\n"
        '    if len(count) > 12: raise SystemExit("too many children")\n'
        "    return spawn(self, arguments, *rest)\n"
        "process.Runner.spawn = counted"
    )
    clone = world.clone("junior-1")
    assert clone.push(*(f"main:refs/tags/t{number}" for number in range(300))).accepted


def test_a_dangling_alias_is_still_seen_as_what_it_would_create(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/release/new")
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/alias")
    assert pushed.refused
    assert "release/new" in pushed.first_line
    assert "refs/heads/release/new" not in world.refs()
