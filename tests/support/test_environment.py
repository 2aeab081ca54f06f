from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.environment import hermetic, require


def test_a_variable_that_nobody_named_does_not_reach_a_test() -> None:
    around = {"PATH": "/bin", "SOME_NEW_AGENT": "1", "SSH_AUTH_SOCK": "/s", "GIT_AUTHOR_DATE": "1 +0000"}
    assert hermetic(around, Path("/home/none")).keys() & around.keys() == {"PATH"}


def test_git_reads_no_configuration_of_this_machine(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "config", "--list", "--show-origin"], cwd=tmp_path, capture_output=True, check=False
    )
    assert listed.stdout == b""


def test_the_home_of_a_test_is_its_own() -> None:
    assert Path.home() == Path(os.environ["HOME"])
    assert "home" in Path.home().name


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_command_skips_at_the_desk_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no-such-command is not installed"):
        require("no-such-command")


def test_a_command_that_is_there_is_found() -> None:
    assert os.access(require("git"), os.X_OK)
