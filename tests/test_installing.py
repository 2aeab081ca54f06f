"""Arming a repository, and putting back what was there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from gatekeeper.installing import DROP_IN, HOOKS, InstallError, Plan, find_git, install, uninstall
from gatekeeper.ledger.file import SCHEMA
from tests.support.environment import require
from tests.support.people import roster_text
from tests.support.world import DEFAULT_POLICY, GOVERNED, World

if TYPE_CHECKING:
    from pathlib import Path

THEIRS = b'#!/bin/sh\n# caf\xe9, not UTF-8\necho theirs says $(basename "$0") >&2\ncat >/dev/null\n'
ANY_PLATFORM = ("ssh", "http", "gitolite", "github", "bitbucket", "auto", *DROP_IN)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A bare repository that nothing guards yet, with a policy and a roster beside it."""
    made = World(tmp_path, "sha1")
    made.bare.mkdir()
    made.git("init", "-q", "--bare", "-b", "main", "--template=")
    made.set_policy()
    made.set_roster()
    return made


def plan(world: World, platform: str = "ssh", **changes: str) -> Plan:
    return Plan(
        git_dir=str(world.bare),
        git=find_git(),
        policy=str(world.root / "policy.yaml"),
        roster=str(world.root / "roster.yaml"),
        name="example/shop",
        platform=platform,
    ).replace(**changes)


def snapshot(directory: Path) -> dict[str, tuple[int, bytes | str]]:
    """Every file below a directory: mode, and bytes or where a link leads."""
    found: dict[str, tuple[int, bytes | str]] = {}
    for path in sorted(directory.rglob("*")):
        mode = path.lstat().st_mode
        if path.is_symlink():
            found[str(path.relative_to(directory))] = (mode, str(path.readlink()))
        elif path.is_file():
            found[str(path.relative_to(directory))] = (mode, path.read_bytes())
    return found


def make_ledger_older(world: World) -> None:
    """Make of the ledger what version 2 wrote."""
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db")
    for table in ("names", "forgotten", "attestations"):
        database.execute(f"DROP TABLE {table}")
    database.execute("PRAGMA user_version = 2")
    database.commit()
    database.close()


@pytest.mark.parametrize("platform", ANY_PLATFORM)
def test_a_second_run_changes_nothing(world: World, platform: str) -> None:
    assert all(step.changed for step in install(plan(world, platform)))
    before = snapshot(world.bare)
    again = install(plan(world, platform))
    assert [step.what for step in again if step.changed] == []
    after = snapshot(world.bare)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} <= {
        "gatekeeper/ledger.db-shm",
        "gatekeeper/ledger.db-wal",
        "gatekeeper/cache.db",
    }


@pytest.mark.parametrize("platform", ANY_PLATFORM)
def test_hooks_are_where_the_platform_runs_them(world: World, platform: str) -> None:
    own = {
        "gitlab": ("custom_hooks/pre-receive.d/gatekeeper", "custom_hooks/post-receive.d/gatekeeper"),
        "gitea": ("hooks/pre-receive.d/gatekeeper", "hooks/post-receive.d/gatekeeper"),
        "pagure": ("hooks/pre-receive.gatekeeper", "hooks/post-receive.gatekeeper"),
    }
    expected = own.get(platform, ("hooks/pre-receive", "hooks/post-receive"))
    (world.bare / "hooks").mkdir()
    for hook in HOOKS:
        (world.bare / "hooks" / hook).write_bytes(THEIRS)
    install(plan(world, platform))
    for name in expected:
        assert os.access(world.bare / name, os.X_OK)
        assert "Written by `gatekeeper install`" in (world.bare / name).read_text()
    if platform in own:
        assert (world.bare / "hooks/pre-receive").read_bytes() == THEIRS
    uninstall(str(world.bare), find_git())
    assert snapshot(world.bare / "hooks") == dict.fromkeys(HOOKS, (33188, THEIRS))


