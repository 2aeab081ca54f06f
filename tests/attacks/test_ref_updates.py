"""What may happen to refs, whatever is in the commits: deletions, rewinds, tags, aliases, false lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.raw_push import raw_push
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

MOVED = "the branch moved; fetch and push again"


def _land(clone: Clone, *names: str) -> None:
    for name in names:
        clone.commit(name)
    pushed = clone.push("main:main")
    assert pushed.accepted, pushed.stderr


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
    _land(clone, "One")
    pushed = clone.push("--force", "main^:main")
    assert pushed.refused
    assert "not a fast-forward" in pushed.text


def test_a_protected_branch_cannot_be_put_on_another_history(world: World) -> None:
    clone = world.clone("senior-1")
    _land(clone, "One")
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.commit("Other")
    assert clone.push("--force", "main:main").refused


def test_a_policy_can_allow_rewinds_and_the_commits_are_judged_all_the_same(world: World) -> None:
    world.set_policy(rewinds="allow")
    clone = world.clone("junior-1")
    _land(clone, "One")
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


# ---- tags ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [("-a", "-m", "One"), ()], ids=["annotated", "lightweight"])
def test_a_protected_tag_is_judged_by_what_it_leads_to(world: World, options: tuple[str, ...]) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    clone.git("tag", *options, "v1", env=clone.dates())
    assert clone.push("v1").refused
    world.approve(commit)
    assert clone.push("v1").accepted


def test_a_tag_of_a_tag_is_peeled_to_its_commit(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    clone.git("tag", "-a", "-m", "inner", "inner")
    clone.git("tag", "-a", "-m", "outer", "v1", "inner")
    assert clone.push("v1").refused


def test_a_protected_tag_cannot_be_moved(world: World) -> None:
    clone = world.clone("senior-1")
    clone.git("tag", "v1")
    assert clone.push("v1").accepted
    clone.commit("Next")
    clone.git("tag", "-f", "v1")
    pushed = clone.push("--force", "v1")
    assert pushed.refused
    assert "would take commits away" in pushed.text


@pytest.mark.parametrize("name", ["HEAD:README", "HEAD^{tree}", "tag-of-tree"])
def test_a_protected_tag_that_leads_to_no_commit_is_refused(world: World, name: str) -> None:
    clone = world.clone("senior-1")
    clone.git("tag", "-a", "-m", "t", "tag-of-tree", "HEAD^{tree}")
    pushed = clone.push(f"{clone.id(name)}:refs/tags/v1")
    assert pushed.refused
    assert "not a commit" in pushed.text


def test_an_unprotected_tag_of_a_tree_is_let_through(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push(f"{clone.id('HEAD^{tree}')}:refs/tags/tree").accepted


# ---- names -----------------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize(
    "name",
    [
        "refs/gatekeeper/published",
        "refs/gatekeeper/signoffs/x",
        "refs/gatekeeper/keep/1",
        "refs/GateKeeper/signoffs",
        "refs/GATEKEEPER/SIGNOFFS",
        "refs/gatekeeper/Signoffs",
    ],
)
def test_gatekeepers_own_names_are_nobodys(world: World, name: str) -> None:
    clone = world.clone("senior-1")
    before = world.refs()
    pushed = clone.push("--force", f"main:{name}")
    assert pushed.refused
    assert "nobody may push to it" in pushed.text
    assert world.refs() == before


@one_format
def test_what_the_server_publishes_cannot_be_deleted(world: World) -> None:
    clone = world.clone("senior-1")
    assert clone.push(":refs/gatekeeper/published").refused


@one_format
@pytest.mark.parametrize("name", ["refs/gatekeepers/x", "refs/heads/gatekeeper/signoffs"])
def test_names_that_only_look_like_gatekeepers_are_everybodys(world: World, name: str) -> None:
    assert world.clone("junior-1").push(f"main:{name}").accepted


def test_a_symbolic_ref_is_no_way_round(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/alias")
    assert pushed.refused
    assert pushed.first_line.startswith("gatekeeper: REFUSED main:")
    clone.git("reset", "-q", "--hard", "HEAD^")
    plain = clone.commit("Plain")
    assert clone.push("main:refs/heads/alias").accepted
    assert world.refs()["refs/heads/main"] == plain


def test_a_dangling_symbolic_ref_is_judged_as_what_it_would_create(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/release/1")
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/alias")
    assert pushed.refused
    assert "release/1" in pushed.first_line


def test_a_symbolic_ref_into_gatekeepers_names_is_refused(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", "refs/gatekeeper/signoffs")
    assert world.clone("senior-1").push("main:refs/heads/alias").refused


def test_the_default_branch_is_protected_whatever_its_name(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    world.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    assert clone.push("main:refs/heads/trunk").refused


@one_format
@pytest.mark.parametrize("name", ["release/$(id)", "release/;reboot", "release/`x`", "release/\u00e9"])
def test_a_branch_name_that_a_shell_would_act_on_stands_in_no_command(world: World, name: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push(f"main:refs/heads/{name}")
    assert pushed.refused
    commands = [line for line in pushed.lines if "git push" in line or ("gatekeeper " in line and ":" not in line[:12])]
    assert commands
    assert not any(name in line for line in commands)
    assert pushed.text.isascii()


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


# ---- what git push would not send ------------------------------------------------------------------


def _lined_up(world: World) -> tuple[Clone, ObjectId, ObjectId, ObjectId]:
    """A clone with an assisted commit on top of the tip of main; zeros, that tip, and that commit."""
    clone = world.clone("junior-1")
    return clone, world.object_format.zero, clone.id(), clone.assisted()


def test_a_raw_client_with_an_honest_line_is_judged_like_git(world: World) -> None:
    clone, zero, tip, commit = _lined_up(world)
    report = raw_push(world, clone, (tip, commit, "refs/heads/main"))
    assert report.refused
    assert report.status == ["unpack ok", "ng refs/heads/main pre-receive hook declined"]
    world.approve(commit)
    report = raw_push(world, clone, (tip, commit, "refs/heads/main"), (zero, commit, "refs/heads/topic"))
    assert report.status == ["unpack ok", "ok refs/heads/main", "ok refs/heads/topic"], report


@pytest.mark.parametrize("old", ["zero", "commit"])
def test_a_raw_client_cannot_lie_about_the_old_tip(world: World, old: str) -> None:
    """As if main were absent, or had the unapproved commit already, so that nothing would be new."""
    clone, zero, tip, commit = _lined_up(world)
    said = {"zero": zero, "commit": commit}[old]
    report = raw_push(world, clone, (said, commit, "refs/heads/main"))
    assert report.refused
    assert MOVED in report.hook
    assert world.refs()["refs/heads/main"] == tip


def test_an_unapproved_commit_cannot_hide_behind_an_honest_update_of_the_same_ref(world: World) -> None:
    clone, _, tip, commit = _lined_up(world)
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


@one_format
@pytest.mark.parametrize(
    "name",
    ["HEAD", "refs/heads/../heads/main", "refs/heads//main", "refs/heads/./main", "main", "refs/heads/main.lock"],
)
def test_other_spellings_of_a_protected_ref_move_nothing(world: World, name: str) -> None:
    clone, zero, tip, commit = _lined_up(world)
    before = world.refs()
    for old in (zero, tip):
        report = raw_push(world, clone, (old, commit, name))
        assert not any(line.startswith("ok ") for line in report.status), report
    assert world.refs() == before
    clone.git("reset", "-q", "--hard", tip)
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted


@one_format
def test_a_name_that_looks_like_an_option_stops_nobody(world: World) -> None:
    world.set_policy(protect=["HEAD", "refs/heads/**"])
    clone = world.clone("senior-1")
    tip = clone.id()
    for name in ("--format=x", "-h", "refs/heads/*", "refs/heads/[", "refs/heads/a b"):
        raw_push(world, clone, (world.object_format.zero, tip, name))
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/another").accepted


# ---- aliases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["refs/heads/main", "HEAD", "refs/heads/middle", "refs/heads/dangling"])
def test_an_alias_by_any_way_is_judged_as_what_it_moves(world: World, through: str) -> None:
    world.git("symbolic-ref", "refs/heads/middle", "HEAD")
    world.git("symbolic-ref", "refs/heads/dangling", "refs/heads/release/1")
    world.git("symbolic-ref", "refs/heads/alias", through)
    clone = world.clone("junior-1")
    before = world.refs()
    commit = clone.assisted()
    assert clone.push("main:refs/heads/alias").refused
    assert world.refs() == before
    world.approve(commit)
    assert clone.push("main:refs/heads/alias").accepted
    target = "refs/heads/release/1" if through == "refs/heads/dangling" else "refs/heads/main"
    assert world.refs()[target] == commit
    clone.commit("Next")
    assert clone.push(f"main:{target}").accepted
    assert world.faults() == []


def test_a_protected_branch_is_not_deleted_or_rewound_through_an_alias(world: World) -> None:
    """Git deletes the target, past receive.denyDeleteCurrent."""
    world.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    clone = world.clone("senior-1")
    _land(clone, "One")
    before = world.refs()
    assert clone.push(":refs/heads/alias").refused
    assert clone.push("--force", "main^:refs/heads/alias").refused
    assert world.refs() == before
    world.set_policy(deletions="allow", rewinds="allow")
    assert clone.push("--force", "main^:refs/heads/alias").accepted
    assert clone.push(":refs/heads/alias").accepted
    assert "refs/heads/main" not in world.refs()
    clone.assisted(author="junior-1")
    assert clone.push("main:refs/heads/alias").refused


def test_a_protected_name_that_is_an_alias_of_a_free_branch_takes_no_push(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push("main:refs/heads/topic").accepted
    world.git("symbolic-ref", "refs/heads/release/now", "refs/heads/topic")
    world.git("symbolic-ref", "refs/heads/release/next", "refs/heads/release/1")
    clone.assisted()
    pushed = clone.push("main:refs/heads/release/now")
    assert pushed.refused
    assert "refs/heads/release/now is an alias of refs/heads/topic" in pushed.text
    assert clone.push("main:refs/heads/release/next").refused
    clone.git("reset", "-q", "--hard", "HEAD^")
    assert clone.push("main:refs/heads/release/next").accepted


@one_format
def test_aliases_that_lead_in_a_circle_stop_nobody_else(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/a", "refs/heads/b")
    world.git("symbolic-ref", "refs/heads/b", "refs/heads/a")
    clone = world.clone("junior-1")
    clone.commit("Plain")
    assert not clone.push("main:refs/heads/a").accepted
    assert clone.push("main:main").accepted


# ---- several refs, and what tags and other refs point at --------------------------------------------


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


def test_tags_of_tags_are_peeled_as_far_as_they_go(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    clone.git("tag", "-a", "-m", "0", "t0")
    for number in range(1, 6):
        clone.git("tag", "-a", "-m", str(number), f"t{number}", f"t{number - 1}")
    clone.git("tag", "-a", "-m", "of a blob", "blob", "HEAD:README")
    clone.git("tag", "-a", "-m", "of that", "of-blob", "blob")
    assert clone.push("refs/tags/t5:refs/tags/v1").refused
    assert "not a commit" in clone.push("refs/tags/of-blob:refs/tags/v2").text
    world.approve(commit)
    assert clone.push("refs/tags/t5:refs/tags/v1").accepted
    assert clone.push("refs/tags/of-blob:refs/tags/notes").accepted


@one_format
@pytest.mark.parametrize("allowed", [{}, {"rewinds": "allow"}, {"deletions": "allow"}])
def test_a_tag_is_moved_only_where_rewinds_are_allowed(world: World, allowed: dict[str, str]) -> None:
    world.set_policy(**allowed)
    clone = world.clone("senior-1")
    clone.git("tag", "-a", "-m", "One", "v1")
    assert clone.push("v1").accepted
    clone.git("tag", "-f", "-a", "-m", "Again, of the same commit", "v1")
    assert clone.push("--force", "v1").accepted == ("rewinds" in allowed)
    clone.commit("Next")
    clone.git("tag", "-f", "v1")
    assert clone.push("--force", "v1").accepted == ("rewinds" in allowed)
    assert clone.push(":refs/tags/v1").accepted == ("deletions" in allowed)


@one_format
def test_what_a_moved_or_recreated_tag_leads_to_is_judged(world: World) -> None:
    world.set_policy(deletions="allow", rewinds="allow")
    clone = world.clone("junior-1")
    clone.git("tag", "v1")
    assert clone.push("v1").accepted
    commit = clone.assisted()
    assert clone.push("--force", "main:refs/tags/v1").refused
    assert clone.push(":refs/tags/v1").accepted
    assert clone.push("main:refs/tags/v1").refused
    world.approve(commit)
    assert clone.push("main:refs/tags/v1").accepted


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
