"""A commit's own signature proves its author only if it is good, in force, alone, and over these bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.commits import unsigned_payload
from gatekeeper.core.ids import ObjectId
from gatekeeper.schemes.ssh import armor
from tests.support.clones import execute
from tests.support.people import public_line, sshsig
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


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


@one_format
@pytest.mark.parametrize(("proofs", "accepted"), [(["signature"], True), (["first_push"], False)])
def test_a_policy_can_leave_signatures_out(world: World, proofs: list[str], accepted: bool) -> None:
    world.set_policy(author_proof=proofs)
    _signed_commit(world, author="senior-1", key="senior-1")
    assert world.clone("junior-1").push("main:main").accepted == accepted
