"""Saying no, and taking back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.signoff import Decision
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


def _at(seconds: int) -> Timestamp:
    return Timestamp(int(time.time()) + seconds)


def test_a_veto_outweighs_an_approval_of_somebody_else(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT, comment="loses orders")
    assert world.store_push(clone, [no], account="senior-2").accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "vetoed by senior-2 on" in pushed.text
    assert "loses orders" in pushed.text


def test_a_veto_stops_a_commit_that_needs_no_sign_off(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.commit("Plain")
    no = world.signoff("staff-1", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no]).accepted
    assert clone.push("main:main").refused


def test_a_veto_does_not_run_out(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT, issued_at=_at(-99), expires_at=_at(-9))
    world.approve(commit, "senior-1")
    assert world.store_push(clone, [no]).accepted
    assert clone.push("main:main").refused


@one_format
@pytest.mark.parametrize(("later", "accepted"), [(60, True), (0, False), (-60, False)])
def test_of_one_persons_yes_and_no_the_later_counts_and_at_a_tie_the_no(
    world: World, later: int, accepted: bool
) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    when = _at(-1000)
    no = world.signoff("senior-1", clone, [commit], Decision.REJECT, issued_at=when)
    yes = world.signoff("senior-1", clone, [commit], issued_at=Timestamp(when + later))
    assert world.store_push(clone, [no, yes]).accepted
    assert clone.push("main:main").accepted == accepted


def test_a_no_that_comes_late_and_was_issued_early_changes_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    no = world.signoff("senior-1", clone, [commit], Decision.REJECT, issued_at=_at(-1000))
    assert world.store_push(clone, [no]).accepted
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize(
    ("signer", "revoker", "counts"),
    [
        ("senior-2", "senior-2", False),
        ("senior-2", "senior-1", False),
        ("senior-1", "senior-2", True),
    ],
    ids=["the signer", "an administrator", "anybody else"],
)
def test_an_approval_is_taken_back_by_its_signer_or_an_administrator(
    world: World, signer: str, revoker: str, counts: bool
) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    yes = world.approve(commit, signer)
    back = world.signoff(revoker, clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back], account=revoker).accepted
    pushed = clone.push("main:main")
    assert pushed.accepted == counts
    assert ("it was taken back" in pushed.text) == (not counts)


def test_a_veto_that_is_taken_back_binds_no_longer(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT)
    yes = world.signoff("senior-1", clone, [commit])
    assert world.store_push(clone, [no, yes], "main:main").refused
    back = world.signoff("senior-2", clone, [commit], Decision.REVOKE, revokes=no.id)
    assert world.store_push(clone, [no, yes, back], "main:main").accepted


def test_a_veto_stops_what_landed_from_going_further(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    assert clone.push("main:main").accepted
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no]).accepted
    assert clone.push("main:refs/heads/release/1").refused


def test_a_sign_off_revoked_since_it_landed_lets_nothing_further(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    yes = world.approve(commit, "senior-1")
    assert clone.push("main:main").accepted
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back]).accepted
    assert clone.push("main:refs/heads/release/1").refused


@one_format
def test_what_landed_stays_and_does_not_stop_the_next_push(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    assert clone.push("main:main").accepted
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no]).accepted
    clone.commit("Next")
    assert clone.push("main:main").accepted
