"""Shares and their uncertainty: the textbook's figures, and what holds for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ai_report import ASSISTED_LESS, ASSISTED_MORE, NO_DIFFERENCE, TOO_FEW
from gatekeeper.core.intervals import compare, difference, quantiles, share, wilson

SHARES = st.integers(1, 10_000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_the_published_examples(count: int, base: int, low: float, high: float) -> None:
    """R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3."""
    assert wilson(count, base) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_the_interval_of_a_difference_is_that_of_the_published_examples(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """R. G. Newcombe, "Interval estimation for the difference" (1998), table II, method 10."""
    assert difference(share(*one), share(*other)) == pytest.approx((low, high), abs=5e-5)


@given(SHARES)
def test_an_interval_contains_its_share_and_stays_within_0_and_1(given_share: tuple[int, int]) -> None:
    count, base = given_share
    low, high = wilson(count, base)
    assert 0 <= low <= count / base <= high <= 1


@given(SHARES)
def test_more_of_the_same_makes_an_interval_narrower(given_share: tuple[int, int]) -> None:
    count, base = given_share
    low, high = wilson(count, base)
    low_of_more, high_of_more = wilson(count * 10, base * 10)
    assert high_of_more - low_of_more < high - low


def test_of_nothing_there_is_no_interval() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (None, None)
    for count, base in ((0, 0), (2, 1), (-1, 5)):
        with pytest.raises(ValueError):
            wilson(count, base)


@pytest.mark.parametrize(
    ("assisted", "unassisted", "words"),
    [
        ((20, 49), (1, 5000), TOO_FEW),
        ((3, 50), (1, 50), TOO_FEW),
        ((30, 100), (5, 100), ASSISTED_MORE),
        ((5, 100), (30, 100), ASSISTED_LESS),
        ((5, 100), (6, 100), NO_DIFFERENCE),
    ],
)
def test_small_numbers_do_not_shout(assisted: tuple[int, int], unassisted: tuple[int, int], words: str) -> None:
    assert compare(share(*assisted), share(*unassisted)) == words


@given(SHARES, SHARES)
def test_comparing_the_other_way_round_says_the_opposite(one: tuple[int, int], other: tuple[int, int]) -> None:
    opposite = {ASSISTED_MORE: ASSISTED_LESS, ASSISTED_LESS: ASSISTED_MORE}
    words = compare(share(*one), share(*other))
    assert compare(share(*other), share(*one)) == opposite.get(words, words)


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_a_quarter_lies_beyond_each_outer_quartile_at_most(values: list[int]) -> None:
    found = quantiles(values)
    assert found.n == len(values)
    assert found.lower is not None
    assert found.median is not None
    assert found.upper is not None
    assert {found.lower, found.median, found.upper} <= set(values)
    assert sum(value < found.lower for value in values) * 4 < len(values)
    assert sum(value > found.upper for value in values) * 4 <= len(values)
    assert sum(value < found.median for value in values) * 2 < len(values)


def test_quartiles_of_known_values() -> None:
    assert quantiles([]).median is None
    found = quantiles([40, 10, 30, 20])
    assert (found.lower, found.median, found.upper) == (10, 20, 30)
