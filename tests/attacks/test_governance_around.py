"""Policy and roster on a ref: beside code, outside the gate, in an emergency."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.commands import Desk, run
from tests.support.governed import ADMINISTRATOR, MUST_SIGN, PUSH, WEAK, armed, change, land, refused, sign, world
from tests.support.people import roster_text
from tests.support.world import GOVERNED, World, one_format, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone

__all__ = ["armed", "world"]


# ---- policy and code on one branch ----------------------------------------------------------------


@pytest.fixture
def beside(template: Callable[[str, bool], World], tmp_path: Path) -> tuple[World, Clone]:
    """A server whose policy and roster lie on main, beside the code; and staff-1's clone of it."""
    world = template("sha1", True).copy(tmp_path / "world")
    clone = world.clone("staff-1")
    clone.commit("Rules", {"policy.yaml": policy_text(), "roster.yaml": roster_text({})})
    assert clone.push("main:main").accepted
    world.install(at="refs/heads/main")
    return world, clone


def test_on_main_both_kinds_of_rules_hold(beside: tuple[World, Clone]) -> None:
    world, _ = beside
    clone = world.clone("junior-1")
    code = clone.assisted()
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "policy or roster" not in pushed.text
    world.approve(code, "senior-2")
    assert clone.push("main:main").accepted
    both = clone.commit("Both\n\nAssisted-by: claude\n", {"policy.yaml": WEAK, "src/cart.py": "total = 1\n"})
    world.approve(both, "senior-2")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert MUST_SIGN in pushed.text
    assert "needs a sign-off" not in pushed.text
    world.approve(both, ADMINISTRATOR)
    assert clone.push("main:main").accepted


def test_an_approval_of_code_is_none_of_the_policy_before_it(beside: tuple[World, Clone]) -> None:
    """Only the assisted commit seems to need a sign-off, and an administrator gives that one."""
    world, _ = beside
    clone = world.clone("junior-1")
    weaker = clone.commit("Tidy", {"policy.yaml": WEAK})
    code = clone.assisted()
    world.approve(code, ADMINISTRATOR)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "senior-1 has not approved every commit of this push" in pushed.text
    world.approve(weaker, ADMINISTRATOR)
    assert clone.push("main:main").accepted


# ---- outside the gate -----------------------------------------------------------------------------


def outside(world: World, files: dict[str, str]) -> tuple[ObjectId, ObjectId]:
    """Change the rules by the server's own means; return the ref's value before and after."""
    before, after = world.rules.id(), change(world, files)
    world.rules.git("push", "-q", str(world.bare), f"{after}:refs/heads/side")
    world.git("update-ref", GOVERNED, after)
    return before, after


@pytest.mark.parametrize(
    "policy", [WEAK, policy_text(protect=["refs/heads/other"]), "version: ["], ids=["weak", "free", "broken"]
)
def test_rules_that_came_outside_the_gate_decide_nothing(world: World, policy: str) -> None:
    before, _ = outside(world, {"policy.yaml": policy})
    clone = world.clone("senior-1")
    clone.commit("Plain")
    pushed = clone.push("main:main")
    assert pushed.undecided, pushed.stderr
    assert f"policy and roster lie on {GOVERNED}, which was changed outside the gate" in pushed.text
    assert "gatekeeper baseline add" in pushed.text
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", GOVERNED, before)
    assert clone.push("main:main").accepted


@one_format
def test_nothing_builds_on_rules_that_came_outside_the_gate(world: World) -> None:
    outside(world, {"policy.yaml": WEAK})
    tip = world.rules.commit("Words", {"notes.txt": "words\n"})
    signed = world.signoff(ADMINISTRATOR, world.rules, [tip])
    assert world.store_push(world.rules, [signed]).undecided
    refused(world, world.rules.push(PUSH), "it was changed outside the gate")


@one_format
def test_a_ref_that_was_deleted_outside_the_gate_decides_nothing(world: World) -> None:
    tip = world.refs()[GOVERNED]
    world.git("update-ref", "-d", GOVERNED)
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("main:main").undecided
    again = world.rules.push(PUSH)
    assert again.refused
    assert "it was changed outside the gate" in again.text
    world.git("update-ref", GOVERNED, tip)
    assert clone.push("main:main").accepted


