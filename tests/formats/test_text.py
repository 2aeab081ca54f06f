from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.formats.text import plural, printable, safe_in_command, short_ref, visible


@given(st.one_of(st.text(), st.binary()), st.integers(4, 80))
def test_visible_text_is_short_plain_ascii(data: str | bytes, limit: int) -> None:
    shown = visible(data if isinstance(data, bytes) else data.encode("utf-8", "replace").decode(), limit)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= limit


@given(st.one_of(st.text(), st.binary()), st.integers(4, 80))
def test_printable_text_is_short_and_nothing_in_it_is_obeyed(data: str | bytes, limit: int) -> None:
    text = data.encode("utf-8", "replace") if isinstance(data, str) else data
    shown = printable(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == printable(text) == text


@pytest.mark.parametrize(
    ("data", "ascii_only", "readable"),
    [
        ("Größe", "Gr\\xf6\\xdfe", "Größe"),
        ("日本", "\\u65e5\\u672c", "日本"),
        ("\u202eevil", "\\u202eevil", "\\u202eevil"),
        ("\u200bx", "\\u200bx", "\\u200bx"),
        ("a\u00a0b", "a\\xa0b", "a\\xa0b"),
        ("\x1b[31m", "\\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m", "\\x9b31m"),
        (b"\xff\xfe", "\\xff\\xfe", "\\xff\\xfe"),
        ("tab\there", "tab\\x09here", "tab\\there"),
    ],
)
def test_what_a_terminal_would_act_on_is_escaped(data: str | bytes, ascii_only: str, readable: str) -> None:
    assert visible(data) == ascii_only
    assert printable(data) == readable


@pytest.mark.parametrize("name", ["main", "release/1.0", "a-b_c", "review/3f9c2a1"])
def test_names_that_may_stand_in_a_command(name: str) -> None:
    assert safe_in_command(name)


@pytest.mark.parametrize("name", ["", "-rf", "a b", "a;b", "$(id)", "a`b`", "é", "a'b", "a\nb", "a*", "a&b", "#x", "~"])
def test_names_that_may_not(name: str) -> None:
    assert not safe_in_command(name)


def test_small_words() -> None:
    assert [plural(n, "push", "pushes") for n in (0, 1, 2)] == ["0 pushes", "1 push", "2 pushes"]
    assert [short_ref(r) for r in ("refs/heads/a/b", "refs/tags/v1", "refs/notes/x", "HEAD")] == [
        "a/b",
        "v1",
        "refs/notes/x",
        "HEAD",
    ]
