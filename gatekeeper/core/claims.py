"""What a message says that its commit does to earlier ones: takes them out again, or mends them.

Forms: git-revert(1) (`Revert "S"`, `This reverts commit ID.`, `Reapply "S"`), pull requests that a platform
reverts (`Revert "S (#12)" (#34)`), `Fixes: ID ("S")` of the kernel's submitting-patches with Git's variations, and
how Git's own commits say it in prose (`the regression in ID (S, date)`).
"""

from __future__ import annotations

import re

from gatekeeper.core.commits import subject_of
from gatekeeper.core.record import Record

MESSAGE_LIMIT = 64 * 1024
"""Bytes of a message that are looked at."""
SUBJECT_LIMIT = 1024
IDS_LIMIT = 100
"""Commits that one message names."""
REVERTING = re.compile(
    rb"(?:\[[^\]]{1,40}\]\s*)?(?:revert|reapply|back ?out|backed out)(?:\b|s\b|ed\b|ing\b)", re.IGNORECASE
)
QUOTED = re.compile(rb'(?:\[[^\]]{1,40}\]\s*)?(revert|reapply)[ :]*"(.+)"(?: \(#\d+\))?$', re.IGNORECASE)
REVERTS = re.compile(rb"\bth(?:is|ese) reverts? commits?:?\s+((?:[0-9a-f]{7,64}[\s,]*(?:and\s+)?)+)", re.IGNORECASE)
ID = re.compile(rb"[0-9a-f]{7,64}")
FIXES = re.compile(rb"^fixes:[ \t]*(?:commit[ \t]+)?([0-9a-f]{7,64})(?![0-9a-z])", re.IGNORECASE | re.MULTILINE)

BLAMES = re.compile(
    rb"\b(?:regress(?:ed|ions?)|bugs?|broken?|breakage)\b(?:(?!fix|test|add|report|discuss)[^.;:]){0,40}?\b(?:in|by|from|since|with)\s+(?:commit\s+)?"
    rb"([0-9a-f]{7,64})(?=\s*\()",
    re.IGNORECASE,
)
BLAMING = (b"egress", b"bug", b"brok", b"reakage")


class Reverts(Record):
    """That a commit says it takes out another one."""

    ids: tuple[str, ...] = ()
    """In full or in part, in lower case."""
    subject: bytes = b""
    """The subject that it quotes."""


def reverts_in(message: bytes) -> Reverts | None:
    """Return what a message says it takes out; None if it says nothing of the kind.

    A squash merge that lists a revert among other commits is none: the subject, or the first words of the body,
    must say so.
    """
    message = message[:MESSAGE_LIMIT].lstrip()
    subject = subject_of(message[:SUBJECT_LIMIT])
    body = message[len(subject) :].lstrip()
    if not REVERTING.match(subject) and not REVERTS.match(body):
        return None
    ids = [name for found in REVERTS.finditer(message) for name in ID.findall(found[1].lower())]
    quoted = QUOTED.match(subject)
    named = b""
    if quoted:
        named = quoted[2] if quoted[1].lower() == b"revert" else b'Revert "' + quoted[2] + b'"'
    return Reverts(ids=_names(ids), subject=named)


def fixes_in(message: bytes) -> tuple[str, ...]:
    """Return the ids, in full or in part, that a message says it mends. `Fixes: #12` names none."""
    message = message[:MESSAGE_LIMIT]
    # A look for bytes first: an expression that ignores case reads every message ten times as long.
    found = FIXES.findall(message) if b"ixes:" in message or b"IXES:" in message else []
    if any(word in message for word in BLAMING):
        found += BLAMES.findall(message)
    return _names(found)


def _names(ids: list[bytes]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.decode("ascii").lower() for name in ids))[:IDS_LIMIT]
