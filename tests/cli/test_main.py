"""What holds for every command: errors, exit statuses, colours, widths, pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import COMMAND, Terminal, execute, for_review, run
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.commands import Desk
    from tests.support.world import World

BROKEN = """
import sys
import gatekeeper.cli.roster as module
def load_roster(*_):
    raise ZeroDivisionError("the moon\\x1b[31m is full")
module.load_roster = load_roster
from gatekeeper.cli import main
main()
"""
ESCAPE = "\x1b["


def test_an_unexpected_error_writes_a_report_and_exits_3(tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text("")
    secret = {"TMPDIR": str(tmp_path), "GATEKEEPER_SECRET": "hunter2"}
    said = execute([sys.executable, "-c", BROKEN, "roster", "check", "roster.yaml"], cwd=tmp_path, env=secret)
    assert (said.status, said.out) == (3, "")
    first, second = said.err.splitlines()
    assert first == "gatekeeper: unexpected error: ZeroDivisionError: the moon\\x1b[31m is full"
    (report,) = tmp_path.glob("gatekeeper-report-*.txt")
    assert second == f"Next: this is a fault of gatekeeper; the report is in {report}"
    text = report.read_text()
    assert "ZeroDivisionError: the moon" in text
    assert "load_roster" in text
    assert "hunter2" not in text
    assert report.stat().st_mode & 0o077 == 0


def test_an_expected_error_shows_no_traceback_and_the_next_step(tmp_path: Path) -> None:
    said = run("show", cwd=tmp_path)
    assert (said.status, said.out) == (2, "")
    assert said.err == (f"gatekeeper: {tmp_path} is in no Git repository\nNext: go to a clone, or name one with -C\n")


def test_escapes_in_an_argument_are_shown_and_not_obeyed(junior: Desk) -> None:
    said = junior.run("show", "\x1b[31mred")
    assert said.status == 2
    assert ESCAPE not in said.text
    assert "\\x1b[31mred names no commit here" in said.err


@one_format
def test_dash_c_works_as_if_started_there(world: World, junior: Desk) -> None:
    junior.ok("setup")
    inside = junior.ok("show", "HEAD").out
    assert run("-C", junior.path, "show", "HEAD", cwd=Path("/")).out == inside
    assert run("-C", world.root, "audit", "--repo", "shop.git", cwd=Path("/")).status == 0
    assert run("-C", world.root, "roster", "check", "roster.yaml", cwd=Path("/")).status == 0


@one_format
def test_a_reader_that_goes_in_the_middle_is_no_verdict_either(world: World, junior: Desk) -> None:
    junior.ok("setup")
    for number in range(30):
        junior.clone.assisted(f"Number {number}")
    read, write = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "check", "HEAD", "--format", "json"], cwd=junior.path, stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        assert os.read(read, 1) == b"{"
        os.close(read)
        assert process.communicate()[1] == b""
    assert process.returncode == 3


@one_format
@pytest.mark.parametrize("arguments", [["audit", "--repo", "shop.git"], ["roster", "show", "roster.yaml"]])
@pytest.mark.parametrize("form", [[], ["--format", "json"]])
def test_a_reader_that_has_gone_is_no_crash_and_no_verdict(world: World, arguments: list[str], form: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, *arguments, *form], cwd=world.root, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (3, b"")


@one_format
def test_colour_is_for_terminals_and_can_be_forced_or_switched_off(world: World) -> None:
    arguments = ("audit", "--repo", "shop.git")
    assert ESCAPE not in run(*arguments, cwd=world.root).out
    assert ESCAPE in run("--color", "always", *arguments, cwd=world.root).out
    assert ESCAPE in Terminal(*arguments, cwd=world.root).finish().out
    assert ESCAPE not in Terminal("--color", "never", *arguments, cwd=world.root).finish().out
    plain = Terminal(*arguments, cwd=world.root, env={"NO_COLOR": "1"}).finish().out
    assert "\x1b[3" not in plain  # bold is no colour (https://no-color.org)
    asked = run("--color", "always", *arguments, cwd=world.root, env={"NO_COLOR": "1"}).out
    assert "\x1b[3" in asked


SUBJECT = "Retry a payment that timed out on the way to the other bank"
"""59 characters: all of it is shown where there is room."""


@one_format
def test_in_a_pipe_nothing_is_cut_and_no_line_is_broken(world: World, junior: Desk) -> None:
    commit = junior.clone.assisted(SUBJECT)
    junior.ok("setup")
    tree = junior.run("explain", commit).out
    assert f"subject: {SUBJECT}\n" in tree
    assert "Junior and mid-level engineers need senior approval for AI-assisted changes.\n" in tree
    assert junior.run("check", "origin/main..HEAD").out.splitlines()[1:3] == [
        f"  {commit[:7]}  {SUBJECT}",
        "           declared: claude-code (trailer: Assisted-by: claude)",
    ]
    folded = junior.run("explain", commit, COLUMNS="40").out
    assert max(map(len, folded.splitlines())) <= 40


@one_format
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_at_a_terminal_of_any_width_no_word_is_lost(world: World, junior: Desk, columns: int) -> None:
    commit = junior.clone.assisted(SUBJECT)
    junior.ok("setup")
    shown = junior.terminal("--color", "never", "explain", commit, size=(24, columns)).finish().out
    words = " ".join(line.lstrip("│├└─ ") for line in shown.splitlines())
    joined = " ".join(words.split())
    assert f"subject: {SUBJECT}" in joined
    assert "not independent: junior-1" in joined
    table = Terminal("--color", "never", "audit", "--repo", "shop.git", cwd=world.root, size=(24, columns)).finish().out
    assert "…" not in table


@one_format
def test_what_the_locale_lacks_is_escaped_and_not_a_crash(world: World, junior: Desk) -> None:
    junior.clone.assisted("Größe \u202e und Ton")
    junior.ok("setup")
    assert "subject   Größe \\u202e und Ton\n" in junior.ok("show").out
    narrow = junior.ok("show", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")
    assert "subject   Gr\\xf6\\xdfe \\u202e und Ton\n" in narrow.out


@one_format
def test_a_subject_is_text_and_never_markup(world: World, senior: Desk) -> None:
    clone = world.clone("junior-1")
    commit = clone.commit("[red]Stop[/] :warning: [link=https://example.com]here[/nonsense]")
    assert clone.push("HEAD:main").accepted
    wide = run("audit", "changes", "--repo", "shop.git", cwd=world.root)
    assert wide.status == 0
    assert "[red]Stop[/] :warning: [link=https://..." in wide.out
    senior.ok("setup")
    senior.clone.fetch()
    assert "subject   [red]Stop[/] :warning: [link=https://example.com]here[/nonsense]" in senior.ok("show", commit).out


def test_ctrl_c_at_the_question_decides_nothing(senior: Desk) -> None:
    for_review(senior.world)
    terminal = senior.ready().terminal("sign", "origin/review/one")
    terminal.wait_for("[y/N]")
    terminal.interrupt("Stopped.")
    said = terminal.finish()
    assert said.status == 3
    assert "Stopped." in said.out
    assert "refs/gatekeeper/signoffs" not in senior.world.refs()
