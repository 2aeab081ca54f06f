"""What really landed: found by comparing, whatever became of the client and of post-receive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.reconciling import compare
from tests.support.signoffs import REPOSITORY

if TYPE_CHECKING:
    from tests.support.world import World


def _landed(world: World) -> list[tuple[str, str]]:
    """(found by, ref) of every landing, in order."""
    return [
        (entry.data["found_by"], update["ref"]) for entry in world.entries("landing") for update in entry.data["landed"]
    ]


def test_post_receive_notes_what_landed(world: World) -> None:
    world.install()
    clone = world.clone("junior-1")
    clone.commit("One")
    before = len(_landed(world))
    assert clone.push("main:main").accepted
    world.settled()
    assert ("post-receive", "refs/heads/main") in _landed(world)[before:]


def test_without_post_receive_the_next_push_finds_it(world: World) -> None:
    clone = world.clone("junior-1")
    clone.commit("One")
    assert clone.push("main:main").accepted
    with world.ledger() as ledger:
        assert "refs/heads/main" in {update.ref for update in ledger.pending()}
    assert clone.push("main:refs/heads/topic").accepted
    with world.ledger() as ledger:
        assert ledger.pending() == []
        assert ledger.tips()["refs/heads/main"] == clone.id()
    assert _landed(world)[-1] == ("pre-receive", "refs/heads/main")


def test_an_accepted_push_that_did_not_happen_does_not_stop_the_next(world: World) -> None:
    clone = world.clone("senior-1")
    first = clone.id()
    lost = clone.commit("Lost")
    assert clone.push("main:refs/heads/topic").accepted
    assert world.run_hook(f"{first} {lost} refs/heads/main\n", account="senior-1-login").returncode == 0
    clone.git("reset", "-q", "--hard", first)
    clone.commit("Other")
    assert clone.push("main:main").accepted
    clone.commit("Next")
    assert clone.push("main:main").accepted
    with world.ledger() as ledger:
        assert lost not in {update.new for update in ledger.pending()}


def test_a_landing_that_is_noted_late_moves_nothing_back(world: World) -> None:
    """Two runs look at the refs; the one that looked first writes last."""
    clone = world.clone("junior-1")
    clone.commit("One")
    assert clone.push("main:main").accepted
    with world.ledger() as ledger:
        late = compare(ledger, {"refs/heads/main": clone.id()}, world.object_format.zero, Timestamp(int(time.time())))
    assert late.landed
    clone.commit("Two")
    assert clone.push("main:main").accepted
    world.settle()
    with world.ledger() as ledger:
        ledger.append("landing", late.entry("post-receive"), now=Timestamp(0), repository=REPOSITORY)
        assert ledger.tips()["refs/heads/main"] == clone.id()
    clone.commit("Three")
    assert clone.push("main:main").accepted
    assert world.faults() == []


def test_several_landings_are_found_at_once(world: World) -> None:
    clone = world.clone("junior-1")
    for name in ("One", "Two"):
        clone.commit(name)
        assert clone.push("main:main").accepted
    world.settle()
    with world.ledger() as ledger:
        assert ledger.pending() == []
        assert ledger.tips()["refs/heads/main"] == clone.id()


def test_a_protected_ref_that_was_written_outside_the_gate_takes_no_push(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/main", commit)
    clone.commit("Next")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "it was changed outside the gate" in pushed.text
    assert "gatekeeper baseline add" in pushed.text
    assert clone.push("main:refs/heads/other").accepted


def test_a_protected_ref_that_was_created_outside_the_gate_takes_no_push(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/release/1", commit)
    clone.commit("Next")
    assert clone.push("main:refs/heads/release/1").refused


def test_a_ref_written_outside_the_gate_launders_nothing_onto_another(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/release/1", commit)
    assert clone.push("main:main").refused


def test_post_receive_publishes_what_clients_read(world: World) -> None:
    world.install()
    before = world.git("rev-parse", "refs/gatekeeper/published")
    world.set_roster({"mid-1": {"emails": ["mid-1@example.com", "m@example.com"]}})
    clone = world.clone("junior-1")
    clone.commit("One")
    assert clone.push("main:main").accepted
    world.settled()
    assert world.git("rev-parse", "refs/gatekeeper/published") != before


def test_a_sign_off_whose_push_lost_a_race_is_put_into_the_store(world: World) -> None:
    clone = world.clone("junior-1")
    first, second = clone.assisted("One"), clone.assisted("Two")
    world.file(clone, [world.signoff("senior-1", clone, [first])])
    clone.push(f"{SIGNOFFS}:refs/heads/objects")
    lost = clone.id(SIGNOFFS)
    zero = world.object_format.zero
    assert world.run_hook(f"{zero} {lost} {SIGNOFFS}\n").returncode == 0
    world.approve(second, "senior-2")
    world.settle()
    world.settle()
    listed = world.git("ls-tree", "-r", "--name-only", SIGNOFFS)
    assert f"{first[:2]}/{first[2:4]}/{first[4:]}" in listed
    assert clone.push("main:main").accepted
    assert world.faults() == []


def test_a_store_that_was_written_outside_the_gate_takes_no_push(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit)
    world.git("update-ref", SIGNOFFS, world.refs()["refs/heads/main"])
    world.file(clone, [])
    clone.git("update-ref", "-d", SIGNOFFS)
    pushed = clone.push("--force", f"main:{SIGNOFFS}")
    assert pushed.refused
    assert "it was changed outside the gate" in pushed.text
