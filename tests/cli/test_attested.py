"""Notes and records in a clone, and on the server after the push: the commands agree with the gate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.push import NOTES
from tests.support.attested import ALL_HUMAN, PUSH, TRACES, note, notes_tree, trace
from tests.support.commands import Desk, run
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World

FILES = {"src/new.py": "x = 1\n" * 30}


def attested(desk: Desk, kind: str) -> ObjectId:
    """A commit of a kind, with something that says that an agent wrote of it."""
    if kind == "trace":
        return desk.clone.commit("Work", {**FILES, TRACES: trace("src/new.py")})
    commit = desk.clone.commit("Work", FILES)
    if kind == "named":
        desk.clone.commit("Records", {TRACES: trace("src/new.py", revision=commit)})
    else:
        note(desk.clone, commit)
    return commit


def answer(cwd: Path, *arguments: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run(*arguments, "--format", "json", cwd=cwd).out)
    return data


@pytest.mark.parametrize("kind", ["note", "trace", "named"])
def test_the_commands_say_what_the_gate_says(world: World, junior: Desk, kind: str) -> None:
    commit = attested(junior.ready(), kind)
    assert junior.run("check", "origin/main..HEAD").status == 1
    shown = json.loads(junior.ok("show", commit, "--format", "json").out) if kind != "named" else None
    refspecs = ["HEAD:refs/heads/topic", *([PUSH] if kind == "note" else [])]
    assert junior.clone.push(*refspecs).accepted
    explained = answer(world.root, "explain", commit, "--into", "main", "--repo", "shop.git")
    declaration = explained["declaration"]
    assert (declaration["state"], declaration["tools"]) == ("inferred", ["cursor"])
    assert [each["kind"] for each in declaration["evidence"]] == [kind.replace("named", "trace")]
    if shown:
        assert shown["declaration"] == declaration
    assert junior.clone.push("main:main").refused


@one_format
def test_on_the_server_a_colleagues_note_says_nothing(world: World, junior: Desk) -> None:
    clone, other = junior.clone, world.clone("junior-2")
    commit = clone.commit("Work", FILES)
    assert clone.push("HEAD:refs/heads/topic").accepted
    other.fetch("refs/heads/topic")
    note(other, commit)
    assert other.push(PUSH).accepted
    explained = answer(world.root, "explain", commit, "--into", "main", "--repo", "shop.git")
    assert explained["declaration"]["state"] == "silent"


@one_format
def test_a_signer_is_told(world: World, senior: Desk) -> None:
    commit = senior.ready().clone.commit("Work", FILES)
    note(senior.clone, commit)
    said = senior.run("sign", "--local", "--yes", commit)
    assert "inferred: cursor (note: " in said.text


@pytest.mark.parametrize("kind", ["note", "trace", "named"])
def test_marks_are_those_of_everybody(junior: Desk, kind: str) -> None:
    commit = attested(junior, kind)
    listed = json.loads(
        junior.ok("marks", "HEAD~1..HEAD" if kind != "named" else "HEAD~2..HEAD", "--format", "json").out
    )
    found = {each["commit"]: each for each in listed}
    assert found[commit]["declaration"] == "inferred"
    assert [each["kind"] for each in found[commit]["evidence"]] == [kind.replace("named", "trace")]
    piped = run("marks", "--stdin", cwd=junior.path, data=f"HEAD\n{commit}\nHEAD~1\n")
    assert json.loads(piped.out.splitlines()[1])["declaration"] == "inferred"


@one_format
def test_marks_of_other_files_and_people_and_at_other_places_are_none(junior: Desk) -> None:
    clone = junior.clone
    first = clone.commit("Work", {**FILES, TRACES: trace("src/other.py") + trace("src/new.py", kind="human")})
    second = clone.commit("More", {"src/new.py": "y\n"})
    blob = clone.hash_object("blob", ALL_HUMAN)
    notes_tree(clone, {second: ("100644", blob), f"{first[:3]}/{first[3:]}": ("100644", blob)})
    assert clone.id(NOTES)
    listed = json.loads(junior.ok("marks", "HEAD~2..HEAD", "--format", "json").out)
    assert [each["declaration"] for each in listed] == ["silent", "silent"]
    clone.git("rm", "-q", TRACES)
    clone.commit("No records", {})
    assert json.loads(junior.ok("marks", "HEAD", "--format", "json").out)["declaration"] == "silent"


@one_format
def test_marks_of_a_merge_are_those_that_no_parent_has(junior: Desk) -> None:
    clone = junior.clone
    base = clone.id()
    theirs = clone.commit("Mine", {"a.py": "1\n", TRACES: trace("a.py")})
    clone.git("checkout", "-q", "-b", "side", base)
    clone.commit("Yours", {"b.py": "2\n"})
    clone.git("checkout", "-q", "main")
    merge = clone.merge("side")
    listed = json.loads(junior.ok("marks", f"{base}..HEAD", "--format", "json").out)
    found = {each["commit"]: each["declaration"] for each in listed}
    assert (found[merge], found[theirs]) == ("silent", "inferred")
