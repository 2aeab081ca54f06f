"""The cache: what it keeps, when it is asked, and what it costs nobody."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gatekeeper.config import cache as cache_module
from gatekeeper.config.cache import CachedRoster, CompiledCache
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.parts import KEPT, Parts
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.roster import build_person
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.people import ListedRoster
from tests.config.caches import (
    EXPECTED,
    PEOPLE,
    PLAIN_ROSTER,
    answers,
    ask,
    cached,
    filled,
    many_people,
    parsings,
    path,
)
from tests.config.documents import POLICY, ROSTER

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path as Steps
    from gatekeeper.config.values import Plain
    from gatekeeper.core.people import Ladder, Person

__all__ = ["cached", "filled", "parsings", "path"]


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
