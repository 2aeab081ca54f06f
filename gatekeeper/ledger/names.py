"""Names in the ledger: entries and tables hold pseudonyms, and one table, which is no projection, says whose they are.

So a person can be forgotten though the chain of entries never changes: without its row a pseudonym reads as itself
and is nobody's. A pseudonym is a commitment, the hash of the name and of a random salt beside it: nobody can put
another name in its place unseen, and once the salt is erased no guess of the name can be tried out.
"""

from __future__ import annotations

import os

from gatekeeper.core.hashing import sha256_hex

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from typing import Any

PREFIX = "p:"
DIGITS = 32
PERSONAL = frozenset(
    (
        *("account", "ask", "author", "certified", "claimed", "excluded", "exempt_if_proved"),
        *("person", "proved", "pushed_by", "signer", "who"),
    )
)
"""Members of entries that hold a roster's id, an account or an address, or a list of them."""
WITHIN = {"lift": PERSONAL | {"by"}}
"""Objects in which other members do so too, by the name of the member that holds the object."""
PLACES = ("pusher", "receipts", "verdict", "account")
"""Members of an entry's data in which there may be any; the rest, which can be long, is not looked through."""


def create_names(database: sqlite3.Connection) -> None:
    """Create the table, unless it is there."""
    database.execute(
        "CREATE TABLE IF NOT EXISTS names"
        " (pseudonym TEXT PRIMARY KEY, value TEXT NOT NULL UNIQUE, salt TEXT NOT NULL) WITHOUT ROWID"
    )


def pseudonym_of(value: str, salt: str) -> str:
    """Return the pseudonym that a name has with a salt (32 hex digits)."""
    return PREFIX + sha256_hex(b"gatekeeper name v1\0" + salt.encode() + b"\0" + value.encode())[:DIGITS]


def named(column: str) -> str:
    """Return SQL for what a column holds, with the name in the place of a pseudonym that is known."""
    return f"COALESCE((SELECT value FROM names WHERE pseudonym = {column}), {column})"  # noqa: S608 - our own columns


def hide(database: sqlite3.Connection, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's data with pseudonyms in the place of names; new names get one. Inside of a transaction."""
    known: dict[str, str] = {}

    def pseudonym(value: str) -> str:
        if value not in known:
            if not value.isascii() and not _is_text(value):
                return value
            row = database.execute("SELECT pseudonym FROM names WHERE value = ?", (value,)).fetchone()
            known[value] = row[0] if row else _give(database, value)
        return known[value]

    return _changed(data, pseudonym)


def show(database: sqlite3.Connection, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's data with the names that are still known."""

    def value(text: str) -> str:
        if not text.startswith(PREFIX):
            return text
        row = database.execute("SELECT value FROM names WHERE pseudonym = ?", (text,)).fetchone()
        return str(row[0]) if row else text

    return _changed(data, value)


def _is_text(value: str) -> bool:
    """Whether a name can be written: an account of the environment whose bytes are not UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def mentioned(data: Mapping[str, Any]) -> set[str]:
    """Return the pseudonyms that an entry's data holds where names stand."""
    found: set[str] = set()

    def note(text: str) -> str:
        if text.startswith(PREFIX) and len(text) == len(PREFIX) + DIGITS:
            found.add(text)
        return text

    _changed(data, note)
    return found


def _give(database: sqlite3.Connection, value: str) -> str:
    salt = os.urandom(DIGITS // 2).hex()
    made = pseudonym_of(value, salt)
    database.execute("INSERT INTO names VALUES (?, ?, ?)", (made, value, salt))
    return made


def _changed(data: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return an entry's data with every personal string changed."""
    places = {name: data[name] for name in PLACES if name in data}
    return {**data, **_members(places, change, PERSONAL)}


def _members(value: dict[str, Any], change: Callable[[str], str], personal: frozenset[str]) -> dict[str, Any]:
    """Change the members of an object. It is called for each commit of a push: what has no parts costs no call."""
    changed: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            changed[name] = _members(each, change, WITHIN.get(name, PERSONAL))
        elif isinstance(each, list):
            changed[name] = _items(each, change, personal=name in personal) if each else each
        else:
            changed[name] = change(each) if name in personal and each and isinstance(each, str) else each
    return changed


def _items(value: list[Any], change: Callable[[str], str], *, personal: bool) -> list[Any]:
    """Change the items of an array; `personal` says that strings in it are names."""
    changed: list[Any] = []
    for each in value:
        if isinstance(each, dict):
            changed.append(_members(each, change, PERSONAL))
        elif isinstance(each, list):
            changed.append(_items(each, change, personal=personal))
        else:
            changed.append(change(each) if personal and each and isinstance(each, str) else each)
    return changed
