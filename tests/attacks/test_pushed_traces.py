"""Records of AI pushed in the commits themselves: which count, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.attested import (
    CODE,
    TOPIC,
    TRACES,
    last,
    states,
    trace,
    with_a_side,
)

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


def commit_with(clone: Clone, *records: str, files: dict[str, str] | None = None) -> str:
    """A commit that adds records to those that are there, with the files that it changes."""
    path = clone.path / TRACES
    had = path.read_text() if path.exists() else ""
    return clone.commit("Work", {**(files or {}), TRACES: had + "".join(records)})


class TestTraces:
    def test_of_the_files_of_its_own_commit(self, world: World) -> None:
        clone = world.clone()
        commit_with(clone, trace("src/new.py"), files={"src/new.py": CODE})
        pushed = clone.push("main:main")
        assert pushed.refused
        assert "AI: Agent Trace" in pushed.text
        assert states(world) == ["inferred"]

    @pytest.mark.parametrize(
        "record",
        [trace("src/new.py", kind="human"), trace("src/other.py"), trace(), "no JSON\n", "[" * 200_000 + "\n", "7\n"],
        ids=["human", "another file", "no file", "text", "deep", "number"],
    )
    def test_that_say_nothing_of_it(self, world: World, record: str) -> None:
        clone = world.clone()
        commit_with(clone, record, files={"src/new.py": CODE})
        assert clone.push("main:main").accepted
        commit_with(clone, record, trace("src/new.py", kind="mixed"), files={"src/new.py": CODE + CODE})
        assert clone.push("main:main").refused

    def test_that_were_there_before_say_nothing_of_later_work(self, world: World) -> None:
        clone = world.clone()
        commit = commit_with(clone, trace("src/new.py"), files={"src/new.py": CODE})
        world.approve(commit)  # type: ignore[arg-type]
        assert clone.push("main:main").accepted
        commit_with(clone, trace("src/new.py", kind="human"), files={"src/new.py": CODE + CODE})
        assert clone.push("main:main").accepted

    def test_that_are_human_take_no_mark_away(self, world: World) -> None:
        clone = world.clone()
        commit_with(clone, trace("src/new.py", kind="human"), files={"src/new.py": CODE})
        clone.commit("Work\n\nAssisted-by: claude\n", {}, "--amend")
        assert clone.push("main:main").refused

    def test_that_are_taken_out_again_on_the_way(self, world: World) -> None:
        clone = world.clone()
        commit_with(clone, trace("src/new.py"), files={"src/new.py": CODE})
        clone.commit("No traces", {TRACES: ""})
        assert clone.push("main:main").refused
        assert states(world) == ["inferred", "silent"]

    def test_that_a_branch_had_are_remembered(self, world: World) -> None:
        clone = world.clone()
        base = clone.id()
        commit_with(clone, trace("src/new.py"), files={"src/new.py": CODE})
        assert clone.push(TOPIC).accepted
        clone.git("reset", "-q", "--hard", base)
        clone.commit("Mine", {"src/new.py": CODE})
        assert clone.push("main:main").refused
        assert states(world) == ["remembered"]

    @pytest.mark.parametrize("together", [True, False])
    def test_of_an_earlier_commit_of_ones_own(self, world: World, *, together: bool) -> None:
        clone = world.clone()
        earlier = clone.commit("Work", {"src/new.py": CODE})
        clone.commit("Not this", {"src/other.py": CODE[::-1]})
        if not together:
            assert clone.push(TOPIC).accepted
        commit_with(clone, trace("src/new.py", revision=earlier))
        if not together:
            assert clone.push(TOPIC).accepted
            clone.git("reset", "-q", "--hard", "HEAD~1")  # the record itself does not go to main
        assert clone.push("main:main").refused
        assert states(world)[:2] == ["inferred", "silent"]

    def test_of_a_file_that_the_named_commit_does_not_change(self, world: World) -> None:
        clone = world.clone()
        earlier = clone.commit("Work", {"src/new.py": CODE})
        commit_with(clone, trace("src/elsewhere.py", revision=earlier))
        assert clone.push("main:main").accepted

    def test_of_a_colleagues_commit_do_not_count(self, world: World) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        theirs = clone.commit("Work", {"src/new.py": CODE})
        assert clone.push(TOPIC).accepted
        commit_with(other, trace("src/new.py", revision=theirs))
        assert other.push("HEAD:refs/heads/elsewhere").accepted
        assert clone.push("main:main").accepted

    def test_of_a_colleagues_commit_do_not_count_where_the_colleague_merges_them(self, world: World) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        theirs = clone.commit("Work", {"src/new.py": CODE})
        assert clone.push(TOPIC).accepted
        commit_with(other, trace("src/new.py", revision=theirs))
        assert other.push("HEAD:refs/heads/elsewhere").accepted
        clone.fetch()
        clone.merge("origin/elsewhere")
        assert clone.push("main:main").accepted

    def test_in_files_that_are_no_files(self, world: World) -> None:
        clone = world.clone()
        (clone.path / ".agent-trace").mkdir()
        (clone.path / TRACES).symlink_to(trace("src/new.py").strip()[:200])
        clone.commit("Work", {"src/new.py": CODE})
        assert clone.push("main:main").accepted

    def test_a_file_of_records_that_is_too_large_is_not_read_and_that_is_recorded(self, world: World) -> None:
        clone = world.clone()
        filler = " " * (1 << 20) + "\n"
        commit_with(clone, *[filler] * 17, trace("src/new.py"), files={"src/new.py": CODE})
        assert clone.push("main:main").accepted
        assert last(world)["unread_traces"] == 1

    def test_in_a_merge_count_where_no_parent_has_them(self, world: World) -> None:
        clone = with_a_side(world)
        (clone.path / ".agent-trace").mkdir()
        clone.merge("side", amend={TRACES: trace("sneaked.py"), "sneaked.py": "x = 1\n"})
        assert clone.push("main:main").refused
        assert states(world)[-1] == "inferred"
