"""Policy, roster and ledger that are missing or broken refuse the push, or are borne as long as the policy says."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.closed import cannot_decide, push_plain
from tests.support.people import public_line
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.world import World

DAY = 86_400


# ---- configuration ---------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("key", ["gatekeeper.policy", "gatekeeper.roster", "gatekeeper.repository"])
def test_a_key_that_is_not_set_refuses(world: World, key: str) -> None:
    world.config(key, None)
    cannot_decide(world, f"{key} is not set")


@one_format
def test_a_name_that_only_the_system_gives_does_not_do(world: World) -> None:
    """The name binds sign-offs: one for all repositories would let them be replayed from one to another."""
    world.config("gatekeeper.repository", None)
    (world.root / "system").write_text("[gatekeeper]\n\trepository = example/shop\n")
    world.edit_hook("exec ", f"export GIT_CONFIG_NOSYSTEM=0 GIT_CONFIG_SYSTEM={world.root}/system\nexec ")
    cannot_decide(world, "gatekeeper.repository is not set")


@one_format
@pytest.mark.parametrize("name", ["policy", "roster"])
def test_a_file_that_is_missing_refuses(world: World, name: str) -> None:
    (world.root / f"{name}.yaml").unlink()
    cannot_decide(world, f"gatekeeper.{name}: cannot read")


@one_format
@pytest.mark.parametrize("name", ["policy", "roster"])
def test_a_directory_is_no_file(world: World, name: str) -> None:
    world.config(f"gatekeeper.{name}", str(world.root))
    cannot_decide(world, f"gatekeeper.{name}: cannot read")


@one_format
@pytest.mark.parametrize("value", ["nonsense", "SSH", ""])
def test_a_platform_that_is_unknown_refuses(world: World, value: str) -> None:
    world.config("gatekeeper.server", value)
    pushed = push_plain(world)
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
    pushed = push_plain(world)
    assert pushed.accepted, pushed.stderr
    assert "gatekeeper: note: the new policy or roster cannot be used" in pushed.text
    clone = world.clone("junior-1")
    clone.sync()
    clone.assisted()
    assert clone.push("main:main").refused


TYPO = {"junior-2": {"level": "juniro"}}


@one_format
@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"keys": [{"key": public_line("senior-2"), "revoked": "2026-01-01"}]}, "was revoked"),
        ({"keys": []}, "is nobody's in the roster"),
        ({"until": "2026-01-01"}, "did not work here"),
        (None, "is nobody's in the roster"),
        ({"level": "junior"}, ""),
    ],
    ids=["key revoked", "key removed", "left", "no longer listed", "only demoted"],
)
def test_what_ends_by_a_broken_roster_ends_at_once(world: World, change: dict[str, Any] | None, flaw: str) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-2", clone, [clone.assisted()])
    world.set_roster({**TYPO, "senior-2": change})
    pushed = world.store_push(clone, [signed], "main:main", account="senior-1")
    assert pushed.accepted == (not flaw), pushed.stderr
    assert flaw in pushed.text
    assert "the last good version is in force" in pushed.text


@one_format
def test_a_sign_off_that_was_received_before_stops_with_its_key(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted(), "senior-2")
    world.set_roster({**TYPO, "senior-2": {"keys": [{"key": public_line("senior-2"), "revoked": True}]}})
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "its key was revoked" in pushed.text
    world.set_roster(TYPO)
    assert clone.push("main:main").accepted


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
    cannot_decide(world, f"{name}.yaml")


@one_format
@pytest.mark.parametrize(("broken", "good"), [("policy", "roster"), ("roster", "policy")])
def test_a_good_file_that_changes_does_not_prolong_the_life_of_a_broken_one(
    world: World, broken: str, good: str
) -> None:
    (world.root / f"{broken}.yaml").write_text("version: [")
    _age(world, broken, 2 * DAY)
    _age(world, good, 0)
    cannot_decide(world, f"{broken}.yaml")


@one_format
def test_the_policy_says_how_long_a_broken_file_is_borne(world: World) -> None:
    world.set_policy(stale_for="1h")
    assert push_plain(world).accepted
    (world.root / "policy.yaml").write_text("version: [")
    for age, accepted in ((1800, True), (3700, False)):
        _age(world, "policy", age)
        _age(world, "roster", age)
        assert push_plain(world).accepted == accepted


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
    cannot_decide(world, told)


CANNOT_WRITE = """
import gatekeeper.ledger.sqlite as sqlite
def fail(*_, **__):
    raise sqlite.LedgerError("cannot write the ledger: disk full")
sqlite.SqliteLedger.append = fail
"""


def test_a_ledger_that_cannot_be_written_refuses_protected_refs_alone(world: World) -> None:
    world.settle()
    world.run_in_hook(CANNOT_WRITE)
    cannot_decide(world, "disk full")
    observed = world.clone("senior-1").push("main:refs/heads/topic")
    assert observed.accepted
    assert observed.lines == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_ledger_refuses(world: World) -> None:
    for path in (_ledger(world), _ledger(world).parent):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    try:
        assert push_plain(world).undecided
    finally:
        _ledger(world).parent.chmod(0o700)
