"""The tables as they were after some entry, as bytes: what stands for the entries whose text `ledger prune` took away.

zlib over lines of JSON (docs/formats.md, "Pruning"): `["gatekeeper snapshot v1"]`, `["hashes", [...]]` with the hash of
every entry up to that one, and for each table `["table", NAME, [COLUMN, ...]]` with a `["row", ...]` for each row.
"""

from __future__ import annotations

import zlib

from gatekeeper.core import plain
from gatekeeper.ledger.projection import TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from typing import Any

FIRST = ["gatekeeper snapshot v1"]
PIECE = 1 << 20
"""Bytes that are unpacked at once."""


def dump(database: sqlite3.Connection, hashes: Sequence[str]) -> bytes:
    """Return the projected tables of a database, with the hashes of the entries that they are made of."""
    packer = zlib.compressobj()
    packed = bytearray()
    for line in _lines(database, hashes):
        packed += packer.compress(plain.dumps(line).encode() + b"\n")
    return bytes(packed + packer.flush())


def _lines(database: sqlite3.Connection, hashes: Sequence[str]) -> Iterator[list[Any]]:
    yield FIRST
    yield ["hashes", list(hashes)]
    for table in TABLES:
        rows = database.execute(f"SELECT * FROM {table} ORDER BY rowid")  # noqa: S608 - our own names
        yield ["table", table, [column[0] for column in rows.description]]
        for row in rows:
            yield ["row", *row]


def load(database: sqlite3.Connection, content: bytes) -> list[str]:
    """Fill empty projected tables; return the hashes of the entries, the first one first.

    Raises:
        ValueError: if it is no snapshot, or one of other tables than these.
        sqlite3.Error: likewise.
    """
    lines = _unpacked(content)
    if next(lines, None) != FIRST:
        raise ValueError("no snapshot of this version")
    hashes: list[str] = next(lines)[1]
    insert = ""
    for kind, *values in lines:
        if kind == "table":
            table, columns = values
            if table not in TABLES or not all(column.isidentifier() for column in columns):
                raise ValueError(f"a table {table!r} that is not known")
            insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
        else:
            database.execute(insert, values)
    return hashes


def _unpacked(content: bytes) -> Iterator[list[Any]]:
    unpacker = zlib.decompressobj()
    rest, waiting = b"", content
    try:
        while waiting:
            rest += unpacker.decompress(waiting, PIECE)
            waiting = unpacker.unconsumed_tail
            *lines, rest = rest.split(b"\n")
            for line in lines:
                yield plain.loads(line.decode())
        rest += unpacker.flush()
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if rest or not unpacker.eof:
        raise ValueError("a snapshot without its end")
