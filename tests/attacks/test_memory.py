"""A mark that is taken away is remembered with the bytes; nobody is asked about work of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.signoffs import signed_range
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

MARK = "\n\nAssisted-by: claude\n"
CODE = "".join(f"def function_{number}():\n    return {number}\n" for number in range(20))
OTHER = "".join(f"def other_{number}():\n    return {number}\n" for number in range(20))


def seen(clone: Clone, files: dict[str, str], where: str = "refs/heads/topic") -> ObjectId:
    """A marked commit that the server has seen, on a branch that nothing protects."""
    commit = clone.commit("Work" + MARK, files)
    assert clone.push(f"+HEAD:{where}").accepted
    return commit


def remembered_as(world: World) -> list[str | None]:
    """By what each commit of the last push was recognised."""
    verdict = world.entries("push")[-1].data["verdict"]
    found = [commit["declaration"]["remembered"] for ref in verdict["refs"] for commit in ref["commits"]]
    return [each and each["by"] for each in found]


class TestOldAuthorLine:
    """Who writes the date of an earlier commit of theirs into a copy has not had the work before its mark."""

    def start(self, world: World) -> tuple[Clone, dict[str, str]]:
        """A colleague whose own earlier work on the same file has been pushed."""
        other = world.clone("junior-2")
        other.commit("Base", {"a.py": CODE, "b.py": OTHER})
        assert other.push("HEAD:main").accepted
        other.commit("Old work", {"a.py": CODE + "# old\n"})
        assert other.push("HEAD:refs/heads/old").accepted
        date = other.git("log", "-1", "--format=%ad", "--date=raw")
        other.git("reset", "-q", "--hard", "origin/main")
        return other, {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}

    @one_format
    @pytest.mark.parametrize("theirs", [True, False])
    def test_on_a_change_elsewhere(self, world: World, theirs: bool) -> None:
        other, date = self.start(world)
        other.fetch()
        clone = world.clone("junior-1")
        clone.sync()
        if theirs:
            seen(clone, {"a.py": CODE.replace("return 3\n", "return 33\n")})
        other.git("checkout", "-q", "-B", "copy", "origin/main")
        other.commit("Below it", {"a.py": CODE + OTHER})
        other.commit("Mine", {"a.py": CODE.replace("return 3\n", "return 33\n") + OTHER}, env=date)
        assert other.push("HEAD:main").accepted is not theirs

    @one_format
    @pytest.mark.parametrize("theirs", [True, False])
    def test_on_a_deletion(self, world: World, theirs: bool) -> None:
        other, date = self.start(world)
        clone = world.clone("junior-1")
        clone.sync()
        if theirs:
            clone.git("rm", "-q", "a.py")
            seen(clone, {})
        other.git("rm", "-q", "a.py")
        other.commit("Mine", {}, env=date)
        assert other.push("HEAD:main").accepted is not theirs


class TestDropped:
    @pytest.mark.parametrize("where", ["refs/heads/topic", "refs/heads/main"])
    def test_by_an_amend(self, world: World, where: str) -> None:
        clone = world.clone()
        clone.commit("Work" + MARK, {"a.py": CODE})
        assert clone.push(f"HEAD:{where}").accepted is (where != "refs/heads/main")
        clone.commit("Work", {}, "--amend")
        pushed = clone.push("main:main")
        assert pushed.refused
        assert "AI: marked in your push of" in pushed.text
        assert "mark now gone" in pushed.text

    def test_by_somebody_elses_push(self, world: World) -> None:
        clone = world.clone()
        seen(clone, {"a.py": CODE})
        other = world.clone("junior-2")
        other.fetch("refs/heads/topic:refs/remotes/origin/topic")
        other.git("cherry-pick", "-n", "origin/topic")
        other.commit("Mine", {})
        pushed = other.push("main:main")
        assert pushed.refused
        assert remembered_as(world) == ["change"]
        honest = world.clone("mid-1")
        honest.commit("Mine too", {"own.py": OTHER})
        assert honest.push("main:main").accepted

    def test_by_an_amend_that_also_edits(self, world: World) -> None:
        clone = world.clone()
        seen(clone, {"a.py": CODE})
        clone.commit("Work", {"a.py": CODE + "# edited\n"}, "--amend")
        assert clone.push("main:main").refused
        assert remembered_as(world) == ["amended"]

    def test_by_a_squash(self, world: World) -> None:
        clone = world.clone()
        base = clone.id()
        seen(clone, {"a.py": CODE})
        clone.commit("Own", {"b.py": OTHER})
        assert clone.push("HEAD:refs/heads/topic").accepted
        clone.git("reset", "-q", "--soft", base)
        clone.commit("Everything", {})
        assert clone.push("main:main").refused
        assert remembered_as(world) == ["change"]

    def test_by_a_squash_with_a_later_version_of_the_file(self, world: World) -> None:
        clone = world.clone()
        base = clone.id()
        seen(clone, {"a.py": CODE})
        clone.commit("Own", {"a.py": CODE + OTHER})
        assert clone.push("HEAD:refs/heads/topic").accepted
        clone.git("reset", "-q", "--soft", base)
        clone.commit("Everything", {"c.py": OTHER})
        assert clone.push("main:main").refused
        assert remembered_as(world) == ["version"]

    def test_by_a_squash_with_somebody_elses_later_version_of_the_file(self, world: World) -> None:
        clone = world.clone()
        seen(clone, {"a.py": CODE})
        other = world.clone("junior-2")
        other.fetch()
        other.git("checkout", "-q", "origin/topic")
        other.commit("Own", {"a.py": CODE + OTHER})
        assert other.push("HEAD:refs/heads/topic").accepted
        clone.fetch()
        clone.git("reset", "-q", "--hard", "origin/topic")
        clone.git("reset", "-q", "--soft", "origin/main")
        clone.commit("Everything", {"c.py": OTHER})
        assert clone.push("main:main").refused
        assert remembered_as(world) == ["version"]

    def test_by_a_split(self, world: World) -> None:
        clone = world.clone()
        base = clone.id()
        seen(clone, {"a.py": CODE, "b.py": OTHER})
        clone.git("reset", "-q", "--hard", base)
        clone.commit("First", {"a.py": CODE})
        clone.commit("Second", {"b.py": OTHER})
        assert clone.push("main:main").refused
        assert remembered_as(world) == ["file", "file"]

    def test_by_moving_it_to_another_file(self, world: World) -> None:
        clone = world.clone()
        base = clone.id()
        seen(clone, {"a.py": CODE})
        clone.git("reset", "-q", "--hard", base)
        clone.commit("Mine", {"moved.py": CODE})
        assert clone.push("main:main").refused
        assert remembered_as(world) == ["moved"]

    def test_by_a_revert_and_pushing_it_again(self, world: World) -> None:
        clone = world.clone()
        commit = seen(clone, {"a.py": CODE})
        world.approve(commit)
        assert clone.push("main:main").accepted
        clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
        assert clone.push("main:main").accepted
        clone.commit("Again", {"a.py": CODE})
        assert clone.push("main:main").refused

    def test_denied_is_a_contradiction(self, world: World) -> None:
        clone = world.clone()
        seen(clone, {"a.py": CODE})
        clone.commit("Work\n\nAI-Assisted: no\n", {}, "--amend")
        pushed = clone.push("main:main")
        assert pushed.refused
        assert "AI-Assisted: no" in pushed.text

    def test_with_an_approval_it_may_land(self, world: World) -> None:
        clone = world.clone()
        seen(clone, {"a.py": CODE})
        commit = clone.commit("Work", {}, "--amend")
        assert clone.push("main:main").refused
        world.approve(commit)
        assert clone.push("main:main").accepted


class TestNotHeldAgainst:
    def test_a_change_to_a_file_that_has_landed(self, world: World) -> None:
        clone = world.clone()
        world.approve(seen(clone, {"a.py": CODE}))
        assert clone.push("main:main").accepted
        clone.commit("Own work", {"a.py": CODE + "# mine\n"})
        assert clone.push("main:main").accepted

    def test_taking_ones_own_change_back(self, world: World) -> None:
        clone = world.clone()
        world.approve(seen(clone, {"a.py": CODE}))
        assert clone.push("main:main").accepted
        clone.commit("Own work", {"a.py": OTHER})
        clone.commit("Not so good", {"a.py": CODE})
        assert clone.push("main:main").accepted

    def test_work_on_top_of_a_marked_commit_that_is_still_there(self, world: World) -> None:
        clone = world.clone()
        marked = seen(clone, {"a.py": CODE})
        clone.commit("Own work", {"a.py": CODE + "# mine\n"})
        assert clone.push("HEAD:refs/heads/topic").accepted
        world.approve(marked)
        assert clone.push("main:main").accepted

    def test_work_on_top_of_a_marked_commit_that_is_rebased_with_it(self, world: World) -> None:
        clone = world.clone()
        marked = seen(clone, {"a.py": CODE})
        own = clone.commit("Own work", {"b.py": OTHER})
        assert clone.push("HEAD:refs/heads/topic").accepted
        world.approve(marked)
        world.approve(own, range=signed_range(clone, marked, own))
        other = world.clone("staff-1")
        other.commit("Meanwhile")
        assert other.push("main:main").accepted
        clone.fetch()
        clone.git("rebase", "-q", "origin/main", env=clone.dates())
        assert clone.push("HEAD:main").accepted
        assert remembered_as(world) == [None, None]

    def test_somebody_elses_mark_on_my_change(self, world: World) -> None:
        clone = world.clone("junior-2")
        commit = clone.commit("My work", {"a.py": CODE})
        assert clone.push("HEAD:refs/heads/mine").accepted
        griefer = world.clone("junior-1")
        griefer.fetch("refs/heads/mine:refs/remotes/origin/mine")
        griefer.git("cherry-pick", "-n", "origin/mine")
        griefer.commit("Your work" + MARK, {})
        assert griefer.push("HEAD:refs/heads/grief").accepted
        assert clone.push(f"{commit}:main").accepted

    def test_somebody_elses_mark_under_my_name(self, world: World) -> None:
        clone = world.clone("junior-2")
        commit = clone.commit("My work", {"a.py": CODE})
        assert clone.push("HEAD:refs/heads/mine").accepted
        griefer = world.clone("junior-1")
        griefer.fetch("refs/heads/mine:refs/remotes/origin/mine")
        griefer.git("cherry-pick", "origin/mine")
        griefer.git("commit", "-q", "--amend", "-m", "Your work" + MARK)
        assert griefer.push("HEAD:refs/heads/grief").accepted
        clone.git("commit", "-q", "--amend", "-m", "My work, in other words")
        assert clone.push("HEAD:main").accepted
        assert clone.id() != commit

    def test_somebody_elses_mark_on_my_change_elsewhere(self, world: World) -> None:
        clone = world.clone("junior-2")
        clone.commit("Base", {"a.py": CODE + OTHER})
        assert clone.push("HEAD:main").accepted
        mine = (CODE + OTHER).replace("return 3\n", "return 33\n", 1)
        commit = clone.commit("My work", {"a.py": mine})
        assert clone.push("HEAD:refs/heads/mine").accepted
        griefer = world.clone("junior-1")
        griefer.sync()
        griefer.fetch("refs/heads/mine:refs/remotes/origin/mine")
        griefer.commit("Below it", {"a.py": CODE + OTHER + "# below\n"})
        griefer.git("cherry-pick", "-n", "origin/mine")
        griefer.commit("Your work" + MARK, {})
        assert griefer.push("HEAD:refs/heads/grief").accepted
        assert clone.push(f"{commit}:main").accepted

    @one_format
    @pytest.mark.parametrize("again", [False, True])
    def test_somebody_elses_mark_on_my_deletion(self, world: World, again: bool) -> None:
        """It brings no bytes that could be new; what tells is whether it was pushed before."""
        clone = world.clone("junior-2")
        clone.commit("Base", {"a.py": CODE, "b.py": OTHER})
        assert clone.push("HEAD:main").accepted
        clone.git("rm", "-q", "a.py")
        clone.commit("Not needed", {})
        assert clone.push("HEAD:refs/heads/mine").accepted
        griefer = world.clone("junior-1")
        griefer.sync()
        griefer.git("rm", "-q", "a.py")
        griefer.commit("Your work" + MARK, {})
        assert griefer.push("HEAD:refs/heads/grief").accepted
        if again:
            clone.git("commit", "-q", "--amend", "-m", "Not needed any more")
        assert clone.push("HEAD:main").accepted

    @one_format
    def test_somebody_elses_marked_branch_that_comes_to_my_deletion(self, world: World) -> None:
        clone = world.clone("junior-2")
        clone.commit("Base", {"a.py": CODE, "b.py": OTHER})
        assert clone.push("HEAD:main").accepted
        clone.git("rm", "-q", "a.py")
        clone.commit("Not needed", {})
        assert clone.push("HEAD:refs/heads/mine").accepted
        griefer = world.clone("junior-1")
        griefer.sync()
        griefer.commit("Something" + MARK, {"b.py": CODE})
        griefer.git("rm", "-q", "a.py")
        griefer.commit("Your work", {"b.py": OTHER})
        assert griefer.push("HEAD:refs/heads/grief").accepted
        assert clone.push("HEAD:main").accepted

    def test_somebody_elses_marked_branch_that_comes_to_my_change(self, world: World) -> None:
        clone = world.clone("junior-2")
        commit = clone.commit("My work", {"a.py": CODE})
        assert clone.push("HEAD:refs/heads/mine").accepted
        griefer = world.clone("junior-1")
        griefer.commit("Something" + MARK, {"a.py": OTHER})
        griefer.commit("Your work", {"a.py": CODE})
        assert griefer.push("HEAD:refs/heads/grief").accepted
        assert clone.push(f"{commit}:main").accepted

    def test_but_ones_own_later_mark_on_it_does(self, world: World) -> None:
        clone = world.clone("junior-2")
        commit = clone.commit("My work", {"a.py": CODE})
        assert clone.push("HEAD:refs/heads/mine").accepted
        clone.commit("My work" + MARK, {}, "--amend")
        assert clone.push("+HEAD:refs/heads/mine").accepted
        assert clone.push(f"{commit}:main").refused

    @one_format
    def test_small_files_that_are_alike_elsewhere(self, world: World) -> None:
        clone = world.clone()
        base = clone.id()
        seen(clone, {"a/__init__.py": "\n", "a/empty": ""})
        clone.git("reset", "-q", "--hard", base)
        clone.commit("Mine", {"b/__init__.py": "\n", "b/empty": ""})
        assert clone.push("main:main").accepted

    @one_format
    @pytest.mark.parametrize(("size", "accepted"), [(63, True), (64, False)])
    def test_a_file_of_fewer_bytes_than_tell_it_from_others(self, world: World, size: int, accepted: bool) -> None:
        clone = world.clone()
        base = clone.id()
        seen(clone, {"a.py": "x" * size})
        clone.git("reset", "-q", "--hard", base)
        clone.commit("Mine", {"b.py": "x" * size})
        assert clone.push("main:main").accepted is accepted

    @one_format
    def test_where_the_policy_remembers_nothing(self, world: World) -> None:
        world.set_policy(remember="off")
        clone = world.clone()
        seen(clone, {"a.py": CODE})
        clone.commit("Work", {}, "--amend", "--reset-author")
        assert clone.push("main:main").accepted
