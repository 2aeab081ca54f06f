"""Looking back: every landed commit has a row, and what the ledger cannot explain is an exception."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from gatekeeper.auditing import audit
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from tests.support.commands import for_review
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.core.first_audit import Audit


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    return made


def look(world: World) -> Audit:
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        return audit(server, ledger)


def kinds(found: Audit) -> list[str]:
    return [exception.partition(":")[0] for exception in found.exceptions]


def test_every_landed_commit_has_one_row_oldest_first(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    plain = world.clone("staff-1").sync() and world.clone("staff-1").commit("Plain")
    assert world.clone("staff-1").push("HEAD:main").accepted
    found = look(world)
    assert found.exceptions == ()
    assert [row.commit for row in found.rows][1:] == [assisted, plain]
    row = found.rows[1]
    assert (row.assisted, row.signers, row.pusher, row.tools, row.clean) == (
        True,
        ("senior-1",),
        "junior-1",
        ("claude-code",),
        True,
    )


def test_refusals_are_counted_and_land_nothing(world: World) -> None:
    world.clone().assisted()
    assert not world.clone().push("HEAD:main").accepted
    found = look(world)
    assert (found.refusals, len(found.rows), found.exceptions) == (1, 1, ())


def test_what_landed_under_a_warning_is_named(world: World) -> None:
    world.set_rule(enforce="warn")
    commit = world.clone().assisted()
    assert world.clone().push("HEAD:main").accepted
    found = look(world)
    assert kinds(found) == ["unsatisfied"]
    assert commit in found.exceptions[0]
    assert found.rows[-1].signers == ()


@pytest.mark.parametrize("how", ["moved", "rewound", "deleted", "made"])
def test_a_ref_that_was_changed_outside_the_gate_is_named(world: World, how: str) -> None:
    clone = world.clone()
    clone.commit("Plain")
    assert clone.push("HEAD:main").accepted
    look(world)
    other = clone.commit("Outside")
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    {
        "moved": lambda: world.git("update-ref", "refs/heads/main", other),
        "rewound": lambda: world.git("update-ref", "refs/heads/main", "refs/heads/main~1"),
        "deleted": lambda: world.git("update-ref", "-d", "refs/heads/main"),
        "made": lambda: world.git("update-ref", "refs/heads/release/1", other),
    }[how]()
    found = kinds(look(world))
    assert "continuity" in found
    assert ("completeness" in found) == (how in ("moved", "made"))


def test_a_default_branch_that_is_switched_is_still_looked_at(world: World) -> None:
    """A branch that was protected as HEAD stays protected, and the one that HEAD names now is, too."""
    clone = world.clone()
    commit = clone.assisted()
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    look(world)
    world.git("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    found = look(world)
    assert any(commit in exception for exception in found.exceptions)


def test_a_ledger_that_was_tampered_with_is_named_first(world: World) -> None:
    look(world)
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db")
    with database:
        query = "UPDATE entries SET body = replace(body, 'GATEKEEPER_USER', 'REMOTE_USER') WHERE number = 2"
        changed = database.execute(query)
        assert changed.rowcount == 1
    database.close()
    assert kinds(look(world))[0] == "ledger"
