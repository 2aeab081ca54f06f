"""The ledger's file: made whole or not at all, its owner's alone, and an error where it is no ledger."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.creating import create
from gatekeeper.ledger.sqlite import SqliteLedger
from tests.support.entries import add, change, raw

if TYPE_CHECKING:
    from pathlib import Path


class TestFile:
    def test_it_is_its_owners_alone(self, ledger: SqliteLedger, path: Path) -> None:
        add(ledger)
        assert path.parent.stat().st_mode & 0o077 == 0
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file

    def test_making_it_again_keeps_it(self, ledger: SqliteLedger, path: Path) -> None:
        made = add(ledger)
        again = create(str(path))
        assert again.head() == made
        again.close()

    def test_a_ledger_that_appears_meanwhile_is_kept(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two installations at once: the later one must not put an empty ledger in the place of a full one."""
        link = os.link

        def late(source: str, target: str) -> None:
            monkeypatch.setattr(os, "link", link)
            first = create(str(path))
            add(first)
            first.close()
            link(source, target)

        monkeypatch.setattr(os, "link", late)
        second = create(str(path))
        assert second.head().number == 1
        second.close()
        assert {file.name for file in path.parent.iterdir()} == {"ledger.db"}

    @pytest.mark.parametrize("when", ["CREATE TABLE archive", "CREATE TABLE tips", "COMMIT"])
    def test_a_creation_that_is_interrupted_leaves_nothing(
        self, when: str, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Failing(sqlite3.Connection):
            def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
                if statement.startswith(when):
                    raise sqlite3.OperationalError("disk full")
                return super().execute(statement, *parameters)

        connect = sqlite3.connect
        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Failing))
            with pytest.raises(LedgerError, match=r"cannot make the ledger .*disk full"):
                create(str(path))
        assert list(path.parent.iterdir()) == []
        create(str(path)).close()

    def test_a_killed_creation_leaves_no_ledger_and_no_hindrance(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script = (
            "import os, sys; import gatekeeper.ledger.creating as s\n"
            "s.create_tables = lambda _: os.kill(os.getpid(), 9)\n"
            "s.create(sys.argv[1])\n"
        )
        done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
        assert done.returncode == -9
        assert not path.exists()
        made = create(str(path))
        assert made.verify() == []
        made.close()

    def test_a_missing_ledger_is_an_error_and_is_not_made(self, path: Path) -> None:
        with pytest.raises(LedgerError, match="there is no ledger at"):
            SqliteLedger(str(path))
        assert not path.exists()

    @pytest.mark.parametrize(
        "content", [b"garbage" * 200, b"SQLite format 3\0" + b"\xff" * 4000], ids=["text", "header"]
    )
    def test_a_file_that_is_no_ledger_is_an_error(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "x.db").write_bytes(content)
        with pytest.raises(LedgerError, match="cannot open the ledger"):
            SqliteLedger(str(tmp_path / "x.db"))

    @pytest.mark.parametrize("version", [0, 2, 3, 5])
    def test_another_version_is_an_error(self, version: int, ledger: SqliteLedger, path: Path) -> None:
        change(path, f"PRAGMA user_version = {version}")
        with pytest.raises(LedgerError, match=f"is of version {version}; this gatekeeper knows version 4"):
            SqliteLedger(str(path))

    def test_an_empty_file_is_no_ledger(self, tmp_path: Path) -> None:
        (tmp_path / "x.db").touch()
        with pytest.raises(LedgerError, match="is of version 0"):
            SqliteLedger(str(tmp_path / "x.db"))

    def test_a_damaged_page_is_an_error(self, ledger: SqliteLedger, path: Path) -> None:
        for _ in range(200):
            add(ledger)
        ledger.close()
        data = bytearray(path.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        path.write_bytes(bytes(data))
        damaged = SqliteLedger(str(path))
        for ask in (damaged.head, damaged.pending, lambda: list(damaged.entries()), damaged.verify):
            with pytest.raises(LedgerError, match="cannot read the ledger"):
                ask()
        with pytest.raises(LedgerError):
            add(damaged)
        damaged.close()

    def test_a_ledger_that_cannot_be_written_is_an_error(self, ledger: SqliteLedger) -> None:
        made = add(ledger)
        ledger._database.execute("PRAGMA query_only = 1")
        with pytest.raises(LedgerError, match="cannot write the ledger"):
            add(ledger)
        assert ledger.head() == made

    def test_a_ledger_that_somebody_else_holds_is_an_error(self, ledger: SqliteLedger, path: Path) -> None:
        other = raw(path)
        other.execute("BEGIN IMMEDIATE")
        ledger._database.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(LedgerError, match="locked"):
            add(ledger)
        other.execute("ROLLBACK")
        other.close()
        assert add(ledger).number == 1

    def test_a_directory_that_cannot_be_made_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(LedgerError, match="cannot make the ledger"):
            create(str(tmp_path / "file" / "ledger.db"))
