"""One child for all the short questions: its answers are those of the bulk ways, and an error ends it."""

from __future__ import annotations

import pytest

from gatekeeper.git import GitError, ObjectTooLargeError
from gatekeeper.git.plumbing import FEW, Plumbing
from gatekeeper.git.reading import Reader
from tests.support.repositories import Repository


@pytest.fixture
def reader(engine: Plumbing) -> Reader:
    return Reader(engine._runner)


def test_it_answers_as_the_bulk_ways_do(repository: Repository, engine: Plumbing, reader: Reader) -> None:
    commit = repository.commit({b"f": b"content\n", b"g": b""})
    names = [commit, f"{commit}^{{tree}}", f"{commit}:f", f"{commit}:g", "1" * repository.format.hex_length]
    quick = Plumbing(engine._runner, engine.object_format, 1 << 20, reader)
    with reader:
        for _ in range(2):
            assert quick.kinds(names) == engine.kinds(names)
            assert list(quick.objects(names)) == list(engine.objects(names))
    assert engine.kinds(names)[-1] == (None, "missing", 0)


def test_many_questions_go_the_bulk_way(repository: Repository, engine: Plumbing, reader: Reader) -> None:
    commit = repository.commit({b"f": b"x"})
    reader.close()
    quick = Plumbing(engine._runner, engine.object_format, 1 << 20, reader)
    assert [kind for _, kind, _ in quick.kinds([commit] * (FEW + 1))] == ["commit"] * (FEW + 1)


def test_a_line_of_commits_is_read_through_it(repository: Repository, engine: Plumbing, reader: Reader) -> None:
    base = repository.commit({b"f": b"0"})
    tip = repository.commit({b"f": b"1"}, base)
    quick = Plumbing(engine._runner, engine.object_format, 1 << 20, reader)
    with reader:
        assert quick.line(tip, base, 5) == engine.line(tip, base, 5)
        assert reader.usable


def test_an_object_that_is_too_large_ends_it_and_the_bulk_way_goes_on(
    repository: Repository, engine: Plumbing, reader: Reader
) -> None:
    blob = repository.blob(b"x" * 1000)
    quick = Plumbing(engine._runner, engine.object_format, 1 << 20, reader)
    with pytest.raises(ObjectTooLargeError):
        list(quick.objects([blob], 999))
    assert not reader.usable
    assert [raw.data for raw in quick.objects([blob], 1000)] == [b"x" * 1000]


def test_asked_after_its_end_it_is_an_error(engine: Plumbing, reader: Reader) -> None:
    reader.close()
    reader.close()
    with pytest.raises(GitError, match="after it had failed"):
        reader.kind("1" * engine.object_format.hex_length)


def test_past_the_deadline_it_is_an_error(engine: Plumbing, reader: Reader) -> None:
    engine._runner.deadline = 0.0
    with reader, pytest.raises(GitError):
        reader.object("1" * engine.object_format.hex_length, 10)
