from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Desk, for_review, run
from tests.support.people import fingerprint, private_file, public_line
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World


def configuration(desk: Desk) -> str:
    return (desk.path / ".git/config").read_text()


def test_it_needs_nothing_but_the_clone(senior: Desk) -> None:
    said = senior.ok("setup")
    assert said.text.splitlines() == [
        "server      origin, repository example/shop",
        "rules       senior-signoff",
        f"signing     {fingerprint('senior-1')}, senior-1, may approve",
    ]


@one_format
def test_a_second_run_changes_nothing(senior: Desk) -> None:
    first = senior.ok("setup")
    before = configuration(senior)
    assert senior.ok("setup") == first
    assert configuration(senior) == before


@one_format
def test_afterwards_git_fetch_brings_people_rules_and_sign_offs(world: World, senior: Desk) -> None:
    senior.ok("setup")
    (commit,) = for_review(world)
    world.approve(commit, "staff-1")
    senior.clone.git("fetch", "-q", "origin")
    assert "approve by staff-1" in senior.ok("show", "origin/review/one").out


@one_format
def test_a_junior_learns_that_the_key_may_not_approve(junior: Desk) -> None:
    assert f"signing     {fingerprint('junior-1')}, junior-1, may not approve\n" in junior.ok("setup").text


@one_format
def test_without_a_key_everything_but_signing_is_ready(senior: Desk) -> None:
    senior.clone.git("config", "--unset", "user.signingKey")
    assert "signing     no key: set user.signingKey, or run gatekeeper setup --key FILE" in senior.ok("setup").text


@one_format
@pytest.mark.parametrize("form", ["path", "pub", "literal"])
def test_a_named_key_is_remembered_in_the_clone(senior: Desk, form: str) -> None:
    senior.clone.git("config", "--unset", "user.signingKey")
    (senior.world.root / "senior-1.key.pub").write_text(public_line("senior-1"))
    relative = os.path.relpath(senior.key, senior.path)
    named = {"path": relative, "pub": f"{relative}.pub", "literal": public_line("senior-1")}[form]
    assert "senior-1, may approve" in senior.ok("setup", "--key", named).text
    (senior.path / "deeper").mkdir()
    again = run("setup", cwd=senior.path / "deeper", env=senior.environment)
    assert "senior-1, may approve" in again.text


@one_format
def test_a_key_that_is_not_there_is_refused_and_not_remembered(senior: Desk) -> None:
    said = senior.run("setup", "--key", "nowhere")
    assert said.status == 2
    assert "gatekeeper: cannot read the public half of nowhere" in said.err
    assert "Next: name an existing key" in said.err
    assert "signingKey = nowhere" not in configuration(senior)


@one_format
def test_a_key_of_nobody_is_named(senior: Desk) -> None:
    stranger = senior.world.root / "stranger.key"
    stranger.write_bytes(private_file("stranger"))
    stranger.chmod(0o600)
    said = senior.ok("setup", "--key", stranger)
    assert f"signing     {fingerprint('stranger')} is nobody's in the roster" in said.text


@one_format
def test_of_several_remotes_one_is_named_once(world: World, senior: Desk) -> None:
    senior.clone.git("remote", "rename", "origin", "company")
    senior.clone.git("remote", "add", "fork", str(world.root / "fork.git"))
    said = senior.run("setup")
    assert said.status == 2
    assert "no remote `origin`" in said.err
    assert "gatekeeper setup --remote NAME" in said.err
    assert "server      company" in senior.ok("setup", "--remote", "company").text
    assert "server      company" in senior.ok("setup").text


@one_format
def test_the_only_remote_needs_no_name(senior: Desk) -> None:
    senior.clone.git("remote", "rename", "origin", "company")
    assert "server      company" in senior.ok("setup").text


@one_format
@pytest.mark.parametrize("server", ["plain", "gone"])
def test_a_server_without_gatekeeper_is_named_and_the_clone_left_as_it_is(senior: Desk, server: str) -> None:
    path: Path = senior.world.root / "plain.git"
    if server == "plain":
        senior.clone.git("clone", "-q", "--bare", str(senior.world.bare), str(path))
        senior.clone.git("--git-dir", str(path), "update-ref", "-d", "refs/gatekeeper/published")
    senior.clone.git("remote", "set-url", "origin", str(path))
    before = configuration(senior)
    said = senior.run("setup")
    assert said.status == 2
    if server == "plain":
        assert "gatekeeper does not guard the server `origin`" in said.err
        assert "its owner can run: gatekeeper install" in said.err
    else:
        assert "the server `origin` cannot be reached" in said.err
        assert "git ls-remote origin" in said.err
    assert configuration(senior) == before
    assert senior.clone.git("for-each-ref", "refs/gatekeeper") == ""