@pytest.mark.parametrize("mode", [0o755, 0o644, 0o700])
def test_a_hook_that_was_there_runs_after_ours_and_comes_back_byte_by_byte(world: World, mode: int) -> None:
    hooks = world.bare / "hooks"
    hooks.mkdir()
    (hooks / "pre-receive").write_bytes(THEIRS)
    (hooks / "pre-receive").chmod(mode)
    before = snapshot(hooks)
    install(plan(world))
    clone = world.clone("senior-1")
    clone.commit("Plain")
    pushed = clone.push("HEAD:main")
    assert pushed.accepted
    assert ("theirs says pre-receive" in pushed.text) == bool(mode & stat.S_IXUSR)
    install(plan(world))
    uninstall(str(world.bare), find_git())
    assert snapshot(hooks) == before


@pytest.mark.parametrize("target", ["relative", "absolute", "dangling"])
def test_a_hook_that_is_a_link_runs_and_comes_back_as_a_link(world: World, target: str) -> None:
    """gitolite links its common hooks into every repository."""
    common = world.root / "common"
    common.mkdir()
    (common / "pre-receive").write_bytes(THEIRS)
    (common / "pre-receive").chmod(0o755)
    hooks = world.bare / "hooks"
    hooks.mkdir()
    to = {"relative": "../../common/pre-receive", "absolute": str(common / "pre-receive"), "dangling": "gone"}[target]
    (hooks / "pre-receive").symlink_to(to)
    install(plan(world, "gitolite"))
    assert not (hooks / "pre-receive").is_symlink()
    assert (common / "pre-receive").read_bytes() == THEIRS
    clone = world.clone("senior-1")
    clone.commit("Plain")
    pushed = clone.push("HEAD:main", env={"GL_USER": "senior-1-login", "GL_REPO": "shop"})
    assert pushed.accepted
    assert ("theirs says pre-receive" in pushed.text) == (target != "dangling")
    uninstall(str(world.bare), find_git())
    assert str((hooks / "pre-receive").readlink()) == to
    assert (common / "pre-receive").read_bytes() == THEIRS


def test_a_hook_that_somebody_put_over_ours_is_not_lost(world: World) -> None:
    hooks = world.bare / "hooks"
    hooks.mkdir()
    (hooks / "pre-receive").write_bytes(THEIRS)
    install(plan(world))
    (hooks / "pre-receive").write_bytes(b"#!/bin/sh\n# a third one\n")
    with pytest.raises(InstallError, match=r"both .* hold a hook of somebody else's"):
        install(plan(world))
    uninstall(str(world.bare), find_git())
    assert (hooks / "pre-receive").read_bytes() == b"#!/bin/sh\n# a third one\n"


def test_uninstalling_what_was_never_installed_changes_nothing(world: World) -> None:
    before = snapshot(world.bare)
    assert not any(step.changed for step in uninstall(str(world.bare), find_git()))
    assert snapshot(world.bare) == before


def test_ledger_and_sign_offs_are_kept_and_found_again(world: World) -> None:
    install(plan(world))
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("HEAD:main").accepted
    uninstall(str(world.bare), find_git())
    entries = world.entries()
    steps = install(plan(world))
    assert "baseline" in {step.what for step in steps if not step.changed}
    assert world.entries()[: len(entries)] == entries


def test_an_older_ledger_is_brought_up_to_date_and_the_step_says_so(world: World) -> None:
    install(plan(world))
    entries = world.entries()
    make_ledger_older(world)
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert "`gatekeeper install` brings it up to date" in clone.push("HEAD:main").text
    (done,) = (step.what for step in install(plan(world)) if step.changed)
    assert done == f"ledger {world.bare}/gatekeeper/ledger.db, brought from version 2 to version {SCHEMA}"
    assert world.entries() == entries
    assert not any(step.changed for step in install(plan(world)))
    assert clone.push("HEAD:main").accepted


def test_an_older_ledger_is_no_hindrance_where_policy_and_roster_lie_on_a_ref(world: World) -> None:
    world.govern()
    on_ref = plan(world, policy=f"{GOVERNED}:policy.yaml", roster=f"{GOVERNED}:roster.yaml")
    make_ledger_older(world)
    assert any("brought from version 2" in step.what for step in install(on_ref) if step.changed)


