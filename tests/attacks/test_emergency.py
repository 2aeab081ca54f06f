"""Emergencies that are declared by whoever may not, or for what they are not, beside those that are in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.commands import run
from tests.support.emergencies import (
    ALLOWED,
    DECLARE,
    HOUR,
    MAIN,
    REASON,
    SETTLE_SECONDS,
    allow,
    at,
    declare,
    owed,
    statement,
)
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


@pytest.fixture
def clone(world: World) -> Clone:
    """A junior's clone, on a server whose policy lets staff declare emergencies."""
    allow(world)
    return world.clone("junior-1")


def test_staff_lands_what_lacks_its_sign_off_and_everybody_can_see_it(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert clone.push("main:main").refused
    pushed = declare(clone)
    assert pushed.accepted, pushed.stderr
    assert pushed.first_line.startswith(f'gatekeeper: EMERGENCY main: 1 commit without its sign-off, reason "{REASON}"')
    assert "; owed: sign-offs by 20" in pushed.first_line
    assert ". Receipt: shop-" in pushed.first_line
    assert "Owed: 1 sign-off by senior or above for each   (rule senior-signoff)" in pushed.lines
    entry = world.entries("push")[-1]
    assert entry.data["emergency"] == {"reason": REASON, "counts": True}
    (found,) = entry.data["verdict"]["refs"][0]["commits"]
    assert found["outcome"] == "accepted"
    assert found["lift"]["source"] == "option"
    assert (found["lift"]["by"], found["lift"]["reason"], found["lift"]["statement"]) == ("staff-1", REASON, None)
    (rule,) = found["rules"]
    assert (rule["outcome"], rule["lifted"], rule["missing"]) == ("refused", True, 1)
    (noted,) = entry.data["updates"][0]["commits"]
    assert noted["clean"] is False
    assert noted["owed"] == {"rules": ["senior-signoff"], "due": entry.time + SETTLE_SECONDS}
    assert owed(world) == [(commit, MAIN, ("senior-signoff",))]
    assert world.faults() == []


@one_format
@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("junior-1", "junior-1 is not among those who may declare one"),
        ("senior-1", "senior-1 is not among those who may declare one"),
        ("build-bot", "build-bot is not among those who may declare one"),
        ("", "of kind nobody"),
    ],
)
def test_whoever_may_not_declares_none(world: World, clone: Clone, account: str, why: str) -> None:
    people = {"allowed": {"people": ["staff-1", "build-bot"]}}
    allow(world, emergency=people)
    clone.assisted()
    pushed = declare(clone, account=account)
    assert pushed.refused
    assert why in pushed.text
    assert world.entries("push")[-1].data["emergency"] == {"reason": REASON, "counts": False}
    assert declare(clone).accepted


@one_format
def test_without_the_policys_word_nobody_declares_one(world: World, clone: Clone) -> None:
    world.set_policy()
    clone.assisted()
    pushed = declare(clone)
    assert pushed.refused
    assert "the policy of this server has none" in pushed.text
    allow(world)
    assert declare(clone).accepted


@one_format
def test_who_has_left_declares_none(world: World, clone: Clone) -> None:
    clone.assisted()
    world.set_roster({"staff-1": {"until": "2026-01-01"}})
    assert declare(clone).refused
    world.set_roster()
    assert declare(clone).accepted


GITEA = {"GITEA_PUSHER_NAME": PEOPLE["staff-1"].account}


@one_format
@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({"GITEA_DEPLOY_KEY_ID": "7"}, "machine"),
        ({"GITEA_PR_ID": "12"}, "web"),
        ({"GITEA_PUSH_TRIGGER": "pr-merge-to-base"}, "web"),
        ({"GITEA_INTERNAL_PUSH": "true"}, "web"),
    ],
)
def test_a_deploy_key_or_a_web_page_declares_none(
    world: World, clone: Clone, variables: dict[str, str], kind: str
) -> None:
    world.config("gatekeeper.server", "gitea")
    clone.assisted()
    pushed = declare(clone, account="", env={**GITEA, **variables})
    assert pushed.refused
    assert f"by the server this one is of kind {kind}" in pushed.text
    assert declare(clone, account="", env={**GITEA, "GITEA_DEPLOY_KEY_ID": "0"}).accepted


@one_format
@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("gatekeeper.emergency", "it needs a reason"),
        ("gatekeeper.emergency=", "it needs a reason"),
        ("gatekeeper.emergency=  ", "it needs a reason"),
        ("gatekeeper.emergency=...", "it needs a reason"),
        ("gatekeeper.emergency=\u200b\u202e", "it needs a reason"),
        (f"gatekeeper.emergency={'x' * 501}", "its reason has more than 500 characters"),
        ("gatekeeper.emergencies=down", "gatekeeper knows no push option gatekeeper.emergencies=down"),
        ("gatekeeper.Emergency=down", "gatekeeper knows no push option"),
        ("emergency=down", ""),
    ],
)
def test_an_option_that_is_none_lifts_nothing(world: World, clone: Clone, option: str, why: str) -> None:
    clone.assisted()
    pushed = declare(clone, option=option)
    assert pushed.refused
    assert why in pushed.text
    assert declare(clone, option=f"gatekeeper.emergency={'x' * 500}").accepted


@one_format
def test_two_reasons_are_none(world: World, clone: Clone) -> None:
    clone.assisted()
    options = ("-o", "gatekeeper.emergency=one", "-o", "gatekeeper.emergency=two")
    pushed = clone.push("main:main", account="staff-1", options=options)
    assert pushed.refused
    assert "it is declared twice" in pushed.text


