"""Old entries are pruned, names are erased: what was decided by them is decided as before, and nobody gains by it.

Each test goes through the story twice, without pruning and with it; the answers are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.debt import DebtState
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.signoff import Decision
from tests.support.audits import look
from tests.support.carried import LINES, MARK, changed, moved_on, rebased, reviewed, start
from tests.support.commands import run
from tests.support.emergencies import allow, declare, owed
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.world import World

MAIN = "refs/heads/main"
MAKE_ROOM = ("ledger", "prune", "--repo", "shop.git", "--force", "--before", "1000000")


def pruned(world: World) -> None:
    """Everything that has happened loses its text."""
    world.settle()
    with world.ledger() as ledger:
        last = ledger.head().number
    said = run(*MAKE_ROOM, cwd=world.root)
    assert said.status == 0, said.text
    with world.ledger() as ledger:
        assert ledger.pruned() == last
    assert world.faults() == []


def left_alone(world: World) -> None:
    world.settle()


both = pytest.mark.parametrize("later", [left_alone, pruned])


@both
@one_format
def test_a_mark_is_remembered(world: World, later: Callable[[World], None]) -> None:
    clone = world.clone()
    clone.commit("Work" + MARK, {"a.py": LINES})
    assert clone.push("HEAD:refs/heads/topic").accepted
    later(world)
    clone.commit("Work", {}, "--amend")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "AI: marked in your push of" in pushed.text
    honest = world.clone("mid-1")
    honest.commit("Mine")
    assert honest.push("main:main").accepted


@both
@one_format
def test_a_sign_off_carries_over_once(world: World, later: Callable[[World], None]) -> None:
    clone = start(world, {"a.py": LINES, "b.py": LINES})
    commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
    reviewed(world, clone, commit)
    later(world)
    moved_on(world, {"b.py": changed(LINES, 9, "other")})
    rebased(clone)
    assert clone.push("HEAD:main").accepted
    later(world)
    clone.sync()
    clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
    assert clone.push("HEAD:main").accepted
    later(world)
    clone.git("cherry-pick", commit, env=clone.dates())
    assert clone.push("HEAD:main").refused


@both
@one_format
def test_a_veto_holds_and_can_be_taken_back(world: World, later: Callable[[World], None]) -> None:
    clone = world.clone()
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT, comment="loses orders")
    assert world.store_push(clone, [no], account="senior-2").accepted
    later(world)
    assert "vetoed by senior-2" in clone.push("main:main").text
    back = world.signoff("senior-2", clone, [commit], Decision.REVOKE, revokes=no.id)
    assert world.store_push(clone, [back], account="senior-2").accepted
    later(world)
    assert clone.push("main:main").accepted


@both
@one_format
def test_who_pushed_it_first_is_its_author_or_is_not(world: World, later: Callable[[World], None]) -> None:
    senior, junior = world.clone("senior-1"), world.clone("junior-1")
    own = senior.assisted("My own")
    assert senior.push("HEAD:refs/heads/topic/senior").accepted
    forged = junior.assisted("Not mine", author="senior-1")
    assert junior.push("HEAD:refs/heads/topic/junior").accepted
    later(world)
    assert senior.push(f"{own}:main").accepted
    junior.fetch()
    junior.git("rebase", "-q", "origin/main", env=junior.dates())
    assert junior.push("HEAD:main").refused
    assert forged != junior.id()


@both
@one_format
def test_what_landed_in_order_is_known_and_what_an_emergency_brought_is_owed(
    world: World, later: Callable[[World], None]
) -> None:
    allow(world)
    clone = world.clone("junior-1")
    signed = clone.assisted("Signed")
    world.approve(signed)
    assert clone.push("main:main").accepted
    hurry = world.clone("junior-2")
    hurry.sync()
    brought = hurry.assisted("In a hurry")
    assert declare(hurry).accepted
    later(world)
    assert clone.push(f"{signed}:refs/heads/release/1").accepted
    assert hurry.push(f"{brought}:refs/heads/release/2").refused
    assert [commit for commit, _, _ in owed(world)] == [brought]
    assert [(debt.commit, debt.state) for debt in look(world).debts] == [(brought, DebtState.OPEN)]
    later(world)
    world.approve(brought, holder="junior-2")
    later(world)
    assert [(debt.commit, debt.state) for debt in look(world).debts] == [(brought, DebtState.SETTLED)]


@both
@one_format
def test_a_ref_that_was_written_outside_the_gate_is_found(world: World, later: Callable[[World], None]) -> None:
    clone = world.clone()
    clone.commit("In order")
    assert clone.push("main:main").accepted
    later(world)
    outside = clone.commit("Outside")
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    world.git("update-ref", MAIN, outside)
    clone.commit("On top")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "outside" in pushed.text


@one_format
def test_somebody_who_left_and_was_forgotten_approves_and_proves_nothing_any_more(world: World) -> None:
    leaver, stays = world.clone("senior-2"), world.clone("junior-1")
    own = leaver.assisted("The leaver's own")
    assert leaver.push("HEAD:refs/heads/topic").accepted
    marked = stays.commit("Work" + MARK, {"a.py": LINES})
    assert stays.push("HEAD:refs/heads/other").accepted
    world.set_roster({"senior-2": None})
    said = run("ledger", "forget", "senior-2", "senior-2-login", "--repo", "shop.git", cwd=world.root)
    assert said.status == 0, said.text
    assert world.faults() == []
    for entry in world.entries():
        assert "senior-2" not in _strings(entry.data)
    stays.fetch("refs/heads/topic:refs/remotes/origin/topic")
    assert stays.push("origin/topic:main").refused
    stays.commit("Work", {}, "--amend")
    assert stays.push("HEAD:main").refused
    world.approve(own, holder="senior-2")
    assert leaver.push(f"{own}:main").accepted
    assert marked not in world.git("rev-list", "main").split()


def _strings(value: object) -> set[str]:
    """Every text in plain data."""
    if isinstance(value, dict):
        return set().union(*map(_strings, value.values()))
    if isinstance(value, list):
        return set().union(*map(_strings, value))
    return {value} if isinstance(value, str) else set()


@one_format
def test_no_entry_has_a_persons_id_account_or_address(world: World) -> None:
    """After pushes in which everybody had some part that the ledger writes down."""
    from gatekeeper.core import plain

    allow(world)
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:main").refused
    world.approve(commit)
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no], account="senior-2").accepted
    assert clone.push("main:main").refused
    back = world.signoff("senior-2", clone, [commit], Decision.REVOKE, revokes=no.id)
    assert world.store_push(clone, [back], account="senior-2").accepted
    clone.commit("Mark gone", {}, "--amend")
    assert clone.push("main:main", account="junior-2").refused
    assert declare(clone, account="mid-1").refused
    assert declare(clone).accepted
    assert clone.push("main:refs/heads/free", account="build-bot").accepted
    run("pause", "--repo", "shop.git", "--for", "1h", "--reason", "nobody can sign", cwd=world.root)
    clone.assisted("In the pause")
    assert clone.push("main:main").accepted
    world.settle()
    personal = {text for person in PEOPLE.values() for text in (person.id, person.account, person.email)}
    with world.ledger() as ledger:
        for _, body, _ in ledger.stored():
            assert not personal & _strings(plain.loads(body)), body
        shown = set().union(*(_strings(entry.data) for entry in ledger.entries()))
    assert {"junior-1", "senior-1", "senior-2", "mid-1-login", "senior-1@example.com"} <= shown
    assert ObjectId(commit) in shown
