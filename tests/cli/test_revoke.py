"""Taking back from the desk: what is named, who may, and what is told before and after."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision, Envelope, dump_statement
from tests.support.commands import STORE, Desk, for_review, statements
from tests.support.people import fingerprint
from tests.support.signoffs import seal
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.signoff import Statement
    from tests.support.signoffs import Signoff
    from tests.support.world import World

WHY = "read the wrong branch"


def approved(world: World, signer: str = "senior-1") -> Signoff:
    """A branch for review whose one commit somebody has approved."""
    (commit,) = for_review(world)
    return world.approve(commit, signer)


def test_the_author_of_a_revoked_approval_reads_who_when_why_and_whom_to_ask(world: World, senior: Desk) -> None:
    signed = approved(world)
    said = senior.ready().ok("revoke", "--yes", signed.id[:7], "-m", WHY)
    (commit,) = [each.id for each in signed.statement.commits]
    assert f"  {signed.id[:7]}  approve by senior-1, " in said.err
    assert f"  {commit[:7]}  Add retry 1" in said.err
    (back,) = [each for each in statements(senior) if each.decision is Decision.REVOKE]
    assert (back.revokes, back.comment) == (signed.id, WHY)
    assert back.commits == signed.statement.commits
    pushed = world.clone().push("HEAD:main")
    assert pushed.refused
    (line,) = [line for line in pushed.lines if "does not count" in line]
    assert line.startswith("    sign-off by senior-1 does not count: it was taken back by senior-1 on 20")
    assert line.endswith(f": {WHY}")
    assert any(line.startswith("Ask:     senior-1@example.com, ") for line in pushed.lines)
    shown = senior.ok("show", commit).out
    assert f": it was taken back by senior-1 on {line.partition(' on ')[2]}\n" in shown
    assert f": takes back {signed.id[:7]}\n" in shown


@one_format
def test_any_longer_prefix_and_the_whole_id_in_any_case_name_a_statement(world: World, senior: Desk) -> None:
    senior.ready()
    for number, length in enumerate((8, 64)):
        commit = world.clone().assisted(f"Another {number}")
        signed = world.approve(commit)
        assert senior.run("revoke", "--yes", signed.id[:length].upper(), "-m", WHY).status == 0
    assert len([each for each in statements(senior) if each.decision is Decision.REVOKE]) == 2


@one_format
def test_a_statement_that_this_clone_has_not_seen_is_fetched(world: World, senior: Desk) -> None:
    senior.ready()
    signed = approved(world)
    assert not senior.clone.git("for-each-ref", "refs/gatekeeper/remotes/origin/signoffs")
    senior.ok("revoke", "--yes", signed.id, "-m", WHY)
    assert world.clone().push("HEAD:main").refused


@one_format
@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("abcdef", "an id has hex digits, at least 7 of them"),
        ("HEAD", "an id has hex digits, at least 7 of them"),
        ("nothex7", "an id has hex digits, at least 7 of them"),
        ("", "an id has hex digits, at least 7 of them"),
        ("0000000", "no statement has an id that begins with 0000000"),
    ],
)
def test_what_names_no_statement_is_wrong_use(world: World, senior: Desk, named: str, words: str) -> None:
    approved(world)
    said = senior.ready().run("revoke", "--yes", named, "-m", WHY)
    assert said.status == 2
    assert words in said.err


def two_alike(world: World, commit: ObjectId) -> list[Signoff]:
    """Two approvals whose ids have the same first seven digits, found by trying comments."""
    first = world.signoff("senior-1", world.clone(), [commit], issued_at=1_790_000_000).statement
    seen: dict[str, Statement] = {}
    for number in count():
        statement = first.replace(comment=str(number))
        envelope = Envelope(payload=dump_statement(statement), keyid=fingerprint("senior-1"), signature=b"-")
        other = seen.setdefault(envelope.statement_id[:7], statement)
        if other is not statement:
            return [seal(other, "senior-1"), seal(statement, "senior-1")]
    raise AssertionError("unreachable")


@one_format
def test_a_prefix_of_several_statements_lists_them_and_takes_none_back(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    alike = two_alike(world, commit)
    assert world.store_push(world.clone(), alike).accepted
    said = senior.ready().run("revoke", "--yes", alike[0].id[:7], "-m", WHY)
    assert said.status == 2
    assert f"2 statements have ids that begin with {alike[0].id[:7]}" in said.err
    assert all(each.id in said.err for each in alike)
    senior.ok("revoke", "--yes", alike[0].id, "-m", WHY)
    assert world.clone().push("HEAD:main").accepted


@one_format
@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT])
def test_an_administrator_takes_back_what_somebody_else_signed(world: World, senior: Desk, decision: Decision) -> None:
    (commit,) = for_review(world)
    signed = world.signoff("senior-2", world.clone(), [commit], decision)
    assert world.store_push(world.clone(), [signed]).accepted
    senior.ready().ok("revoke", "--yes", signed.id, "-m", WHY)
    (back,) = [each for each in statements(senior) if each.decision is Decision.REVOKE]
    assert back.revokes == signed.id


@one_format
@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT])
def test_somebody_elses_statement_is_not_yours_to_take_back(world: World, decision: Decision) -> None:
    (commit,) = for_review(world)
    signed = world.signoff("senior-1", world.clone(), [commit], decision)
    assert world.store_push(world.clone(), [signed]).accepted
    before = world.refs()
    other = Desk(world, "senior-2").ready()
    said = other.run("revoke", "--yes", signed.id, "-m", WHY)
    assert said.status == 2
    assert "it is by senior-1, not by you (senior-2), and you are no administrator" in said.err
    assert "Next: ask its signer or an administrator" in said.err
    assert world.refs() == before


@one_format
def test_who_may_not_approve_is_told_who_can_take_their_statement_back(world: World, junior: Desk) -> None:
    (commit,) = for_review(world)
    stated = world.signoff("junior-1", world.clone(), [commit], Decision.AUTHOR)
    assert world.store_push(world.clone(), [stated]).accepted
    said = junior.ready().run("revoke", "--yes", stated.id, "-m", WHY)
    assert said.status == 2
    assert "Next: an administrator can take your statements back" in said.err


@one_format
def test_what_is_taken_back_is_not_taken_back_again(world: World, senior: Desk) -> None:
    signed = approved(world)
    senior.ready().ok("revoke", "--yes", signed.id, "-m", WHY)
    said = senior.run("revoke", "--yes", signed.id, "-m", WHY)
    assert said.status == 2
    assert "it was taken back already, by senior-1 on 20" in said.err


@one_format
def test_a_revocation_is_not_taken_back(world: World, senior: Desk) -> None:
    signed = approved(world)
    back = world.signoff(
        "senior-1", world.clone(), [], Decision.REVOKE, revokes=signed.id, commits=signed.statement.commits
    )
    assert world.store_push(world.clone(), [back]).accepted
    said = senior.ready().run("revoke", "--yes", back.id, "-m", WHY)
    assert said.status == 2
    assert "a revocation cannot be taken back" in said.err


@one_format
def test_a_revocation_needs_a_reason(world: World, senior: Desk) -> None:
    signed = approved(world)
    before = world.refs()
    senior.ready()
    for arguments in ((), ("-m", " ")):
        said = senior.run("revoke", "--yes", signed.id, *arguments)
        assert said.status == 2
        assert "'-m' / '--message'" in said.err
    assert world.refs() == before


@one_format
def test_commits_that_are_not_here_can_be_revoked_all_the_same(world: World, senior: Desk) -> None:
    signed = approved(world)
    clone = senior.clone
    clone.git("fetch", "-q", "origin", f"{STORE}:refs/gatekeeper/remotes/origin/signoffs")
    (commit,) = [each.id for each in signed.statement.commits]
    said = senior.ok("revoke", "--yes", signed.id, "-m", WHY)
    assert f"  {commit[:7]}  (not here)" in said.err
    assert world.clone().push("HEAD:main").refused


@one_format
def test_a_local_revocation_waits_for_the_push(world: World, senior: Desk) -> None:
    signed = approved(world)
    before = world.refs()
    said = senior.ready().ok("revoke", "--yes", "--local", signed.id, "-m", WHY)
    assert "push it with: git push origin refs/gatekeeper/signoffs" in said.err
    assert world.refs() == before
    assert senior.clone.push(STORE).accepted
    assert world.clone().push("HEAD:main").refused


@one_format
@pytest.mark.parametrize("answer", ["n\n", "y\n"])
def test_the_question_at_a_terminal_shows_what_goes(world: World, senior: Desk, answer: str) -> None:
    signed = approved(world)
    before = world.refs()
    terminal = senior.ready().terminal("revoke", signed.id[:7], "-m", WHY)
    terminal.wait_for("Take back this approval? [y/N]: ")
    assert "Add retry 1" in terminal.text
    assert world.refs() == before
    terminal.type(answer)
    said = terminal.finish()
    assert said.status == (0 if answer == "y\n" else 1)
    assert (world.refs() == before) == (answer == "n\n")
