"""A cache that something spoiled, on purpose or not: the answers are those without a cache."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.config.cache import CachedRoster
from gatekeeper.config.parts import Parts, _checksum
from tests.config.caches import EXPECTED, answers, ask, cached, filled, parsings, path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


__all__ = ["cached", "filled", "parsings", "path"]


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
