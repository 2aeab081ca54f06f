"""How bytes from outside are shown: nothing that a terminal or a shell would act on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SAFE_IN_COMMAND = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-")
ABBREVIATED = 7


def visible(data: bytes | str, limit: int = 72) -> str:
    """Return text in plain ASCII; everything else, control characters too, as visible escapes; cut to `limit`."""
    text = data.decode("utf-8", "backslashreplace") if isinstance(data, bytes) else data
    shown = "".join(
        char
        if " " <= char <= "~"
        else char.encode("ascii", "backslashreplace").decode()
        if char > "\x7f"
        else f"\\x{ord(char):02x}"
        for char in text[: limit + 1]
    )
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."


def printable(data: bytes | str, limit: int | None = None) -> str:
    """Return text for somebody's own terminal: letters of every script stay, what a terminal acts on is escaped.

    Control characters, direction marks, look-alike blanks and what is not UTF-8 become visible escapes
    (`str.isprintable`). For names of people, subjects and paths; an address or a ref is shown by `visible`,
    where a look-alike letter shows.
    """
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    text = raw.decode("utf-8", "backslashreplace")
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in (text if limit is None else text[: limit + 1])
    )
    return shown if limit is None or len(shown) <= limit else f"{shown[: limit - 3]}..."


def safe_in_command(name: str) -> bool:
    """Whether a name can stand in a command that somebody copies into a shell."""
    return bool(name) and SAFE_IN_COMMAND.issuperset(name) and not name.startswith("-")


def short(object_id: str) -> str:
    """Return an abbreviated object id."""
    return object_id[:ABBREVIATED]


def short_ref(ref: str) -> str:
    """Return a ref as people say it: `main` for `refs/heads/main`."""
    for prefix in ("refs/heads/", "refs/tags/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref


def listed(names: Sequence[str], most: int) -> str:
    """Return the first names, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
