"""Emergency statements by who may not, used again, elsewhere or later, beside those that are in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.clock import at
from tests.support.commands import run
from tests.support.emergencies import (
    HOUR,
    MAIN,
    allow,
    clone,
    owed,
    statement,
)
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


__all__ = ["clone"]


def test_a_statement_lets_a_junior_land_what_it_names(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    said = statement(world, clone, [commit])
    assert world.store_push(clone, [said]).accepted
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr
    assert pushed.first_line.startswith("gatekeeper: EMERGENCY main: 1 commit without its sign-off, reason")
    assert "(emergency statement of staff-1)" in pushed.first_line
    (found,) = world.entries("push")[-1].data["verdict"]["refs"][0]["commits"]
    assert (found["lift"]["source"], found["lift"]["statement"]) == ("statement", said.id)
    assert owed(world) == [(commit, MAIN, ("senior-signoff",))]


def test_a_statement_counts_that_comes_with_the_branch(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert world.store_push(clone, [statement(world, clone, [commit])], "main:main").accepted


@one_format
@pytest.mark.parametrize(
    ("signer", "fields", "why"),
    [
        ("junior-1", {}, "junior-1 may not approve this"),
        ("senior-1", {}, "senior-1 may not approve this"),
        ("staff-1", {"key": "senior-1"}, "its signer is not the owner of its key"),
        ("staff-1", {"key": "nobody"}, "its key is nobody's in the roster"),
        ("staff-1", {"comment": ""}, "an emergency needs a reason"),
        ("staff-1", {"comment": " . "}, "an emergency needs a reason"),
        ("staff-1", {"issued_at": at(0), "expires_at": at(24 * HOUR + 1)}, "may not hold for more than 24 hours"),
        ("staff-1", {"issued_at": at(HOUR), "expires_at": at(2 * HOUR)}, "a time that is yet to come"),
        ("staff-1", {"repository": "example/other"}, "it is for another repository"),
    ],
)
def test_a_statement_that_may_not_be_is_not_admitted(
    world: World, clone: Clone, signer: str, fields: dict[str, Any], why: str
) -> None:
    commit = clone.assisted()
    bad = statement(world, clone, [commit], signer, **fields)
    pushed = world.store_push(clone, [bad], account="staff-1")
    assert pushed.refused
    assert why in pushed.text
    assert world.store_push(clone, [bad], "main:main", account="staff-1").refused
    good = statement(world, clone, [commit])
    assert world.store_push(clone, [good], "main:main", account="intern-1").accepted


@one_format
def test_a_bots_statement_is_not_admitted(world: World, clone: Clone) -> None:
    from tests.support.people import public_line

    allow(world, emergency={"allowed": {"people": ["staff-1", "build-bot"]}})
    commit = clone.assisted()
    world.set_roster({"senior-2": {"keys": [public_line("senior-2"), public_line("build-bot")]}})
    forged = statement(world, clone, [commit], "build-bot")
    assert world.store_push(clone, [forged], "main:main").refused
    assert world.store_push(clone, [statement(world, clone, [commit])], "main:main").accepted


@one_format
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"issued_at": at(-2 * HOUR), "expires_at": at(-HOUR)}, "does not count: it expired"),
        ({"refs": ("refs/heads/release/1",)}, "does not count: it is for another ref"),
    ],
)
def test_a_statement_out_of_its_time_or_place_lifts_nothing(
    world: World, clone: Clone, fields: dict[str, Any], why: str
) -> None:
    commit = clone.assisted()
    assert world.store_push(clone, [statement(world, clone, [commit], **fields)]).accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert f"emergency statement by staff-1 {why}" in pushed.text
    assert world.store_push(clone, [statement(world, clone, [commit])], "main:main").accepted


@one_format
def test_a_statement_about_another_commit_lifts_nothing(world: World, clone: Clone) -> None:
    first = clone.assisted("One")
    assert world.store_push(clone, [statement(world, clone, [first])]).accepted
    clone.assisted("Two")
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", first)
    clone.git("commit", "-q", "--amend", "--no-edit", "--date=2026-01-01T00:00:00Z")
    assert clone.push("main:main").refused
    assert clone.push(f"{first}:refs/heads/main").accepted


@one_format
def test_whoever_may_no_more_has_a_statement_that_counts_no_more(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert world.store_push(clone, [statement(world, clone, [commit])]).accepted
    allow(world, emergency={"allowed": {"people": ["senior-1"]}})
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "emergency statement by staff-1 does not count: staff-1 may not approve this" in pushed.text
    allow(world)
    world.set_roster({"staff-1": {"until": "2026-01-01"}})
    assert clone.push("main:main").refused
    world.set_roster()
    assert clone.push("main:main").accepted


@one_format
def test_a_statement_that_is_taken_back_or_vetoed_lifts_nothing(world: World, clone: Clone) -> None:
    one, two = clone.assisted("One"), clone.assisted("Two")
    said = statement(world, clone, [one, two])
    assert world.store_push(clone, [said]).accepted
    back = world.signoff("staff-1", clone, [one], Decision.REVOKE, revokes=said.id)
    no = world.signoff("senior-1", clone, [two], Decision.REJECT)
    assert world.store_push(clone, [back, no], account="senior-1").accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "2 commits cannot go in" in pushed.first_line
    assert "it was taken back" in pushed.text
    assert "vetoed by senior-1" in pushed.text


@pytest.mark.parametrize("how", ["rewound", "deleted"])
def test_a_statement_is_used_up_when_its_commit_has_landed(world: World, clone: Clone, how: str) -> None:
    allow(world, rewinds="allow", deletions="allow", protect=["HEAD", "refs/heads/next"])
    commit = clone.assisted()
    first = clone.id("HEAD~1")
    assert clone.push(f"{first}:refs/heads/next").accepted
    said = statement(world, clone, [commit], refs=("refs/heads/next",))
    assert world.store_push(clone, [said]).accepted
    assert clone.push(f"{commit}:refs/heads/next").accepted
    assert clone.push({"rewound": f"+{first}:refs/heads/next", "deleted": ":refs/heads/next"}[how]).accepted
    pushed = clone.push(f"{commit}:refs/heads/next")
    assert pushed.refused
    assert "it is used up: the commit has been on this ref before" in pushed.text
    again = statement(world, clone, [commit], refs=("refs/heads/next",), comment="a second time")
    assert world.store_push(clone, [again], f"{commit}:refs/heads/next").refused
    world.approve(commit)
    assert clone.push(f"{commit}:refs/heads/next").accepted


@one_format
def test_a_statement_for_one_commit_is_not_used_up_by_the_landing_of_another(world: World, clone: Clone) -> None:
    one, two = clone.assisted("One"), clone.assisted("Two")
    assert world.store_push(clone, [statement(world, clone, [one, two])]).accepted
    assert clone.push(f"{one}:refs/heads/main").accepted
    assert clone.push(f"{two}:refs/heads/main").accepted


@one_format
def test_a_push_that_was_refused_uses_nothing_up(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert world.store_push(clone, [statement(world, clone, [commit])]).accepted
    assert clone.push("main:main", ":refs/tags/v1", "main:refs/gatekeeper/x").refused
    assert clone.push("main:main").accepted


# ---- web merges --------------------------------------------------------------------------------------


def _merged_on_the_server(world: World, clone: Clone, **fields: Any) -> str:
    """A branch with an assisted commit, beside newer work on main, and an emergency statement for the branch."""
    world.config("gatekeeper.server", "gitea")
    clone.git("checkout", "-q", "-b", "fix")
    commit = clone.assisted("Fix checkout")
    clone.git("checkout", "-q", "main")
    clone.commit("Meanwhile")
    mine = {"GITEA_PUSHER_NAME": PEOPLE["junior-1"].account}
    assert clone.push("main:main", "fix:fix", account="", env=mine).accepted
    world.file(clone, [statement(world, clone, [commit], **fields)])
    assert clone.push("refs/gatekeeper/signoffs:refs/gatekeeper/signoffs", account="", env=mine).accepted
    return commit


WEB = {"GITEA_PUSHER_NAME": PEOPLE["junior-1"].account, "GITEA_PR_ID": "12"}


def test_the_merge_of_a_web_page_goes_with_the_branch_that_a_statement_names(world: World, clone: Clone) -> None:
    commit = _merged_on_the_server(world, clone)
    clone.merge("fix")
    pushed = clone.push("main:main", account="", env=WEB)
    assert pushed.accepted, pushed.stderr
    assert owed(world) == [(commit, MAIN, ("senior-signoff",))]


@one_format
def test_a_merge_with_something_of_its_own_does_not_go_with_the_branch(world: World, clone: Clone) -> None:
    _merged_on_the_server(world, clone)
    clone.merge("fix", amend={"src/evil.py": "steal()\n"})
    pushed = clone.push("main:main", account="", env=WEB)
    assert pushed.refused
    assert "1 of 2 commits" in pushed.first_line


@one_format
def test_a_squash_does_not_go_with_the_branch(world: World, clone: Clone) -> None:
    _merged_on_the_server(world, clone)
    clone.git("merge", "-q", "--squash", "fix")
    clone.commit("Fix checkout (#12)\n\nAssisted-by: claude\n", {})
    assert clone.push("main:main", account="", env=WEB).refused


@one_format
def test_a_statement_is_carried_to_no_rebased_commit(world: World, clone: Clone) -> None:
    commit = _merged_on_the_server(world, clone)
    clone.git("checkout", "-q", "-b", "rebased")
    clone.git("cherry-pick", commit, env=clone.dates())
    assert clone.push("rebased:main", account="", env=WEB).refused
    clone.git("checkout", "-q", "main")
    clone.merge("fix")
    assert clone.push("main:main", account="", env=WEB).accepted


@one_format
def test_a_merge_that_moves_what_a_path_rule_guards_goes_with_the_branch(world: World, clone: Clone) -> None:
    """Git's own merge carries a change across a rename: no commit of the branch names the guarded path."""
    require = {"signoffs": 1, "from": {"at_least": "senior"}}
    rule = {"id": "payments", "when": {"assisted": True, "paths": ["payments/"]}, "require": require}
    allow(world, rules=[rule, {"id": "all", "when": {"assisted": True}, "require": require}])
    world.config("gatekeeper.server", "gitea")
    mine = {"GITEA_PUSHER_NAME": PEOPLE["senior-1"].account}
    clone.git("checkout", "-q", "-b", "fix")
    commit = clone.commit("Add x\n\nAssisted-by: claude\n", {"src/cart.py": "total = 1\n"})
    clone.git("checkout", "-q", "main")
    clone.git("mv", "src/cart.py", "payments.py")
    clone.commit("Move", {})
    clone.git("mv", "payments.py", "cart.py")
    (clone.path / "payments").mkdir()
    clone.git("mv", "cart.py", "payments/cart.py")
    clone.commit("Move again", {})
    assert clone.push("main:main", "fix:fix", account="", env=mine).accepted
    world.file(clone, [statement(world, clone, [commit])])
    assert clone.push("refs/gatekeeper/signoffs:refs/gatekeeper/signoffs", account="", env=mine).accepted
    merge = clone.merge("fix")
    pushed = clone.push("main:main", account="", env=WEB)
    assert pushed.accepted, pushed.stderr
    assert owed(world) == [(commit, MAIN, ("all",)), (merge, MAIN, ("payments",))]
    world.approve(commit, "senior-2")
    said = run("audit", "--repo", world.bare, cwd=world.root)
    assert f"owed  main {merge[:7]} entry " in said.out
    assert "it landed without its sign-offs (rule payments)" in said.out
    assert commit[:7] not in said.out
    world.approve(merge, "senior-2")
    assert run("audit", "--repo", world.bare, cwd=world.root).status == 0
