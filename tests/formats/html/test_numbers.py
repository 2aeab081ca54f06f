"""Numbers as people read them."""

from __future__ import annotations

import pytest

from gatekeeper.formats.html.numbers import days, percent, plural, span


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 7, "0%"),
        (7, 7, "100%"),
        (1, 3, "33%"),
        (1, 40, "2.5%"),
        (1, 5_000, "<0.1%"),
        (4_999, 5_000, ">99.9%"),
        (998, 1_000, "99.8%"),
        (0, 0, "\N{EN DASH}"),
    ],
)
def test_a_share_says_nothing_and_everything_only_where_it_is_so(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, "59 s"), (90, "2 min"), (5_400, "1.5 h"), (86_399, "24 h"), (86_400, "1 day"), (216_000, "2.5 days")],
)
def test_a_span_has_the_unit_that_fits(seconds: int, said: str) -> None:
    assert span(seconds) == said


def test_a_whole_number_of_days_has_no_decimals() -> None:
    assert days(90 * 86_400) == "90 days"


def test_counts_are_grouped_and_have_their_noun() -> None:
    assert (plural(1, "push", "pushes"), plural(12_345, "push", "pushes")) == ("1 push", "12,345 pushes")
