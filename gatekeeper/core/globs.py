"""Patterns for refs and paths, as people know them from Git.

`?` is one character and `*` any number of them, neither a slash; a segment `**` is any number of
whole segments, also none. Patterns for paths follow gitignore(5): one without a slash matches
at any depth, and a pattern that matches a directory matches all below it. Nothing is a regular
expression, so no pattern can be slow: the cost is at most length times length.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias, TypeVar

    Part = TypeVar("Part")
    Same: TypeAlias = Callable[[Part, Part], bool]

STAR, QUESTION = b"*?"


def _match(pattern: Sequence[Part], text: Sequence[Part], star: Callable[[Part], bool], same: Same[Part]) -> bool:
    """Match in which a star stands for any number of parts. Going back to the last star only suffices for that."""
    p = t = 0
    last_star = -1
    mark = 0
    while t < len(text):
        if p < len(pattern) and star(pattern[p]):
            last_star, mark = p, t
            p += 1
        elif p < len(pattern) and same(pattern[p], text[t]):
            p += 1
            t += 1
        elif last_star >= 0:
            p = last_star + 1
            mark += 1
            t = mark
        else:
            return False
    return all(map(star, pattern[p:]))


def _segment(pattern: bytes, text: bytes) -> bool:
    """Match one segment."""
    return _match(pattern, text, lambda char: char == STAR, lambda char, other: char in (QUESTION, other))


def _segments(pattern: list[bytes], text: list[bytes]) -> bool:
    """Match lists of segments."""
    return _match(pattern, text, _crosses, _segment)


def _crosses(segment: bytes) -> bool:
    """Whether a segment stands for any number of segments: two stars or, as in Git, more."""
    return len(segment) > 1 and not segment.strip(b"*")


def matches_ref(pattern: str, ref: str) -> bool:
    """Whether a full ref name matches a pattern that is anchored at both ends."""
    if pattern == ref:
        return True
    if "*" not in pattern and "?" not in pattern:
        return False
    return _segments(pattern.encode().split(b"/"), ref.encode("utf-8", "surrogateescape").split(b"/"))


def matches_path(pattern: str, path: bytes) -> bool:
    """Whether a path (bytes, no leading slash) matches a pattern with the rules of gitignore(5).

    One that ends in a slash may lead to anything, as a symbolic link does: what a pattern guards below it is matched.
    """
    wanted = pattern.encode().rstrip(b"/")
    anchored = b"/" in wanted
    segments = wanted.lstrip(b"/").split(b"/")
    parts = path.rstrip(b"/").split(b"/")
    if anchored and path.endswith(b"/") and _leads_to(segments, parts):
        return True
    if not anchored:
        segments = [b"**", *segments]
    return _segments(segments, parts) or _segments([*segments, b"**"], parts)


def _leads_to(pattern: list[bytes], directory: list[bytes]) -> bool:
    """Whether a directory is one that a pattern names on its way to what it matches."""
    above = pattern[: len(directory)]
    return len(directory) < len(pattern) and all(
        not _crosses(wanted) and _segment(wanted, part) for wanted, part in zip(above, directory, strict=True)
    )
