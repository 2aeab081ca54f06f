"""What a roster that cannot be used still says plainly: who is out, and which keys count no more.

The last good roster stays in force for a while when a new one is broken. But whoever takes a stolen key out
of the file and mistypes a level beside it must not have to wait: what ends something takes effect at once
(DESIGN.md section 8), and nothing else of the broken file does.
"""

from __future__ import annotations

from gatekeeper.config.places import load
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.roster import public_key
from gatekeeper.config.values import UnfitError, moment, person_id
from gatekeeper.core.people import Key, Person
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from gatekeeper.config.values import Plain
    from gatekeeper.core.ids import Fingerprint, Timestamp
    from gatekeeper.core.people import Roster

    Name = TypeVar("Name")
    Value = TypeVar("Value")


class Entry(Record):
    """What can be read of one entry of `people`."""

    id: str | None = None
    until: Timestamp | None = None
    keys: tuple[Key, ...] = ()
    """Those that can be read; only their fingerprint, end and revocation are."""
    all_keys: bool = False
    """Whether `keys` is there and every one of them can be read."""


def read_entries(content: bytes) -> tuple[Entry, ...]:
    """Read the people of a roster, however broken it is.

    Args:
        content: The bytes of the file; of what is no YAML, or has no list of people, nothing can be read.
    """
    try:
        data, _ = load(content, "")
    except ConfigurationError:
        return ()
    people = data.get("people") if isinstance(data, dict) else None
    return tuple(map(_entry, people)) if isinstance(people, list) else ()


def _entry(value: Plain) -> Entry:
    if not isinstance(value, dict):
        return Entry()
    lines = value.get("keys")
    keys = [_key(line) for line in lines] if isinstance(lines, list) else [None]
    return Entry(
        id=_read(person_id, value.get("id")),
        until=_read(moment, value.get("until")),
        keys=tuple(key for key in keys if key),
        all_keys=None not in keys,
    )


def _key(value: Plain) -> Key | None:
    """Read a key; a `revoked` that nobody can read means yes, for somebody wrote it."""
    members = value if isinstance(value, dict) else {"key": value}
    public = _read(public_key, members.get("key"))
    if public is None:
        return None
    return Key(
        public=public,
        valid_until=_read(moment, members.get("until")),
        revoked=members.get("revoked", False) is not False,
    )


def _read(convert: Callable[[Plain], Value], value: Plain) -> Value | None:
    try:
        return convert(value)
    except UnfitError:
        return None


class StoppedRoster:
    """The last good roster without what ends by a broken one; see `Roster`."""

    def __init__(self, roster: Roster, entries: Iterable[Entry]) -> None:
        """Lay what can be read of a broken file over the last good roster."""
        entries = tuple(entries)
        self.ladder = roster.ladder
        self._roster = roster
        self._listed = {entry.id for entry in entries}
        self._complete = bool(entries) and None not in self._listed
        self._left = _earliest((entry.id, entry.until) for entry in entries)
        self._keys = {(entry.id, key.public.fingerprint) for entry in entries for key in entry.keys}
        self._unread = {entry.id for entry in entries if not entry.all_keys}
        everything = [key for entry in entries for key in entry.keys]
        self._revoked = {key.public.fingerprint for key in everything if key.revoked}
        self._over = _earliest((key.public.fingerprint, key.valid_until) for key in everything)

    def _with_ends(self, person: Person | None) -> Person | None:
        """Return somebody of the last good roster as the broken one leaves them; None if it lists them no more."""
        if person is None or (self._complete and person.id not in self._listed):
            return None
        keys = [key for key in person.keys if self._holds(person.id, key.public.fingerprint)]
        return person.replace(
            employed_until=_earlier(person.employed_until, self._left.get(person.id)),
            keys=tuple(
                key.replace(
                    revoked=key.revoked or key.public.fingerprint in self._revoked,
                    valid_until=_earlier(key.valid_until, self._over.get(key.public.fingerprint)),
                )
                for key in keys
            ),
        )

    def _holds(self, person_id: str, fingerprint: Fingerprint) -> bool:
        """Whether a key is still somebody's, as far as the broken file lets that be read."""
        known = person_id in self._listed and person_id not in self._unread
        return not known or (person_id, fingerprint) in self._keys

    def person(self, person_id: str) -> Person | None:
        """See `Roster`."""
        return self._with_ends(self._roster.person(person_id))

    def by_email(self, email: bytes) -> Person | None:
        """See `Roster`."""
        return self._with_ends(self._roster.by_email(email))

    def by_account(self, server: str, login: str) -> Person | None:
        """See `Roster`."""
        return self._with_ends(self._roster.by_account(server, login))

    def by_key(self, fingerprint: Fingerprint) -> Person | None:
        """See `Roster`."""
        person = self._with_ends(self._roster.by_key(fingerprint))
        return person if person and person.key(fingerprint) else None

    def everybody(self) -> Iterable[Person]:
        """See `Roster`."""
        people = (self._with_ends(person) for person in self._roster.everybody())
        return [person for person in people if person]

    def stopped(self) -> tuple[str, ...]:
        """Return the ids of everybody whom the broken file changes, in order."""
        before = list(self._roster.everybody())
        return tuple(sorted(person.id for person in before if self._with_ends(person) != person))


def _earliest(pairs: Iterable[tuple[Name, Timestamp | None]]) -> dict[Name, Timestamp]:
    """Return the earliest time for each name; an open end is none."""
    found: dict[Name, Timestamp] = {}
    for name, when in pairs:
        if when is not None:
            found[name] = min(when, found.get(name, when))
    return found


def _earlier(one: Timestamp | None, other: Timestamp | None) -> Timestamp | None:
    return min((when for when in (one, other) if when is not None), default=None)
