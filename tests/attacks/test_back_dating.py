"""What a statement says of its own time proves nothing: when it was received does, by the server's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.clock import format_time
from tests.support.clock import at, let_time_pass
from tests.support.people import public_line
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

DAY = 86_400


@one_format
@pytest.mark.parametrize(
    ("window", "admitted"),
    [
        ({"until": format_time(at(-DAY))}, False),
        ({"from": format_time(at(DAY))}, False),
        ({"from": format_time(at(-4 * DAY)), "until": format_time(at(-2 * DAY))}, False),
        ({"from": format_time(at(-4 * DAY)), "until": format_time(at(DAY))}, True),
        ({"revoked": format_time(at(DAY))}, False),
        ({}, True),
    ],
    ids=["ran out", "yet to come", "was open then", "open", "revoked from tomorrow", "no window"],
)
@pytest.mark.parametrize("issued", [-3 * DAY, -60, 300], ids=["three days ago", "just now", "soon"])
def test_a_key_counts_by_the_time_of_receipt(world: World, window: dict[str, Any], admitted: bool, issued: int) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted()], issued_at=at(issued))
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), **window}]}})
    pushed = world.store_push(clone, [signed], "main:main")
    assert pushed.accepted == admitted, pushed.stderr
    assert pushed.refused == (not admitted)


@one_format
@pytest.mark.parametrize("member", ["from", "until"])
def test_so_does_employment(world: World, member: str) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted()], issued_at=at(-3 * DAY))
    limit = {"from": at(DAY), "until": at(-DAY)}[member]
    world.set_roster({"senior-1": {member: format_time(limit)}})
    assert world.store_push(clone, [signed]).refused
    world.set_roster({"senior-1": {member: format_time(at(-30 * DAY if member == "from" else 30 * DAY))}})
    assert world.store_push(clone, [signed], "main:main").accepted


@one_format
def test_a_sign_off_does_not_get_older_or_younger_by_being_pushed_again(world: World) -> None:
    """Received while the key was in force; what a lost race brings again later keeps that time."""
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.signoff("senior-1", clone, [commit])
    world.file(clone, [signed])
    assert clone.push("refs/gatekeeper/signoffs:refs/heads/objects").accepted
    line = f"{world.object_format.zero} {clone.id('refs/gatekeeper/signoffs')} refs/gatekeeper/signoffs\n"
    assert world.run_hook(line).returncode == 0
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "until": format_time(at(3600))}]}})
    let_time_pass(world, 2 * 3600)
    assert clone.push("main:main").accepted


@one_format
def test_a_key_that_ran_out_signs_no_more(world: World) -> None:
    clone = world.clone("junior-1")
    first, second = clone.assisted("One"), clone.assisted("Two")
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "until": format_time(at(3600))}]}})
    world.approve(first)
    late = world.signoff("senior-1", clone, [second])
    let_time_pass(world, 2 * 3600)
    pushed = world.store_push(clone, [late])
    assert pushed.refused
    assert "its key was not in force when it was received" in pushed.text
    assert clone.push(f"{first}:refs/heads/main").accepted


def test_an_expired_sign_off_admits_nothing_but_what_landed_under_it(world: World) -> None:
    clone = world.clone("junior-1")
    first = clone.assisted("One")
    world.approve(first, expires_at=at(3600))
    assert clone.push("main:main").accepted
    second = clone.assisted("Two")
    world.approve(second, expires_at=at(3600))
    let_time_pass(world, 2 * 3600)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "it expired" in pushed.text
    assert clone.push(f"{first}:refs/heads/release/1").accepted
    assert clone.push(f"{second}:refs/heads/release/2").refused


@one_format
def test_a_rule_on_age_is_no_way_round_by_a_date_of_tomorrow(world: World) -> None:
    rule = {"signoffs": 1, "from": {"at_least": "senior"}, "max_age": "1d"}
    world.set_rule(require=rule)
    clone = world.clone("junior-1")
    commit = clone.assisted()
    tomorrow = world.signoff("senior-1", clone, [commit], issued_at=at(DAY), expires_at=at(9 * DAY))
    assert world.store_push(clone, [tomorrow]).refused
    old = world.signoff("senior-1", clone, [commit], issued_at=at(-2 * DAY))
    assert world.store_push(clone, [old]).accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "it is older than the rule allows" in pushed.text
    world.approve(commit)
    assert clone.push("main:main").accepted
