"""Sign-offs carried to copies under another name, to other refs, or past whose work it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.carried import LINES, MARK, branch, changed, moved_on, rebased, reviewed, squash, start
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World


class TestOnesOwnWork:
    def test_a_co_author_who_was_dropped_on_the_way(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        together = f"Work{MARK}Co-authored-by: Senior One <senior-1@example.com>\n"
        commit = clone.commit(together, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit, signer="senior-1")
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        clone.commit("Work" + MARK, {}, "--amend")
        assert clone.push("HEAD:main").refused
        clone.git("checkout", "-q", commit)
        reviewed(world, clone, commit, signer="senior-2")
        rebased(clone)
        clone.commit("Work" + MARK, {}, "--amend")
        assert clone.push("HEAD:main").accepted


class TestCopies:
    """Two people push the same work: the first one's it is, for a squash that nobody approved."""

    @pytest.mark.parametrize(
        ("first", "second", "accepted"), [("senior-1", "junior-1", True), ("junior-1", "senior-1", False)]
    )
    @one_format
    def test_a_copy_of_a_branch_changes_nothing(self, world: World, first: str, second: str, accepted: bool) -> None:
        start(world, {"a.py": LINES, "b.py": LINES})
        for person in (first, second):
            clone = world.clone(person)
            clone.fetch()
            branch(clone)
            clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
            clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two")})
            assert clone.push(f"HEAD:refs/heads/topic-{person}").accepted
        senior = world.clone("senior-1")
        squash(senior, "origin/main")
        assert senior.push("HEAD:main").accepted is accepted

    @pytest.mark.parametrize(("first", "second"), [("senior-1", "junior-1"), ("junior-1", "senior-1")])
    @one_format
    def test_whose_it_was_first_does_not_approve_it_under_another_name(
        self, world: World, first: str, second: str
    ) -> None:
        start(world, {"a.py": LINES})
        junior = world.clone("junior-1")
        for person in (first, second):
            clone = world.clone(person)
            clone.fetch()
            branch(clone)
            clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
            assert clone.push(f"HEAD:refs/heads/topic-{person}").accepted
        commit = junior.commit("Work, in better words" + MARK, {}, "--amend")
        assert junior.push("HEAD:refs/heads/better").accepted
        world.approve(commit, "senior-1")
        assert junior.push(f"{commit}:main").accepted is (first == "junior-1")
        world.approve(commit, "senior-2")
        assert junior.push(f"{commit}:main").status == 0

    @pytest.mark.parametrize("first", ["senior-1", "junior-1"])
    @one_format
    def test_whose_branch_it_was_first_does_not_approve_its_squash_under_another_name(
        self, world: World, first: str
    ) -> None:
        start(world, {"a.py": LINES, "b.py": LINES})
        for person in (first, "junior-1", "senior-1"):
            clone = world.clone(person)
            clone.fetch()
            branch(clone)
            clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
            clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two")})
            assert clone.push(f"+HEAD:refs/heads/topic-{person}").accepted
        junior = world.clone("junior-1")
        ids = [junior.id("HEAD^"), junior.id()]
        one, two = (world.signoff(signer, junior, ids) for signer in ("senior-1", "senior-2"))
        squashed = squash(junior, "origin/main")
        assert world.store_push(junior, [one], account="senior-1").accepted
        assert junior.push(f"{squashed}:main").accepted is (first == "junior-1")
        assert world.store_push(junior, [two], account="senior-2").accepted
        assert junior.push(f"{squashed}:main").status == 0

    @one_format
    def test_who_splits_it_later_is_not_its_author(self, world: World) -> None:
        start(world, {"a.py": LINES, "b.py": LINES})
        both = {"a.py": changed(LINES, 5, "one"), "b.py": changed(LINES, 7, "two")}
        senior = world.clone("senior-1")
        senior.fetch()
        branch(senior)
        senior.commit("Both" + MARK, both)
        assert senior.push("HEAD:refs/heads/topic").accepted
        junior = world.clone("junior-1")
        for path, content in both.items():
            junior.commit("Part" + MARK, {path: content})
        assert junior.push("HEAD:refs/heads/split").accepted
        assert senior.push("HEAD:main").accepted


