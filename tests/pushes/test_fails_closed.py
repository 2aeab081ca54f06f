"""Whatever goes wrong inside refuses the push, says so first, and leaves nothing behind."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.environment import require
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.clones import Pushed
    from tests.support.world import World

BOTH = "gatekeeper: Nothing was pushed. "
DAY = 86_400


JUDGING = "import os\nfrom gatekeeper.receiving import _Receiving as Judging"


def _plain(world: World, ref: str = "main") -> Pushed:
    """Push something that is in order."""
    clone = world.clone("senior-1")
    clone.commit("Plain")
    return clone.push(f"main:{ref}")


def _cannot_decide(world: World, why: str, ref: str = "main") -> Pushed:
    """Push something that is in order; it must be refused for `why`, and leave nothing."""
    before = world.refs()
    pushed = _plain(world, ref)
    assert pushed.undecided, pushed.stderr
    assert why in pushed.first_line
    assert pushed.lines[1].startswith(BOTH)
    assert not any("Traceback" in line for line in pushed.lines)
    assert world.refs() == before
    assert not world.has(world.clone("senior-1").id())
    assert not list((world.bare / "gatekeeper").glob("tmp-*"))
    return pushed


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
    pushed = _cannot_decide(world, told)
    assert "This is a fault of gatekeeper or its server" in pushed.text


def test_a_hook_that_is_killed_refuses(world: World) -> None:
    world.run_in_hook(f"{JUDGING}\nJudging.answer = lambda *_: os.kill(os.getpid(), 9)")
    before = world.refs()
    assert _plain(world).status != 0
    assert world.refs() == before


def test_an_error_in_what_the_answer_says_refuses(world: World) -> None:
    world.run_in_hook("import gatekeeper.formats.remote as remote\nremote._accepted = lambda *_: 1 / 0")
    _cannot_decide(world, "ZeroDivisionError")


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
    _cannot_decide(world, "the interpreter /no/such/python is not there")


def test_a_package_that_is_gone_refuses(world: World, tmp_path: Path) -> None:
    world.install(measured=False)
    world.edit_hook("sys.path[:0] = sys.argv[4:]", f'sys.path[:0] = ["{tmp_path}"]')
    _cannot_decide(world, "it cannot start: ModuleNotFoundError")


def test_a_package_that_is_half_there_refuses(world: World, tmp_path: Path) -> None:
    world.install(measured=False)
    (tmp_path / "gatekeeper").mkdir()
    (tmp_path / "gatekeeper/hook.py").write_text("def main(:\n")
    world.edit_hook("sys.path[:0] = sys.argv[4:]", f'sys.path[:0] = ["{tmp_path}"]')
    _cannot_decide(world, "it cannot start: SyntaxError")


# ---- configuration ---------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("key", ["gatekeeper.policy", "gatekeeper.roster", "gatekeeper.repository"])
def test_a_key_that_is_not_set_refuses(world: World, key: str) -> None:
    world.config(key, None)
    _cannot_decide(world, f"{key} is not set")


@one_format
def test_a_name_that_only_the_system_gives_does_not_do(world: World) -> None:
    """The name binds sign-offs: one for all repositories would let them be replayed from one to another."""
    world.config("gatekeeper.repository", None)
    (world.root / "system").write_text("[gatekeeper]\n\trepository = example/shop\n")
    world.edit_hook("exec ", f"export GIT_CONFIG_NOSYSTEM=0 GIT_CONFIG_SYSTEM={world.root}/system\nexec ")
    _cannot_decide(world, "gatekeeper.repository is not set")


@one_format
@pytest.mark.parametrize("name", ["policy", "roster"])
def test_a_file_that_is_missing_refuses(world: World, name: str) -> None:
    (world.root / f"{name}.yaml").unlink()
    _cannot_decide(world, f"gatekeeper.{name}: cannot read")


@one_format
@pytest.mark.parametrize("name", ["policy", "roster"])
def test_a_directory_is_no_file(world: World, name: str) -> None:
    world.config(f"gatekeeper.{name}", str(world.root))
    _cannot_decide(world, f"gatekeeper.{name}: cannot read")


@one_format
@pytest.mark.parametrize("value", ["nonsense", "SSH", ""])
def test_a_platform_that_is_unknown_refuses(world: World, value: str) -> None:
    world.config("gatekeeper.server", value)
    pushed = _plain(world)
    assert pushed.undecided == (value != "")


@one_format
def test_an_environment_of_two_platforms_refuses(world: World) -> None:
    world.config("gatekeeper.server", "auto")
    clone = world.clone("senior-1")
    clone.commit("Plain")
    pushed = clone.push("main:main", env={"GL_ID": "key-1", "GL_USERNAME": "x", "GITHUB_USER_LOGIN": "y"})
    assert pushed.undecided
    assert "fits two platforms" in pushed.first_line


BROKEN = {
    "no YAML": "version: [",
    "an unknown key": "version: 1\nprotect: [HEAD]\nallow_all: true\nrules: []\n",
    "no rules": "version: 1\nprotect: [HEAD]\nrules: []\n",
    "nothing": "",
    "binary": "\0\1",
    "later version": "version: 2\n",
}


@one_format
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("name", ["policy", "roster"])
def test_a_file_that_broke_lately_leaves_the_last_good_one_in_force(world: World, name: str, text: str) -> None:
    (world.root / f"{name}.yaml").write_text(text)
    pushed = _plain(world)
    assert pushed.accepted, pushed.stderr
    assert "gatekeeper: note: the new policy or roster cannot be used" in pushed.text
    clone = world.clone("junior-1")
    clone.sync()
    clone.assisted()
    assert clone.push("main:main").refused


def _age(world: World, name: str, seconds: int) -> None:
    when = time.time() - seconds
    os.utime(world.root / f"{name}.yaml", (when, when))


@one_format
@pytest.mark.parametrize("name", ["policy", "roster"])
@pytest.mark.parametrize("age", [2 * DAY, -2 * DAY], ids=["too old", "from the future"])
def test_a_file_that_has_been_broken_too_long_refuses(world: World, name: str, age: int) -> None:
    (world.root / f"{name}.yaml").write_text("version: [")
    _age(world, "policy", age)
    _age(world, "roster", age)
    _cannot_decide(world, f"{name}.yaml")


@one_format
@pytest.mark.parametrize(("broken", "good"), [("policy", "roster"), ("roster", "policy")])
def test_a_good_file_that_changes_does_not_prolong_the_life_of_a_broken_one(
    world: World, broken: str, good: str
) -> None:
    (world.root / f"{broken}.yaml").write_text("version: [")
    _age(world, broken, 2 * DAY)
    _age(world, good, 0)
    _cannot_decide(world, f"{broken}.yaml")


@one_format
def test_the_policy_says_how_long_a_broken_file_is_borne(world: World) -> None:
    world.set_policy(stale_for="1h")
    assert _plain(world).accepted
    (world.root / "policy.yaml").write_text("version: [")
    for age, accepted in ((1800, True), (3700, False)):
        _age(world, "policy", age)
        _age(world, "roster", age)
        assert _plain(world).accepted == accepted


# ---- the ledger ------------------------------------------------------------------------------------


def _ledger(world: World) -> Path:
    return world.bare / "gatekeeper/ledger.db"


def _spoil_version(world: World) -> None:
    with sqlite3.connect(_ledger(world)) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def _drop_a_table(world: World) -> None:
    with sqlite3.connect(_ledger(world)) as database:
        database.execute("DROP TABLE tips")
    database.close()


def _block_the_log(world: World) -> None:
    """Put a directory where SQLite writes ahead: nothing can be written then, not even by root."""
    database = sqlite3.connect(_ledger(world))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    for name in ("ledger.db-wal", "ledger.db-shm"):
        _ledger(world).with_name(name).unlink(missing_ok=True)
        _ledger(world).with_name(name).mkdir()


@one_format
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda world: _ledger(world).unlink(), "there is no ledger at"),
        (lambda world: _ledger(world).write_bytes(b"not a database" * 999), "the ledger"),
        (lambda world: _ledger(world).write_bytes(b""), "is of version 0"),
        (_spoil_version, "is of version 99"),
        (_drop_a_table, "no such table"),
        (lambda world: world.config("gatekeeper.ledger", "/no/such/ledger.db"), "there is no ledger at"),
        (lambda world: world.config("gatekeeper.ledger", "hooks"), "ledger"),
        (_block_the_log, "the ledger"),
    ],
    ids=[
        "missing",
        "garbage",
        "empty",
        "later version",
        "a table gone",
        "elsewhere",
        "a directory",
        "no place for the write-ahead log",
    ],
)
def test_a_ledger_that_cannot_be_used_refuses(world: World, spoil: Callable[[World], None], told: str) -> None:
    spoil(world)
    _cannot_decide(world, told)


CANNOT_WRITE = """
import gatekeeper.ledger.sqlite as sqlite
def fail(*_, **__):
    raise sqlite.LedgerError("cannot write the ledger: disk full")
