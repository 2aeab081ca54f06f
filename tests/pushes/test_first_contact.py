"""What most people meet: a first push, a plain push, a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.normal import normal
from tests.support.world import one_format

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.support.world import World


def test_a_first_push_to_an_empty_repository_is_accepted(empty: World) -> None:
    clone = empty.clone("junior-1")
    first = clone.commit("Begin")
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert empty.refs() == {"refs/heads/main": first}


def test_a_first_push_is_judged_to_its_root(empty: World) -> None:
    clone = empty.clone("junior-1")
    clone.assisted("Begin")
    clone.commit("Go on")
    assert clone.push("main:main").refused
    assert empty.refs() == {}


def test_plain_commits_are_accepted_with_one_line_and_a_receipt(world: World) -> None:
    clone = world.clone("junior-1")
    clone.commit("One")
    clone.commit("Two")
    pushed = clone.push("main:main")
    assert pushed.accepted
    (line,) = pushed.lines
    said = re.fullmatch(r"gatekeeper: main: ok\. Receipt: shop-(\d+)-([0-9a-f]{12})", line)
    assert said
    entry = world.entries("push")[-1]
    assert (entry.number, entry.hash[:12]) == (int(said[1]), said[2])


def test_an_assisted_commit_of_a_junior_is_refused(world: World, snapshot: SnapshotAssertion) -> None:
    clone = world.clone("junior-1")
    clone.commit("Tidy up")
    clone.assisted("Add retry to checkout")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert normal(pushed.text) == snapshot


def test_many_assisted_commits_are_refused_with_a_short_text(world: World, snapshot: SnapshotAssertion) -> None:
    clone = world.clone("mid-1")
    for number in range(8):
        clone.assisted(f"Step {number}")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert normal(pushed.text) == snapshot


def test_nothing_of_a_refused_push_stays(world: World) -> None:
    clone = world.clone("junior-1")
    before = world.refs()
    plain, assisted = clone.commit("Plain"), clone.assisted()
    assert clone.push("main:main").refused
    assert world.refs() == before
    assert not world.has(plain)
    assert not world.has(assisted)
    assert world.entries("push")[-1].data["outcome"] == "refused"


def test_the_commands_of_a_refusal_lead_to_acceptance(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    refusal = clone.push("main:main")
    commands = [line.strip() for line in refusal.lines if line.startswith("  git push origin ")]
    (command,) = commands
    review = clone.push(command.split()[-1])
    assert review.accepted
    assert review.lines == []

    senior = world.clone("senior-1")
    branch = command.split(":")[-1].removeprefix("refs/heads/")
    assert f"  send them: gatekeeper sign origin/{branch}" in refusal.lines
    reviewed = senior.sync(branch)
    world.approve(reviewed, "senior-1", holder="senior-1")
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("person", ["intern-1", "junior-1", "mid-1"])
def test_nobody_below_senior_lands_assisted_work_alone(world: World, person: str) -> None:
    clone = world.clone(person)
    clone.assisted()
    assert clone.push("main:main").refused


@one_format
@pytest.mark.parametrize(
    "message",
    [
        "Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>",
        "Fix\n\nGenerated-by: Copilot",
        "Fix\n\nAI-Assisted: yes",
        "Fix\n\nassisted-by: claude",
        "Assisted-by: claude\n\nthe mark is not in the last block",
    ],
)
def test_every_mark_counts(world: World, message: str) -> None:
    clone = world.clone("junior-1")
    clone.commit(message)
    assert clone.push("main:main").refused


def test_a_push_that_touches_nothing_protected_is_silent_and_observed(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    pushed = clone.push("main:refs/heads/topic/retry")
    assert pushed.accepted
    assert pushed.lines == []
    entry = world.entries("push")[-1]
    assert [pushed_id for pushed_id, _ in entry.data["first_pushes"]] == [commit]
    assert entry.data["pusher"]["person"] == "junior-1"
    with world.ledger() as ledger:
        assert ledger.first_pushers([commit])[commit].person == "junior-1"


def test_a_dry_run_reaches_no_hook_and_changes_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    before = len(world.entries())
    assert clone.push("--dry-run", "main:main").accepted
    assert len(world.entries()) == before
