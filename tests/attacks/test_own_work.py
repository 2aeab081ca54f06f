"""Nobody approves their own work, under whatever name, account, address or key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.people import PEOPLE, public_line
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

HAND = "does not count: {0} had a hand in the commit"


def test_the_author_does_not_approve(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    world.approve(commit, "senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert HAND.format("senior-1") in pushed.text
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted


def test_a_second_address_is_the_same_person(world: World) -> None:
    world.set_roster({"senior-1": {"emails": ["senior-1@example.com", "s1@home.example"]}})
    clone = world.clone("junior-1")
    commit = clone.assisted(author="Somebody <S1@Home.example>")
    world.approve(commit, "senior-1")
    assert HAND.format("senior-1") in clone.push("main:main").text


def test_a_co_author_does_not_approve(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.commit(f"Fix\n\nAssisted-by: claude\nCo-authored-by: {PEOPLE['senior-1'].identity}\n")
    world.approve(commit, "senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert HAND.format("senior-1") in pushed.text
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted


def test_a_co_author_who_is_left_out_of_the_new_message_does_not_approve(world: World) -> None:
    clone = world.clone("junior-1")
    shared = clone.commit(f"Fix\n\nAssisted-by: claude\nCo-authored-by: {PEOPLE['senior-1'].identity}\n")
    assert clone.push("HEAD:refs/heads/topic").accepted
    world.approve(shared, "senior-1")
    clone.commit("Fix\n\nAssisted-by: claude\n", {}, "--amend")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert HAND.format("senior-1") in pushed.text
    world.approve(shared, "senior-2")
    assert clone.push("main:main").accepted


def test_who_brought_unproved_work_first_does_not_approve_it(world: World) -> None:
    senior = world.clone("senior-1")
    commit = senior.assisted(author="junior-1")
    assert senior.push("main:refs/heads/topic").accepted
    world.approve(commit, "senior-1", holder="senior-1")
    assert HAND.format("senior-1") in senior.push("main:main").text
    world.approve(commit, "senior-2", holder="senior-1")
    assert senior.push("main:main").accepted


def test_a_senior_who_only_carries_proved_work_may_approve_it(world: World) -> None:
    junior = world.clone("junior-1")
    commit = junior.assisted()
    assert junior.push("main:refs/heads/topic").accepted
    world.approve(commit, "senior-1")
    senior = world.clone("senior-1")
    senior.fetch()
    assert senior.push(f"{commit}:refs/heads/main").accepted


def test_who_signed_the_commit_itself_does_not_approve_it(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    clone.git(*clone.sign_commits_with("senior-1"), "commit", "-q", "--amend", "--no-edit", "-S")
    commit = clone.id()
    world.approve(commit, "senior-1")
    assert HAND.format("senior-1") in clone.push("main:main").text
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted


def test_who_answers_for_an_agents_commit_does_not_approve_it(world: World) -> None:
    world.set_rule(when={"assisted": True})
    clone = world.clone("senior-1")
    commit = clone.commit("Fix", author="Claude <noreply@anthropic.com>")
    world.approve(commit, "senior-1", holder="senior-1")
    assert clone.push("main:main").refused
    world.approve(commit, "senior-2", holder="senior-1")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("group", ["committer", "pusher"])
def test_a_rule_can_ask_for_independence_of_committer_or_pusher(world: World, group: str) -> None:
    require = {"signoffs": 1, "from": {"at_least": "senior"}, "independent_of": ["author", group]}
    world.set_rule(require=require)
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    first = junior.assisted()
    assert junior.push("main:refs/heads/topic").accepted
    senior.fetch()
    senior.git("reset", "-q", "--hard", first)
    env = {"GIT_COMMITTER_DATE": "1790000000 +0000"}
    if group == "committer":
        senior.git("commit", "-q", "--amend", "--no-edit", env=env)
    commit = senior.id()
    pusher = "junior-1" if group == "committer" else "senior-1"
    world.approve(commit, "senior-1", holder="senior-1")
    assert HAND.format("senior-1") in senior.push("main:main", account=pusher).text
    world.approve(commit, "senior-2", holder="senior-1")
    assert senior.push("main:main", account=pusher).accepted


# ---- other names of one person ---------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("address", ["SENIOR-1@example.com", "Senior-1@EXAMPLE.COM", "s1@home.example"])
@pytest.mark.parametrize("where", ["author", "Co-authored-by", "CO-AUTHORED-BY ", "co-authored-by:\t"])
def test_no_spelling_of_an_address_makes_its_owner_independent(world: World, address: str, where: str) -> None:
    world.set_roster({"senior-1": {"emails": ["senior-1@example.com", "s1@home.example"]}})
    clone = world.clone("junior-1")
    if where == "author":
        commit = clone.assisted(author=f"Somebody <{address}>")
    else:
        line = f"{where.rstrip(':')}: Somebody <{address}>" if ":" not in where else f"{where}Somebody < {address} >"
        commit = clone.commit(f"Fix\n\n{line}\n\nMore text.\n\nAssisted-by: claude\n")
    world.approve(commit, "senior-1")
    assert HAND.format("senior-1") in clone.push("main:main").text
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted


@one_format
def test_a_second_account_and_a_second_key_are_the_same_person(world: World) -> None:
    keys = [public_line("senior-1"), public_line("second key")]
    world.set_roster({"senior-1": {"accounts": ["senior-1-login", "senior-2nd"], "keys": keys}})
    clone = world.clone("senior-1")
    commit = clone.assisted(author="junior-1")
    second = {"GATEKEEPER_USER": "senior-2nd"}
    assert clone.push("main:refs/heads/topic", account="", env=second).accepted
    world.approve(commit, "senior-1", holder="senior-1", key="second key")
    assert HAND.format("senior-1") in clone.push("main:main").text
    assert HAND.format("senior-1") in clone.push("main:main", account="", env=second).text
    world.approve(commit, "senior-2", holder="senior-1")
    assert clone.push("main:main").accepted


@one_format
def test_a_second_account_proves_what_the_first_one_would(world: World) -> None:
    world.set_roster({"senior-1": {"accounts": {"ssh": "senior-2nd", "gitlab": "senior-3rd"}}})
    clone = world.clone("senior-1")
    clone.assisted()
    assert clone.push("main:main", account="", env={"GATEKEEPER_USER": "senior-2nd"}).accepted
    clone.assisted()
    assert clone.push("main:main", account="", env={"GATEKEEPER_USER": "senior-3rd"}).refused


# ---- a hand in it ----------------------------------------------------------------------------------


def test_a_senior_who_amends_a_juniors_commit_does_not_approve_the_result(world: World) -> None:
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    original = junior.assisted()
    assert junior.push("main:refs/heads/topic").accepted
    senior.fetch()
    senior.git("reset", "-q", "--hard", original)
    senior.commit("Add retry to checkout\n\nAssisted-by: claude", {"more.py": "1\n"}, "--amend")
    amended = senior.id()
    assert amended != original
    assert senior.push("main:refs/heads/amended").accepted
    world.approve(amended, "senior-1", holder="senior-1")
    assert HAND.format("senior-1") in senior.push("main:main").text
    world.approve(original, "senior-1")
    assert junior.push(f"{original}:refs/heads/main").accepted


def test_a_seniors_fix_up_in_the_branch_that_they_approve(world: World) -> None:
    """Whose it is depends on who brought it: pushed by the senior it needs nobody, otherwise somebody else."""
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    first = junior.assisted("Work")
    assert junior.push("main:refs/heads/topic").accepted
    senior.fetch()
    senior.git("reset", "-q", "--hard", first)
    fix = senior.assisted("Fix-up")
    junior.git("fetch", "-q", str(senior.path), "main")
    junior.git("reset", "-q", "--hard", fix)
    foreign = junior.assisted("On top")
    assert senior.push("main:refs/heads/fixed").accepted
    world.approve(first, "senior-1")
    assert senior.push("main:main").accepted
    world.approve(foreign, "senior-1")
    assert junior.push("main:main").accepted


def test_a_fix_up_that_somebody_else_brought_is_not_approved_by_its_author(world: World) -> None:
    junior = world.clone("junior-1")
    first, fix = junior.assisted("Work"), junior.assisted("Fix-up", author="senior-1")
    assert junior.push("main:refs/heads/topic").accepted
    for commit in (first, fix):
        world.approve(commit, "senior-1")
    pushed = junior.push("main:main")
    assert pushed.refused
    assert f"  {fix[:7]}" in pushed.text
    assert f"  {first[:7]}" not in pushed.text
    world.approve(fix, "senior-2")
    assert junior.push("main:main").accepted


def test_an_author_statement_does_not_make_its_maker_independent(world: World) -> None:
    world.set_rule(when={"assisted": True})
    clone = world.clone("senior-1")
    commit = clone.assisted()
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [mine], "main:refs/heads/topic").accepted
    world.approve(commit, "senior-1", holder="senior-1")
    assert HAND.format("senior-1") in clone.push("main:main").text
    world.approve(commit, "senior-2", holder="senior-1")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("proofs", [["first_push"], ["statement"], ["signature"]])
def test_who_signed_the_commit_does_not_approve_it_whatever_proves_authorship(world: World, proofs: list[str]) -> None:
    world.set_policy(author_proof=proofs)
    clone = world.clone("junior-1")
    clone.assisted()
    clone.git(*clone.sign_commits_with("senior-1"), "commit", "-q", "--amend", "--no-edit", "-S", env=clone.dates())
    commit = clone.id()
    world.approve(commit, "senior-1")
    assert HAND.format("senior-1") in clone.push("main:main").text
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("co_authors", [("senior-1",), ("junior-2", "senior-1"), ("senior-1", "junior-1")])
def test_no_human_co_author_of_an_agents_commit_approves_it(world: World, co_authors: tuple[str, ...]) -> None:
    lines = "".join(f"Co-authored-by: {PEOPLE[person].identity}\n" for person in co_authors)
    clone = world.clone("junior-1")
    commit = clone.commit(f"Fix\n\n{lines}", author="Claude <noreply@anthropic.com>")
    world.approve(commit, "senior-1")
    assert HAND.format("senior-1") in clone.push("main:main").text
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("signer", ["senior-1", "senior-2"])
@pytest.mark.parametrize("squash", [True, False])
def test_who_committed_what_was_approved_is_not_made_independent_by_a_rebase(
    world: World, signer: str, squash: bool
) -> None:
    independent = ["author", "co-authors", "committer"]
    world.set_rule(require={"signoffs": 1, "from": {"at_least": "senior"}, "independent_of": independent})
    clone = world.clone("junior-1")
    commits = [clone.assisted("First"), clone.assisted("Second")]
    who = {"GIT_COMMITTER_NAME": "Senior 1", "GIT_COMMITTER_EMAIL": PEOPLE["senior-1"].email}
    clone.git("rebase", "-q", "--force-rebase", "HEAD~2", env=who)
    commits = [clone.id("HEAD^"), clone.id()]
    assert clone.push("main:refs/heads/topic").accepted
    for commit in commits:
        world.approve(commit, signer)
    if squash:
        clone.git("reset", "-q", "--soft", "HEAD~2")
        clone.commit("Both\n\nAssisted-by: claude\n", {})
    else:
        clone.git("rebase", "-q", "--force-rebase", "HEAD~2", env=clone.dates())
    assert clone.id() not in commits
    pushed = clone.push("main:main")
    assert pushed.accepted is (signer == "senior-2")
    assert (HAND.format("senior-1") in pushed.text) is (signer == "senior-1")