# ---- what lifts other rules -----------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("protected", [True, False])
def test_no_emergency_lifts_what_guards_the_rules(world: World, protected: bool) -> None:
    protect = ["HEAD", *([GOVERNED] if protected else [])]
    emergency = {"allowed": {"people": ["staff-1"]}, "settle_within": "3d"}
    land(world, {"policy.yaml": policy_text(protect=protect, emergency=emergency)})
    options = ("-o", "gatekeeper.emergency=prod is down")
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main", account="staff-1", options=options).accepted
    tip = world.rules.commit("Weaker\n\nAssisted-by: claude\n", {"policy.yaml": WEAK}, author="junior-1")
    refused(world, world.rules.push(PUSH, options=options), MUST_SIGN)
    fields = {"refs": (GOVERNED,), "expires_at": int(time.time()) + 3600, "comment": "prod is down"}
    lifting = world.signoff("staff-1", world.rules, [tip], Decision.EMERGENCY, **fields)
    assert world.store_push(world.rules, [lifting]).accepted
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_no_pause_lifts_what_guards_the_rules(world: World) -> None:
    said = run("pause", "--repo", world.bare, "--for", "2h", "--reason", "the key server is down", cwd=world.root)
    assert said.status == 0, said.text
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").accepted
    tip = change(world, {"policy.yaml": WEAK})
    pushed = world.rules.push(PUSH)
    assert pushed.refused, pushed.stderr
    assert MUST_SIGN in pushed.text
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


@one_format
def test_who_first_pushed_what_is_noted_on_the_ref_of_the_rules_too(world: World) -> None:
    """A commit that came there first is nobody else's because they push it to a guarded ref later."""
    tip = world.rules.commit("Words\n\nAssisted-by: claude\n", {"notes.txt": "words\n"}, author="senior-2")
    assert world.rules.push(PUSH, account="junior-1").accepted
    with world.ledger() as ledger:
        assert ledger.first_pushers([tip])[tip].person == "junior-1"
    senior = world.clone("senior-2")
    senior.git("fetch", "-q", str(world.rules.path), "main:words")
    senior.git("checkout", "-q", "main")
    senior.git("merge", "-q", "--allow-unrelated-histories", "--no-edit", "words", env=senior.dates())
    assert senior.push("main:main").refused
    own = senior.git(
        "commit-tree", "HEAD^{tree}", "-p", "HEAD^1", "-m", "Own\n\nAssisted-by: claude", env=senior.dates()
    )
    assert senior.push(f"{own}:refs/heads/main").accepted


# ---- the way that a refusal says ------------------------------------------------------------------


def test_what_the_refusal_says_to_do_does_it(world: World) -> None:
    """staff-1 pushes for review, senior-1 signs with the commands that the message gives, staff-1 pushes again."""
    change(world, {"policy.yaml": WEAK})
    world.rules.commit("Words", {"notes.txt": "words\n"})
    said = world.rules.push(PUSH)
    refused(world, said, MUST_SIGN)
    assert "Missing: 1 sign-off by an administrator   (policy and roster change)" in said.lines
    assert "Ask:     senior-1@example.com" in said.lines
    review = next(line.split() for line in said.lines if line.startswith("  git push origin "))
    sign_it = next(line.split(":", 1)[1].split() for line in said.lines if line.startswith("  send them: "))
    assert world.rules.push(review[-1]).accepted
    world.settle()
    senior = Desk(world, ADMINISTRATOR).ready()
    assert sign_it[-2:] == ["--into", "gatekeeper"]
    senior.ok(*sign_it[1:], "--yes")
    pushed = world.rules.push(PUSH)
    assert pushed.accepted, pushed.stderr
    assert "  policy or roster change with this push, approved by senior-1" in pushed.lines


# ---- races and floods -----------------------------------------------------------------------------

MOVES = """
import subprocess
from gatekeeper.opening import Server
load = Server.in_force
def late(self, ledger):
    force = load(self, ledger)
    subprocess.run(["git", "update-ref", "{ref}", "{tip}"], check=True)
    return force
Server.in_force = late
"""


