"""Stating that a commit is one's own: when the server cannot tell by who pushed it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.commands import STORE, Desk, for_review, run, statements
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World

AGENT = "Claude <noreply@anthropic.com>"


def pushed_by_a_junior(world: World, senior: Desk, **commit: str) -> ObjectId:
    """A senior's own assisted commit that a junior pushed first; the senior has it too."""
    clone = world.clone("junior-1")
    clone.sync()
    made = clone.assisted(**{"author": "senior-1", **commit})
    assert clone.push("HEAD:refs/heads/topic").accepted
    senior.ready()
    return made


def test_the_refusal_names_the_cause_and_the_command_that_lets_it_in(world: World, senior: Desk) -> None:
    commit = pushed_by_a_junior(world, senior)
    pushed = senior.clone.push(f"{commit}:refs/heads/main")
    assert pushed.refused
    cause = f"Unproved: that you wrote {commit[:7]} (junior-1 pushed it first)"
    at = pushed.lines.index(cause)
    assert pushed.lines[at + 1] == "If you did, say so:"
    explained = run("explain", commit, "--repo", "shop.git", cwd=world.root).out
    assert "claimed to be senior-1, not proved (junior-1 pushed it first)" in explained
    command = pushed.lines[at + 2].strip()
    assert command == f"gatekeeper sign --mine {commit[:12]}"
    said = senior.ok(*command.removeprefix("gatekeeper ").split(), "--yes")
    assert "This is no approval" in said.err
    assert "The statement is on the server; it approves nothing." in said.err
    (statement,) = statements(senior)
    assert statement.decision is Decision.AUTHOR
    again = senior.clone.push(f"{commit}:refs/heads/main")
    assert again.accepted, again.text


@one_format
def test_a_server_that_cannot_tell_tokens_from_people_asks_for_the_statement(world: World, senior: Desk) -> None:
    world.set_policy(author_proof=["signature", "statement"])
    world.settle()
    senior.ready()
    commits = [senior.clone.assisted("One"), senior.clone.assisted("Two")]
    pushed = senior.clone.push("HEAD:main")
    assert pushed.refused
    assert "(this server takes no push as proof of who wrote it)" in pushed.text
    (command,) = [line.strip() for line in pushed.lines if "--mine" in line]
    assert ".." in command
    senior.ok(*command.removeprefix("gatekeeper ").split(), "--yes")
    (statement,) = statements(senior)
    assert [each.id for each in statement.commits] == commits
    assert senior.clone.push("HEAD:main").accepted


@one_format
def test_a_junior_is_not_told_to_state_what_would_change_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "--mine" not in pushed.text


@one_format
def test_who_may_not_approve_brings_the_commits_first(world: World) -> None:
    below_mid = {"assisted": True, "author": {"below": "mid"}}
    rule = {"id": "juniors", "when": below_mid, "require": {"signoffs": 1, "from": {"at_least": "senior"}}}
    world.set_policy(author_proof=["statement"], rules=[rule])
    world.settle()
    mid = Desk(world, "mid-1").ready()
    commit = mid.clone.assisted()
    refused = mid.clone.push("main:main")
    lines = [line.strip() for line in refused.lines]
    at = lines.index("If you did, say so:")
    too_early = mid.run(*lines[at + 2].removeprefix("gatekeeper ").split(), "--yes")
    assert too_early.status == 1
    assert "its commit is not on the server; push that first" in too_early.err
    assert "nothing is kept" in too_early.err
    assert STORE not in mid.clone.git("for-each-ref")
    mid.clone.git(*lines[at + 1].removeprefix("git ").split(), env=mid.environment)
    mid.ok(*lines[at + 2].removeprefix("gatekeeper ").split(), "--yes")
    assert mid.clone.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_co_author_of_an_agents_commit_may_say_that_it_is_theirs(world: World, senior: Desk) -> None:
    clone = world.clone("junior-1")
    commit = clone.commit(f"Fix\n\nCo-authored-by: {PEOPLE['senior-1'].identity}", author=AGENT)
    assert clone.push("HEAD:refs/heads/topic").accepted
    assert clone.push("HEAD:refs/heads/main").refused
    senior.ready().ok("sign", "--mine", "--yes", commit)
    assert clone.push("HEAD:refs/heads/main").accepted


