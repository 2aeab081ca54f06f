"""Canonical JSON: one byte string for one value, so that nothing can be said twice in different bytes.

A subset of RFC 8785 (JCS): objects, arrays, strings, true and false; no numbers and no null, because
no format here needs them. Members are sorted, there is no white space, text is UTF-8.
"""

from __future__ import annotations

from gatekeeper.core import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    Json: TypeAlias = "str | bool | Mapping[str, Json] | Sequence[Json]"


class NotCanonicalError(ValueError):
    """Bytes that are not the canonical form of any value that the formats use."""


def dump(value: Json) -> bytes:
    """Serialise; the caller hands in strings without lone surrogates.

    Raises:
        NotCanonicalError: for a value that is neither object, array, string, true nor false.
    """
    return plain.dumps_as_is(_ordered(value)).encode("utf-8")


def _ordered(value: Json) -> Json:
    """Sort members as RFC 8785 section 3.2.3 does: by UTF-16 code units, not by code points."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    if not isinstance(value, (str, bool)):
        raise NotCanonicalError(f"a {type(value).__name__} where none may be")
    return value


def load(data: bytes) -> Json:
    """Parse canonical bytes.

    Raises:
        NotCanonicalError: if the bytes are not exactly what `dump` gives for what they mean; so
            duplicate members, white space, other escapes and numbers are refused.
    """
    try:
        value = plain.loads_without_numbers(data.decode("utf-8"))
        again = dump(value)
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonicalError(f"not JSON in UTF-8: {error}") from None
    if again != data:
        raise NotCanonicalError("not in canonical form (sorted members, no white space, no duplicate member)")
    checked: Json = value
    return checked
