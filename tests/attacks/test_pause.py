"""A pause lifts what an emergency lifts, for everybody, while it lasts: no more, no longer, and in plain sight."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.signoff import Decision
from tests.support.clock import at
from tests.support.commands import run
from tests.support.emergencies import HOUR, MAIN, owed
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.commands import Said
    from tests.support.world import World

REASON = "the key server is down"


def pause(world: World, span: str = "2h", reason: str = REASON) -> Said:
    return run("pause", "--repo", world.bare, "--for", span, "--reason", reason, cwd=world.root)


def resume(world: World, *options: str) -> Said:
    return run("resume", "--repo", world.bare, *options, cwd=world.root)


def paused_at(world: World, start: Timestamp, seconds: int) -> None:
    """A pause that began at another time than now."""
    with world.ledger() as ledger:
        data = {"until": start + seconds, "reason": REASON, "account": "root"}
        ledger.append("pause", data, now=start, repository="example/shop")


def test_while_it_lasts_everybody_lands_what_lacks_its_sign_off_and_owes_it(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:main").refused
    said = pause(world)
    assert said.status == 0, said.text
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr
    assert pushed.first_line.startswith(f'gatekeeper: PAUSED main: 1 commit without its sign-off, reason "{REASON}"')
    (entry,) = world.entries("pause")
    assert entry.data == {"until": entry.time + 2 * HOUR, "reason": REASON, "account": getpass.getuser()}
    push = world.entries("push")[-1]
    assert push.data["pause"] == entry.number
    (found,) = push.data["verdict"]["refs"][0]["commits"]
    assert (found["lift"]["source"], found["lift"]["by"]) == ("pause", getpass.getuser())
    assert push.data["updates"][0]["commits"][0]["owed"]["due"] == push.time + 24 * HOUR
    assert owed(world) == [(commit, MAIN, ("senior-signoff",))]
    assert world.faults() == []


@one_format
@pytest.mark.parametrize("account", ["intern-1", "build-bot", ""])
def test_it_is_for_whoever_pushes(world: World, account: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert pause(world).status == 0
    assert clone.push("main:main", account=account).accepted


@one_format
def test_every_push_is_told(world: World) -> None:
    assert pause(world).status == 0
    clone = world.clone("junior-1")
    clone.commit("Plain")
    for refspec in ("main:refs/heads/topic", "main:main", "main:refs/gatekeeper/x"):
        pushed = clone.push(refspec)
        (line,) = [line for line in pushed.lines if line.startswith("gatekeeper is paused until 20")]
        assert line.endswith(f"Z: {REASON}")
    assert resume(world).status == 0
    assert "paused" not in clone.push("main:refs/heads/topic2", "main:refs/heads/release/1").text


@one_format
def test_the_reason_is_shown_without_its_escapes(world: World) -> None:
    assert pause(world, reason="down \x1b]0;x\x07\u202e").status == 0
    pushed = world.clone("junior-1").push("main:refs/heads/topic")
    assert "\x1b" not in pushed.stderr
    assert "down \\x1b]0;x\\x07\\u202e" in pushed.text


def test_when_it_is_over_everything_is_as_before(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    paused_at(world, at(-2 * HOUR), HOUR)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "paused" not in pushed.text
    paused_at(world, at(-HOUR), 2 * HOUR)
    assert clone.push("main:main").accepted


@one_format
def test_a_clock_that_is_turned_back_does_not_bring_it_again(world: World) -> None:
    """An entry from after its end has ended it, though the clock now says that it lasts."""
    clone = world.clone("junior-1")
    clone.assisted()
    paused_at(world, at(-HOUR), 2 * HOUR)
    with world.ledger() as ledger:
        later = {"found_by": "command", "landed": [], "lapsed": []}
        ledger.append("landing", later, now=at(2 * HOUR), repository="example/shop")
    assert clone.push("main:main").refused


@one_format
def test_a_pause_of_a_time_to_come_has_not_begun(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    paused_at(world, at(HOUR), HOUR)
    assert clone.push("main:main").refused


def test_it_is_ended_before_its_time(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert pause(world).status == 0
    assert resume(world, "--reason", "it is up again").status == 0
    assert clone.push("main:main").refused
    (entry,) = world.entries("resume")
    assert entry.data == {"reason": "it is up again", "account": getpass.getuser()}
    assert pause(world).status == 0
    assert clone.push("main:main").accepted


@one_format
def test_a_second_pause_takes_the_place_of_the_first(world: World) -> None:
    assert pause(world, "7d").status == 0
    said = pause(world, "30m", "for less long")
    assert "in the place of the pause until" in said.err
    with world.ledger() as ledger:
        found = ledger.pause(at(0))
        assert found is not None
        assert (found.reason, ledger.pause(at(HOUR))) == ("for less long", None)
    assert resume(world).status == 0
    with world.ledger() as ledger:
        assert ledger.pause(at(0)) is None


@one_format
@pytest.mark.parametrize(
    ("span", "reason", "why"),
    [
        ("8d", REASON, "longer than 7d"),
        ("169h", REASON, "longer than 7d"),
        ("0h", REASON, "is no span"),
        ("-1h", REASON, "is no span"),
        ("for ever", REASON, "is no span"),
        ("2h", "", "must be a reason"),
        ("2h", " . ", "must be a reason"),
        ("2h", "x" * 501, "must be a reason"),
    ],
)
def test_a_pause_without_bound_or_reason_is_none(world: World, span: str, reason: str, why: str) -> None:
    said = pause(world, span, reason)
    assert said.status == 2
    assert why in said.err
    assert world.entries("pause") == []


@one_format
def test_what_is_not_paused_cannot_be_resumed(world: World) -> None:
    said = resume(world)
    assert said.status == 2
    assert "example/shop is not paused" in said.err
    paused_at(world, at(-2 * HOUR), HOUR)
    assert resume(world).status == 2
    assert world.entries("resume") == []


def test_a_veto_stands(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT)
    assert world.store_push(clone, [no], account="senior-2").accepted
    assert pause(world).status == 0
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "vetoed by senior-2" in pushed.text
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.assisted("Another")
    assert clone.push("main:main").accepted


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
def test_what_refuses_whatever_is_signed_refuses_all_the_same(
    world: World, message: str, changes: dict[str, Any]
) -> None:
    world.set_policy(**changes)
    assert pause(world).status == 0
    clone = world.clone("junior-1")
    clone.commit(message)
    assert clone.push("main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.commit("Add x\n\nAI-Assisted: no\n")
    assert clone.push("main:main").accepted


@one_format
def test_nothing_is_rewound_deleted_or_squatted(world: World) -> None:
    assert pause(world).status == 0
    clone = world.clone("junior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.assisted()
    for refspec in ("+main:main", ":main", "main:refs/gatekeeper/other"):
        assert clone.push(refspec).refused
    forged = world.signoff("senior-1", clone, [clone.id()], key="junior-1")
    assert world.store_push(clone, [forged]).refused


def test_what_landed_in_a_pause_is_laundered_to_no_other_ref(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert pause(world).status == 0
    assert clone.push("main:main").accepted
    assert resume(world).status == 0
    assert clone.push("main:refs/heads/release/1").refused
    world.approve(commit)
    assert clone.push("main:refs/heads/release/1").accepted
