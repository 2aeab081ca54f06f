"""Tricks by which something that nobody approved would seem to be carried from what somebody did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.carried import LINES, MARK, branch, changed, moved_on, rebased, reviewed, squash, start
from tests.support.signoffs import signed_range
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World


class TestSquashOfARangeThatHasLandedInPart:
    def landed(self, world: World) -> tuple[Clone, ObjectId, ObjectId]:
        """The first commit of a branch, approved by itself, is on main; the second is approved by itself too."""
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        two = clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two")})
        reviewed(world, clone, one)
        reviewed(world, clone, two)
        assert clone.push(f"{one}:main").accepted
        clone.fetch()
        return clone, one, two

    def test_the_part_that_was_taken_out_again_does_not_come_back_with_it(self, world: World) -> None:
        clone, one, two = self.landed(world)
        clone.git("checkout", "-q", "-B", "back", one)
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        assert clone.push("HEAD:main").accepted
        taken = clone.id()
        clone.git("read-tree", "-u", "--reset", f"{two}^{{tree}}")
        squash(clone, taken)
        assert clone.push("HEAD:main").refused

    def test_the_rest_of_it_is_carried(self, world: World) -> None:
        clone, one, two = self.landed(world)
        clone.git("checkout", "-q", "-B", "back", one)
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        clone.git("cherry-pick", two, env=clone.dates())
        assert clone.push("HEAD:main").accepted


class TestRewound:
    """Where a policy allows rewinds, what a ref has lost is not on it."""

    def series(self, world: World) -> tuple[Clone, ObjectId, ObjectId, ObjectId]:
        world.set_policy(rewinds="allow")
        clone = start(world, {"auth.py": LINES, "api.py": LINES, "b.py": LINES})
        base = clone.id("origin/main")
        auth = clone.commit("Add auth" + MARK, {"auth.py": changed(LINES, 5, "auth")})
        endpoint = clone.commit("Expose endpoint" + MARK, {"api.py": changed(LINES, 5, "endpoint")})
        reviewed(world, clone, auth, endpoint)
        assert clone.push(f"{auth}:main").accepted
        return clone, base, auth, endpoint

    def test_the_second_half_of_a_series_whose_first_was_rewound(self, world: World) -> None:
        clone, base, _, endpoint = self.series(world)
        assert clone.push(f"+{base}:main").accepted
        clone.git("checkout", "-q", "-B", "half", base)
        clone.git("cherry-pick", endpoint, env=clone.dates())
        assert clone.push("HEAD:main").refused

    def test_the_second_half_in_the_push_that_rewinds_the_first(self, world: World) -> None:
        clone, base, _, endpoint = self.series(world)
        clone.git("checkout", "-q", "-B", "half", base)
        clone.git("cherry-pick", endpoint, env=clone.dates())
        assert clone.push("+HEAD:main").refused

    def test_the_second_half_over_the_first_is_carried(self, world: World) -> None:
        clone, _, auth, endpoint = self.series(world)
        clone.git("checkout", "-q", "-B", "half", auth)
        clone.commit("Between", {"b.py": changed(LINES, 3, "between")})
        clone.git("cherry-pick", endpoint, env=clone.dates())
        assert clone.push("HEAD:main").accepted

    def test_what_was_rewound_does_not_come_back_without_its_mark(self, world: World) -> None:
        clone, base, _, _ = self.series(world)
        assert clone.push(f"+{base}:main").accepted
        clone.git("checkout", "-q", "-B", "again", base)
        clone.commit("Mine", {"auth.py": changed(LINES, 5, "auth")})
        assert clone.push("HEAD:main").refused

    @one_format
    def test_the_same_commit_comes_back(self, world: World) -> None:
        clone, base, auth, _ = self.series(world)
        assert clone.push(f"+{base}:main").accepted
        assert clone.push(f"{auth}:main").accepted


class TestDeletedRef:
    @one_format
    def test_what_it_had_is_spent_there(self, world: World) -> None:
        world.set_policy(deletions="allow")
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        release = "refs/heads/release/1"
        assert clone.push(f"origin/main:{release}").accepted
        assert clone.push(f"HEAD:{release}").accepted
        assert clone.push(f":{release}").accepted
        assert clone.push(f"origin/main:{release}").accepted
        clone.git("checkout", "-q", "-B", "again", "origin/main")
        clone.commit("Between", {"b.py": changed(LINES, 19, "another")})
        clone.git("cherry-pick", commit, env=clone.dates())
        assert clone.push(f"HEAD:{release}").refused
        assert clone.push("HEAD:refs/heads/release/2").accepted


class TestHiddenVeto:
    """A veto is not lost among other commits with the same paths."""

    def vetoed(self, world: World) -> tuple[Clone, ObjectId]:
        world.set_policy(limits={"candidates": 3})
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        assert clone.push("HEAD:refs/heads/topic").accepted
        veto = world.signoff("senior-2", clone, [commit], Decision.REJECT, comment="no")
        assert world.store_push(clone, [veto], account="senior-2").accepted
        return clone, commit

    def hide(self, world: World, clone: Clone, commit: ObjectId, count: int) -> None:
        """Commits of the junior's own with the same path, each with a statement of the junior's."""
        others: list[ObjectId] = []
        for number in range(count):
            clone.git("checkout", "-q", "-B", "hiding", "origin/main")
            others.append(clone.commit("Work" + MARK, {"a.py": changed(LINES, 6, f"hiding {number}")}))
            assert clone.push("+HEAD:refs/heads/hiding").accepted
        stated = world.signoff("junior-1", clone, others, Decision.AUTHOR)
        assert world.store_push(clone, [stated], account="junior-1").accepted
        clone.git("checkout", "-q", commit)

    def test_of_a_commit(self, world: World) -> None:
        clone, commit = self.vetoed(world)
        self.hide(world, clone, commit, 4)
        moved_on(world, {"a.py": changed(LINES, 30, "other")})
        new = rebased(clone)
        world.approve(new, "senior-1")
        assert clone.push("HEAD:main").refused

    @one_format
    def test_an_approval_is_not_lost_either(self, world: World) -> None:
        clone, _ = self.vetoed(world)
        clone.git("checkout", "-q", "-B", "other", "origin/main")
        approved = clone.commit("Other work" + MARK, {"a.py": changed(LINES, 25, "other work")})
        reviewed(world, clone, approved)
        self.hide(world, clone, approved, 4)
        moved_on(world, {"a.py": changed(LINES, 35, "other")})
        rebased(clone)
        assert clone.push("HEAD:main").accepted

    @pytest.mark.parametrize("vetoed", ["first", "head", "none"])
    @pytest.mark.parametrize("same", [False, True])
    def test_of_a_range(self, world: World, vetoed: str, same: bool) -> None:
        """Behind ranges of the same paths, and behind ranges that even change the same."""
        world.set_policy(limits={"candidates": 3})
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        base = clone.id("origin/main")
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        two = clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two")})
        assert clone.push("HEAD:refs/heads/topic").accepted
        if vetoed != "none":
            target = {"first": one, "head": two}[vetoed]
            veto = world.signoff("senior-2", clone, [target], Decision.REJECT, comment="no")
            assert world.store_push(clone, [veto], account="senior-2").accepted
        for number in range(5):
            clone.git("checkout", "-q", "-B", "hiding", base)
            clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one" if same else f"hiding {number}")})
            clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two" if same else f"hiding {number}")})
            assert clone.push("+HEAD:refs/heads/hiding").accepted
        clone.git("checkout", "-q", "-B", "squashed", two)
        if not same:  # with the same change it would be tried first
            moved_on(world, {"a.py": changed(LINES, 30, "other")})
            rebased(clone)
        squash(clone, "origin/main")
        new = clone.id()
        world.approve(new, "senior-1")
        assert clone.push("HEAD:main").accepted is (vetoed == "none")


class TestShuffledStatement:
    """The order in which a statement lists its commits is what its signer says needs what."""

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    @one_format
    def test_the_second_half_alone(self, world: World, order: tuple[int, int]) -> None:
        clone = start(world, {"auth.py": LINES, "api.py": LINES, "b.py": LINES})
        auth = clone.commit("Add auth" + MARK, {"auth.py": changed(LINES, 5, "auth")})
        endpoint = clone.commit("Expose endpoint" + MARK, {"api.py": changed(LINES, 5, "endpoint")})
        span = signed_range(clone, clone.id("origin/main"), endpoint)
        assert clone.push("HEAD:refs/heads/topic").accepted
        both = (auth, endpoint)
        signed = world.signoff("senior-1", clone, [both[at] for at in order], range=span)
        assert world.store_push(clone, [signed], account="senior-1").accepted
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        clone.fetch()
        branch(clone, "half")
        clone.git("cherry-pick", endpoint, env=clone.dates())
        assert clone.push("HEAD:main").refused
        branch(clone, "whole")
        clone.git("cherry-pick", auth, endpoint, env=clone.dates())
        assert clone.push("HEAD:main").accepted

    @one_format
    def test_an_author_statement_with_a_false_range_adds_nothing_to_what_is_carried(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        base = clone.id("origin/main")
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        two = clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two")})
        reviewed(world, clone, two)
        for first, last in ((one, two), (base, two), (base, one)):
            said = world.signoff("junior-1", clone, [two], Decision.AUTHOR, range=signed_range(clone, first, last))
            assert world.store_push(clone, [said], account="junior-1").accepted
        squash(clone, base)
        assert clone.push("HEAD:main").refused
        world.approve(one, "senior-1")
        assert clone.push("HEAD:main").accepted


class TestManyVersions:
    @one_format
    def test_each_pair_of_blobs_is_compared_once(self, world: World) -> None:
        """Or whoever pushes many versions of a file takes all the time of who changes it next."""
        clone = start(world, {"a.py": LINES})
        for number in range(8):
            branch(clone)
            clone.commit("Version" + MARK, {"a.py": changed(LINES, 20 + number, "version")})
            assert clone.push("+HEAD:refs/heads/topic").accepted
        world.run_in_hook(
            "import gatekeeper.comparing as comparing\n"
            "done, calls = comparing.done_to_lines, []\n"
            "def counted(*arguments):\n"
            "    calls.append(arguments)\n"
            '    if len(calls) > 8 + 4: raise SystemExit("compared again")\n'
            "    return done(*arguments)\n"
            "comparing.done_to_lines = counted"
        )
        other = world.clone("mid-1")
        other.sync()
        text = LINES
        for number in range(4):
            text = changed(text, number, "mine")
            other.commit("Mine", {"a.py": text})
        assert other.push("main:main").accepted
