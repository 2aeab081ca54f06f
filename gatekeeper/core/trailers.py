"""Message bytes -> trailers: what `git interpret-trailers --parse` prints for the message on its stdin.

The model is trailer.c and `ignore_non_trailer` (commit.c) of Git 2.39, with the default configuration:
comments begin with `#`, keys end at `:`. Space is what Git's own `isspace` says, so neither VT nor FF.
`git log --format=%(trailers)` has other rules: for it, `---` ends nothing.

Git itself is not of one mind. Where it differs by version, this module reads as 2.39 does, but for the first:

- Scissors under a `---` divider: 2.39 loops for ever; here they change nothing, as since 2.43.1.
- `---` as the very last bytes, without a newline: no divider. Since 2.46.2 Git completes the last line
  first, so it is one; likewise a last line of scissors, or `Conflicts:`, without a newline.
"""

from __future__ import annotations

from gatekeeper.core.record import Record

SPACE = b" \t\r\n"
KEY_BYTES = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GENERATED = (b"Signed-off-by: ", b"(cherry picked from commit ")
"""Lines that Git writes itself: beside one of them, other text may stand among the trailers."""
SCISSORS = b"\n# ------------------------ >8 ------------------------\n"
ENDS = (b"\n---\n", b"\n--- ", b"\n---\t", b"\n---\r", SCISSORS)
"""What ends a message before its last byte: a patch, or what `git commit --verbose` shows."""


class Trailer(Record):
    """One `key: value` of the last paragraph."""

    key: bytes
    """As written, one or more ASCII letters, digits and `-`. To Git, case makes no other key."""
    value: bytes
    """Without surrounding space, continuation lines joined by one space; any bytes but LF; may be empty."""


def parse_trailers(message: bytes) -> tuple[Trailer, ...]:
    """Return the trailers of a whole commit message in their order.

    The last paragraph is a block of trailers if it has no line that is something else, or if it has a
    line that Git generated and at least a quarter of its lines are trailers. A message of one paragraph
    has none. Takes time linear in the message, which holds no NUL (`commits.py` refuses it).
    """
    _, lines = last_paragraph(without_conflicts(without_patch(message)))
    return parse_block(lines)


def block_start(message: bytes) -> int:
    """Return where the line begins with which the trailers of a message begin; its length if it has none."""
    start, lines = last_paragraph(without_conflicts(without_patch(message)))
    return start if parse_block(lines) else len(message)


def parse_block(lines: list[bytes]) -> tuple[Trailer, ...]:
    """Return the trailers of a paragraph, in its lines without LF; none if it is no block of trailers."""
    block: list[tuple[bytes, list[bytes]]] = []
    trailer_lines = other_lines = 0
    is_generated = False
    value: list[bytes] | None = None  # the lines of the trailer that an indented line would continue
    for line in lines:
        if line[0] in SPACE:
            if value is None:
                other_lines += 1
            else:
                value.append(line)
        elif line.startswith(b"#"):
            value = None
        elif key := trailer_key(line):
            trailer_lines += 1
            is_generated = is_generated or line.startswith(GENERATED)
            value = [line[line.index(b":") + 1 :]]
            block.append((key, value))
        elif line.startswith(GENERATED):
            trailer_lines += 1
            is_generated = True
            value = []  # counted as a trailer and as one to continue, yet without a key it is none
        else:
            other_lines += 1
            value = None
    if other_lines and not (is_generated and trailer_lines * 3 >= other_lines):
        return ()
    return tuple(Trailer(key=key, value=unfold(value)) for key, value in block)


def without_patch(message: bytes) -> bytes:
    """Return the message up to the first `---` divider or scissors line."""
    if b"---" not in message:
        return message
    lines = b"\n" + message  # now every line follows a newline, whose offset is the line's in `message`
    return message[: min((at for end in ENDS if (at := lines.find(end)) >= 0), default=len(message))]


def without_conflicts(text: bytes) -> bytes:
    """Return the message without the list of conflicts that Git wrote at the end before version 2.3.

    Such a list ends the message together with the comments and empty lines around it. These alone
    need no care here, since `last_paragraph` skips them.
    """
    if b"Conflicts:\n" not in text:
        return text
    ignored = start = 0  # as in Git, 0 also stands for nothing ignored
    in_conflicts = False
    while start < len(text):
        if text.startswith(b"Conflicts:\n", start):
            in_conflicts = True
            ignored = ignored or start
        elif text.startswith((b"#", b"\n"), start):
            ignored = ignored or start
        elif ignored and not (in_conflicts and text.startswith(b"\t", start)):
            ignored = 0
            in_conflicts = False
        start = text.find(b"\n", start) + 1 or len(text)
    return text[:ignored] if ignored else text


def last_paragraph(text: bytes) -> tuple[int, list[bytes]]:
    """Return where the last paragraph begins that is not only comments, and its lines without LF.

    None if no blank line is before it: the first paragraph is the title. (Git looks for the end of the
    title from the front. That is the first blank line, so going backwards cannot pass it unseen.)
    """
    lines: list[bytes] = []
    end = len(text)
    while end >= 0:
        start = text.rfind(b"\n", 0, end) + 1
        line = text[start:end]
        if not line.strip(SPACE):
            if lines:
                return end + 1, lines[::-1]
        elif lines or not line.startswith(b"#"):
            lines.append(line)
        end = start - 1
    return len(text), []


def trailer_key(line: bytes) -> bytes:
    """Return the key if the line begins with one, then spaces or tabs or neither, then `:`; else nothing."""
    key, colon, _ = line.partition(b":")
    key = key.rstrip(b" \t")
    return key if colon and not key.translate(None, KEY_BYTES) else b""


def unfold(lines: list[bytes]) -> bytes:
    """Join the lines of a value. Space before a line's end stays, unless it ends the value."""
    return b" ".join([text for line in lines if (text := line.lstrip(SPACE))]).rstrip(SPACE)
