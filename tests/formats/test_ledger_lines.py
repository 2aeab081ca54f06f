"""Entries of the ledger as lines for other programs."""

from __future__ import annotations

import csv
import json

import pytest

from gatekeeper.formats.ledger_lines import COLUMNS, csv_header, csv_line, json_line

ENTRY = {"time": 1_780_000_000, "kind": "push", "repository": "example/shop", "data": {"outcome": "accepted"}}


@pytest.mark.parametrize("account", ["=cmd()", "+1", "-1", "@sum", "\tx"])
def test_a_cell_that_a_spreadsheet_would_compute_is_text(account: str) -> None:
    entry = ENTRY | {"data": {"pusher": {"account": account}}}
    (row,) = csv.reader([csv_line(7, entry, "0" * 64)])
    assert row[COLUMNS.index("account")] == f"'{account}"


def test_cells_with_commas_quotes_and_line_ends_are_one_cell() -> None:
    entry = ENTRY | {"data": {"pusher": {"account": 'a,"b"\nc'}}}
    header, row = csv.reader(f"{csv_header()}\n{csv_line(7, entry, '0' * 64)}".splitlines(keepends=True))
    assert tuple(header) == COLUMNS
    assert row[COLUMNS.index("account")] == 'a,"b"\nc'
    assert row[:2] == ["7", "2026-05-28T20:26:40Z"]


def test_a_pruned_entry_has_number_and_hash_alone() -> None:
    assert json.loads(json_line(7, "", "0" * 64)) == {"entry": None, "hash": "0" * 64, "number": 7}
    (row,) = csv.reader([csv_line(7, None, "0" * 64)])
    assert [cell for cell in row if cell] == ["7", "pruned", "0" * 64]
    assert len(row) == len(COLUMNS)
