"""The message of a commit that is being made -> the message that the commit will have.

The model is `cleanup_message` and `strbuf_stripspace` of Git (sequencer.c, strbuf.c), `wt_status_locate_end`
(wt-status.c) and the option `--cleanup` in git-commit(1).
"""

from __future__ import annotations

from gatekeeper.core.trailers import SPACE

SCISSORS = b" ------------------------ >8 ------------------------\n"
AUTOMATIC = b"#;@!$%^&|:"
"""What Git chooses from under `core.commentChar=auto` (builtin/commit.c)."""


def cleaned(text: bytes, comment: bytes = b"#", *, comments_stay: bool = False) -> bytes:
    """Return the message as Git will commit it.

    Args:
        text: The file that a hook is given.
        comment: What a line of comment begins with; `comment_of` finds it.
        comments_stay: Whether such lines are text, as after `git commit -m`.
    """
    lines: list[bytes] = []
    blank = False
    for line in without_scissors(text, comment).split(b"\n"):
        if not comments_stay and line.startswith(comment):
            continue
        bare = line.rstrip(SPACE)
        if bare:
            if blank and lines:
                lines.append(b"")
            lines.append(bare)
        blank = not bare
    return b"\n".join(lines) + b"\n" if lines else b""


def without_scissors(text: bytes, comment: bytes) -> bytes:
    """Return the text above the line of scissors, below which `git commit --verbose` shows the change."""
    lines = b"\n" + text  # now every line follows a newline, whose offset is the line's in `text`
    at = lines.find(b"\n" + comment + SCISSORS)
    return text if at < 0 else text[:at]


def comment_of(setting: str, text: bytes) -> bytes:
    """Return what a line of comment begins with in a message that Git wrote.

    Args:
        setting: The value of `core.commentString` or `core.commentChar`; empty if neither is set.
        text: The message with its comments: after `auto` it tells what Git chose, since they end it.
    """
    if setting != "auto":
        return setting.encode("utf-8", "surrogateescape") or b"#"
    last = text.rstrip(SPACE).rpartition(b"\n")[2][:1]
    return last if last and last in AUTOMATIC else b"#"
