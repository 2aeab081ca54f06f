"""A level counts only for a proved author: by signature, first push or statement; and every way to misuse these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.commits import unsigned_payload
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.signoff import Decision
from gatekeeper.schemes.ssh import armor
from tests.support.clones import execute
from tests.support.people import PEOPLE, public_line, sshsig
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


def test_a_senior_lands_assisted_work_of_their_own(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.assisted()
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert f"counted as your own work: {commit[:7]}" in pushed.text


@one_format
@pytest.mark.parametrize("account", ["junior-1", "senior-2", "build-bot", ""])
def test_a_senior_in_the_author_field_proves_nothing(world: World, account: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="senior-1")
    assert clone.push("main:main", account=account).refused


def test_the_address_counts_in_any_case(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted(author="Senior One <SENIOR-1@Example.COM>")
    assert clone.push("main:main").accepted


def test_somebody_elses_work_is_not_the_pushers(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted(author="junior-1")
    assert clone.push("main:main").refused


def test_an_author_whom_the_roster_does_not_know_is_below_every_level(world: World) -> None:
    clone = world.clone("senior-1")
    clone.assisted(author="Senior Uno <senior-1@example.org>")
    assert clone.push("main:main").refused


def test_a_senior_may_push_for_review_and_a_junior_land_it(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    carrier = world.clone("junior-1")
    carrier.fetch()
    assert carrier.push(f"{commit}:refs/heads/main").accepted


def test_who_pushed_first_stays_first(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    senior = world.clone("senior-1")
    senior.fetch()
    assert senior.push(f"{commit}:refs/heads/main").refused


def test_a_refused_push_is_a_first_push_too(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:main").refused
    senior = world.clone("senior-1")
    senior.git("fetch", "-q", str(clone.path), "main")
    assert senior.push(f"{commit}:refs/heads/main").refused


def test_an_author_line_that_somebody_else_pushed_first_proves_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    dates = {"GIT_COMMITTER_DATE": "1790000000 +0000"}
    clone.git("commit", "-q", "--amend", "--no-edit", env=dates)
    senior = world.clone("senior-1")
    senior.git("fetch", "-q", str(clone.path), "main")
    assert senior.push("FETCH_HEAD:refs/heads/main").refused


@one_format
def test_an_author_line_that_somebody_else_pushed_later_takes_no_proof_away(world: World) -> None:
    senior, junior = world.clone("senior-1"), world.clone("junior-1")
    commit = senior.assisted()
    assert senior.push("main:refs/heads/topic").accepted
    line = senior.git("log", "-1", "--format=%at +0000")
    dates = {"GIT_AUTHOR_DATE": line, "GIT_COMMITTER_DATE": line}
    junior.commit("Mine\n\nAssisted-by: claude\n", {"mine.py": "1\n"}, author="senior-1", env=dates)
    assert junior.push("main:main").refused
    assert senior.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_rebase_that_somebody_elses_refused_push_brought_first_is_still_its_authors(world: World) -> None:
    senior, junior, staff = world.clone("senior-1"), world.clone("junior-1"), world.clone("staff-1")
    commit = senior.assisted()
    assert senior.push("main:refs/heads/topic").accepted
    staff.commit("Meanwhile", {"other.py": "1\n"})
    assert staff.push("main:main").accepted
    junior.sync()
    junior.git("fetch", "-q", str(senior.path), commit)
    junior.git("cherry-pick", commit, env={"GIT_COMMITTER_DATE": junior.dates()["GIT_COMMITTER_DATE"]})
    junior.assisted("On top")
    assert junior.push("main:main").refused
    senior.git("fetch", "-q", str(junior.path), "main")
    assert senior.push("FETCH_HEAD^:refs/heads/main").accepted


# ---- signature -------------------------------------------------------------------------------------


def _signed_commit(world: World, *, author: str, key: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author=author)
    clone.git(*clone.sign_commits_with(key), "commit", "-q", "--amend", "--no-edit", "-S", env=clone.dates())


def test_a_commit_signed_by_its_author_is_the_authors_whoever_pushes(world: World) -> None:
    _signed_commit(world, author="senior-1", key="senior-1")
    assert world.clone("junior-1").push("main:main").accepted


@pytest.mark.parametrize("key", ["junior-1", "senior-2", "somebody else"])
def test_a_signature_of_somebody_else_proves_nothing(world: World, key: str) -> None:
    _signed_commit(world, author="senior-1", key=key)
    assert world.clone("junior-1").push("main:main").refused


def test_a_signature_over_another_commit_proves_nothing(world: World) -> None:
    _signed_commit(world, author="senior-1", key="senior-1")
    clone = world.clone("junior-1")
    raw = clone.git("cat-file", "commit", "HEAD").encode() + b"\n"
    forged = clone.hash_object("commit", raw.replace(b"Add retry", b"Add theft"))
    assert forged != clone.id()
    assert clone.push(f"{forged}:refs/heads/main").refused


@one_format
def test_a_signature_with_a_key_revoked_since_proves_nothing(world: World) -> None:
    _signed_commit(world, author="senior-1", key="senior-1")
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "revoked": "2026-01-01"}]}})
    assert world.clone("junior-1").push("main:main").refused


def _raw(clone: Clone, commit: str = "HEAD") -> bytes:
    return execute(["git", "cat-file", "commit", commit], clone.path, clone.environment)


def _header(blob: bytes, name: str) -> bytes:
    """A signature as a header of a commit."""
    return name.encode() + b" " + armor(blob).rstrip(b"\n").replace(b"\n", b"\n ") + b"\n"


def _with_headers(clone: Clone, raw: bytes, *headers: bytes) -> ObjectId:
    """A commit with further headers at the end of its own."""
    head, message = raw.split(b"\n\n", 1)
    return clone.hash_object("commit", head + b"\n" + b"".join(headers) + b"\n" + message)


def _lands(clone: Clone, commit: ObjectId) -> bool:
    pushed = clone.push(f"{commit}:refs/heads/main")
    assert pushed.accepted or pushed.refused, pushed.text
    return pushed.accepted


def test_only_one_signature_of_the_right_kind_in_the_right_header_proves(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="senior-1")
    raw = _raw(clone)
    own = {"sha1": "gpgsig", "sha256": "gpgsig-sha256"}[clone.object_format.name]
    other = {"sha1": "gpgsig-sha256", "sha256": "gpgsig"}[clone.object_format.name]
    good = sshsig(raw, "senior-1", "git")
    for headers in (
        (_header(sshsig(raw, "senior-1", "file"), own),),
        (_header(sshsig(raw, "senior-1", "gatekeeper-signoff"), own),),
        (_header(sshsig(raw + b"\n", "senior-1", "git"), own),),
        (_header(sshsig(raw, "junior-1", "git"), own),),
        (_header(good, other),),
        (_header(good, own), _header(good, own)),
        (_header(good, own), _header(sshsig(raw, "junior-1", "git"), own)),
        (_header(sshsig(raw, "junior-1", "git"), own), _header(good, own)),
        (b"encoding latin-1\n", _header(good, own)),
        (_header(good, own), b"encoding latin-1\n"),
        (_header(good, own).replace(b"BEGIN SSH", b"BEGIN PGP"),),
    ):
        assert not _lands(clone, _with_headers(clone, raw, *headers)), headers
    assert _lands(clone, _with_headers(clone, raw, _header(good, own), _header(b"nothing at all", other)))


@one_format
@pytest.mark.parametrize("encoding", ["ISO-8859-1", "Shift_JIS", "nobodys", ""])
def test_a_signature_is_over_the_bytes_whatever_they_are_encoded_in(world: World, encoding: str) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="Senior One <senior-1@example.com>")
    raw = _raw(clone).replace(b"Senior One", b"S\xe9nior \x82\xa0").replace(b"retry", b"r\xe9try \xff")
    head, message = raw.split(b"\n\n", 1)
    if encoding:
        head += f"\nencoding {encoding}".encode()
    raw = head + b"\n\n" + message
    signed = _with_headers(clone, raw, _header(sshsig(raw, "senior-1", "git"), "gpgsig"))
    assert unsigned_payload(_raw(clone, signed)) == raw
    edited = _raw(clone, signed).replace(b"r\xe9try", b"r\xc3\xa9try")
    assert not _lands(clone, clone.hash_object("commit", edited))
    assert _lands(clone, signed)


@one_format
def test_a_commit_that_git_signs_in_another_encoding_is_its_authors(world: World) -> None:
    clone = world.clone("senior-1")
    options = ("-c", "i18n.commitEncoding=ISO-8859-1", *clone.sign_commits_with("senior-1"))
    message = "R\xe9essayer\n\nAssisted-by: claude\n".encode("latin-1")
    clone.git(*options, "commit", "-q", "--allow-empty", "-F", "-", data=message, env=clone.dates())
    assert b"encoding ISO-8859-1" in _raw(clone)
    assert clone.push("main:main", account="junior-1").accepted


@one_format
@pytest.mark.parametrize(
    "change",
    [{"keys": [{"key": public_line("senior-1"), "until": "2026-01-01"}]}, {"keys": []}, {"until": "2026-01-01"}],
    ids=["expired", "taken out", "left"],
)
def test_a_signature_by_a_key_that_is_not_in_force_proves_nothing(world: World, change: dict[str, object]) -> None:
    _signed_commit(world, author="senior-1", key="senior-1")
    world.set_roster({"senior-1": change})
    assert world.clone("junior-1").push("main:main").refused
    world.set_roster()
    assert world.clone("junior-1").push("main:main").accepted


def test_a_signature_does_not_outlive_a_change_of_its_commit(world: World) -> None:
    """Rebased or amended by somebody else, the commit keeps the author and loses the proof."""
    _signed_commit(world, author="senior-1", key="senior-1")
    clone = world.clone("junior-1")
    signed = clone.id()
    clone.commit("Add retry to checkout\n\nAssisted-by: claude", {"sneaked.py": "1\n"}, "--amend")
    assert clone.push("main:main").refused
    assert clone.push(f"{signed}:refs/heads/main").accepted


# ---- statement -------------------------------------------------------------------------------------


def test_an_author_statement_proves_authorship(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    signed = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [signed]).accepted
    assert clone.push("main:main").accepted


def test_an_author_statement_of_somebody_else_proves_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    signed = world.signoff("senior-2", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [signed]).accepted  # of a commit that the server has not seen yet
    assert clone.push("main:main").refused


def test_an_author_statement_about_somebody_elses_commit_is_not_taken(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    signed = world.signoff("senior-2", clone, [commit], Decision.AUTHOR)
    refused = world.store_push(clone, [signed])
    assert refused.refused
    assert "the commit does not name senior-2 as its author" in refused.text


def test_an_approval_is_no_author_statement(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    world.approve(commit, "senior-1")
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "sign-off by senior-1 does not count: senior-1 had a hand in the commit" in pushed.text


def test_a_junior_may_state_only_what_carries_their_address(world: World) -> None:
    clone = world.clone("junior-1")
    mine, other = clone.assisted("Mine"), clone.assisted("Not mine", author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    own = world.signoff("junior-1", clone, [mine], Decision.AUTHOR)
    assert world.store_push(clone, [own]).accepted
    foreign = world.signoff("junior-1", clone, [other], Decision.AUTHOR)
    refused = world.store_push(clone, [foreign])
    assert refused.refused
    assert "the commit does not name junior-1 as its author" in refused.text


def test_a_junior_states_nothing_about_commits_that_are_not_there(world: World) -> None:
    clone = world.clone("junior-1")
    own = world.signoff("junior-1", clone, [clone.assisted()], Decision.AUTHOR)
    refused = world.store_push(clone, [own])
    assert refused.refused
    assert "its commit is not on the server; push that first, to a branch for review" in refused.text
    assert world.store_push(clone, [own], "main:refs/heads/topic").accepted


def test_an_author_statement_is_for_the_ref_and_the_commit_that_it_names(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR, refs=("refs/heads/main",))
    assert world.store_push(clone, [mine]).accepted
    assert clone.push("main:refs/heads/release/1").refused
    clone.commit("Add retry to checkout\n\nAssisted-by: claude", {"sneaked.py": "1\n"}, "--amend")
    assert clone.push("main:main").refused
    assert clone.push(f"{commit}:refs/heads/main").accepted


def test_an_author_statement_that_was_taken_back_proves_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    assert clone.push("main:refs/heads/topic").accepted
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=mine.id)
    assert world.store_push(clone, [mine], account="senior-1").accepted
    assert world.store_push(clone, [back], account="senior-1").accepted
    assert clone.push("main:main").refused
    again = world.signoff("senior-1", clone, [commit], Decision.AUTHOR, comment="mine after all")
    assert world.store_push(clone, [again], account="senior-1").accepted
    assert clone.push("main:main").accepted


# ---- first push ------------------------------------------------------------------------------------


def test_a_senior_who_merges_what_a_junior_wrote_under_their_address_lands_nothing(world: World) -> None:
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    forged = junior.assisted(author="senior-1")
    assert junior.push("main:refs/heads/topic").accepted
    senior.fetch()
    senior.commit("Meanwhile")
    senior.merge("origin/topic")
    pushed = senior.push("main:main")
    assert pushed.refused
    assert forged[:7] in pushed.text
    senior.git("reset", "-q", "--hard", "HEAD^")
    senior.git("cherry-pick", "-x", forged, env=senior.dates())
    assert senior.push("main:main").refused, "the author line is one that somebody else pushed first"
    senior.git("commit", "-q", "--amend", "--no-edit", "--reset-author", env=senior.dates())
    assert senior.push("main:main").accepted, "the senior says: it is mine"


@one_format
def test_a_mailmap_turns_nobody_into_somebody_else(world: World) -> None:
    line = "Senior One <senior-1@example.com> <junior-1@example.com>\n"
    clone = world.clone("junior-1")
    clone.commit("Map", {".mailmap": line})
    assert clone.push("main:main").accepted
    world.config("mailmap.blob", "HEAD:.mailmap")
    clone.assisted()
    assert clone.git("log", "-1", "--format=%aE") == "senior-1@example.com"
    assert clone.push("main:main").refused


@one_format
@pytest.mark.parametrize(
    ("platform", "environment", "own"),
    [
        ("gitlab", {"GL_ID": "user-5", "GL_USERNAME": "senior-1-login", "GL_PROTOCOL": "ssh"}, True),
        ("gitlab", {"GL_ID": "user-5", "GL_USERNAME": "senior-1-login", "GL_PROTOCOL": "web"}, False),
        ("gitlab", {"GL_ID": "key-5", "GL_USERNAME": "senior-1-login", "GL_PROTOCOL": "ssh"}, False),
        ("github", {"GITHUB_USER_LOGIN": "senior-1-login"}, True),
        ("github", {"GITHUB_USER_LOGIN": "senior-1-login", "GITHUB_VIA": "pull request merge button"}, False),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login"}, True),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_DEPLOY_KEY_ID": "3"}, False),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_PR_ID": "12"}, False),
        ("gitea", {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_INTERNAL_PUSH": "true"}, False),
        ("bitbucket", {"BB_USER_NAME": "senior-1-login"}, True),
        ("bitbucket", {"BB_USER_NAME": "senior-1-login", "BB_HOOK_TRIGGER_ID": "pull-request-merge"}, False),
        ("pagure", {"GL_USER": "senior-1-login"}, True),
        ("pagure", {"GL_USER": "senior-1-login", "pull_request_uid": "1"}, False),
        ("http", {"REMOTE_USER": "senior-1-login"}, True),
        ("http", {"USER": "senior-1-login", "LOGNAME": "senior-1-login"}, False),
    ],
)
def test_web_pages_mirrors_and_deploy_keys_are_nobodys_own_push(
    world: World, platform: str, environment: dict[str, str], own: bool
) -> None:
    world.config("gatekeeper.server", platform)
    clone = world.clone("senior-1")
    commit = clone.assisted()
    pushed = clone.push("main:main", account="", env=environment)
    assert pushed.accepted == own
    if not own:
        world.config("gatekeeper.server", "ssh")
        assert clone.push("main:main").refused, "who pushed first stays first"
        world.approve(commit, "senior-2", holder="senior-1")
        assert clone.push("main:main").accepted


@one_format
def test_a_merge_button_lands_what_is_in_order(world: World) -> None:
    """The server's merge adds nothing, and what it merges is proved or approved by what happened before."""
    senior, junior = world.clone("senior-1"), world.clone("junior-1")
    assert junior.push("main:refs/heads/start").accepted
    senior.assisted()
    assert senior.push("main:refs/heads/topic").accepted
    senior.git("checkout", "-q", "-b", "target", "HEAD^")
    senior.merge("main")
    world.config("gatekeeper.server", "gitlab")
    web = {"GL_ID": "user-1", "GL_USERNAME": "junior-1-login", "GL_PROTOCOL": "web"}
    assert senior.push("target:main", account="", env=web).accepted


