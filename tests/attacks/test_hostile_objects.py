"""Commits and trees that could be read in two ways are refused, with or without Git's own check; odd ones are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Clone
    from tests.support.world import World

    Change = Callable[[bytes], bytes]


def commit_bytes(clone: Clone, change: Change, message: str = "Plain") -> str:
    """Write a changed copy of a commit that is made here; return its id."""
    clone.commit(message)
    raw = clone.git("cat-file", "commit", "HEAD").encode() + b"\n"
    assert change(raw) != raw
    return clone.hash_object("commit", change(raw))


def author(line: bytes) -> Change:
    """Put another value into the author header."""
    return lambda raw: b"".join(
        b"author " + line + b"\n" if each.startswith(b"author ") else each for each in raw.splitlines(keepends=True)
    )


def header(line: bytes) -> Change:
    """Put a line at the end of the header."""
    return lambda raw: raw.replace(b"\n\n", b"\n" + line + b"\n\n", 1)


MALFORMED: dict[str, Change] = {
    "two authors": lambda raw: raw.replace(b"\ncommitter", b"\nauthor A <senior-1@example.com> 1 +0000\ncommitter"),
    "no author": lambda raw: raw.replace(b"\nauthor ", b"\nxauthor "),
    "no committer": lambda raw: raw.replace(b"\ncommitter ", b"\nxcommitter "),
    "two committers": header(b"committer A <a@example.com> 1 +0000"),
    "a second author at the end": header(b"author A <senior-1@example.com> 1 +0000"),
    "two trees": lambda raw: raw.split(b"\n")[0] + b"\n" + raw,
    "a tree after the author": lambda raw: raw.replace(b"\ncommitter", b"\n" + raw.split(b"\n")[0] + b"\ncommitter"),
    "a parent after the author": lambda raw: raw.replace(b"\ncommitter", b"\n" + raw.split(b"\n")[1] + b"\ncommitter"),
    "a continued author": lambda raw: raw.replace(b"\ncommitter", b"\n <senior-1@example.com>\ncommitter"),
    "NUL in the message": lambda raw: raw + b"\0Assisted-by: claude\n",
    "NUL in the header": header(b"x a\0b"),
    "two addresses": author(b"A <junior-1@example.com> <senior-1@example.com> 1780000000 +0000"),
    "an address in an address": author(b"A <junior-1@example.com<senior-1@example.com>> 1780000000 +0000"),
    "an address in the name": author(b"<senior-1@example.com> <junior-1@example.com> 1780000000 +0000"),
    "no angle brackets": author(b"A junior-1@example.com 1780000000 +0000"),
    "no date": author(b"A <junior-1@example.com>"),
    "no zone": author(b"A <junior-1@example.com> 1780000000"),
    "a negative date": author(b"A <junior-1@example.com> -1 +0000"),
    "a date past the end of time": author(b"A <junior-1@example.com> 9223372036854775808 +0000"),
    "a date of many digits": author(b"A <junior-1@example.com> 99999999999999999999999917 +0000"),
    "a date that is no number": author(b"A <junior-1@example.com> 0x6a1b +0000"),
    "a zone of six digits": author(b"A <junior-1@example.com> 1780000000 +000000"),
    "an upper-case tree": lambda raw: raw.replace(
        raw.split(b"\n")[0], raw.split(b"\n")[0].upper().replace(b"TREE", b"tree")
    ),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_commit_is_refused_without_gits_own_check_too(world: World, change: Change) -> None:
    clone = world.clone("junior-1")
    new = commit_bytes(clone, change)
    before = world.refs()
    world.git("config", "receive.fsckObjects", "false")
    pushed = clone.push(f"+{new}:refs/heads/main")
    assert pushed.refused or "unpacker error" in pushed.stderr, pushed.stderr
    assert f"commit {new[:7]} is malformed" in pushed.text or not pushed.refused
    assert world.refs() == before
    assert not world.has(new)


ODD: dict[str, Change] = {
    "no end of the last line": lambda raw: raw.removesuffix(b"\n"),
    "no message": lambda raw: raw.partition(b"\n\n")[0] + b"\n\n",
    "no address": author(b"A U Thor <> 1780000000 +0000"),
    "an address without a host": author(b"A U Thor <a> 1780000000 +0000"),
    "the first second": author(b"A U Thor <a@b> 0 +0000"),
    "the last second": author(b"A U Thor <a@b> 9223372036854775807 +0000"),
    "a zone that is nowhere": author(b"A U Thor <a@b> 1780000000 -9999"),
    "bytes that are not UTF-8": author(b"J\xf6 <a@b> 1780000000 +0000"),
    "an escape in the name": author(b"\x1b[2J\x1b]0;x\x07 <a@b> 1780000000 +0000"),
    "an encoding that nobody knows": header(b"encoding no-such"),
    "headers that nobody knows": header(b"x-one 1\n continued\nx-two\nx-one 1"),
    "a merge tag": header(b"mergetag object 1234\n type commit\n tag x"),
    "carriage returns": lambda raw: raw + b"\r\nline\r\n",
}


@one_format
@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_an_odd_commit_of_the_kind_that_history_is_full_of_is_accepted(world: World, change: Change) -> None:
    clone = world.clone("junior-1")
    new = commit_bytes(clone, change)
    world.git("config", "receive.fsckObjects", "false")
    pushed = clone.push(f"{new}:refs/heads/main")
    assert pushed.accepted, pushed.stderr


@one_format
def test_install_lets_git_check_objects_as_well(world: World) -> None:
    clone = world.clone("junior-1")
    pushed = clone.push(f"{commit_bytes(clone, MALFORMED['two authors'])}:refs/heads/topic")
    assert pushed.status != 0
    assert "fsck error" in pushed.stderr


def test_a_malformed_commit_on_an_unprotected_ref_is_a_gap_and_counts_nowhere(world: World) -> None:
    clone = world.clone("junior-1")
    new = commit_bytes(clone, MALFORMED["two authors"])
    world.git("config", "receive.fsckObjects", "false")
    assert clone.push(f"{new}:refs/heads/topic").accepted
    assert world.entries("push")[-1].data["updates"][0]["gap"]
    assert clone.push(f"{new}:refs/heads/main").refused


def test_a_commit_whose_parent_is_missing_refuses(world: World) -> None:
    first = world.refs()["refs/heads/main"]
    raw = world.git("cat-file", "commit", first)
    head, _, rest = raw.partition("\n")
    orphaned = f"{head}\nparent {first[::-1]}\n{rest}\n".encode()
    new = world.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", data=orphaned)
    answer = world.run_hook(f"{first} {new} refs/heads/main\n")
    assert answer.returncode == 3
    assert answer.stderr.startswith("gatekeeper: could not decide: ")


# ---- signatures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("copies", [1, 2])
def test_a_commit_with_two_signatures_is_a_commit_without_one(world: World, copies: int) -> None:
    """A second signature could be the one that some other reader takes."""
    clone = world.clone("senior-1")
    signing = clone.sign_commits_with("senior-1")
    clone.git(*signing, "commit", "-q", "--allow-empty", "-m", "Mine\n\nAssisted-by: claude", env=clone.dates())
    raw = clone.git("cat-file", "commit", "HEAD").encode() + b"\n"
    name = world.object_format.signature_header
    start = raw.index(b"\n" + name + b" ") + 1
    end = raw.index(b"\n\n", start) + 1
    new = clone.hash_object("commit", raw[:start] + raw[start:end] * copies + raw[end:])
    pushed = clone.push(f"{new}:refs/heads/main", account="junior-1")
    assert pushed.accepted == (copies == 1), pushed.stderr
    assert pushed.refused == (copies == 2)


# ---- trees ------------------------------------------------------------------------------------------


def tree_of(clone: Clone, *entries: tuple[str, str, str]) -> str:
    """Write a tree with (mode, name, name of an object) as it stands."""
    return clone.hash_object(
        "tree",
        b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(clone.id(what)) for mode, name, what in entries),
    )


def on_top(clone: Clone, tree: str, message: str = "Data") -> str:
    return clone.git("commit-tree", "-p", "HEAD", "-m", message, tree, env=clone.dates())


README, CART, SOURCE = "HEAD:README", "HEAD:src/cart.py", "HEAD:src"
TREES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "a file twice": (("100644", "README", README), ("100644", "README", CART), ("40000", "src", SOURCE)),
    "the old file first": (("100644", "README", CART), ("100644", "README", README), ("40000", "src", SOURCE)),
    "a file and a directory": (("100644", "src", CART), ("40000", "src", SOURCE)),
    "not sorted": (("40000", "src", SOURCE), ("100644", "README", README)),
    "a slash": (("100644", "README", README), ("100644", "src/cart.py", CART)),
    "a Git directory": (("40000", ".git", SOURCE), ("100644", "README", README)),
}
OFF = {
    "off": [("receive.fsckObjects", "false")],
    "softened": [("receive.fsck.duplicateEntries", "ignore"), ("receive.fsck.treeNotSorted", "ignore")],
}


@pytest.mark.parametrize("entries", TREES.values(), ids=TREES)
@pytest.mark.parametrize("below", [False, True], ids=["the tree itself", "a tree below it"])
def test_a_tree_that_two_readers_would_read_differently_is_refused_where_git_does_not_look(
    world: World, entries: tuple[tuple[str, str, str], ...], below: bool
) -> None:
    clone = world.clone("senior-1")
    tree = tree_of(clone, *entries)
    if below:
        tree = clone.git("mktree", data=f"040000 tree {tree}\tbelow\n".encode())
    new = on_top(clone, tree)
    assert "fsck error" in clone.push(f"{new}:refs/heads/main").stderr
    world.git("config", "receive.fsckObjects", "false")
    pushed = clone.push(f"{new}:refs/heads/main")
    assert pushed.refused, pushed.stderr
    assert "is malformed: it" in pushed.text
    clone.commit("Plain", {"src/more/deep.py": "x\n", "README.md": "y\n"})
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("settings", OFF.values(), ids=OFF)
def test_no_setting_of_gits_own_check_lets_such_a_tree_in(world: World, settings: list[tuple[str, str]]) -> None:
    for key, value in settings:
        world.git("config", key, value)
    clone = world.clone("senior-1")
    new = on_top(clone, tree_of(clone, *TREES["a file twice"]))
    assert clone.push(f"{new}:refs/heads/main").refused
    assert clone.push(f"{on_top(clone, tree_of(clone, TREES['a file twice'][0]))}:refs/heads/main").accepted


@one_format
@pytest.mark.parametrize(
    "server",
    [
        "git -c receive.fsckObjects=false receive-pack",
        "env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=receive.fsckObjects GIT_CONFIG_VALUE_0=false git-receive-pack",
        "git -c include.path={off} receive-pack",
    ],
    ids=["a parameter", "a key", "a file"],
)
def test_nor_does_what_the_environment_configures(world: World, server: str) -> None:
    off = world.root / "off"
    off.write_text("[receive]\n\tfsckObjects = false\n")
    options = [f"--receive-pack={server.format(off=off)}"]
    clone = world.clone("senior-1")
    new = on_top(clone, tree_of(clone, *TREES["a file twice"]))
    pushed = clone.push(f"{new}:refs/heads/main", options=options)
    assert pushed.refused, pushed.stderr
    assert "names a path twice" in pushed.text
    clone.commit("Plain")
    assert clone.push("main:main", options=options).accepted


def test_a_malformed_tree_behind_the_baseline_stops_nobody(empty: World) -> None:
    """History that was there before the gate is taken as it is."""
    empty.git("config", "receive.fsckObjects", "false")
    clone = empty.clone("senior-1")
    clone.commit("Begin", {"README": "x\n", "src/cart.py": "y\n"})
    old = on_top(clone, tree_of(clone, *TREES["a file twice"]))
    clone.git("push", "-q", str(empty.bare), f"{old}:refs/heads/old", env={"GATEKEEPER_USER": "x"})
    assert clone.push(f"{old}:refs/heads/main").refused
    empty.git("update-ref", "refs/heads/main", old)
    empty.hook().unlink()
    (empty.bare / "gatekeeper/ledger.db").unlink()
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (empty.bare / "gatekeeper" / name).unlink(missing_ok=True)
    empty.git("update-ref", "-d", "refs/gatekeeper/published")
    empty.install()
    empty.hook("post-receive").unlink()
    new = clone.git("commit-tree", "-p", old, "-m", "Next", f"{old}^{{tree}}", env=clone.dates())
    pushed = clone.push(f"{new}:refs/heads/main")
    assert pushed.accepted, pushed.stderr
