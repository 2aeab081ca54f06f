"""Whom a refusal tells the pusher to ask."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.core.advice import Approvers, approvers
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import ListedRoster, Person, Who
from tests.support.values import LADDER, NOW, key, person

JO = person("jo", "junior", teams=("web",))
SUE = person("sue", "senior", teams=("web",))
SAM = person("sam", "senior", teams=("payments",))
ANN = person("ann", "staff", teams=("payments",))
ZOE = person("zoe", "senior", teams=("web", "payments"))
SENIOR = Who(at_least="senior")


def asked(*people: Person, **fields: Any) -> Approvers:
    honest: dict[str, Any] = {"excluded": (), "teams": (), "pusher": None, "now": NOW}
    return approvers(SENIOR, ListedRoster(LADDER, people), **{**honest, **fields})


def test_the_lowest_level_that_suffices_is_asked_first_then_by_name() -> None:
    found = asked(ANN, ZOE, SUE, JO, SAM)
    assert found.nearest == ("sam@example.com", "sue@example.com")
    assert (found.others, found.of_team) == (2, False)


def test_the_authors_teams_come_first() -> None:
    found = asked(ANN, ZOE, SUE, SAM, teams=("web",))
    assert (found.nearest, found.of_team) == (("sue@example.com", "zoe@example.com"), True)
    mixed = asked(ANN, SUE, teams=("web",))
    assert (mixed.nearest, mixed.of_team, mixed.others) == (("sue@example.com", "ann@example.com"), False, 0)


def test_nobody_is_nobody() -> None:
    assert asked(JO) == Approvers()
    assert asked(JO, teams=("web",)).of_team is False


@pytest.mark.parametrize(
    "unable",
    [
        person("sue", bot=True),
        person("sue", "junior"),
        person("sue", keys=()),
        person("sue", keys=(key("k", revoked=True),)),
        person("sue", keys=(key("k", valid_until=NOW),)),
        person("sue", keys=(key("k", valid_from=Timestamp(NOW + 1)),)),
        person("sue", employed_until=NOW),
        person("sue", employed_from=Timestamp(NOW + 1)),
    ],
    ids=repr,
)
def test_who_cannot_sign_now_is_not_named(unable: Person) -> None:
    assert asked(unable, SAM) == Approvers(nearest=("sam@example.com",))


def test_one_good_key_is_enough() -> None:
    able = person("sue", keys=(key("k", revoked=True), key("l")))
    assert asked(able).nearest == ("sue@example.com",)


def test_who_had_a_hand_in_it_is_not_named() -> None:
    assert asked(SUE, SAM, excluded=("sue",)).nearest == ("sam@example.com",)


def test_who_has_no_address_is_counted_and_not_named() -> None:
    silent = person("aaa", "senior", emails=())
    assert asked(silent, SUE) == Approvers(nearest=("sue@example.com",), others=1)


@pytest.mark.parametrize(
    ("pusher", "excluded", "can", "is_excluded"),
    [
        (SUE, (), True, False),
        (SUE, ("sue",), False, True),
        (JO, (), False, False),
        (JO, ("jo",), False, False),
        (None, ("sue",), False, False),
    ],
)
def test_the_pusher_is_told_whether_they_can_sign_themselves(
    pusher: Person | None, excluded: tuple[str, ...], can: bool, is_excluded: bool
) -> None:
    found = asked(SUE, SAM, JO, pusher=pusher, excluded=excluded)
    assert (found.pusher_can, found.pusher_excluded) == (can, is_excluded)
    assert ("sue@example.com" in found.nearest) == (pusher != SUE and "sue" not in excluded)


def test_an_address_that_is_not_utf8_can_be_shown() -> None:
    odd = person("sue", emails=(b"s\xff@example.com", b"second@example.com"))
    assert asked(odd).nearest == ("s\ufffd@example.com",)