@one_format
def test_rules_that_land_while_a_push_begins_are_not_passed_by(world: World) -> None:
    """senior-1 stops being an administrator, and approves something in the very moment."""
    first, without = world.rules.id(), roster_text({"senior-1": {"administrator": False}})
    second = change(world, {"roster.yaml": without}, author="junior-1")
    third = change(world, {"policy.yaml": WEAK}, author="junior-1")
    sign(world, [second], "staff-1")
    sign(world, [third], "senior-1")
    world.rules.git("push", "-q", str(world.bare), f"{third}:refs/heads/side")
    accepted = world.run_hook(f"{first} {second} {GOVERNED}\n")
    assert accepted.returncode == 0, accepted.stderr
    whole = world.hook().read_text()
    world.run_in_hook(MOVES.format(ref=GOVERNED, tip=second))
    ended = world.run_hook(f"{second} {third} {GOVERNED}\n")
    assert ended.returncode == 1
    assert "the branch moved; fetch and push again" in ended.stderr
    world.hook().write_text(whole)
    ended = world.run_hook(f"{second} {third} {GOVERNED}\n")
    assert ended.returncode == 1
    assert "senior-1 may not approve this" in ended.stderr
    sign(world, [third], "staff-1")
    assert world.run_hook(f"{second} {third} {GOVERNED}\n").returncode == 0


@one_format
def test_nobody_without_sign_offs_keeps_the_server_reading(world: World) -> None:
    """Megabytes of YAML are read only for who has been approved; then what is wrong with them is told."""
    tip = change(world, {"roster.yaml": "people:\n" + "- {id: [a, b, c]}\n" * 70_000})
    pushed = world.rules.push(PUSH)
    refused(world, pushed, MUST_SIGN)
    assert "cannot be used" not in pushed.text
    sign(world, [tip], ADMINISTRATOR)
    refused(world, world.rules.push(PUSH), "the new policy and roster cannot be used")


@one_format
def test_a_file_that_is_too_large_to_be_read_does_not_come_in(world: World) -> None:
    tip = change(world, {"policy.yaml": policy_text() + "#" * 8 * 1024 * 1024})
    sign(world, [tip], ADMINISTRATOR)
    refused(world, world.rules.push(PUSH), "policy.yaml must be a regular file, and it is larger than 8388608 bytes")
    land(world, {"policy.yaml": policy_text() + "#" * 1024})


@one_format
def test_what_landed_under_a_rule_like_it_is_not_approved_for_the_rules(world: World) -> None:
    """The ledger vouches for what landed under the same rules; no rule of a policy is what guards the rules."""
    alike = {
        "id": "administrators",
        "when": {"paths": ["**"]},
        "require": {"signoffs": 1, "from": {"people": ["senior-1", "staff-1"]}},
    }
    land(world, {"policy.yaml": policy_text(protect=["refs/heads/other"], rules=[alike])})
    tip = change(world, {"policy.yaml": WEAK}, author="junior-1")
    sign(world, [world.rules.id("HEAD~2"), world.rules.id("HEAD~1"), tip], ADMINISTRATOR)
    landed = world.rules.push("main:refs/heads/other", account="junior-1")
    assert landed.accepted, landed.stderr
    refused(world, world.rules.push(PUSH, account=ADMINISTRATOR), "senior-1 had a hand in the commit")
    assert world.rules.push(PUSH, account="junior-1").accepted


@one_format
def test_an_approval_is_carried_to_no_change_of_the_rules(world: World) -> None:
    """What was approved on top of another commit; for code, a clean rebase keeps the sign-off."""
    base = world.rules.id()
    reviewed = change(world, {"policy.yaml": WEAK})
    assert world.rules.push("main:refs/heads/review/one").accepted
    sign(world, [reviewed], ADMINISTRATOR)
    world.rules.git("reset", "-q", "--hard", base)
    world.rules.commit("Words", {"notes.txt": "words\n"})
    assert world.rules.push(PUSH).accepted
    world.rules.git("cherry-pick", reviewed, env=world.rules.dates())
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [world.rules.id()], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted
