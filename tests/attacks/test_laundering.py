"""No detour makes an unapproved commit known: what was judged counts where it was judged, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.clock import let_time_pass
from tests.support.commands import run
from tests.support.signoffs import REPOSITORY
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


def test_an_unprotected_branch_launders_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    clone.commit("On top")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "1 of 2 commits" in pushed.first_line


@pytest.mark.parametrize("name", ["refs/tags/nightly", "refs/notes/x", "refs/pull/1/head", "refs/heads/topic"])
def test_no_other_ref_launders_either(world: World, name: str) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push(f"{commit}:{name}").accepted
    assert clone.push("main:main").refused
    assert clone.push("main:refs/heads/release/1", f":{name}").refused
    assert clone.push(f":{name}").accepted
    assert clone.push("main:main").refused
    world.approve(commit)
    assert clone.push("main:main").accepted


def test_a_push_of_both_launders_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    for order in (("main:refs/heads/topic", "main:main"), ("main:main", "main:refs/heads/topic")):
        assert clone.push(*order).refused
        assert "refs/heads/topic" not in world.refs()
    world.approve(commit)
    assert clone.push("main:refs/heads/topic", "main:main").accepted


@pytest.mark.parametrize("enforce", ["warn", "observe", "2999-01-01"])
def test_what_landed_while_a_rule_did_not_refuse_is_judged_where_it_does(world: World, enforce: str) -> None:
    world.set_rule(enforce=enforce)
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:main").accepted
    world.set_rule()
    assert clone.push("main:refs/heads/release/1").refused
    clone.commit("On top of what is on main by now")
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").refused
    world.approve(commit)
    assert clone.push("main:refs/heads/release/1").accepted


@one_format
def test_a_date_that_has_come_refuses_what_landed_before_it(world: World) -> None:
    world.set_rule(enforce="2999-01-01")
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:main").accepted
    let_time_pass(world, 1000 * 366 * 86400)
    assert clone.push("main:refs/heads/release/1").refused
    clone.commit("On top of what is on main by now")
    assert clone.push("main:main").accepted
    assert commit[:7] in clone.push("main:refs/heads/release/1").text


def test_what_landed_in_order_while_a_rule_only_warned_needs_no_second_sign_off(world: World) -> None:
    world.set_rule(enforce="warn")
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    assert clone.push("main:main").accepted
    world.set_rule()
    assert clone.push("main:refs/heads/release/1").accepted


def test_a_commit_that_landed_only_with_a_warning_is_not_known_beside_one_that_is(world: World) -> None:
    """`clean` is of each commit, not of the push."""
    world.set_rule(enforce="warn")
    clone = world.clone("junior-1")
    world.approve(clone.assisted("Signed"))
    unsigned = clone.assisted("Not signed")
    assert clone.push("main:main").accepted
    world.set_rule()
    pushed = clone.push("main:refs/heads/release/1")
    assert pushed.refused
    assert unsigned[:7] in pushed.text


def test_what_was_deleted_or_rewound_away_is_no_less_judged(world: World) -> None:
    world.set_policy(deletions="allow", rewinds="allow")
    clone = world.clone("junior-1")
    approved = clone.assisted("Approved")
    world.approve(approved)
    assert clone.push("main:refs/heads/release/1").accepted
    unapproved = clone.assisted("Not approved")
    assert clone.push("--force", "main^^:refs/heads/release/1").accepted
    for target in ("refs/heads/release/1", "main"):
        assert clone.push(f"{unapproved}:{target}").refused
    assert clone.push(":refs/heads/release/1").accepted
    assert clone.push(f"{unapproved}:refs/heads/release/1").refused
    assert clone.push(f"{approved}:refs/heads/release/1").accepted
    assert clone.push(f"{approved}:refs/heads/main").accepted


def test_a_rewind_past_a_landing_does_not_make_the_gap_known(world: World) -> None:
    """Written to the ref outside the gate, then reached by a rewind and a fast-forward."""
    world.set_policy(rewinds="allow")
    clone = world.clone("junior-1")
    tip = clone.id()
    evil = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/main", evil)
    clone.commit("Next")
    for refspec in ("main:main", f"+{tip}:main", f"+{evil}^:main"):
        assert "it was changed outside the gate" in clone.push(refspec).text
    world.git("update-ref", "refs/heads/main", tip)
    assert clone.push("main:main").refused
    world.approve(evil)
    assert clone.push("main:main").accepted


def test_a_commit_taken_in_by_the_owner_counts_on_that_ref_alone(world: World) -> None:
    clone = world.clone("junior-1")
    evil = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.git("update-ref", "refs/heads/main", evil)
    data = {"tips": {"refs/heads/main": evil}, "every_ref": False, "why": "tests"}
    now = world.entries()[-1].time
    with world.ledger() as ledger:
        ledger.append("baseline", data, now=now, repository=REPOSITORY)
    clone.commit("Next")
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").refused


# ---- refs that become protected, or cease to be ----------------------------------------------------


def test_what_came_while_a_policy_did_not_protect_a_ref_waits_for_the_owner(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push("main:refs/heads/release/1").accepted
    world.set_policy(protect=["HEAD"])
    clone.assisted()
    assert clone.push("main:refs/heads/release/1").accepted
    world.set_policy()
    clone.commit("Next")
    pushed = clone.push("main:refs/heads/release/1")
    assert pushed.refused
    assert "it was changed outside the gate" in pushed.text
    assert clone.push("main:main").refused


def test_protecting_a_ref_again_that_did_not_move_changes_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push("main:refs/heads/release/1").accepted
    world.set_policy(protect=["HEAD"])
    clone.commit("Elsewhere")
    assert clone.push("main:main").accepted
    world.set_policy()
    assert clone.push("main:refs/heads/release/1").accepted
    clone.assisted()
    assert clone.push("main:refs/heads/release/1").refused


def test_a_branch_that_is_made_the_default_is_not_taken_in_unseen(world: World) -> None:
    clone = world.clone("junior-1")
    evil = clone.assisted()
    assert clone.push("main:refs/heads/trunk").accepted
    world.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    clone.commit("Next")
    pushed = clone.push("main:trunk")
    assert pushed.refused
    assert "gatekeeper baseline add" in pushed.text
    world.git("update-ref", "-d", "refs/heads/trunk")
    assert clone.push("main:trunk").refused
    world.approve(evil)
    assert clone.push("main:trunk").accepted


def test_a_detached_head_frees_nothing(world: World) -> None:
    world.set_policy(protect=["HEAD"])
    clone = world.clone("junior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    world.git("update-ref", "--no-deref", "HEAD", clone.id())
    clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    assert clone.push("main:main").refused


def test_a_protected_ref_that_was_deleted_outside_the_gate_is_not_created_unseen(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push("main:refs/heads/release/1").accepted
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.settle()
    world.git("update-ref", "-d", "refs/heads/release/1")
    for refspec in ("main:refs/heads/release/1", "main^:refs/heads/release/1"):
        assert "it was changed outside the gate" in clone.push(refspec).text
    world.git("update-ref", "refs/heads/release/1", f"{commit}^")
    assert clone.push("main:refs/heads/release/1").refused
    world.approve(commit)
    assert clone.push("main:refs/heads/release/1").accepted


def test_what_was_the_default_branch_stays_protected(world: World) -> None:
    world.set_policy(protect=["HEAD"])
    clone = world.clone("junior-1")
    clone.commit("One")
    assert clone.push("main:main").accepted
    world.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    clone.assisted()
    assert clone.push("main:main").refused
    world.git("symbolic-ref", "HEAD", "refs/heads/third")
    assert clone.push("main:main").refused
    assert clone.push("main:refs/heads/topic").accepted


def test_a_policy_that_protects_everything_takes_in_no_commit_for_other_refs(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    world.set_policy(protect=["HEAD", "refs/heads/**"])
    assert clone.push("main:refs/heads/other").refused
    clone.commit("Next")
    assert clone.push("main:refs/heads/topic").accepted
    assert clone.push("main:main").refused


# ---- walks that list too much ----------------------------------------------------------------------


def _dated(clone: Clone, year: int, message: str) -> None:
    date = f"{year}-01-01T00:00:00 +0000"
    clone.commit(message, env={"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})


@pytest.fixture
def skewed(world: World) -> tuple[World, Clone]:
    """Main ends in a commit that is dated years before what is behind it, so that Git's walks list too much.

    Behind it are assisted commits that landed while the rule only warned.
    """
    world.set_rule(enforce="warn")
    clone = world.clone("junior-1")
    for number in range(8):
        clone.assisted(f"Old {number}")
    clone.git("branch", "old")
    for number in range(8):
        _dated(clone, 1990, f"Skewed {number}")
    assert clone.push("main:main").accepted
    world.set_rule()
    clone.git("checkout", "-q", "-b", "topic", "old")
    clone.commit("From before")
    listed = clone.git("rev-list", "topic", "^main").splitlines()
    assert len(listed) > 1, "the walk was to list too much"
    return world, clone


def test_nobody_is_asked_about_commits_that_are_on_the_ref_already(skewed: tuple[World, Clone]) -> None:
    _, clone = skewed
    clone.git("checkout", "-q", "main")
    clone.merge("topic")
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.text


def test_check_asks_about_no_more_than_the_push(skewed: tuple[World, Clone]) -> None:
    world, clone = skewed
    assert clone.push("topic:refs/heads/topic").accepted
    said = run("check", "main..topic", "--repo", "shop.git", cwd=world.root)
    assert (said.status, said.out) == (0, "main: in order (1 commit, 0 AI-assisted)\n")
    clone.assisted("New")
    assert clone.push("topic:refs/heads/topic").accepted
    said = run("check", "main..topic", "--repo", "shop.git", cwd=world.root)
    assert (said.status, said.out.splitlines()[0]) == (
        1,
        "main: would be refused (2 commits, 1 AI-assisted, 1 not in order)",
    )


def test_what_is_on_the_ref_already_does_not_make_a_resolution_assisted(skewed: tuple[World, Clone]) -> None:
    _, clone = skewed
    clone.git("checkout", "-q", "main")
    clone.merge("topic", amend={"by-hand.py": "1\n"})
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.text


def test_what_is_new_is_asked_about_all_the_same(skewed: tuple[World, Clone]) -> None:
    world, clone = skewed
    fresh = clone.assisted("New")
    clone.git("checkout", "-q", "main")
    clone.merge("topic")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "1 of 3 commits" in pushed.first_line
    assert fresh[:7] in pushed.text
    assert clone.push("topic:refs/heads/topic").accepted
    assert clone.push("main:main").refused
    world.approve(fresh)
    assert clone.push("main:main").accepted


def test_a_refusal_of_old_commits_costs_no_child_for_each(world: World) -> None:
    clone = world.clone("junior-1")
    for number in range(40):
        clone.assisted(f"Step {number}")
    assert clone.push("main:refs/heads/topic").accepted
    world.run_in_hook(
        "import gatekeeper.git.process as process\n"
        "spawn, count = process.Runner.spawn, []\n"
        "def counted(self, arguments, *rest):\n"
        "    count.append(arguments)\n"
        '    if len(count) > 15: raise SystemExit("too many children")\n'
        "    return spawn(self, arguments, *rest)\n"
        "process.Runner.spawn = counted"
    )
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "40 commits need a sign-off" in pushed.first_line


# ---- many refs -------------------------------------------------------------------------------------


@one_format
def test_a_hundred_thousand_other_refs_are_not_even_read(world: World) -> None:
    clone = world.clone("junior-1")
    commit, tip = clone.assisted(), world.refs()["refs/heads/main"]
    world.git("pack-refs", "--all")
    packed = world.bare / "packed-refs"
    header, *rest = packed.read_text().splitlines()
    rest += [f"{tip} refs/heads/topic/{number:06}" for number in range(50_000)]
    rest += [f"{tip} refs/pull/{number:06}/head" for number in range(50_000)]
    packed.write_text("\n".join([header, *sorted(rest, key=lambda line: line.split(" ")[1]), ""]))
    world.run_in_hook(
        "import gatekeeper.git.process as process\n"
        "spawn = process.Runner.spawn\n"
        "def watched(self, arguments, *rest):\n"
        '    everything = arguments[0] == "for-each-ref" and not arguments[-1].startswith("refs/heads/")\n'
        '    if everything or {"rev-list", "--all"} <= set(arguments): raise SystemExit("all refs are read")\n'
        "    return spawn(self, arguments, *rest)\n"
        "process.Runner.spawn = watched"
    )
    for _ in range(2):
        assert clone.push("main:refs/heads/scratch").accepted
        assert clone.push("main:main").refused
        clone.commit("More")
    world.git("update-ref", "-d", "refs/heads/scratch")
    assert clone.push(f"{commit}:refs/heads/release/1").refused
    clone.git("reset", "-q", "--hard", tip)
    for _ in range(2):
        clone.commit("Plain")
        assert clone.push("main:main").accepted
        assert clone.push("main:refs/heads/scratch").accepted
