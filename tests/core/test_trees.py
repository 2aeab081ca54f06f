"""Trees: what Git's own check says of them is what this one says."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatekeeper.core.trees import MalformedTreeError, check_tree
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

ID = bytes.fromhex("1234567890" * 4)


def tree(*entries: tuple[str, bytes], raw_id: bytes = ID) -> bytes:
    return b"".join(mode.encode() + b" " + name + b"\0" + raw_id for mode, name in entries)


GOOD = {
    "empty": b"",
    "sorted as Git does": tree(("100644", b"a-b"), ("40000", b"a"), ("100755", b"a0"), ("120000", b"b")),
    "a submodule": tree(("160000", b"a"), ("100644", b"a-b")),
    "any bytes in names": tree(("100644", b"\x01\n\xff")),
    "modes of old programs": tree(("100664", b"a"), ("040000", b"b")),
    "almost a Git directory": tree(("100644", b".git-blame"), ("100644", b".gitignore")),
}
BAD = {
    "a name twice": (tree(("100644", b"a"), ("100644", b"a")), "twice"),
    "a file and a directory": (tree(("100644", b"a"), ("40000", b"a")), "twice"),
    "a name twice, apart": (tree(("100644", b"a"), ("100644", b"a-"), ("40000", b"a")), "twice"),
    "not sorted": (tree(("100644", b"b"), ("100644", b"a")), "not sorted"),
    "a directory sorted as a file": (tree(("40000", b"a"), ("100644", b"a-b")), "not sorted"),
    "a slash": (tree(("100644", b"a/b")), "no file"),
    "no name": (tree(("100644", b"")), "no file"),
    "the directory itself": (tree(("40000", b".")), "no file"),
    "the directory above": (tree(("40000", b"..")), "no file"),
    "a Git directory": (tree(("40000", b".GIT")), "no file"),
    "half an id": (tree(("100644", b"a"))[:-1], "cut off"),
    "no id": (b"100644 a", "cut off"),
    "no mode": (b" a\0" + ID, "cut off"),
    "no octal mode": (tree(("100648", b"a")), "cut off"),
    "no space": (b"100644a\0" + ID, "cut off"),
}


@pytest.mark.parametrize("raw", GOOD.values(), ids=GOOD)
def test_a_tree_that_all_read_alike_is_good(raw: bytes) -> None:
    check_tree(raw, 20)


@pytest.mark.parametrize(("raw", "why"), BAD.values(), ids=BAD)
def test_any_other_is_malformed(raw: bytes, why: str) -> None:
    with pytest.raises(MalformedTreeError, match=why):
        check_tree(raw, 20)


def test_ids_can_have_another_length() -> None:
    check_tree(tree(("100644", b"a"), raw_id=ID + ID[:12]), 32)
    with pytest.raises(MalformedTreeError):
        check_tree(tree(("100644", b"a")), 32)


NAMES = st.sampled_from([b"a", b"b", b"a-", b"a.", b"a0", b"ab", b".git", b".", b"\xff"])
FOUND = "(duplicateEntries|treeNotSorted|hasDotgit|hasDot)"
ENTRIES = st.lists(st.tuples(st.sampled_from(["100644", "40000", "160000", "100755"]), NAMES), max_size=4)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    path: Path = tmp_path_factory.mktemp("trees")
    return Repository(path / "repository")


@settings(max_examples=25)
@given(entries=ENTRIES)
@example(entries=[("40000", b"a"), ("100644", b"a-")])
@example(entries=[("160000", b"a"), ("100644", b"a-")])
def test_it_agrees_with_git(repository: Repository, entries: list[tuple[str, bytes]]) -> None:
    raw = tree(*entries)
    written = repository.write("tree", raw)
    said = subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling", written], cwd=repository.path, capture_output=True, check=False
    ).stderr.decode("utf-8", "replace")
    try:
        check_tree(raw, 20)
    except MalformedTreeError:
        assert re.search(f"in tree {written}: {FOUND}", said), said
    else:
        assert not re.search(f"in tree {written}: {FOUND}", said), said
