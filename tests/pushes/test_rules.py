"""What rules can ask for, each beside what satisfies it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import Timestamp
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

SENIOR = {"at_least": "senior"}
JUNIOR_ASSISTED = {"assisted": True, "author": {"below": "senior"}}


def rule(name: str, when: dict[str, Any], signoffs: int = 1, **more: Any) -> dict[str, Any]:
    require = {"signoffs": signoffs, "from": SENIOR, **more}
    return {"id": name, "when": when, "require": require}


def test_two_sign_offs_are_of_two_people(world: World) -> None:
    world.set_policy(rules=[rule("two", JUNIOR_ASSISTED, 2)])
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert "Missing: 2 sign-offs by senior or above" in clone.push("main:main").text
    world.approve(commit, "senior-1", comment="once")
    world.approve(commit, "senior-1", comment="and again")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "Missing: 1 sign-off by senior or above" in pushed.text
    world.approve(commit, "staff-1")
    assert clone.push("main:main").accepted


def test_every_rule_must_be_satisfied_and_one_sign_off_serves_several(world: World) -> None:
    staff = {"signoffs": 1, "from": {"at_least": "staff"}}
    world.set_policy(
        rules=[rule("senior", JUNIOR_ASSISTED), {"id": "staff", "when": {"assisted": True}, "require": staff}]
    )
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "(rule staff)" in pushed.text
    assert "(rule senior)" not in pushed.text
    world.approve(commit, "staff-1")
    assert clone.push("main:main").accepted


def test_a_rule_for_paths_looks_at_what_a_commit_changes(world: World) -> None:
    world.set_policy(rules=[rule("cart", {"paths": ["src/**"]})])
    clone = world.clone("junior-1")
    clone.commit("Docs", {"docs/x.md": "x"})
    assert clone.push("main:main").accepted
    commit = clone.commit("Cart", {"src/cart.py": "total = 1\n"})
    assert clone.push("main:main").refused
    world.approve(commit)
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("change", ["delete", "move away", "mode", "non-ascii"])
def test_a_rule_for_paths_sees_every_kind_of_change(world: World, change: str) -> None:
    world.set_policy(rules=[rule("cart", {"paths": ["src/**"]})])
    clone = world.clone("junior-1")
    if change == "delete":
        clone.git("rm", "-q", "src/cart.py")
    elif change == "move away":
        clone.git("mv", "src/cart.py", "cart.py")
    elif change == "mode":
        clone.git("update-index", "--chmod=+x", "src/cart.py")
        (clone.path / "src/cart.py").chmod(0o755)
    else:
        (clone.path / "src/\u00e9\n.py").write_text("x")
    clone.commit("Change", {})
    assert clone.push("main:main").refused


def test_a_rule_for_refs_holds_there_alone(world: World) -> None:
    world.set_policy(rules=[rule("release", {"assisted": True, "refs": ["refs/heads/release/**"]})])
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").refused


@one_format
@pytest.mark.parametrize(
    ("who", "accepted"),
    [({"teams": ["payments"]}, "senior-2"), ({"people": ["staff-1"]}, "staff-1"), ({"exactly": "staff"}, "staff-1")],
)
def test_a_rule_says_who_may_sign(world: World, who: dict[str, Any], accepted: str) -> None:
    world.set_rule(require={"signoffs": 1, "from": who})
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, "senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "senior-1 may not approve this" in pushed.text
    world.approve(commit, accepted)
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("condition", [{"teams": ["payments"]}, {"exactly": "junior"}, {"people": ["junior-2"]}])
def test_a_condition_on_the_author_frees_only_a_proved_author(world: World, condition: dict[str, Any]) -> None:
    world.set_rule(when={"assisted": True, "author": condition})
    clone = world.clone("mid-1")
    clone.assisted()
    assert clone.push("main:main").accepted
    clone.assisted(author="senior-1")
    assert clone.push("main:main").refused


@one_format
def test_a_rule_can_refuse_outright(world: World) -> None:
    world.set_rule(require=None, refuse="No assisted work this week.", when={"assisted": True})
    clone = world.clone("senior-1")
    commit = clone.assisted()
    world.approve(commit, "staff-1", holder="senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "No assisted work this week. (rule senior-signoff)" in pushed.text
    assert "Missing" not in pushed.text


@one_format
@pytest.mark.parametrize(
    ("enforce", "accepted", "warned"),
    [
        ("refuse", False, False),
        ("warn", True, True),
        ("observe", True, False),
        ("2020-01-01", False, False),
        ("2999-01-01", True, True),
    ],
)
def test_a_rule_is_enforced_as_it_says(world: World, enforce: str, accepted: bool, warned: bool) -> None:
    world.set_rule(enforce=enforce)
    clone = world.clone("junior-1")
    commit = clone.assisted()
    pushed = clone.push("main:main")
    assert pushed.accepted == accepted
    warning = f"gatekeeper: warning: {commit[:7]} would need 1 sign-off by senior or above (rule senior-signoff)"
    assert (warning in pushed.lines) == warned


def test_what_landed_under_a_warning_is_judged_when_the_rule_refuses(world: World) -> None:
    world.set_rule(enforce="warn")
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").accepted
    world.set_rule(enforce="refuse")
    assert clone.push("main:refs/heads/release/1").refused
    clone.commit("Next")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize(
    ("fields", "why"),
    [({}, ""), ({"issued_at": -3 * 86_400}, "it is older than the rule allows")],
    ids=["fresh", "old"],
)
def test_a_rule_can_bound_the_age_of_a_sign_off(world: World, fields: dict[str, int], why: str) -> None:
    world.set_rule(require={"signoffs": 1, "from": SENIOR, "max_age": "2d"})
    clone = world.clone("junior-1")
    signed = {name: Timestamp(int(time.time()) + seconds) for name, seconds in fields.items()}
    world.approve(clone.assisted(), "senior-1", "junior-1", **signed)
    pushed = clone.push("main:main")
    assert pushed.accepted == (not why)
    assert why in pushed.text


@one_format
@pytest.mark.parametrize(("refs", "accepted"), [(("refs/heads/main",), True), ((), False)])
def test_a_rule_can_ask_for_sign_offs_that_name_the_ref(world: World, refs: tuple[str, ...], accepted: bool) -> None:
    world.set_rule(require={"signoffs": 1, "from": SENIOR, "scope": "ref"})
    clone = world.clone("junior-1")
    world.approve(clone.assisted(), refs=refs)
    assert clone.push("main:main").accepted == accepted


@one_format
@pytest.mark.parametrize("presence", ["touch", "verified"])
def test_a_key_without_a_touch_does_not_do_where_a_rule_wants_one(world: World, presence: str) -> None:
    world.set_rule(require={"signoffs": 1, "from": SENIOR, "presence": presence})
    clone = world.clone("junior-1")
    world.approve(clone.assisted(), presence=presence)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "the rule wants a" in pushed.text


@pytest.mark.parametrize(
    ("message", "accepted"),
    [("Fix", False), ("Fix\n\nAI-Assisted: no", True), ("Fix\n\nAssisted-by: claude", True)],
)
def test_a_policy_can_want_every_commit_to_say(world: World, message: str, accepted: bool) -> None:
    world.set_policy(undeclared="refuse")
    clone = world.clone("senior-1")
    clone.commit(message)
    pushed = clone.push("main:main")
    assert pushed.accepted == accepted
    assert ("it does not say whether AI helped" in pushed.text) == (not accepted)


def test_a_commit_that_contradicts_itself_is_refused_by_name(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.commit("Fix\n\nAI-Assisted: no\nCo-authored-by: Claude <noreply@anthropic.com>\n")
    world.approve(commit, "senior-2", holder="senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "it says `AI-Assisted: no` and also carries an AI mark" in pushed.text


@one_format
@pytest.mark.parametrize(
    ("limits", "named"),
    [({"commits": 2}, "limits.commits"), ({"commit_bytes": 1024}, "limits.commit_bytes")],
)
def test_past_a_bound_the_gate_refuses_and_names_it(world: World, limits: dict[str, int], named: str) -> None:
    world.set_policy(limits=limits)
    clone = world.clone("senior-1")
    clone.commit("One")
    clone.commit("Two")
    assert clone.push("main:main").accepted
    for number in range(3):
        clone.commit(f"{number}\n\n" + "x" * 2000)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert f"({named})" in pushed.text


@one_format
def test_a_policy_adds_help_and_contact_to_a_refusal(world: World) -> None:
    world.set_policy(message={"help": "See the handbook.", "contact": "git@example.com"})
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:main")
    assert "See the handbook." in pushed.lines
    assert "Contact: git@example.com" in pushed.lines
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.commit("Plain")
    assert clone.push("main:main").text.count("handbook") == 0
