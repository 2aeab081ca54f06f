"""A level counts only for a proved author: what addresses, first pushes, web pages and agents prove, and what not."""

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


@one_format
def test_an_author_line_that_somebody_else_pushed_later_takes_no_proof_away(world: World) -> None:
    senior, junior = world.clone("senior-1"), world.clone("junior-1")
    commit = senior.assisted()
    assert senior.push("main:refs/heads/topic").accepted
    line = senior.git("log", "-1", "--format=%at +0000")
    dates = {"GIT_AUTHOR_DATE": line, "GIT_COMMITTER_DATE": line}
    junior.commit("Mine\n\nAssisted-by: claude\n", {"mine.py": "1\n"}, author="senior-1", env=dates)
    assert junior.push("main:main").refused
    assert senior.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_rebase_that_somebody_elses_refused_push_brought_first_is_still_its_authors(world: World) -> None:
    senior, junior, staff = world.clone("senior-1"), world.clone("junior-1"), world.clone("staff-1")
    commit = senior.assisted()
    assert senior.push("main:refs/heads/topic").accepted
    staff.commit("Meanwhile", {"other.py": "1\n"})
    assert staff.push("main:main").accepted
    junior.sync()
    junior.git("fetch", "-q", str(senior.path), commit)
    junior.git("cherry-pick", commit, env={"GIT_COMMITTER_DATE": junior.dates()["GIT_COMMITTER_DATE"]})
    junior.assisted("On top")
    assert junior.push("main:main").refused
    senior.git("fetch", "-q", str(junior.path), "main")
    assert senior.push("FETCH_HEAD^:refs/heads/main").accepted


# ---- first push ------------------------------------------------------------------------------------


def test_a_senior_who_merges_what_a_junior_wrote_under_their_address_lands_nothing(world: World) -> None:
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    forged = junior.assisted(author="senior-1")
    assert junior.push("main:refs/heads/topic").accepted
    senior.fetch()
    senior.commit("Meanwhile")
    senior.merge("origin/topic")
    pushed = senior.push("main:main")
    assert pushed.refused
    assert forged[:7] in pushed.text
    senior.git("reset", "-q", "--hard", "HEAD^")
    senior.git("cherry-pick", "-x", forged, env=senior.dates())
    assert senior.push("main:main").refused, "the author line is one that somebody else pushed first"
    senior.git("commit", "-q", "--amend", "--no-edit", "--reset-author", env=senior.dates())
    assert senior.push("main:main").accepted, "the senior says: it is mine"


@one_format
def test_a_mailmap_turns_nobody_into_somebody_else(world: World) -> None:
    line = "Senior One <senior-1@example.com> <junior-1@example.com>\n"
    clone = world.clone("junior-1")
    clone.commit("Map", {".mailmap": line})
    assert clone.push("main:main").accepted
    world.config("mailmap.blob", "HEAD:.mailmap")
    clone.assisted()
    assert clone.git("log", "-1", "--format=%aE") == "senior-1@example.com"
    assert clone.push("main:main").refused


@one_format
@pytest.mark.parametrize(
    ("platform", "environment", "own"),
    [
        ("gitlab", {"GL_ID": "user-5", "GL_USERNAME": "senior-1-login", "GL_PROTOCOL": "ssh"}, True),
        ("gitlab", {"GL_ID": "user-5", "GL_USERNAME": "senior-1-login", "GL_PROTOCOL": "web"}, False),
        ("gitlab", {"GL_ID": "key-5", "GL_USERNAME": "senior-1-login", "GL_PROTOCOL": "ssh"}, False),
        ("github", {"GITHUB_USER_LOGIN": "senior-1-login"}, True),
        ("github", {"GITHUB_USER_LOGIN": "senior-1-login", "GITHUB_VIA": "pull request merge button"}, False),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login"}, True),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_DEPLOY_KEY_ID": "3"}, False),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_PR_ID": "12"}, False),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_INTERNAL_PUSH": "true"}, False),
        ("bitbucket", {"BB_USER_NAME": "senior-1-login"}, True),
        ("bitbucket", {"BB_USER_NAME": "senior-1-login", "BB_HOOK_TRIGGER_ID": "pull-request-merge"}, False),
        ("pagure", {"GL_USER": "senior-1-login"}, True),
        ("pagure", {"GL_USER": "senior-1-login", "pull_request_uid": "1"}, False),
        ("http", {"REMOTE_USER": "senior-1-login"}, True),
        ("http", {"USER": "senior-1-login", "LOGNAME": "senior-1-login"}, False),
    ],
)
def test_web_pages_mirrors_and_deploy_keys_are_nobodys_own_push(
    world: World, platform: str, environment: dict[str, str], own: bool
) -> None:
    world.config("gatekeeper.server", platform)
    clone = world.clone("senior-1")
    commit = clone.assisted()
    pushed = clone.push("main:main", account="", env=environment)
    assert pushed.accepted == own
    if not own:
        world.config("gatekeeper.server", "ssh")
        assert clone.push("main:main").refused, "who pushed first stays first"
        world.approve(commit, "senior-2", holder="senior-1")
        assert clone.push("main:main").accepted


@one_format
def test_a_merge_button_lands_what_is_in_order(world: World) -> None:
    """The server's merge adds nothing, and what it merges is proved or approved by what happened before."""
    senior, junior = world.clone("senior-1"), world.clone("junior-1")
    assert junior.push("main:refs/heads/start").accepted
    senior.assisted()
    assert senior.push("main:refs/heads/topic").accepted
    senior.git("checkout", "-q", "-b", "target", "HEAD^")
    senior.merge("main")
    world.config("gatekeeper.server", "gitlab")
    web = {"GL_ID": "user-1", "GL_USERNAME": "junior-1-login", "GL_PROTOCOL": "web"}
    assert senior.push("target:main", account="", env=web).accepted


@one_format
def test_commits_that_came_in_a_gap_have_no_first_pusher(world: World) -> None:
    """An unprotected push past a bound is let through unobserved; whoever pushes them next is not their author."""
    world.set_policy(limits={"commits": 3})
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    forged = junior.assisted(author="senior-1")
    for number in range(4):
        junior.commit(f"More {number}")
    assert junior.push("main:refs/heads/topic").accepted
    assert world.entries("push")[-1].data["updates"][0]["gap"]
    senior.fetch()
    assert senior.push(f"{forged}:refs/heads/main").refused
    senior.assisted()
    assert senior.push("main:main").accepted


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


@one_format
@pytest.mark.parametrize(
    ("co_authors", "pusher", "accepted"),
    [
        (("senior-1",), "senior-1", True),
        (("senior-1",), "junior-1", False),
        (("junior-1",), "junior-1", False),
        (("junior-1",), "senior-1", False),
        (("junior-1", "senior-1"), "senior-1", True),
        ((), "senior-1", True),
    ],
)
def test_the_human_co_author_of_an_agent_answers_and_not_who_pushes(
    world: World, co_authors: tuple[str, ...], pusher: str, accepted: bool
) -> None:
    lines = "".join(f"Co-authored-by: {PEOPLE[person].identity}\n" for person in co_authors)
    clone = world.clone("junior-1")
    clone.commit(f"Fix\n\n{lines}", author=AGENT)
    assert clone.push("main:main", account=pusher).accepted == accepted


@one_format
@pytest.mark.parametrize(("owner", "accepted"), [("junior-1", False), ("senior-1", True)])
def test_an_agent_under_a_persons_address_leaves_the_person_the_author(
    world: World, owner: str, accepted: bool
) -> None:
    clone = world.clone("senior-1")
    clone.commit("Fix", author=f"Cursor Agent <{PEOPLE[owner].email}>")
    assert clone.push("main:main").accepted == accepted


def test_a_co_author_answers_for_an_agents_commit_by_a_signature_or_a_statement(world: World) -> None:
    clone = world.clone("junior-1")
    message = f"Fix\n\nCo-authored-by: {PEOPLE['senior-1'].identity}\n"
    for key, accepted in (("junior-1", False), ("senior-2", False), ("senior-1", True)):
        clone.commit(message, {"signed.py": key}, author=AGENT)
        clone.git(*clone.sign_commits_with(key), "commit", "-q", "--amend", "--no-edit", "-S", env=clone.dates())
        assert clone.push("main:main").accepted == accepted
        if not accepted:
            clone.git("reset", "-q", "--hard", "HEAD^")
    commit = clone.commit(message, author=AGENT)
    assert clone.push("main:main").refused
    assert clone.push("main:refs/heads/topic").accepted
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [mine], account="senior-1").accepted
    assert clone.push("main:main").accepted
