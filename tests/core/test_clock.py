"""Times and spans: one text for one time."""

from __future__ import annotations

import calendar
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.clock import MalformedTimeError, format_date, format_time, parse_span, parse_time
from gatekeeper.core.ids import Timestamp

LAST = 253_402_300_799
FIRST = -62_135_596_800

times = st.integers(FIRST, LAST).map(Timestamp)


@given(times)
def test_a_time_comes_back_from_its_text(when: Timestamp) -> None:
    assert parse_time(format_time(when)) == when


@given(st.integers(0, LAST).map(Timestamp))
def test_the_text_is_what_the_c_library_says(when: Timestamp) -> None:
    broken_down = time.gmtime(when)
    assert format_time(when) == time.strftime("%Y-%m-%dT%H:%M:%SZ", broken_down)
    assert format_date(when) == time.strftime("%Y-%m-%d", broken_down)
    assert parse_time(format_time(when)) == calendar.timegm(broken_down)


@given(st.text(max_size=25) | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z"))
def test_two_texts_never_name_one_time(text: str) -> None:
    try:
        when = parse_time(text)
    except MalformedTimeError:
        return
    assert format_time(when) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23",
        "2026-11-23T09:00:00",
        "2026-11-23 09:00:00Z",
        "2026-11-23t09:00:00z",
        "2026-11-23T09:00:00+00:00",
        "2026-11-23T09:00:00.0Z",
        "2026-11-23T09:00:00Z\n",
        " 2026-11-23T09:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23T23:60:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-11-23T09:00:00Z",
        "+026-11-23T09:00:00Z",
    ],
)
def test_no_other_form_is_a_time(text: str) -> None:
    with pytest.raises(MalformedTimeError):
        parse_time(text)


@pytest.mark.parametrize("when", [LAST + 1, 2**63 - 1])
def test_a_time_past_the_calendar_is_shown_as_its_end(when: int) -> None:
    assert format_time(Timestamp(when)) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1m", 60), ("24h", 86_400), ("90d", 7_776_000), ("2w", 1_209_600), ("999999m", 59_999_940)],
)
def test_a_span_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "d",
        "90",
        "90s",
        "90D",
        "0d",
        "-1d",
        "+1d",
        "1.5d",
        "1 d",
        " 1d",
        "1d ",
        "٣d",
        "²d",
        "1000000m",
        "1_0d",
    ],
)
def test_nothing_else_is_a_span(text: str) -> None:
    with pytest.raises(MalformedTimeError, match="is no span"):
        parse_span(text)
