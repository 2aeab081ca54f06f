"""Taking back what is not one's own, saying it again in other bytes, and letting an agent decide."""

from __future__ import annotations

from hashlib import sha512
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import NAMESPACE, Decision, dump_envelope, parse_envelope
from gatekeeper.core.wire import string
from gatekeeper.git.store import write_store
from tests.support.commands import Desk, for_review
from tests.support.people import private_key, public_blob
from tests.support.signoffs import Signoff
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World

AGENTS = ["CLAUDECODE", "AI_AGENT"]


def vetoed(world: World, signer: str = "senior-1") -> tuple[ObjectId, Signoff]:
    """A junior's commit that staff has approved and somebody vetoed."""
    (commit,) = for_review(world)
    world.approve(commit, "staff-1")
    no = world.signoff(signer, world.clone(), [commit], Decision.REJECT, comment="loses orders")
    assert world.store_push(world.clone(), [no], account=signer).accepted
    return commit, no


def rewrapped(signed: Signoff, key: str) -> Signoff:
    """The same statement, signed again by the same key with the other hash: other bytes, as good a signature."""
    envelope = parse_envelope(signed.data)
    head = string(NAMESPACE.encode()) + string(b"") + string(b"sha512")
    raw = private_key(key).sign(b"SSHSIG" + head + string(sha512(envelope.signed_bytes).digest()))
    blob = b"SSHSIG" + (1).to_bytes(4, "big") + string(public_blob(key)) + head
    again = envelope.replace(signature=blob + string(string(b"ssh-ed25519") + string(raw)))
    data = dump_envelope(again)
    assert (again.statement_id, data != signed.data) == (signed.id, True)
    return signed._replace(data=data)


# ---- taking back what is somebody else's -----------------------------------------------------------


def test_a_junior_cannot_lift_a_seniors_veto(world: World) -> None:
    commit, no = vetoed(world)
    desk = Desk(world, "junior-1").ready()
    assert desk.run("revoke", "--yes", no.id, "-m", "it is fine").status == 2
    back = world.signoff("junior-1", desk.clone, [commit], Decision.REVOKE, revokes=no.id)
    pushed = world.store_push(desk.clone, [back], "HEAD:main")
    assert pushed.refused
    assert "junior-1 may not approve this" in pushed.text
    assert desk.clone.push(f"{commit}:refs/heads/main").refused
    Desk(world, "senior-1").ready().ok("revoke", "--yes", no.id, "-m", "it is fine")
    assert desk.clone.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_revocation_in_somebody_elses_name_is_not_theirs(world: World) -> None:
    commit, no = vetoed(world)
    clone = world.clone()
    forged = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=no.id, key="junior-1")
    pushed = world.store_push(clone, [forged])
    assert pushed.refused
    assert "its signer is not the owner of its key" in pushed.text
    assert clone.push(f"{commit}:refs/heads/main").refused


@one_format
def test_another_senior_cannot_lift_a_veto_even_past_the_desk(world: World) -> None:
    commit, no = vetoed(world)
    desk = Desk(world, "senior-2").ready()
    assert desk.run("revoke", "--yes", no.id, "-m", "it is fine").status == 2
    back = world.signoff("senior-2", world.clone(), [commit], Decision.REVOKE, revokes=no.id)
    assert world.store_push(world.clone(), [back], account="senior-2").accepted
    assert world.clone().push(f"{commit}:refs/heads/main").refused
    Desk(world, "staff-1").ready().ok("revoke", "--yes", no.id, "-m", "as an administrator")
    assert world.clone().push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_revocation_of_a_revocation_brings_nothing_back(world: World) -> None:
    """An approval that was taken back stays so; it has to be given again."""
    (commit,) = for_review(world)
    yes = world.approve(commit)
    desk = Desk(world, "senior-1").ready()
    desk.ok("revoke", "--yes", yes.id, "-m", "wrong branch")
    clone = world.clone()
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    again = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=back.id)
    assert world.store_push(clone, [back, again], account="senior-1").accepted
    assert clone.push(f"{commit}:refs/heads/main").refused
    desk.clone.fetch()
    desk.ok("sign", "--yes", "-m", "right after all", commit)
    assert clone.push(f"{commit}:refs/heads/main").accepted


# ---- who may not veto ------------------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("signer", ["junior-2", "mid-1"])
def test_who_may_not_approve_cannot_veto_past_the_desk(world: World, signer: str) -> None:
    (commit,) = for_review(world)
    world.approve(commit)
    clone = world.clone()
    no = world.signoff(signer, clone, [commit], Decision.REJECT, comment="no")
    pushed = world.store_push(clone, [no], account=signer)
    assert pushed.refused
    assert f"{signer} may not approve this" in pushed.text
    assert clone.push(f"{commit}:refs/heads/main").accepted


# ---- the same statement in other bytes -------------------------------------------------------------


