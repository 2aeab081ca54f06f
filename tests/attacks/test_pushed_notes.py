"""AI notes pushed beside commits: whose count, for what, and what hostile ones do."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.authorship_log import LIMIT
from gatekeeper.core.push import NOTES
from gatekeeper.notes import MAX_NOTES
from tests.support.attested import (
    ALL_HUMAN,
    CODE,
    PUSH,
    TOPIC,
    last,
    log,
    note,
    notes_at,
    notes_tree,
    states,
    with_a_side,
)
from tests.support.raw_push import raw_push

if TYPE_CHECKING:
    from tests.support.world import World
DEEP = tuple(range(2, 40, 2))
"""Where to cut an id for a directory for each of its bytes."""


class TestNotes:
    def test_with_the_code(self, world: World) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        note(clone, commit)
        pushed = clone.push("main:main", PUSH)
        assert pushed.refused
        assert "AI: git-ai note" in pushed.text
        assert states(world) == ["inferred"]
        world.approve(commit)
        assert clone.push("main:main", PUSH).accepted

    def test_before_the_code(self, world: World) -> None:
        clone = world.clone()
        note(clone, clone.commit("Work", {"src/cart.py": CODE}))
        assert clone.push(PUSH).accepted
        assert clone.push("main:main").refused

    def test_after_the_code_on_a_branch(self, world: World) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        assert clone.push(TOPIC).accepted
        note(clone, commit)
        assert clone.push(PUSH).accepted
        assert clone.push("main:main").refused

    def test_after_the_landing_undoes_nothing_and_is_on_record(self, world: World) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        assert clone.push("main:main").accepted
        note(clone, commit)
        assert clone.push(PUSH).accepted
        assert [each["id"] for each in last(world)["attested"]] == [commit]
        clone.commit("Own work")
        assert clone.push("main:main").accepted

    def test_of_no_agent_stand_in_nobodys_way(self, world: World) -> None:
        clone = world.clone()
        note(clone, clone.commit("Work", {"src/cart.py": CODE}), ALL_HUMAN)
        assert clone.push("main:main", PUSH).accepted
        assert last(world)["notes"] == {"changed": 1, "malformed": [], "unread": 0}
        assert "attested" not in last(world)

    @pytest.mark.parametrize("order", ["before", "after", "before, and fetched"])
    def test_of_a_colleague_do_not_count(self, world: World, order: str) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        commit = clone.commit("Work", {"src/cart.py": CODE})
        if order == "after":
            assert clone.push(TOPIC).accepted
        other.git("fetch", "-q", str(clone.path), "main")
        note(other, commit)
        assert other.push(PUSH).accepted
        if order == "before, and fetched":
            clone.fetch(PUSH)
            note(clone, clone.id("HEAD~1"), ALL_HUMAN)
            assert clone.push("main:main", PUSH).accepted
        assert clone.push("main:main").accepted

    def test_of_a_stranger_do_not_count_for_a_colleague(self, world: World) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        commit = clone.commit("Work", {"src/cart.py": CODE})
        other.git("fetch", "-q", str(clone.path), "main")
        note(other, commit)
        assert other.push(PUSH, account="").accepted
        assert clone.push("main:main").accepted

    def test_of_a_stranger_count_for_what_comes_with_them(self, world: World) -> None:
        clone = world.clone()
        note(clone, clone.commit("Work", {"src/cart.py": CODE}, author="Stranger <s@example.org>"))
        assert clone.push(TOPIC, PUSH, account="").accepted
        assert clone.push("main:main", account="staff-1").refused

    def test_of_a_colleague_with_the_commit_in_the_pack_and_on_no_ref_do_not_count(self, world: World) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        commit = clone.commit("Work", {"src/cart.py": CODE})
        other.git("fetch", "-q", str(clone.path), "main")
        note(other, commit)
        report = raw_push(world, other, (world.object_format.zero, other.id(NOTES), NOTES), beside=[commit])
        assert report.status == ["unpack ok", f"ok {NOTES}"]
        assert world.has(commit)
        assert clone.push("main:main").accepted

    def test_of_a_colleague_with_the_commit_on_a_ref_count_as_any_mark_of_the_first_pusher(self, world: World) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        commit = clone.commit("Work", {"src/cart.py": CODE})
        other.git("fetch", "-q", str(clone.path), "main")
        note(other, commit)
        assert other.push(f"{commit}:refs/heads/theirs", PUSH).accepted
        assert clone.push("main:main").refused

    def test_of_a_colleague_with_a_commit_that_came_in_a_refused_push_do_not_count(self, world: World) -> None:
        clone, other = world.clone(), world.clone("junior-2")
        commit = clone.commit("Work", {"src/cart.py": CODE})
        clone.assisted()
        assert clone.push("main:main").refused
        assert not world.has(commit)
        other.git("fetch", "-q", str(clone.path), "main")
        note(other, commit)
        assert other.push(f"{commit}:refs/heads/theirs", PUSH).accepted
        assert clone.push(f"{commit}:refs/heads/main").accepted

    @pytest.mark.parametrize("how", ["deleted", "rewound", "rewritten", "removed"])
    def test_that_were_dropped_count(self, world: World, how: str) -> None:
        clone = world.clone()
        note(clone, clone.commit("Other"), ALL_HUMAN)
        before = clone.id(NOTES)
        commit = clone.commit("Work", {"src/cart.py": CODE})
        note(clone, commit)
        assert clone.push(PUSH).accepted
        if how == "rewound":
            clone.git("update-ref", NOTES, before)
        elif how == "rewritten":
            note(clone, commit, ALL_HUMAN)
        elif how == "removed":
            clone.git("notes", "--ref=ai", "remove", commit, env=clone.dates())
        assert clone.push(f":{NOTES}" if how == "deleted" else PUSH).accepted
        assert clone.push("main:main").refused
        assert states(world) == ["silent", "inferred"]

    def test_of_a_refused_push_count(self, world: World) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        note(clone, commit)
        assert clone.push("main:main", PUSH).refused
        assert clone.push("main:main").refused

    def test_that_say_all_is_human_take_no_mark_away(self, world: World) -> None:
        clone = world.clone()
        note(clone, clone.assisted(), ALL_HUMAN)
        assert clone.push("main:main", PUSH).refused
        assert states(world) == ["declared"]

    def test_against_a_denial_are_a_contradiction(self, world: World) -> None:
        clone = world.clone()
        note(clone, clone.commit("Work\n\nAI-Assisted: no\n", {"src/cart.py": CODE}))
        pushed = clone.push("main:main", PUSH)
        assert pushed.refused
        assert "AI-Assisted: no" in pushed.text

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_count_for_a_rebase_of_what_they_are_about(self, world: World, when: str) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/new.py": CODE})
        note(clone, commit)
        if when == "before":
            assert clone.push(TOPIC, PUSH).accepted
        else:
            assert clone.push(TOPIC).accepted
            assert clone.push(PUSH).accepted
        clone.commit("Work, again", {}, "--amend", "--reset-author")
        assert clone.push("main:main").refused
        assert states(world) == ["remembered"]

    def test_that_come_late_taint_no_colleagues_copy(self, world: World) -> None:
        clone, other = world.clone(), world.clone("mid-1")
        commit = clone.commit("Work", {"src/new.py": CODE})
        assert clone.push(TOPIC).accepted
        note(clone, commit)
        assert clone.push(PUSH).accepted
        other.commit("The same, by chance", {"src/new.py": CODE})
        assert other.push("main:main").accepted

    def test_on_a_merge_count_for_what_it_adds_and_for_nothing_else(self, world: World) -> None:
        clone = with_a_side(world)
        note(clone, clone.merge("side"))
        assert clone.push("main:main", PUSH).accepted
        clone.git("checkout", "-q", "side")
        clone.commit("More", {"c.py": CODE + CODE})
        clone.git("checkout", "-q", "main")
        note(clone, clone.merge("side", amend={"sneaked.py": "x = 1\n"}))
        assert clone.push("main:main", PUSH).refused

    def test_under_another_ref_are_none(self, world: World) -> None:
        clone = world.clone()
        note(clone, clone.commit("Work", {"src/cart.py": CODE}))
        assert clone.push("main:main", f"{NOTES}:refs/notes/commits").accepted


class TestHostileNotes:
    @pytest.mark.parametrize(
        "data",
        [
            b"reviewed\n",
            b"",
            b"\0\xff" * 1000,
            log()[:-1],
            b"a\n  1234567 1\n---\n" + b"[" * 200_000,
            log(sessions={"s_c9883b05a2487d": {"agent_id": {"tool": [[[]]]}}}, schema_version=[1]),
            b"a\n  1234567 1\n---\n" + b'{"schema_version": "authorship/3.0.0", "n": ' + b"9" * 100_000 + b"}",
            log() + b" " * LIMIT,
        ],
        ids=["text", "empty", "binary", "cut", "deep", "types", "number", "huge"],
    )
    def test_malformed_notes_are_no_evidence_and_no_fault(self, world: World, data: bytes) -> None:
        clone = world.clone()
        bad = clone.commit("Work", {"src/cart.py": CODE})
        notes_tree(clone, {bad: ("100644", clone.hash_object("blob", data))})
        assert clone.push("main:main", PUSH).accepted
        assert last(world)["notes"] == {"changed": 1, "malformed": [bad], "unread": 0}
        good = clone.commit("More", {"src/cart.py": CODE + CODE})
        note(clone, good)
        assert clone.push("main:main", PUSH).refused

    def test_a_session_with_a_tool_of_any_type_is_an_agents(self, world: World) -> None:
        clone = world.clone()
        deep: list[Any] = []
        for _ in range(200):
            deep = [deep]
        odd = log(sessions={"s_c9883b05a2487d": {"agent_id": {"tool": deep}}})
        note(clone, clone.commit("Work", {"src/cart.py": CODE}), odd)
        assert clone.push("main:main", PUSH).refused

    @pytest.mark.parametrize(
        ("cuts", "counts"),
        [
            ((), True),
            ((2,), True),
            ((2, 4, 6, 8), True),
            (DEEP, True),
            ((3,), False),
            ((2, 5), False),
        ],
        ids=str,
    )
    def test_a_note_is_found_at_any_fan_out_of_gits(self, world: World, cuts: tuple[int, ...], *, counts: bool) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        ends = (0, *cuts, len(commit))
        path = "/".join(commit[start:end] for start, end in pairwise(ends))
        notes_tree(clone, {path: ("100644", clone.hash_object("blob", log()))})
        assert clone.push("main:main", PUSH).accepted is not counts

    def test_two_notes_about_one_commit_are_both_read(self, world: World) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        human, agent = clone.hash_object("blob", ALL_HUMAN), clone.hash_object("blob", log())
        notes_tree(clone, {commit: ("100644", human), f"{commit[:2]}/{commit[2:]}": ("100644", agent)})
        assert clone.push("main:main", PUSH).refused

    def test_links_and_submodules_are_no_notes(self, world: World) -> None:
        clone = world.clone()
        first, second = clone.commit("One"), clone.commit("Two", {"src/cart.py": CODE})
        blob = clone.hash_object("blob", log())
        notes_tree(clone, {first: ("120000", blob), second: ("160000", first), f"{'0' * 40}/a": ("100644", blob)})
        assert clone.push("main:main", PUSH).accepted
        assert last(world)["notes"]["malformed"] == sorted([first, second])
        assert "attested" not in last(world)
        third = clone.commit("Three")
        notes_tree(clone, {third: ("100755", blob)})
        assert clone.push("main:main", PUSH).refused

    @pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
    def test_a_ref_of_notes_that_is_no_commit_stops_nobody(self, world: World, kind: str) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        note(clone, commit)
        tree = clone.git("rev-parse", f"{NOTES}^{{tree}}")
        if kind == "tag":
            clone.git("tag", "-a", "-m", "x", "notes", NOTES, env=clone.dates())
        there = {"blob": clone.hash_object("blob", b"x"), "tree": tree, "tag": "refs/tags/notes"}[kind]
        pushed = clone.push("main:main", f"+{there}:{NOTES}")
        assert pushed.accepted is (kind == "blob")
        assert pushed.refused is (kind != "blob")

    def test_a_malformed_tree_of_notes_is_a_gap_and_no_more(self, world: World) -> None:
        world.config("receive.fsckObjects", "false")
        clone = world.clone()
        blob = bytes.fromhex(clone.hash_object("blob", log()))
        entry = b"100644 " + b"a" * 40 + b"\0" + blob
        notes_at(clone, clone.hash_object("tree", entry + entry))
        clone.commit("Work", {"src/cart.py": CODE})
        assert clone.push("main:main", PUSH).accepted
        gaps = {update["ref"]: update["gap"] for update in last(world)["updates"]}
        assert gaps == {"refs/heads/main": False, NOTES: True}

    def test_more_notes_than_are_read_stop_nobody_and_hide_none_of_what_is_judged(self, world: World) -> None:
        clone = world.clone()
        commit = clone.commit("Work", {"src/cart.py": CODE})
        human = clone.hash_object("blob", ALL_HUMAN)
        entries = {f"{number:040x}": ("100644", human) for number in range(MAX_NOTES + 50)}
        notes_tree(clone, {**entries, commit: ("100644", clone.hash_object("blob", log()))})
        assert clone.push("main:main", PUSH).refused
        assert last(world)["notes"]["unread"] == 50
        assert clone.push(PUSH).accepted

    def test_of_more_notes_than_are_read_those_count_whose_commits_are_to_come(self, world: World) -> None:
        clone = world.clone()
        there = clone.commit("There")
        assert clone.push("main:main").accepted
        commit = clone.commit("Work", {"src/cart.py": CODE})
        agent = clone.hash_object("blob", log())
        entries = {f"{number:040x}": ("100644", agent) for number in range(MAX_NOTES - 1)}
        notes_tree(clone, {**entries, there: ("100644", agent), commit: ("100644", agent)})
        assert clone.push(PUSH).accepted
        known = {each["id"] for each in last(world)["attested"]}
        assert (there in known, commit in known) == (False, True)
        assert clone.push("main:main").refused
