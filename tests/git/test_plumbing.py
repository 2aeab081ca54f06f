"""The engine against real repositories, SHA-1 and SHA-256: walks, objects, and what no repository bends."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId
from gatekeeper.git import GitError
from gatekeeper.git.plumbing import Plumbing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.repositories import Repository


class TestWalk:
    def test_parents_come_first_whatever_the_dates_say(self, repository: Repository, engine: Plumbing) -> None:
        chance = random.Random(7)  # noqa: S311 - a test's dice
        tree = repository.tree({b"f": b"x"})
        made: list[ObjectId] = []
        parents: dict[str, list[ObjectId]] = {}
        for number in range(40):
            chosen = chance.sample(made, min(len(made), chance.randint(0, 3)))
            time = chance.randint(1, 2_000_000_000)
            commit = repository.commit(tree, *chosen, message=b"%d\n" % number, time=time)
            made.append(commit)
            parents[commit] = chosen
        walked = [raw.id for raw in engine.commits(made, [])]
        assert sorted(walked) == sorted(made)
        for commit in made:
            assert all(walked.index(parent) < walked.index(commit) for parent in parents[commit])
        assert engine.ids(made, []) == walked

    def test_only_what_the_exclusions_do_not_reach_is_walked(self, repository: Repository, engine: Plumbing) -> None:
        one = repository.commit({b"f": b"1"})
        two = repository.commit({b"f": b"2"}, one)
        side = repository.commit({b"f": b"3"}, one)
        three = repository.commit({b"f": b"4"}, two, side)
        assert engine.ids([three], [two]) == [side, three]
        assert engine.ids([three], [three]) == []
        walked = engine.ids([three, side], iter([one]))
        assert (set(walked), walked[-1]) == ({two, side, three}, three)
        (raw,) = engine.commits([two], [one])
        assert (raw.kind, raw.data) == ("commit", repository.git("cat-file", "commit", two))

    def test_new_trees_are_told_once_each_and_old_ones_not(self, repository: Repository, engine: Plumbing) -> None:
        one = repository.commit({b"f": b"1", b"old/f": b"1", b"sub/f": b"1"})
        two = repository.commit({b"f": b"2", b"old/f": b"1", b"sub/f": b"2", b"same/f": b"2"}, one)
        wanted = {repository.git("rev-parse", f"{two}{path}").decode().strip() for path in ("^{tree}", ":sub")}
        found = list(engine.trees([two], [one]))
        assert [raw.kind for raw in found] == ["tree", "tree"]
        assert {raw.id for raw in found} == wanted
        (root, *_) = (raw for raw in found if raw.data.startswith(b"100644 f"))
        assert root.data == repository.git("cat-file", "tree", f"{two}^{{tree}}")
        assert list(engine.trees([one], [two])) == []

    def test_the_bytes_are_raw_whatever_the_encoding_header_says(
        self, repository: Repository, engine: Plumbing
    ) -> None:
        tree = repository.tree({})
        raw = b"tree %s\nauthor J\xf6 <j@x> 1 +0000\ncommitter J\xf6 <j@x> 1 +0000\nencoding latin-1\n\n\xf6"
        commit = repository.write("commit", raw % tree.encode())
        assert [found.data for found in engine.commits([commit], [])] == [raw % tree.encode()]

    def test_a_missing_tip_or_exclusion_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        commit = repository.commit({b"f": b"1"})
        absent = ObjectId("1" * repository.format.hex_length)
        for include, exclude in (([absent], []), ([commit], [absent])):
            with pytest.raises(GitError, match="rev-list"):
                engine.ids(include, exclude)
            with pytest.raises(GitError):
                list(engine.commits(include, exclude))

    def test_a_missing_parent_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        absent = ObjectId("1" * repository.format.hex_length)
        commit = repository.commit({b"f": b"1"}, absent)
        with pytest.raises(GitError):
            list(engine.commits([commit], []))


class TestLine:
    def test_a_line_of_commits_is_what_rev_list_says(self, repository: Repository, engine: Plumbing) -> None:
        made = [repository.commit({b"f": b"0"})]
        for number in range(1, 6):
            made.append(repository.commit({b"f": b"%d" % number}, made[-1]))
        found = engine.line(made[5], made[1], 4)
        assert found == list(engine.commits([made[5]], [made[1]]))
        assert [raw.id for raw in found or ()] == made[2:]
        assert engine.line(made[5], made[1], 3) is None
        assert engine.line(made[1], made[1], 3) == []

    def test_what_is_no_line_to_the_base_is_none(
        self, repository: Repository, engine: Plumbing, tmp_path: Path
    ) -> None:
        root = repository.commit({b"f": b"0"})
        left, right = (repository.commit({b"f": name}, root) for name in (b"l", b"r"))
        merge = repository.commit({b"f": b"m"}, left, right)
        octopus = repository.commit({b"f": b"o"}, left, right, root)
        twice = repository.commit({b"f": b"t"}, root, root)
        orphan = repository.commit({b"f": b"x"}, ObjectId("1" * repository.format.hex_length))
        after = repository.commit({b"f": b"a"}, merge)
        for tip in (
            merge,
            octopus,
            twice,
            after,
            orphan,
            right,
            repository.blob(b"x"),
            tag_of(repository, left, "commit"),
        ):
            assert engine.line(tip, left, 100) is None
        assert repository.engine(tmp_path / "scratch", object_limit=50).line(right, root, 100) is None

    def test_parents_behind_another_header_are_none(self, repository: Repository, engine: Plumbing) -> None:
        """Git reads parents only where they belong; so must the line."""
        root = repository.commit({b"f": b"0"})
        raw = repository.git("cat-file", "commit", repository.commit({b"f": b"1"}, root))
        tree, parent, rest = raw.split(b"\n", 2)
        late = repository.write("commit", b"\n".join([tree, rest.split(b"\n")[0], parent, rest.split(b"\n", 1)[1]]))
        cut = repository.write("commit", tree + b"\n" + parent)
        assert engine.line(late, root, 100) is None
        assert engine.line(cut, root, 100) is None

    def test_parents(self, repository: Repository, engine: Plumbing) -> None:
        root = repository.commit({b"f": b"0"})
        one = repository.commit({b"f": b"1"}, root)
        merge = repository.commit({b"f": b"2"}, one, root)
        assert [engine.parents(commit) for commit in (root, one, merge)] == [[], [root], [one, root]]


class TestObjects:
    def test_kinds_and_sizes(self, repository: Repository, engine: Plumbing) -> None:
        blob = repository.blob(b"four")
        commit = repository.commit({b"f": b"x"})
        tree = ObjectId(repository.git("rev-parse", f"{commit}^{{tree}}").decode().strip())
        tag = tag_of(repository, commit, "commit")
        nested = tag_of(repository, tag, "tag")
        of_tree = tag_of(repository, tree, "tree")
        absent = "1" * repository.format.hex_length
        names = [blob, tree, commit, tag, absent]
        assert [kind for _, kind, _ in engine.kinds(names)] == ["blob", "tree", "commit", "tag", "missing"]
        assert engine.kinds([blob]) == [(blob, "blob", 4)]
        assert engine.kinds([absent]) == [(None, "missing", 0)]
        peeled = engine.kinds([f"{name}^{{commit}}" for name in (commit, tag, nested)])
        assert [found[:2] for found in peeled] == [(commit, "commit")] * 3
        for name in (of_tree, tree, blob, absent):
            assert engine.kinds([f"{name}^{{commit}}"]) == [(None, "missing", 0)]
        assert engine.kinds([]) == []

    def test_an_ambiguous_name_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        seen: dict[str, ObjectId] = {}
        number = 0
        while True:
            blob = repository.format.name.encode() + b"%d" % number
            made = hashed(repository, blob)
            if made[:4] in seen:
                break
            seen[made[:4]] = made
            number += 1
        repository.blob(blob)
        repository.blob(first_with(repository, made[:4], number))
        with pytest.raises(GitError, match="answered"):
            engine.kinds([made[:4]])
        with pytest.raises(GitError, match="answered"):
            list(engine.objects([made[:4]]))

    def test_objects_come_in_the_order_asked(self, repository: Repository, engine: Plumbing) -> None:
        contents = [b"", b"\n", b"a missing\n", b"x" * 300_000, bytes(range(256)) * 5_000]
        blobs = [repository.blob(content) for content in contents]
        absent = "1" * repository.format.hex_length
        asked = [blobs[3], absent, *blobs, blobs[3]]
        found = list(engine.objects(asked))
        assert [raw.id for raw in found] == asked
        assert [raw.data for raw in found] == [contents[3], b"", *contents, contents[3]]
        assert [raw.kind for raw in found] == ["blob", "missing", *["blob"] * 6]
        assert list(engine.objects([])) == []

    def test_an_object_by_its_path(self, repository: Repository, engine: Plumbing) -> None:
        commit = repository.commit({b"a/b": b"content"})
        found = list(engine.objects([f"{commit}:a/b", f"{commit}:a/c", f"{commit}:a"]))
        assert [raw.kind for raw in found] == ["blob", "missing", "tree"]
        assert found[0].data == b"content"

    def test_the_size_of_an_object_is_bounded(self, repository: Repository, tmp_path: Path) -> None:
        engine = repository.engine(tmp_path / "scratch", object_limit=10)
        fits, large = repository.blob(b"x" * 10), repository.blob(b"x" * 11)
        assert [raw.data for raw in engine.objects([fits])] == [b"x" * 10]
        with pytest.raises(GitError, match="has 11 bytes; the limit is 10"):
            list(engine.objects([large]))

    def test_a_damaged_object_is_missing(self, repository: Repository, engine: Plumbing) -> None:
        blob = repository.blob(b"x" * 100)
        path = repository.path / "objects" / blob[:2] / blob[2:]
        path.chmod(0o600)
        path.write_bytes(b"garbage")
        assert [raw.kind for raw in engine.objects([blob])] == ["missing"]
        assert engine.kinds([blob]) == [(None, "missing", 0)]


def hashed(repository: Repository, data: bytes) -> ObjectId:
    digest = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}[repository.format.name]
    return ObjectId(digest(b"blob %d\0" % len(data) + data).hexdigest())


def first_with(repository: Repository, prefix: str, before: int) -> bytes:
    candidates = (repository.format.name.encode() + b"%d" % number for number in range(before))
    return next(data for data in candidates if hashed(repository, data).startswith(prefix))


def tag_of(repository: Repository, target: str, kind: str) -> ObjectId:
    text = f"object {target}\ntype {kind}\ntag v1\ntagger T <t@x> 1 +0000\n\nv1\n"
    return repository.write("tag", text.encode())


class TestNothingOfTheRepositoryIsBelieved:
    def test_grafts_and_replacements_have_no_effect(self, repository: Repository, engine: Plumbing) -> None:
        one = repository.commit({b"f": b"1"})
        two = repository.commit({b"f": b"2"}, one)
        three = repository.commit({b"f": b"3"}, two)
        other = repository.commit({b"f": b"other"}, message=b"other\n")
        repository.set_ref(f"refs/replace/{two}", other)
        (repository.path / "info").mkdir(exist_ok=True)
        (repository.path / "info/grafts").write_text(f"{three} {one}\n")
        (repository.path / "shallow").write_text(f"{three}\n")
        assert engine.ids([three], []) == [one, two, three]
        assert [raw.data for raw in engine.objects([two])] == [
            repository.git("--no-replace-objects", "cat-file", "commit", two)
        ]
        assert engine.is_ancestor(one, three)
        assert not engine.is_ancestor(other, three)

    def test_configuration_of_diffs_has_no_effect(self, repository: Repository, engine: Plumbing) -> None:
        for key, value in (
            ("diff.renames", "copies"),
            ("diff.ignoreSubmodules", "all"),
            ("core.quotePath", "true"),
            ("diff.external", "false"),
            ("core.abbrev", "4"),
            ("diff.noprefix", "true"),
        ):
            repository.git("config", key, value)
        module, other = (ObjectId(digit * repository.format.hex_length) for digit in "12")
        parent = repository.commit(
            {b"m": ("160000", module), b".gitmodules": b'[submodule "m"]\n\tpath = m\n\tignore = all\n'}
        )
        commit = repository.commit({b"m": ("160000", other), b".gitmodules": b"x"}, parent)
        assert [entry.path for entry in engine.changes([(commit,)])[0]] == [b".gitmodules", b"m"]


def test_ancestry(repository: Repository, engine: Plumbing) -> None:
    one = repository.commit({b"f": b"1"})
    two = repository.commit({b"f": b"2"}, one)
    side = repository.commit({b"f": b"3"}, one)
    assert engine.is_ancestor(one, two)
    assert engine.is_ancestor(two, two)
    assert not engine.is_ancestor(two, one)
    assert not engine.is_ancestor(side, two)
    with pytest.raises(GitError):
        engine.is_ancestor(ObjectId("1" * repository.format.hex_length), two)
