"""What landed, what can no longer land, and what nobody can explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.ledger import PendingUpdate
from gatekeeper.reconciling import LAPSES_AFTER, Comparison, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

MAIN, OTHER = "refs/heads/main", "refs/heads/other"
NOW = Timestamp(1_800_000_000)
ZERO, A, B, C, D = (ObjectId(digit * 40) for digit in "0abcd")


class Noted:
    """As much of a ledger as is asked."""

    def __init__(self, tips: dict[str, ObjectId], *waiting: PendingUpdate) -> None:
        self._tips = tips
        self._waiting = waiting

    def tips(self, refs: Sequence[str]) -> dict[str, ObjectId]:
        return {ref: tip for ref, tip in self._tips.items() if ref in refs}

    def pending(self, refs: Sequence[str]) -> list[PendingUpdate]:
        return [update for update in self._waiting if update.ref in refs]


def moved(entry: int, old: ObjectId, new: ObjectId, ref: str = MAIN) -> PendingUpdate:
    return PendingUpdate(entry=entry, position=0, ref=ref, old=old, new=new, time=NOW)


def found(tips: dict[str, ObjectId], *waiting: PendingUpdate, now: Timestamp = NOW, **current: ObjectId) -> Comparison:
    names = {"main": MAIN, "other": OTHER}
    ledger: Any = Noted(tips, *waiting)
    return compare(ledger, {names[name]: target for name, target in current.items()}, ZERO, now)


def test_nothing_moved() -> None:
    assert found({MAIN: A}, main=A) == Comparison()
    assert found({}, main=ZERO) == Comparison()
    assert not Comparison().changes_ledger


def test_an_accepted_update_that_is_on_the_ref_landed() -> None:
    update = moved(1, A, B)
    result = found({MAIN: A}, update, main=B)
    assert result == Comparison(landed=(update,))
    assert result.changes_ledger


def test_an_accepted_update_that_is_not_on_the_ref_yet_may_still_land() -> None:
    assert found({MAIN: A}, moved(1, A, B), main=A) == Comparison()


def test_a_ref_that_was_created_or_deleted() -> None:
    created, deleted = moved(1, ZERO, A), moved(2, A, ZERO)
    assert found({}, created, main=A).landed == (created,)
    assert found({MAIN: A}, deleted, main=ZERO).landed == (deleted,)
    again = moved(3, ZERO, B)
    assert found({MAIN: A}, deleted, again, main=B).landed == (deleted, again)


def test_updates_in_a_row_landed_in_their_order() -> None:
    one, two, three = moved(1, A, B), moved(2, B, C), moved(3, C, D)
    for waiting in ((one, two, three), (three, two, one)):
        assert found({MAIN: A}, *waiting, main=D).landed == (one, two, three)
    part = found({MAIN: A}, one, two, three, main=C)
    assert (part.landed, part.lapsed) == ((one, two), ())


def test_updates_that_followed_while_the_ref_was_looked_at_may_still_land() -> None:
    one, two, three = moved(1, A, B), moved(2, B, C), moved(3, C, D)
    assert found({MAIN: A}, one, two, three, main=A) == Comparison()
    assert found({MAIN: A}, one, two, three, main=B) == Comparison(landed=(one,))
    assert found({MAIN: B}, two, three, main=B) == Comparison()


def test_an_update_that_lost_the_race_lapsed() -> None:
    one, two = moved(1, A, B), moved(2, A, C)
    assert found({MAIN: A}, one, two, main=C) == Comparison(landed=(two,), lapsed=(one,))


def test_an_update_that_lost_the_race_and_was_noted_after_the_winner_lapsed() -> None:
    late = moved(2, A, C)
    assert found({MAIN: B}, late, main=B) == Comparison(lapsed=(late,))


def test_an_update_onto_what_is_there_now_may_still_land() -> None:
    one, two = moved(1, A, B), moved(2, B, C)
    assert found({MAIN: A}, one, two, main=B) == Comparison(landed=(one,))


def test_of_two_equal_updates_the_later_landed_and_the_other_lapsed() -> None:
    """Who repeats a push was told that it had failed, after the hook; what counts is who pushed what landed."""
    one, two = moved(1, A, B), moved(2, A, B)
    assert found({MAIN: A}, one, two, main=B) == Comparison(landed=(two,), lapsed=(one,))


def test_a_ref_that_went_and_came_back_is_where_it_was() -> None:
    assert found({MAIN: A}, moved(1, A, B), moved(2, B, A), main=A) == Comparison()


def test_a_way_over_a_loop_is_found() -> None:
    there, back, on = moved(1, A, B), moved(2, B, A), moved(3, A, C)
    result = found({MAIN: A}, there, back, on, main=C)
    assert result.landed == (on,)
    assert result.unexplained == ()


@pytest.mark.parametrize(
    ("tips", "waiting", "current"),
    [
        ({MAIN: A}, (), B),
        ({}, (), A),
        ({MAIN: A}, (), ZERO),
        ({MAIN: A}, (moved(1, A, B),), C),
        ({MAIN: A}, (moved(1, B, C),), C),
        ({MAIN: A}, (moved(1, A, B), moved(2, C, D)), D),
        ({MAIN: A}, (moved(1, A, C, OTHER),), C),
        ({MAIN: B}, (moved(1, A, B),), A),
    ],
)
def test_a_value_that_no_accepted_updates_lead_to_was_written_outside(
    tips: dict[str, ObjectId], waiting: tuple[PendingUpdate, ...], current: ObjectId
) -> None:
    result = found(tips, *waiting, main=current)
    assert result == Comparison(unexplained=((MAIN, tips.get(MAIN, ZERO), current),))
    assert not result.changes_ledger


def test_every_ref_is_compared_by_itself() -> None:
    here, there = moved(1, A, B), moved(2, A, C, OTHER)
    result = found({MAIN: A, OTHER: A}, here, there, main=B, other=D)
    assert result == Comparison(landed=(here,), unexplained=((OTHER, A, D),))
    assert found({MAIN: A, OTHER: A}, here, there, main=B).landed == (here,)


def test_an_entry_says_what_was_found_and_by_whom() -> None:
    one, two = moved(1, A, B), moved(2, A, C)
    row = {"entry": 2, "position": 0, "ref": MAIN, "old": A, "new": C}
    assert found({MAIN: A}, one, two, main=C).entry("audit") == {
        "found_by": "audit",
        "landed": [row],
        "lapsed": [{**row, "entry": 1, "new": B}],
    }


values = st.sampled_from([ZERO, A, B, C])


@given(values, st.lists(st.tuples(values, values), max_size=6), values)
def test_what_landed_leads_from_the_confirmed_value_to_the_present_one(
    start: ObjectId, moves: list[tuple[ObjectId, ObjectId]], end: ObjectId
) -> None:
    waiting = [moved(number, old, new) for number, (old, new) in enumerate(moves)]
    result = found({MAIN: start}, *waiting, main=end)
    reachable = {start}
    for _ in moves:
        reachable |= {new for old, new in moves if old in reachable}
    assert bool(result.unexplained) == (end not in reachable)
    at = start
    for update in result.landed:
        assert update.old == at
        at = update.new
    assert at == end or result.unexplained
    assert not set(result.landed) & set(result.lapsed)
    assert all(update.old != end for update in result.lapsed)


def test_an_update_that_did_not_happen_within_an_hour_never_will() -> None:
    """Git refused it after the hook, or its client hung up: it must not be asked about for ever."""
    waiting = moved(1, ZERO, A)
    assert not found({}, waiting, main=ZERO, now=Timestamp(NOW + LAPSES_AFTER)).changes_ledger
    late = found({}, waiting, main=ZERO, now=Timestamp(NOW + LAPSES_AFTER + 1))
    assert (late.landed, late.lapsed, late.unexplained) == ((), (waiting,), ())


def test_an_old_update_that_is_on_its_ref_did_happen() -> None:
    waiting = moved(1, ZERO, A)
    assert found({}, waiting, main=A, now=Timestamp(NOW + 10 * LAPSES_AFTER)).landed == (waiting,)
