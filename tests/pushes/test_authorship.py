"""A level counts only for a proved author: by signature, first push or statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


def test_a_senior_lands_assisted_work_of_their_own(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.assisted()
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert f"counted as your own work: {commit[:7]}" in pushed.text


@one_format
@pytest.mark.parametrize("account", ["junior-1", "senior-2", "build-bot", ""])
def test_a_senior_in_the_author_field_proves_nothing(world: World, account: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="senior-1")
    assert clone.push("main:main", account=account).refused


def test_the_address_counts_in_any_case(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted(author="Senior One <SENIOR-1@Example.COM>")
    assert clone.push("main:main").accepted


def test_somebody_elses_work_is_not_the_pushers(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted(author="junior-1")
    assert clone.push("main:main").refused


def test_an_author_whom_the_roster_does_not_know_is_below_every_level(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted(author="Senior Uno <senior-1@example.org>")
    assert clone.push("main:main").refused


def test_a_senior_may_push_for_review_and_a_junior_land_it(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    carrier = world.clone("junior-1")
    carrier.fetch()
    assert carrier.push(f"{commit}:refs/heads/main").accepted


def test_who_pushed_first_stays_first(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    senior = world.clone("senior-1")
    senior.fetch()
    assert senior.push(f"{commit}:refs/heads/main").refused


def test_a_refused_push_is_a_first_push_too(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:main").refused
    senior = world.clone("senior-1")
    senior.git("fetch", "-q", str(clone.path), "main")
    assert senior.push(f"{commit}:refs/heads/main").refused


def test_an_author_line_that_somebody_else_pushed_first_proves_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    dates = {"GIT_COMMITTER_DATE": "1790000000 +0000"}
    clone.git("commit", "-q", "--amend", "--no-edit", env=dates)
    senior = world.clone("senior-1")
    senior.git("fetch", "-q", str(clone.path), "main")
    assert senior.push("FETCH_HEAD:refs/heads/main").refused


# ---- signature -------------------------------------------------------------------------------------


def _signed_commit(world: World, *, author: str, key: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author=author)
    clone.git(*clone.sign_commits_with(key), "commit", "-q", "--amend", "--no-edit", "-S", env=clone.dates())


def test_a_commit_signed_by_its_author_is_the_authors_whoever_pushes(world: World) -> None:
    _signed_commit(world, author="senior-1", key="senior-1")
    assert world.clone("junior-1").push("main:main").accepted


@pytest.mark.parametrize("key", ["junior-1", "senior-2", "somebody else"])
def test_a_signature_of_somebody_else_proves_nothing(world: World, key: str) -> None:
    _signed_commit(world, author="senior-1", key=key)
    assert world.clone("junior-1").push("main:main").refused


def test_a_signature_over_another_commit_proves_nothing(world: World) -> None:
    _signed_commit(world, author="senior-1", key="senior-1")
    clone = world.clone("junior-1")
    raw = clone.git("cat-file", "commit", "HEAD").encode() + b"\n"
    forged = clone.hash_object("commit", raw.replace(b"Add retry", b"Add theft"))
    assert forged != clone.id()
    assert clone.push(f"{forged}:refs/heads/main").refused


@one_format
def test_a_signature_with_a_key_revoked_since_proves_nothing(world: World) -> None:
    from tests.support.people import public_line

    _signed_commit(world, author="senior-1", key="senior-1")
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "revoked": "2026-01-01"}]}})
    assert world.clone("junior-1").push("main:main").refused


# ---- statement -------------------------------------------------------------------------------------


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


# ---- which proofs a policy admits ------------------------------------------------------------------


@one_format
@pytest.mark.parametrize(
    ("proofs", "accepted"),
    [(["first_push"], True), (["signature", "statement"], False), (["signature", "first_push"], True)],
)
def test_a_policy_can_leave_the_first_push_out(world: World, proofs: list[str], accepted: bool) -> None:
    world.set_policy(author_proof=proofs)
    clone = world.clone("senior-1")
    clone.assisted()
    assert clone.push("main:main").accepted == accepted


@one_format
@pytest.mark.parametrize(("proofs", "accepted"), [(["signature"], True), (["first_push"], False)])
def test_a_policy_can_leave_signatures_out(world: World, proofs: list[str], accepted: bool) -> None:
    world.set_policy(author_proof=proofs)
    _signed_commit(world, author="senior-1", key="senior-1")
    assert world.clone("junior-1").push("main:main").accepted == accepted


# ---- machines --------------------------------------------------------------------------------------

AGENT = "Claude <noreply@anthropic.com>"


@one_format
@pytest.mark.parametrize(("pusher", "accepted"), [("senior-1", True), ("junior-1", False), ("build-bot", False)])
def test_whoever_brings_an_agents_commit_answers_for_it(world: World, pusher: str, accepted: bool) -> None:
    clone = world.clone("junior-1")
    clone.commit("Fix", author=AGENT)
    assert clone.push("main:main", account=pusher).accepted == accepted


def test_a_senior_named_as_co_author_does_not_answer_without_proof(world: World) -> None:
    clone = world.clone("junior-1")
    clone.commit(f"Fix\n\nCo-authored-by: {PEOPLE['senior-1'].identity}", author=AGENT)
    assert clone.push("main:main").refused


def test_a_bots_account_is_nobodys_own_push(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="build-bot")
    assert clone.push("main:main", account="build-bot").refused
