"""What surrounds the hook changes no decision: the assisted push stays refused, the plain one accepted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.support.world import World

FALSE_HOOK = "import os\nos._exit(0)\n"
MODULES = ("gatekeeper", "sqlite3", "json", "enum", "re", "os", "site", "sitecustomize", "usercustomize", "binascii")


def _decides_as_ever(world: World, env: Mapping[str, str] | None = None) -> None:
    """`env` is what the server's process has."""
    given = " ".join(f"{name}={value}" for name, value in (env or {}).items())
    options = [f"--receive-pack=env {given} git-receive-pack"] if given else []
    clone = world.clone("junior-1")
    first = clone.id()
    clone.assisted()
    refused = clone.push("main:main", options=options)
    assert refused.status != 0
    assert any(line.startswith("gatekeeper: REFUSED main: ") for line in refused.lines), refused.stderr
    clone.git("reset", "-q", "--hard", first)
    clone.commit("Plain")
    accepted = clone.push("main:main", options=options)
    assert accepted.accepted, accepted.stderr
    assert any(line.startswith("gatekeeper: main: ok. ") for line in accepted.lines), accepted.stderr


def _false_modules(directory: Path) -> Path:
    """A directory whose modules end a process with success."""
    directory.mkdir(exist_ok=True)
    for name in MODULES:
        if not (directory / name).exists():
            (directory / f"{name}.py").write_text(FALSE_HOOK)
    return directory


def _false_commands(directory: Path) -> Path:
    directory.mkdir()
    for name in ("python", "python3", "env", "cat", "sh"):
        (directory / name).write_text("#!/bin/false\n")
        (directory / name).chmod(0o755)
    return directory


def test_modules_in_the_git_directory(world: World) -> None:
    _false_modules(world.bare)
    _false_modules(world.bare / "gatekeeper")
    _false_modules(world.bare / "hooks")
    _decides_as_ever(world)


@one_format
@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"])
def test_pythons_paths(world: World, name: str) -> None:
    _decides_as_ever(world, {name: str(_false_modules(world.root / "false"))})