@one_format
def test_commits_that_came_in_a_gap_have_no_first_pusher(world: World) -> None:
    """An unprotected push past a bound is let through unobserved; whoever pushes them next is not their author."""
    world.set_policy(limits={"commits": 3})
    junior, senior = world.clone("junior-1"), world.clone("senior-1")
    forged = junior.assisted(author="senior-1")
    for number in range(4):
        junior.commit(f"More {number}")
    assert junior.push("main:refs/heads/topic").accepted
    assert world.entries("push")[-1].data["updates"][0]["gap"]
    senior.fetch()
    assert senior.push(f"{forged}:refs/heads/main").refused
    senior.assisted()
    assert senior.push("main:main").accepted


# ---- which proofs a policy admits ------------------------------------------------------------------


@one_format
@pytest.mark.parametrize(
    ("proofs", "accepted"),
    [(["first_push"], True), (["signature", "statement"], False), (["signature", "first_push"], True)],
)
def test_a_policy_can_leave_the_first_push_out(world: World, proofs: list[str], accepted: bool) -> None:
    world.set_policy(author_proof=proofs)
    clone = world.clone("senior-1")
    clone.assisted()
    assert clone.push("main:main").accepted == accepted


@one_format
@pytest.mark.parametrize(("proofs", "accepted"), [(["signature"], True), (["first_push"], False)])
def test_a_policy_can_leave_signatures_out(world: World, proofs: list[str], accepted: bool) -> None:
    world.set_policy(author_proof=proofs)
    _signed_commit(world, author="senior-1", key="senior-1")
    assert world.clone("junior-1").push("main:main").accepted == accepted


