"""The cache against what happens to files: whatever spoils it, the answers are those without a cache."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.config import cache as cache_module
from gatekeeper.config import places
from gatekeeper.config.cache import CachedRoster, CompiledCache
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.parts import KEPT, Parts, _checksum
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.roster import build_person
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Fingerprint
from gatekeeper.core.keys import parse_public_key
from gatekeeper.core.people import ListedRoster
from tests.config.documents import POLICY, ROSTER, key_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path as Steps
    from gatekeeper.config.values import Plain
    from gatekeeper.core.people import Ladder, Person, Roster
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


def test_a_round_trip_gives_equal_policy_and_people(filled: Path, parsings: list[str]) -> None:
    assert answers(filled) == EXPECTED
    assert parsings == []


def test_every_kind_of_person_and_policy_survives_the_round_trip(path: Path, parsings: list[str]) -> None:
    policy = b"version: 1\nprotect: [HEAD]\nrules: [{id: a, refuse: no, enforce: 2026-01-01}]"
    seen = []
    for _ in range(2):
        cache = CompiledCache(str(path))
        roster = load_roster(ROSTER, "r", cache)
        seen.append((load_policy(policy, "p", roster, cache), list(roster.everybody()), roster.ladder))
        cache.close()
    assert seen[0] == seen[1]
    assert parsings == ["r", "p"]


def test_one_lookup_does_not_read_all(cached: CachedRoster, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = Parts.read

    def counted_read(parts: Parts, kind: str, name: str, part: str) -> Plain:
        read.append(part)
        return real(parts, kind, name, part)

    built: list[str] = []

    def counted_build(value: Plain, path: Steps, ladder: Ladder, report: Report) -> Person:
        built.append(ladder.levels[0])
        return build_person(value, path, ladder, report)

    monkeypatch.setattr(Parts, "read", counted_read)
    monkeypatch.setattr(cache_module, "build_person", counted_build)
    assert cached.by_email(b"p5@example.com") == PLAIN_ROSTER.person("p5")
    assert cached.by_email(b"p5@example.com") == PLAIN_ROSTER.person("p5")
    assert len(read) == 2
    assert len(built) == 1


def test_another_version_compiles_anew(filled: Path, parsings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "__version__", "99.0")
    assert answers(filled) == EXPECTED
    assert parsings == ["r", "p"]


def test_a_policy_is_checked_against_every_roster_that_it_meets(path: Path) -> None:
    cache = CompiledCache(str(path))
    policy = b"version: 1\nprotect: [HEAD]\nrules: [{id: a, require: {signoffs: 20, from: {at_least: senior}}}]"
    for _ in range(2):
        assert load_policy(policy, "p", load_roster(many_people(60), "r", cache), cache).protect == ("HEAD",)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="asks for 20, but only 19"):
            load_policy(policy, "p", load_roster(many_people(57), "r", cache), cache)
    cache.close()


def test_only_rosters_of_the_configuration_are_trusted_to_be_what_their_digest_says(
    path: Path, parsings: list[str]
) -> None:
    cache = CompiledCache(str(path))
    for _ in range(2):
        load_policy(POLICY, "p", ListedRoster(PLAIN_ROSTER.ladder, PLAIN_ROSTER.everybody()), cache)
    assert parsings == ["p", "p"]
    assert not path.exists()


def test_a_bad_file_is_never_stored(path: Path) -> None:
    cache = CompiledCache(str(path))
    for _ in range(2):
        with pytest.raises(ConfigurationError):
            load_roster(b"version: 1", "r", cache)
    assert not path.exists()


def test_the_file_is_private(filled: Path) -> None:
    assert stat.S_IMODE(filled.stat().st_mode) == 0o600


def test_reading_writes_nothing(filled: Path) -> None:
    def state() -> list[tuple[str, bytes, int]]:
        return [(each.name, each.read_bytes(), each.stat().st_mtime_ns) for each in filled.parent.iterdir()]

    before = state()
    cache = CompiledCache(str(filled))
    roster = load_roster(PEOPLE, "r", cache)
    assert ask(roster) == EXPECTED[2]
    assert state() == before
    cache.close()
    assert state() == before


def garbage(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)


def other_text(path: Path) -> None:
    path.write_text("not a database at all\n" * 100)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def unlinked(path: Path) -> None:
    path.unlink()


def readable_by_others(path: Path) -> None:
    path.chmod(0o644)


def symbolic_link(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def sql(*statements: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()

    return spoil


SPOILED: dict[str, Callable[[Path], None]] = {
    "garbage": garbage,
    "other text": other_text,
    "cut off": cut_off,
    "empty": empty,
    "unlinked": unlinked,
    "readable by others": readable_by_others,
    "a symbolic link": symbolic_link,
    "no table": sql("DROP TABLE part"),
    "another table": sql("DROP TABLE part", "CREATE TABLE part (x)"),
    "no head": sql("DELETE FROM part WHERE part = ''"),
    "no people": sql("DELETE FROM part WHERE part LIKE 'id %'"),
    "no addresses": sql("DELETE FROM part WHERE part LIKE 'email %'"),
    "no keys": sql("DELETE FROM part WHERE part LIKE 'key %'"),
    "bodies that are no JSON": sql("UPDATE part SET body = x'ff'"),
    "bodies that are text": sql("UPDATE part SET body = CAST(body AS TEXT)"),
    "bodies changed": sql("UPDATE part SET body = CAST(replace(body, 'junior', 'senior') AS BLOB)"),
    "checksums of another part": sql("UPDATE part SET checksum = (SELECT checksum FROM part LIMIT 1)"),
    "buckets exchanged": sql(
        "CREATE TABLE other AS SELECT * FROM part",
        "UPDATE part SET (body, checksum) = (SELECT body, checksum FROM other WHERE part = 'email 1')"
        " WHERE part = 'email 0'",
        "UPDATE part SET (body, checksum) = (SELECT body, checksum FROM other WHERE part = 'id 1') WHERE part = 'id 0'",
    ),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_cache_changes_no_answer_and_is_mended(
    spoil: Callable[[Path], None], filled: Path, parsings: list[str]
) -> None:
    spoil(filled)
    assert answers(filled) == EXPECTED
    assert parsings
    parsings.clear()
    assert answers(filled) == EXPECTED
    assert parsings == []


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_cache_that_is_spoiled_while_it_is_used_changes_no_answer(
    spoil: Callable[[Path], None], filled: Path, cached: CachedRoster
) -> None:
    spoil(filled)
    assert ask(cached) == EXPECTED[2]
    assert list(cached.everybody()) == EXPECTED[1]


def poison(path: Path, kind: str, part: str, change: Callable[[str], str]) -> None:
    """Write a part anew with a checksum that is right."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT name, part, body FROM part WHERE kind = ? AND part LIKE ?", (kind, part)
    ).fetchall()
    connection.close()
    parts = Parts(str(path))
    assert rows
    for name, which, body in rows:
        assert parts.write(kind, name, [(which, json.loads(change(body.decode())))])


