from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import gatekeeper
from gatekeeper.cli import COMMANDS, command
from tests.support.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

SCRIPTS = Path(sys.executable).parent


def every_command(group: click.Group = command, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield before
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from every_command(found, (*before, name))
        else:
            yield (*before, name)


def test_the_help_of_every_command(
    snapshot: SnapshotAssertion, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    pages = []
    for names in every_command():
        command.main([*names, "--help"], prog_name="gatekeeper", standalone_mode=False)
        pages.append(f"$ gatekeeper {' '.join([*names, '--help'])}\n{capsys.readouterr().out}")
    assert "\n".join(pages) == snapshot


def test_help_lists_every_command_with_a_whole_sentence(tmp_path: Path) -> None:
    listed = run("--help", cwd=tmp_path).out.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("program", [["gatekeeper"], ["git-gatekeeper"], ["git", "gatekeeper"]])
def test_the_version_by_every_name(program: list[str], tmp_path: Path) -> None:
    env = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([*program, "--version"], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == f"gatekeeper, version {gatekeeper.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["--frobnicate"],
        ["show", "--frobnicate"],
        ["check"],
        ["check", "HEAD", "--format", "xml"],
        ["install", "--repo", "x"],
        ["audit"],
        ["audit", "--repo", "nowhere.git"],
        ["ledger", "verify"],
        ["--color", "sometimes", "show"],
        ["-C", "nowhere", "show"],
    ],
)
def test_wrong_use_exits_2_and_says_where_help_is(arguments: list[str], tmp_path: Path) -> None:
    said = run(*arguments, cwd=tmp_path)
    assert (said.status, said.out) == (2, "")
    assert "--help' for help." in said.err
    assert "Error: " in said.err


def test_no_command_at_all_shows_the_help_and_exits_2(tmp_path: Path) -> None:
    said = run(cwd=tmp_path)
    assert said.status == 2
    assert "Commands:" in said.text