@pytest.mark.parametrize("scope", ["repository", "user"])
def test_hooks_that_git_would_not_look_for_are_refused(
    world: World, scope: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if scope == "repository":
        world.config("core.hooksPath", "/elsewhere")
    else:
        (tmp_path / "user").write_text("[core]\n\thooksPath = /elsewhere\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "user"))
    before = snapshot(world.bare)
    with pytest.raises(InstallError, match=r"core\.hooksPath is set to /elsewhere"):
        install(plan(world))
    assert snapshot(world.bare) == before
    install(plan(world, "gitlab"))  # GitLab's own hooks are there, and run ours


@pytest.mark.parametrize("name", ["refs/gatekeeper/signoffs", "refs/gatekeeper/x/y", "refs/GateKeeper/published"])
def test_names_that_somebody_took_before_are_refused(world: World, name: str) -> None:
    clone = world.clone("junior-1")
    clone.commit("Mine")
    clone.git("push", "-q", str(world.bare), f"HEAD:{name}")
    with pytest.raises(InstallError, match=name):
        install(plan(world))
    assert not (world.bare / "hooks").exists()
    world.git("update-ref", "-d", name)
    install(plan(world))


def test_one_configuration_of_the_system_arms_every_repository(world: World, tmp_path: Path) -> None:
    """Policy and roster are in the system's configuration; a repository needs only its hooks and its name."""
    system = tmp_path / "gitconfig"
    wrapper = tmp_path / "git"
    wrapper.write_text(f'#!/bin/sh\nGIT_CONFIG_SYSTEM={system} exec {require("git")} "$@"\n')
    wrapper.chmod(0o755)
    names = {key: str(world.root / f"{key}.yaml") for key in ("policy", "roster")}
    system.write_text("[gatekeeper]\n" + "".join(f"\t{key} = {value}\n" for key, value in names.items()))
    other = World(tmp_path / "second", "sha1")
    other.bare.mkdir(parents=True)
    other.git("init", "-q", "--bare", "-b", "main", "--template=")
    for each, name in ((world, "example/shop"), (other, "example/other")):
        unset = dict.fromkeys(("GIT_CONFIG_NOSYSTEM",), "")
        with pytest.MonkeyPatch.context() as environment:
            for variable in unset:
                environment.delenv(variable)
            install(plan(world, git_dir=str(each.bare), git=str(wrapper), name=name))
        local = each.git("config", "--local", "--list")
        assert "gatekeeper.policy" not in local
        assert f"gatekeeper.repository={name}" in local
        clone = each.clone("junior-1")
        clone.assisted()
        pushed = clone.push("HEAD:main")
        assert pushed.refused, pushed.stderr
        assert name.rpartition("/")[2] in pushed.text.rpartition("Receipt: ")[2]


def test_the_shim_names_this_interpreter_and_the_git_that_was_found(world: World) -> None:
    install(plan(world))
    text = (world.bare / "hooks/pre-receive").read_text()
    assert find_git() in text
    assert "@" not in "".join(line for line in text.splitlines() if line.startswith(("python=", "chained=")))


def test_paths_with_blanks_and_quotes_are_no_trouble(tmp_path: Path) -> None:
    odd = World(tmp_path / 'it\'s a "place" $(x)', "sha1")
    odd.bare.mkdir(parents=True)
    odd.git("init", "-q", "--bare", "-b", "main", "--template=")
    shutil.copy(DEFAULT_POLICY, odd.root / "policy.yaml")
    (odd.root / "roster.yaml").write_text(roster_text({}))
    (odd.bare / "hooks").mkdir()
    (odd.bare / "hooks/pre-receive").write_bytes(THEIRS)
    (odd.bare / "hooks/pre-receive").chmod(0o755)
    install(plan(odd))
    said = odd.run_hook(b"")
    assert said.returncode in (0, 3)
    clone = odd.clone("junior-1")
    clone.config.write_text(clone.config.read_text().replace(str(odd.bare), "../../shop.git"))
    clone.commit("Plain")
    pushed = clone.push("HEAD:main")
    assert pushed.accepted, pushed.stderr
    assert "theirs says pre-receive" in pushed.text
