"""Which rows a page of bounded size holds."""

from __future__ import annotations

import pytest

from gatekeeper.core.held import Held, matters
from gatekeeper.core.landed import Manner
from tests.support.reports import landed


def held(most: int, numbers: range) -> list[int]:
    """Let a holder take in rows, of which every fourth is assisted; return which ones it holds."""
    holder = Held(most)
    for number in numbers:
        holder.append(landed(number))
    return [row.entry - 1_000 for row in holder.rows()]


def test_everything_is_held_as_long_as_it_fits() -> None:
    assert held(5, range(5)) == [0, 1, 2, 3, 4]


def test_past_the_bound_only_what_matters_is_held_and_of_that_the_latest() -> None:
    assert held(5, range(6)) == [0, 4]
    assert held(2, range(1, 13)) == [8, 12]


def test_nothing_is_held_where_nothing_was_asked_for() -> None:
    assert held(0, range(9)) == []


@pytest.mark.parametrize("manner", list(Manner))
def test_what_is_not_in_order_matters_whoever_wrote_it(manner: Manner) -> None:
    assert matters(landed(1, manner=manner)) is (manner not in {Manner.APPROVED, Manner.UNASKED})
    assert matters(landed(0, manner=manner))