class TestElsewhere:
    """`cherry_pick` is about what has landed on another guarded ref, in whatever form it did."""

    def landed(self, world: World) -> tuple[Clone, ObjectId]:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        assert clone.push("origin/main:refs/heads/release/1").accepted
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        assert clone.push("HEAD:main").accepted
        clone.fetch()
        clone.git("checkout", "-q", "-B", "old", "origin/release/1")
        clone.commit("Fix", {"b.py": changed(LINES, 25, "fix")})
        clone.git("cherry-pick", commit, env=clone.dates())
        return clone, commit

    @one_format
    def test_where_it_is_off(self, world: World) -> None:
        world.set_policy(carry_over={"cherry_pick": "off"})
        clone, _ = self.landed(world)
        assert clone.push("HEAD:refs/heads/release/1").refused

    @one_format
    def test_where_it_is_on(self, world: World) -> None:
        clone, _ = self.landed(world)
        assert clone.push("HEAD:refs/heads/release/1").accepted

    @pytest.mark.parametrize("way", ["off", "remade"])
    @one_format
    def test_to_two_refs_in_one_push(self, world: World, way: str) -> None:
        """The second of them is the other's cherry-pick, as it would be in a push of its own."""
        world.set_policy(carry_over={"cherry_pick": way})
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        assert clone.push("origin/main:refs/heads/release/1").accepted
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        new = rebased(clone)
        clone.git("checkout", "-q", "-B", "old", "origin/release/1")
        clone.commit("Fix", {"b.py": changed(LINES, 25, "fix")})
        clone.git("cherry-pick", commit, env=clone.dates())
        assert clone.push(f"{new}:main", "HEAD:refs/heads/release/1").accepted is (way == "remade")
        assert clone.push(f"{new}:main").status == 0

    @one_format
    def test_one_rebase_to_two_refs_in_one_push_is_no_cherry_pick(self, world: World) -> None:
        world.set_policy(carry_over={"cherry_pick": "off"})
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        clone.fetch()
        assert clone.push("origin/main:refs/heads/release/1").accepted
        rebased(clone)
        assert clone.push("HEAD:main", "HEAD:refs/heads/release/1").accepted

    @one_format
    def test_a_squash_of_it_where_it_is_off(self, world: World) -> None:
        for way, accepted in (("off", False), ("remade", True)):
            world.set_policy(carry_over={"cherry_pick": way})
            clone = start(world, {f"a-{way}.py": LINES, f"b-{way}.py": LINES})
            release = f"refs/heads/release/{way}"
            assert clone.push(f"origin/main:{release}").accepted
            base = clone.id("origin/main")
            one = clone.commit("One" + MARK, {f"a-{way}.py": changed(LINES, 5, way)})
            two = clone.commit("Two" + MARK, {f"b-{way}.py": changed(LINES, 7, way)})
            reviewed(world, clone, one, two)
            assert clone.push(f"{two}:main").accepted
            squash(clone, base)
            assert clone.push(f"HEAD:{release}").accepted is accepted
            branch(clone)


class TestTools:
    """A rule about a tool holds for what was reviewed as that tool's, whatever the new message says."""

    def rules(self, world: World) -> None:
        rule = {"id": "no-copilot", "when": {"tools": ["copilot"]}, "refuse": "not here"}
        world.set_policy(rules=[rule])

    def test_another_tool_named_on_the_way(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        self.rules(world)
        clone.commit("Work\n\nAssisted-by: GitHub Copilot\n", {"a.py": changed(LINES, 5, "work")})
        assert clone.push("HEAD:refs/heads/topic").accepted
        clone.commit("Work" + MARK, {}, "--amend")
        assert clone.push("HEAD:main").refused
        branch(clone, "own")
        clone.commit("Work" + MARK, {"a.py": changed(LINES, 9, "own")})
        assert clone.push("HEAD:main").accepted