@one_format
@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONSTARTUP": "{false}/os.py", "PYTHONINSPECT": "1"},
        {"PYTHONOPTIMIZE": "2", "PYTHONDEBUG": "1"},
        {"PYTHONIOENCODING": "utf-16"},
        {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
        {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"},
        {"LC_ALL": "no_such.locale"},
        {"TZ": "Pacific/Kiritimati"},
        {"TMPDIR": "/no/such/directory"},
        {"HOME": "/no/such/home"},
        {"HOME": ""},
        {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_CURL_VERBOSE": "1"},
        {"GIT_TRACE": "{false}/trace", "GIT_TRACE_SETUP": "{false}/trace", "GIT_TRACE2_EVENT": "{false}/events"},
        {"GIT_ALTERNATE_OBJECT_DIRECTORIES": "/no/such:{false}", "GIT_SHARED_REPOSITORY": "0777"},
        {"GIT_CEILING_DIRECTORIES": "{false}", "GIT_WORK_TREE": "{false}", "GIT_INDEX_FILE": "{false}/os.py"},
        {"GIT_NO_REPLACE_OBJECTS": "0", "GIT_REF_PARANOIA": "0", "GIT_OPTIONAL_LOCKS": "1"},
        {"LD_BIND_NOW": "1", "MALLOC_PERTURB_": "165"},
        {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "{false}"},
        {"GIT_EXTERNAL_DIFF": "/bin/false", "GIT_DIFF_OPTS": "-u0", "GIT_PAGER": "/bin/false"},
        {"GIT_REPLACE_REF_BASE": "refs/heads/"},
        {"GIT_ATTR_SOURCE": "HEAD", "GIT_LITERAL_PATHSPECS": "1"},
        {"GIT_DEFAULT_HASH": "sha256", "GIT_DEFAULT_REF_FORMAT": "reftable"},
        {"GIT_GRAFT_FILE": "{false}/os.py"},
        {"GIT_CEILING_DIRECTORIES": "/"},
    ],
    ids=lambda env: "-".join(f"{name}={value}" for name, value in env.items()).replace("/", ":"),
)
def test_variables(world: World, env: dict[str, str]) -> None:
    false = str(_false_modules(world.root / "false"))
    _decides_as_ever(world, {name: value.format(false=false) for name, value in env.items()})


@one_format
def test_no_variables_at_all(world: World) -> None:
    path = os.environ["PATH"]
    clone = world.clone("junior-1")
    bare = [f"--receive-pack=env -i PATH={path} GATEKEEPER_USER=junior-1-login git-receive-pack"]
    first = clone.id()
    clone.assisted()
    assert clone.push("main:main", options=bare).refused
    clone.git("reset", "-q", "--hard", first)
    clone.commit("Plain")
    assert clone.push("main:main", options=bare).accepted


def _hook_with(world: World, **environment: str) -> tuple[int, int]:
    """Exit statuses for an assisted and a plain commit, with the hook called directly."""
    clone = world.clone("junior-1")
    first = clone.id()
    assisted = clone.assisted()
    clone.git("reset", "-q", "--hard", first)
    plain = clone.commit("Plain")
    assert clone.push(f"{assisted}:refs/heads/one", f"{plain}:refs/heads/two").accepted
    statuses = [
        world.run_hook(f"{first} {new} refs/heads/main\n", **environment).returncode for new in (assisted, plain)
    ]
    return statuses[0], statuses[1]


def test_configuration_from_the_environment(world: World) -> None:
    """Some servers set `GIT_CONFIG_*` for their own ends; it is dropped."""
    weak = world.root / "weak.yaml"
    weak.write_text('version: 1\nprotect: ["refs/heads/none"]\nrules: [{id: x, refuse: no}]\n')
    given = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "gatekeeper.policy",
        "GIT_CONFIG_VALUE_0": str(weak),
        "GIT_CONFIG_KEY_1": "gatekeeper.repository",
        "GIT_CONFIG_VALUE_1": "example/other",
        "GIT_CONFIG_PARAMETERS": f"'gatekeeper.policy'='{weak}'",
        "GIT_CONFIG": str(weak),
    }
    assert _hook_with(world, **given) == (1, 0)


@one_format
def test_the_configuration_of_the_user_that_the_server_runs_as(world: World) -> None:
    (world.root / "home").mkdir()
    (world.root / "home/.gitconfig").write_text("[gatekeeper]\n\tpolicy = /dev/null\n[core]\n\tbare = maybe\n")
    home = str(world.root / "home")
    given = {"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_GLOBAL": f"{home}/.gitconfig"}
    assert _hook_with(world, **given) == (1, 0)


@one_format
def test_a_path_with_other_commands_first(world: World) -> None:
    directory = _false_commands(world.root / "false")
    (directory / "git").write_text("#!/bin/sh\nexit 0\n")
    (directory / "git").chmod(0o755)
    assert _hook_with(world, PATH=f"{directory}:{os.environ['PATH']}") == (1, 0)


def _twins(world: World) -> tuple[str, str]:
    """An assisted commit of a junior and a plain one, both pushed to a branch that nothing protects."""
    clone = world.clone("junior-1")
    assisted = clone.assisted()
    clone.git("reset", "-q", "--hard", "HEAD^")
    plain = clone.commit("Plain")
    assert clone.push(f"{assisted}:refs/heads/one", f"{plain}:refs/heads/two").accepted
    return assisted, plain


