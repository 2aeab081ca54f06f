"""What is signed, and when signing is refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import STORE, Desk, for_review, signed_ids, statements
from tests.support.people import private_file
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


def test_a_branch_is_its_commits_that_are_not_yet_on_the_target(world: World, senior: Desk) -> None:
    base = world.clone().sync()
    commits = for_review(world, commits=2)
    said = senior.ready().ok("sign", "--yes", "origin/review/one")
    for part in ("Add retry 1", "Add retry 2", "junior-1@example.com", "Assisted-by: claude", "2 commits, 2 files"):
        assert part in said.err
    assert "You sign as senior-1, for any ref of example/shop, until 20" in said.err
    assert "Signed: 2 commits. The sign-off is on the server" in said.err
    (statement,) = statements(senior)
    assert [commit.id for commit in statement.commits] == commits
    assert statement.range is not None
    assert (statement.range.base, statement.range.head) == (base, commits[-1])
    assert world.clone().push("HEAD:main").accepted


@one_format
def test_a_range_an_id_and_head_mean_what_they_say(world: World, senior: Desk) -> None:
    one, two, three = for_review(world, commits=3)
    senior.ready()
    senior.ok("sign", "--yes", f"{one}..origin/review/one")
    assert signed_ids(senior) == [[two, three]]
    senior.ok("sign", "--yes", one)
    assert sorted(signed_ids(senior)) == sorted([[two, three], [one]])
    senior.clone.git("checkout", "-q", "--detach", three)
    senior.ok("sign", "--yes")
    assert [one, two, three] in signed_ids(senior)


@one_format
def test_several_arguments_make_several_sign_offs_and_one_push(world: World, senior: Desk) -> None:
    one, two = for_review(world, commits=2)
    entries = len(world.entries("push"))
    senior.ready().ok("sign", "--yes", one, two)
    assert sorted(signed_ids(senior)) == sorted([[one], [two]])
    assert len(world.entries("push")) == entries + 1


@one_format
def test_the_terms_are_part_of_what_is_signed(world: World, senior: Desk) -> None:
    for_review(world)
    said = senior.ready().ok("sign", "--yes", "--only-this-ref", "--expires", "12h", "-m", "Größe", "origin/review/one")
    assert "for main of example/shop" in said.err
    (statement,) = statements(senior)
    assert statement.refs == ("refs/heads/main",)
    assert statement.expires_at - statement.issued_at == 12 * 3600
    assert statement.comment == "Größe"
    assert statement.issued_at <= time.time()


@one_format
def test_into_names_the_branch_whose_commits_need_no_sign_off(world: World, senior: Desk) -> None:
    one, two = for_review(world, commits=2)
    world.git("update-ref", "refs/heads/release/1", one)
    senior.ready().ok("sign", "--yes", "--into", "release/1", "origin/review/one")
    assert signed_ids(senior) == [[two]]


@one_format
def test_an_unknown_target_is_named(world: World, senior: Desk) -> None:
    for_review(world)
    said = senior.ready().run("sign", "--yes", "--into", "nowhere", "origin/review/one")
    assert said.status == 2
    assert "does not know refs/heads/nowhere" in said.err


@one_format
def test_only_needed_leaves_out_what_is_plain_or_approved(world: World, senior: Desk) -> None:
    clone = world.clone()
    clone.sync()
    first = clone.assisted("First")
    clone.commit("Plain work")
    third = clone.assisted("Third")
    clone.push("HEAD:refs/heads/review/one")
    said = senior.ready().ok("sign", "--yes", "--only-needed", "origin/review/one")
    assert signed_ids(senior) == [[first, third]]
    assert "Plain work" not in said.err
    assert "2 commits, 2 files, +6 -0" in said.err


@one_format
def test_only_needed_leaves_out_what_somebody_has_signed_since(world: World, senior: Desk) -> None:
    """Whether its signer pushed the commit first only the server knows; mostly not."""
    first, second = for_review(world, commits=2)
    world.file(senior.ready().clone, [world.signoff("senior-2", world.clone(), [first])])
    senior.ok("sign", "--yes", "--only-needed", "origin/review/one")
    assert sorted(signed_ids(senior)) == sorted([[first], [second]])
    again = senior.run("sign", "--yes", "--only-needed", "origin/review/one")
    assert (again.status, "no commit needs a sign-off" in again.err) == (2, True)


@one_format
def test_the_diff_shown_and_signed_is_the_branchs_own(world: World, senior: Desk) -> None:
    """What main got since is not taken out by approving the branch."""
    one, two = for_review(world, commits=2)
    staff = world.clone("staff-1")
    staff.sync()
    staff.commit("Elsewhere", {"elsewhere.txt": "line\n" * 7})
    assert staff.push("HEAD:main").accepted
    said = senior.ready().ok("sign", "--yes", "origin/review/one")
    assert "elsewhere.txt" not in said.err
    assert "-7" not in said.err
    (statement,) = statements(senior)
    assert [commit.id for commit in statement.commits] == [one, two]
    junior = world.clone()
    junior.fetch()
    merge = junior.git("merge", "-q", "--no-edit", "origin/main", env=junior.dates())
    assert merge == ""
    pushed = junior.push("HEAD:main")
    assert pushed.accepted, pushed.text


@one_format
def test_a_branch_that_merged_main_is_signed_without_what_main_brought(world: World, senior: Desk) -> None:
    (one,) = for_review(world)
    staff = world.clone("staff-1")
    staff.sync()
    staff.commit("Elsewhere", {"elsewhere.txt": "line\n" * 7})
    assert staff.push("HEAD:main").accepted
    junior = world.clone()
    junior.fetch()
    merge = junior.merge("origin/main")
    assert junior.push("HEAD:refs/heads/review/one").accepted
    said = senior.ready().ok("sign", "--yes", "origin/review/one")
    assert signed_ids(senior) == [[one, merge]]
    assert "elsewhere.txt" not in said.err


@one_format
def test_local_keeps_the_sign_off_and_says_how_to_push_it(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    said = senior.ready().ok("sign", "--yes", "--local", "origin/review/one")
    assert "push it with: git push origin refs/gatekeeper/signoffs" in said.err
    assert STORE not in world.refs()
    assert "approve by senior-1" in senior.ok("show", commit).out
    assert senior.clone.push(STORE).accepted
    assert signed_ids(senior) == [[commit]]


@one_format
def test_a_branch_that_moved_on_the_server_is_told_and_what_is_shown_is_signed(world: World, senior: Desk) -> None:
    (shown,) = for_review(world)
    senior.ready()
    later = world.clone().assisted("Something else")
    assert world.clone().push("HEAD:refs/heads/review/one").accepted
    said = senior.ok("sign", "--yes", "origin/review/one")
    assert f"note: on origin review/one is at {later[:7]} now; you see and approve {shown[:7]}" in said.err
    assert signed_ids(senior) == [[shown]]


@one_format
def test_a_branch_that_is_gone_from_the_server_is_told(world: World, senior: Desk) -> None:
    for_review(world)
    senior.ready()
    world.git("update-ref", "-d", "refs/heads/review/one")
    assert "note: review/one is no longer on origin" in senior.ok("sign", "--yes", "origin/review/one").err


@one_format
def test_own_work_may_be_signed_with_a_note_that_it_does_not_count(world: World, senior: Desk) -> None:
    senior.ready()
    own = senior.clone.assisted("Of my own")
    said = senior.ok("sign", "--yes", own)
    assert f"note: {own[:7]} by yourself: your approval does not count for your own work" in said.err


@one_format
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["origin/main"], "every commit of origin/main is on refs/heads/main already; there is nothing to approve"),
        (["HEAD..HEAD"], "HEAD..HEAD is empty; there is nothing to approve"),
        (["--only-needed", "origin/main"], "origin/main: no commit needs a sign-off"),
        (["nowhere"], "nowhere names no commit here"),
        (["HEAD...origin/main"], "a range with three dots is not one line of history"),
        (["--expires", "soon"], "'soon' is no span such as"),
        (["--expires", "0d"], "'0d' is no span such as"),
        (["--key", "nowhere"], "cannot read the public half of nowhere"),
    ],
)
def test_what_cannot_be_signed_is_wrong_use(senior: Desk, arguments: list[str], words: str) -> None:
    said = senior.ready().run("sign", "--yes", *arguments)
    assert said.status == 2
    assert words in said.err
    assert STORE not in senior.world.refs()
    assert STORE not in senior.clone.git("for-each-ref")


@one_format
def test_without_a_terminal_somebody_has_to_say_yes(world: World, senior: Desk) -> None:
    for_review(world)
    said = senior.ready().run("sign", "origin/review/one")
    assert said.status == 2
    assert "there is no terminal to ask on; add --yes if a person has read what is above" in said.err
    assert STORE not in world.refs()


@one_format
@pytest.mark.parametrize("variable", ["CLAUDECODE", "CODEX_SANDBOX", "GEMINI_CLI", "CURSOR_AGENT", "AI_AGENT"])
def test_an_agent_cannot_sign(world: World, senior: Desk, variable: str) -> None:
    for_review(world)
    said = senior.ready().run("sign", "--yes", "origin/review/one", **{variable: "1"})
    assert said.status == 2
    assert "approving is a person's decision" in said.err
    assert STORE not in world.refs()
    assert STORE not in senior.clone.git("for-each-ref")


@one_format
def test_a_key_of_nobody_signs_nothing(senior: Desk) -> None:
    stranger = senior.world.root / "stranger.key"
    stranger.write_bytes(private_file("stranger"))
    stranger.chmod(0o600)
    said = senior.ready().run("sign", "--yes", "--key", str(stranger), "HEAD")
    assert said.status == 2
    assert "is nobody's in the server's roster" in said.err


@one_format
def test_who_may_not_approve_signs_nothing(world: World, junior: Desk) -> None:
    (commit,) = for_review(world, author="junior-2")
    said = junior.ready().run("sign", "--yes", commit)
    assert said.status == 2
    assert "junior-1 may not approve" in said.err
    assert STORE not in junior.clone.git("for-each-ref")


@one_format
def test_without_a_key_the_next_step_is_told(senior: Desk) -> None:
    senior.clone.git("config", "--unset", "user.signingKey")
    said = senior.ready().run("sign", "--yes")
    assert (said.status, said.err) == (
        2,
        "gatekeeper: there is no key to sign with\nNext: set user.signingKey, or name one with --key\n",
    )


@one_format
def test_when_the_server_cannot_be_reached_the_sign_off_stays_in_the_clone(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().clone.git("remote", "set-url", "origin", str(world.root / "nowhere.git"))
    said = senior.run("sign", "--yes", commit)
    assert said.status == 3
    assert "your sign-off is kept in this clone" in said.err
    assert "Next: push it later with: git push origin refs/gatekeeper/signoffs" in said.err
    senior.clone.git("remote", "set-url", "origin", str(world.bare))
    assert senior.clone.push(STORE).accepted
    assert signed_ids(senior) == [[commit]]


@one_format
def test_a_store_that_the_server_refuses_says_how_to_get_rid_of_what_is_wrong(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    forged = world.signoff("staff-1", world.clone(), [commit], key="junior-1")
    world.file(senior.ready().clone, [forged])
    said = senior.run("sign", "--yes", commit)
    assert said.status == 1
    assert "its signer is not the owner of its key" in said.err
    advice = said.err.splitlines()[-1]
    assert advice.startswith("Next: drop what it does not have, and sign again: git update-ref")
    senior.clone.git("update-ref", "-d", STORE)
    senior.ok("sign", "--yes", commit)
    assert signed_ids(senior) == [[commit]]