@one_format
def test_a_reason_is_shown_without_its_escapes(world: World, clone: Clone) -> None:
    clone.assisted()
    pushed = declare(clone, option="gatekeeper.emergency=\x1b]0;x\x07 down \u202e `rm -rf ~`")
    assert pushed.accepted
    assert "\x1b" not in pushed.stderr
    assert 'reason "\\x1b]0;x\\x07 down \\u202e `rm -rf ~`"' in pushed.first_line


@one_format
def test_a_reason_that_is_no_text_is_kept_as_escapes(world: World, clone: Clone) -> None:
    first, commit = clone.id(), clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    option = {"GIT_PUSH_OPTION_COUNT": "1", "GIT_PUSH_OPTION_0": "gatekeeper.emergency=caf\udce9 is down"}
    done = world.run_hook(f"{first} {commit} {MAIN}\n", account=PEOPLE["staff-1"].account, **option)
    assert done.returncode == 0, done.stderr
    assert 'reason "caf\\udce9 is down"' in done.stderr
    assert world.entries("push")[-1].data["emergency"] == {"reason": "caf\\xe9 is down", "counts": True}


@one_format
def test_options_beyond_the_bound_are_not_read(world: World, clone: Clone) -> None:
    first, commit = clone.id(), clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    many = {f"GIT_PUSH_OPTION_{number}": "x" for number in range(64)} | {"GIT_PUSH_OPTION_64": DECLARE[1]}
    staff = PEOPLE["staff-1"].account
    line = f"{first} {commit} {MAIN}\n"
    assert world.run_hook(line, account=staff, GIT_PUSH_OPTION_COUNT="65", **many).returncode == 1
    assert world.run_hook(line, account=staff, GIT_PUSH_OPTION_COUNT="999999", **many).returncode == 1
    last = many | {"GIT_PUSH_OPTION_63": DECLARE[1]}
    assert world.run_hook(line, account=staff, GIT_PUSH_OPTION_COUNT="64", **last).returncode == 0


@one_format
def test_an_emergency_that_was_not_needed_leaves_no_debt(world: World, clone: Clone) -> None:
    clone.commit("Plain")
    pushed = declare(clone)
    assert pushed.accepted
    assert "EMERGENCY" not in pushed.text
    assert owed(world) == []


# ---- what it does not lift ---------------------------------------------------------------------------


def test_a_veto_stands(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no], account="senior-2").accepted
    pushed = declare(clone)
    assert pushed.refused
    assert "vetoed by senior-2" in pushed.text
    back = world.signoff("senior-2", clone, [commit], Decision.REVOKE, revokes=no.id)
    assert world.store_push(clone, [back], account="senior-2").accepted
    assert declare(clone).accepted


@one_format
@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ("Add x\n\nAssisted-by: claude\n", {"rules": [{"id": "none", "when": {"assisted": True}, "refuse": "No AI."}]}),
        ("Add x\n", {"undeclared": "refuse"}),
        ("Add x\n\nAI-Assisted: no\nAssisted-by: claude\n", {}),
    ],
    ids=["a refuse rule", "undeclared", "a contradiction"],
)
def test_what_refuses_whatever_is_signed_refuses_in_an_emergency_too(
    world: World, clone: Clone, message: str, changes: dict[str, Any]
) -> None:
    allow(world, **changes)
    clone.commit(message)
    assert declare(clone).refused
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.commit("Add x\n\nAI-Assisted: no\n")
    assert declare(clone).accepted


@one_format
def test_a_refuse_rule_stands_beside_a_rule_that_is_lifted(world: World, clone: Clone) -> None:
    signed = {"id": "signed", "when": {"assisted": True}, "require": {"signoffs": 1, "from": {"at_least": "senior"}}}
    allow(world, rules=[signed, {"id": "secrets", "when": {"paths": ["secrets/"]}, "refuse": "No secrets."}])
    clone.commit("Add x\n\nAssisted-by: claude\n", {"secrets/key": "x"})
    pushed = declare(clone)
    assert pushed.refused
    assert "No secrets." in pushed.text
    assert "Missing" not in pushed.text
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.assisted()
    assert declare(clone).accepted


@one_format
def test_nothing_is_rewound_or_deleted(world: World, clone: Clone) -> None:
    first = clone.id()
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    clone.git("reset", "-q", "--hard", first)
    clone.assisted()
    assert declare(clone, "+main:main").refused
    assert declare(clone, ":main").refused
    clone.sync()
    clone.assisted()
    assert declare(clone).accepted


@one_format
def test_the_store_and_reserved_names_are_as_they_were(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    forged = world.signoff("senior-1", clone, [commit], key="junior-1")
    world.file(clone, [forged])
    refs = ("refs/gatekeeper/signoffs:refs/gatekeeper/signoffs", "main:main")
    assert declare(clone, *refs).refused
    assert declare(clone, "main:refs/gatekeeper/other").refused
    assert declare(clone).accepted


@one_format
def test_a_bound_holds(world: World, clone: Clone) -> None:
    allow(world, limits={"commits": 1})
    clone.assisted("One")
    clone.assisted("Two")
    assert declare(clone).refused
    assert declare(clone, "main~1:main").accepted


def test_what_landed_by_emergency_is_laundered_to_no_other_ref(world: World, clone: Clone) -> None:
    commit = clone.assisted()
    assert declare(clone).accepted
    clone.commit("On top")
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").refused
    assert clone.push(f"{commit}:refs/tags/v1").refused
    world.approve(commit)
    assert clone.push("main:refs/heads/release/1").accepted
    assert clone.push(f"{commit}:refs/tags/v1").accepted


# ---- statements --------------------------------------------------------------------------------------


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


def test_the_policy_of_the_tests_names_one_person() -> None:
    assert ALLOWED["allowed"] == {"at_least": "staff"}
    assert [person.id for person in PEOPLE.values() if person.level in ("staff", "principal")] == ["staff-1"]
