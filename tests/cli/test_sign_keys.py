"""Keys in an agent, keys with a passphrase."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Desk, for_review, signed_ids
from tests.support.environment import require
from tests.support.people import public_line
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.world import World

pytestmark = one_format


@pytest.fixture
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An ssh-agent; its socket is in a short directory, because the path of a socket may not be long."""
    socket = tmp_path_factory.mktemp("a") / "s"
    process = subprocess.Popen([require("ssh-agent"), "-D", "-a", str(socket)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # it speaks when it listens
    yield {"SSH_AUTH_SOCK": str(socket)}
    process.terminate()
    process.stdout.close()
    process.wait()


def put_away(senior: Desk, agent: dict[str, str]) -> Path:
    """Load the senior's key into the agent, and leave only the public half on disk."""
    subprocess.run(
        ["ssh-add", "-q", senior.key], env=agent | {"PATH": require("ssh-add").rpartition("/")[0]}, check=True
    )
    senior.key.unlink()
    public = senior.key.with_name("elsewhere.pub")
    public.write_text(public_line("senior-1") + "\n")
    return public


def test_a_key_that_only_an_agent_has_signs(world: World, senior: Desk, agent: dict[str, str]) -> None:
    (commit,) = for_review(world)
    senior.ready()
    public = put_away(senior, agent)
    senior.ok("sign", "--yes", "--key", public, commit, **agent)
    assert signed_ids(senior) == [[commit]]
    senior.ok("sign", "--yes", "--local", "--key", public_line("senior-1"), commit, **agent)


def test_without_the_agent_the_next_step_is_told(world: World, senior: Desk, agent: dict[str, str]) -> None:
    (commit,) = for_review(world)
    senior.ready()
    public = put_away(senior, agent)
    said = senior.run("sign", "--yes", "--key", public, commit)
    assert said.status == 2
    assert f"gatekeeper: cannot sign with {public}" in said.err
    assert "Next: " in said.err


@pytest.mark.parametrize(("typed", "status"), [("horse staple", 0), ("wrong", 2)])
def test_a_passphrase_is_asked_for_by_the_users_own_program(
    world: World, senior: Desk, tmp_path: Path, typed: str, status: int
) -> None:
    (commit,) = for_review(world)
    senior.ready()
    change = [require("ssh-keygen"), "-q", "-p", "-P", "", "-N", "horse staple", "-f", str(senior.key)]
    subprocess.run(change, check=True, stdout=subprocess.DEVNULL)
    senior.key.with_name(f"{senior.key.name}.pub").write_text(public_line("senior-1"))
    ask = tmp_path / "ask"
    ask.write_text(f"#!/bin/sh\necho '{typed}'\n")
    ask.chmod(0o755)
    said = senior.run("sign", "--yes", commit, SSH_ASKPASS=str(ask), SSH_ASKPASS_REQUIRE="force")
    assert said.status == status, said.text
    if status:
        assert "repeat with the right passphrase" in said.err
        assert "refs/gatekeeper/signoffs" not in world.refs()
    else:
        assert signed_ids(senior) == [[commit]]


def test_a_passphrase_can_be_typed_at_the_terminal(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready()
    change = [require("ssh-keygen"), "-q", "-p", "-P", "", "-N", "horse staple", "-f", str(senior.key)]
    subprocess.run(change, check=True, stdout=subprocess.DEVNULL)
    senior.key.with_name(f"{senior.key.name}.pub").write_text(public_line("senior-1"))
    terminal = senior.terminal("sign", "--yes", commit)
    terminal.wait_for("Enter passphrase")
    terminal.type("horse staple\n")
    said = terminal.finish()
    assert said.status == 0, said.out
    assert "horse" not in said.out
    assert signed_ids(senior) == [[commit]]
