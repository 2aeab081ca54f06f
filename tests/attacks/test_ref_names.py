"""No other name for a protected ref is a way round it, and gatekeeper's own names are nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.moving import land_commits, lined_up
from tests.support.raw_push import raw_push
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


# ---- names -----------------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize(
    "name",
    [
        "refs/gatekeeper/published",
        "refs/gatekeeper/signoffs/x",
        "refs/gatekeeper/keep/1",
        "refs/GateKeeper/signoffs",
        "refs/GATEKEEPER/SIGNOFFS",
        "refs/gatekeeper/Signoffs",
    ],
)
def test_gatekeepers_own_names_are_nobodys(world: World, name: str) -> None:
    clone = world.clone("senior-1")
    before = world.refs()
    pushed = clone.push("--force", f"main:{name}")
    assert pushed.refused
    assert "nobody may push to it" in pushed.text
    assert world.refs() == before


@one_format
def test_what_the_server_publishes_cannot_be_deleted(world: World) -> None:
    clone = world.clone("senior-1")
    assert clone.push(":refs/gatekeeper/published").refused


@one_format
@pytest.mark.parametrize("name", ["refs/gatekeepers/x", "refs/heads/gatekeeper/signoffs"])
def test_names_that_only_look_like_gatekeepers_are_everybodys(world: World, name: str) -> None:
    assert world.clone("junior-1").push(f"main:{name}").accepted


def test_a_symbolic_ref_is_no_way_round(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/alias")
    assert pushed.refused
    assert pushed.first_line.startswith("gatekeeper: REFUSED main:")
    clone.git("reset", "-q", "--hard", "HEAD^")
    plain = clone.commit("Plain")
    assert clone.push("main:refs/heads/alias").accepted
    assert world.refs()["refs/heads/main"] == plain


def test_a_dangling_symbolic_ref_is_judged_as_what_it_would_create(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/release/1")
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/alias")
    assert pushed.refused
    assert "release/1" in pushed.first_line


def test_a_symbolic_ref_into_gatekeepers_names_is_refused(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/gatekeeper/signoffs")
    assert world.clone("senior-1").push("main:refs/heads/alias").refused


def test_the_default_branch_is_protected_whatever_its_name(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    world.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    assert clone.push("main:refs/heads/trunk").refused


@one_format
@pytest.mark.parametrize("name", ["release/$(id)", "release/;reboot", "release/`x`", "release/\u00e9"])
def test_a_branch_name_that_a_shell_would_act_on_stands_in_no_command(world: World, name: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push(f"main:refs/heads/{name}")
    assert pushed.refused
    commands = [line for line in pushed.lines if "git push" in line or ("gatekeeper " in line and ":" not in line[:12])]
    assert commands
    assert not any(name in line for line in commands)
    assert pushed.text.isascii()


@one_format
@pytest.mark.parametrize(
    "name",
    ["HEAD", "refs/heads/../heads/main", "refs/heads//main", "refs/heads/./main", "main", "refs/heads/main.lock"],
)
def test_other_spellings_of_a_protected_ref_move_nothing(world: World, name: str) -> None:
    clone, zero, tip, commit = lined_up(world)
    before = world.refs()
    for old in (zero, tip):
        report = raw_push(world, clone, (old, commit, name))
        assert not any(line.startswith("ok ") for line in report.status), report
    assert world.refs() == before
    clone.git("reset", "-q", "--hard", tip)
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted


@one_format
def test_a_name_that_looks_like_an_option_stops_nobody(world: World) -> None:
    world.set_policy(protect=["HEAD", "refs/heads/**"])
    clone = world.clone("senior-1")
    tip = clone.id()
    for name in ("--format=x", "-h", "refs/heads/*", "refs/heads/[", "refs/heads/a b"):
        raw_push(world, clone, (world.object_format.zero, tip, name))
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/another").accepted


# ---- aliases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["refs/heads/main", "HEAD", "refs/heads/middle", "refs/heads/dangling"])
def test_an_alias_by_any_way_is_judged_as_what_it_moves(world: World, through: str) -> None:
    world.git("symbolic-ref", "refs/heads/middle", "HEAD")
    world.git("symbolic-ref", "refs/heads/dangling", "refs/heads/release/1")
    world.git("symbolic-ref", "refs/heads/alias", through)
    clone = world.clone("junior-1")
    before = world.refs()
    commit = clone.assisted()
    assert clone.push("main:refs/heads/alias").refused
    assert world.refs() == before
    world.approve(commit)
    assert clone.push("main:refs/heads/alias").accepted
    target = "refs/heads/release/1" if through == "refs/heads/dangling" else "refs/heads/main"
    assert world.refs()[target] == commit
    clone.commit("Next")
    assert clone.push(f"main:{target}").accepted
    assert world.faults() == []


def test_a_protected_branch_is_not_deleted_or_rewound_through_an_alias(world: World) -> None:
    """Git deletes the target, past receive.denyDeleteCurrent."""
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    clone = world.clone("senior-1")
    land_commits(clone, "One")
    before = world.refs()
    assert clone.push(":refs/heads/alias").refused
    assert clone.push("--force", "main^:refs/heads/alias").refused
    assert world.refs() == before
    world.set_policy(deletions="allow", rewinds="allow")
    assert clone.push("--force", "main^:refs/heads/alias").accepted
    assert clone.push(":refs/heads/alias").accepted
    assert "refs/heads/main" not in world.refs()
    clone.assisted(author="junior-1")
    assert clone.push("main:refs/heads/alias").refused


def test_a_protected_name_that_is_an_alias_of_a_free_branch_takes_no_push(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push("main:refs/heads/topic").accepted
    world.git("symbolic-ref", "refs/heads/release/now", "refs/heads/topic")
    world.git("symbolic-ref", "refs/heads/release/next", "refs/heads/release/1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/release/now")
    assert pushed.refused
    assert "refs/heads/release/now is an alias of refs/heads/topic" in pushed.text
    assert clone.push("main:refs/heads/release/next").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    assert clone.push("main:refs/heads/release/next").accepted


@one_format
def test_aliases_that_lead_in_a_circle_stop_nobody_else(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/a", "refs/heads/b")
    world.git("symbolic-ref", "refs/heads/b", "refs/heads/a")
    clone = world.clone("junior-1")
    clone.commit("Plain")
    assert not clone.push("main:refs/heads/a").accepted
    assert clone.push("main:main").accepted
