"""How SSH puts values into bytes (RFC 4251 section 5), and base64 that says one thing in one way.

Everything here is strict: a value has exactly one accepted encoding, so that equal keys have equal
bytes and equal fingerprints.
"""

from __future__ import annotations

import binascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Reader:
    """Takes values off the front of `data`; what is missing or misshapen raises the caller's error."""

    __slots__ = ("_at", "_data", "_error")

    def __init__(self, data: bytes, error: type[ValueError]) -> None:
        """Read `data` from its beginning; every fault raises `error` with a text that names the value."""
        self._data: Final = data
        self._error: Final = error
        self._at = 0

    def take(self, count: int, what: str) -> bytes:
        """Return exactly `count` bytes."""
        end = self._at + count
        if end > len(self._data):
            raise self._error(f"the {what} is cut off")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def uint32(self, what: str) -> int:
        """Return an unsigned 32-bit number, most significant byte first."""
        return int.from_bytes(self.take(4, what), "big")

    def string(self, what: str) -> bytes:
        """Return a `string`: a uint32 length and as many bytes."""
        return self.take(self.uint32(what), what)

    def natural(self, what: str) -> int:
        """Return an `mpint` that is not negative and encoded in the fewest bytes, as RFC 4251 demands."""
        raw = self.string(what)
        if raw[:1] >= b"\x80":
            raise self._error(f"the {what} is negative")
        if raw[:1] == b"\0" and raw[1:2] < b"\x80":
            raise self._error(f"the {what} has needless zeros in front")
        return int.from_bytes(raw, "big")

    def end(self, what: str) -> None:
        """Demand that nothing is left."""
        left = len(self._data) - self._at
        if left:
            raise self._error(f"the {what} has {left} bytes too many")


def string(value: bytes) -> bytes:
    """Encode a `string`."""
    return len(value).to_bytes(4, "big") + value


def strict_base64(text: bytes) -> bytes:
    """Decode padded standard base64 (RFC 4648 section 4) without white space.

    Raises:
        ValueError: for anything that encoding the result again would not give, byte for byte.
    """
    data = binascii.a2b_base64(text)
    if binascii.b2a_base64(data, newline=False) != text:
        raise ValueError("no padded standard base64")
    return data
