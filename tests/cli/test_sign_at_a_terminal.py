"""The question, and that what is signed is what was shown before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import STORE, Desk, for_review, signed_ids
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World

pytestmark = one_format


def test_a_yes_signs_and_pushes(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    terminal = senior.ready().terminal("sign", "origin/review/one")
    terminal.wait_for("Approve 1 commit? [y/N]: ")
    assert STORE not in world.refs()
    terminal.type("y\n")
    said = terminal.finish()
    assert said.status == 0
    assert "Signed: 1 commit. The sign-off is on the server" in said.out
    assert signed_ids(senior) == [[commit]]


@pytest.mark.parametrize("answer", ["n\n", "\n", "what?\nn\n"])
def test_anything_else_signs_nothing_and_exits_1(world: World, senior: Desk, answer: str) -> None:
    for_review(world)
    terminal = senior.ready().terminal("sign", "origin/review/one")
    terminal.wait_for("[y/N]")
    terminal.type(answer)
    said = terminal.finish()
    assert said.status == 1
    assert said.out.endswith("Nothing was signed.\n")
    assert STORE not in world.refs()
    assert STORE not in senior.clone.git("for-each-ref")


def test_the_id_signed_is_the_id_shown_though_everything_moves_meanwhile(world: World, senior: Desk) -> None:
    (shown,) = for_review(world)
    terminal = senior.ready().terminal("sign", "origin/review/one")
    terminal.wait_for("[y/N]")
    junior = world.clone()
    later = junior.assisted("Slipped in")
    assert junior.push("HEAD:refs/heads/review/one").accepted
    senior.clone.fetch()
    assert senior.clone.id("origin/review/one") == later
    terminal.type("y\n")
    said = terminal.finish()
    assert said.status == 0
    assert shown[:7] in said.out
    assert "Slipped in" not in said.out
    assert signed_ids(senior) == [[shown]]


def test_nothing_is_fetched_between_showing_and_signing(world: World, senior: Desk, tmp_path: Path) -> None:
    for_review(world)
    senior.ready()
    trace = tmp_path / "trace"
    terminal = senior.terminal("sign", "origin/review/one", env={"GIT_TRACE": str(trace)})
    terminal.wait_for("[y/N]")
    before = trace.read_text()
    assert "git ls-remote origin" in before  # so the trace does see what talks to the server
    assert " fetch " not in before
    terminal.type("y\n")
    assert terminal.finish().status == 0
    after = trace.read_text()[len(before) :].splitlines()
    remote = [line for line in after if any(f"git {word} " in line for word in ("fetch", "pull", "ls-remote", "push"))]
    assert "git push" in remote[0]
    assert len(remote) == 1


@pytest.mark.parametrize("columns", [60, 100])
def test_what_is_asked_reads_well_in_any_width(world: World, senior: Desk, columns: int) -> None:
    for_review(world)
    terminal = senior.ready().terminal("--color", "never", "sign", "origin/review/one", size=(24, columns))
    terminal.wait_for("[y/N]")
    terminal.type("n\n")
    lines = terminal.finish().out.splitlines()
    assert lines[0].endswith("  Add retry 1")
    assert lines[1] == "  author  Junior 1 <junior-1@example.com>"
    marks = ["  AI      declared: claude-code (trailer: Assisted-by:", "          claude)"]
    assert lines[2:4] == marks if columns == 60 else lines[2] == " ".join((marks[0], marks[1].strip()))