def test_a_revoked_approval_signed_again_in_other_bytes_stays_revoked(world: World) -> None:
    (commit,) = for_review(world)
    yes = world.approve(commit)
    Desk(world, "senior-1").ready().ok("revoke", "--yes", yes.id, "-m", "wrong branch")
    clone = world.clone()
    replaced = world.store_push(clone, [rewrapped(yes, "senior-1")], account="senior-1")
    assert replaced.refused
    assert "the store only grows" in replaced.text
    loose = yes._replace(data=yes.data.replace(b'{"payload"', b'{ "payload"'))
    assert world.store_push(clone, [loose], account="senior-1").refused
    assert clone.push(f"{commit}:refs/heads/main").refused
    later = world.signoff("senior-1", clone, [commit], comment="right after all")
    assert later.id != yes.id
    assert world.store_push(clone, [later], account="senior-1").accepted
    assert clone.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_revoked_veto_signed_again_in_other_bytes_does_not_bind_again(world: World) -> None:
    commit, no = vetoed(world)
    back = world.signoff("senior-1", world.clone(), [commit], Decision.REVOKE, revokes=no.id)
    other = rewrapped(no, "senior-1")
    pushed = world.store_push(world.clone(), [back], f"{commit}:refs/heads/main", account="senior-1")
    assert pushed.accepted
    assert world.store_push(world.clone(), [other], account="senior-1").refused
    assert world.clone().push(f"{commit}:refs/heads/release/1").accepted


@one_format
def test_the_desk_takes_both_forms_of_a_statement_back_at_once(world: World) -> None:
    (commit,) = for_review(world)
    yes = world.approve(commit)
    desk = Desk(world, "senior-1").ready()
    files = dict(rewrapped(yes, "senior-1").files)
    write_store(desk.clone.runner(), onto=None, merging=None, files=files, now=1_790_000_000, message="apart")
    desk.ok("revoke", "--yes", yes.id[:7], "-m", "wrong branch")
    assert world.clone().push(f"{commit}:refs/heads/main").refused


# ---- an agent decides nothing ----------------------------------------------------------------------


@one_format
@pytest.mark.parametrize("variable", AGENTS)
@pytest.mark.parametrize(
    ("arguments", "doing"),
    [
        (["reject", "-m", "no"], "rejecting"),
        (["revoke", "-m", "no"], "taking back"),
        (["sign", "--mine"], "saying who wrote what"),
        (["sign", "--emergency", "checkout is down"], "declaring an emergency"),
    ],
    ids=["reject", "revoke", "mine", "emergency"],
)
def test_an_agent_cannot_decide(world: World, arguments: list[str], doing: str, variable: str) -> None:
    world.set_policy(emergency={"allowed": {"at_least": "senior"}})
    world.settle()
    desk = Desk(world, "senior-1")
    own = desk.clone.assisted("Of my own")
    about = world.approve(own, "staff-1", holder="senior-1").id if arguments[0] == "revoke" else own
    before = world.refs(), desk.ready().clone.git("for-each-ref")
    said = desk.run(*arguments, "--yes", about, **{variable: "1"})
    assert said.status == 2
    assert f"; {doing} is a person's decision" in said.err
    assert (world.refs(), desk.clone.git("for-each-ref")) == before
    if variable == AGENTS[0]:
        desk.ok(*arguments, "--yes", "--local", about)
        assert desk.clone.git("for-each-ref", SIGNOFFS)


# ---- a statement for what it is not ----------------------------------------------------------------


def test_an_author_statement_is_no_approval(world: World) -> None:
    (commit,) = for_review(world)
    desk = Desk(world, "senior-1").ready()
    said = desk.run("sign", "--mine", "--yes", commit)
    assert said.status == 2
    assert "not your work" in said.err
    clone = world.clone()
    claimed = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [claimed], account="senior-1").refused
    assert clone.push(f"{commit}:refs/heads/main").refused
    desk.ok("sign", "--yes", commit)
    assert clone.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_an_author_statement_that_came_before_the_commit_is_no_approval_either(world: World) -> None:
    clone = world.clone()
    commit = clone.assisted()
    claimed = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [claimed], account="senior-1").accepted
    assert clone.push(f"{commit}:refs/heads/main").refused
    world.approve(commit)
    assert clone.push(f"{commit}:refs/heads/main").accepted


@one_format
def test_a_co_author_line_beside_a_human_author_makes_nobody_the_author(world: World) -> None:
    clone = world.clone()
    commit = clone.assisted("Fix\n\nCo-authored-by: Senior One <senior-1@example.com>")
    assert clone.push("HEAD:refs/heads/topic").accepted
    desk = Desk(world, "senior-1").ready()
    assert desk.run("sign", "--mine", "--yes", commit).status == 2
    claimed = world.signoff("senior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [claimed], account="senior-1").refused
    agents = clone.commit(
        "Fix\n\nCo-authored-by: Senior One <senior-1@example.com>", author="Claude <noreply@anthropic.com>"
    )
    assert clone.push(f"{agents}:refs/heads/topic").accepted
    desk.ready().ok("sign", "--mine", "--yes", agents)
