"""Many push at once, and hooks die at random: nothing gets in unjudged or unrecorded, and everything adds up.

`GATEKEEPER_STRESS=n` in the environment goes on for n seconds, with as many deaths as they bring.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from typing import TYPE_CHECKING

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.push import RESERVED, SIGNOFFS
from gatekeeper.ledger import LedgerError
from tests.support.environment import require
from tests.support.racing import landed, lost_a_race
from tests.support.signoffs import REPOSITORY
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Clone, Pushed
    from tests.support.world import World

SECONDS = int(os.environ.get("GATEKEEPER_STRESS", "9"))
PEOPLE = ("intern-1", "junior-1", "junior-2", "mid-1")
DEADLY = 2
"""One in so many runs of the hook is to be killed, after up to half a second; most have ended by themselves then."""
KILLED = "pre-receive hook declined"


def let_hooks_die(world: World) -> None:
    """Start the hook's interpreter in a session of its own, which is killed with all its children, or is not."""
    dice = "$(od -An -N2 -tu2 /dev/urandom)"
    killer = f"(sleep 0.$(printf %03d $(({dice} % 500))); kill -9 -$$) </dev/null >/dev/null 2>&1 &"
    world.edit_hook(
        'exec "$python"', f'[ $(({dice} % {DEADLY})) != 0 ] || {killer}\nexec {require("setsid")} "$python"'
    )


class Member:
    """Somebody who pushes this and that until the time is over."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.clone: Clone = world.clone(person)
        self.dice = random.Random(person)  # noqa: S311 - a test's dice
        self.accepted: list[tuple[str, ObjectId]] = []
        """(ref, new value) of pushes that Git said were accepted."""
        self.unsigned: set[ObjectId] = set()
        """Commits that must be on no protected ref."""
        self.killed = 0
        self._turn = 0

    def act(self) -> None:
        """Do one thing, once."""
        self._turn += 1
        self.clone.sync()
        kind = self.dice.choice(("plain", "unsigned", "signed", "free", "store"))
        work = f"{kind} {self._turn} of {self.clone.owner.id}"
        commit = self.clone.commit(work) if kind == "plain" else self.clone.assisted(work)
        free = f"refs/heads/topic/{self.clone.owner.id}/{self._turn}"
        if kind == "free":
            self.push(f"main:{free}", commit=commit)
        elif kind in ("plain", "unsigned"):
            self.unsigned |= {commit} if kind == "unsigned" else set()
            self.push("main:refs/heads/main", commit=commit)
        else:
            signed = [self.world.signoff("senior-1", self.clone, [commit])]
            self.world.file(self.clone, signed)
            self.push(f"{SIGNOFFS}:{SIGNOFFS}", f"main:{free}", commit=commit)
            if kind == "signed":
                self.push("main:refs/heads/main", commit=commit)

    def push(self, *refspecs: str, commit: ObjectId) -> None:
        pushed: Pushed = self.clone.push(*refspecs, options=("--atomic",))
        if pushed.accepted:
            for refspec in refspecs:
                ref = refspec.rpartition(":")[2]
                self.accepted.append((ref, self.clone.id(SIGNOFFS) if ref == SIGNOFFS else commit))
        elif pushed.refused or pushed.undecided:
            assert lost_a_race(pushed) or "sign-off" in pushed.first_line, pushed.stderr
        elif not lost_a_race(pushed):
            assert KILLED in pushed.stderr, pushed.stderr
            self.killed += 1


def stress(members: list[Member], *others: Callable[[], None], seconds: int = SECONDS) -> None:
    """Let them all push for a while, and others do what they do; the first failure of any is raised at the end."""
    begin = time.monotonic()
    errors: list[BaseException] = []

    def more() -> bool:
        age = time.monotonic() - begin
        waiting = not others and age < 5 * seconds and not any(member.killed for member in members)
        return not errors and (age < seconds or waiting)

    def run(act: Callable[[], None]) -> None:
        try:
            while more():
                act()
        except BaseException as error:  # noqa: BLE001 - raised again where the test is
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in (*(member.act for member in members), *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@one_format
def test_pushes_at_once_whose_hooks_die_leave_a_ledger_that_explains_the_repository(world: World) -> None:
    world.install()  # with post-receive, which works beside the pushes that follow
    whole = world.hook().read_text()
    let_hooks_die(world)
    members = [Member(world, person) for person in PEOPLE]
    stress(members)
    world.hook().write_text(whole)
    assert sum(member.killed for member in members) > 0
    honest = Member(world, "mid-1")
    honest.clone.sync()
    honest.clone.commit("After all that")
    pushed = honest.clone.push("main:refs/heads/main")
    assert pushed.accepted, pushed.stderr
    world.settle()
    quiet(world)
    recorded(world, [update for member in members for update in member.accepted])
    everything_is_explained(world, members)


@one_format
def test_old_entries_are_pruned_while_others_push(world: World) -> None:
    world.install()
    members = [Member(world, person) for person in PEOPLE[:2]]
    pruned: list[int] = []

    def owner() -> None:
        """Prune all that can be pruned, again and again."""
        time.sleep(0.5)
        with (
            world.ledger() as ledger,
            contextlib.suppress(LedgerError),
        ):  # its log may be in use
            ledger.prune(10**6, now=Timestamp(int(time.time())), repository=REPOSITORY)
            pruned.append(ledger.pruned())

    stress(members, owner, seconds=max(5, SECONDS // 2))
    world.settle()
    quiet(world)
    assert len(set(pruned)) > 1
    assert sum(member.killed for member in members) == 0
    everything_is_explained(world, members)


def quiet(world: World) -> None:
    """Wait until the last post-receive has noted what it found. What killed hooks accepted stays pending."""
    counts = [-1, -2]
    while len(set(counts[-3:])) > 1:
        time.sleep(0.5)
        counts.append(len(world.entries()))


def recorded(world: World, accepted: list[tuple[str, ObjectId]]) -> None:
    """Whatever Git said it accepted was accepted by an entry, and only that has landed. Two runs may note it."""
    entries = {
        (update["ref"], update["new"])
        for entry in world.entries("push")
        if entry.data["outcome"] == "accepted"
        for update in entry.data["updates"]
    }
    assert set(accepted) <= entries
    rows = [row for entry in world.entries("landing") for row in entry.data["landed"]]
    assert {(row["ref"], row["new"]) for row in rows} <= entries


def everything_is_explained(world: World, members: list[Member]) -> None:
    assert world.faults() == []
    world.git("fsck", "--strict", "--no-dangling")
    main = "refs/heads/main"
    assert landed(world, main) == set(world.git("rev-list", main).split())
    branches = [ObjectId(commit) for commit in world.git("rev-list", "--branches").split()]
    with world.ledger() as ledger:
        tips = ledger.tips()
        assert {ref: tips[ref] for ref in (main, SIGNOFFS)} == {ref: world.refs()[ref] for ref in (main, SIGNOFFS)}
        assert set(ledger.first_pushers(branches)) == set(branches)
    assert not set(world.git("rev-list", main).split()) & {each for member in members for each in member.unsigned}
    assert {ref for ref in world.refs() if ref.startswith(RESERVED)} == {SIGNOFFS}
