"""Whoever can write the ledger's file rewrites it: hashes and tables fit again, and `verify` finds nothing."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from gatekeeper.core import plain
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.ledger.file import GENESIS, entry_hash
from gatekeeper.ledger.projection import TABLES, project

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.world import World


def rewrite(world: World, change: Callable[[dict[str, Any]], None], archive: tuple[bytes, ...] = ()) -> None:
    """Change entries (`kind`, `number`, `data` and the rest, as stored) and make everything else fit them.

    `archive` is put into the archive besides.
    """
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db", isolation_level=None)
    entries = database.execute("SELECT number, body FROM entries ORDER BY number").fetchall()
    database.execute("BEGIN")
    for table in TABLES:
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    previous = GENESIS
    for number, body in entries:
        entry = json.loads(body)
        change(entry)
        body = plain.dumps(entry)  # noqa: PLW2901 - the forged one from here on
        previous = entry_hash(previous, body)
        database.execute("UPDATE entries SET body = ?, hash = ? WHERE number = ?", (body, previous, number))
        project(database, number, entry["time"], entry["kind"], entry["data"])
    for content in archive:
        database.execute("INSERT INTO archive VALUES (?, ?)", (sha256_hex(content), content))
    database.execute("COMMIT")
    database.close()


def judged(entry: dict[str, Any], commit: str) -> dict[str, Any] | None:
    """What an accepted push says of a commit; None if it says nothing."""
    if entry["kind"] != "push" or entry["data"]["outcome"] != "accepted":
        return None
    findings = (finding for ref in entry["data"]["verdict"]["refs"] for finding in ref["commits"])
    return next((finding for finding in findings if finding["commit"] == commit), None)


def in_verdict(commit: str, change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """A change of what the ledger says of a commit that landed."""

    def apply(entry: dict[str, Any]) -> None:
        finding = judged(entry, commit)
        if finding is not None:
            change(finding)

    return apply