@one_format
def test_every_command_of_a_clone_works_before_setup(world: World, junior: Desk) -> None:
    commit = junior.clone.assisted()
    assert junior.run("show", commit).status == 0
    assert junior.run("explain", commit).status == 1
    assert junior.run("check", "origin/main..HEAD").status == 1


@one_format
def test_what_the_server_publishes_in_a_newer_form_asks_for_an_upgrade(world: World, senior: Desk) -> None:
    senior.ready()
    clone = world.root / "forger"
    shutil.copytree(senior.path, clone)
    tracking = "refs/gatekeeper/remotes/origin/published"
    blob = senior.clone.git("hash-object", "-w", "--stdin", data=b"{}")
    tree = senior.clone.git("mktree", data=f"100644 blob {blob}\tserver.json\n".encode())
    made = senior.clone.git("commit-tree", tree, "-m", "x", env=senior.clone.dates())
    senior.clone.git("update-ref", tracking, made)
    said = senior.run("show")
    assert said.status == 2
    assert "what the server publishes cannot be read" in said.err
    assert "Next: upgrade gatekeeper here or there" in said.err


@one_format
def test_with_hooks_an_agents_commits_declare_themselves(senior: Desk) -> None:
    said = senior.ok("setup", "--hooks")
    lines = [line for line in said.text.splitlines() if line.startswith("hooks ")]
    assert [line.split()[1] for line in lines] == ["prepare-commit-msg:", "commit-msg:"]
    assert not any("NOT YET" in line for line in lines)
    before = configuration(senior)
    assert senior.ok("setup", "--hooks") == said
    assert configuration(senior) == before
    senior.clone.commit("Add it", env={"CLAUDECODE": "1"})
    assert senior.clone.git("log", "-1", "--format=%(trailers)") == "Assisted-by: Claude Code"


@one_format
def test_hooks_are_taken_out_again_without_the_server(senior: Desk) -> None:
    senior.ok("setup", "--hooks")
    senior.clone.git("remote", "set-url", "origin", "/nowhere")
    said = senior.ok("setup", "--remove-hooks")
    assert said.text.count("hooks/prepare-commit-msg removed") == 1
    assert senior.ok("setup", "--remove-hooks").text == "hooks       there were none of gatekeeper\n"
    senior.clone.commit("Add it", env={"CLAUDECODE": "1"})
    assert senior.clone.git("log", "-1", "--format=%B") == "Add it"


@one_format
def test_a_hook_that_is_there_is_told_to_stay(senior: Desk) -> None:
    hook = senior.path / ".git/hooks/commit-msg"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\necho theirs >&2\n")
    hook.chmod(0o755)
    said = senior.ok("setup", "--hooks").text
    assert f"{hook}, after the hook that was there\n" in said or "by Git's configuration, beside all others\n" in said
    assert f"{hook} put back" in senior.ok("setup", "--remove-hooks").text or "Git's configuration" in said
    assert hook.read_text() == "#!/bin/sh\necho theirs >&2\n"


@one_format
def test_beside_a_hook_manager_the_lines_to_add_are_printed(senior: Desk) -> None:
    senior.clone.git("config", "core.hooksPath", ".husky/_")
    said = senior.ok("setup", "--hooks").text
    if "Git's configuration" in said:
        pytest.skip("this git runs hooks beside every hook manager")
    file = senior.path / ".husky/commit-msg"
    assert f"hooks       commit-msg: NOT YET, because husky runs the hooks here. Add this to {file}:\n" in said
    (line,) = (line for line in said.splitlines() if '/gatekeeper/hooks/commit-msg"' in line)
    file.parent.mkdir()
    file.write_text(f"{line}\n")
    assert f"hooks       commit-msg: called in {file}, by husky\n" in senior.ok("setup", "--hooks").text


@one_format
def test_putting_hooks_in_and_taking_them_out_is_no_wish(senior: Desk) -> None:
    said = senior.run("setup", "--hooks", "--remove-hooks")
    assert said.status == 2
    assert "name one of them" in said.err


@one_format
def test_hooks_of_others_that_cannot_be_told_apart_are_refused(senior: Desk) -> None:
    hook = senior.path / ".git/hooks/commit-msg"
    if "Git's configuration" in senior.ok("setup", "--hooks").text:
        pytest.skip("this git has nothing to move")
    for path in (hook, senior.path / ".git/gatekeeper/chained/commit-msg"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
    said = senior.run("setup", "--hooks")
    assert said.status == 2
    assert "both" in said.err
    assert "hold a hook of somebody else's; remove one of them" in said.err
