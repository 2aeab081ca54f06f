"""Emergencies that a push option declares by whoever may not, or for what they are not, beside those in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.emergencies import (
    ALLOWED,
    DECLARE,
    MAIN,
    REASON,
    SETTLE_SECONDS,
    allow,
    clone,
    declare,
    owed,
)
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


__all__ = ["clone"]


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


def test_the_policy_of_the_tests_names_one_person() -> None:
    assert ALLOWED["allowed"] == {"at_least": "staff"}
    assert [person.id for person in PEOPLE.values() if person.level in ("staff", "principal")] == ["staff-1"]
