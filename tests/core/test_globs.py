"""Patterns for refs and paths, against a slow model and against Git's own gitignore."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.core.globs import matches_path, matches_ref
from tests.support.repositories import Repository

pieces = st.sampled_from(["a", "b", "ab", "*", "?", "a*", "*b", "a?b", "*a*b", "**", "a**b", "***", ".", "é"])
patterns = st.lists(pieces, min_size=1, max_size=4).map("/".join)
names = st.lists(st.text("abé.", min_size=1, max_size=4), min_size=1, max_size=5).map("/".join)

in_trees = names.filter(lambda name: not {".", ".."} & set(name.split("/")))
"""Paths as trees have them."""


@cache
def expression(pattern: str) -> re.Pattern[str]:
    """A slow model: segment lists as a regular expression, each text segment followed by a slash."""
    parts = [
        "(?:[^/]+/)*"
        if len(segment) > 1 and not segment.strip("*")
        else "".join({"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)) for char in segment) + "/"
        for segment in pattern.split("/")
    ]
    return re.compile("".join(parts))


def bytewise(text: str) -> str:
    """Patterns work on bytes, so `?` is one byte; one character a byte lets the model do the same."""
    return text.encode().decode("latin-1")


@given(patterns, names)
def test_a_ref_matches_as_the_model_says(pattern: str, name: str) -> None:
    expected = expression(bytewise(pattern)).fullmatch(bytewise(name) + "/") is not None
    assert matches_ref(pattern, name) is expected


@given(patterns, names)
def test_a_path_matches_as_the_model_says(pattern: str, name: str) -> None:
    """Itself or a directory above it, at any depth if there is no slash."""
    anchored = pattern if "/" in pattern else f"**/{pattern}"
    model = expression(bytewise(f"{anchored}/**"))
    assert matches_path(pattern, name.encode()) is (model.fullmatch(bytewise(name) + "/") is not None)


class Ignored:
    """What `git check-ignore` says of a path that is no directory."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.excludes = repository.path.parent / "excludes"

    def __call__(self, pattern: str, paths: list[str]) -> list[bool]:
        self.excludes.write_text(f"{pattern}\n")
        empty = self.repository.path.parent / "empty"
        command = ["git", f"--work-tree={empty}", "-c", f"core.excludesFile={self.excludes}"]
        command += ["check-ignore", "--no-index", "--stdin", "-z", "--verbose", "--non-matching"]
        done = subprocess.run(
            command,
            cwd=empty,
            env={**os.environ, "GIT_DIR": str(self.repository.path)},
            input="\0".join(paths).encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        fields = done.stdout.split(b"\0")[:-1]
        assert [field.decode() for field in fields[3::4]] == paths
        return [bool(field) for field in fields[2::4]]


@pytest.fixture(scope="module")
def ignored(tmp_path_factory: pytest.TempPathFactory) -> Ignored:
    top = tmp_path_factory.mktemp("ignored")
    (top / "empty").mkdir()
    return Ignored(Repository(top / "r.git"))


@settings(max_examples=60)
@given(
    pattern=patterns.filter(lambda p: "." not in p.split("/")),
    paths=st.lists(in_trees, min_size=10, max_size=30, unique=True),
)
def test_paths_match_at_least_where_gitignore_does(pattern: str, paths: list[str], ignored: Ignored) -> None:
    """One difference: `dir/**` takes in a file named `dir` too, which makes a rule apply more, not less."""
    for path, by_git in zip(paths, ignored(pattern, paths), strict=True):
        if pattern.endswith("**"):
            assert matches_path(pattern, path.encode()) or not by_git
        else:
            assert matches_path(pattern, path.encode()) is by_git, (pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("docs", "docs/a/b", True),
        ("docs/", "docs/a", True),
        ("docs", "src/docs/a", True),
        ("/docs", "src/docs/a", False),
        ("src/docs", "x/src/docs", False),
        ("**/src/docs", "x/src/docs/a", True),
        ("*.py", "a/b/c.py", True),
        ("*.py", "a/b/c.pyc", False),
        ("a*", "b/xa", False),
        (".github/**", ".github/workflows/ci.yml", True),
        (".github/**", ".githubx/y", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b/c", True),
        ("a/*/b", "a/x/y/b", False),
        ("[ab]", "a", False),
        ("a", "A", False),
        ("a", "", False),
    ],
)
def test_paths_people_write(pattern: str, path: str, expected: bool) -> None:
    assert matches_path(pattern, path.encode()) is expected


@pytest.mark.parametrize(
    ("pattern", "ref", "expected"),
    [
        ("refs/heads/main", "refs/heads/main", True),
        ("refs/heads/main", "refs/heads/main2", False),
        ("refs/heads/main", "refs/heads/Main", False),
        ("refs/heads/*", "refs/heads/a/b", False),
        ("refs/heads/**", "refs/heads/a/b", True),
        ("refs/heads/release/**", "refs/heads/release/1/x", True),
        ("refs/heads/release/**", "refs/heads/release2", False),
        ("refs/tags/v*", "refs/tags/v1", True),
        ("refs/tags/v*", "refs/tags/w1", False),
        ("refs/heads/?", "refs/heads/ab", False),
        ("heads/main", "refs/heads/main", False),
    ],
)
def test_refs_are_matched_whole(pattern: str, ref: str, expected: bool) -> None:
    assert matches_ref(pattern, ref) is expected


def test_names_that_are_not_utf8_are_matched_by_wildcards() -> None:
    odd = b"refs/heads/\xff".decode("utf-8", "surrogateescape")
    assert matches_ref("refs/heads/*", odd)
    assert not matches_ref("refs/heads/main", odd)
    assert matches_path("*.c", b"\xff\n.c")


def test_no_pattern_is_slow() -> None:
    """With backtracking over every star these would not end."""
    assert not matches_ref("refs/" + "*a" * 40 + "b", "refs/" + "a" * 5_000)
    assert not matches_path("**/a/" * 40 + "b", b"/".join([b"a"] * 2_000))
