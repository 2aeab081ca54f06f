"""The draw of a sample: the same for everybody who knows the seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.sampling import UnfitSeedError, draw

ids = st.text("0123456789abcdef", min_size=40, max_size=40).map(ObjectId)


@given(commits=st.lists(ids, max_size=30, unique=True), size=st.integers(1, 30), seed=st.text("aZ9._-", min_size=1))
def test_the_order_of_the_population_changes_nothing(commits: list[ObjectId], size: int, seed: str) -> None:
    drawn = draw(commits, size, seed)
    assert drawn == draw(reversed(commits), size, seed)
    assert len(drawn) == min(size, len(commits))
    assert set(drawn) <= set(commits)


@given(commits=st.lists(ids, min_size=2, max_size=30, unique=True), size=st.integers(1, 29))
def test_a_larger_sample_holds_the_smaller_one(commits: list[ObjectId], size: int) -> None:
    assert draw(commits, size + 1, "x")[:size] == draw(commits, size, "x")


def test_lots_are_what_sha256sum_says() -> None:
    # `printf %s audit-1:1111… | sha256sum` gives db79407e…, of 2222… 9c690c92….
    one, other = ObjectId("1" * 40), ObjectId("2" * 40)
    assert draw([one, other], 2, "audit-1") == (other, one)
    assert {draw([one, other], 1, f"audit-{number}") for number in range(20)} == {(one,), (other,)}


@pytest.mark.parametrize("seed", ["", "a b", "a:b", "a'b", "é", "a\n", "x" * 65])
def test_a_seed_that_a_shell_could_read_otherwise_is_refused(seed: str) -> None:
    with pytest.raises(UnfitSeedError):
        draw([ObjectId("1" * 40)], 1, seed)