@one_format
@pytest.mark.parametrize("umask", ["000", "0777", "0277"])
def test_a_umask(world: World, umask: str) -> None:
    world.edit_hook("#!/bin/sh\n", f"#!/bin/sh\numask {umask}\n")
    assisted, plain = _twins(world) if umask == "000" or os.geteuid() == 0 else ("", "")
    if not plain:
        pytest.skip("only root works in a directory that it may not enter")
    clone = world.clone("junior-1")
    assert clone.push(f"{assisted}:refs/heads/main").refused
    assert clone.push(f"{plain}:refs/heads/main").accepted
    kept = [world.bare / "gatekeeper", *(world.bare / "gatekeeper").iterdir()]
    assert {path.name for path in kept} >= {"ledger.db", "cache.db"}
    assert [path for path in kept if path.stat().st_mode & 0o022] == []


@one_format
def test_two_platforms_at_once(world: World) -> None:
    """What is configured is asked; where nothing is, two answers are none."""
    assisted, plain = _twins(world)
    first = world.refs()["refs/heads/main"]
    both = {"GL_ID": "user-1", "GL_USERNAME": "staff-1-login", "GATEKEEPER_USER": "junior-1-login"}
    statuses = {new: world.run_hook(f"{first} {new} refs/heads/main\n", **both).returncode for new in (assisted, plain)}
    assert statuses == {assisted: 1, plain: 0}
    world.config("gatekeeper.server", "auto")
    answer = world.run_hook(f"{first} {plain} refs/heads/main\n", **both)
    assert answer.returncode == 3
    assert "the environment fits two platforms" in answer.stderr
    one = {"GATEKEEPER_USER": "junior-1-login"}
    assert world.run_hook(f"{first} {plain} refs/heads/main\n", **one).returncode == 0
    assert world.run_hook(f"{first} {assisted} refs/heads/main\n", **one).returncode == 1


@one_format
def test_an_empty_path(world: World) -> None:
    assert _hook_with(world, PATH="") == (1, 0)


# ---- what the repository can hold --------------------------------------------------------------------


def _repository_attributes(world: World) -> None:
    (world.bare / "info").mkdir(exist_ok=True)
    (world.bare / "info/attributes").write_text("* merge=ours diff=none -text\n")


def _configured_drivers(world: World) -> None:
    for key in (
        "merge.ours.driver",
        "diff.none.textconv",
        "core.fsmonitor",
        "core.sshCommand",
        "uploadpack.packObjectsHook",
    ):
        world.git("config", key, "/bin/false")
    world.git("config", "log.showSignature", "true")
    world.git("config", "diff.renames", "copies")


@one_format
@pytest.mark.parametrize("prepare", [_repository_attributes, _configured_drivers])
def test_attributes_and_configuration_of_the_repository(world: World, prepare: Callable[[World], None]) -> None:
    prepare(world)
    _decides_as_ever(world)


def test_replaced_objects(world: World) -> None:
    clone = world.clone("junior-1")
    first = clone.id()
    assisted = clone.assisted()
    clone.git("reset", "-q", "--hard", first)
    plain = clone.commit("Plain")
    assert clone.push(f"{plain}:refs/heads/plain", f"{assisted}:refs/heads/topic").accepted
    world.git("update-ref", f"refs/replace/{assisted}", plain)
    assert "Plain" in world.git("log", "-1", "--format=%s", assisted)
    assert clone.push(f"{assisted}:refs/heads/main").refused


def test_grafts(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    top = clone.commit("On top")
    assert clone.push("main:refs/heads/topic").accepted
    (world.bare / "info").mkdir(exist_ok=True)
    (world.bare / "info/grafts").write_text(f"{top}\n")
    first = world.refs()["refs/heads/main"]
    answer = world.run_hook(f"{first} {top} refs/heads/main\n")
    assert answer.returncode == 1
    assert "1 of 2 commits" in answer.stderr


def test_a_repository_whose_path_needs_quoting(world: World) -> None:
    odd = world.root / 'od d: "x" \u00e9'
    world.bare.rename(odd)
    world.bare = odd
    world.clone("junior-1").git("config", "remote.origin.url", str(odd))
    _decides_as_ever(world)
