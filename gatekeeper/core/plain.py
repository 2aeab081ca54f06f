"""Plain JSON, without the cost of the `json` package.

`json` imports `re`, which together are 5 ms of every push (docs/decisions/0012-interpreters-own.md). The
package is a thin layer over the C functions used here; where the interpreter has them not, or in another
form, the package itself serves, with the same results.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class NotPlainError(ValueError):
    """Text that is not one JSON value, or holds a number where none may be."""


def _refuse(text: str) -> None:
    raise NotPlainError(f"a number ({text[:20]}) where none may be")


class _Context:
    """What the C scanner asks of the decoder it belongs to (json/scanner.py)."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float: Callable[[str], Any] = float
    parse_constant: Callable[[str], Any] = staticmethod(_refuse)

    def __init__(self, parse_int: Callable[[str], Any]) -> None:
        self.parse_int = parse_int
        self.parse_float = _refuse if parse_int is _refuse else float
        self.memo: dict[str, str] = {}


def _scanner(parse_int: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a parser of whole texts without white space around them."""
    try:
        from _json import make_scanner

        scan = make_scanner(_Context(parse_int))  # type: ignore[arg-type]  # duck-typed
        works = scan('{"a":[true,null,"\\u00e9"]}', 0) == ({"a": [True, None, "é"]}, 26)
    except (ImportError, TypeError):
        works = False
    if not works:
        import json

        options = {"parse_int": parse_int, "parse_constant": _refuse}
        if parse_int is _refuse:
            options["parse_float"] = _refuse
        return lambda text: json.loads(text, **options)  # type: ignore[arg-type]

    def parse(text: str) -> Any:
        try:
            value, end = scan(text, 0)
        except StopIteration as stop:
            raise NotPlainError(f"no JSON value at character {stop.value}") from None
        except SystemError:
            # The C function looks for its JSONDecodeError in a module that is not loaded here, and gives up.
            raise NotPlainError("no JSON value") from None
        if end != len(text):
            raise NotPlainError(f"more than one JSON value: character {end}")
        return value

    return parse


def _encoder(*, ascii_only: bool, sort: bool) -> Callable[[Any], str]:
    """Return a serialiser that adds no white space."""
    try:
        from _json import encode_basestring, encode_basestring_ascii, make_encoder

        quote = encode_basestring_ascii if ascii_only else encode_basestring
        skip_keys = allow_nan = False
        encode = make_encoder(None, _unserialisable, quote, None, ":", ",", sort, skip_keys, allow_nan)
        works = "".join(encode({"a": True, "b": [1, None]}, 0)) == '{"a":true,"b":[1,null]}'
    except (ImportError, TypeError):
        works = False
    if not works:
        import json

        return lambda value: json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"), sort_keys=sort)
    return lambda value: quote(value) if isinstance(value, str) else "".join(encode(value, 0))


def _unserialisable(value: object) -> None:
    raise TypeError(f"{type(value).__name__} is no plain value")


loads: Callable[[str], Any] = _scanner(int)
"""Parse one JSON value. Raises `ValueError` for anything else, `RecursionError` for absurd depth."""
loads_without_numbers: Callable[[str], Any] = _scanner(_refuse)
"""The same; `NotPlainError` for any number."""
dumps: Callable[[Any], str] = _encoder(ascii_only=True, sort=True)
"""Serialise with sorted members and no white space, in ASCII."""
dumps_as_is: Callable[[Any], str] = _encoder(ascii_only=False, sort=False)
"""Serialise in the order given; everything but control characters, quote and backslash stays as it is."""
