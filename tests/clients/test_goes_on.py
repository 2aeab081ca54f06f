"""Whatever fails in a client hook lets the commit go on, with a note; and the ordinary commit loads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gatekeeper.attaching import HOOKS, Hooks
from tests.support.workbench import AGENT, MARK, Workbench

HEAVY = ("click", "rich", "yaml", "pygit2", "cryptography", "subprocess", "tempfile", "pathlib", "json", "re", "typing")
FAULTS = {
    "the interpreter is gone": ("python=", "python=/nowhere"),
    "the package is gone": ("sys.path[:0] = sys.argv[1:at]", "sys.path[:] = []"),
    "it cannot be loaded": ("from gatekeeper.commit_hook import main", "raise SystemExit(1)"),
    "the interpreter dies": ("import os, sys", "import os; os.kill(os.getpid(), 9)"),
    "it raises": ("import main", "import main, HOOKS; HOOKS.clear()"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_its_own_is_noted_and_the_commit_made(plain: Workbench, fault: str) -> None:
    before, after = FAULTS[fault]
    for each in Hooks(str(plain.path)).attach():
        text = each.path.read_text()
        assert before in text
        each.path.write_text(text.replace(before, f"{after} #", 1))
    said = plain.commit("Add it\n\nAI-Assisted: maybe", **AGENT)
    assert said.status == 0, said.text
    for name in HOOKS:
        assert f"gatekeeper: {name} did not run" in said.err


def test_without_the_files_of_gatekeeper_nothing_is_in_the_way(bench: Workbench) -> None:
    for name in HOOKS:
        (bench.path / ".git/hooks" / name).unlink(missing_ok=True)
        (bench.path / ".git/gatekeeper/hooks" / name).unlink(missing_ok=True)
    assert bench.commit("Add it", **AGENT).status == 0


def test_a_message_that_is_not_text_is_no_reason_to_stop(bench: Workbench) -> None:
    bench.change()
    (bench.path.parent / "message").write_bytes(b"caf\xe9 \xff\xfe\n\nAI-Assisted: \xff\n")
    said = bench.run("commit", "-q", "-F", str(bench.path.parent / "message"), **AGENT)
    assert "did not run" not in said.err


def test_settings_that_git_takes_are_taken(bench: Workbench) -> None:
    bench.git("config", "core.commentString", "//")
    bench.git("config", "commit.cleanup", "verbatim")
    assert bench.commit("Add it", **AGENT).status == 0
    assert bench.trailers() == [MARK]


def test_a_directory_and_a_file_with_odd_names_are_no_trouble(tmp_path: Path) -> None:
    bench = Workbench(tmp_path / 'it\'s a "work" $dir')
    bench.attach()
    assert bench.commit("Add it", **AGENT).status == 0
    assert bench.trailers() == [MARK]
    assert bench.commit("Add it\n\nAI-Assisted: maybe").status == 1


@pytest.mark.parametrize("hook", HOOKS)
def test_python_reads_no_variable_and_no_file_of_the_repository(bench: Workbench, hook: str) -> None:
    for name in ("gatekeeper", "os", "sitecustomize"):
        (bench.path / f"{name}.py").write_text("raise SystemExit(1)\n")
    environment = {"PYTHONPATH": str(bench.path), "PYTHONHOME": "/nowhere", "PYTHONSTARTUP": "/nowhere"}
    assert bench.commit("Add it", **AGENT, **environment).status == 0
    assert bench.trailers() == [MARK]


def test_a_person_does_not_wait_for_python_before_the_message(plain: Workbench) -> None:
    Hooks(str(plain.path)).attach()
    path = plain.path / ".git/hooks/prepare-commit-msg"
    if not path.exists():
        path = plain.path / ".git/gatekeeper/hooks/prepare-commit-msg"
    path.write_text(path.read_text().replace("python=", "echo python starts >&2; python=", 1))
    assert plain.commit("Add it").text == ""
    assert "python starts" in plain.commit("Add it", **AGENT).err


def test_an_ordinary_commit_loads_nothing_heavy(plain: Workbench) -> None:
    plain.change()
    (plain.path / ".git/COMMIT_EDITMSG").write_text("Add it\n")
    code = (
        "import sys; from gatekeeper.commit_hook import main; "
        "print(main('commit-msg', ['.git/COMMIT_EDITMSG'])); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {[str(Path(__file__).parents[2])]}; {code}"],
        cwd=plain.path,
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = done.stdout.splitlines()
    assert status == "0"
    assert [name for name in HEAVY if name in modules.split()] == []
    assert "gatekeeper.committing" in modules.split()
