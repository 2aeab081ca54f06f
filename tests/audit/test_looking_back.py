"""Looking back at a repository through real pushes: what landed, how, and what the ledger cannot explain."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.landed import Manner
from tests.support.audits import kinds, look
from tests.support.commands import for_review
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    return made


def test_every_landed_commit_has_one_row_oldest_first(world: World) -> None:
    (assisted,) = for_review(world)
    signed = world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    plain = world.clone("staff-1").sync() and world.clone("staff-1").commit("Plain")
    assert world.clone("staff-1").push("HEAD:main").accepted
    found = look(world)
    assert found.exceptions == ()
    assert [row.commit for row in found.landed][1:] == [assisted, plain]
    row = found.landed[1]
    assert (row.assisted, row.pusher, row.tools, row.manner) == (True, "junior-1", ("claude-code",), Manner.APPROVED)
    assert (row.author, row.author_level, row.proof) == ("junior-1", "junior", "first_push")
    (approval,) = row.approvals
    assert (approval.statement, approval.signer, approval.signer_level) == (signed.id, "senior-1", "senior")
    assert (approval.rules, approval.flaw) == (("senior-signoff",), "")
    assert found.landed[2].manner is Manner.UNASKED


def test_figures_agree_with_what_was_pushed(world: World) -> None:
    (assisted,) = for_review(world)
    assert not world.clone().push("HEAD:main").accepted
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    found = look(world)
    assert found.control is not None
    assert found.duties is not None
    assert found.gate is not None
    assert found.limit is not None
    assert (found.control.landed, found.control.assisted) == (2, 1)
    assert (found.control.needed_signoff, found.control.approved_before_landing) == (1, 1)
    assert found.duties.levels == (("senior", 1),)
    assert (found.duties.self_approvals, found.duties.permitted_self_approvals) == (0, 0)
    assert (found.limit.declared, found.limit.silent) == (1, 1)
    assert (found.population.git, found.population.ledger, found.population.unexplained_total) == (2, 2, 0)
    (main,) = found.gate.refs
    assert (main.ref, main.landings, main.continuous) == ("refs/heads/main", 2, True)


def test_what_lands_on_two_refs_counts_on_both_and_is_one_commit(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    world.set_rule(id="another")  # so that it is judged again
    assert world.clone().push("HEAD:refs/heads/release/1").accepted
    found = look(world)
    assert found.control is not None
    assert found.limit is not None
    assert (found.control.landed, found.control.distinct, found.control.assisted) == (4, 2, 2)
    assert [row.known for row in found.landed] == [False] * 4
    assert (found.limit.declared, found.limit.silent) == (1, 1)


def test_what_became_of_a_refusal_is_followed(world: World) -> None:
    clone = world.clone()
    approved = clone.assisted("Approved later")
    assert not clone.push("HEAD:main").accepted
    world.approve(approved)
    assert clone.push("HEAD:main").accepted
    clone.commit("Changed later\n\nAssisted-by: claude", {"src/cart.py": "total = 2\n"})
    assert not clone.push("HEAD:main").accepted
    clone.git("commit", "-q", "--amend", "-m", "Changed\n\nAssisted-by: claude")
    world.approve(clone.id())
    assert clone.push("HEAD:main").accepted
    given_up = clone.commit("Given up\n\nAssisted-by: claude", {"src/other.py": "x = 1\n"})
    assert not clone.push("HEAD:main").accepted
    found = look(world)
    assert found.gate is not None
    refused = found.gate.refused
    assert (refused.pushes, refused.commits) == (3, 3)
    assert (refused.approved_later, refused.changed_later, refused.landed_otherwise) == (1, 1, 0)
    assert [(each.commit, each.pusher, each.subject) for each in refused.open] == [(given_up, "junior-1", "Given up")]
    assert found.exceptions == ()


def test_what_landed_under_a_warning_is_one_exception_for_each_rule(world: World) -> None:
    world.set_rule(enforce="warn")
    clone = world.clone()
    clone.assisted()
    clone.commit("Another\n\nAssisted-by: claude", {"src/other.py": "x = 1\n"})
    assert clone.push("HEAD:main").accepted
    found = look(world)
    assert kinds(found) == ["warned"]
    assert found.exceptions[0].facts == (("rule", "senior-signoff"), ("count", 2))
    assert [row.manner for row in found.landed[1:]] == [Manner.WARNED, Manner.WARNED]


def test_what_was_only_observed_is_counted_and_needs_nobody(world: World) -> None:
    world.set_rule(enforce="observe")
    world.clone().assisted()
    assert world.clone().push("HEAD:main").accepted
    found = look(world)
    assert found.exceptions == ()
    assert found.control is not None
    assert (found.control.observed, found.control.approved_before_landing) == (1, 0)


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
    found = look(world)
    assert "changed-outside" in kinds(found)
    named = [each.commit for each in found.population.unexplained]
    assert named[-1:] == ([other] if how in ("moved", "made") else [])


def test_a_default_branch_that_is_switched_is_still_looked_at(world: World) -> None:
    """A branch that was protected as HEAD stays protected, and the one that HEAD names now is, too."""
    clone = world.clone()
    commit = clone.assisted()
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    look(world)
    world.git("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    assert commit in [each.commit for each in look(world).population.unexplained]


def test_a_period_a_ref_and_a_team_choose_rows_and_never_completeness(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main", "HEAD:refs/heads/release/1").accepted
    now = Timestamp(int(time.time()))
    everything = look(world)
    assert [row.ref for row in everything.landed if row.commit == assisted] == [
        "refs/heads/main",
        "refs/heads/release/1",
    ]
    nothing = look(world, until=Timestamp(now - DAY))
    assert nothing.landed == ()
    assert nothing.population == everything.population
    assert [row.ref for row in look(world, refs=("refs/heads/release/**",)).landed] == ["refs/heads/release/1"] * 2
    assert len(look(world, since=Timestamp(now - DAY)).landed) == len(everything.landed)


def test_a_change_of_policy_and_roster_is_told_and_what_weakens_it(world: World) -> None:
    world.set_rule(enforce="warn")
    world.set_roster({"junior-1": {"level": "senior"}, "senior-2": None})
    world.clone().commit("Plain")
    assert world.clone().push("HEAD:main").accepted
    found = look(world)
    assert found.governance is not None
    told = {(each.file, shift.code, shift.what, shift.weakens) for each in found.governance for shift in each.shifts}
    assert ("policy", "rule-changed", "senior-signoff: enforce", True) in told
    assert ("roster", "person-promoted", "junior-1", False) in told
    assert ("roster", "person-removed", "senior-2", False) in told
    assert {each.entry for each in found.governance} <= {entry.number for entry in world.entries()}


def test_what_the_owner_took_in_is_told_with_the_reason(world: World) -> None:
    from tests.support.commands import run

    outside = world.clone().commit("Outside")
    assert world.clone().push("HEAD:refs/heads/elsewhere").accepted
    world.git("update-ref", "refs/heads/main", outside)
    assert "changed-outside" in kinds(look(world))
    arguments = ("baseline", "add", "main", "--repo", world.bare, "--why", "from a \x1b backup")
    assert run(*arguments, cwd=world.root).status == 0
    found = look(world)
    assert kinds(found) == ["taken-in"]
    assert found.gate is not None
    (taken,) = found.gate.taken_in
    assert (taken.ref, taken.tip, taken.why) == ("refs/heads/main", outside, "from a \x1b backup")
    said = run("audit", "--repo", world.bare, cwd=world.root)
    assert f"Taken in    main at {outside[:7]}, " in said.out
    assert said.out.replace("\n", "").isprintable()
    assert look(world, refs=("refs/heads/release/1",)).gate.taken_in == ()  # type: ignore[union-attr]


def test_a_pause_is_told_with_what_landed_in_it(world: World) -> None:
    from tests.support.commands import run

    assert run("pause", "--repo", world.bare, "--for", "1h", "--reason", "repair", cwd=world.root).status == 0
    commit = world.clone().assisted()
    assert world.clone().push("HEAD:main").accepted
    assert run("resume", "--repo", world.bare, cwd=world.root).status == 0
    found = look(world)
    assert found.gate is not None
    (pause,) = found.gate.pauses
    assert (pause.reason, pause.landed) == ("repair", 1)
    assert pause.end - pause.start < 3_600
    assert kinds(found) == ["owed"]
    assert found.landed[-1].manner is Manner.LIFTED
    world.approve(commit)
    assert look(world).exceptions == ()
