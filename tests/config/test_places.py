"""Both of PyYAML's parsers: libyaml is not there on every machine, and the answer must not depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.config import places
from gatekeeper.config.places import MAX_BYTES, load
from gatekeeper.config.problems import ConfigurationError

if TYPE_CHECKING:
    from gatekeeper.config.values import Plain

PARSERS = [pyyaml.SafeLoader, *([pyyaml.CSafeLoader] if pyyaml.__with_libyaml__ else [])]


@pytest.fixture(params=PARSERS, autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PARSER", request.param)


def refusal(content: bytes) -> str:
    """Return everything that is wrong, whether or not the rest could be read."""
    try:
        _, found = load(content, "f")
    except ConfigurationError as error:
        return str(error)
    return "\n".join(map(str, found.problems))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("OFF", "OFF"),
        ("y", "y"),
        ("null", None),
        ("~", None),
        ("", None),
        ("''", ""),
        ("'true'", "true"),
        ('"7"', "7"),
        ("7", 7),
        ("0", 0),
        ("007", "007"),
        ("0x10", "0x10"),
        ("0o10", "0o10"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("-1", "-1"),
        ("+1", "+1"),
        ("1.0", "1.0"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, "9" * 19),
        ("٣", "٣"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01 00:00:00", "2026-01-01 00:00:00"),
        ("=", "="),
        ("|\n  7\n", "7\n"),
    ],
)
def test_a_scalar_means_what_it_says(written: str, meant: Plain) -> None:
    data, found = load(f"key: {written}".encode(), "f")
    assert data == {"key": meant}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(meant)
    assert not found.problems


def test_values_and_keys_are_found_where_they_stand() -> None:
    data, found = load("a: 1\nöö: {b: [x, [y, z]]}\nlist:\n  - one\n  - two: {}\n".encode(), "f")
    assert data == {"a": 1, "öö": {"b": ["x", ["y", "z"]]}, "list": ["one", {"two": {}}]}
    assert found.find(()) == (1, 1)
    assert found.find(("a",)) == (1, 4)
    assert found.find(("a",), at_key=True) == (1, 1)
    assert found.find(("öö", "b"), at_key=True) == (2, 6)
    assert found.find(("öö", "b", 1, 1)) == (2, 17)
    assert found.find(("list", 1)) == (5, 5)
    assert found.find(("list", 1, "two")) == (5, 10)
    assert found.find(("list", 1, "three")) == (5, 5)
    assert found.find(("list", 1, "three"), at_key=True) == (5, 5)


def test_a_byte_order_mark_moves_nothing() -> None:
    _, found = load(b"\xef\xbb\xbfa: 1", "f")
    assert found.find(("a",)) == (1, 4)


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"---\n", b"---\n...\n"])
def test_an_empty_file_is_null(content: bytes) -> None:
    assert load(content, "f")[0] is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: 2\na: 3\n", "f:3:1: duplicate key `a` (first in line 1)"),
        (b"a: {b: 1, 'b': 2}\n", "f:1:11: duplicate key `b` (first in line 1)"),
        (b"1: x\n", "f:1:1: a key must be text (put quotes around it)"),
        (b"a: x\ntrue: x\n", "f:2:1: a key must be text (put quotes around it)"),
        (b"? [a]\n: x\n", "f:1:3: a key must be text (put quotes around it)"),
        (b"a: &x 1\n", "f:1:4: anchors and aliases (`&`, `*`) are not allowed (write the value out)"),
        (b"a: !!str 1\n", "f:1:4: tags (`!`) are not allowed (leave it out, or put quotes around text)"),
        (b"a: !x [1]\n", "f:1:4: tags (`!`) are not allowed (leave it out, or put quotes around text)"),
        (b"a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; only one is allowed"),
        (b"a: 1\nb: \xff\n", "f:2:4: the file is not in UTF-8 (save it as UTF-8)"),
        (b"a: 1\nb: \x1b[31m\n", "f:2:4: the file contains U+001B, which is no text"),
        (b"a: \xef\xbf\xbf\n", "f:1:4: the file contains U+FFFF, which is no text"),
        (b"\x00", "f:1:1: the file contains U+0000, which is no text"),
        (b"a: x\xef\xbb\xbf\n", "f:1:5: the file contains U+FEFF, which is no text"),
        (b'"\x1b": 1', "f:1:2: the file contains U+001B, which is no text"),
        (b'"\\e": 1\n"\\e": 2', "f:2:1: duplicate key `\\x1b` (first in line 1)"),
        (b"[" * 40, "f:1:18: the file is nested more than 16 deep"),
        (
            b" " * (MAX_BYTES + 1),
            f"f:1:1: the file has {MAX_BYTES + 1} bytes; at most {MAX_BYTES} are allowed",
        ),
    ],
)
def test_what_has_more_than_one_reading_is_refused(content: bytes, expected: str) -> None:
    assert refusal(content) == expected


def test_aliases_are_refused_so_that_nothing_grows() -> None:
    laughs = "a: &a [x]\n" + "".join(f"k{n}: &k{n} [*a, *a]\n" for n in range(3))
    lines = refusal(laughs.encode()).split("\n")
    assert len(lines) == 10
    assert all("anchors and aliases" in line for line in lines)


def test_the_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_VALUES", 5)
    assert refusal(b"a: [1, 2, 3]") == "f:1:11: the file holds more than 5 values"
    assert not refusal(b"a: [1, 2]")


@pytest.mark.parametrize(
    ("content", "beginning", "end"),
    [
        (b"a: 1\n\tb: 2\n", "f:2:1: this is not YAML: ", "(indent with spaces, not with tabs)"),
        (b"a: [1, 2\nb: 3\n", "f:2:2: this is not YAML: ", ""),
        (b"a: 1\n b: 2\n", "f:2:3: this is not YAML: ", ""),
        (b"a: 'x\n", "f:1:4: this is not YAML: ", ""),
        (b"a: 1\nno key\n", "f:2:1: this is not YAML: ", ""),
        (b"a: *\n", "f:1:5: this is not YAML: ", ""),
    ],
)
def test_what_is_not_yaml_is_told_with_its_place(content: bytes, beginning: str, end: str) -> None:
    told = refusal(content)
    assert told.startswith(beginning)
    assert told.endswith(end)


def test_half_a_surrogate_pair_never_becomes_text() -> None:
    # libyaml refuses it as an escape, the other parser takes it.
    told = refusal(b'a: "\\ud800"\n')
    assert told.startswith("f:1:")
    assert "surrogate" in told or "not YAML" in told


def test_all_faults_of_the_form_are_told_at_once() -> None:
    assert refusal(b"a: &x 1\na: 2\n3: x\n").count("\n") == 2


@given(st.binary() | st.text(alphabet="ab:-[]{}&*!|>'\"#%@`, \n\t\\x0~?").map(str.encode))
def test_any_bytes_give_data_or_a_configuration_error(content: bytes) -> None:
    try:
        data, _ = load(content, "f")
    except ConfigurationError as error:
        assert error.problems  # noqa: PT017
        assert all(problem.line >= 1 and problem.column >= 1 for problem in error.problems)  # noqa: PT017
    else:
        assert data is None or isinstance(data, (bool, int, str, list, dict))


SCALARS = (
    st.none() | st.booleans() | st.integers(0, 10**17) | st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]))
)


@given(
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
        max_leaves=12,
    )
)
def test_what_json_says_is_read_alike(value: Plain) -> None:
    # YAML 1.2 contains JSON; long keys and deep nesting are what these parsers bound.
    import json

    data, found = load(json.dumps(value, ensure_ascii=False).encode(), "f")
    assert data == value
    assert not found.problems
