"""What is an object id, and what only looks like one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import FORMATS, ObjectFormat
from tests.support.repositories import Repository


@pytest.mark.parametrize("name", FORMATS)
def test_the_formats_agree_with_git(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    object_format = FORMATS[name]
    repository = Repository(tmp_path_factory.mktemp(name) / "r.git", name)
    made = repository.blob(b"content")
    assert object_format.is_id(made)
    assert object_format.raw_length == len(bytes.fromhex(made))
    assert repository.git("rev-parse", "--show-object-format").decode().strip() == object_format.name
    assert repository.git("mktree").decode().strip() == object_format.empty_tree
    assert object_format.zero == "0" * len(made)


@pytest.mark.parametrize("object_format", FORMATS.values(), ids=str)
@given(text=st.text("0123456789abcdefABCDEFg \n٣", max_size=66) | st.from_regex(r"\A[0-9a-f]{40}\n?\Z"))
def test_an_id_is_lower_case_hex_of_the_right_length(object_format: ObjectFormat, text: str) -> None:
    expected = re.fullmatch(rf"[0-9a-f]{{{object_format.hex_length}}}", text) is not None
    assert object_format.is_id(text) == expected


def test_an_id_of_one_format_is_none_of_the_other() -> None:
    sha1, sha256 = FORMATS["sha1"], FORMATS["sha256"]
    assert sha1.is_id("a" * 40)
    assert sha256.is_id("a" * 64)
    assert not sha1.is_id("a" * 64)
    assert not sha256.is_id("a" * 40)
