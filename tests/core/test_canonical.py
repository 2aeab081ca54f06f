"""Canonical JSON: one value, one byte string."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.canonical import NotCanonicalError, dump, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.core.canonical import Json

texts = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    texts | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_back_from_its_bytes(value: Json) -> None:
    assert load(dump(value)) == value


@given(values)
def test_the_bytes_mean_the_value_to_any_reader_of_json(value: Json) -> None:
    assert json.loads(dump(value)) == value


@given(st.binary(max_size=12) | st.text('[]{}",:ntfu\\ \n1eE.-x', max_size=8).map(str.encode))
def test_bytes_are_canonical_or_refused(data: bytes) -> None:
    try:
        value = load(data)
    except NotCanonicalError:
        return
    assert dump(value) == data


def shuffled(value: Any, turn: Callable[[list[str]], str]) -> str:
    """JSON that means `value`, written in some other way where `turn` says so."""
    space = turn(["", "", " ", "\n", "\t"])
    if isinstance(value, dict):
        members = [json.dumps(k) + ":" + space + shuffled(v, turn) for k, v in value.items()]
        return "{" + space + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(shuffled(item, turn) for item in value) + space + "]"
    return turn([json.dumps(value), json.dumps(value, ensure_ascii=False)]) + space


@given(values, st.data())
def test_a_value_written_otherwise_is_refused(value: Json, data: st.DataObject) -> None:
    written = shuffled(value, lambda choices: data.draw(st.sampled_from(choices))).encode()
    if written == dump(value):
        assert load(written) == value
    else:
        with pytest.raises(NotCanonicalError):
            load(written)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"null",
        b'{"a":null}',
        b"1",
        b"-1",
        b"1.5",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"a":[0]}',
        b'{"b":"","a":""}',
        b'{"a":"","a":""}',
        b'{"a":"x","a":"x"}',
        b'{"a": ""}',
        b'{"a":""}\n',
        b'\xef\xbb\xbf{"a":""}',
        b'"\\u0061"',
        b'"\\/"',
        b'"\\u001F"',
        b'"\\u0009"',
        b'"\\ud800"',
        b'"\\ud83d\\ude00"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\x01"',
        b'"a',
        b"[true,]",
        b"{'a':''}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"9" * 100_000,
    ],
)
def test_what_is_no_canonical_form_of_these_values_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        load(data)


def test_control_characters_are_escaped_as_the_rfc_says() -> None:
    assert dump('\b\t\n\f\r\x1f\x7f"\\/é\U0001f600') == b'"\\b\\t\\n\\f\\r\\u001f\x7f\\"\\\\/\xc3\xa9\xf0\x9f\x98\x80"'


def test_members_are_sorted_as_the_example_of_the_rfc() -> None:
    """RFC 8785 section 3.2.3: by UTF-16 code units, so a smiley comes before U+FB33."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(dump(dict.fromkeys(names, "")))) == expected


@pytest.mark.parametrize("value", [None, 1, 1.0, b"bytes", {"a": [None]}])
def test_other_values_cannot_be_written(value: Any) -> None:
    with pytest.raises(NotCanonicalError):
        dump(value)
