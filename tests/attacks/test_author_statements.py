"""A signed statement proves authorship for its signer, its commit and its ref alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.signoff import Decision

if TYPE_CHECKING:
    from tests.support.world import World


def test_an_author_statement_proves_authorship(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    signed = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [signed]).accepted
    assert clone.push("main:main").accepted


def test_an_author_statement_of_somebody_else_proves_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    signed = world.signoff("senior-2", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [signed]).accepted  # of a commit that the server has not seen yet
    assert clone.push("main:main").refused


def test_an_author_statement_about_somebody_elses_commit_is_not_taken(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    signed = world.signoff("senior-2", clone, [commit], Decision.AUTHOR)
    refused = world.store_push(clone, [signed])
    assert refused.refused
    assert "the commit does not name senior-2 as its author" in refused.text


def test_an_approval_is_no_author_statement(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    world.approve(commit, "senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "sign-off by senior-1 does not count: senior-1 had a hand in the commit" in pushed.text


def test_a_junior_may_state_only_what_carries_their_address(world: World) -> None:
    clone = world.clone("junior-1")
    mine, other = clone.assisted("Mine"), clone.assisted("Not mine", author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    own = world.signoff("junior-1", clone, [mine], Decision.AUTHOR)
    assert world.store_push(clone, [own]).accepted
    foreign = world.signoff("junior-1", clone, [other], Decision.AUTHOR)
    refused = world.store_push(clone, [foreign])
    assert refused.refused
    assert "the commit does not name junior-1 as its author" in refused.text


def test_a_junior_states_nothing_about_commits_that_are_not_there(world: World) -> None:
    clone = world.clone("junior-1")
    own = world.signoff("junior-1", clone, [clone.assisted()], Decision.AUTHOR)
    refused = world.store_push(clone, [own])
    assert refused.refused
    assert "its commit is not on the server; push that first, to a branch for review" in refused.text
    assert world.store_push(clone, [own], "main:refs/heads/topic").accepted


def test_an_author_statement_is_for_the_ref_and_the_commit_that_it_names(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR, refs=("refs/heads/main",))
    assert world.store_push(clone, [mine]).accepted
    assert clone.push("main:refs/heads/release/1").refused
    clone.commit("Add retry to checkout\n\nAssisted-by: claude", {"sneaked.py": "1\n"}, "--amend")
    assert clone.push("main:main").refused
    assert clone.push(f"{commit}:refs/heads/main").accepted


def test_an_author_statement_that_was_taken_back_proves_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=mine.id)
    assert world.store_push(clone, [mine], account="senior-1").accepted
    assert world.store_push(clone, [back], account="senior-1").accepted
    assert clone.push("main:main").refused
    again = world.signoff("senior-1", clone, [commit], Decision.AUTHOR, comment="mine after all")
    assert world.store_push(clone, [again], account="senior-1").accepted
    assert clone.push("main:main").accepted
