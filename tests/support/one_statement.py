"""A statement and its envelope with every member, and the same with one member changed."""

from __future__ import annotations

import json
from typing import Any

from gatekeeper.core.ids import Fingerprint
from gatekeeper.core.signoff import (
    Envelope,
    SignedRange,
    dump_envelope,
    dump_statement,
)
from tests.support.values import CHANGE, A, B, C, signed_commit, statement

MISSING = object()
FULL = statement(
    refs=("refs/heads/main",),
    commits=(signed_commit(A), signed_commit(C, parent="", change="", tools=())),
    range=SignedRange(base=B, head=C, change=CHANGE),
    comment="Read every line.\nTwice: ü \U0001f600",
    checklist=(("migrations", False), ("tests", True)),
    presence="touch",
    client="git-gatekeeper 1.0",
)
KEYID = Fingerprint("SHA256:LMhvPKpTxZ4s8Y3yD0zS7ePq9iQeTqk3vO2xqkYc1XM")
ENVELOPE = Envelope(payload=dump_statement(FULL), keyid=KEYID, signature=b"SSHSIG raw \0\xff")


def changed(document: Any, path: tuple[str | int, ...], value: object) -> bytes:
    """The document with the value at `path` replaced, removed or added; canonical all the same."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(copy, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


DOCUMENT = json.loads(dump_statement(FULL))
SEALED = json.loads(dump_envelope(ENVELOPE))
