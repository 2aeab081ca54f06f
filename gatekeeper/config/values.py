"""Plain data of a file -> values of the core, one by one. Each function says in its error what it wants."""

from __future__ import annotations

from gatekeeper.config.problems import shown
from gatekeeper.core.clock import MalformedTimeError, parse_span, parse_time
from gatekeeper.core.ids import Timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias, TypeVar, Union

    Plain: TypeAlias = Union[bool, int, str, "list[Plain]", "dict[str, Plain]", None]  # noqa: UP007 - the names in it are not defined yet
    Path: TypeAlias = "tuple[str | int, ...]"
    Value = TypeVar("Value")

LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
MAX_TEXT = 4000
"""Characters of one text: more than any accepted key needs."""
SEPARATORS = frozenset(",;=")
"""What joins names in the key of a condition (`Who.key`), which a published roster is read by."""


class UnfitError(ValueError):
    """A value that is not what its key asks for. The text continues a sentence that begins with the key."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        """Keep the hint apart: it has a place of its own in a problem."""
        super().__init__(message)
        self.suggestion = suggestion


def nearest(word: str, words: Mapping[str, object] | tuple[str, ...]) -> str:
    """Return a hint that names the word which was probably meant, else all of them."""
    from difflib import get_close_matches  # only for somebody who has made a mistake

    close = get_close_matches(word[:60].lower(), list(words), n=1)
    return f"did you mean `{close[0]}`?" if close else f"one of {', '.join(words)}"


def text(value: Plain) -> str:
    """One line of printable text, not empty."""
    line = paragraph(value)
    if "\n" in line:
        raise UnfitError("must be one line")
    return line


def paragraph(value: Plain) -> str:
    """Printable text, perhaps of several lines; white space around it is dropped."""
    if isinstance(value, (bool, int)):
        raise UnfitError("must be text", f'put quotes around it: "{str(value).lower()}"')
    if not isinstance(value, str):
        raise UnfitError("must be text")
    stripped = value.strip()
    if not stripped:
        raise UnfitError("must not be empty")
    if len(stripped) > MAX_TEXT:
        raise UnfitError(f"must have at most {MAX_TEXT} characters")
    odd = next((char for char in stripped if char != "\n" and not char.isprintable()), None)
    if odd is not None:
        raise UnfitError(f"must be printable text, but contains U+{ord(odd):04X}")
    return stripped


def flag(value: Plain) -> bool:
    """True or false, in these words."""
    if not isinstance(value, bool):
        raise UnfitError("must be true or false")
    return value


def format_version(value: Plain) -> int:
    """The version of a file's format: 1, so far."""
    if value != 1 or isinstance(value, bool):
        raise UnfitError("must be 1", "a newer format needs a newer gatekeeper")
    return 1


def number(low: int, high: int) -> Callable[[Plain], int]:
    """A whole number between two others, both included."""

    def convert(value: Plain) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise UnfitError(f"must be a whole number from {low} to {high}")
        return value

    return convert


def choice(table: Mapping[str, Value]) -> Callable[[Plain], Value]:
    """One of the words of a table; the result is what the table says it means."""

    def convert(value: Plain) -> Value:
        if not isinstance(value, str) or value not in table:
            words = ", ".join(table)
            raise UnfitError(f"must be {'one of ' if len(table) > 1 else ''}{words}")
        return table[value]

    return convert


def span(value: Plain) -> int:
    """A span such as `90d`, in seconds."""
    try:
        return parse_span(value if isinstance(value, str) else "")
    except MalformedTimeError:
        raise UnfitError("must be a span of time such as 30m, 24h, 90d or 2w") from None


def moment(value: Plain) -> Timestamp:
    """A date, which is its midnight in UTC, or a time in UTC."""
    written = value if isinstance(value, str) else ""
    try:
        return parse_time(f"{written}T00:00:00Z" if len(written) == len("2026-01-01") else written)
    except MalformedTimeError:
        raise UnfitError("must be a date such as 2026-01-01 or a time such as 2026-01-01T09:00:00Z") from None


def slug(value: Plain) -> str:
    """The id of a rule: lower-case ASCII letters, digits and hyphens."""
    if not isinstance(value, str) or not value or not (LOWER | {"-"}).issuperset(value):
        raise UnfitError("must be made of a-z, 0-9 and -")
    return value


def person_id(value: Plain) -> str:
    """The id of a person: `[a-z0-9][a-z0-9._-]*`."""
    if not isinstance(value, str) or value[:1] not in LOWER or not (LOWER | set("._-")).issuperset(value):
        raise UnfitError("must be made of a-z, 0-9, `.`, `_` and `-`, and begin with a letter or digit")
    return value


def label(value: Plain) -> str:
    """The name of a level, a team or a login: text without white space, commas, semicolons, equals signs."""
    name = text(value)
    if " " in name or not SEPARATORS.isdisjoint(name):
        raise UnfitError("must not contain spaces, `,`, `;` or `=`")
    return name


def address(value: Plain) -> bytes:
    """An e-mail address as it stands in commits, in lower case (ASCII only, as everywhere)."""
    written = text(value)
    local, at, domain = written.rpartition("@")
    if not local or not at or not domain or any(char in " <>" for char in written):
        raise UnfitError(f"must be an address such as someone@example.com, not {shown(written)}")
    return written.encode().lower()