POISON: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "a policy of another version": ("policy", "", lambda body: body.replace('"version":1', '"version":2')),
    "a policy that is a number": ("policy", "", lambda _: "7"),
    "a policy with more faults than are told": (
        "policy",
        "",
        lambda _: json.dumps({f"k{n}": 1 for n in range(999)}),
    ),
    "a head without number": ("roster", "", lambda _: '{"levels":["junior","senior"]}'),
    "a head without buckets": ("roster", "", lambda _: '{"levels":["junior","senior"],"buckets":0}'),
    "a head without levels": ("roster", "", lambda body: body.replace("levels", "steps")),
    "a head that is a list": ("roster", "", lambda _: "[]"),
    "people of an unknown level": ("roster", "id %", lambda body: body.replace("junior", "boss")),
    "somebody else": ("roster", "id %", lambda body: body.replace('"id":"p7"', '"id":"p8"')),
    "people that are numbers": (
        "roster",
        "id %",
        lambda body: json.dumps(dict.fromkeys(json.loads(body), 7)),
    ),
    "people without position": ("roster", "id %", lambda body: re.sub(r"\[\d+,", "[null,", body)),
    "an address of nobody": ("roster", "email %", lambda body: body.replace('"p11"', '"gone"')),
}


@pytest.mark.parametrize(("kind", "part", "change"), POISON.values(), ids=POISON.keys())
def test_a_piece_that_no_builder_takes_is_compiled_anew(
    kind: str, part: str, change: Callable[[str], str], filled: Path, parsings: list[str]
) -> None:
    poison(filled, kind, part, change)
    assert answers(filled) == EXPECTED
    assert parsings


