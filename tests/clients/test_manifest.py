"""`.pre-commit-hooks.yaml` has the form that pre-commit asks for (pre-commit.com, "Creating new hooks")."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatekeeper.attaching import HOOKS
from gatekeeper.managers import PRE_COMMIT
from tests.support.commands import execute
from tests.support.workbench import AGENT, MARK, Workbench

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
ENTRIES: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text())


def run(bench: Workbench, entry: list[str], source: str) -> int:
    """Run an entry as pre-commit does: with the file alone, and where the message is from in a variable."""
    entry = [sys.executable if word == "python" else word for word in entry]
    environment = {"PRE_COMMIT_COMMIT_MSG_SOURCE": source, **AGENT}
    return execute([*entry, ".git/COMMIT_EDITMSG"], cwd=bench.path, env=environment).status


def test_there_is_an_entry_for_each_hook_and_it_runs_at_its_stage_alone() -> None:
    assert [entry["stages"] for entry in ENTRIES] == [[hook] for hook in HOOKS]
    assert [entry["id"] for entry in ENTRIES] == [f"gatekeeper-{hook}" for hook in HOOKS]
    for entry in ENTRIES:
        assert entry["language"] == "python"
        assert entry["always_run"] is True
        assert entry["entry"].split()[:3] == ["python", "-m", "gatekeeper.commit_hook"]
        assert set(entry) <= {"id", "name", "description", "entry", "language", "stages", "always_run"}


@pytest.mark.parametrize("entry", ENTRIES, ids=HOOKS)
def test_an_entry_does_what_the_hook_does(plain: Workbench, entry: dict[str, Any]) -> None:
    plain.change()
    message = plain.path / ".git/COMMIT_EDITMSG"
    message.write_text("Add it\n")
    assert run(plain, shlex.split(entry["entry"]), "message") == 0
    assert message.read_text() == f"Add it\n\n{MARK}\n"
    message.write_text("Add it\n\nAI-Assisted: maybe\n")
    assert run(plain, shlex.split(entry["entry"]), "message") == (1 if entry["stages"] == ["commit-msg"] else 0)


def test_a_message_that_is_yet_to_be_written_is_left_to_commit_msg(plain: Workbench) -> None:
    plain.change()
    message = plain.path / ".git/COMMIT_EDITMSG"
    message.write_text("Template\n")
    assert run(plain, shlex.split(ENTRIES[0]["entry"]), "template") == 0
    assert message.read_text() == "Template\n"


@pytest.mark.parametrize("hook", HOOKS)
def test_the_lines_for_a_local_hook_are_yaml_that_runs_it(bench: Workbench, hook: str) -> None:
    (local,) = yaml.safe_load("repos:\n" + "\n".join(line.format(hook=hook) for line in PRE_COMMIT))["repos"]
    (entry,) = local["hooks"]
    assert (local["repo"], entry["language"], entry["stages"]) == ("local", "system", [hook])
    bench.change()
    (bench.path / ".git/COMMIT_EDITMSG").write_text("Add it\n")
    where = bench.path / ".git/gatekeeper/hooks" / hook
    if not where.exists():
        where.parent.mkdir(parents=True)
        (bench.path / ".git/hooks" / hook).rename(where)
    assert run(bench, shlex.split(entry["entry"]), "message") == 0
    assert MARK in (bench.path / ".git/COMMIT_EDITMSG").read_text()