sqlite.SqliteLedger.append = fail
"""


def test_a_ledger_that_cannot_be_written_refuses_protected_refs_alone(world: World) -> None:
    world.settle()
    world.run_in_hook(CANNOT_WRITE)
    _cannot_decide(world, "disk full")
    observed = world.clone("senior-1").push("main:refs/heads/topic")
    assert observed.accepted
    assert observed.lines == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_ledger_refuses(world: World) -> None:
    for path in (_ledger(world), _ledger(world).parent):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    try:
        assert _plain(world).undecided
    finally:
        _ledger(world).parent.chmod(0o700)


# ---- git -------------------------------------------------------------------------------------------


def _wrap_git(world: World, body: str) -> None:
    """Install the gate with a git that does `body` before, or instead of, what git does."""
    wrapper = world.root / "git"
    wrapper.write_text(f'#!/bin/sh\nreal={require("git")}\n{body}\nexec $real "$@"\n')
    wrapper.chmod(0o755)
    world.install(git=str(wrapper))
    world.hook("post-receive").unlink()
    wrapper.with_name("armed").touch()


def _when(world: World, command: str, action: str) -> str:
    return f'[ -e {world.root}/armed ] && [ "$1" = {command} ] && {action}'


EVERY_PUSH = ("config", "for-each-ref", "cat-file")
"""What is asked of git whenever a protected branch is pushed; and in a walk, `rev-list` too."""
NEW = "refs/heads/release/1"
"""A new branch: what it brings can only be found by a walk."""
ASKED = [*((command, "main") for command in EVERY_PUSH), ("cat-file", NEW), ("rev-list", NEW)]


@one_format
@pytest.mark.parametrize(("command", "ref"), ASKED)
@pytest.mark.parametrize(
    ("action", "told"),
    [("kill -9 $$", "was killed by signal 9"), ("exit 3", "ended with 3"), ("exit 129", "ended with 129")],
    ids=["killed", "failed", "does not know the option"],
)
def test_a_git_that_does_not_answer_refuses(world: World, command: str, ref: str, action: str, told: str) -> None:
    _wrap_git(world, _when(world, command, action))
    _cannot_decide(world, told, ref)


@one_format
@pytest.mark.parametrize(("command", "ref"), ASKED)
def test_a_git_that_answers_nonsense_refuses(world: World, command: str, ref: str) -> None:
    _wrap_git(world, _when(world, command, "{ echo x; exit 0; }"))
    before = world.refs()
    pushed = _plain(world, ref)
    assert pushed.undecided or pushed.refused
    assert "fault of gatekeeper" not in pushed.text
    assert world.refs() == before


@one_format
@pytest.mark.parametrize("bytes_kept", [10, 100, 300])
def test_half_an_answer_is_no_answer(world: World, bytes_kept: int) -> None:
    _wrap_git(world, _when(world, "cat-file", f'{{ $real "$@" | head -c {bytes_kept}; exit 0; }}'))
    clone = world.clone("senior-1")
    for number in range(3):
        clone.commit(f"{number}")
    pushed = clone.push(f"main:{NEW}")
    assert pushed.undecided, pushed.stderr
    assert NEW not in world.refs()


@one_format
@pytest.mark.parametrize("command", ["diff-tree", "merge-tree"])
def test_a_killed_git_refuses_where_only_some_pushes_ask(world: World, command: str) -> None:
    clone = world.clone("junior-1")
    clone.git("checkout", "-q", "-b", "side")
    side = clone.assisted()
    clone.git("checkout", "-q", "main")
    clone.commit("Main")
    clone.merge("side")
    world.approve(side)
    _wrap_git(world, _when(world, command, "kill -9 $$"))
    pushed = clone.push("main:main")
    assert pushed.undecided
    assert f"`git {command}" in pushed.first_line
    (world.root / "armed").unlink()
    assert clone.push("main:main").accepted


@one_format
def test_a_git_that_is_gone_refuses(world: World) -> None:
    _wrap_git(world, "")
    (world.root / "git").unlink()
    _cannot_decide(world, "cannot start")


@one_format
@pytest.mark.parametrize(("command", "ref"), [("cat-file", "main"), ("rev-list", NEW)])
def test_a_git_that_hangs_is_ended_in_time(world: World, command: str, ref: str) -> None:
    world.set_policy(limits={"seconds": 1})
    _wrap_git(world, _when(world, command, "exec sleep 600"))
    _cannot_decide(world, "the time for one push is over", ref)


# ---- objects ---------------------------------------------------------------------------------------


def _commit_bytes(world: World, change: Callable[[bytes], bytes]) -> str:
    """Write a changed copy of a plain commit; return its id."""
    clone = world.clone("junior-1")
    clone.commit("Plain")
    raw = clone.git("cat-file", "commit", "HEAD").encode() + b"\n"
    assert change(raw) != raw
    return clone.hash_object("commit", change(raw))


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "two authors": lambda raw: raw.replace(b"\ncommitter", b"\nauthor A <senior-1@example.com> 1 +0000\ncommitter"),
    "no author": lambda raw: raw.replace(b"\nauthor ", b"\nxauthor "),
    "two committers": lambda raw: raw.replace(b"\n\n", b"\ncommitter A <a@example.com> 1 +0000\n\n", 1),
    "a tree after the author": lambda raw: raw.replace(b"\ncommitter", b"\n" + raw.split(b"\n")[0] + b"\ncommitter"),
    "NUL in the message": lambda raw: raw + b"\0Assisted-by: claude\n",
    "a date past the end of time": lambda raw: raw.replace(b"> 17", b"> 99999999999999999917", 1),
    "no angle brackets": lambda raw: raw.replace(b"<junior-1@example.com>", b"junior-1@example.com", 1),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_commit_is_refused_without_gits_own_check_too(
    world: World, change: Callable[[bytes], bytes]
) -> None:
    new = _commit_bytes(world, change)
    before = world.refs()
    world.git("config", "receive.fsckObjects", "false")
    pushed = world.clone("junior-1").push(f"{new}:refs/heads/main")
    assert pushed.refused, pushed.stderr
    assert f"commit {new[:7]} is malformed" in pushed.text
    assert world.refs() == before
    assert not world.has(new)


@one_format
def test_install_lets_git_check_objects_as_well(world: World) -> None:
    new = _commit_bytes(world, MALFORMED["two authors"])
    pushed = world.clone("junior-1").push(f"{new}:refs/heads/topic")
    assert pushed.status != 0
    assert "fsck error" in pushed.stderr


def test_a_malformed_commit_on_an_unprotected_ref_is_a_gap_and_counts_nowhere(world: World) -> None:
    new = _commit_bytes(world, MALFORMED["two authors"])
    world.git("config", "receive.fsckObjects", "false")
    clone = world.clone("junior-1")
    assert clone.push(f"{new}:refs/heads/topic").accepted
    assert world.entries("push")[-1].data["updates"][0]["gap"]
    assert clone.push(f"{new}:refs/heads/main").refused


def test_a_tree_that_names_a_path_twice_refuses(world: World) -> None:
    world.set_rule(when={"paths": ["src/**"]})
    world.git("config", "receive.fsckObjects", "false")
    clone = world.clone("junior-1")
    blobs = [bytes.fromhex(clone.id(f"HEAD:{path}")) for path in ("README", "src/cart.py")]
    tree = clone.hash_object("tree", b"".join(b"100644 a\0" + blob for blob in blobs))
    commit = clone.git("commit-tree", "-p", "HEAD", "-m", "Twice", tree)
    pushed = clone.push(f"{commit}:refs/heads/main")
    assert pushed.undecided, pushed.stderr
    assert "malformed tree" in pushed.first_line


def test_a_commit_whose_parent_is_missing_refuses(world: World) -> None:
    first = world.refs()["refs/heads/main"]
    raw = world.git("cat-file", "commit", first)
    head, _, rest = raw.partition("\n")
    orphaned = f"{head}\nparent {first[::-1]}\n{rest}\n".encode()
    new = world.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", data=orphaned)
    answer = world.run_hook(f"{first} {new} refs/heads/main\n")
    assert answer.returncode == 3
    assert answer.stderr.startswith("gatekeeper: could not decide: ")


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
    _cannot_decide(world, f"{name} is set")


def test_a_real_push_into_a_namespace_refuses(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:main", options=["--receive-pack=env GIT_NAMESPACE=other git-receive-pack"])
    assert pushed.undecided
    assert not any("namespaces" in ref for ref in world.refs())
