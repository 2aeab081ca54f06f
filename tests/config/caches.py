"""A compiled cache of sixty people, and the answers that it must give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.config import places
from gatekeeper.config.cache import CachedRoster, CompiledCache
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.core.ids import Fingerprint
from gatekeeper.core.keys import parse_public_key
from tests.config.documents import POLICY, key_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gatekeeper.core.people import Person, Roster
    from gatekeeper.core.policy import Policy

    Answers = tuple[Policy, list[Person], list[Person | None]]


def many_people(count: int) -> bytes:
    people = "".join(
        f"  - {{id: p{n}, emails: [p{n}@example.com], level: {'senior' if n % 3 == 0 else 'junior'},"
        f" accounts: [l{n}], keys: [{key_line(n)}]}}\n"
        for n in range(count)
    )
    return f"version: 1\nlevels: [junior, senior]\npeople:\n{people}".encode()


PEOPLE = many_people(60)
PLAIN_ROSTER = load_roster(PEOPLE, "r")


def ask(roster: Roster) -> list[Person | None]:
    return [
        roster.person("p7"),
        roster.person("nobody"),
        roster.by_email(b"P11@Example.COM"),
        roster.by_email(b"\xff@example.com"),
        roster.by_account("gitlab", "l12"),
        roster.by_account("", "l13"),
        roster.by_account("gitlab", "\udcff"),
        roster.by_key(parse_public_key(key_line(59)).fingerprint),
        roster.by_key(Fingerprint("SHA256:none")),
    ]


def answers(path: Path) -> Answers:
    cache = CompiledCache(str(path))
    try:
        roster = load_roster(PEOPLE, "r", cache)
        return load_policy(POLICY, "p", roster, cache), list(roster.everybody()), ask(roster)
    finally:
        cache.close()


EXPECTED: Answers = (
    load_policy(POLICY, "p", PLAIN_ROSTER),
    list(PLAIN_ROSTER.everybody()),
    ask(PLAIN_ROSTER),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "compiled.db"


@pytest.fixture
def filled(path: Path) -> Path:
    assert answers(path) == EXPECTED
    return path


@pytest.fixture
def cached(filled: Path) -> Iterator[CachedRoster]:
    cache = CompiledCache(str(filled))
    roster = load_roster(PEOPLE, "r", cache)
    assert isinstance(roster, CachedRoster)
    yield roster
    cache.close()


@pytest.fixture
def parsings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by a source's name whenever something is parsed."""
    seen: list[str] = []
    real = places.load

    def load(content: bytes, source: str) -> object:
        seen.append(source)
        return real(content, source)

    monkeypatch.setattr(places, "load", load)
    return seen
