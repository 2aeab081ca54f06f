"""The change digest: what it is over, computed a second time here, and frozen."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.changes import (
    ABSENT,
    Change,
    RawEntry,
    RepeatedPathError,
    change_digest,
    make_change,
    merge_digest,
    paths_of,
)
from gatekeeper.core.ids import SHA1, SHA256, ObjectFormat, ObjectId

ZERO = ObjectId("0" * 40)


def entry(path: bytes, **fields: str) -> RawEntry:
    honest = {"old_mode": "100644", "new_mode": "100644", "old_id": "a" * 40, "new_id": "b" * 40}
    return RawEntry(path=path, **{**honest, **fields})  # type: ignore[arg-type]


VECTOR = make_change(
    [
        entry(b"src/new.py", old_mode=ABSENT, old_id=ZERO, new_id="1" * 40),
        entry(b"run.sh", new_mode="100755", new_id="a" * 40),
        entry("naïve\n\0x".encode(), new_mode=ABSENT, new_id=ZERO),
    ]
)


def test_the_digest_is_frozen() -> None:
    """Sign-offs in stores hold such digests: a change here takes every one of them away."""
    assert change_digest(VECTOR, SHA1) == "a40aa0291e94747b04494f8fe92b39fcfd788988cc298334fd41fe4efbb49d2f"
    assert merge_digest((VECTOR, ()), SHA1) == "0ea8694682e4ed85c221bb9fe7f81198eec8300a852d140e357341d58d994f81"


modes = st.sampled_from([ABSENT, "100644", "100755", "120000", "160000"])
ids = st.sampled_from([ZERO, "a" * 40, "b" * 40])
entries = st.builds(
    RawEntry, old_mode=modes, new_mode=modes, old_id=ids, new_id=ids, path=st.binary(min_size=1, max_size=6)
)
changes = st.lists(entries, max_size=4, unique_by=lambda e: e.path).map(make_change)
formats = st.sampled_from([SHA1, SHA256])


def fields_of(change: Change) -> bytes:
    return b"".join(
        field + b"\0"
        for e in change
        for field in (
            e.old_mode.encode(),
            e.new_mode.encode(),
            e.old_id.encode(),
            e.new_id.encode(),
            b"%d" % len(e.path),
            e.path,
        )
    )


@given(changes, formats)
def test_the_digest_is_over_every_field_of_every_entry(change: Change, object_format: ObjectFormat) -> None:
    start = b"gatekeeper change v1\0" + object_format.name.encode() + b"\0"
    expected = hashlib.sha256(start + fields_of(change)).hexdigest() if change else None
    assert change_digest(change, object_format) == expected


@given(st.lists(changes, max_size=3), formats)
def test_a_merges_digest_is_over_each_diff_and_its_length(parts: list[Change], object_format: ObjectFormat) -> None:
    data = b"gatekeeper merge v1\0" + object_format.name.encode() + b"\0"
    data += b"".join(b"%d\0" % len(change) + fields_of(change) for change in parts)
    assert merge_digest(tuple(parts), object_format) == hashlib.sha256(data).hexdigest()


@given(changes, changes, formats)
def test_different_changes_have_different_digests(one: Change, other: Change, object_format: ObjectFormat) -> None:
    assert (change_digest(one, object_format) == change_digest(other, object_format)) == (one == other)
    same = merge_digest((one, other), object_format) == merge_digest((other, one), object_format)
    assert same == (one == other)


@given(changes)
def test_the_format_and_the_kind_are_part_of_the_digest(change: Change) -> None:
    assert merge_digest((change,), SHA1) != merge_digest((change,), SHA256)
    assert merge_digest((change,), SHA1) != change_digest(change, SHA1)
    assert change_digest(change, SHA1) != change_digest(change, SHA256) or not change


def test_an_entry_cannot_be_moved_from_one_parent_to_the_other() -> None:
    one, two = entry(b"a"), entry(b"b")
    assert merge_digest(((one, two), ()), SHA1) != merge_digest(((one,), (two,)), SHA1)


@given(st.lists(entries, max_size=4, unique_by=lambda e: e.path), st.randoms())
def test_the_order_of_the_diff_plays_no_part(listed: list[RawEntry], random: object) -> None:
    again = list(reversed(listed))
    assert make_change(listed) == make_change(again)
    assert paths_of(make_change(listed)) == tuple(sorted(e.path for e in listed))


@pytest.mark.parametrize("between", [(), (entry(b"a"),), (entry(b"b"), entry(b"z"))])
def test_a_path_twice_is_refused(between: tuple[RawEntry, ...]) -> None:
    with pytest.raises(RepeatedPathError, match="path b'p' twice"):
        make_change([entry(b"p"), *between, entry(b"p", new_id="c" * 40)])
