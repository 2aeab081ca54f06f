"""Whose figures an audit may show."""

from __future__ import annotations

import pytest

from gatekeeper.core.privacy import Privacy


@pytest.mark.parametrize(("people", "shown"), [(0, False), (7, False), (8, True), (9, True)])
def test_a_team_below_eight_has_no_figures_of_its_own_unless_the_policy_says_so(people: int, shown: bool) -> None:
    assert Privacy().shows_team(people) is shown
    assert Privacy(smallest_team=people + 1).shows_team(people) is False
    assert Privacy(smallest_team=people).shows_team(people) is True


def test_figures_per_person_are_off_unless_the_policy_says_so() -> None:
    assert Privacy().persons is False
