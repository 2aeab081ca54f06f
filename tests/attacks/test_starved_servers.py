"""A server that is full, may not write, or has no descriptors left accepts nothing that it did not record."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.clones import Pushed
    from tests.support.world import World

CHECKOUT = Path(__file__).resolve().parents[2]
MEGABYTE = 1 << 20


def push_twins(world: World) -> tuple[Pushed, Pushed]:
    """Push an assisted commit, which must not go in, and a plain one, which may."""
    clone = world.clone("junior-1")
    clone.sync()
    clone.assisted()
    assisted = clone.push("main:main")
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.commit("Plain")
    return assisted, clone.push("main:main")


def holds_together(world: World) -> None:
    """What is on the branch was recorded as accepted; nothing is half-written; the next push is fine."""
    recorded = {
        update["new"]
        for entry in world.entries("push")
        if entry.data["outcome"] == "accepted"
        for update in entry.data["updates"]
    }
    main = world.refs()["refs/heads/main"]
    assert main in recorded
    assert world.faults() == []
    world.git("fsck", "--strict", "--no-dangling")
    assisted, plain = push_twins(world)
    assert assisted.refused, assisted.stderr
    assert plain.accepted, plain.stderr
    assert world.faults() == []


@one_format
@pytest.mark.parametrize("blocks", [0, 1, 4, 16, 64, 80, 96, 128, 256, 4096])
def test_no_file_can_grow(world: World, blocks: int) -> None:
    """RLIMIT_FSIZE: every write past it fails as on a full disk, wherever in the hook that comes."""
    shim = world.hook().read_text()
    world.edit_hook("#!/bin/sh\n", f"#!/bin/sh\nulimit -f {blocks}\n")
    before = world.refs()["refs/heads/main"]
    assisted, plain = push_twins(world)
    assert assisted.refused or assisted.undecided, assisted.stderr
    assert plain.accepted or plain.undecided, plain.stderr
    assert plain.undecided or blocks > 100
    assert (world.refs()["refs/heads/main"] == before) == (not plain.accepted)
    world.hook().write_text(shim)
    holds_together(world)


@one_format
def test_bytecode_that_did_not_fit_on_the_disk_stops_no_later_push(world: World, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "gatekeeper", tmp_path / "gatekeeper", ignore=shutil.ignore_patterns("__pycache__"))
    world.edit_hook(f" {CHECKOUT} ", f" {tmp_path} ")
    shim = world.hook().read_text()
    world.edit_hook("#!/bin/sh\n", "#!/bin/sh\nulimit -f 4\n")
    assisted, _ = push_twins(world)
    assert assisted.undecided, assisted.stderr
    world.hook().write_text(shim)
    holds_together(world)
    assert list(tmp_path.rglob("*.pyc")) == []


@one_format
@pytest.mark.parametrize("number", [4, 5, 6, 8, 10, 14, 30])
def test_there_are_few_descriptors(world: World, number: int) -> None:
    shim = world.hook().read_text()
    world.edit_hook("#!/bin/sh\n", f"#!/bin/sh\nulimit -n {number}\n")
    assisted, plain = push_twins(world)
    assert assisted.refused or assisted.undecided, assisted.stderr
    assert plain.accepted or plain.undecided, plain.stderr
    assert plain.accepted == assisted.refused
    assert "Traceback" not in plain.text
    world.hook().write_text(shim)
    holds_together(world)


@pytest.fixture
def small_disk(world: World) -> Iterator[Path]:
    """The gate's own directory on a disk of one megabyte."""
    directory = world.bare / "gatekeeper"
    kept = world.bare / "kept"
    directory.rename(kept)
    directory.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "none", str(directory)]
    try:
        mounted = subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("this user may not mount anything")
    try:
        for file in kept.iterdir():
            (directory / file.name).write_bytes(file.read_bytes())
            (directory / file.name).chmod(0o600)
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)


@one_format
@pytest.mark.parametrize("left", [0, 4, 16, 40], ids=lambda left: f"{left} KiB left")
def test_the_disk_is_full(world: World, small_disk: Path, left: int) -> None:
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        free = os.statvfs(small_disk)
        file.write(b"x" * max(free.f_bavail * free.f_frsize - (left << 10), 0))
    before = world.refs()["refs/heads/main"]
    assisted, plain = push_twins(world)
    assert (assisted.undecided, plain.undecided) == (True, True), plain.stderr
    assert world.refs()["refs/heads/main"] == before
    filler.unlink()
    holds_together(world)


@one_format
@pytest.mark.parametrize("what", ["ledger", "directory", "database directory"])
def test_it_may_not_write(world: World, what: str) -> None:
    """A ledger that can be read and not written records nothing, so nothing is accepted."""
    world.run_in_hook(
        {
            "ledger": "import sqlite3\nreal = sqlite3.connect\n"
            "def connect(path, *rest, **options):\n"
            "    connection = real(path, *rest, **options)\n"
            '    connection.execute("PRAGMA query_only = 1")\n'
            "    return connection\n"
            "sqlite3.connect = connect",
            "directory": "def mkdir(*_): raise PermissionError(13, chr(109))\nos.mkdir = mkdir",
            "database directory": "import sqlite3\n"
            'def connect(*_, **__): raise sqlite3.OperationalError("unable to open database file")\n'
            "sqlite3.connect = connect",
        }[what]
    )
    before = world.refs()
    assisted, plain = push_twins(world)
    assert (assisted.undecided, plain.undecided) == (True, True), plain.stderr
    assert world.refs() == before
    text = world.hook().read_text()
    world.install()
    world.hook("post-receive").unlink()
    assert world.hook().read_text() != text
    holds_together(world)


@one_format
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("what", ["ledger.db", ""])
def test_the_permissions_forbid_it(world: World, what: str) -> None:
    path = world.bare / "gatekeeper" / what
    mode = path.stat().st_mode
    path.chmod(mode & ~0o222)
    before = world.refs()
    assisted, plain = push_twins(world)
    assert (assisted.undecided, plain.undecided) == (True, True), plain.stderr
    assert world.refs() == before
    path.chmod(mode)
    holds_together(world)
