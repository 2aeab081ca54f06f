"""A veto from the desk: what is signed, who may, and what the author reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.commands import STORE, Desk, for_review, statements
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

WHY = "loses orders when the second try succeeds"


def test_a_rejected_push_says_who_why_and_what_next(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    world.approve(commit, "staff-1")
    said = senior.ready().ok("reject", "--yes", "-m", WHY, "origin/review/one")
    (veto,) = [each for each in statements(senior) if each.decision is Decision.REJECT]
    assert [each.id for each in veto.commits] == [commit]
    assert (veto.comment, veto.refs, veto.signer) == (WHY, (), "senior-1")
    identity = said.err.rpartition("veto ")[2][:7]
    assert "until you or an administrator take it back" in said.err
    assert f"It is on the server; you can take it back with: gatekeeper revoke {identity} -m WHY" in said.err
    pushed = world.clone().push("HEAD:main")
    assert pushed.refused
    assert pushed.first_line == "gatekeeper: REFUSED main: 1 commit cannot go in. Nothing was pushed."
    assert f"    vetoed by senior-1 on 20{pushed.text.partition(' on 20')[2][:8]}: {WHY}" in pushed.lines
    talk = "Vetoed:  talk to senior-1 (senior-1@example.com); senior-1 or an administrator can take it back:"
    (command,) = pushed.lines[pushed.lines.index(talk) + 1 :][:1]
    assert command.startswith(f"  gatekeeper revoke {identity}")
    assert command.endswith(" -m WHY")
    assert "gatekeeper sign" not in pushed.text


@one_format
def test_the_command_that_the_refusal_names_lifts_the_veto(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    world.approve(commit, "staff-1")
    senior.ready().ok("reject", "--yes", "-m", WHY, commit)
    pushed = world.clone().push("HEAD:main")
    (command,) = [line.strip() for line in pushed.lines if line.startswith("  gatekeeper revoke ")]
    senior.ok(*command.removeprefix("gatekeeper ").removesuffix(" -m WHY").split(), "--yes", "-m", "it does not")
    assert world.clone().push("HEAD:main").accepted


@one_format
def test_whoever_vetoed_reads_that_they_can_take_it_back_themselves(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("reject", "--yes", "-m", WHY, commit)
    pushed = senior.clone.push(f"{commit}:refs/heads/main")
    assert "Vetoed:  by senior-1 (senior-1@example.com); you can take it back:" in pushed.lines


@one_format
def test_a_range_is_rejected_as_one_and_several_arguments_one_by_one(world: World, senior: Desk) -> None:
    one, two, three = for_review(world, commits=3)
    senior.ready().ok("reject", "--yes", "-m", WHY, f"{one}..{three}")
    (whole,) = statements(senior)
    assert [each.id for each in whole.commits] == [two, three]
    assert whole.range is not None
    said = senior.ok("reject", "--yes", "-m", WHY, one, two)
    assert len(statements(senior)) == 3
    assert "Rejected: 2 commits, veto " in said.err
    assert "take it back with: gatekeeper revoke ID -m WHY" in said.err


@one_format
def test_who_approves_is_told_of_the_vetoes_of_others_and_of_none_taken_back(world: World, senior: Desk) -> None:
    one, two = for_review(world, commits=2)
    no = world.signoff("staff-1", world.clone(), [one, two], Decision.REJECT, comment=WHY)
    assert world.store_push(world.clone(), [no]).accepted
    said = senior.ready().ok("sign", "--yes", "origin/review/one")
    assert said.err.count("note: ") == 1
    assert f": vetoed by staff-1: {WHY}\n" in said.err
    senior.ok("revoke", "--yes", "-m", "talked to staff-1", no.id)
    senior.clone.fetch("+refs/gatekeeper/signoffs:refs/gatekeeper/remotes/origin/signoffs")
    assert "note: " not in senior.ok("sign", "--yes", "-m", "again", "origin/review/one").err


@one_format
def test_a_veto_needs_a_reason(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready()
    for arguments in ((), ("-m", ""), ("-m", " \t")):
        said = senior.run("reject", "--yes", commit, *arguments)
        assert said.status == 2
        assert "'-m' / '--message'" in said.err
    assert STORE not in senior.clone.git("for-each-ref")


@one_format
def test_who_may_not_approve_cannot_veto_at_the_desk(world: World, junior: Desk) -> None:
    (commit,) = for_review(world, author="junior-2")
    said = junior.ready().run("reject", "--yes", "-m", WHY, commit)
    assert said.status == 2
    assert "junior-1 may not approve: a veto of yours would not count" in said.err
    assert STORE not in junior.clone.git("for-each-ref")


@one_format
def test_a_veto_does_not_bind_the_mended_commit(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("reject", "--yes", "-m", WHY, commit)
    author = world.clone()
    author.commit("Add retry 1, without losing orders\n\nAssisted-by: claude\n", {"mended": "yes\n"}, "--amend")
    mended = author.id()
    world.approve(mended)
    assert author.push(f"{commit}:refs/heads/main").refused
    assert author.push(f"{mended}:refs/heads/main").accepted


@one_format
def test_an_approval_of_the_same_person_signed_later_lifts_the_veto(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    veto = world.signoff("senior-1", world.clone(), [commit], Decision.REJECT, issued_at=1_790_000_000, comment=WHY)
    assert world.store_push(world.clone(), [veto]).accepted
    said = senior.ready().ok("sign", "--yes", commit)
    assert f"note: {commit[:7]}: your approval lifts this veto of yours: {WHY}\n" in said.err
    shown = senior.ok("show", commit).out
    assert f"  {veto.id[:7]}  reject by senior-1, 2026-09-21: its signer approved the commit since\n" in shown
    assert world.clone().push("HEAD:main").accepted


@one_format
def test_a_veto_of_what_landed_takes_nothing_out_and_says_so(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    said = senior.ready().ok("reject", "--yes", "-m", WHY, commit)
    assert f"note: {commit[:7]} on main already; a veto takes nothing out" in said.err
    assert world.refs()["refs/heads/main"] == commit
    assert world.clone().push("HEAD:refs/heads/release/1").refused


@one_format
def test_what_there_is_nothing_to_reject_of_is_said(senior: Desk) -> None:
    said = senior.ready().run("reject", "--yes", "-m", WHY, "origin/main")
    assert said.status == 2
    assert "every commit of origin/main is on refs/heads/main already; there is nothing to reject" in said.err


@one_format
@pytest.mark.parametrize("answer", ["n\n", "y\n"])
def test_the_question_at_a_terminal(world: World, senior: Desk, answer: str) -> None:
    for_review(world)
    terminal = senior.ready().terminal("reject", "-m", WHY, "origin/review/one")
    terminal.wait_for("Reject 1 commit? [y/N]: ")
    assert STORE not in world.refs()
    terminal.type(answer)
    said = terminal.finish()
    assert said.status == (0 if answer == "y\n" else 1)
    assert (STORE in world.refs()) == (answer == "y\n")
