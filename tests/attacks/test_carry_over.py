"""A sign-off carries over to a clean rebase, squash or cherry-pick, once; and to nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.carried import LINES, MARK, branch, carried_from, changed, moved_on, rebased, reviewed, start
from tests.support.signoffs import signed_range
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone, Pushed
    from tests.support.world import World


class TestRebase:
    def test_over_other_files(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        assert rebased(clone) != commit
        assert clone.push("HEAD:main").accepted
        assert carried_from(world) == [[commit]]

    def test_over_the_same_file(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"a.py": changed(LINES, 30, "other")})
        rebased(clone)
        assert clone.push("HEAD:main").accepted
        assert carried_from(world) == [[commit]]

    @one_format
    @pytest.mark.parametrize(("first", "accepted"), [("junior-1", True), ("senior-1", False)])
    def test_by_who_approved_what_the_author_brought(self, world: World, first: str, accepted: bool) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        assert clone.push("HEAD:refs/heads/review/topic", account=first).accepted
        world.approve(commit, "senior-1")
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        assert clone.push("HEAD:main", account="senior-1").accepted is accepted

    def test_with_an_edit_on_the_way_needs_another_sign_off(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"a.py": changed(LINES, 30, "other")})
        rebased(clone)
        text = (clone.path / "a.py").read_text()
        clone.commit("Work" + MARK, {"a.py": text.replace("work", "work = evil")}, "--amend")
        assert clone.push("HEAD:main").refused

    def test_with_a_resolved_conflict_needs_another_sign_off(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"a.py": changed(LINES, 5, "other")})
        clone.fetch()
        branch(clone, "again")
        clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "both")})
        assert clone.push("HEAD:main").refused

    @pytest.mark.parametrize(("way", "accepted"), [("exact", False), ("off", False), ("remade", True)])
    @one_format
    def test_over_the_same_file_as_the_policy_has_it(self, world: World, way: str, accepted: bool) -> None:
        world.set_policy(carry_over={"rebase": way})
        clone = start(world, {"a.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"a.py": changed(LINES, 30, "other")})
        rebased(clone)
        assert clone.push("HEAD:main").accepted is accepted

    def test_by_another_author_needs_another_sign_off(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        clone.git("commit", "-q", "--amend", "--no-edit", "--author", "Mid 1 <mid-1@example.com>")
        pushed = clone.push("HEAD:main")
        assert pushed.refused
        assert "another author" in pushed.text


class TestSquash:
    def squashed(self, clone: Clone, message: str, author: str = "senior-1") -> Pushed:
        """What a server's squash merge does: one commit on top of main, by whoever pressed the button."""
        clone.fetch()
        head = clone.id()
        branch(clone, "squashed")
        clone.git("merge", "-q", "--squash", head)
        clone.commit(message, {}, author=author)
        return clone.push("HEAD:main", account="senior-1")

    def test_of_an_approved_branch_without_its_trailers(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        two = clone.commit("Two" + MARK, {"a.py": changed(changed(LINES, 5, "one"), 7, "two")})
        reviewed(world, clone, one, two)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        assert self.squashed(clone, "Both").accepted
        assert carried_from(world) == [[one, two]]

    @one_format
    def test_of_an_approved_branch_with_an_empty_commit(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        empty = clone.commit("Nothing yet" + MARK, {})
        work = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, empty, work)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        assert self.squashed(clone, "Both", author="junior-1").accepted

    def test_with_one_assisted_commit_unapproved(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        clone.commit("Two" + MARK, {"a.py": changed(changed(LINES, 5, "one"), 7, "two")})
        reviewed(world, clone, one)
        pushed = self.squashed(clone, "Both")
        assert pushed.refused
        assert "covers only a part" in pushed.text

    def test_human_commits_of_the_branch_need_no_approval(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        clone.commit("Two", {"b.py": changed(LINES, 7, "two")})
        reviewed(world, clone, one)
        assert self.squashed(clone, "Both").accepted

    def test_for_a_rule_on_paths_every_commit_needs_it(self, world: World) -> None:
        rule = {
            "id": "secure",
            "when": {"paths": ["b.py"]},
            "require": {"signoffs": 1, "from": {"at_least": "senior"}},
        }
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        world.set_policy(rules=[rule])
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        two = clone.commit("Two", {"b.py": changed(LINES, 7, "two")})
        reviewed(world, clone, one)
        assert self.squashed(clone, "Both").refused
        clone.git("checkout", "-q", two)
        reviewed(world, clone, one, two)
        assert self.squashed(clone, "Both").accepted

    def test_a_branch_that_merged_main_in_between(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        clone.fetch()
        clone.merge("origin/main")
        two = clone.commit("Two" + MARK, {"a.py": changed(changed(LINES, 5, "one"), 7, "two")})
        reviewed(world, clone, one, two)
        assert self.squashed(clone, "Both").accepted

    def test_approving_ones_own_work_through_a_squash(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")}, author="junior-1")
        two = clone.commit("Two" + MARK, {"b.py": changed(LINES, 7, "two")}, author="senior-1")
        reviewed(world, clone, one, two)
        pushed = self.squashed(clone, "Both", author="junior-1")
        assert pushed.refused
        clone.git("checkout", "-q", two)
        reviewed(world, clone, one, two, signer="senior-2")
        assert self.squashed(clone, "Both", author="junior-1").accepted


class TestSeries:
    def series(self, world: World) -> tuple[Clone, ObjectId, ObjectId]:
        clone = start(world, {"auth.py": LINES, "api.py": LINES, "b.py": LINES})
        auth = clone.commit("Add auth" + MARK, {"auth.py": changed(LINES, 5, "auth")})
        endpoint = clone.commit("Expose endpoint" + MARK, {"api.py": changed(LINES, 5, "endpoint")})
        reviewed(world, clone, auth, endpoint)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        return clone, auth, endpoint

    def test_the_second_half_alone(self, world: World) -> None:
        clone, _, endpoint = self.series(world)
        clone.fetch()
        branch(clone, "half")
        clone.git("cherry-pick", endpoint, env=clone.dates())
        pushed = clone.push("HEAD:main")
        assert pushed.refused
        assert "an earlier commit that was approved with it is not here" in pushed.text

    def test_the_second_half_where_somebody_did_the_first_already(self, world: World) -> None:
        clone, _, _ = self.series(world)
        moved_on(world, {"auth.py": changed(LINES, 5, "auth")})
        rebased(clone)
        assert clone.git("rev-list", "--count", "origin/main..HEAD") == "1"
        assert clone.push("HEAD:main").accepted

    def test_the_second_half_where_somebody_did_only_a_part_of_the_first(self, world: World) -> None:
        clone = start(world, {"auth.py": LINES, "api.py": LINES, "b.py": LINES})
        both = changed(changed(LINES, 5, "auth"), 25, "check")
        auth = clone.commit("Add auth" + MARK, {"auth.py": both})
        endpoint = clone.commit("Expose endpoint" + MARK, {"api.py": changed(LINES, 5, "endpoint")})
        reviewed(world, clone, auth, endpoint)
        moved_on(world, {"auth.py": changed(LINES, 5, "auth")})
        clone.fetch()
        branch(clone, "half")
        clone.git("cherry-pick", endpoint, env=clone.dates())
        assert clone.push("HEAD:main").refused

    def test_both_in_order_in_one_push_or_two(self, world: World) -> None:
        clone, _, _ = self.series(world)
        rebased(clone)
        assert clone.push("HEAD~1:main").accepted
        assert clone.push("HEAD:main").accepted

    def test_the_second_half_after_the_first_was_taken_out(self, world: World) -> None:
        clone, _, _ = self.series(world)
        rebased(clone)
        second = clone.id()
        assert clone.push("HEAD~1:main").accepted
        clone.sync()
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        assert clone.push("HEAD:main").accepted
        clone.git("cherry-pick", second, env=clone.dates())
        pushed = clone.push("HEAD:main")
        assert pushed.refused
        assert "taken out" in pushed.text

    def test_the_second_half_with_the_first_taken_out_in_the_same_push(self, world: World) -> None:
        clone, auth, endpoint = self.series(world)
        clone.fetch()
        branch(clone, "mixed")
        clone.git("cherry-pick", auth, env=clone.dates())
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        clone.git("cherry-pick", endpoint, env=clone.dates())
        assert clone.push("HEAD:main").refused


class TestSpending:
    def landed(self, world: World) -> tuple[Clone, ObjectId]:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        return clone, commit

    def again(self, clone: Clone, commit: ObjectId) -> Pushed:
        """Take out what landed, and push it once more."""
        clone.sync()
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        assert clone.push("HEAD:main").accepted
        clone.git("cherry-pick", commit, env=clone.dates())
        return clone.push("HEAD:main")

    def test_spent_directly(self, world: World) -> None:
        clone, commit = self.landed(world)
        assert clone.push("HEAD:main").accepted
        pushed = self.again(clone, commit)
        assert pushed.refused
        assert "has landed here already" in pushed.text or "taken out" in pushed.text

    def test_spent_by_carry_over(self, world: World) -> None:
        clone, commit = self.landed(world)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        assert clone.push("HEAD:main").accepted
        assert self.again(clone, commit).refused

    def test_a_second_unused_approval_is_spent_too(self, world: World) -> None:
        clone, commit = self.landed(world)
        assert world.store_push(clone, [world.signoff("senior-2", clone, [commit])], account="senior-2").accepted
        assert clone.push("HEAD:main").accepted
        assert self.again(clone, commit).refused

    def test_spent_within_one_push(self, world: World) -> None:
        clone, commit = self.landed(world)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        clone.git("cherry-pick", commit, env=clone.dates())
        assert clone.push("HEAD:main").refused
        assert clone.push("HEAD~1:main").accepted

    def test_a_new_sign_off_for_the_new_commit_lets_it_in_again(self, world: World) -> None:
        clone, commit = self.landed(world)
        assert clone.push("HEAD:main").accepted
        assert self.again(clone, commit).refused
        again = world.signoff("senior-1", clone, [clone.id()])
        assert world.store_push(clone, [again], account="senior-1").accepted
        assert clone.push("HEAD:main").accepted

    def test_not_spent_by_a_refused_push(self, world: World) -> None:
        clone, _ = self.landed(world)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        clone.assisted("Not approved")
        assert clone.push("HEAD:main").refused
        assert clone.push("HEAD~1:main").accepted

    def test_not_spent_by_a_push_that_lost_its_race(self, world: World) -> None:
        clone, _ = self.landed(world)
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        rebased(clone)
        old, new = world.refs()["refs/heads/main"], clone.id()
        clone.git("push", "-q", "origin", f"{new}:refs/heads/elsewhere")
        assert world.run_hook(f"{old} {new} refs/heads/main\n").returncode == 0  # and Git does not write the ref
        moved_on(world, {"b.py": changed(LINES, 19, "another")})
        rebased(clone)
        assert clone.push("HEAD:main").accepted

    def test_a_cherry_pick_to_a_release_branch_spends_nothing_on_main(self, world: World) -> None:
        other = world.clone("staff-1")
        assert other.push("origin/main:refs/heads/release/1").accepted
        clone, commit = self.landed(world)
        assert clone.push("HEAD:main").accepted
        clone.fetch()
        clone.git("checkout", "-q", "-B", "backport", "origin/release/1")
        clone.commit("Old files", {"a.py": LINES})
        clone.git("cherry-pick", commit, env=clone.dates())
        assert clone.push("HEAD:release/1").accepted
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        clone.git("cherry-pick", commit, env=clone.dates())
        assert clone.push("HEAD:release/1").refused


class TestVeto:
    def test_binds_a_rebase(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work", {"a.py": changed(LINES, 5, "work")})
        assert clone.push("HEAD:refs/heads/topic").accepted
        veto = world.signoff("senior-2", clone, [commit], Decision.REJECT, comment="no")
        assert world.store_push(clone, [veto], account="senior-2").accepted
        moved_on(world, {"b.py": changed(LINES, 9, "other")})
        new = rebased(clone)
        pushed = clone.push("HEAD:main")
        assert pushed.refused
        assert "senior-2" in pushed.text
        revoked = world.signoff("senior-2", clone, [commit], Decision.REVOKE, revokes=veto.id)
        assert world.store_push(clone, [revoked], account="senior-2").accepted
        assert clone.push(f"{new}:main").accepted

    def test_binds_an_amended_message(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work", {"a.py": changed(LINES, 5, "work")})
        assert clone.push("HEAD:refs/heads/topic").accepted
        veto = world.signoff("senior-2", clone, [commit], Decision.REJECT, comment="no")
        assert world.store_push(clone, [veto], account="senior-2").accepted
        clone.commit("Work!", {}, "--amend")
        assert clone.push("HEAD:main").refused

    def test_binds_a_squash_of_its_range(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One", {"a.py": changed(LINES, 5, "one")})
        clone.commit("Two", {"b.py": changed(LINES, 7, "two")})
        base = clone.id("origin/main")
        assert clone.push("HEAD:refs/heads/topic").accepted
        span = signed_range(clone, base, clone.id())
        veto = world.signoff("senior-2", clone, [one, clone.id()], Decision.REJECT, comment="no", range=span)
        assert world.store_push(clone, [veto], account="senior-2").accepted
        clone.git("reset", "-q", "--soft", "origin/main")
        clone.commit("Both", {})
        assert clone.push("HEAD:main").refused

    def test_on_one_commit_binds_a_squash_of_the_branch_that_was_pushed_before(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One", {"a.py": changed(LINES, 5, "one")})
        clone.commit("Two", {"b.py": changed(LINES, 7, "two")})
        assert clone.push("HEAD:refs/heads/topic").accepted
        veto = world.signoff("senior-2", clone, [one], Decision.REJECT, comment="no")
        assert world.store_push(clone, [veto], account="senior-2").accepted
        clone.git("reset", "-q", "--soft", "origin/main")
        both = clone.commit("Both", {})
        assert clone.push("HEAD:main").refused
        revoked = world.signoff("senior-2", clone, [one], Decision.REVOKE, revokes=veto.id)
        assert world.store_push(clone, [revoked], account="senior-2").accepted
        assert clone.push(f"{both}:main").accepted
