"""Messages in an encoding in which ASCII letters are other bytes: what Git shows of them is not what they hold."""

from __future__ import annotations

NAMES = frozenset(b"utf-7 utf7 unicode-1-1-utf-7".split())
EBCDIC = frozenset(b"037 273 424 500 875 1026 1140".split())
"""Code pages that Python knows; any other EBCDIC is read as it stands, in which nobody will find a mark."""
PREFIXES = (b"ibm-", b"ibm", b"cp", b"ebcdic-cp-", b"csibm")


def readable(message: bytes, encoding: bytes) -> bytes:
    """Return `message` in an encoding that contains ASCII, by the `encoding` header of its commit.

    Nearly all encodings do; UTF-16 and UTF-32 hold NUL, which no commit may (`commits.py`).
    """
    name = encoding.strip(b" \t'\"").lower()
    number = next((name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)), b"").lstrip(b"0")
    if name in NAMES:
        codec = "utf-7"
    elif number.rjust(3, b"0") in EBCDIC:
        codec = f"cp{number.decode().rjust(3, '0')}"
    else:
        return message
    return message.decode(codec, "replace").replace("\x85", "\n").encode("utf-8", "replace")
