"""Numbers as people read them."""

from __future__ import annotations

DAY = 86_400
NOTHING = "\N{EN DASH}"


def count(number: int) -> str:
    """Return `12,345`."""
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `12,345 commits`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(part: float, whole: float = 1) -> str:
    """Return a share as `25%`; `0%` and `100%` only when they are exact. A dash where there is nothing to share."""
    if not whole:
        return NOTHING
    value = 100 * part / whole
    if value in {0, 100}:
        return f"{value:.0f}%"
    if value < 0.1:
        return "<0.1%"
    if value > 99.9:
        return ">99.9%"
    return f"{value:.1f}%" if value < 10 or value > 99 else f"{value:.0f}%"


def span(seconds: int) -> str:
    """Return how long something took: `40 s`, `12 min`, `5.5 h`, `3 days`."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds / 60:.0f} min"
    if seconds < DAY:
        return f"{_short(seconds / 3_600)} h"
    return days(seconds)


def days(seconds: int) -> str:
    """Return a span in days: `1 day`, `2.5 days`, `90 days`."""
    text = _short(seconds / DAY)
    return f"{text} day" if text == "1" else f"{text} days"


def _short(number: float) -> str:
    """Return a number with one decimal where it says something: below ten, and not `.0`."""
    return f"{number:.0f}" if number >= 10 or round(number, 1) == round(number) else f"{number:.1f}"
