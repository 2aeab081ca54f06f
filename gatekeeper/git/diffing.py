"""How `git diff-tree` is asked: by the engine, and ahead of it by what starts Git."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DIFF_TREE = (
    *("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--root", "--always"),
    *("-O/dev/null", "--ignore-submodules=none"),
)
SENTINEL = "."
"""diff-tree echoes a line that is no object id: it marks the end of one answer."""


def diff_questions(pairs: Sequence[tuple[str, ...]]) -> bytes:
    """Return the standard input that asks how commits differ, each from what is named after it, or from nothing."""
    return "".join(f"{' '.join(pair)}\n{SENTINEL}\n" for pair in pairs).encode()
