"""An audit of a ledger whose old entries were pruned: what is left is held together as strictly as before."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.continuing import Continuity
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.ledger import Entry
from gatekeeper.retracing import Arrived, Moment
from tests.support.audits import kinds, look
from tests.support.values import A, B, C
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "refs/heads/main"
ZERO = ObjectId("0" * 40)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A server on which something landed before everything was pruned, and something afterwards."""
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    clone = made.clone()
    signed = clone.assisted("Before")
    made.approve(signed)
    assert clone.push("HEAD:main").accepted
    made.settle()
    with made.ledger() as ledger:
        assert ledger.prune(10**6, now=Timestamp(int(time.time())), repository="example/shop", checkpoint=b"kept")
    clone.commit("After")
    assert clone.push("HEAD:main").accepted
    return made


def test_it_is_in_order_and_says_what_was_pruned(world: World) -> None:
    found = look(world)
    assert found.exceptions == ()
    assert found.ledger is not None
    assert found.gate is not None
    with world.ledger() as ledger:
        assert found.ledger.pruned == ledger.pruned() > 0
    assert [row.subject for row in found.landed] == ["After"]
    assert (found.population.git, found.population.ledger, found.population.unexplained_total) == (3, 3, 0)
    assert [(ref.ref, ref.continuous) for ref in found.gate.refs] == [(MAIN, True)]


def test_a_ref_that_was_changed_outside_the_gate_is_named(world: World) -> None:
    outside = world.clone().commit("Outside")
    assert world.clone().push("HEAD:refs/heads/elsewhere").accepted
    world.git("update-ref", MAIN, outside)
    found = look(world)
    assert "changed-outside" in kinds(found)
    assert [each.commit for each in found.population.unexplained] == [outside]


def test_a_landing_that_does_not_begin_where_the_pruned_ones_ended_is_a_break(world: World) -> None:
    update = {"ref": MAIN, "old": B, "new": C, "tracked": True}
    push = Entry(number=8, time=Timestamp(1), kind="push", data={"outcome": "accepted", "updates": [update]}, hash="")
    landing = Entry(number=9, time=Timestamp(2), kind="landing", data={}, hash="")
    moment = Moment(entry=landing, landed=(Arrived(push=push, position=0, ref=MAIN, old=B, new=C),))
    for begins, breaks in (({MAIN: B}, []), ({MAIN: A}, [(A, B)]), ({}, [(ZERO, B)])):
        continuity = Continuity(ZERO, begins)
        continuity.see(moment)
        (ref,) = continuity.guarded({MAIN: C})
        assert [(each.expected, each.found) for each in ref.breaks] == breaks


def test_a_snapshot_that_was_lost_is_named_and_stops_nothing(world: World) -> None:
    with world.ledger() as ledger:
        (entry,) = [entry for entry in ledger.entries() if entry.kind == "prune"]
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db", isolation_level=None)
    database.execute("DELETE FROM archive WHERE digest = ?", (entry.data["snapshot"],))
    database.close()
    found = look(world)
    assert kinds(found)[0] == "ledger-fault"
    assert found.ledger is not None
    assert found.ledger.faults == (
        f"the snapshot {entry.data['snapshot']} of entry {entry.number} is not in the archive",
        "without it the tables cannot be compared with the entries",
    )
