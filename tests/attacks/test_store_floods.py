"""Nobody fills the store, nor buries a commit under statements, and nobody is kept from saying no by them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import Decision
from tests.support.clock import let_time_pass
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.signoffs import Signoff
    from tests.support.world import World


def many(world: World, clone: Clone, commits: Sequence[ObjectId], number: int, *decision: Decision) -> list[Signoff]:
    """Statements of the clone's owner that differ in a word."""
    signer = clone.owner.id
    return [world.signoff(signer, clone, commits, *decision, comment=f"{each}") for each in range(number)]


@one_format
def test_one_push_adds_so_many_sign_offs_and_no_more(world: World) -> None:
    world.set_policy(limits={"signoffs": 3})
    clone = world.clone("senior-1")
    commits = [clone.assisted(f"Step {number}", author="junior-1") for number in range(4)]
    signed = [world.signoff("senior-1", clone, [commit]) for commit in commits]
    pushed = world.store_push(clone, signed)
    assert pushed.refused
    assert "it adds 4 sign-offs; the limit is 3 (limits.signoffs)" in pushed.text
    assert world.store_push(clone, signed[:3]).accepted
    assert world.store_push(clone, signed[3:], "main:main", account="junior-1").accepted


@one_format
def test_one_person_says_one_thing_of_one_commit_only_so_often(world: World) -> None:
    world.set_policy(limits={"repeated_signoffs": 3})
    clone = world.clone("senior-1")
    commit, other = clone.assisted("One", author="junior-1"), clone.assisted("Two", author="junior-1")
    signed = many(world, clone, [commit], 4)
    assert world.store_push(clone, signed).refused
    assert world.store_push(clone, signed[:3]).accepted
    pushed = world.store_push(clone, signed[3:])
    assert pushed.refused
    assert f"senior-1 has said that of commit {commit[:7]} as often as the limit of 3 allows" in pushed.text
    assert "(limits.repeated_signoffs)" in pushed.text
    assert world.store_push(clone, [world.signoff("senior-1", clone, [other])]).accepted
    approval = world.signoff("senior-2", clone, [commit])
    assert world.store_push(clone, [approval], "main:main", account="junior-1").accepted


@one_format
def test_who_has_approved_often_enough_can_still_say_no(world: World) -> None:
    world.set_policy(limits={"repeated_signoffs": 1})
    clone = world.clone("senior-1")
    commit = clone.assisted(author="junior-1")
    (yes,) = many(world, clone, [commit], 1)
    assert world.store_push(clone, [yes]).accepted
    assert world.store_push(clone, [world.signoff("senior-1", clone, [commit])]).refused
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back]).accepted
    no = world.signoff("senior-1", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no]).accepted
    assert clone.push("main:main").refused


@one_format
def test_a_person_calls_only_so_many_commits_their_own_in_a_day(world: World) -> None:
    world.set_policy(limits={"author_statements": 5})
    clone = world.clone("intern-1")
    commits = [clone.commit(f"Mine {number}") for number in range(3)]
    (three,) = many(world, clone, commits, 1, Decision.AUTHOR)
    assert world.store_push(clone, [three], "main:refs/heads/topic").accepted
    signed = [world.signoff("intern-1", clone, [commit], Decision.AUTHOR) for commit in commits]
    pushed = world.store_push(clone, signed)
    assert pushed.refused
    assert "intern-1 would call more than 5 commits their own within 24 hours" in pushed.text
    assert "(limits.author_statements)" in pushed.text
    assert world.store_push(clone, signed[:2]).accepted
    assert world.store_push(clone, signed[2:]).refused
    junior = world.clone("junior-1")
    commit = junior.commit("Mine")
    theirs = world.signoff("junior-1", junior, [commit], Decision.AUTHOR)
    assert world.store_push(junior, [theirs], "main:refs/heads/other").accepted
    let_time_pass(world, 86_401)
    assert world.store_push(clone, signed[2:]).accepted


@one_format
def test_what_an_approver_says_of_others_is_no_claim_of_that_kind(world: World) -> None:
    world.set_policy(limits={"author_statements": 1})
    clone = world.clone("senior-1")
    commits = [clone.assisted(f"Step {number}", author="junior-1") for number in range(3)]
    approval = world.signoff("senior-1", clone, commits)
    assert world.store_push(clone, [approval], "main:main", account="junior-1").accepted


@one_format
def test_a_store_push_that_is_repeated_after_a_lost_race_counts_once(world: World) -> None:
    world.set_policy(limits={"author_statements": 1, "repeated_signoffs": 1})
    clone = world.clone("intern-1")
    commit = clone.commit("Mine")
    assert clone.push("main:refs/heads/topic").accepted
    world.file(clone, [world.signoff("intern-1", clone, [commit], Decision.AUTHOR)])
    assert clone.push(f"{SIGNOFFS}:refs/heads/objects").accepted
    lost = f"{world.object_format.zero} {clone.id(SIGNOFFS)} {SIGNOFFS}\n"
    assert world.run_hook(lost, account="intern-1-login").returncode == 0
    assert SIGNOFFS not in world.refs()
    assert clone.push(f"{SIGNOFFS}:{SIGNOFFS}").accepted


@one_format
def test_what_was_refused_is_not_kept(world: World) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted("One")])
    clone.assisted("Two")
    assert world.store_push(clone, [signed], "main:main").refused
    with world.ledger() as ledger:
        assert not ledger.has_archived(sha256_hex(signed.data))
    assert world.store_push(clone, [signed]).accepted
    with world.ledger() as ledger:
        assert ledger.archived(sha256_hex(signed.data)) == signed.data


@one_format
@pytest.mark.parametrize("number", [1, 2])
def test_a_commit_under_too_many_statements_is_refused_by_name(world: World, number: int) -> None:
    """The bound on all statements about one commit; that of each person keeps any one person far from it."""
    world.set_policy(limits={"signoffs": 1})
    clone = world.clone("junior-1")
    commit = clone.assisted()
    for signer in ("senior-1", "senior-2")[:number]:
        world.approve(commit, signer, expires_at=Timestamp(int(time.time()) + 3600))
    pushed = clone.push("main:main")
    assert pushed.accepted == (number == 1)
    assert ("more sign-offs than the limit of 1 (limits.signoffs)" in pushed.text) == (number == 2)
