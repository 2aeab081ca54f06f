"""Objects that could be read in two ways, or that are not there, are refused, with or without Git's own check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.world import World


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
