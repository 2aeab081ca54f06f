"""Nobody approves their own work, under whatever name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.people import PEOPLE
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