# ---- machines --------------------------------------------------------------------------------------

AGENT = "Claude <noreply@anthropic.com>"


@one_format
@pytest.mark.parametrize(("pusher", "accepted"), [("senior-1", True), ("junior-1", False), ("build-bot", False)])
def test_whoever_brings_an_agents_commit_answers_for_it(world: World, pusher: str, accepted: bool) -> None:
    clone = world.clone("junior-1")
    clone.commit("Fix", author=AGENT)
    assert clone.push("main:main", account=pusher).accepted == accepted


def test_a_senior_named_as_co_author_does_not_answer_without_proof(world: World) -> None:
    clone = world.clone("junior-1")
    clone.commit(f"Fix\n\nCo-authored-by: {PEOPLE['senior-1'].identity}", author=AGENT)
    assert clone.push("main:main").refused


def test_a_bots_account_is_nobodys_own_push(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted(author="build-bot")
    assert clone.push("main:main", account="build-bot").refused


@one_format
@pytest.mark.parametrize(
    ("co_authors", "pusher", "accepted"),
    [
        (("senior-1",), "senior-1", True),
        (("senior-1",), "junior-1", False),
        (("junior-1",), "junior-1", False),
        (("junior-1",), "senior-1", False),
        (("junior-1", "senior-1"), "senior-1", True),
        ((), "senior-1", True),
    ],
)
def test_the_human_co_author_of_an_agent_answers_and_not_who_pushes(
    world: World, co_authors: tuple[str, ...], pusher: str, accepted: bool
) -> None:
    lines = "".join(f"Co-authored-by: {PEOPLE[person].identity}\n" for person in co_authors)
    clone = world.clone("junior-1")
    clone.commit(f"Fix\n\n{lines}", author=AGENT)
    assert clone.push("main:main", account=pusher).accepted == accepted


@one_format
@pytest.mark.parametrize(("owner", "accepted"), [("junior-1", False), ("senior-1", True)])
def test_an_agent_under_a_persons_address_leaves_the_person_the_author(
    world: World, owner: str, accepted: bool
) -> None:
    clone = world.clone("senior-1")
    clone.commit("Fix", author=f"Cursor Agent <{PEOPLE[owner].email}>")
    assert clone.push("main:main").accepted == accepted


def test_a_co_author_answers_for_an_agents_commit_by_a_signature_or_a_statement(world: World) -> None:
    clone = world.clone("junior-1")
    message = f"Fix\n\nCo-authored-by: {PEOPLE['senior-1'].identity}\n"
    for key, accepted in (("junior-1", False), ("senior-2", False), ("senior-1", True)):
        clone.commit(message, {"signed.py": key}, author=AGENT)
        clone.git(*clone.sign_commits_with(key), "commit", "-q", "--amend", "--no-edit", "-S", env=clone.dates())
        assert clone.push("main:main").accepted == accepted
        if not accepted:
            clone.git("reset", "-q", "--hard", "HEAD^")
    commit = clone.commit(message, author=AGENT)
    assert clone.push("main:main").refused
    assert clone.push("main:refs/heads/topic").accepted
    mine = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [mine], account="senior-1").accepted
    assert clone.push("main:main").accepted
