"""Compiled policies and rosters, by the content they were compiled from.

What is kept is the plain data of the file, already checked; the builders make values of it again, so a
piece that no builder takes is no piece. A roster is kept in buckets of a few people each, and in indexes
made likewise. Every bucket is there, even an empty one: so "nobody has this key" is something that was
read, and a piece that is missing is noticed instead of making somebody unknown.
"""

from __future__ import annotations

import binascii

from gatekeeper import __version__
from gatekeeper.config.parts import Parts
from gatekeeper.config.policy import build_policy
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.reading import Report
from gatekeeper.config.roster import build_person
from gatekeeper.core.people import Ladder, Person

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeVar

    from gatekeeper.config.values import Plain
    from gatekeeper.core.ids import Fingerprint
    from gatekeeper.core.people import Roster
    from gatekeeper.core.policy import Policy

    Answer = TypeVar("Answer")

BUCKET = 8
"""People in one bucket, about."""


class SpoiledCacheError(Exception):
    """A piece that should be in the cache is not, or cannot be used."""


class CompiledCache:
    """The cache file. It never raises, and is never needed: every answer may be None."""

    def __init__(self, path: str) -> None:
        """Remember where the file is; it need not exist."""
        self._parts = Parts(path)

    def policy(self, digest: str, roster_digest: str) -> Policy | None:
        """Return the policy that was found to fit a roster; digests are SHA-256 of the files, in hex."""
        data = self._parts.read("policy", _name(digest, roster_digest), "")
        try:
            report = Report("")
            policy = build_policy(data, report)
            report.check()
        except ConfigurationError:
            return None
        return policy

    def store_policy(self, digest: str, roster_digest: str, data: Plain) -> None:
        """Keep the plain data of a policy in which, beside that roster, no problem was found."""
        self._parts.write("policy", _name(digest, roster_digest), [("", data)])

    def roster(self, digest: str, parse: Callable[[], Roster]) -> CachedRoster | None:
        """Return the roster that was compiled from a file; `parse` compiles that file again if need be."""
        try:
            return CachedRoster(_Buckets(self._parts, digest), digest, parse)
        except SpoiledCacheError:
            return None

    def store_roster(self, digest: str, data: Plain, ladder: Ladder, people: Sequence[Person]) -> None:
        """Keep the plain data of a roster, and index it by what was built of it without a problem."""
        entries = data.get("people") if isinstance(data, dict) else None
        if not isinstance(entries, list):
            return
        count = max(1, len(people) // BUCKET)
        buckets: dict[str, dict[str, Plain]] = {
            f"{index} {number}": {} for index in ("id", "email", "key", "account") for number in range(count)
        }
        for position, (entry, person) in enumerate(zip(entries, people, strict=True)):
            buckets[_bucket("id", person.id, count)][person.id] = [position, entry]
            for index, key in _keys(person):
                buckets[_bucket(index, key, count)][key] = person.id
        head: Plain = {"levels": list(ladder.levels), "buckets": count}
        self._parts.write("roster", _name(digest), [("", head), *buckets.items()])

    def close(self) -> None:
        """Close the file; rosters from it open it again."""
        self._parts.close()


def _name(*digests: str) -> str:
    return ":".join((__version__, *digests))


def _keys(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the index and the key by which somebody is found."""
    for email in person.emails:
        yield "email", _email(email)
    for key in person.keys:
        yield "key", key.public.fingerprint
    for platform, login in person.accounts:
        yield "account", f"{platform} {login}"


def _email(email: bytes) -> str:
    return email.lower().decode("utf-8", "surrogateescape")


def _bucket(index: str, key: str, count: int) -> str:
    return f"{index} {binascii.crc32(key.encode('utf-8', 'surrogatepass')) % count}"


class _Buckets:
    """The pieces of one roster; every method raises SpoiledCacheError when one of them cannot be used."""

    def __init__(self, parts: Parts, digest: str) -> None:
        self._store = parts
        self._name = _name(digest)
        self._read: dict[str, dict[str, Plain]] = {}
        self._people: dict[str, Person] = {}
        head = self._part("")
        count, levels = head.get("buckets"), head.get("levels")
        if not isinstance(count, int) or count < 1 or not isinstance(levels, list):
            raise SpoiledCacheError
        self._count = count
        self.ladder = Ladder(levels=tuple(map(str, levels)))

    def _part(self, part: str) -> dict[str, Plain]:
        if part not in self._read:
            value = self._store.read("roster", self._name, part)
            if not isinstance(value, dict):
                raise SpoiledCacheError
            self._read[part] = value
        return self._read[part]

    def person(self, person_id: str) -> Person | None:
        """See `Roster`, as for the next three."""
        if person_id not in self._people:
            bucket = self._part(_bucket("id", person_id, self._count))
            if person_id not in bucket:
                return None
            self._people[person_id] = self._build(person_id, bucket[person_id])
        return self._people[person_id]

    def _build(self, person_id: str, entry: Plain) -> Person:
        if not isinstance(entry, list) or len(entry) != 2:
            raise SpoiledCacheError
        try:
            report = Report("")
            person = build_person(entry[1], (), self.ladder, report)
            report.check()
        except ConfigurationError:
            raise SpoiledCacheError from None
        if person.id != person_id:
            raise SpoiledCacheError
        return person

    def _by(self, index: str, key: str) -> Person | None:
        person_id = self._part(_bucket(index, key, self._count)).get(key)
        if person_id is None:
            return None
        person = self.person(str(person_id))
        if person is None:
            raise SpoiledCacheError
        return person

    def by_email(self, email: bytes) -> Person | None:
        return self._by("email", _email(email))

    def by_account(self, server: str, login: str) -> Person | None:
        return self._by("account", f"{server} {login}") or self._by("account", f" {login}")

    def by_key(self, fingerprint: Fingerprint) -> Person | None:
        return self._by("key", fingerprint)

    def everybody(self) -> list[Person]:
        """Return all people in the order of the file."""
        found: list[tuple[int, Person]] = []
        for number in range(self._count):
            for person_id, entry in self._part(f"id {number}").items():
                person = self.person(person_id)
                if person is None or not isinstance(entry, list) or not isinstance(entry[0], int):
                    raise SpoiledCacheError
                found.append((entry[0], person))
        found.sort(key=lambda each: each[0])
        return [person for _, person in found]


class CachedRoster:
    """A roster of which only those people are read who are asked for."""

    def __init__(self, buckets: _Buckets, digest: str, parse: Callable[[], Roster]) -> None:
        """Answer from the buckets, and from what `parse` returns as soon as one of them is spoiled."""
        self.ladder = buckets.ladder
        self.digest = digest
        self._roster: _Buckets | Roster = buckets
        self._parse = parse

    def _ask(self, question: Callable[[_Buckets | Roster], Answer]) -> Answer:
        try:
            return question(self._roster)
        except SpoiledCacheError:
            self._roster = self._parse()
            return question(self._roster)

    def person(self, person_id: str) -> Person | None:
        """See `Roster`, as for the others."""
        return self._ask(lambda roster: roster.person(person_id))

    def by_email(self, email: bytes) -> Person | None:
        """See `Roster`."""
        return self._ask(lambda roster: roster.by_email(email))

    def by_account(self, server: str, login: str) -> Person | None:
        """See `Roster`."""
        return self._ask(lambda roster: roster.by_account(server, login))

    def by_key(self, fingerprint: Fingerprint) -> Person | None:
        """See `Roster`."""
        return self._ask(lambda roster: roster.by_key(fingerprint))

    def everybody(self) -> Iterable[Person]:
        """See `Roster`."""
        return self._ask(lambda roster: roster.everybody())
