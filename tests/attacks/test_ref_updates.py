"""What may happen to refs, whatever is in the commits: deletions, rewinds, false lines, several updates at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.moving import land_commits, lined_up
from tests.support.raw_push import raw_push
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

MOVED = "the branch moved; fetch and push again"


def test_a_protected_branch_cannot_be_deleted(world: World) -> None:
    clone = world.clone("senior-1")
    world.git("config", "receive.denyDeleteCurrent", "ignore")
    pushed = clone.push(":main")
    assert pushed.refused
    assert "the policy does not let it be deleted" in pushed.text
    assert "refs/heads/main" in world.refs()


def test_a_policy_can_allow_deletions(world: World) -> None:
    world.set_policy(deletions="allow")
    world.git("config", "receive.denyDeleteCurrent", "ignore")
    clone = world.clone("senior-1")
    assert clone.push("main:refs/heads/release/1").accepted
    assert clone.push(":refs/heads/release/1").accepted
    assert "refs/heads/release/1" not in world.refs()
    assert clone.push("main:refs/heads/release/1").accepted


def test_what_was_deleted_is_judged_when_it_comes_again(world: World) -> None:
    world.set_policy(deletions="allow")
    clone = world.clone("junior-1")
    assert clone.push("main:refs/heads/release/1").accepted
    assert clone.push(":refs/heads/release/1").accepted
    clone.assisted()
    assert clone.push("main:refs/heads/release/1").refused


def test_a_protected_branch_cannot_be_rewound(world: World) -> None:
    clone = world.clone("senior-1")
    land_commits(clone, "One")
    pushed = clone.push("--force", "main^:main")
    assert pushed.refused
    assert "not a fast-forward" in pushed.text


def test_a_protected_branch_cannot_be_put_on_another_history(world: World) -> None:
    clone = world.clone("senior-1")
    land_commits(clone, "One")
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.commit("Other")
    assert clone.push("--force", "main:main").refused


def test_a_policy_can_allow_rewinds_and_the_commits_are_judged_all_the_same(world: World) -> None:
    world.set_policy(rewinds="allow")
    clone = world.clone("junior-1")
    land_commits(clone, "One")
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.assisted()
    assert clone.push("--force", "main:main").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.commit("Plain")
    assert clone.push("--force", "main:main").accepted


def test_a_new_protected_branch_is_judged(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/release/1").refused
    world.approve(commit)
    assert clone.push("main:refs/heads/release/1").accepted


@one_format
def test_a_subject_with_terminal_escapes_is_made_visible(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted("\x1b[2J\x1b[1;1Hgatekeeper: ok\x07")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "\x1b" not in pushed.text
    assert "\\x1b[2J" in pushed.text


# ---- several updates -------------------------------------------------------------------------------


def test_one_refused_ref_refuses_the_push_and_all_failures_are_told(world: World) -> None:
    clone = world.clone("junior-1")
    plain = clone.commit("Plain")
    clone.assisted()
    pushed = clone.push(f"{plain}:refs/heads/topic", "main:main", "main:refs/heads/release/1")
    assert pushed.refused
    assert "2 refs of 3" in pushed.first_line
    assert "  main: " in pushed.text
    assert "  release/1: " in pushed.text
    assert "refs/heads/topic" not in world.refs()


def test_two_accepted_refs_land_together(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit)
    pushed = clone.push("main:main", "main:refs/heads/release/1")
    assert pushed.accepted
    assert pushed.first_line.startswith("gatekeeper: main, release/1: ")


def _line(old: str, new: str, ref: str) -> str:
    return f"{old} {new} {ref}\n"


def test_two_updates_of_one_ref_are_refused_unless_equal(world: World) -> None:
    clone = world.clone("senior-1")
    first = clone.id()
    one = clone.commit("One")
    clone.git("reset", "-q", "--hard", "HEAD^")
    two = clone.commit("Two")
    assert clone.push(f"{one}:refs/heads/one", f"{two}:refs/heads/two").accepted
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    apart = _line(first, one, "refs/heads/main") + _line(first, two, "refs/heads/alias")
    refused = world.run_hook(apart, account="senior-1-login")
    assert refused.returncode == 1
    assert "to two different commits" in refused.stderr
    same = _line(first, one, "refs/heads/main") + _line(first, one, "refs/heads/alias")
    assert world.run_hook(same, account="senior-1-login").returncode == 0


def test_a_false_old_id_is_refused(world: World) -> None:
    clone = world.clone("junior-1")
    first = clone.id()
    assisted = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    zero = world.object_format.zero
    for old in (zero, assisted):
        answer = world.run_hook(_line(old, assisted, "refs/heads/main"))
        assert answer.returncode == 1
        assert MOVED in answer.stderr
    honest = world.run_hook(_line(first, assisted, "refs/heads/main"))
    assert honest.returncode == 1
    assert "needs a sign-off" in honest.stderr


def test_a_new_id_that_the_server_lacks_is_refused(world: World) -> None:
    first = world.refs()["refs/heads/main"]
    answer = world.run_hook(_line(first, first[::-1], "refs/heads/main"))
    assert answer.returncode == 1
    assert "not a commit" in answer.stderr


def test_a_deletion_with_a_false_old_id_is_refused(world: World) -> None:
    world.set_policy(deletions="allow")
    zero = world.object_format.zero
    assert world.run_hook(_line(zero, zero, "refs/heads/main")).returncode == 1


def test_a_raw_client_with_an_honest_line_is_judged_like_git(world: World) -> None:
    clone, zero, tip, commit = lined_up(world)
    report = raw_push(world, clone, (tip, commit, "refs/heads/main"))
    assert report.refused
    assert report.status == ["unpack ok", "ng refs/heads/main pre-receive hook declined"]
    world.approve(commit)
    report = raw_push(world, clone, (tip, commit, "refs/heads/main"), (zero, commit, "refs/heads/topic"))
    assert report.status == ["unpack ok", "ok refs/heads/main", "ok refs/heads/topic"], report


@pytest.mark.parametrize("old", ["zero", "commit"])
def test_a_raw_client_cannot_lie_about_the_old_tip(world: World, old: str) -> None:
    """As if main were absent, or had the unapproved commit already, so that nothing would be new."""
    clone, zero, tip, commit = lined_up(world)
    said = {"zero": zero, "commit": commit}[old]
    report = raw_push(world, clone, (said, commit, "refs/heads/main"))
    assert report.refused
    assert MOVED in report.hook
    assert world.refs()["refs/heads/main"] == tip


def test_an_unapproved_commit_cannot_hide_behind_an_honest_update_of_the_same_ref(world: World) -> None:
    clone, _, tip, commit = lined_up(world)
    clone.git("reset", "-q", "--hard", tip)
    plain = clone.commit("Plain")
    for updates in (
        ((tip, plain, "refs/heads/main"), (tip, commit, "refs/heads/main")),
        ((tip, commit, "refs/heads/main"), (tip, plain, "refs/heads/main")),
        ((tip, plain, "refs/heads/main"), (plain, commit, "refs/heads/main")),
        ((tip, tip, "refs/heads/main"), (tip, commit, "refs/heads/main")),
    ):
        assert raw_push(world, clone, *updates).refused
        assert world.refs()["refs/heads/main"] == tip
    assert raw_push(world, clone, (tip, plain, "refs/heads/main")).status[1] == "ok refs/heads/main"


@one_format
def test_the_same_line_twice_does_no_harm(world: World) -> None:
    """Git 2.39 applies the first and refuses the second, later versions refuse both; neither must stop what comes."""
    clone = world.clone("junior-1")
    tip, plain = clone.id(), clone.commit("Plain")
    line = (tip, plain, "refs/heads/main")
    assert "REFUSED" not in raw_push(world, clone, line, line).hook
    if world.refs()["refs/heads/main"] == tip:
        assert clone.push("main:main").accepted
    clone.commit("Next")
    assert clone.push("main:main").accepted
    assert world.faults() == []
    with world.ledger() as ledger:
        assert {update.ref for update in ledger.pending()} <= {"refs/heads/main"}


# ---- several refs ------------------------------------------------------------------------------------


def test_a_sign_off_for_one_ref_does_not_carry_the_other_ref_of_the_push(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit, refs=("refs/heads/main",))
    clone.git("tag", "v1")
    for other in ("main:refs/heads/release/1", "v1", "main:refs/heads/release/1 v1"):
        pushed = clone.push("main:main", *other.split())
        assert pushed.refused
        assert "main: " not in pushed.text.partition("\n")[2].replace("--into main", "")
    assert clone.push("main:main").accepted


def test_protected_refs_that_lead_to_no_commit_from_before_stop_nobody(world: World) -> None:
    """As v2.6.11-tree of Linux does. They are nothing that a walk could begin or end at."""
    tree, blob = (world.git("rev-parse", f"refs/heads/main{what}") for what in ("^{tree}", ":README"))
    for name, target in (("refs/x/tree", tree), ("refs/x/blob", blob), ("refs/tags/old-tree", tree)):
        world.git("update-ref", name, target)
    world.set_policy(protect=["HEAD", "refs/heads/release/**", "refs/tags/**", "refs/x/**"])
    clone = world.clone("junior-1")
    clone.commit("Work goes on")
    assert clone.push("main:main", "main:refs/tags/v2", "main:refs/x/new").accepted
    for name in ("refs/x/tree", "refs/x/blob", "refs/tags/old-tree"):
        pushed = clone.push("--force", f"main:{name}")
        assert pushed.refused
        assert "would take commits away" in pushed.text
    world.set_policy(protect=["HEAD", "refs/tags/**", "refs/x/**"], rewinds="allow")
    assert clone.push("--force", "main:refs/x/tree", "main:refs/tags/old-tree").accepted
    clone.assisted()
    assert clone.push("--force", "main:refs/x/blob").refused
