"""What Git writes on the hook's standard input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import SHA1, SHA256, ObjectFormat, ObjectId
from gatekeeper.core.push import MalformedPushError, RefUpdate, parse_updates

OLD, NEW = "a" * 40, "b" * 40

formats = st.sampled_from([SHA1, SHA256])
names = st.binary(min_size=1, max_size=20).filter(lambda name: b"\n" not in name and b"\0" not in name)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[ObjectFormat, list[tuple[str, str, bytes]]]:
    object_format = draw(formats)
    ids = st.text("0123456789abcdef", min_size=object_format.hex_length, max_size=object_format.hex_length)
    return object_format, draw(st.lists(st.tuples(ids, ids, names), min_size=1, max_size=4))


@given(inputs(), st.booleans())
def test_every_line_is_an_update_whatever_bytes_are_in_the_name(
    given_input: tuple[ObjectFormat, list[tuple[str, str, bytes]]], final_newline: bool
) -> None:
    object_format, lines = given_input
    data = b"\n".join(b"%s %s %s" % (old.encode(), new.encode(), name) for old, new, name in lines)
    updates = parse_updates(data + b"\n" * final_newline, object_format)
    read = [(update.old, update.new, update.ref.encode("utf-8", "surrogateescape")) for update in updates]
    assert read == lines


@given(st.binary(max_size=100))
def test_other_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(MalformedPushError):
        parse_updates(data, SHA1)


def line(old: str = OLD, new: str = NEW, name: str = "refs/heads/main") -> bytes:
    return f"{old} {new} {name}\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n" + line(),
        line() + b"\n",
        line() + b"\n" + line(),
        line(name=""),
        line(old=OLD.upper()),
        line(old=OLD[:-1]),
        line(new=NEW + "b"),
        line(new="b" * 64),
        line(old=""),
        f"{OLD}\t{NEW}\trefs/heads/main\n".encode(),
        f"{OLD} {NEW}\n".encode(),
        f"{OLD}  {NEW} refs/heads/main\n".encode(),
        line(name="refs/heads/\0main"),
        line() + b"garbage\n",
    ],
)
def test_a_line_of_another_form_refuses_the_push(data: bytes) -> None:
    with pytest.raises(MalformedPushError):
        parse_updates(data, SHA1)


def test_the_bad_line_is_named() -> None:
    with pytest.raises(MalformedPushError, match="line 2 is not `old new ref` with sha1 ids"):
        parse_updates(line() + b"x\n", SHA1)


@pytest.mark.parametrize(
    "name", ["refs/heads/a b", " refs/heads/main", "HEAD", "refs/x", "refs/foo/../bar", "refs/heads/a\r"]
)
def test_names_are_taken_as_they_are(name: str) -> None:
    (update,) = parse_updates(line(name=name), SHA1)
    assert update.ref == name


def test_all_zeros_create_and_delete() -> None:
    created, deleted, moved = parse_updates(line(old="0" * 40) + line(new="0" * 40) + line(), SHA1)
    assert (created.creates, created.deletes) == (True, False)
    assert (deleted.creates, deleted.deletes) == (False, True)
    assert (moved.creates, moved.deletes) == (False, False)


@pytest.mark.parametrize(
    ("ref", "reserved"),
    [
        ("refs/gatekeeper/signoffs", True),
        ("refs/gatekeeper/anything", True),
        ("refs/gatekeeper", True),
        ("refs/GateKeeper/signoffs", True),
        ("REFS/gatekeeper/x", True),
        ("refs/gate\u212aeeper/x", True),
        ("refs/gatekeepers/x", False),
        ("refs/heads/refs/gatekeeper/x", False),
        ("refs/heads/gatekeeper/x", False),
        ("refs/heads/main", False),
    ],
)
def test_gatekeepers_own_names_are_reserved_in_any_case(ref: str, reserved: bool) -> None:
    assert RefUpdate(ref=ref, old=ObjectId(OLD), new=ObjectId(NEW)).reserved is reserved
