"""After a push: what landed is noted, lost sign-offs come back, clients learn what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.push import PUBLISHED, SIGNOFFS
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from gatekeeper.settling import heal_store, publish_if_changed, reconcile, settle
from tests.support.commands import for_review
from tests.support.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    return made


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with Server(str(world.bare), find_git()) as opened:
        yield opened


def test_what_landed_is_noted_once_and_by_whom(world: World) -> None:
    world.settle()
    before = len(world.entries("landing"))
    clone = world.clone()
    clone.commit("Plain")
    assert clone.push("HEAD:main").accepted
    world.settle()
    world.settle()
    landings = world.entries("landing")
    assert len(landings) == before + 1
    assert landings[-1].data["found_by"] == "tests"
    (landed,) = landings[-1].data["landed"]
    assert (landed["ref"], landed["new"]) == ("refs/heads/main", clone.id())


def test_a_protected_ref_that_the_ledger_has_never_seen_is_unexplained(world: World, server: Server) -> None:
    world.git("update-ref", "refs/heads/release/1", "refs/heads/main")
    with world.ledger() as ledger:
        found = reconcile(server, ledger, "tests", force=server.in_force(ledger))
    assert [ref for ref, _, _ in found.unexplained] == ["refs/heads/release/1"]


def test_nothing_is_published_twice(world: World, server: Server) -> None:
    before = world.git("rev-parse", PUBLISHED)
    with world.ledger() as ledger:
        assert not publish_if_changed(server, server.in_force(ledger))
        assert world.git("rev-parse", PUBLISHED) == before
    world.set_rule(id="two-eyes")
    with world.ledger() as ledger:
        assert publish_if_changed(server, server.in_force(ledger))
    assert world.git("rev-parse", f"{PUBLISHED}^") == before
    assert "two-eyes" in world.git("show", f"{PUBLISHED}:policy.yaml")


def test_what_is_published_holds_no_levels_and_no_accounts(world: World) -> None:
    roster = world.git("show", f"{PUBLISHED}:roster.json")
    assert '"level"' not in roster
    assert "-login" not in roster
    assert '"may_sign":true' in roster


def test_sign_offs_that_a_lost_race_left_out_come_back(world: World) -> None:
    """A store push is accepted, and then somebody else's moves the ref first: Git refuses it after the gate."""
    one, two = for_review(world, commits=2)
    clone = world.clone()
    world.file(clone, [world.signoff("senior-1", clone, [one])])
    tip = clone.id(SIGNOFFS)
    clone.git("push", "-q", str(world.bare), f"{tip}:refs/heads/carrier")
    update = f"{'0' * 40} {tip} {SIGNOFFS}\n"
    assert world.run_hook(update).returncode == 0  # judged and accepted, but the ref never moved
    world.approve(two, "staff-1")
    assert len(world.git("ls-tree", "-r", "--name-only", SIGNOFFS).splitlines()) == 1
    world.settle()
    assert len(world.git("ls-tree", "-r", "--name-only", SIGNOFFS).splitlines()) == 2
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        assert heal_store(server, ledger) == 0
        settle(server, ledger, "tests")
    assert world.faults() == []
    world.approve(one, "staff-1")


def test_a_broken_policy_stops_no_settling(world: World) -> None:
    clone = world.clone()
    clone.commit("Plain")
    assert clone.push("HEAD:main").accepted
    (world.root / "policy.yaml").write_text("version: 1\n")
    world.settle()
    assert world.entries("landing")[-1].data["landed"][0]["new"] == clone.id()