@one_format
@pytest.mark.parametrize("author", ["junior-1", "senior-2", "Senior One <senior-1@example.org>", AGENT])
def test_somebody_elses_commit_is_refused_at_the_desk(world: World, senior: Desk, author: str) -> None:
    commit = pushed_by_a_junior(world, senior, author=author)
    said = senior.run("sign", "--mine", "--yes", commit)
    assert said.status == 2
    assert f"not your work: {commit[:7]} by " in said.err
    assert "Next: name commits that have an address of senior-1 as author" in said.err
    assert STORE not in senior.clone.git("for-each-ref")


@one_format
def test_one_commit_of_somebody_else_refuses_the_whole_range(world: World, senior: Desk) -> None:
    base = senior.clone.sync()
    mine = senior.clone.assisted("Mine")
    other = senior.clone.assisted("Not mine", author="junior-1")
    said = senior.ready().run("sign", "--mine", "--yes", f"{base}..{other}")
    assert said.status == 2
    assert f"not your work: {other[:7]} by junior-1@example.com" in said.err
    assert mine[:7] not in said.err.splitlines()[-2]


@one_format
def test_a_server_that_takes_no_statement_is_not_sent_one(world: World, senior: Desk) -> None:
    world.set_policy(author_proof=["signature"])
    world.settle()
    commit = pushed_by_a_junior(world, senior)
    said = senior.run("sign", "--mine", "--yes", commit)
    assert said.status == 2
    assert "this server takes no statement as proof of who wrote a commit" in said.err
    assert "--mine" not in senior.clone.push(f"{commit}:refs/heads/main").text


@one_format
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--mine", "--only-needed"], "--mine and --only-needed do not go together"),
        (["--mine", "--emergency", "why"], "--mine and --emergency do not go together"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(senior: Desk, arguments: list[str], words: str) -> None:
    said = senior.ready().run("sign", "--yes", *arguments)
    assert said.status == 2
    assert words in said.err


@one_format
@pytest.mark.parametrize("answer", ["n\n", "y\n"])
def test_the_question_at_a_terminal_says_that_it_is_no_approval(world: World, senior: Desk, answer: str) -> None:
    commit = pushed_by_a_junior(world, senior)
    terminal = senior.terminal("sign", "--mine", commit)
    terminal.wait_for("State that you wrote 1 commit? [y/N]: ")
    assert "This is no approval" in terminal.text
    assert STORE not in world.refs()
    terminal.type(answer)
    said = terminal.finish()
    assert said.status == (0 if answer == "y\n" else 1)
    assert (STORE in world.refs()) == (answer == "y\n")


@one_format
def test_a_statement_shown_before_and_taken_back_after(world: World, senior: Desk) -> None:
    commit = pushed_by_a_junior(world, senior)
    senior.ok("sign", "--mine", "--yes", commit)
    (line,) = [line for line in senior.ok("show", commit).out.splitlines() if " author by senior-1, " in line]
    assert line.endswith(": good")
    senior.ok("revoke", "--yes", "-m", "it was not me", line.split()[0])
    assert ": it was taken back by senior-1 on " in senior.ok("show", commit).out
    assert senior.clone.push(f"{commit}:refs/heads/main").refused


@one_format
def test_for_review_alone_proves_no_author(world: World, senior: Desk) -> None:
    """The branch of a junior is not a senior's for being at the senior's desk."""
    (commit,) = for_review(world)
    said = senior.ready().run("sign", "--mine", "--yes", commit)
    assert said.status == 2
    assert world.clone().push("HEAD:main").refused
