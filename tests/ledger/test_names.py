"""Names in the ledger: entries hold pseudonyms, whoever asks is told names, and a name can be erased."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.ledger.creating import create
from gatekeeper.ledger.migrating import migrate
from gatekeeper.ledger.names import PERSONAL, pseudonym_of
from gatekeeper.ledger.projection import PERSONAL_COLUMNS, TABLES
from gatekeeper.ledger.sqlite import SqliteLedger
from tests.support.entries import (
    NOW,
    STATEMENT,
    B,
    C,
    add,
    change,
    full_push,
    landed,
    pause,
    push,
    raw,
    receipt,
    record,
)

NAMES = {"jo", "sue", "sam", "jo-login", "jo@example.com", "ops"}
PSEUDONYM = re.compile("p:[0-9a-f]{32}")


def bodies(path: Path) -> str:
    return "".join(body for (body,) in raw(path).execute("SELECT body FROM entries"))


def forget(ledger: SqliteLedger, name: str) -> Any:
    return ledger.forget(name, now=Timestamp(NOW), repository="example/shop")


class TestHiding:
    def test_no_name_is_in_an_entry_or_a_table(self, ledger: SqliteLedger, path: Path) -> None:
        record(ledger)
        add(ledger, "landing", landed(1))
        add(ledger, "pause", pause(account="ops"))
        database = raw(path)
        rows = [str(row) for table in TABLES for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608
        for text in (bodies(path), *rows):
            assert not [name for name in NAMES if f'"{name}"' in text or f"'{name}'" in text], text
        assert {value for (value,) in database.execute("SELECT value FROM names")} == NAMES

    def test_whoever_reads_is_told_the_names(self, ledger: SqliteLedger) -> None:
        written = full_push()
        record(ledger, written)
        add(ledger, "landing", landed(1))
        add(ledger, "pause", pause(account="ops"))
        first, _, last = ledger.entries()
        assert first.data == written
        assert last.data["account"] == "ops"
        assert ledger.first_pushers([B])[B].person == "jo"
        assert ledger.pushers_of_author_lines(["x"]) == {"x": {"jo": 1}}
        assert {each.person for each in ledger.seen([B, C]).values()} == {"jo"}
        assert {mark.person for mark in ledger.marks_with(B)} == {"jo"}
        assert [each.signer for each in ledger.statements_about([B])] == ["sue"]
        assert [each.person for each in ledger.owed()] == ["jo"]
        paused = ledger.pause(Timestamp(NOW + 1))
        assert paused is not None
        assert paused.account == "ops"

    def test_a_persons_own_statements_are_found_by_name(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(receipts=[receipt(decision="author")]))
        assert ledger.authored("sue", Timestamp(NOW - 1)) == {STATEMENT: 2}
        assert ledger.authored("sam", Timestamp(NOW - 1)) == {}

    def test_one_name_has_one_pseudonym_and_nobody_can_guess_it(self, ledger: SqliteLedger, path: Path) -> None:
        record(ledger)
        before = set(PSEUDONYM.findall(bodies(path)))
        record(ledger, full_push(first_pushes=[], receipts=[]))
        assert set(PSEUDONYM.findall(bodies(path))) == before
        assert len(before) == len(NAMES) - 1
        assert pseudonym_of("jo", "") not in before
        other = create(str(path.parent / "other" / "ledger.db"))
        record(other)
        other.close()
        assert not before & set(PSEUDONYM.findall(bodies(path.parent / "other" / "ledger.db")))

    def test_a_name_that_looks_like_somebodys_pseudonym_stays_that_name(self, ledger: SqliteLedger, path: Path) -> None:
        record(ledger)
        (known,) = raw(path).execute("SELECT pseudonym FROM names WHERE value = 'sue'").fetchone()
        add(ledger, "pause", pause(account=known))
        assert list(ledger.entries())[-1].data["account"] == known

    def test_an_account_that_is_not_utf_8_stays_as_it_is(self, ledger: SqliteLedger) -> None:
        odd = full_push(pusher={"person": "", "kind": "account", "account": "j\udcff"})
        record(ledger, odd)
        assert next(ledger.entries()).data == odd
        assert ledger.verify() == []

    def test_every_column_for_a_person_is_known_as_one(self) -> None:
        personal = {
            (table, column)
            for table, columns in TABLES.items()
            for column in re.findall(r"(\w+) TEXT", columns)
            if column in PERSONAL | {"pusher", "name"}
        }
        assert personal - {("facts", "name")} == set(PERSONAL_COLUMNS)

    def test_the_documented_members_are_those_of_the_code(self) -> None:
        text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
        line = text.partition("<!-- personal members -->\n")[2].partition("\n")[0]
        assert sorted(re.findall("`(.+?)`", line)) == sorted(PERSONAL)


class TestForgetting:
    def test_a_forgotten_name_reads_as_a_pseudonym_that_is_nobodys(self, ledger: SqliteLedger) -> None:
        record(ledger)
        remains = forget(ledger, "jo")
        assert remains.erased
        first, last = ledger.entries()
        assert (last.kind, last.data) == ("forget", {"pseudonym": first.data["pusher"]["person"]})
        assert PSEUDONYM.fullmatch(last.data["pseudonym"])
        assert ledger.first_pushers([B])[B].person == last.data["pseudonym"]
        assert first.data["pusher"]["account"] == "jo-login"
        assert ledger.verify() == []

    def test_an_address_is_forgotten_in_every_case_and_an_account_in_its_own(self, ledger: SqliteLedger) -> None:
        add(ledger, data=push(verdict={"refs": [{"author": name} for name in ("Jo@Example.com", "jo@example.com")]}))
        add(ledger, data=push(verdict={"ask": ["Jo-Login", "jo-login"]}))
        assert forget(ledger, "jo@example.COM").erased
        assert forget(ledger, "jo-login").erased
        first, second, *erased = ledger.entries()
        assert [entry.kind for entry in erased] == ["forget"] * 3
        assert all(PSEUDONYM.fullmatch(ref["author"]) for ref in first.data["verdict"]["refs"])
        assert second.data["verdict"]["ask"][0] == "Jo-Login"
        assert PSEUDONYM.fullmatch(second.data["verdict"]["ask"][1])
        assert ledger.verify() == []

    def test_whoever_comes_back_is_somebody_new(self, ledger: SqliteLedger) -> None:
        record(ledger)
        forget(ledger, "jo")
        add(ledger, data=push(first_pushes=[[C, "y"]]))
        pushers = ledger.first_pushers([B, C])
        assert pushers[C].person == "jo"
        assert pushers[B].person != "jo"
        assert ledger.verify() == []

    def test_the_bytes_are_gone_from_every_file(self, ledger: SqliteLedger, path: Path) -> None:
        """SQLite copies rows from page to page as a table grows: enough names that it has to."""
        for number in range(40):
            names = [f"somebody-{number * 10 + n}-with-a-long-name" for n in range(10)]
            add(ledger, data=push(verdict={"ask": names}))
        name = "somebody-7-with-a-long-name"
        assert name.encode() in b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert forget(ledger, name).erased
        for file in path.parent.iterdir():
            assert name.encode() not in file.read_bytes(), file
        assert ledger.verify() == []

    def test_what_still_says_the_name_is_counted(self, ledger: SqliteLedger) -> None:
        add(ledger, data=full_push(), archive={"d1": b"people: [{id: sue}]", "d2": b"nobody"})
        remains = forget(ledger, "sue")
        assert (remains.signoffs, remains.archived, remains.entries, remains.erased) == (1, 1, 0, True)
        again = forget(ledger, "sue")
        assert (again.archived, again.erased) == (1, False)

    def test_a_name_that_was_never_there_is_no_entry(self, ledger: SqliteLedger) -> None:
        before = record(ledger)
        assert forget(ledger, "nobody") is None
        assert ledger.head() == before


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            ("UPDATE names SET value = 'sam-2' WHERE value = 'jo'", "was changed"),
            ("UPDATE names SET salt = '00' WHERE value = 'jo'", "was changed"),
            ("UPDATE names SET value = x'00' WHERE value = 'jo'", "was changed"),
            ("DELETE FROM names WHERE value = 'jo'", "is missing, and no `forget` entry says why"),
        ],
    )
    def test_a_name_that_was_changed_or_removed_by_hand_is_found(
        self, statement: str, fault: str, ledger: SqliteLedger, path: Path
    ) -> None:
        record(ledger)
        assert ledger.verify() == []
        change(path, statement)
        (found,) = ledger.verify()
        assert found.startswith("the name of p:")
        assert found.endswith(fault)

    def test_a_name_removed_by_hand_is_not_excused_by_a_row_about_it(self, ledger: SqliteLedger, path: Path) -> None:
        record(ledger)
        change(
            path,
            "INSERT INTO forgotten SELECT pseudonym, 1 FROM names WHERE value = 'jo'",
            "DELETE FROM names WHERE value = 'jo'",
        )
        assert any(fault.startswith("table forgotten holds a row") for fault in ledger.verify())


class TestOlderEntries:
    def test_entries_of_an_older_version_stay_as_they_are_and_newer_ones_go_with_them(
        self, ledger: SqliteLedger, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as older:
            older.setattr("gatekeeper.ledger.file.hide", lambda _, data: data)
            made = record(ledger)
        ledger.close()
        change(path, "DROP TABLE names", "DROP TABLE forgotten", "PRAGMA user_version = 2")
        assert migrate(str(path)) == 2
        newer = SqliteLedger(str(path))
        assert newer.head() == made
        add(newer, data=push(first_pushes=[[C, "x"]]))
        assert newer.pushers_of_author_lines(["x"]) == {"x": {"jo": 1}}
        assert newer.authored("sue", Timestamp(0)) == {}
        first, last = newer.stored()
        assert '"jo"' in first[1]
        assert '"jo"' not in last[1]
        assert newer.verify([made]) == []
        assert forget(newer, "jo").entries == 1
        assert newer.verify([made]) == []
        newer.close()


def test_a_pseudonym_is_the_hash_of_the_name_and_a_salt() -> None:
    hashed = hashlib.sha256(b"gatekeeper name v1\0" + b"00" * 16 + b"\0jo").hexdigest()
    assert pseudonym_of("jo", "00" * 16) == "p:" + hashed[:32]


def test_names_are_unique(path: Path, ledger: SqliteLedger) -> None:
    record(ledger)
    with pytest.raises(sqlite3.IntegrityError):
        change(path, "INSERT INTO names VALUES ('p:x', 'jo', '')")
