"""Who is an administrator, and when enough of them agree."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.governance import Administrators, Governed, shortage
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.people import ListedRoster, Who
from tests.support.values import DAY, LADDER, NOW, A, B, key, person


def ids(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("fields", "able"),
    [
        ({}, True),
        ({"administrator": False}, False),
        ({"bot": True}, False),
        ({"level": "junior"}, False),
        ({"keys": ()}, False),
        ({"keys": (key("old", revoked=True),)}, False),
        ({"keys": (key("old", valid_until=NOW),)}, False),
        ({"keys": (key("old", revoked=True), key("new"))}, True),
        ({"employed_until": NOW}, False),
        ({"employed_from": Timestamp(NOW + DAY)}, False),
    ],
)
def test_an_administrator_who_could_sign_now(fields: dict[str, Any], able: bool) -> None:
    somebody = person("sue", **{"administrator": True, **fields})
    asked = Administrators(approvers=Who(at_least="senior"))
    assert asked.able(ListedRoster(LADDER, [somebody]), NOW) == (ids("sue") if able else ids())


def test_without_a_condition_every_administrator_counts_also_where_nobody_shows_levels() -> None:
    assert Administrators().include(person("sue", "intern", administrator=True), LADDER)
    assert Administrators().include(person("sue", None, administrator=True, meets=()), LADDER)


def test_a_bot_is_no_administrator_though_the_roster_says_so() -> None:
    assert not Administrators().include(person("ci", None, administrator=True, bot=True), LADDER)


def test_by_itself_one_administrator_whoever_it_is_is_asked_for() -> None:
    assert Administrators() == Administrators(signoffs=1, approvers=Who())


def test_what_is_governed_is_policy_and_roster() -> None:
    at = Governed(ref="refs/heads/x", policy="p", roster="r", commit=A, found=A)
    assert at.paths == ("p", "r")


def test_a_ref_has_moved_when_it_is_not_what_is_in_force() -> None:
    at = Governed(ref="refs/heads/x", policy="p", roster="r", commit=A, found=A)
    assert not at.moved
    assert at.replace(found=ObjectId(B)).moved


@pytest.mark.parametrize(
    ("signed", "able", "needed", "circles", "missing", "ask"),
    [
        # Nobody had a hand in it.
        ("", "ab", 1, ["", "", ""], 1, "ab"),
        ("a", "ab", 1, ["", "", ""], 0, ""),
        ("a", "abc", 2, ["", "", ""], 1, "bc"),
        ("ab", "ab", 2, ["", "", ""], 0, ""),
        # The author alone does not do, with somebody else does.
        ("a", "ab", 1, ["a", "a", "a"], 1, "b"),
        ("b", "ab", 1, ["a", "a", "a"], 0, ""),
        ("a", "abc", 2, ["a", "a", "a"], 2, "bc"),
        ("ab", "abc", 2, ["a", "a", "a"], 1, "c"),
        ("bc", "abc", 2, ["a", "a", "a"], 0, ""),
        # Too few others: as many of them as there are, the author for the rest.
        ("a", "ab", 2, ["a", "a", "a"], 1, "b"),
        ("b", "ab", 2, ["a", "a", "a"], 1, "a"),
        ("ab", "ab", 2, ["a", "a", "a"], 0, ""),
        ("a", "a", 1, ["a", "a", "a"], 0, ""),
        # A claimed author counts before a pusher, a pusher before a proved author.
        ("a", "ab", 1, ["ab", "a", ""], 1, "b"),
        ("b", "ab", 1, ["ab", "a", ""], 0, ""),
        ("a", "ab", 1, ["ab", "ab", "a"], 1, "b"),
        ("b", "ab", 1, ["ab", "ab", "a"], 0, ""),
        # Nobody is able: still not nothing.
        ("", "", 1, ["", "", ""], 1, ""),
        ("", "a", 2, ["a", "a", "a"], 2, "a"),
        # Who signed and has left since may count; others are not asked for less because of them.
        ("x", "ab", 1, ["", "", ""], 0, ""),
        ("x", "ab", 1, ["x", "x", "x"], 1, "ab"),
    ],
)
def test_how_many_sign_offs_are_missing(
    signed: str, able: str, needed: int, circles: list[str], missing: int, ask: str
) -> None:
    short = shortage(ids(*signed), ids(*able), needed, [ids(*circle) for circle in circles])
    assert (short.missing if short else 0) == missing
    assert (short.ask if short else ids()) == ids(*ask)


EVERYBODY = "abcd"
SOME = st.frozensets(st.sampled_from(EVERYBODY))


@given(signed=SOME, able=SOME, needed=st.integers(1, 3), wide=SOME, narrow=SOME)
def test_never_fewer_than_asked_for_and_never_the_involved_alone_while_others_could(
    signed: frozenset[str], able: frozenset[str], needed: int, wide: frozenset[str], narrow: frozenset[str]
) -> None:
    circles = [wide | narrow, narrow]
    short = shortage(signed, able, needed, circles)
    if short is None:
        assert len(signed) >= needed
        assert signed - circles[0] or not able - circles[0]
    else:
        assert short.missing >= 1
        assert not short.ask & signed


@given(able=SOME, needed=st.integers(1, 3), wide=SOME, narrow=SOME)
def test_whoever_is_asked_can_always_bring_it_about(
    able: frozenset[str], needed: int, wide: frozenset[str], narrow: frozenset[str]
) -> None:
    """Where enough administrators could sign, all of them together are always enough."""
    enough = [
        set(some)
        for some in chain.from_iterable(combinations(sorted(able), size) for size in range(len(able) + 1))
        if shortage(frozenset(some), able, needed, [wide | narrow, narrow]) is None
    ]
    assert bool(enough) == (len(able) >= needed)
