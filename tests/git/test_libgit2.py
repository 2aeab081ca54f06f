"""libgit2 and plumbing show the same changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatekeeper.core.changes import FileStat
from gatekeeper.core.ids import ObjectId
from gatekeeper.desk import Clone
from gatekeeper.git import GitError
from gatekeeper.git.libgit2 import Libgit2, open_libgit2
from gatekeeper.git.plumbing import Plumbing
from gatekeeper.git.private import make_private_directory
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Content = bytes | tuple[str, ObjectId]
    Both = Callable[[ObjectId | None, ObjectId], list[FileStat]]

SUBMODULE = ("160000", ObjectId("5" * 40))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository.git")


@pytest.fixture
def plumbing(repository: Repository, tmp_path: Path) -> Plumbing:
    return repository.engine(tmp_path / "scratch")


@pytest.fixture
def libgit2(repository: Repository, tmp_path: Path) -> Libgit2:
    (tmp_path / "private").mkdir()
    private = make_private_directory(str(tmp_path / "private"), repository.format)
    opened = open_libgit2(private, [str(repository.path / "objects")])
    assert opened is not None
    return opened


@pytest.fixture
def both(libgit2: Libgit2, plumbing: Plumbing) -> Both:
    """What both say; that they say the same is asserted here."""

    def answers(old: ObjectId | None, new: ObjectId) -> list[FileStat]:
        one, other = plumbing.diff_stat(old, new), libgit2.diff_stat(old, new)
        assert one == other
        return one

    return answers


LINES = b"one\ntwo\nthree\n"
CASES: dict[str, tuple[Mapping[bytes, bytes], Mapping[bytes, bytes], list[tuple[bytes, int | None, int | None]]]] = {
    "nothing": ({b"a": LINES}, {b"a": LINES}, []),
    "edit": ({b"a": LINES}, {b"a": b"one\n2\nthree\nfour\n"}, [(b"a", 2, 1)]),
    "rename": ({b"a": LINES}, {b"b": LINES}, [(b"a", 0, 3), (b"b", 3, 0)]),
    "no final newline": ({b"a": b"one\ntwo"}, {b"a": b"one\ntwo\n"}, [(b"a", 1, 1)]),
    "only carriage returns": ({b"a": LINES}, {b"a": LINES.replace(b"\n", b"\r\n")}, [(b"a", 3, 3)]),
    "empty file": ({}, {b"a": b""}, [(b"a", 0, 0)]),
    "emptied": ({b"a": LINES}, {b"a": b""}, [(b"a", 0, 3)]),
    "binary": ({b"a": b"\0\1"}, {b"a": b"\0\2", b"b": b"\0"}, [(b"a", None, None), (b"b", None, None)]),
    "text to binary": ({b"a": LINES}, {b"a": b"\0"}, [(b"a", None, None)]),
    "binary deleted": ({b"a": b"\0"}, {}, [(b"a", None, None)]),
    "not UTF-8": ({}, {b"caf\xe9/\xff": LINES}, [(b"caf\xe9/\xff", 3, 0)]),
    "quotes, tabs and newlines": ({}, {b'"\t\n\\': LINES}, [(b'"\t\n\\', 3, 0)]),
    "order": (
        {},
        {b"a/b": b"", b"a-b": b"", b"B": b""},
        [(b"B", 0, 0), (b"a-b", 0, 0), (b"a/b", 0, 0)],
    ),
    "file to directory": ({b"a": LINES}, {b"a/b": LINES}, [(b"a", 0, 3), (b"a/b", 3, 0)]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_answers(repository: Repository, both: Both, case: str) -> None:
    before, after, expected = CASES[case]
    old = repository.commit(dict(before))
    new = repository.commit(dict(after), old)
    found = both(old, new)
    assert [(stat.path, stat.added, stat.deleted) for stat in found] == expected
    both(new, old)
    both(None, new)


def test_modes_links_and_submodules(repository: Repository, both: Both) -> None:
    blob, target = repository.blob(LINES), repository.blob(b"elsewhere")
    states: list[dict[bytes, Content]] = [
        {b"a": ("100644", blob)},
        {b"a": ("100755", blob)},
        {b"a": ("120000", target)},
        {b"a": SUBMODULE},
        {b"a": ("160000", ObjectId("6" * 40))},
        {b"a": SUBMODULE, b"b": SUBMODULE},
        {},
    ]
    commits = [repository.commit(dict(state)) for state in states]
    for old in (None, *commits):
        for new in commits:
            both(old, new)


names = st.lists(st.sampled_from([b"a", b"b", b"a.c", b"\xff", "é".encode(), b"-x"]), min_size=1, max_size=2)
contents = st.one_of(
    st.lists(st.sampled_from([b"one", b"two", b"", b"\r", b"\xff"]), max_size=5).map(b"\n".join), st.just(b"\0bin")
)
trees = st.dictionaries(names.map(b"/".join), contents, max_size=4)


def fits(files: dict[bytes, bytes]) -> bool:
    """Whether no file is where another one wants a directory."""
    return not any(other.startswith(path + b"/") for path in files for other in files)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=trees.filter(fits), after=trees.filter(fits))
def test_the_same_answers_about_any_two_trees(
    repository: Repository, both: Both, before: dict[bytes, bytes], after: dict[bytes, bytes]
) -> None:
    old, new = repository.commit(dict(before)), repository.commit(dict(after))
    both(old, new)
    both(None, new)


def test_attributes_and_configuration_of_the_repository_change_nothing(repository: Repository, both: Both) -> None:
    (repository.path / "info").mkdir(exist_ok=True)
    (repository.path / "info/attributes").write_text("* binary\n")
    repository.git("config", "diff.renames", "copies")
    repository.git("config", "diff.ignoreSubmodules", "all")
    old = repository.commit({b"a": LINES, b".gitattributes": b"* -diff\n"})
    new = repository.commit({b"b": LINES, b".gitattributes": b"* -diff\n"}, old)
    found = both(old, new)
    assert [(stat.path, stat.added, stat.deleted) for stat in found] == [(b"a", 0, 3), (b"b", 3, 0)]


def test_a_file_that_becomes_a_link_and_back(repository: Repository, both: Both) -> None:
    link = repository.commit({b"a": ("120000", repository.blob(b"one"))})
    file = repository.commit({b"a": LINES})
    assert [(stat.added, stat.deleted) for stat in both(file, link)] == [(1, 3)]
    assert [(stat.added, stat.deleted) for stat in both(link, file)] == [(3, 1)]


def test_replacement_refs_are_not_obeyed(repository: Repository, both: Both) -> None:
    old = repository.commit({b"a": LINES})
    new = repository.commit({b"a": LINES, b"b": LINES}, old)
    repository.set_ref(f"refs/replace/{new}", repository.commit({}, old))
    assert [stat.path for stat in both(old, new)] == [b"b"]


def test_what_is_not_there_is_an_error_and_no_empty_answer(
    repository: Repository, plumbing: Plumbing, libgit2: Libgit2
) -> None:
    commit = repository.commit({b"a": LINES})
    for desk in (plumbing, libgit2):
        for old, new in ((commit, ObjectId("1" * 40)), (ObjectId("1" * 40), commit)):
            with pytest.raises(GitError):
                desk.diff_stat(old, new)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_libgit2_cannot_open_is_shown_by_plumbing(tmp_path: Path, object_format: str) -> None:
    repository = Repository(tmp_path / "repository.git", object_format)
    old = repository.commit({b"a": LINES})
    new = repository.commit({b"b": LINES}, old)
    with Clone(str(repository.path)) as clone:
        desk = clone.desk()
        assert isinstance(desk, Libgit2 if object_format == "sha1" else Plumbing)
        assert [(stat.path, stat.added, stat.deleted) for stat in desk.diff_stat(old, new)] == [
            (b"a", 0, 3),
            (b"b", 3, 0),
        ]


def test_what_is_no_repository_is_not_opened(tmp_path: Path) -> None:
    assert open_libgit2(str(tmp_path), []) is None
