"""What is recognised of bytes that came with a mark, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.memory import How, Mark, Recollection, recollect
from tests.support.values import NOW, A, B

FILE = ("blob", "path")
BROUGHT = (FILE, ("own", "other"))
SINCE = Timestamp(NOW - 100)


def mark(key: str = "blob", path: str = "path", **fields: Any) -> Mark:
    honest: dict[str, Any] = {"root": A, "person": "jo", "time": NOW, "first": True}
    return Mark(key=key, path=path, **{**honest, **fields})


def recall(*marks: Mark, files: tuple[tuple[str, str], ...] = BROUGHT, **facts: Any) -> Recollection | None:
    """By default: nobody of the ledger wrote the commit, nothing has been here, every blob is large."""
    honest: dict[str, Any] = {
        "own": lambda person: False,
        "has_been_here": lambda mark: False,
        "marked_here": lambda path: False,
        "large": lambda blob: True,
        "since": SINCE,
    }
    return recollect(files, iter(marks), **{**honest, **facts})


def how(*marks: Mark, **facts: Any) -> How | None:
    found = recall(*marks, **facts)
    return found.how if found else None


class TestHow:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (mark("change", ""), How.CHANGE),
            (mark(), How.FILE),
            (mark(version=True), How.VERSION),
            (mark("blob", "elsewhere"), How.MOVED),
            (mark("blob", "other"), How.MOVED),
            (mark("blob", "elsewhere", version=True), None),
            (mark("unknown", "path"), None),
            (mark("unknown", "elsewhere"), None),
        ],
        ids=repr,
    )
    def test_a_mark_is_recognised_by_what_it_came_with(self, given: Mark, expected: How | None) -> None:
        assert how(given) is expected

    def test_nothing_is_remembered_of_a_commit_without_marks(self) -> None:
        assert recall() is None

    def test_it_says_where_and_when_the_mark_was_and_whose(self) -> None:
        assert recall(mark(tools=("claude-code",), root=B, person="max")) == Recollection(
            how=How.FILE, root=B, person="max", time=NOW, tools=("claude-code",)
        )

    def test_a_mark_names_no_tool_by_itself_and_the_bytes_are_those_that_came_with_it(self) -> None:
        assert (mark().tools, mark().version) == ((), False)
        assert Recollection(how=How.FILE, root=A, person="", time=NOW).tools == ()

    def test_a_small_file_is_recognised_only_under_its_own_path(self) -> None:
        asked: list[str] = []

        def large(blob: str) -> bool:
            asked.append(blob)
            return False

        assert how(mark("blob", "elsewhere"), large=large) is None
        assert asked == ["blob"]
        assert how(mark(), large=large) is How.FILE


class TestWhoseMarksCount:
    def test_bytes_that_were_on_the_server_before_count_only_against_who_marked_them(self) -> None:
        old = mark(first=False)
        assert how(old) is None
        assert how(old, own=lambda person: person == "jo") is How.FILE
        assert how(old, own=lambda person: person == "max") is None

    def test_the_mark_of_nobody_counts_against_nobody(self) -> None:
        assert how(mark(first=False, person=""), own=lambda person: True) is None

    def test_new_bytes_count_against_everybody(self) -> None:
        assert how(mark(person="")) is How.FILE


class TestWhenAMarkIsForgotten:
    def test_after_its_time(self) -> None:
        assert how(mark(time=Timestamp(SINCE - 1))) is None
        assert how(mark(time=SINCE)) is How.FILE

    def test_when_the_ref_has_had_the_bytes_already(self) -> None:
        assert how(mark(), has_been_here=lambda mark: mark.root == A) is None
        assert how(mark(root=B), has_been_here=lambda mark: mark.root == A) is How.FILE

    def test_also_where_the_same_bytes_were_marked_again_elsewhere(self) -> None:
        assert how(mark(root=A), mark(root=B), has_been_here=lambda mark: mark.root == A) is None
        assert how(mark(root=B), mark(root=A), has_been_here=lambda mark: mark.root == A) is None

    def test_but_not_for_other_bytes_of_the_commit(self) -> None:
        marks = (mark("own", "other", root=A), mark(root=B))
        assert how(*marks, has_been_here=lambda mark: mark.root == A) is How.FILE

    def test_a_later_version_while_the_mark_on_the_path_still_stands(self) -> None:
        assert how(mark(version=True), marked_here=lambda path: path == "path") is None
        assert how(mark(version=True), marked_here=lambda path: path == "other") is How.VERSION
        assert how(mark(), marked_here=lambda path: True) is How.FILE

    def test_what_does_not_count_does_not_hide_what_does(self) -> None:
        for before in (
            mark(time=Timestamp(SINCE - 1)),
            mark(first=False),
            mark(version=True),
            mark("unknown", "path"),
        ):
            assert how(before, mark("own", "other"), marked_here=lambda path: path == "path") is How.FILE


class TestWhichIsNamed:
    def test_the_strongest(self) -> None:
        change, file, moved, version = (
            mark("change", ""),
            mark(),
            mark("own", "path"),
            mark("own", "other", version=True),
        )
        assert how(version, moved, file, change) is How.CHANGE
        assert how(version, moved, file) is How.FILE
        assert how(version, moved) is How.MOVED

    def test_then_the_earliest(self) -> None:
        early, late = mark(root=B, time=Timestamp(NOW - 1)), mark(root=A)
        for marks in ((early, late), (late, early)):
            found = recall(*marks)
            assert found is not None
            assert found.root == B

    def test_then_by_id_so_that_it_is_always_the_same(self) -> None:
        for marks in ((mark(root=A), mark(root=B)), (mark(root=B), mark(root=A))):
            found = recall(*marks)
            assert found is not None
            assert found.root == A

    def test_a_stronger_one_also_if_it_is_later(self) -> None:
        assert how(mark(time=Timestamp(NOW - 1)), mark("change", "")) is How.CHANGE
