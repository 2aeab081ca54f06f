"""What of a message is its author's own: quoted and sample text blanked, Git's wrapping undone.

Every step keeps each place where it is in the message; only the end can be cut off. None can be
used to escape the gate: who hides a mark in a quote could as well leave it out.
"""

from __future__ import annotations

from gatekeeper.core.trailers import block_start

SQUASH = b"squashed commit of the following:"
"""What `git merge --squash` writes before messages that it indents by four (builtin/merge.c)."""
LITERAL = b"\\n\\nco-authored-by:"
SAMPLE = 4
"""Spaces that make a line sample text."""
BOM = b"\xef\xbb\xbf"


def plain_lines(message: bytes) -> bytes:
    """Return `message` without a byte order mark, and with line ends where it has only carriage returns."""
    message = message.removeprefix(BOM)
    if b"\r" in message and b"\n" not in message.rstrip(b"\n"):
        return message.replace(b"\r", b"\n")
    return message


def unwrapped(text: bytes, *, squashed: bool) -> bytes:
    """Return `text`, a message in lower case, with what Git or a shell wrapped in it as lines of its own.

    `squashed`: it may hold the line that `git merge --squash` writes.
    """
    text = unindent_squashed(text) if squashed else unindent_body(text)
    end = text.find(b"\n")
    return break_subject(text) if text.find(LITERAL, 0, end if end >= 0 else len(text)) >= 0 else text


def unquoted(message: bytes, text: bytes) -> bytes:
    """Return `text` without the marks that it only quotes; itself if there are none.

    `text` is `message` in lower case, unwrapped. What Git takes for the trailers of the message is no sample
    in a fence. A revert that repeats the reverted message repeats its trailers, whatever Git takes them for.
    """
    if b"```" in text or b"~~~" in text:
        text = blank_fences(text, block_start(message))
    return cut_reverted(text) if text.startswith(b'revert "') else text


def blank_fences(text: bytes, trailers: int) -> bytes:
    """Blank what stands between a code fence and its closing one (CommonMark 4.5), up to where trailers begin.

    A fence that is never closed hides nothing: a message's end is where trailers are.
    """
    lines = text.split(b"\n")
    opened, char, length = -1, b"", 0
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare[:3] not in (b"```", b"~~~"):
            continue
        run = len(bare) - len(bare.lstrip(bare[:1]))
        if opened < 0:
            if bare[:1] not in bare[run:]:
                opened, char, length = number, bare[:1], run
        elif bare[:1] == char and run >= length and run == len(bare):
            lines[opened : number + 1] = (b" " * len(inside) for inside in lines[opened : number + 1])
            opened = -1
    return b"\n".join(lines)[:trailers] + text[trailers:]


def unindent_squashed(text: bytes) -> bytes:
    """Unindent the messages that `git merge --squash` put into this one: their marks are its own."""
    head, heading, squashed = text.partition(SQUASH)
    if head and not head.endswith(b"\n"):
        return text
    return head + heading + squashed.replace(b"\n    ", b"\n\n\n\n\n")


def unindent_body(text: bytes) -> bytes:
    """Unindent a message of which every line but the subject is indented a little, as by a here-document.

    By four spaces it would be sample text (CommonMark 4.4).
    """
    end = text.find(b"\n")
    if end < 0 or text[end : end + SAMPLE].lstrip(b"\n")[:1] != b" ":
        return text
    lines = [line for line in text[end:].split(b"\n") if line.strip()]
    indent = min((len(line) - len(line.lstrip(b" ")) for line in lines), default=0)
    if not 0 < indent < SAMPLE:
        return text
    return text[:end] + text[end:].replace(b"\n" + b" " * indent, b"\n" * (indent + 1))


def break_subject(text: bytes) -> bytes:
    r"""Break the subject where a shell-quoting mistake left `\n\n` in it as four characters.

    A subject that quotes such text, in quotes or backticks, is left as it is.
    """
    subject, newline, body = text.partition(b"\n")
    if b'"' in subject or b"`" in subject:
        return text
    return subject.replace(b"\\n", b"\n\n") + newline + body


def cut_reverted(text: bytes) -> bytes:
    """Cut a revert off where it repeats the reverted message, which begins with the reverted subject."""
    reverts = text.find(b"\nthis reverts commit ")
    subject = text.partition(b"\n")[0].removeprefix(b'revert "').rpartition(b'"')[0]
    if reverts < 0 or not subject:
        return text
    places = (text.find(b"\n" + subject + ending, reverts) for ending in (b"\n", b"\r\n"))
    quoted = min((place for place in places if place >= 0), default=-1)
    return text if quoted < 0 else text[: quoted + 1]
