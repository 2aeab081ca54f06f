"""What an examination of a server finds, as values."""

from __future__ import annotations

import enum

from gatekeeper.core.record import Record


class Level(enum.Enum):
    """How bad a finding is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Symptom(Record):
    """One thing that was looked at."""

    level: Level
    what: str
    advice: str = ""


def good(what: str) -> Symptom:
    """Return a finding that needs nothing."""
    return Symptom(level=Level.GOOD, what=what)


def note(what: str, advice: str) -> Symptom:
    """Return a finding that somebody should know."""
    return Symptom(level=Level.NOTE, what=what, advice=advice)


def bad(what: str, advice: str) -> Symptom:
    """Return a finding that means that the gate does not work."""
    return Symptom(level=Level.BAD, what=what, advice=advice)
