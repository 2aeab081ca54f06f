"""The interpreter's C functions and the `json` package give the same, so it does not matter which one serves."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core import plain

TEXTS = st.text(st.characters(codec="utf-8"))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_serialising_agrees_with_the_json_package(value: Any) -> None:
    assert plain.dumps(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))
    assert plain.dumps_as_is(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(VALUES)
def test_what_was_serialised_is_read_back(value: Any) -> None:
    assert plain.loads(plain.dumps(value)) == value
    assert plain.loads(plain.dumps_as_is(value)) == value


@given(st.text(alphabet='{}[]":,0123456789.eE+-truefalsn\\u \n', max_size=40))
def test_what_the_json_package_refuses_is_refused(text: str) -> None:
    try:
        expected = json.loads(text, parse_constant=lambda _: pytest.fail("a constant"))
    except (ValueError, pytest.fail.Exception):
        with pytest.raises(ValueError):
            plain.loads(text)
    else:
        if text == text.strip():
            assert plain.loads(text) == expected


@pytest.mark.parametrize("text", ["", '{"a":1}x', "[1,]", "nul", "NaN", "Infinity", '"\x01"', "[" * 3])
def test_what_is_not_one_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        plain.loads(text)


@pytest.mark.parametrize("text", ["1", "-1", "1.5", "1e9", '{"a":[0]}', "NaN"])
def test_numbers_can_be_refused(text: str) -> None:
    with pytest.raises(plain.NotPlainError, match="a number"):
        plain.loads_without_numbers(text)


def test_what_is_no_plain_value_cannot_be_serialised() -> None:
    with pytest.raises(TypeError):
        plain.dumps({"a": b"bytes"})


def test_the_json_package_is_not_loaded() -> None:
    code = "import sys, gatekeeper.core.plain; sys.exit('json' in sys.modules or 're' in sys.modules)"
    start = f"import sys; sys.path[:0] = {sys.path!r}"
    assert subprocess.run([sys.executable, "-I", "-S", "-c", f"{start}; {code}"], check=False).returncode == 0


@pytest.mark.parametrize(
    "text", ["", '{"a', '{"a"', '{"a":', '{"a":1', "[1,", '"a', '"\\', '"\\u12', '{"a":1}x', "nul"]
)
def test_text_that_is_cut_off_is_refused_where_the_json_package_is_not_loaded(text: str) -> None:
    code = f"""
import sys
sys.path[:0] = {sys.path!r}
from gatekeeper.core import plain
try:
    plain.loads({text!r})
except ValueError:
    sys.exit(0 if "json" not in sys.modules else 2)
sys.exit(1)
"""
    assert subprocess.run([sys.executable, "-I", "-S", "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["make_scanner", "make_encoder", "encode_basestring"])
def test_without_the_c_functions_the_package_serves(name: str) -> None:
    code = f"""
import sys, _json
sys.path[:0] = {sys.path!r}
del _json.{name}
from gatekeeper.core import plain
assert plain.loads(plain.dumps({{"b": [1, None, True], "a": "\\u00e9"}})) == {{"b": [1, None, True], "a": "\\u00e9"}}
assert plain.dumps({{"b": 1, "a": "\\u00e9"}}) == '{{"a":"\\\\u00e9","b":1}}'
try:
    plain.loads_without_numbers("[1]")
except plain.NotPlainError:
    sys.exit(0)
sys.exit(1)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
