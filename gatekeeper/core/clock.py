"""Points in time and spans as text. Nothing here asks what time it is: callers hand the time in."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from gatekeeper.core.ids import Timestamp

UTC = timezone.utc  # noqa: UP017 - `datetime.UTC` says the same and reads worse beside `tzinfo=`
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400
UNITS = {"m": 60, "h": 3_600, "d": DAY, "w": 7 * DAY}
SHAPE = "dddd-dd-ddTdd:dd:ddZ"


class MalformedTimeError(ValueError):
    """Text that is no time, date or span of the documented form."""


def format_time(when: Timestamp) -> str:
    """Return RFC 3339 in UTC with seconds: `2026-11-23T09:00:00Z`. A time past year 9999 is shown as its end."""
    try:
        return (EPOCH + timedelta(seconds=when)).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:
        return "9999-12-31T23:59:59Z"


def format_date(when: Timestamp) -> str:
    """Return the UTC date: `2026-11-23`."""
    return format_time(when)[:10]


def parse_time(text: str) -> Timestamp:
    """Parse exactly the form that `format_time` gives.

    Raises:
        MalformedTimeError: for any other form, or a date that does not exist.
    """
    shape = "".join("d" if "0" <= char <= "9" else char for char in text)
    if shape != SHAPE:
        raise MalformedTimeError(f"{text[:40]!r} is not of the form 2026-11-23T09:00:00Z")
    try:
        # Not `fromisoformat`: from Python 3.13 on it takes 24:00:00 as a second name for the next midnight.
        year, month, day, hour, minute, second = map(int, text[:-1].replace("T", "-").replace(":", "-").split("-"))
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise MalformedTimeError(f"{text!r} does not exist") from None
    return Timestamp(int((when - EPOCH).total_seconds()))


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_day(when: Timestamp) -> str:
    """Return the date in UTC as people say it: `20 Nov`."""
    _, month, day = format_date(when).split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]}"


def parse_span(text: str) -> int:
    """Parse `90d`, `24h`, `30m` or `2w` into seconds.

    Raises:
        MalformedTimeError: for any other form, or no time at all.
    """
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isascii() or not number.isdigit() or len(number) > 6 or int(number) == 0:
        raise MalformedTimeError(f"{text[:40]!r} is no span such as 30m, 24h, 90d or 2w")
    return int(number) * UNITS[unit]
