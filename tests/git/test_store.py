"""The store only grows, and holds nothing but envelopes in their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId, StatementId
from gatekeeper.core.push import PUBLISHED, SIGNOFFS
from gatekeeper.core.signoff import MAX_ENVELOPE, store_path
from gatekeeper.git import GitError
from gatekeeper.git.store import BadStoreError, read_about, read_additions, read_tree_files, write_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gatekeeper.git.plumbing import Plumbing
    from gatekeeper.git.process import Runner
    from tests.support.repositories import Repository

ONE, TWO, THREE = (StatementId(digit * 64) for digit in "123")
NOW = 1_780_000_000
LIMIT = 100


def commit_id(repository: Repository, digits: str = "abcd") -> ObjectId:
    return ObjectId((digits * 16)[: repository.format.hex_length])


def place(repository: Repository, statement: StatementId = ONE, digits: str = "abcd") -> bytes:
    return store_path(commit_id(repository, digits), statement).encode()


@pytest.fixture
def runner(repository: Repository, tmp_path: Path) -> Runner:
    return repository.runner(tmp_path / "scratch")


class TestAdditions:
    def test_a_first_store_is_all_addition(self, repository: Repository, engine: Plumbing) -> None:
        files = {place(repository): b"one", place(repository, TWO): b"two", place(repository, ONE, "dcba"): b"one"}
        found = read_additions(engine, None, repository.commit(files), LIMIT)
        assert {a.statement: (set(a.commits), a.envelope, a.blob) for a in found} == {
            ONE: ({commit_id(repository), commit_id(repository, "dcba")}, b"one", repository.blob(b"one")),
            TWO: ({commit_id(repository)}, b"two", repository.blob(b"two")),
        }

    def test_of_a_later_store_only_what_is_new(self, repository: Repository, engine: Plumbing) -> None:
        old = repository.commit({place(repository): b"one"})
        files = {place(repository): b"one", place(repository, TWO): b"two"}
        (found,) = read_additions(engine, old, repository.commit(files, old), LIMIT)
        assert (found.statement, found.envelope) == (TWO, b"two")
        assert read_additions(engine, old, old, LIMIT) == []

    def test_a_merge_of_two_stores_is_an_addition(self, repository: Repository, engine: Plumbing) -> None:
        old = repository.commit({place(repository): b"one"})
        other = repository.commit({place(repository, TWO): b"two"})
        both = repository.commit({place(repository): b"one", place(repository, TWO): b"two"}, other, old)
        assert [found.statement for found in read_additions(engine, old, both, LIMIT)] == [TWO]

    def test_a_store_that_does_not_build_on_the_old_one_is_refused(
        self, repository: Repository, engine: Plumbing
    ) -> None:
        old = repository.commit({place(repository): b"one"})
        files = {place(repository): b"one", place(repository, TWO): b"two"}
        with pytest.raises(BadStoreError, match="does not build on the server's store"):
            read_additions(engine, old, repository.commit(files), LIMIT)

    @pytest.mark.parametrize(
        "after",
        [{}, {"one": b"changed"}, {"one": ("100755", b"one")}, {"one": ("120000", b"one")}, {"two": b"one"}],
        ids=repr,
    )
    def test_nothing_is_changed_or_removed(
        self, after: Mapping[str, bytes | tuple[str, bytes]], repository: Repository, engine: Plumbing
    ) -> None:
        old = repository.commit({place(repository): b"one"})
        names = {"one": place(repository), "two": place(repository, TWO)}
        files = {
            names[name]: value if isinstance(value, bytes) else (value[0], repository.blob(value[1]))
            for name, value in after.items()
        }
        with pytest.raises(BadStoreError, match="the store only grows"):
            read_additions(engine, old, repository.commit(files, old), LIMIT)

    @pytest.mark.parametrize("mode", ["100755", "120000", "160000"])
    def test_only_regular_files_are_added(self, mode: str, repository: Repository, engine: Plumbing) -> None:
        target = commit_id(repository) if mode == "160000" else repository.blob(b"one")
        with pytest.raises(BadStoreError, match="no regular file"):
            read_additions(engine, None, repository.commit({place(repository): (mode, target)}), LIMIT)

    @pytest.mark.parametrize(
        "change",
        [
            lambda path: b"README",
            lambda path: path.replace(b"commits/", b"commit/"),
            lambda path: b"x/" + path,
            lambda path: path + b"/x",
            lambda path: path.removesuffix(b".json"),
            lambda path: path.replace(b".json", b".JSON"),
            lambda path: path.replace(b".json", b".json.json"),
            lambda path: path.replace(b"/ab/", b"/AB/"),
            lambda path: path.replace(b"/ab/", b"/a/"),
            lambda path: path.replace(b"/ab/cd/", b"/abc/d/"),
            lambda path: path.replace(b"/ab/", b"/abcd/").replace(b"/cd/", b"/", 1),
            lambda path: path.replace(b"111.json", b"11.json"),
            lambda path: path.replace(b"111.json", b"11g.json"),
            lambda path: path.replace(b"111.json", b"1111.json"),
            lambda path: path.replace(b"111.json", b"11\n.json"),
            lambda path: path.replace(b"111.json", b"11\xff.json"),
            lambda path: path.replace(b"/ab/cd/", b"/ab/cd/ab"),
        ],
        ids=range(17),
    )
    def test_only_its_own_places_are_filled(self, change: object, repository: Repository, engine: Plumbing) -> None:
        path = change(place(repository))  # type: ignore[operator]
        assert path != place(repository)
        with pytest.raises(BadStoreError, match="no place of the store"):
            read_additions(engine, None, repository.commit({path: b"one"}), LIMIT)

    def test_a_path_is_shown_without_control_characters(self, repository: Repository, engine: Plumbing) -> None:
        with pytest.raises(BadStoreError) as caught:
            read_additions(engine, None, repository.commit({b"\x1b[31m\n" + b"x" * 500: b""}), LIMIT)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300

    def test_one_statement_has_one_content(self, repository: Repository, engine: Plumbing) -> None:
        files = {place(repository): b"one", place(repository, ONE, "dcba"): b"other"}
        with pytest.raises(BadStoreError, match="two contents for one sign-off"):
            read_additions(engine, None, repository.commit(files), LIMIT)

    def test_the_number_of_sign_offs_is_bounded(self, repository: Repository, engine: Plumbing) -> None:
        new = repository.commit({place(repository, statement): b"x" for statement in (ONE, TWO, THREE)})
        assert len(read_additions(engine, None, new, 3)) == 3
        with pytest.raises(BadStoreError, match="adds 3 sign-offs; the limit is 2"):
            read_additions(engine, None, new, 2)

    def test_the_size_of_an_envelope_is_bounded(self, repository: Repository, engine: Plumbing) -> None:
        fits = repository.commit({place(repository): b"x" * MAX_ENVELOPE})
        assert len(read_additions(engine, None, fits, LIMIT)) == 1
        with pytest.raises(BadStoreError, match="has 1048577 bytes; the limit is 1048576"):
            read_additions(engine, None, repository.commit({place(repository): b"x" * (MAX_ENVELOPE + 1)}), LIMIT)

    def test_a_file_whose_blob_is_absent_or_no_blob_is_refused(self, repository: Repository, engine: Plumbing) -> None:
        absent = ObjectId("1" * repository.format.hex_length)
        for target in (absent, repository.raw_tree([])):
            with pytest.raises(BadStoreError, match="a sign-off is no blob"):
                read_additions(engine, None, repository.commit({place(repository): ("100644", target)}), LIMIT)

    def test_a_store_is_a_commit(self, repository: Repository, engine: Plumbing) -> None:
        """On a tree or a tag nobody could build: the first to push one would end the store for everybody."""
        absent = ObjectId("1" * repository.format.hex_length)
        old = repository.commit({})
        tag = repository.write("tag", f"object {old}\ntype commit\ntag v\ntagger T <t@x> 1 +0000\n\nv\n".encode())
        for new in (repository.blob(b"x"), absent, repository.tree({}), tag):
            with pytest.raises(BadStoreError, match="no commit with a tree"):
                read_additions(engine, None, new, LIMIT)
            with pytest.raises((BadStoreError, GitError)):
                read_additions(engine, old, new, LIMIT)


class TestReading:
    def test_about_a_commit_is_what_lies_in_its_directory(self, repository: Repository, engine: Plumbing) -> None:
        files = {place(repository): b"one", place(repository, TWO): b"two", place(repository, ONE, "dcba"): b"one"}
        store = repository.commit(files)
        wanted = [commit_id(repository, digits) for digits in ("abcd", "1234", "dcba")]
        assert read_about(engine, store, wanted) == {wanted[0]: [b"one", b"two"], wanted[2]: [b"one"]}
        assert read_about(engine, store, []) == {}

    def test_what_is_no_regular_file_is_not_read(self, repository: Repository, engine: Plumbing) -> None:
        directory = place(repository).rpartition(b"/")[0]
        blob = repository.blob(b"x")
        files: dict[bytes, bytes | tuple[str, ObjectId]] = {
            directory + b"/a": ("120000", blob),
            directory + b"/b": ("160000", commit_id(repository)),
            directory + b"/c": ("100755", blob),
            directory + b"/d/e": b"deeper",
        }
        assert read_about(engine, repository.commit(files), [commit_id(repository)]) == {}
        flat = repository.commit({directory: b"a file where a directory should be"})
        assert read_about(engine, flat, [commit_id(repository)]) == {}

    def test_a_lost_envelope_is_an_error(self, repository: Repository, engine: Plumbing) -> None:
        absent = ObjectId("1" * repository.format.hex_length)
        store = repository.commit({place(repository): ("100644", absent)})
        with pytest.raises(GitError, match="lacks the envelope"):
            read_about(engine, store, [commit_id(repository)])

    @pytest.mark.parametrize("raw", [b"100644 name", b"100644 name\0short", b"garbage"])
    def test_a_malformed_tree_is_an_error(self, raw: bytes, repository: Repository, engine: Plumbing) -> None:
        directory = place(repository).rpartition(b"/")[0]
        store = repository.commit({directory: ("40000", repository.write("tree", raw))})
        with pytest.raises(GitError, match="malformed tree"):
            read_about(engine, store, [commit_id(repository)])

    def test_the_files_of_a_tree(self, repository: Repository, engine: Plumbing) -> None:
        files = {b"policy.yaml": b"a", b"roster.yaml": b"b", b"empty": b""}
        assert read_tree_files(engine, repository.commit(files)) == {k.decode(): v for k, v in files.items()}
        assert read_tree_files(engine, repository.commit({})) == {}
        with pytest.raises(GitError, match="leads to no tree"):
            read_tree_files(engine, repository.blob(b"x"))


class TestWriting:
    def tip(self, repository: Repository, ref: str = SIGNOFFS) -> ObjectId:
        return ObjectId(repository.git("rev-parse", ref).decode().strip())

    def content(self, repository: Repository, ref: str = SIGNOFFS) -> dict[str, bytes]:
        names = repository.git("ls-tree", "-r", "-z", "--name-only", ref).decode().split("\0")[:-1]
        return {name: repository.git("cat-file", "blob", f"{ref}:{name}") for name in names}

    def write(self, runner: Runner, files: Mapping[str, bytes | ObjectId], **fields: object) -> None:
        honest: dict[str, object] = {"onto": None, "merging": None, "now": NOW, "message": "sign-offs"}
        write_store(runner, files=files, **{**honest, **fields})  # type: ignore[arg-type]

    def test_a_first_commit_and_one_onto_it(self, repository: Repository, runner: Runner, engine: Plumbing) -> None:
        first = {place(repository).decode(): b'{"a":"\n\0"}', place(repository, ONE, "dcba").decode(): b'{"a":"\n\0"}'}
        self.write(runner, first)
        one = self.tip(repository)
        assert self.content(repository) == first
        more = {place(repository, TWO).decode(): b""}
        self.write(runner, more, onto=one, message="müre\nlines")
        two = self.tip(repository)
        assert self.content(repository) == first | more
        assert [a.statement for a in read_additions(engine, one, two, LIMIT)] == [TWO]
        log = repository.git("log", "--format=%an <%ae> %at %ct|%P|%B", "-1", SIGNOFFS).decode()
        assert log.strip() == f"gatekeeper <gatekeeper@localhost> {NOW} {NOW}|{one}|müre\nlines"

    def test_two_stores_are_merged(self, repository: Repository, runner: Runner, engine: Plumbing) -> None:
        theirs = repository.commit({place(repository): b"theirs"})
        mine = repository.commit({place(repository, TWO): b"mine"})
        repository.set_ref(SIGNOFFS, theirs)
        files = {place(repository, TWO).decode(): repository.blob(b"mine")}
        self.write(runner, files, onto=theirs, merging=mine)
        tip = self.tip(repository)
        assert self.content(repository) == {
            place(repository).decode(): b"theirs",
            place(repository, TWO).decode(): b"mine",
        }
        for old in (theirs, mine):
            assert len(read_additions(engine, old, tip, LIMIT)) == 1

    def test_a_ref_that_somebody_else_moved_stays(self, repository: Repository, runner: Runner) -> None:
        old = repository.commit({place(repository): b"one"})
        moved = repository.commit({place(repository): b"one", place(repository, TWO): b"two"}, old)
        repository.set_ref(SIGNOFFS, moved)
        for onto in (old, None):
            with pytest.raises(GitError, match="fast-import"):
                self.write(runner, {place(repository, THREE).decode(): b"three"}, onto=onto)
            assert self.tip(repository) == moved

    def test_another_ref_can_be_written(self, repository: Repository, runner: Runner) -> None:
        self.write(runner, {"policy.yaml": b"x"}, ref=PUBLISHED)
        assert self.content(repository, PUBLISHED) == {"policy.yaml": b"x"}
