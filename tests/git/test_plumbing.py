"""The engine against real repositories, SHA-1 and SHA-256."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.changes import ABSENT, RawEntry
from gatekeeper.core.ids import SHA1, ObjectId
from gatekeeper.git import GitError, RawObject, Remade
from gatekeeper.git.plumbing import Plumbing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.repositories import Repository

FILE, EXECUTABLE, LINK, MODULE = "100644", "100755", "120000", "160000"


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


LINES = [b"line %d\n" % number for number in range(12)]


def with_line(number: int, text: bytes) -> bytes:
    return b"".join([*LINES[:number], text, *LINES[number + 1 :]])


class TestRemake:
    def test_many_merges_in_one_go(self, repository: Repository, engine: Plumbing) -> None:
        base = repository.commit({b"f": b"".join(LINES)})
        top = repository.commit({b"f": with_line(0, b"top\n")}, base)
        bottom = repository.commit({b"f": with_line(11, b"bottom\n")}, base)
        clash = repository.commit({b"f": with_line(0, b"clash\n")}, base)
        stranger = repository.commit({b"g": b"x"})
        both = repository.tree({b"f": b"".join([b"top\n", *LINES[1:11], b"bottom\n"])})
        clean = Remade(tree=both, clean=True)
        unrelated = Remade(tree=None, clean=False)
        asked = [
            (top, bottom),
            (top, clash),
            (top, stranger),
            (bottom, top),
            (stranger, top),
            (top, bottom),
            (base, top),
        ]
        found = engine.remake(asked)
        assert found[0] == found[3] == found[5] == clean
        assert found[2] == found[4] == unrelated
        assert (found[1].clean, found[1].tree is None) == (False, False)
        assert found[6] == Remade(tree=repository.tree({b"f": with_line(0, b"top\n")}), clean=True)
        assert engine.remake([]) == []

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_only_strangers(self, count: int, repository: Repository, engine: Plumbing) -> None:
        one, two = repository.commit({b"f": b"1"}), repository.commit({b"g": b"2"})
        assert engine.remake([(one, two)] * count) == [Remade(tree=None, clean=False)] * count

    def test_what_is_no_commit_is_no_clean_merge(self, repository: Repository, engine: Plumbing) -> None:
        commit, blob = repository.commit({b"f": b"1"}), repository.blob(b"1")
        absent = ObjectId("1" * repository.format.hex_length)
        for other in (blob, absent):
            assert engine.remake([(commit, other)]) == [Remade(tree=None, clean=False)]

    def test_conflicts_of_odd_paths_do_not_break_the_framing(self, repository: Repository, engine: Plumbing) -> None:
        names = (b"1", b"0", b"new\nline", b"tab\tx")
        base = repository.commit(dict.fromkeys(names, b"base\n"))
        ours = repository.commit(dict.fromkeys(names, b"ours\n"), base)
        theirs = repository.commit(dict.fromkeys(names, b"theirs\n"), base)
        found = engine.remake([(ours, theirs), (base, ours), (ours, theirs)])
        assert [remade.clean for remade in found] == [False, True, False]

    @pytest.mark.parametrize("where", ["config", "info/attributes", "tree"])
    def test_drivers_and_attributes_of_the_repository_have_no_effect(
        self, where: str, repository: Repository, engine: Plumbing, tmp_path: Path
    ) -> None:
        witness = tmp_path / "witness"
        files: dict[bytes, bytes] = {}
        if where == "tree":
            files[b".gitattributes"] = b"* merge=evil\n"
        else:
            (repository.path / "info").mkdir(exist_ok=True)
            (repository.path / "info/attributes").write_text("* merge=evil\n")
        driver = f"touch {witness}; true"
        repository.git("config", "merge.evil.driver", driver)
        repository.git("config", "merge.default", "evil" if where == "config" else "union")
        repository.git("config", "merge.renames", "false")
        base = repository.commit({**files, b"f": b"base\n"})
        ours = repository.commit({**files, b"f": b"ours\n"}, base)
        theirs = repository.commit({**files, b"f": b"theirs\n"}, base)
        (remade,) = engine.remake([(ours, theirs)])
        assert not remade.clean
        assert not witness.exists()


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
            {b"m": (MODULE, module), b".gitmodules": b'[submodule "m"]\n\tpath = m\n\tignore = all\n'}
        )
        commit = repository.commit({b"m": (MODULE, other), b".gitmodules": b"x"}, parent)
        assert [entry.path for entry in engine.changes([(commit,)])[0]] == [b".gitmodules", b"m"]


def test_how_much_each_file_changes(repository: Repository, engine: Plumbing) -> None:
    old = repository.commit({b"a\tb\n": b"1\n2\n", b"binary": b"\0", b"gone": b"x\n"})
    new = repository.commit({b"a\tb\n": b"1\n3\n4\n", b"binary": b"\0\1", b"new": b""}, old)
    found = {stat.path: (stat.added, stat.deleted) for stat in engine.diff_stat(old, new)}
    assert found == {b"a\tb\n": (2, 1), b"binary": (None, None), b"gone": (0, 1), b"new": (0, 0)}
    assert {stat.path for stat in engine.diff_stat(None, old)} == {b"a\tb\n", b"binary", b"gone"}


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


class Scripted:
    """A runner whose git says whatever a test wants."""

    def __init__(self, answer: bytes, status: int = 0) -> None:
        self.answer = answer
        self.status = status

    def with_share_of_time(self, _share: float) -> Scripted:
        return self

    def run(self, *_: str, **__: object) -> tuple[int, bytes]:
        return self.status, self.answer

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self.answer[i : i + 7] for i in range(0, len(self.answer), 7)]


ID = ObjectId("a" * 40)
TREES = (b"a" * 40) + b" " + b"b" * 40 + b"\n"
RECORD = b":100644 100644 " + b"c" * 40 + b" " + b"d" * 40


ASK: dict[str, Callable[[Plumbing], object]] = {
    "kinds": lambda engine: engine.kinds([ID]),
    "objects": lambda engine: list(engine.objects([ID])),
    "changes": lambda engine: engine.changes([(ID, "b" * 40)]),
    "remake": lambda engine: engine.remake([(ID, ID)]),
}


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        ("kinds", b""),
        ("kinds", b"x\ny\n"),
        ("kinds", b"%s blob\n" % ID.encode()),
        ("kinds", b"%s blob x\n" % ID.encode()),
        ("kinds", b"%s blob 3\n" % (b"b" * 64)),
        ("kinds", b"%s missing\n" % (b"b" * 40)),
        ("objects", b"%s blob 3\nab" % ID.encode()),
        ("objects", b"%s blob 3\nabc" % ID.encode()),
        ("objects", b"%s blob" % ID.encode()),
        ("objects", b"%s blob -3\nabc\n" % ID.encode()),
        ("objects", b"%s submodule\n" % ID.encode()),
        ("changes", b"other\n.\n"),
        ("changes", TREES + RECORD + b" M\0f.\n"),
        ("changes", TREES + RECORD + b" M\0\0.\n"),
        ("changes", TREES + RECORD[1:] + b" M\0f\0.\n"),
        ("changes", TREES + RECORD + b"\0f\0.\n"),
        ("changes", TREES + RECORD[:-1] + b" M\0f\0.\n"),
        ("remake", b""),
        ("remake", b"2\0%s\0\0" % ID.encode()),
        ("remake", b"1\0tree\0\0"),
        ("remake", b"1\0%s\0\0" % ID.encode() * 2),
    ],
    ids=ascii,
)
def test_an_answer_that_git_does_not_document_is_an_error(ask: str, answer: bytes) -> None:
    with pytest.raises(GitError):
        ASK[ask](Plumbing(Scripted(answer), SHA1, 1 << 20))  # type: ignore[arg-type]


def test_answers_may_come_in_pieces() -> None:
    answer = b"%s blob 12\nhello\nworld!\n%s missing\n" % (ID.encode(), ID.encode())
    engine = Plumbing(Scripted(answer), SHA1, 1 << 20)  # type: ignore[arg-type]
    assert list(engine.objects([ID, ID])) == [
        RawObject(id=ID, kind="blob", data=b"hello\nworld!"),
        RawObject(id=ID, kind="missing"),
    ]
