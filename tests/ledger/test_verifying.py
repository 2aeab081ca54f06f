"""Every tampering with the ledger is found, by the chain, by the tables that follow from it, or by a receipt."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.ledger import Receipt
from gatekeeper.ledger.projection import TABLES
from gatekeeper.ledger.sqlite import SqliteLedger
from tests.support.entries import (
    DIGEST,
    ENVELOPE,
    MAIN,
    NOTED,
    NOW,
    STATEMENT,
    A,
    B,
    C,
    add,
    change,
    landed,
    pause,
    push,
    raw,
    receipt,
    update,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def history(ledger: SqliteLedger) -> list[Receipt]:
    """A ledger with a row in every table but that of pauses."""
    owed = {"rules": ["one"], "due": NOW + 9}
    commits = [
        {"id": B, "clean": True, "statements": [STATEMENT], "change": "c1", "assisted": True, "reviewed": [[A, "c2"]]},
        {"id": C, "clean": False, "statements": [], "owed": owed},
    ]
    install = {"policy": "p", "roster": "r", "tips": {MAIN: A}, "every_ref": True, "default_branch": MAIN}
    signed = push(update(commits=commits), receipts=[receipt()], first_pushes=[[B, "x"]]) | NOTED
    made = [
        add(ledger, "install", install),
        add(ledger, data=signed, archive={DIGEST: ENVELOPE}),
        add(ledger, "landing", landed(2)),
        add(ledger, data=push(outcome="refused")),
    ]
    assert ledger.verify(made) == []
    return made


EXCHANGE = (
    "UPDATE entries SET body = (SELECT body FROM entries e WHERE e.number = 5 - entries.number),"
    " hash = (SELECT hash FROM entries e WHERE e.number = 5 - entries.number) WHERE number IN (2, 3)"
)
TAMPERING: dict[str, tuple[str, str]] = {
    "an entry changed": ("UPDATE entries SET body = replace(body, 'accepted', 'refused')", "entry 2 does not fit"),
    "white space in an entry": ("UPDATE entries SET body = body || ' ' WHERE number = 2", "entry 2 does not fit"),
    "a hash changed": ("UPDATE entries SET hash = upper(hash) WHERE number = 2", "entry 2 does not fit"),
    "an entry removed": ("DELETE FROM entries WHERE number = 2", "entry 2 is missing"),
    "the first entry removed": ("DELETE FROM entries WHERE number = 1", "entry 1 is missing"),
    "an entry moved to the end": ("UPDATE entries SET number = 9 WHERE number = 2", "entry 9 says that it is number 2"),
    "entries exchanged": (
        EXCHANGE,
        "entry 2 says that it is number 3",
    ),
    "an entry inserted": (
        "INSERT INTO entries SELECT 5, json_set(body, '$.number', 5), hash FROM entries WHERE number = 4",
        "entry 5 does not fit",
    ),
    "an entry that is no JSON": ("UPDATE entries SET body = '{' WHERE number = 4", "entry 4 cannot be read"),
    "an entry without data": (
        "UPDATE entries SET body = json_remove(body, '$.data') WHERE number = 4",
        "entry 4 cannot be read: KeyError",
    ),
    "an entry whose data is no object": (
        "UPDATE entries SET body = json_set(body, '$.data', 'x') WHERE number = 4",
        "entry 4 cannot be read: AttributeError",
    ),
    "an entry that is no text": ("UPDATE entries SET body = x'00' WHERE number = 4", "entry 4 is no text"),
    "a hash that is no text": ("UPDATE entries SET hash = x'00' WHERE number = 4", "entry 4 is no text"),
    "an archived content changed": ("UPDATE archive SET content = x'00'", f"archived content {DIGEST} was changed"),
    "an archived content as text": (
        "UPDATE archive SET content = CAST(content AS TEXT)",
        f"archived content {DIGEST} was changed",
    ),
    "an archived content removed": ("DELETE FROM archive", f"the envelope {DIGEST} of sign-off {STATEMENT}"),
    "a state changed": ("UPDATE updates SET state = 'pending'", "table updates lacks a row"),
    "a commit made clean": ("UPDATE commits SET clean = 0", "table commits holds a row that no entry explains"),
    "a commit twice": ("INSERT INTO commits SELECT * FROM commits", "table commits holds a row that no entry explains"),
    "a pusher changed": ("UPDATE first_pushes SET person = 'sue'", "table first_pushes holds a row"),
    "a receipt back-dated": ("UPDATE receipts SET time = time - 1", "table receipts holds a row"),
    "a touch made up": ("UPDATE receipts SET verified = 1", "table receipts holds a row"),
    "a subject added": ("INSERT INTO subjects VALUES ('x', 'y')", "table subjects holds a row"),
    "a subject removed": ("DELETE FROM subjects", "table subjects lacks a row"),
    "a tip moved": ("UPDATE tips SET tip = 'x'", "table tips holds a row"),
    "a baseline added": ("INSERT INTO baselines VALUES (1, '', 'x')", "table baselines holds a row"),
    "a default branch forgotten": ("DELETE FROM facts WHERE name = 'default_branch'", "table facts lacks a row"),
    "a policy exchanged": ("UPDATE facts SET value = 'q' WHERE name = 'policy'", "table facts holds a row"),
}


REARRANGED: dict[str, tuple[list[str], list[int]]] = {
    "an entry removed": (
        ["DELETE FROM entries WHERE number = 2", "UPDATE entries SET number = number - 1 WHERE number > 2"],
        [2, 3, 4],
    ),
    "an entry inserted": (
        [
            "UPDATE entries SET number = -number - 1 WHERE number > 2",
            "INSERT INTO entries SELECT 3, body, hash FROM entries WHERE number = -5",
            "UPDATE entries SET number = -number WHERE number < 0",
        ],
        [3, 4],
    ),
    "entries exchanged": ([EXCHANGE], [2, 3, 4]),
    "the end cut off": (["DELETE FROM entries WHERE number = 4"], [4]),
    "an entry added at the end, as a push does": (
        ["INSERT INTO entries SELECT 5, body, hash FROM entries WHERE number = 4"],
        [],
    ),
}
"""What is done to the entries, and which of the receipts of four do not fit any more."""


class TestVerify:
    @pytest.mark.parametrize(("statement", "found"), TAMPERING.values(), ids=TAMPERING)
    def test_tampering_is_found(
        self, statement: str, found: str, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        change(path, statement)
        faults = ledger.verify()
        assert any(fault.startswith(found) for fault in faults), faults

    @pytest.mark.parametrize("table", TABLES)
    def test_no_row_of_any_table_can_be_removed_unseen(
        self, table: str, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        add(ledger, "pause", pause())
        assert ledger.forget("sue", now=Timestamp(NOW), repository="example/shop")
        change(path, f"DELETE FROM {table}")  # noqa: S608 - a constant
        assert any(fault.startswith(f"table {table} lacks a row") for fault in ledger.verify())

    def rewrite(self, path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
        """Change entries and recompute every hash, as somebody who can write the file can do."""
        database, previous = raw(path), "0" * 64
        for number, body, _ in database.execute("SELECT * FROM entries ORDER BY number").fetchall():
            content = json.loads(body)
            edit(content)
            text = json.dumps(content, sort_keys=True, separators=(",", ":"))
            previous = hashlib.sha256(f"gatekeeper ledger v1\0{previous}\0{text}".encode()).hexdigest()
            database.execute("UPDATE entries SET body = ?, hash = ? WHERE number = ?", (text, previous, number))
        database.close()

    def test_a_rewritten_chain_is_found_by_the_receipts_that_people_kept(
        self, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        def edit(content: dict[str, Any]) -> None:
            if content["number"] == 4:
                content["data"]["verdict"] = "nicer"

        self.rewrite(path, edit)
        assert ledger.verify() == []
        assert ledger.verify(history[:3]) == []
        (fault,) = ledger.verify(history)
        assert fault.startswith("receipt 4-")

    def test_a_rewritten_chain_whose_tables_do_not_follow_is_found(
        self, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        def edit(content: dict[str, Any]) -> None:
            content["data"].pop("default_branch", None)

        self.rewrite(path, edit)
        assert [fault for fault in ledger.verify() if fault.startswith("table facts holds a row")]

    @pytest.mark.parametrize(("statements", "found"), REARRANGED.values(), ids=REARRANGED)
    def test_where_a_chain_was_made_again_around_it_a_receipt_tells_what_happened_to_an_entry(
        self, statements: list[str], found: list[int], ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        """Whoever owns the file gives every entry the number and hash that fit, and makes the tables again."""
        change(path, *statements)
        numbers = iter(range(1, 9))
        self.rewrite(path, lambda content: content.update(number=next(numbers)))
        misfits = [fault for fault in ledger.verify(history) if fault.startswith("receipt ")]
        assert [int(fault.split()[1].partition("-")[0]) for fault in misfits] == found

    def test_an_end_cut_off_is_found_by_a_receipt(
        self, ledger: SqliteLedger, history: list[Receipt], path: Path
    ) -> None:
        change(path, "DELETE FROM entries WHERE number = 4")
        assert ledger.verify() == []
        assert ledger.verify([history[3]]) != []

    def test_the_twelve_digits_that_are_printed_suffice(self, ledger: SqliteLedger, history: list[Receipt]) -> None:
        short = [receipt.replace(hash=receipt.hash[:12]) for receipt in history]
        assert ledger.verify(short) == []
        assert len(ledger.verify([short[0].replace(number=2), short[1].replace(hash="0" * 12)])) == 2
        assert len(ledger.verify([short[0].replace(number=99)])) == 1
