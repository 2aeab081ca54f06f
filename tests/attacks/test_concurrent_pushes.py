"""Many push at once, to the same refs and to others: nothing gets in unjudged, nothing is lost, everything adds up."""

from __future__ import annotations

import threading
import time
from itertools import count
from typing import TYPE_CHECKING

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import Decision
from tests.support.racing import insist, landed, lost_a_race
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Pushed
    from tests.support.signoffs import Signoff
    from tests.support.world import World

PEOPLE = ("intern-1", "junior-1", "junior-2", "mid-1")
SECONDS = 7


class Crowd:
    """People who push in threads of their own until the time is over; the first failure of any is raised at the end."""

    def __init__(self) -> None:
        self.end = time.monotonic() + SECONDS
        self._errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def add(self, act: Callable[[], None], times: int) -> None:
        def run() -> None:
            try:
                for turn in range(times):
                    if not self._errors and (turn == 0 or time.monotonic() < self.end):
                        act()
            except BaseException as error:  # noqa: BLE001 - raised again where the test is
                self._errors.append(error)

        self._threads.append(threading.Thread(target=run))

    def run(self) -> None:
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]


def everything_adds_up(world: World) -> None:
    world.settle()
    world.settled()  # the post-receive hooks of the last pushes work in the background
    assert world.faults() == []
    world.git("fsck", "--strict", "--no-dangling")
    with world.ledger() as ledger:
        tips = ledger.tips()
        assert ledger.pending() == []
    for ref, tip in world.refs().items():
        if ref == "refs/heads/main" or ref.startswith("refs/heads/release/"):
            assert tips[ref] == tip
            assert landed(world, ref) == set(world.git("rev-list", ref).split()), ref
    assert tips[SIGNOFFS] == world.refs()[SIGNOFFS]


def stored(world: World) -> set[str]:
    """The statement ids in the server's store."""
    names = world.git("ls-tree", "-r", "--name-only", SIGNOFFS).splitlines()
    return {name.rsplit("/", 1)[-1].removesuffix(".json") for name in names}


@one_format
def test_pushes_to_one_branch_and_to_many(world: World) -> None:
    world.install()  # with post-receive, which works beside the pushes that follow
    crowd = Crowd()
    accepted: list[ObjectId] = []

    def member(person: str) -> Callable[[], None]:
        clone, turns = world.clone(person), count()

        def act() -> None:
            """Bring one signed commit to a new branch, however often that takes, and try once to bring it to main."""
            clone.sync()
            branch = f"main:refs/heads/release/{person}-{next(turns)}"
            commit = clone.assisted(f"Work of {person}")
            signed = [world.signoff("senior-1", clone, [commit])]
            unsigned = clone.push("main:main")
            assert unsigned.refused or lost_a_race(unsigned), unsigned.stderr
            insist(lambda: world.store_push(clone, signed, branch))
            pushed = clone.push("main:main")
            assert pushed.accepted or lost_a_race(pushed), pushed.stderr
            accepted.extend([commit] if pushed.accepted else [])

        return act

    for person in PEOPLE:
        crowd.add(member(person), 20)
    crowd.run()
    everything_adds_up(world)
    assert set(accepted) <= set(world.git("rev-list", "main").split())
    assert accepted
    with world.ledger() as ledger:
        for commit in accepted:
            assert set(ledger.subjects([commit])[commit]) <= stored(world)


@one_format
def test_pushes_to_the_store_alone(world: World) -> None:
    """Whoever loses the race merges and pushes again, and nobody's sign-off is lost."""
    world.install()
    crowd = Crowd()
    base = world.clone("junior-1").assisted("One for all")
    assert world.clone("junior-1").push("main:refs/heads/topic").accepted
    made: list[Signoff] = []

    def member(person: str) -> Callable[[], None]:
        clone = world.clone(person)
        clone.fetch("refs/heads/topic")

        def act() -> None:
            decision = Decision.APPROVE if len(made) % 2 else Decision.REJECT
            signed = world.signoff(person, clone, [base], decision, comment=f"{person} {len(made)}")
            insist(lambda: world.store_push(clone, [signed]))
            made.append(signed)

        return act

    for person in ("senior-1", "senior-2", "staff-1"):
        crowd.add(member(person), 20)
    crowd.run()
    everything_adds_up(world)
    assert made
    assert {signed.id for signed in made} <= stored(world)
    with world.ledger() as ledger:
        assert set(ledger.subjects([base])[base]) >= {signed.id for signed in made}


@one_format
def test_the_same_commits_pushed_by_several_at_once_have_one_first_pusher(world: World) -> None:
    owner = world.clone("junior-1")
    commits = [owner.assisted(f"Step {number}") for number in range(5)]
    crowd = Crowd()
    pushed: dict[str, Pushed] = {}

    def member(person: str) -> Callable[[], None]:
        clone = world.clone(person)
        clone.git("fetch", "-q", str(owner.path), "main:refs/heads/topic")
        return lambda: pushed.update({person: clone.push(f"topic:refs/heads/{person}")})

    for person in PEOPLE:
        crowd.add(member(person), 1)
    crowd.run()
    assert [each.stderr for each in pushed.values() if not each.accepted] == []
    with world.ledger() as ledger:
        first = ledger.first_pushers(commits)
    assert set(first) == set(commits)
    assert len({each.person for each in first.values()}) == 1
    brought = [entry.data["first_pushes"] for entry in world.entries("push")[1:]]
    assert sorted(map(len, brought)) == [0, 0, 0, len(commits)]
    assert world.faults() == []
