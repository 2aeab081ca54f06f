"""check, explain, show: the same judgement without a push."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Desk, for_review, run
from tests.support.normal import normal
from tests.support.world import one_format

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.support.world import World

RANGE = "origin/main..origin/review/one"


def test_what_is_missing_exits_1_and_is_said(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    said = senior.ready().run("check", RANGE)
    assert said.status == 1
    assert said.out.splitlines()[0] == "main: would be refused (1 commit, 1 AI-assisted, 1 not in order)"
    assert commit[:7] in said.out
    assert "rule senior-signoff: missing 1 sign-off by senior or above" in said.out


def test_what_only_the_server_can_know_exits_3(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("sign", "--yes", "origin/review/one")
    said = senior.run("check", RANGE)
    assert said.status == 3
    assert "undecided, only the server knows who pushed the commit first" in said.out
    on_server = run("check", commit, "--repo", "shop.git", cwd=world.root)
    assert (on_server.status, on_server.out) == (0, "main: in order (2 commits, 1 AI-assisted)\n")


@one_format
def test_plain_work_is_clean_and_exits_0(world: World, junior: Desk) -> None:
    junior.clone.commit("Plain")
    said = junior.ok("check", "origin/main..HEAD")
    assert said.out == "main: in order (1 commit, 0 AI-assisted)\n"


@one_format
def test_the_servers_answer_is_that_of_the_push(world: World, junior: Desk) -> None:
    (commit,) = for_review(world)
    refused = run("check", commit, "--repo", "shop.git", cwd=world.root)
    assert refused.status == 1
    assert not world.clone().push("HEAD:main").accepted
    world.approve(commit)
    assert run("check", commit, "--repo", "shop.git", cwd=world.root).status == 0
    assert world.clone().push("HEAD:main").accepted
    landed = run("explain", "main", "--repo", "shop.git", cwd=world.root)
    assert landed.status == 0
    assert "it landed through the gate before" in landed.out


@pytest.mark.parametrize("empty", ["sha1"], indirect=True)
def test_what_was_there_before_the_gate_is_the_baseline(empty: World) -> None:
    """An assisted commit that the first install found needs no sign-off, in a push and without one."""
    clone = empty.clone("junior-1")
    old = clone.assisted("From before the gate")
    clone.git("push", "-q", str(empty.bare), "HEAD:refs/heads/elsewhere")
    fresh = empty.root / "before.git"
    clone.git("clone", "-q", "--bare", str(clone.path), str(fresh))
    options = ("--policy", "policy.yaml", "--roster", "roster.yaml", "--name", "example/shop", "--server", "ssh")
    assert run("install", "--repo", fresh, *options, cwd=empty.root).status == 0
    said = run("check", old, "--repo", fresh, cwd=empty.root)
    assert said.status == 0, said.text


@one_format
def test_files_can_stand_for_a_server(world: World, junior: Desk) -> None:
    commit = junior.clone.assisted()
    junior.clone.git("remote", "remove", "origin")
    files = ("--policy", world.root / "policy.yaml", "--roster", world.root / "roster.yaml")
    said = junior.run("check", "HEAD~1..HEAD", *files)
    assert said.status == 1
    assert commit[:7] in said.out
    for wrong in (files[:2], files[2:], (*files, "--repo", world.bare)):
        refused = junior.run("check", "HEAD", *wrong)
        assert refused.status == 2
        assert "use --policy and --roster together" in refused.err


@one_format
def test_an_error_in_a_named_policy_is_told_with_its_place(world: World, junior: Desk) -> None:
    (world.root / "bad.yaml").write_text("version: 1\nprotect: [HEAD]\nrules: []\nnonsense: 1\n")
    files = ("--policy", world.root / "bad.yaml", "--roster", world.root / "roster.yaml")
    said = junior.run("check", "HEAD", *files)
    assert said.status == 2
    assert "bad.yaml:4:1: unknown key `nonsense`" in said.err
    assert "Next: mend the file" in said.err


@one_format
def test_the_shape_of_the_json_of_check(world: World, senior: Desk, snapshot: SnapshotAssertion) -> None:
    for_review(world)
    said = senior.ready().run("check", RANGE, "--format", "json")
    assert said.status == 1
    assert json.loads(said.out)["version"] == 1
    assert normal(said.out) == snapshot


@one_format
def test_explain_is_the_whole_tree_of_reasons(world: World, senior: Desk, snapshot: SnapshotAssertion) -> None:
    (commit,) = for_review(world)
    forged = world.signoff("staff-1", world.clone(), [commit], key="junior-1", issued_at=1_780_000_000)
    world.file(senior.ready().clone, [forged])
    said = senior.run("explain", "origin/review/one")
    assert said.status == 1
    assert normal(said.out) == snapshot


@one_format
def test_explain_and_show_in_json(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("sign", "--yes", "--local", "-m", "fine", commit)
    explained = json.loads(senior.run("explain", commit, "--format", "json").out)
    assert explained["version"] == 1
    assert (explained["commit"], explained["outcome"]) == (commit, "undecided")
    assert [rule["rule"] for rule in explained["rules"]] == ["senior-signoff"]
    shown = json.loads(senior.ok("show", commit, "--format", "json").out)
    assert shown["version"] == 1
    assert shown["declaration"]["state"] == "declared"
    (signoff,) = shown["signoffs"]
    assert (signoff["signer"], signoff["decision"], signoff["flaw"], signoff["comment"]) == (
        "senior-1",
        "approve",
        None,
        "fine",
    )
    assert world.clone().push("HEAD:refs/heads/other").accepted
    world.git("update-ref", "refs/heads/release/1", commit)
    assert (
        json.loads(run("explain", commit, "--repo", "shop.git", "--format", "json", cwd=world.root).out)["version"] == 1
    )


@one_format
def test_show_says_who_and_what_and_the_state_of_each_sign_off(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready()
    before = senior.ok("show", commit).out.splitlines()
    assert before[0] == f"commit    {commit}"
    assert before[2] == "author    junior-1@example.com, junior-1"
    assert before[4:6] == [
        "sign-offs",
        "  none in this clone; git fetch brings those that the server has got since",
    ]
    assert before[6] == f"Why it is not in order: gatekeeper explain {commit[:12]}"
    plain = world.clone().commit("No AI here")
    assert world.clone().push("HEAD:refs/heads/plain").accepted
    senior.clone.git("fetch", "-q")
    assert senior.ok("show", plain).out.splitlines()[2] == "author    junior-1@example.com, junior-1"
    expired = world.signoff("senior-2", world.clone(), [commit], issued_at=1_780_000_000, expires_at=1_780_086_400)
    good = world.signoff("senior-1", world.clone(), [commit])
    world.file(senior.clone, [expired, good])
    after = senior.ok("show", commit).out
    assert f"  {good.id[:7]}  approve by senior-1, " in after
    assert ": good\n" in after
    assert f"  {expired.id[:7]}  approve by senior-2, 2026-05-28, until 2026-05-29, any ref: it expired\n" in after


@one_format
def test_one_commit_is_asked_for_where_only_one_can_be_shown(senior: Desk) -> None:
    senior.ready()
    for command in ("show", "explain"):
        said = senior.run(command, "HEAD..HEAD")
        assert said.status == 2
        assert "HEAD..HEAD names no commit here" in said.err


@one_format
def test_a_malformed_commit_is_named_and_not_judged(world: World, junior: Desk) -> None:
    junior.ok("setup")
    raw = junior.clone.git("cat-file", "commit", "HEAD").replace("author ", "author A <a@b> 1 +0000\nauthor ", 1)
    bad = junior.clone.hash_object("commit", raw.encode() + b"\n")
    said = junior.run("explain", bad)
    assert said.status == 3
    assert f"commit {bad[:7]} is malformed" in said.err
    judged = junior.run("check", bad)
    assert judged.status == 1
    assert f"commit {bad[:7]} is malformed" in judged.out
