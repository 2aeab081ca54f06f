"""Whatever goes wrong inside refuses the push, says so first, and leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.closed import cannot_decide, push_plain
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World

JUDGING = "import os\nfrom gatekeeper.receiving import _Receiving as Judging"


# ---- inside the hook -------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        ("ValueError(3)", "ValueError at <string>:"),
        ("OSError(28, chr(65))", "OSError at"),
        ("MemoryError()", "MemoryError at"),
        ("RecursionError()", "RecursionError at"),
        ("KeyboardInterrupt()", "KeyboardInterrupt at"),
        ("SystemExit(0)", "SystemExit at"),
        ("GeneratorExit()", "GeneratorExit at"),
        ('UnicodeDecodeError(chr(97), b"", 0, 1, chr(10))', "UnicodeDecodeError at"),
    ],
)
def test_an_exception_refuses(world: World, failure: str, told: str) -> None:
    world.run_in_hook(f"{JUDGING}\ndef fail(*_):\n    raise {failure}\nJudging.answer = fail")
    pushed = cannot_decide(world, told)
    assert "This is a fault of gatekeeper or its server" in pushed.text


def test_a_hook_that_is_killed_refuses(world: World) -> None:
    world.run_in_hook(f"{JUDGING}\nJudging.answer = lambda *_: os.kill(os.getpid(), 9)")
    before = world.refs()
    assert push_plain(world).status != 0
    assert world.refs() == before


def test_an_error_in_what_the_answer_says_refuses(world: World) -> None:
    world.run_in_hook("import gatekeeper.formats.remote as remote\nremote._accepted = lambda *_: 1 / 0")
    cannot_decide(world, "ZeroDivisionError")


def test_the_exit_status_says_that_nothing_could_be_decided(world: World) -> None:
    answer = world.run_hook("")
    assert answer.returncode == 3
    assert answer.stderr.startswith("gatekeeper: could not decide: nothing on standard input\n")
    assert answer.stdout == ""


@one_format
@pytest.mark.parametrize(
    "line",
    [
        "x\n",
        "\n",
        "{old} {new}\n",
        "{old} {new} \n",
        "{old} {short} refs/heads/main\n",
        "{old} {upper} refs/heads/main\n",
        "{old}  {new} refs/heads/main\n",
        "{old}\t{new}\trefs/heads/main\n",
        "{old} {new} refs/heads/main\n\n",
        "{old} {new} refs/heads/\0main\n",
        "{long} {long} refs/heads/main\n",
    ],
)
def test_standard_input_of_another_form_refuses(world: World, line: str) -> None:
    old = world.refs()["refs/heads/main"]
    text = line.format(old=old, new=old, short=old[:-1], upper=old.upper(), long=old + "0" * 24)
    answer = world.run_hook(text)
    assert answer.returncode == 3
    assert answer.stderr.startswith("gatekeeper: could not decide: line ")


# ---- the shim --------------------------------------------------------------------------------------


def test_a_missing_interpreter_refuses(world: World) -> None:
    world.install(measured=False)
    lines = world.hook().read_text().splitlines()
    (python,) = [line for line in lines if line.startswith("python=")]
    world.edit_hook(python, "python=/no/such/python")
    cannot_decide(world, "the interpreter /no/such/python is not there")


def test_a_package_that_is_gone_refuses(world: World, tmp_path: Path) -> None:
    world.install(measured=False)
    world.edit_hook("sys.path[:0] = sys.argv[4:]", f'sys.path[:0] = ["{tmp_path}"]')
    cannot_decide(world, "it cannot start: ModuleNotFoundError")


def test_a_package_that_is_half_there_refuses(world: World, tmp_path: Path) -> None:
    world.install(measured=False)
    (tmp_path / "gatekeeper").mkdir()
    (tmp_path / "gatekeeper/hook.py").write_text("def main(:\n")
    world.edit_hook("sys.path[:0] = sys.argv[4:]", f'sys.path[:0] = ["{tmp_path}"]')
    cannot_decide(world, "it cannot start: SyntaxError")


# ---- what a repository or an environment can be -----------------------------------------------------


def test_a_shallow_server_refuses(world: World) -> None:
    (world.bare / "shallow").write_text(world.refs()["refs/heads/main"] + "\n")
    answer = world.run_hook("{0} {0} refs/heads/main\n".format(world.refs()["refs/heads/main"]))
    assert answer.returncode == 3
    assert "is shallow" in answer.stderr.splitlines()[0]


@one_format
@pytest.mark.parametrize("name", ["GIT_NAMESPACE", "GIT_SHALLOW_FILE"])
def test_a_variable_that_changes_what_a_push_means_refuses(world: World, name: str) -> None:
    world.edit_hook("#!/bin/sh\n", f"#!/bin/sh\nexport {name}=x\n")
    cannot_decide(world, f"{name} is set")


def test_a_real_push_into_a_namespace_refuses(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:main", options=["--receive-pack=env GIT_NAMESPACE=other git-receive-pack"])
    assert pushed.undecided
    assert not any("namespaces" in ref for ref in world.refs())
