"""Patterns for refs and paths, as people know them from Git.

`?` is one character and `*` any number of them, neither a slash; a segment `**` is any number of
whole segments, also none. Patterns for paths follow gitignore(5): one without a slash matches
at any depth, and a pattern that matches a directory matches all below it. Nothing is a regular
expression, so no pattern can be slow: the cost is at most length times length.
"""

from __future__ import annotations


def _segment(pattern: bytes, text: bytes) -> bool:
    """Match one segment; `*` backtracks to the last star only, which suffices for globs."""
    p = t = 0
    star = -1
    mark = 0
    while t < len(text):
        if p < len(pattern) and pattern[p : p + 1] == b"*":
            star, mark = p, t
            p += 1
        elif p < len(pattern) and (pattern[p : p + 1] == b"?" or pattern[p] == text[t]):
            p += 1
            t += 1
        elif star >= 0:
            p = star + 1
            mark += 1
            t = mark
        else:
            return False
    return not pattern[p:].strip(b"*")


def _segments(pattern: list[bytes], text: list[bytes]) -> bool:
    """Match segment lists; the same algorithm, with `**` as the star."""
    p = t = 0
    star = -1
    mark = 0
    while t < len(text):
        if p < len(pattern) and _crosses(pattern[p]):
            star, mark = p, t
            p += 1
        elif p < len(pattern) and _segment(pattern[p], text[t]):
            p += 1
            t += 1
        elif star >= 0:
            p = star + 1
            mark += 1
            t = mark
        else:
            return False
    return all(map(_crosses, pattern[p:]))


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
    """Whether a path (bytes, no leading slash) matches a pattern with the rules of gitignore(5)."""
    wanted = pattern.encode().rstrip(b"/")
    anchored = b"/" in wanted
    segments = wanted.lstrip(b"/").split(b"/")
    if not anchored:
        segments = [b"**", *segments]
    return _segments(segments, path.split(b"/")) or _segments([*segments, b"**"], path.split(b"/"))
