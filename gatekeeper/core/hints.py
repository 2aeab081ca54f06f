"""Whether a message can hold a mark at all, and which bytes to look for: all that most commits cost.

A message is squeezed once, in C: letters in lower case and line ends stay, a few other bytes become line
ends, and everything else goes. Each line of a mark then begins with bytes that a look-up finds, whatever
stood before them. A hint promises nothing; a message without any holds no mark.
"""

from __future__ import annotations

from gatekeeper.core.disclosures import DISCLOSURES
from gatekeeper.core.own_words import SQUASH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MESSAGE_LIMIT = 400 * 1024
"""Bytes of a message that is read: more than twice the longest of 900,000 in public repositories."""
PIECES_LIMIT = 1 << 16
"""Pieces of a squeezed message that are looked up: ten times the lines of the longest."""
PROSE_NEEDLES = (b"claude", b"codex", b"copilot", b"gemini", b"chatgpt")
PROSE_WORDS = tuple((needle, needle.decode()) for needle in PROSE_NEEDLES)
CO_AUTHOR = b"co-authored-by"
START = 8
"""Letters by which the beginning of a footer is looked for."""

BREAKS = b"\r.:\\"
"""What ends a line for a hint: a key ends at `:`, a sentence at `.`, and a literal `\\n` stands for a line end."""
SQUEEZED = bytes(10 if byte in BREAKS else ord(chr(byte).lower()) if byte < 128 else byte for byte in range(256))
DROPPED = bytes(byte for byte in range(256) if byte not in b"\n" + BREAKS and not (byte < 128 and chr(byte).isalpha()))


class TooMuchError(Exception):
    """The message is longer, or of more pieces, than is looked at."""


def squeeze(text: bytes) -> bytes:
    """Return the letters of `text` in lower case, in pieces."""
    return text.translate(SQUEEZED, DROPPED)


def common(one: bytes, other: bytes) -> bytes:
    """Return what both begin with."""
    return next((one[:size] for size in range(min(len(one), len(other)), 0, -1) if other.startswith(one[:size])), b"")


class Hints:
    """What is looked for first, made of every text that can be part of a mark."""

    def __init__(self, keys: Iterable[bytes], starts: Iterable[bytes]) -> None:
        """Prepare to look for lines that begin with any of `keys` and a colon, or with any of `starts`."""
        self._pieces: dict[bytes, set[bytes]] = {b"n" + squeeze(CO_AUTHOR): {CO_AUTHOR}}  # behind a literal `\n`
        self._starts: dict[str, bytes] = {}
        for key in (*keys, *DISCLOSURES, SQUASH):
            self._pieces.setdefault(squeeze(key).partition(b"\n")[0], set()).add(key)
        for start in starts:
            head, ended, _ = squeeze(start).partition(b"\n")
            if ended:
                self._pieces.setdefault(head, set()).add(start)
            else:
                begins = (b"\n" + head[:START]).decode("latin-1")
                self._starts[begins] = common(self._starts.get(begins, start), start)
        self._known = frozenset(self._pieces)

    def needles(self, message: bytes) -> set[bytes]:
        """Return bytes in lower case, one of which every line with a mark contains; none if there is no mark.

        Raises:
            TooMuchError: if the message is past a bound.
        """
        if len(message) > MESSAGE_LIMIT:
            raise TooMuchError
        squeezed = b"\n" + message.translate(SQUEEZED, DROPPED)
        pieces = squeezed.split(b"\n", PIECES_LIMIT)
        if len(pieces) > PIECES_LIMIT:
            raise TooMuchError
        found: set[bytes] = set()
        if not self._known.isdisjoint(pieces):
            for piece in self._known.intersection(pieces):
                found |= self._pieces[piece]
        text = squeezed.decode("latin-1")  # `in` takes half as long in text as in bytes
        found.update([needle for start, needle in self._starts.items() if start in text])
        found.update([needle for needle, word in PROSE_WORDS if word in text])
        return found
