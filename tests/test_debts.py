"""What an emergency let through is owed until the sign-offs are there that the rules asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.auditing import audit
from gatekeeper.core.audit import Selection
from gatekeeper.core.debt import DebtState
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.signoff import Decision
from gatekeeper.debts import debts
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from tests.pushes.conftest import template, world
from tests.support.clock import at, let_time_pass
from tests.support.commands import Desk, run
from tests.support.emergencies import MAIN, SETTLE_SECONDS, allow, declare, statement
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.audit import Audit
    from gatekeeper.core.debt import Debt
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

__all__ = ["template", "world"]
DAY = 86_400


@pytest.fixture
def clone(world: World) -> Clone:
    allow(world)
    return world.clone("junior-1")


def look(world: World, later: int = 0) -> list[Debt]:
    """The debts, as they are or will be some seconds from now."""
    world.settle()
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        force = server.in_force(ledger)
        server.now = Timestamp(server.now + later)
        return debts(server, ledger, force)


def states(world: World, later: int = 0) -> dict[ObjectId, str]:
    return {debt.commit: debt.state.value for debt in look(world, later)}


def audited(world: World) -> Audit:
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        return audit(server, ledger, Selection()).audit


def test_a_debt_is_open_then_overdue_and_settled_by_the_sign_off(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    (debt,) = look(world)
    assert (debt.commit, debt.ref, debt.rules, debt.state) == (commit, MAIN, ("senior-signoff",), DebtState.OPEN)
    assert debt.due == world.entries("push")[-1].time + SETTLE_SECONDS
    assert states(world, SETTLE_SECONDS + 1) == {commit: "overdue"}
    world.approve(commit)
    assert states(world) == states(world, SETTLE_SECONDS + 1) == {commit: "settled"}


def test_what_landed_in_order_owes_nothing(world: World, clone: Clone) -> None:
    world.approve(clone.assisted())
    assert clone.push("main:main").accepted
    assert look(world) == []


@one_format
def test_a_refused_push_owes_nothing(world: World, clone: Clone) -> None:
    clone.assisted()
    assert declare(clone, "main:main", "main:refs/gatekeeper/x").refused
    assert look(world) == []


@one_format
@pytest.mark.parametrize(
    ("signer", "fields"),
    [
        ("staff-1", {}),
        ("senior-1", {"refs": ("refs/heads/release/1",)}),
        ("senior-1", {"issued_at": at(-90), "expires_at": at(-30)}),
    ],
    ids=["by who pushed it first", "for another ref", "expired"],
)
def test_a_sign_off_that_the_rule_would_not_have_taken_settles_nothing(
    world: World, clone: Clone, signer: str, fields: dict[str, Any]
) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    world.approve(commit, signer, **fields)
    assert states(world) == {commit: "open"}
    world.approve(commit, "senior-2")
    assert states(world) == {commit: "settled"}


@one_format
def test_what_settled_a_debt_may_expire(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    world.approve(commit)
    assert states(world, 400 * DAY) == {commit: "settled"}


@one_format
def test_a_sign_off_that_is_taken_back_settles_nothing(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    yes = world.approve(commit)
    assert states(world) == {commit: "settled"}
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back], account="senior-1").accepted
    assert states(world) == {commit: "open"}


@one_format
def test_two_sign_offs_are_owed_where_two_were_asked_for(world: World, clone: Clone) -> None:
    rule = {"id": "two", "when": {"assisted": True}, "require": {"signoffs": 2, "from": {"at_least": "senior"}}}
    allow(world, rules=[rule])
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    assert declare(clone).accepted
    assert states(world) == {commit: "open"}
    world.approve(commit, "senior-2")
    assert states(world) == {commit: "settled"}


@one_format
def test_a_weaker_policy_forgives_nothing(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    world.set_policy(rules=[{"id": "none", "when": {"paths": ["secrets/"]}, "refuse": "No."}])
    clone.commit("Next")
    assert clone.push("main:main").accepted
    assert states(world) == {commit: "open"}
    world.set_policy()
    world.approve(commit)
    assert states(world) == {commit: "settled"}


def test_a_merge_with_something_of_its_own_owes_its_own_sign_off(world: World, clone: Clone) -> None:
    """Looked at alone it would not be assisted: what it merged was."""
    clone.git("checkout", "-q", "-b", "fix")
    commit = clone.assisted("Fix")
    clone.git("checkout", "-q", "main")
    clone.commit("Meanwhile")
    merge = clone.merge("fix", amend={"src/more.py": "x = 1\n"})
    assert declare(clone).accepted
    world.approve(commit)
    assert states(world) == {commit: "settled", merge: "open"}
    world.approve(merge, "senior-2")
    assert states(world) == {commit: "settled", merge: "settled"}


@one_format
def test_of_several_commits_each_owes_its_own(world: World, clone: Clone) -> None:
    one, two = clone.assisted("One"), clone.assisted("Two")
    assert world.store_push(clone, [statement(world, clone, [one, two])], "main:main").accepted
    world.approve(one)
    assert states(world) == {one: "settled", two: "open"}


@one_format
def test_a_proof_that_somebody_wrote_it_of_whom_nothing_is_asked_settles_it_too(world: World, clone: Clone) -> None:
    commit = clone.assisted(author="senior-1")
    assert declare(clone).accepted
    assert states(world) == {commit: "open"}
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [mine], account="senior-1").accepted
    assert states(world) == {commit: "settled"}


@one_format
def test_what_was_never_owed_elsewhere_settles_nothing(world: World, clone: Clone) -> None:
    """The same commit lands in order on a ref on which nothing is asked for."""
    require = {"signoffs": 1, "from": {"at_least": "senior"}}
    allow(world, rules=[{"id": "main", "when": {"assisted": True, "refs": [MAIN]}, "require": require}])
    commit = clone.assisted()
    assert declare(clone).accepted
    assert clone.push("main:refs/heads/release/1").accepted
    assert states(world) == {commit: "open"}
    world.approve(commit)
    assert states(world) == {commit: "settled"}


@one_format
def test_a_mark_that_was_only_remembered_is_owed_for_also_when_the_bytes_are_on_the_ref(
    world: World, clone: Clone
) -> None:
    clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    clone.git("commit", "-q", "--amend", "-m", "No mark")
    commit = clone.id()
    assert declare(clone).accepted
    assert states(world) == {commit: "open"}
    clone.commit("Next")
    assert clone.push("main:main").accepted
    assert states(world) == {commit: "open"}
    world.approve(commit)
    assert states(world) == {commit: "settled"}


@one_format
def test_a_pure_revert_owes_its_sign_off(world: World, clone: Clone) -> None:
    taken_out = clone.assisted()
    world.approve(taken_out)
    assert clone.push("main:main").accepted
    clone.git("revert", "--no-edit", taken_out, env=clone.dates())
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr
    marked = clone.assisted("Try again")
    world.approve(marked)
    assert clone.push("main:main").accepted
    clone.git("revert", "--no-edit", marked, env=clone.dates())
    clone.git("commit", "-q", "--amend", "-m", "Take it out\n\nAssisted-by: claude\n")
    revert = clone.id()
    assert clone.push("main:main").accepted
    assert states(world)[revert] == "open"
    world.approve(revert)
    assert states(world)[revert] == "settled"


@one_format
def test_on_each_ref_it_is_owed_again(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone, "main:main", "main:refs/heads/release/1").accepted
    world.approve(commit, refs=(MAIN,))
    assert {debt.ref: debt.state.value for debt in look(world)} == {MAIN: "settled", "refs/heads/release/1": "open"}


@one_format
def test_only_what_was_judged_then_owes(world: World, clone: Clone) -> None:
    """What is behind a baseline needs no sign-off, and an emergency on top of it makes none of it owed."""
    clone.assisted("Imported")
    assert clone.push("main:refs/heads/import").accepted
    world.git("update-ref", "refs/heads/release/1", clone.id())
    said = run("baseline", "add", "release/1", "--repo", world.bare, "--why", "import", cwd=world.root)
    assert said.status == 0, said.text
    world.git("update-ref", "-d", "refs/heads/release/1")
    with world.ledger() as ledger:
        lapse = {"tips": {"refs/heads/release/1": world.object_format.zero}, "every_ref": False, "why": "test"}
        ledger.append("baseline", lapse, now=at(0), repository="example/shop")
    commit = clone.assisted("New")
    assert declare(clone, "main:refs/heads/release/1").accepted
    assert states(world) == {commit: "open"}


def test_the_audit_names_what_is_owed_and_nothing_that_is_settled(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    found = audited(world)
    (exception,) = found.exceptions
    assert (exception.kind, exception.commit, exception.ref) == ("owed", commit, MAIN)
    assert exception.fact("rules") == ("senior-signoff",)
    assert found.control is not None
    assert (found.control.lifted, found.control.unapproved) == (1, 0)
    assert [debt.state for debt in found.debts] == [DebtState.OPEN]
    world.approve(commit)
    assert audited(world).exceptions == ()
    assert [debt.state for debt in audited(world).debts] == [DebtState.SETTLED]


@one_format
def test_what_is_overdue_is_named_so_by_audit_and_doctor(world: World, clone: Clone) -> None:
    allow(world, emergency={"allowed": {"at_least": "staff"}, "settle_within": "1m"})
    commit = clone.assisted()
    hook = world.hook().read_text()
    let_time_pass(world, -DAY)
    assert declare(clone).accepted
    world.hook().write_text(hook)
    said = run("audit", "--repo", world.bare, cwd=world.root)
    assert said.status == 1
    assert f"HIGH     overdue  main {commit[:7]} entry " in said.out
    said = run("doctor", "--repo", world.bare, cwd=world.root)
    assert "1 commit landed without sign-offs that are owed since, 1 of them overdue" in said.out
    world.approve(commit)
    assert "owed" not in run("doctor", "--repo", world.bare, cwd=world.root).out


@one_format
def test_doctor_tells_of_a_pause(world: World) -> None:
    assert run("pause", "--repo", world.bare, "--for", "1h", "--reason", "repair", cwd=world.root).status == 0
    said = run("doctor", "--repo", world.bare, cwd=world.root)
    assert "gatekeeper is paused until 20" in said.out
    assert ": repair (by " in said.out
    assert "was refused" in said.out


@one_format
def test_doctor_tells_if_no_push_option_reaches_the_gate(world: World) -> None:
    told = "nobody can declare an emergency by a push option"
    world.config("receive.advertisePushOptions", "false")
    assert told not in run("doctor", "--repo", world.bare, cwd=world.root).out
    allow(world)
    assert told in run("doctor", "--repo", world.bare, cwd=world.root).out
    world.config("receive.advertisePushOptions", "true")
    assert told not in run("doctor", "--repo", world.bare, cwd=world.root).out


@one_format
def test_the_command_that_the_push_names_settles_it(world: World, clone: Clone) -> None:
    base, commit = clone.id(), clone.assisted()
    pushed = declare(clone)
    command = f"gatekeeper sign {base[:12]}..{commit[:12]}"
    assert f"Settle it: {command}" in pushed.lines
    world.settle()
    senior = Desk(world, "senior-1").ready()
    said = senior.run(*command.split()[1:], "--yes")
    assert said.status == 0, said.text
    assert states(world) == {commit: "settled"}
