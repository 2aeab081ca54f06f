"""Entries of a ledger with everything filled in, so that a test says only what matters to it."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING, Any

from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.ledger import Receipt
from gatekeeper.ledger.sqlite import SqliteLedger

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "refs/heads/main"
A, B, C = (ObjectId(digit * 40) for digit in "abc")
ZERO = ObjectId("0" * 40)
NOW = Timestamp(1_780_000_000)
ENVELOPE = b'{"an":"envelope"}'
DIGEST = hashlib.sha256(ENVELOPE).hexdigest()
STATEMENT = StatementId("5" * 64)


def update(new: str = B, old: str = A, ref: str = MAIN, **fields: Any) -> dict[str, Any]:
    honest = {"ref": ref, "old": old, "new": new, "tracked": True, "rules": ["r1"], "commits": []}
    return {**honest, **fields}


def receipt(statement: str = STATEMENT, **fields: Any) -> dict[str, Any]:
    honest = {
        "signer": "sue",
        "decision": "approve",
        "fingerprint": "SHA256:x",
        "envelope": DIGEST,
        "touched": True,
        "verified": None,
        "commits": [A, B],
    }
    return {"statement": statement, **honest, **fields}


def push(*updates: dict[str, Any], **fields: Any) -> dict[str, Any]:
    honest: dict[str, Any] = {
        "outcome": "accepted",
        "policy": "p",
        "updates": list(updates),
        "pusher": {"person": "jo", "kind": "account"},
        "first_pushes": [],
        "receipts": [],
    }
    return {**honest, **fields}


def add(ledger: SqliteLedger, kind: str = "push", data: Any = None, now: int = NOW, **fields: Any) -> Receipt:
    return ledger.append(
        kind, push() if data is None else data, now=Timestamp(now), repository="example/shop", **fields
    )


def landed(entry: int, new: str = B, old: str = A, ref: str = MAIN, position: int = 0) -> dict[str, Any]:
    row = {"entry": entry, "position": position, "ref": ref, "old": old, "new": new}
    return {"found_by": "test", "landed": [row], "lapsed": []}


def pause(until: int = NOW + 60, **fields: Any) -> dict[str, Any]:
    return {"until": until, "reason": "down", "account": "root", **fields}


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def change(path: Path, *statements: str) -> None:
    database = raw(path)
    for statement in statements:
        database.execute(statement)
    database.close()


NOTED = {
    "seen": [
        {
            "id": B,
            "change": "c1",
            "paths": "p1",
            "assisted": True,
            "tools": ["claude-code"],
            "author_line": "x",
            "first": True,
            "files": [["b1", "f1", 1], ["b2", "f2", 0]],
        },
        {
            "id": C,
            "change": "c3",
            "paths": "p1",
            "assisted": False,
            "tools": [],
            "author_line": "y",
            "first": True,
            "files": [],
        },
    ],
    "ranges": [{"base": A, "head": C, "change": "c9", "paths": "p9", "root": B, "first": True}],
    "versions": [["b3", "f1", B]],
    "in_flight": {"refs/heads/topic": [["f1", B]]},
    "attested": [
        {"kind": "note", "id": A, "tool": "cursor", "text": "s_1 1-9", "first": False, "paths": []},
        {"kind": "trace", "id": B, "tool": "unknown", "text": "7", "first": True, "paths": ["f1", "f2"]},
    ],
}
"""What a push brought with marks."""

VERDICT = {
    "problems": [{"code": "pusher-differs", "account": "jo-login", "certified": "jo"}],
    "notes": [{"code": "emergency-not-allowed", "who": "jo"}],
    "refs": [
        {
            "problems": [{"code": "governed-signoffs", "missing": 1, "needed": 1, "ask": ["sue", "sam"]}],
            "commits": [
                {
                    "commit": B,
                    "author": "jo@example.com",
                    "subject": "Ask jo",
                    "declaration": {"remembered": {"by": "change", "pushed_by": "jo"}, "evidence": []},
                    "authorship": {"claimed": "jo", "proved": None, "unproved": {"code": "x", "person": "sam"}},
                    "rules": [{"signoffs": [{"signer": "sue"}], "excluded": ["jo"], "exempt_if_proved": ["sam"]}],
                    "lift": {"source": "pause", "by": "sam", "reason": "down"},
                }
            ],
        }
    ],
}
"""What was decided about a push, with a name wherever there can be one."""


def full_push(**fields: Any) -> dict[str, Any]:
    owed = {"rules": ["one"], "due": NOW + 9}
    commits = [{"id": B, "clean": True, "statements": [], "owed": owed}]
    honest = push(update(commits=commits), receipts=[receipt()], first_pushes=[[B, "x"]], verdict=VERDICT) | NOTED
    honest["pusher"] |= {"account": "jo-login"}
    return honest | fields


def record(ledger: SqliteLedger, data: dict[str, Any] | None = None) -> Receipt:
    return add(ledger, data=data or full_push(), archive={DIGEST: ENVELOPE})
