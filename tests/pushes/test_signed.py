"""Assisted commits with a senior's sign-off are accepted, however the sign-off comes to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import NAMESPACE, dump_envelope, parse_envelope, parse_statement, store_path
from gatekeeper.schemes import ssh_keygen
from tests.support.environment import require
from tests.support.normal import normal
from tests.support.people import private_file
from tests.support.signoffs import Signoff, signed_range
from tests.support.world import one_format

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.support.world import World


def test_a_sign_off_that_came_before_lets_the_branch_in(world: World, snapshot: SnapshotAssertion) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit)
    pushed = clone.push("main:main")
    assert pushed.accepted
    assert normal(pushed.text) == snapshot
    assert world.refs()["refs/heads/main"] == commit


def test_a_sign_off_that_comes_with_the_branch_lets_it_in(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.signoff("senior-1", clone, [commit])
    pushed = world.store_push(clone, [signed], "main:main")
    assert pushed.accepted
    assert world.refs()["refs/heads/main"] == commit
    assert SIGNOFFS in world.refs()


def test_a_refused_branch_takes_the_sign_off_beside_it_along(world: World) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted("One")])
    clone.assisted("Two")
    assert world.store_push(clone, [signed], "main:main").refused
    assert SIGNOFFS not in world.refs()


@one_format
@pytest.mark.parametrize("carrier", ["intern-1", "junior-1", "senior-2", "build-bot", ""])
def test_who_carries_a_sign_off_to_the_server_does_not_matter(world: World, carrier: str) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted()])
    assert world.store_push(clone, [signed], account=carrier).accepted
    assert clone.push("main:main").accepted


def test_one_sign_off_covers_a_whole_range(world: World) -> None:
    clone = world.clone("junior-1")
    base = clone.id()
    commits = [clone.assisted("One"), clone.commit("Two"), clone.assisted("Three")]
    span = signed_range(clone, base, commits[-1])
    signed = world.signoff("senior-1", clone, commits, range=span, refs=("refs/heads/main",))
    pushed = world.store_push(clone, [signed], "main:main")
    assert pushed.accepted
    assert "2 AI-assisted commits in order" in pushed.first_line


@one_format
@pytest.mark.parametrize("signer", ["senior-1", "senior-2", "staff-1"])
def test_everybody_from_senior_up_may_sign(world: World, signer: str) -> None:
    clone = world.clone("mid-1")
    world.approve(clone.assisted(), signer, holder="mid-1")
    assert clone.push("main:main").accepted


def test_a_second_sign_off_joins_the_store(world: World) -> None:
    one, other = world.clone("junior-1"), world.clone("junior-2")
    world.approve(one.assisted("One"))
    second = other.assisted("Two")
    world.approve(second, "senior-2", holder="junior-2")
    assert one.push("main:main").accepted
    listed = world.git("ls-tree", "-r", "--name-only", SIGNOFFS).splitlines()
    assert len(listed) == 2
    assert other.push("main:refs/heads/release/1").accepted


def test_the_same_sign_off_pushed_by_two_people_is_one(world: World) -> None:
    clone, senior = world.clone("junior-1"), world.clone("senior-1")
    commit = clone.assisted()
    signed = world.approve(commit)
    clone.push(f"{commit}:refs/heads/review/one")
    world.file(senior, [signed])
    again = senior.push(f"{SIGNOFFS}:{SIGNOFFS}")
    assert again.accepted
    assert len(world.git("ls-tree", "-r", SIGNOFFS).splitlines()) == 1
    assert clone.push("main:main").accepted


def test_an_amended_commit_needs_a_sign_off_of_its_own(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    clone.commit("Add retry to checkout\n\nAssisted-by: claude", {"sneaked.py": "import os\n"}, "--amend")
    assert clone.push("main:main").refused


def test_what_ssh_keygen_signs_is_good(world: World) -> None:
    require("ssh-keygen")
    clone = world.clone("junior-1")
    made = world.signoff("senior-1", clone, [clone.assisted()])
    key = world.root / "id_senior"
    key.write_bytes(private_file("senior-1"))
    key.chmod(0o600)
    envelope = parse_envelope(made.data)
    signature = ssh_keygen.sign(envelope.signed_bytes, key=str(key), namespace=NAMESPACE)
    signed = Signoff(made.statement, made.id, dump_envelope(envelope.replace(signature=signature)))
    assert world.store_push(clone, [signed], "main:main").accepted


def test_the_store_keeps_the_envelope_as_it_was_signed(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.approve(commit)
    kept = world.git("cat-file", "blob", f"{SIGNOFFS}:{store_path(commit, signed.id)}").encode()
    assert kept == signed.data.strip()
    assert parse_statement(parse_envelope(signed.data).payload) == signed.statement


def test_a_sign_off_for_one_ref_is_good_there(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted(), refs=("refs/heads/main", "refs/heads/release/1"))
    assert clone.push("main:main").accepted
    assert clone.push("main:refs/heads/release/1").accepted
