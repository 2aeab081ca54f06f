"""What the ledger adds to figures: marks that it remembered, and how long approvals took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from gatekeeper.pacing import Paces
from gatekeeper.surveying import Known, Scope, survey
from tests.support.commands import for_review
from tests.support.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gatekeeper.core.ai_report import AiReport
    from gatekeeper.ledger import Entry, Ledger


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    return made


def look(world: World) -> AiReport:
    world.settle()
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        force = server.in_force(ledger)
        known = Known(policy=force.policy, roster=force.roster, ledger=ledger)
        return survey(server.git_dir, Timestamp(server.now + 10**9), Scope(refs=("refs/heads/main",)), known, cache="")


def test_times_are_of_assisted_changes_from_their_first_push(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    plain = world.clone("staff-1").sync() and world.clone("staff-1").commit("Plain")
    assert plain
    assert world.clone("staff-1").push("HEAD:main").accepted
    found = look(world)
    assert found.times is not None
    assert (found.times.first_push_to_signoff.n, found.times.first_push_to_landing.n) == (1, 1)
    landing, signoff = found.times.first_push_to_landing.median, found.times.first_push_to_signoff.median
    assert landing is not None
    assert signoff is not None
    assert 0 <= signoff <= landing
    assert (found.commits.count, found.commits.base, found.dropped_markers) == (1, 3, 0)


def test_a_mark_that_was_dropped_counts_as_remembered_and_as_dropped(world: World) -> None:
    clone = world.clone()
    clone.assisted()
    assert not clone.push("HEAD:main").accepted
    clone.git("commit", "--amend", "-q", "-m", "Change a file")
    world.approve(clone.id())
    assert clone.push("HEAD:main").accepted
    found = look(world)
    assert (found.declarations.remembered, found.dropped_markers, found.commits.count) == (1, 1, 1)
    assert [each.tool for each in found.inventory] == ["claude-code"]


def test_without_a_ledger_what_only_it_knows_is_unknown(world: World) -> None:
    found = survey(str(world.bare), Timestamp(2**40), cache="")
    assert (found.times, found.dropped_markers) == (None, None)
    assert any("without a ledger" in each for each in found.unknown)


def test_an_entry_of_another_form_costs_only_its_own_figures(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    world.settle()
    with world.ledger() as ledger:
        entries = list(ledger.entries())

        class Changed:
            """A ledger in which somebody has been."""

            def entries(self) -> Iterator[Entry]:
                others: list[Any] = [{}, None, [1], {"first_pushes": 3}, {"landed": [{}], "lapsed": []}]
                for entry in entries:
                    yield from (entry.replace(data=data) for data in others)
                    yield entry

        changed = cast("Ledger", Changed())
        assert Paces(changed, None, None).times() == Paces(ledger, None, None).times()


def test_a_pruned_ledger_says_what_is_not_known_any_more(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    assert not any("pruned" in each for each in look(world).unknown)
    with world.ledger() as ledger:
        last = ledger.head()
        ledger.prune(last.number, now=Timestamp(2**33), repository="example/shop")
    found = look(world)
    assert any(f"entries up to {last.number} were pruned" in each for each in found.unknown)
    assert found.times is not None
    assert found.times.first_push_to_landing.n == 0


def test_a_commit_that_lands_on_another_ref_later_has_the_times_of_its_first_landing(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    clone = world.clone()
    assert clone.push("HEAD:main").accepted
    world.set_rule(id="another")  # so that it is judged again
    assert clone.push("HEAD:refs/heads/release/1").accepted
    found = look(world)
    assert found.times is not None
    assert (found.times.first_push_to_signoff.n, found.times.first_push_to_landing.n) == (1, 1)


def test_times_outside_the_period_do_not_count(world: World) -> None:
    (assisted,) = for_review(world)
    world.approve(assisted)
    assert world.clone().push("HEAD:main").accepted
    world.settle()
    with world.ledger() as ledger:
        landed = max(entry.time for entry in ledger.entries())
        assert Paces(ledger, landed, None).times().first_push_to_landing.n == 1
        assert Paces(ledger, Timestamp(landed + 1), None).times().first_push_to_landing.n == 0
        assert Paces(ledger, None, Timestamp(landed - 10_000)).times().first_push_to_landing.n == 0
