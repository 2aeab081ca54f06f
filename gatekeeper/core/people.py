"""People, the ladder of levels, keys; and conditions on a person."""

from __future__ import annotations

from gatekeeper.core.ids import Fingerprint, Timestamp
from gatekeeper.core.keys import PublicKey
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol
else:
    Protocol = object


def within(start: Timestamp | None, end: Timestamp | None, when: Timestamp) -> bool:
    """Whether `when` lies in a window: the start is inclusive, the end exclusive, None is open."""
    return (start is None or start <= when) and (end is None or when < end)


class Key(Record):
    """A person's public key and when it counts."""

    public: PublicKey
    valid_from: Timestamp | None = None
    valid_until: Timestamp | None = None
    revoked: bool = False
    """Said to be revoked, with whatever date: it counts for nothing from the moment the roster says so."""

    def valid_at(self, when: Timestamp) -> bool:
        """Whether a signature received at `when` may count."""
        return not self.revoked and within(self.valid_from, self.valid_until, when)


class Person(Record):
    """Somebody of the roster."""

    id: str
    name: str = ""
    emails: tuple[bytes, ...] = ()
    """Lower-cased (ASCII only, as `bytes.lower` does)."""
    level: str | None = None
    """A step of the ladder. None: a bot, or a published roster that shows no levels."""
    teams: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    """(platform or empty for any, login)."""
    administrator: bool = False
    bot: bool = False
    keys: tuple[Key, ...] = ()
    employed_from: Timestamp | None = None
    employed_until: Timestamp | None = None
    meets: tuple[str, ...] | None = None
    """Of a published roster: the conditions (`Who.key`) that the server says this person meets."""

    def employed_at(self, when: Timestamp) -> bool:
        """Whether the person works here at `when`."""
        return within(self.employed_from, self.employed_until, when)

    def key(self, fingerprint: Fingerprint) -> Key | None:
        """Return the person's key with this fingerprint, whether it counts or not."""
        return next((key for key in self.keys if key.public.fingerprint == fingerprint), None)

    def has_account(self, server: str, login: str) -> bool:
        """Whether `login` on the platform `server` is this person."""
        return any(name == login and where in ("", server) for where, name in self.accounts)


class Ladder(Record):
    """The levels, lowest first."""

    levels: tuple[str, ...]

    def rank(self, level: str | None) -> int:
        """Return the position of a level; whoever has none is below all."""
        return self.levels.index(level) if level in self.levels else -1


class Who(Record):
    """A condition on a person: every part that is given must hold."""

    below: str | None = None
    at_least: str | None = None
    exactly: str | None = None
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A stable spelling, by which a published roster says who meets the condition."""
        parts = [
            f"{name}={value}"
            for name, value in (("below", self.below), ("at_least", self.at_least), ("exactly", self.exactly))
            if value is not None
        ]
        parts += [
            f"{name}={','.join(sorted(value))}"
            for name, value in (("teams", self.teams), ("people", self.people))
            if value
        ]
        return ";".join(parts)

    def met_by(self, person: Person | None, ladder: Ladder) -> bool:
        """Whether the condition holds; an unknown person and a bot are below every level.

        Raises:
            ValueError: if the condition names a level that the ladder lacks.
        """
        if person is not None and person.meets is not None:
            return self.key in person.meets
        rank = -1 if person is None or person.bot else ladder.rank(person.level)
        # `index`, not `rank`: a condition on a level that the ladder lacks is an error, never "anybody".
        if self.below is not None and rank >= ladder.levels.index(self.below):
            return False
        if self.at_least is not None and rank < ladder.levels.index(self.at_least):
            return False
        if self.exactly is not None and rank != ladder.levels.index(self.exactly):
            return False
        if self.teams and (person is None or not set(self.teams) & set(person.teams)):
            return False
        return not self.people or (person is not None and person.id in self.people)


class Roster(Protocol):
    """How the rest of gatekeeper asks about people; nobody needs them all at once but a refusal's advice."""

    ladder: Ladder

    def person(self, person_id: str) -> Person | None:
        """Return the person with this id."""

    def by_email(self, email: bytes) -> Person | None:
        """Return the person with this address, compared ASCII-case-insensitively."""

    def by_account(self, server: str, login: str) -> Person | None:
        """Return the person with this account on this platform."""

    def by_key(self, fingerprint: Fingerprint) -> Person | None:
        """Return the person whose key has this fingerprint, in force or not."""

    def everybody(self) -> Iterable[Person]:
        """Return all people."""


class ListedRoster:
    """A roster in memory."""

    def __init__(self, ladder: Ladder, people: Iterable[Person]) -> None:
        """Index the people; the configuration has already refused duplicates."""
        self.ladder = ladder
        self._people = {person.id: person for person in people}
        self._emails = {email: person for person in self._people.values() for email in person.emails}
        self._keys = {key.public.fingerprint: person for person in self._people.values() for key in person.keys}

    def person(self, person_id: str) -> Person | None:
        """See `Roster`."""
        return self._people.get(person_id)

    def by_email(self, email: bytes) -> Person | None:
        """See `Roster`."""
        return self._emails.get(email.lower())

    def by_account(self, server: str, login: str) -> Person | None:
        """See `Roster`."""
        return next((person for person in self._people.values() if person.has_account(server, login)), None)

    def by_key(self, fingerprint: Fingerprint) -> Person | None:
        """See `Roster`."""
        return self._keys.get(fingerprint)

    def everybody(self) -> Iterable[Person]:
        """See `Roster`."""
        return self._people.values()