@pytest.mark.parametrize("body", [b"\xff", b"{", b"[" * 100_000, b""])
def test_a_piece_that_is_no_json_is_not_there(body: bytes, path: Path) -> None:
    parts = Parts(str(path))
    assert parts.write("policy", "name", [("", 1), ("other", 2)])
    connection = sqlite3.connect(path)
    new = (body, _checksum("policy", "name", "", body))
    connection.execute("UPDATE part SET body = ?, checksum = ? WHERE part = ''", new)
    connection.commit()
    connection.close()
    assert parts.read("policy", "name", "") is None
    assert parts.read("policy", "name", "other") == 2
    parts.close()


@given(st.data())
def test_no_flipped_byte_changes_an_answer(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("flip") / "compiled.db"
    answers(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert answers(path) == EXPECTED


def test_a_path_where_nothing_can_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for hopeless in (tmp_path, tmp_path / "file" / "compiled.db", tmp_path / "missing" / "compiled.db"):
        assert answers(hopeless) == EXPECTED
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file"]


def test_a_directory_of_odd_name_is_no_fault(tmp_path: Path, parsings: list[str]) -> None:
    odd = tmp_path / "a?b#c%20 &mode=rw"
    odd.mkdir()
    answers(odd / "compiled.db")
    parsings.clear()
    assert answers(odd / "compiled.db") == EXPECTED
    assert parsings == []


def test_a_locked_cache_is_waited_for_and_then_ignored(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatekeeper.config.parts.BUSY_SECONDS", 0.01)
    before = filled.read_bytes()
    other = sqlite3.connect(filled, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert answers(filled) == EXPECTED
    other.execute("ROLLBACK")
    other.close()
    assert filled.read_bytes() == before


def test_a_journal_left_by_a_crash_does_not_come_back(filled: Path, parsings: list[str]) -> None:
    filled.with_name("compiled.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\xff" * 600)
    assert answers(filled) == EXPECTED
    parsings.clear()
    assert answers(filled) == EXPECTED
    assert parsings == []


def test_versions_of_long_ago_are_forgotten(path: Path) -> None:
    parts = Parts(str(path))
    for number in range(KEPT * 3):
        assert parts.write("policy", f"name {number}", [("", number)])
        assert parts.read("policy", f"name {number}", "") == number
    assert parts.write("roster", "other", [("", "kept")])
    kept = [number for number in range(KEPT * 3) if parts.read("policy", f"name {number}", "") is not None]
    assert 1 <= len(kept) <= KEPT
    assert kept[-1] == KEPT * 3 - 1
    parts.close()


def run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


HIT = """
import sys
before = set(sys.modules)
from gatekeeper.config.cache import CompiledCache
from gatekeeper.config.loading import load_policy, load_roster
cache = CompiledCache(sys.argv[1])
roster = load_roster(open(sys.argv[2], "rb").read(), "r", cache)
policy = load_policy(open(sys.argv[3], "rb").read(), "p", roster, cache)
assert roster.by_email(b"p5@example.com").id == "p5"
banned = "yaml difflib typing inspect dataclasses pathlib tempfile cryptography click rich pygit2 logging"
print(*sorted(name for name in banned.split() if name in sys.modules.keys() - before))
"""


def test_a_hit_loads_no_yaml_nor_anything_that_a_hook_cannot_afford(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(PEOPLE)
    (tmp_path / "p").write_bytes(POLICY)
    banned = run(HIT, str(filled), str(tmp_path / "r"), str(tmp_path / "p"))
    assert banned == ""
    assert "yaml" in run(HIT, str(tmp_path / "other.db"), str(tmp_path / "r"), str(tmp_path / "p")).split()


def test_processes_that_fill_it_at_once_do_not_harm_each_other(path: Path, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(PEOPLE)
    (tmp_path / "p").write_bytes(POLICY)
    command = [sys.executable, "-c", HIT, str(path), str(tmp_path / "r"), str(tmp_path / "p")]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [each.wait(timeout=60) for each in running] == [0, 0, 0, 0]
    assert answers(path) == EXPECTED


def test_the_digest_is_that_of_the_bytes(cached: CachedRoster) -> None:
    assert cached.digest == sha256_hex(PEOPLE)
