"""The owner of a server can go around the gate with its own commands. The audit says so, each time."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from tests.support.audits import kinds, look
from tests.support.commands import run
from tests.support.world import World, one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.core.ids import ObjectId

pytestmark = one_format
MAIN = "refs/heads/main"
RELEASE = "refs/heads/release/1"
RELEASES = "refs/heads/release/**"
PROTECTED = ["HEAD", MAIN, RELEASES, "refs/tags/v*"]


def sneaked(world: World, ref: str = MAIN) -> ObjectId:
    """An assisted commit that was put on a ref outside the gate."""
    clone = world.clone()
    commit = clone.assisted("Sneak")
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    world.git("update-ref", ref, commit)
    assert {"changed-outside", "unexplained"} <= set(kinds(look(world)))
    return commit


def test_what_was_taken_in_is_named_with_the_reason(world: World) -> None:
    commit = sneaked(world)
    assert run("baseline", "add", "main", "--repo", "shop.git", "--why", "\x1b[2Jall fine", cwd=world.root).status == 0
    (found,) = look(world).exceptions
    assert (found.kind, found.ref, found.fact("tip")) == ("taken-in", MAIN, commit)
    said = run("audit", "--repo", "shop.git", cwd=world.root)
    assert said.status == 1
    assert "all fine" in said.out
    assert "\x1b[2J" not in said.out
    later = world.entries()[-1].time + 1
    assert kinds(look(world, since=later)) == []


def test_a_baseline_that_is_dated_to_the_time_before_the_period_is_named(world: World) -> None:
    commit = sneaked(world)
    last = world.entries()[-1].time
    with world.ledger() as ledger:
        data = {"tips": {MAIN: commit}, "every_ref": False, "why": "import"}
        ledger.append("baseline", data, now=Timestamp(last - 90 * 86_400), repository="example/shop")
    assert kinds(look(world, since=last - 86_400)) == ["clock-set-back"]


@pytest.mark.parametrize("ref", [MAIN, RELEASE])
@pytest.mark.parametrize("kind", ["policy", "install"])
def test_an_entry_that_takes_in_what_was_guarded_before_is_named(world: World, ref: str, kind: str) -> None:
    commit = sneaked(world, ref)
    (first,) = world.entries("install")
    with world.ledger() as ledger:
        data = {**first.data, "tips": {ref: commit}, "every_ref": kind == "install"}
        ledger.append(kind, data, now=world.entries()[-1].time, repository="example/shop")
    assert world.faults() == []
    assert kinds(look(world)) == ["taken-in"]


def test_what_a_policy_begins_to_protect_is_nothing_to_look_at(world: World) -> None:
    clone = world.clone()
    clone.assisted("In the open")
    assert clone.push("HEAD:refs/heads/stable").accepted
    world.set_policy(protect=[*PROTECTED, "refs/heads/stable"])
    clone = world.clone("mid-1")
    clone.commit("By the new policy")
    assert clone.push("HEAD:main").accepted
    assert world.entries("policy")[-1].data["tips"]
    assert kinds(look(world)) == []


def test_a_ref_that_is_let_go_is_named(world: World) -> None:
    world.set_policy(protect=[RELEASES])
    clone = world.clone()
    clone.assisted("Nobody judges this")
    assert clone.push("HEAD:main").accepted
    found = look(world)
    assert kinds(found) == ["let-go"]
    assert found.exceptions[0].fact("refs") == "HEAD, refs/heads/main, refs/tags/v*"


def push_plain(world: World, message: str) -> None:
    clone = world.clone("mid-1")
    clone.sync()
    clone.commit(message)
    assert clone.push("HEAD:main").accepted


@pytest.mark.parametrize(
    ("change", "restore", "file"),
    [
        (lambda world: world.set_rule(enforce="observe"), World.set_policy, "policy"),
        (lambda world: world.set_roster({"junior-1": {"level": "senior"}}), World.set_roster, "roster"),
    ],
    ids=["policy", "roster"],
)
@pytest.mark.parametrize("back", [True, False])
def test_a_policy_or_roster_for_one_push_is_named(
    world: World, change: Callable[[World], None], restore: Callable[[World], None], file: str, back: bool
) -> None:
    push_plain(world, "Before")
    change(world)
    clone = world.clone()
    clone.sync()
    clone.assisted("For once")
    assert clone.push("HEAD:main").accepted
    if back:
        restore(world)
    push_plain(world, "After")
    named = [each for each in look(world).exceptions if each.kind == "taken-back"]
    assert [each.fact("file") for each in named] == ([file] if back else [])
    before, once, _ = (entry.number for entry in world.entries("push")[-3:])
    assert all(each.entry is not None and before < each.entry <= once for each in named)


def test_a_stricter_policy_that_is_given_up_again_was_for_no_push(world: World) -> None:
    push_plain(world, "Before")
    world.set_policy(undeclared="refuse")
    clone = world.clone("mid-1")
    clone.sync()
    clone.commit("By the new policy\n\nAI-Assisted: no")
    assert clone.push("HEAD:main").accepted
    world.set_policy()
    push_plain(world, "After")
    assert kinds(look(world)) == []


def test_pruning_without_a_checkpoint_is_named(world: World) -> None:
    world.settle()
    assert run("ledger", "prune", "--repo", "shop.git", "--force", "--before", "1000", cwd=world.root).status == 0
    assert kinds(look(world)) == ["pruned-unsigned"]


def test_pruning_with_a_checkpoint_is_in_order(world: World) -> None:
    world.settle()
    with world.ledger() as ledger:
        last = ledger.head().number
        checkpoint = b"any: whoever prunes has proved it, and hands it on"
        ledger.prune(last, now=world.entries()[-1].time, repository="example/shop", checkpoint=checkpoint)
    assert world.entries("prune")[-1].data["checkpoint"] == sha256_hex(checkpoint)
    assert kinds(look(world)) == []


def hide_second_parent(world: World, merge: ObjectId) -> None:
    """Write a commit-graph that knows only the first parent of a merge (gitformat-commit-graph(5))."""
    world.git("commit-graph", "write", "--reachable")
    file = world.bare / "objects/info/commit-graph"
    data = bytearray(file.read_bytes())
    lookup = 8 + 12 * (data[6] + 1)
    chunks = {data[at : at + 4].decode(): struct.unpack_from(">Q", data, at + 4)[0] for at in range(8, lookup, 12)}
    position = (data.index(bytes.fromhex(merge), chunks["OIDL"]) - chunks["OIDL"]) // 20
    struct.pack_into(">I", data, chunks["CDAT"] + 36 * position + 24, 0x70000000)  # no such parent
    data[-20:] = hashlib.sha1(data[:-20]).digest()  # noqa: S324 - the format's own
    file.chmod(0o644)
    file.write_bytes(data)


def test_a_commit_that_the_commit_graph_hides_is_found_all_the_same(world: World) -> None:
    clone = world.clone("senior-1")
    clone.git("checkout", "-q", "-b", "topic")
    hidden = clone.assisted("Hidden", author="junior-1")
    clone.git("checkout", "-q", "main")
    merge = clone.merge("topic")
    world.git("fetch", "-q", str(clone.path), f"{merge}:refs/heads/elsewhere")
    hide_second_parent(world, merge)
    assert hidden not in world.git("rev-list", merge).split()
    clone.push("main:main")
    world.git("update-ref", MAIN, merge)  # if the gate did not let it in
    assert hidden in [found.commit for found in look(world).exceptions if found.kind == "unexplained"]


def test_a_repository_whose_ledger_was_taken_away_is_not_called_in_order(world: World) -> None:
    sneaked(world)
    world.config("gatekeeper.repository", None)
    (world.bare / "gatekeeper/ledger.db").unlink()
    for arguments in ((), ("exceptions",)):
        said = run("audit", *arguments, "--repo", "shop.git", cwd=world.root)
        assert "who approved what" in said.out
        assert "cannot be known" in said.out
