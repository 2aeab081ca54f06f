"""Statements of people who may not approve are about their own work only, and unsettle nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.ids import StatementId
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import Decision, parse_envelope
from tests.support.signoffs import signed_commit

if TYPE_CHECKING:
    from tests.support.world import World


def test_who_may_not_approve_cannot_revoke(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    claimed = (signed_commit(clone, commit).replace(author="intern-1@example.com"),)
    junk = world.signoff("intern-1", clone, [commit], Decision.REVOKE, revokes=StatementId("ab" * 32), commits=claimed)
    pushed = world.store_push(clone, [junk], account="intern-1")
    assert pushed.refused
    assert "intern-1 may not approve this" in pushed.text


def test_a_claimed_address_is_not_the_commits(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    claimed = (signed_commit(clone, commit).replace(author="intern-1@example.com"),)
    lie = world.signoff("intern-1", clone, [commit], Decision.AUTHOR, commits=claimed)
    assert world.store_push(clone, [lie], "main:refs/heads/topic", account="intern-1").refused
    honest = world.signoff("junior-1", clone, [commit], Decision.AUTHOR)
    assert world.store_push(clone, [honest], "main:refs/heads/topic").accepted


def test_a_revocation_of_something_else_unsettles_no_landed_commit(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.approve(commit)
    assert clone.push("main:main").accepted
    other = world.signoff("senior-2", clone, [commit], Decision.REVOKE, revokes=StatementId("ab" * 32))
    assert world.store_push(clone, [other], account="senior-2").accepted
    assert clone.push("main:refs/heads/release/1").accepted
    own = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=parse_envelope(signed.data).statement_id)
    assert world.store_push(clone, [own], account="senior-1").accepted
    assert clone.push("main:refs/heads/release/2").refused


def test_an_author_statement_for_another_ref_proves_nothing_here(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted(author="senior-1")
    elsewhere = world.signoff("senior-1", clone, [commit], Decision.AUTHOR, refs=("refs/heads/elsewhere",))
    assert world.store_push(clone, [elsewhere], account="senior-1").accepted
    assert clone.push("main:main").refused
    here = world.signoff("senior-1", clone, [commit], Decision.AUTHOR, refs=("refs/heads/main",))
    assert world.store_push(clone, [here], account="senior-1").accepted
    assert clone.push("main:main").accepted


def test_a_tag_cannot_become_the_store(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    clone.fetch(f"+{SIGNOFFS}:{SIGNOFFS}")
    clone.git("tag", "-a", "-m", "x", "store", SIGNOFFS)
    pushed = clone.push(f"refs/tags/store:{SIGNOFFS}")
    assert pushed.refused
    assert "it must be a commit" in pushed.text
