from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.environment import require


def broken(tmp_path: Path, program: str, script: str) -> dict[str, str]:
    """A PATH on which `program` is something else."""
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / program).write_text(f"#!/bin/sh\n{script}\n")
    (directory / program).chmod(0o755)
    return {"PATH": f"{directory}{os.pathsep}{os.environ['PATH']}"}


def test_it_does_what_it_claims_and_leaves_nothing_behind(tmp_path: Path) -> None:
    require("ssh-keygen")
    said = run("demo", cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    assert said.status == 0, said.text
    assert said.out.endswith("\nEvery step did what it claims.\n")
    assert said.out.count("REFUSED") == 3
    assert list(tmp_path.iterdir()) == []


def test_it_needs_nothing_of_its_user(tmp_path: Path) -> None:
    """No home, no configuration, and an AI agent's variable that would make `sign` refuse."""
    hostile = {
        "HOME": "/nonexistent",
        "TMPDIR": str(tmp_path),
        "CLAUDECODE": "1",
        "GIT_AUTHOR_NAME": "Somebody Else",
        "GIT_DIR": "/nonexistent",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "push.default",
        "GIT_CONFIG_VALUE_0": "nothing",
    }
    assert run("demo", cwd=tmp_path, env=hostile).status == 0


def test_it_can_be_kept_to_look_around(tmp_path: Path) -> None:
    said = run("demo", "--keep", cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    kept = Path(said.out.splitlines()[-1].removeprefix("Kept in "))
    assert said.status == 0
    assert (kept / "shop.git/hooks/pre-receive").exists()


@pytest.mark.parametrize(
    ("program", "script"),
    [
        ("ssh-keygen", "exit 1"),
        ("ssh-keygen", f'case "$*" in *"-Y sign"*) exit 1;; esac; exec {require("ssh-keygen")} "$@"'),
        ("git", f'case "$*" in *HEAD:main*) exit 0;; esac; exec {require("git")} "$@"'),
    ],
)
def test_a_step_that_does_not_do_what_it_claims_fails_it(tmp_path: Path, program: str, script: str) -> None:
    said = run("demo", cwd=tmp_path, env=broken(tmp_path, program, script))
    assert said.status == 1
    assert "Error: " in said.err
    assert "Every step did what it claims" not in said.out


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    said = run("demo", cwd=tmp_path, env={"PATH": str(Path(sys.executable).parent)})
    assert (said.status, said.err) == (1, "Error: cannot run ssh-keygen: No such file or directory\n")
