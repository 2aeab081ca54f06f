"""Policy and roster on a ref: nobody changes them alone, past the administrators, or backwards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.governed import (
    ADMINISTRATOR,
    MUST_SIGN,
    PROMOTED,
    PUSH,
    RULE,
    WEAK,
    armed,
    change,
    land,
    refused,
    sign,
    world,
)
from tests.support.people import roster_text
from tests.support.world import GOVERNED, World, one_format, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


__all__ = ["armed", "world"]


# ---- whose sign-offs ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["policy.yaml", "roster.yaml"])
def test_nobody_changes_the_rules_alone(world: World, name: str) -> None:
    tip = change(world, {name: {"policy.yaml": WEAK, "roster.yaml": PROMOTED}[name]})
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [tip], ADMINISTRATOR)
    pushed = world.rules.push(PUSH)
    assert pushed.accepted, pushed.stderr
    assert "approved by senior-1" in pushed.text
    assert world.clone("junior-1").assisted()
    assert world.clone("junior-1").push("main:main").accepted
    assert world.faults() == []


@one_format
@pytest.mark.parametrize(
    ("signers", "why"),
    [
        (["senior-2"], "senior-2 may not approve this"),
        (["staff-1"], "staff-1 had a hand in the commit"),
        (["senior-2", "staff-1"], MUST_SIGN),
    ],
)
def test_only_another_administrator_counts(world: World, signers: list[str], why: str) -> None:
    tip = change(world, {"policy.yaml": WEAK})
    sign(world, [tip], *signers)
    refused(world, world.rules.push(PUSH), why)
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_a_junior_does_not_get_a_sign_off_into_the_store(world: World) -> None:
    tip = change(world, {"roster.yaml": PROMOTED}, author="junior-1")
    signed = world.signoff("junior-1", world.rules, [tip])
    refused(world, world.store_push(world.rules, [signed], PUSH, account="junior-1"), "junior-1 may not approve this")
    honest = world.signoff(ADMINISTRATOR, world.rules, [tip])
    assert world.store_push(world.rules, [honest], PUSH, account="junior-1").accepted


@one_format
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"refs": ("refs/heads/main",)}, "it is for another ref"),
        ({"issued_at": 1_790_000_000, "expires_at": 1_790_000_001}, "it expired"),
    ],
)
def test_a_sign_off_must_be_good_here_and_now(world: World, fields: dict[str, Any], why: str) -> None:
    tip = change(world, {"policy.yaml": WEAK})
    sign(world, [tip], ADMINISTRATOR, **fields)
    refused(world, world.rules.push(PUSH), why)
    sign(world, [tip], ADMINISTRATOR, refs=(GOVERNED,))
    assert world.rules.push(PUSH).accepted


@one_format
def test_an_author_statement_or_a_taken_back_approval_approves_nothing(world: World) -> None:
    tip = change(world, {"policy.yaml": WEAK})
    signed = world.signoff(ADMINISTRATOR, world.rules, [tip])
    back = world.signoff(ADMINISTRATOR, world.rules, [tip], Decision.REVOKE, revokes=signed.id)
    author = world.signoff(ADMINISTRATOR, world.rules, [tip], Decision.AUTHOR)
    assert world.store_push(world.rules, [signed, back, author], account=ADMINISTRATOR).accepted
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [tip], ADMINISTRATOR, issued_at=int(time.time()) + 1)
    assert world.rules.push(PUSH).accepted


@one_format
def test_a_veto_holds_whoever_approved(world: World) -> None:
    tip = change(world, {"policy.yaml": WEAK})
    sign(world, [tip], ADMINISTRATOR)
    veto = world.signoff("senior-2", world.rules, [tip], Decision.REJECT, comment="not now")
    assert world.store_push(world.rules, [veto], account="senior-2").accepted
    refused(world, world.rules.push(PUSH), "vetoed by senior-2")
    back = world.signoff("senior-2", world.rules, [tip], Decision.REVOKE, revokes=veto.id)
    assert world.store_push(world.rules, [back], account="senior-2").accepted
    assert world.rules.push(PUSH).accepted


@one_format
@pytest.mark.parametrize(
    ("author", "message"),
    [
        ("senior-1", "Change"),
        ("junior-1", "Change"),
        ("", "Change\n\nCo-authored-by: Senior One <senior-1@example.com>"),
    ],
    ids=["another administrator", "a junior", "co-author"],
)
def test_no_claim_makes_ones_own_approval_independent(world: World, author: str, message: str) -> None:
    """staff-1 writes and pushes, and says that others did."""
    tip = world.rules.commit(message, {"policy.yaml": WEAK}, author=author)
    sign(world, [tip], "staff-1")
    refused(world, world.rules.push(PUSH), "staff-1 had a hand in the commit")
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_who_pushes_does_not_approve_while_another_administrator_could(world: World) -> None:
    tip = change(world, {"policy.yaml": WEAK}, author="junior-1")
    sign(world, [tip], ADMINISTRATOR)
    refused(world, world.rules.push(PUSH, account=ADMINISTRATOR), "senior-1 had a hand in the commit")
    assert world.rules.push(PUSH, account="junior-1").accepted


def test_the_only_administrator_approves_alone(template: Callable[[str, bool], World], tmp_path: Path) -> None:
    world = template("sha1", True).copy(tmp_path / "world")
    rules = world.govern(people={"senior-1": {"administrator": False}})
    tip = rules.commit("Change", {"policy.yaml": WEAK})
    refused(world, rules.push(PUSH), MUST_SIGN)
    signed = world.signoff("staff-1", rules, [tip])
    assert world.store_push(rules, [signed], PUSH).accepted


@one_format
def test_as_many_sign_as_the_policy_in_force_asks_for(world: World) -> None:
    land(world, {"policy.yaml": policy_text(administrators={"signoffs": 2})})
    weaker = change(world, {"policy.yaml": WEAK})
    for signers, why in (
        ([], "which 2 administrators must sign; 2 missing"),
        (["staff-1"], "which 2 administrators must sign; 1 missing"),
    ):
        sign(world, [weaker], *signers)
        refused(world, world.rules.push(PUSH), why)
    # Of the two administrators one wrote it: the other one has to agree, and both are needed.
    sign(world, [weaker], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_the_condition_on_administrators_is_that_of_the_policy_in_force(world: World) -> None:
    land(world, {"policy.yaml": policy_text(administrators={"from": {"at_least": "staff"}})})
    tip = change(world, {"policy.yaml": WEAK}, author="junior-1")
    sign(world, [tip], "senior-1")
    refused(world, world.rules.push(PUSH, account="junior-1"), "senior-1 may not approve this")
    sign(world, [tip], "staff-1")
    assert world.rules.push(PUSH, account="junior-1").accepted


# ---- what is in force while it is judged ------------------------------------------------------------


def test_oneself_in_the_roster_and_code_in_one_push(world: World) -> None:
    tip = change(world, {"roster.yaml": PROMOTED}, author="junior-1")
    sign(world, [tip], ADMINISTRATOR)
    clone = world.clone("junior-1")
    clone.assisted()
    clone.git("fetch", "-q", str(world.rules.path), "main:rules")
    both = clone.push("main:main", f"rules:{GOVERNED}")
    refused(world, both, "1 commit needs a sign-off")
    assert clone.push(f"rules:{GOVERNED}").accepted
    assert clone.push("main:main").accepted


@one_format
def test_weaker_rules_and_code_in_one_push(world: World) -> None:
    tip = change(world, {"policy.yaml": policy_text(protect=["refs/heads/other"])})
    clone = world.clone("junior-1")
    clone.assisted()
    clone.git("fetch", "-q", str(world.rules.path), "main:rules")
    signed = world.signoff(ADMINISTRATOR, clone, [tip])
    refused(world, world.store_push(clone, [signed], "main:main", f"rules:{GOVERNED}"), "needs a sign-off")
    assert world.store_push(clone, [signed], f"rules:{GOVERNED}").accepted
    assert clone.push("main:other2").accepted
    assert clone.push("main:other").refused


@one_format
def test_a_new_administrator_does_not_approve_their_own_coming(world: World) -> None:
    tip = change(world, {"roster.yaml": roster_text({"senior-2": {"administrator": True}})})
    sign(world, [tip], "senior-2")
    refused(world, world.rules.push(PUSH), "senior-2 may not approve this")
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted
    after = change(world, {"policy.yaml": WEAK})
    sign(world, [after], "senior-2")
    assert world.rules.push(PUSH).accepted


def test_a_sign_off_that_comes_with_the_push_counts(world: World) -> None:
    signed = world.signoff(ADMINISTRATOR, world.rules, [change(world, {"policy.yaml": WEAK})])
    forged = world.signoff(ADMINISTRATOR, world.rules, [world.rules.id()], key="junior-1")
    refused(world, world.store_push(world.rules, [forged], PUSH), "is not the owner of its key")
    pushed = world.store_push(world.rules, [signed], PUSH)
    assert pushed.accepted, pushed.stderr


@one_format
def test_rules_that_only_warn_do_not_let_the_rules_change(world: World) -> None:
    land(world, {"policy.yaml": policy_text(protect=["HEAD", GOVERNED], rules=[{**RULE, "enforce": "warn"}])})
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").accepted
    tip = change(world, {"roster.yaml": PROMOTED})
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


# ---- backwards ------------------------------------------------------------------------------------


def test_an_older_version_again_needs_sign_offs_again(world: World) -> None:
    first = world.rules.id()
    land(world, {"policy.yaml": WEAK})
    again = change(world, {"policy.yaml": world.rules.git("show", f"{first}:policy.yaml")})
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [again], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_an_old_sign_off_is_for_its_own_commit(world: World) -> None:
    """What was approved once, taken back since, and is brought again."""
    land(world, {"policy.yaml": WEAK})
    land(world, {"policy.yaml": policy_text()})
    again = change(world, {"policy.yaml": WEAK})
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [again], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_an_approval_does_not_outlive_an_amend(world: World) -> None:
    sign(world, [change(world, {"roster.yaml": roster_text({"mid-1": {"level": "senior"}})})], ADMINISTRATOR)
    honest = world.rules.id()
    (world.rules.path / "roster.yaml").write_text(PROMOTED)
    world.rules.git("commit", "-q", "-a", "--amend", "--no-edit", env=world.rules.dates())
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    assert world.rules.push(f"{honest}:{GOVERNED}").accepted


@one_format
def test_an_approved_merge_brings_approved_changes_in(world: World) -> None:
    rules = world.rules
    rules.git("checkout", "-q", "-b", "side")
    side = change(world, {"policy.yaml": WEAK}, author="junior-1")
    rules.git("checkout", "-q", "main")
    rules.commit("Words", {"notes.txt": "words\n"})
    merge = rules.merge("side")
    refused(world, rules.push(PUSH), MUST_SIGN)
    sign(world, [merge], ADMINISTRATOR)
    refused(world, rules.push(PUSH), "has not approved every commit of this push")
    sign(world, [side], "staff-1")
    refused(world, rules.push(PUSH), MUST_SIGN)
    sign(world, [side], ADMINISTRATOR)
    assert rules.push(PUSH).accepted


@one_format
def test_approving_the_last_commit_approves_no_earlier_change(world: World) -> None:
    """Whoever is asked to look at the tip has not seen what the commit before does."""
    change(world, {"policy.yaml": WEAK}, author="junior-1")
    tip = world.rules.commit("Words", {"notes.txt": "words\n"})
    sign(world, [tip], ADMINISTRATOR)
    refused(world, world.rules.push(PUSH), "senior-1 has not approved every commit of this push")
    sign(world, [world.rules.id("HEAD~1"), tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_a_commit_of_somebody_else_on_top_hides_no_author(world: World) -> None:
    change(world, {"policy.yaml": WEAK})
    tip = world.rules.commit("Words", {"notes.txt": "words\n"}, author="junior-1")
    sign(world, [world.rules.id("HEAD~1"), tip], "staff-1")
    refused(world, world.rules.push(PUSH, account="junior-1"), "staff-1 had a hand in the commit")
    sign(world, [world.rules.id("HEAD~1"), tip], ADMINISTRATOR)
    assert world.rules.push(PUSH, account="junior-1").accepted


def test_what_changes_no_rule_needs_nothing(world: World) -> None:
    assert world.rules.commit("Words", {"notes.txt": "words\n"})
    pushed = world.rules.push(PUSH, account="junior-1")
    assert pushed.accepted, pushed.stderr
    change(world, {"policy.yaml": WEAK})
    change(world, {"policy.yaml": policy_text()})
    assert world.rules.push(PUSH, account="junior-1").accepted
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").refused


@one_format
def test_what_a_client_says_the_ref_was_does_not_matter(world: World) -> None:
    """A false old value: the update of another commit than that whose rules are in force."""
    old = world.rules.id()
    tip = change(world, {"policy.yaml": WEAK})
    sign(world, [tip], ADMINISTRATOR)
    world.rules.git("push", "-q", str(world.bare), "main:refs/heads/side")
    for said in (tip, world.object_format.zero):
        ended = world.run_hook(f"{said} {tip} {GOVERNED}\n", account="staff-1-login")
        assert ended.returncode == 1
        assert "the branch moved" in ended.stderr
    assert world.run_hook(f"{old} {tip} {GOVERNED}\n", account="staff-1-login").returncode == 0
