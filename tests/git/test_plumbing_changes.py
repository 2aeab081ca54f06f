"""What commits change, as Git's plumbing says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.changes import ABSENT, RawEntry
from gatekeeper.core.ids import ObjectId
from gatekeeper.git import GitError
from gatekeeper.git.plumbing import Plumbing

if TYPE_CHECKING:
    from tests.support.repositories import Repository

FILE, EXECUTABLE, LINK, MODULE = "100644", "100755", "120000", "160000"


class TestChanges:
    def entry(
        self, repository: Repository, path: bytes, old: tuple[str, ObjectId] | None, new: tuple[str, ObjectId] | None
    ) -> RawEntry:
        nothing = (ABSENT, repository.format.zero)
        (old_mode, old_id), (new_mode, new_id) = old or nothing, new or nothing
        return RawEntry(old_mode=old_mode, new_mode=new_mode, old_id=old_id, new_id=new_id, path=path)

    def test_every_kind_of_change(self, repository: Repository, engine: Plumbing) -> None:
        one, two = repository.blob(b"one"), repository.blob(b"two")
        module, other = (ObjectId(digit * repository.format.hex_length) for digit in "12")
        old = {
            b"added-later": None,
            b"d/f": (FILE, one),
            b"executable": (FILE, one),
            b"link": (LINK, one),
            b"module": (MODULE, module),
            b"removed": (FILE, one),
            b"same": (FILE, one),
            b"to-link": (FILE, one),
            b"to-module": (FILE, one),
            b"edited": (FILE, one),
        }
        new = {
            b"added-later": (FILE, two),
            b"d": (FILE, one),
            b"executable": (EXECUTABLE, one),
            b"link": (LINK, two),
            b"module": (MODULE, other),
            b"same": (FILE, one),
            b"to-link": (LINK, one),
            b"to-module": (MODULE, module),
            b"edited": (FILE, two),
        }
        parent = repository.commit({path: value for path, value in old.items() if value})
        commit = repository.commit(new, parent)
        paths = sorted({*old, *new} - {b"same"})
        expected = tuple(self.entry(repository, path, old.get(path), new.get(path)) for path in paths)
        trees = [repository.git("rev-parse", f"{c}^{{tree}}").decode().strip() for c in (parent, commit)]
        assert engine.changes([(commit,), (commit, parent), (trees[0], trees[1])]) == [expected] * 3

    def test_a_root_commit_adds_everything(self, repository: Repository, engine: Plumbing) -> None:
        blob = repository.blob(b"x")
        commit = repository.commit({b"a/b": (FILE, blob)})
        assert engine.changes([(commit,)]) == [(self.entry(repository, b"a/b", None, (FILE, blob)),)]

    def test_no_change_is_an_empty_one(self, repository: Repository, engine: Plumbing) -> None:
        parent = repository.commit({b"f": b"x"})
        commit = repository.commit({b"f": b"x"}, parent)
        empty = repository.commit({})
        tree = repository.git("rev-parse", f"{commit}^{{tree}}").decode().strip()
        assert engine.changes([(commit,), (empty,), (commit, parent), (tree, tree)]) == [()] * 4
        assert engine.changes([]) == []

    def test_a_merge_is_compared_with_the_parent_that_is_named(self, repository: Repository, engine: Plumbing) -> None:
        base = repository.commit({b"f": b"x"})
        left = repository.commit({b"f": b"x", b"l": b"1"}, base)
        right = repository.commit({b"f": b"x", b"r": b"1"}, base)
        merge = repository.commit({b"f": b"x", b"l": b"1", b"r": b"1"}, left, right)
        found = engine.changes([(merge, left), (merge, right), (merge, base)])
        assert [[entry.path for entry in change] for change in found] == [[b"r"], [b"l"], [b"l", b"r"]]

    @pytest.mark.parametrize(
        "path",
        [
            b"new\nline",
            b".\n",
            b"a.\n",
            b".\n.\n",
            b"x\n.\n",
            b"\xff\xfe",
            b" ",
            b"\t",
            b'"',
            b":100644",
            b"a b",
            b"\\",
            b"\x01",
        ],
        ids=ascii,
    )
    def test_paths_may_hold_any_bytes(self, path: bytes, repository: Repository, engine: Plumbing) -> None:
        blob = repository.blob(b"x")
        plain = repository.commit({b"plain": (FILE, blob)})
        odd = repository.commit({path: (FILE, blob)})
        nested = repository.commit({path + b"/" + path: (FILE, blob)})
        found = engine.changes([(plain,), (odd,), (nested,), (plain,)])
        assert [[entry.path for entry in change] for change in found] == [
            [b"plain"],
            [path],
            [path + b"/" + path],
            [b"plain"],
        ]

    def test_renames_are_not_looked_for(self, repository: Repository, engine: Plumbing) -> None:
        content = b"".join(b"line %d\n" % number for number in range(50))
        parent = repository.commit({b"old": content})
        commit = repository.commit({b"new": content}, parent)
        assert [entry.path for entry in engine.changes([(commit,)])[0]] == [b"new", b"old"]

    def test_a_question_that_is_not_answered_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        commit = repository.commit({b"f": b"x"})
        blob = repository.blob(b"x")
        absent = "1" * repository.format.hex_length
        for pair in ((absent,), (blob,), (commit, absent), (absent, commit), (blob, blob), ("HEAD",), (commit[:8],)):
            with pytest.raises(GitError):
                engine.changes([(commit,), pair, (commit,)])

    def test_a_missing_subtree_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        absent = ObjectId("1" * repository.format.hex_length)
        tree = repository.raw_tree([("40000", b"d", absent)])
        with pytest.raises(GitError):
            engine.changes([(repository.commit(tree),)])

    def test_a_path_twice_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        one, two = repository.blob(b"1"), repository.blob(b"2")
        tree = repository.raw_tree([(FILE, b"f", one), (FILE, b"f", two)])
        with pytest.raises(GitError, match="malformed tree"):
            engine.changes([(repository.commit(tree),)])

    def test_many_questions_are_answered_in_order(self, repository: Repository, engine: Plumbing) -> None:
        blob = repository.blob(b"x")
        trees = [repository.tree({b"%d" % number: (FILE, blob)}) for number in range(20)]
        empty = repository.format.empty_tree
        found = engine.changes([(empty, tree) for tree in trees] * 100)
        assert [change[0].path for change in found] == [b"%d" % number for number in range(20)] * 100


def test_how_much_each_file_changes(repository: Repository, engine: Plumbing) -> None:
    old = repository.commit({b"a\tb\n": b"1\n2\n", b"binary": b"\0", b"gone": b"x\n"})
    new = repository.commit({b"a\tb\n": b"1\n3\n4\n", b"binary": b"\0\1", b"new": b""}, old)
    found = {stat.path: (stat.added, stat.deleted) for stat in engine.diff_stat(old, new)}
    assert found == {b"a\tb\n": (2, 1), b"binary": (None, None), b"gone": (0, 1), b"new": (0, 0)}
    assert {stat.path for stat in engine.diff_stat(None, old)} == {b"a\tb\n", b"binary", b"gone"}
