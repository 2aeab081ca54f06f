"""A proposal is shown and then signed, and the server reads it as it was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.people import ListedRoster
from gatekeeper.core.signoff import Decision, parse_envelope, parse_statement
from gatekeeper.desk import Clone
from gatekeeper.git import GitError
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import DAY, SigningRefusedError, Terms, propose, sign, signer_of
from tests.support import signoffs
from tests.support.commands import Desk, for_review
from tests.support.people import fingerprint, private_file
from tests.support.values import LADDER, key, person
from tests.support.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gatekeeper.bench import Bench


@pytest.fixture(params=["sha1", "sha256"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    world = World.make(tmp_path / "world", request.param).copy(tmp_path / "copy")
    world.begin()
    return Desk(world, "senior-1")


@pytest.fixture
def clone(desk: Desk) -> Iterator[Clone]:
    for_review(desk.world, commits=3)
    desk.ready()
    with Clone(str(desk.path)) as opened:
        yield opened


@pytest.fixture
def bench(clone: Clone) -> Bench:
    return clone.bench(clone.published())


def made(clone: Clone, bench: Bench, desk: Desk, *, terms: Terms | None = None) -> bytes:
    revision = clone.resolve("origin/main..origin/review/one")
    sam = bench.roster.person("senior-1")
    assert sam is not None
    return sign(
        propose(bench, revision.head, revision.base),
        terms or Terms(repository="example/shop", comment="fine"),
        sam,
        key=str(desk.key),
        fingerprint=public_key_of(str(desk.key)).fingerprint,
        now=clone.now,
    )


def test_what_is_signed_is_what_an_honest_signer_says_of_each_commit(clone: Clone, bench: Bench, desk: Desk) -> None:
    statement = parse_statement(parse_envelope(made(clone, bench, desk)).payload)
    revision = clone.resolve("origin/main..origin/review/one")
    assert revision.base is not None
    ids = bench.engine.ids([revision.head], [revision.base])
    assert statement.commits == tuple(signoffs.signed_commit(desk.clone, commit) for commit in ids)
    assert statement.range == signoffs.signed_range(desk.clone, revision.base, revision.head)
    assert (statement.signer, statement.repository, statement.comment) == ("senior-1", "example/shop", "fine")
    assert statement.decision is Decision.APPROVE
    assert (statement.issued_at, statement.expires_at) == (clone.now, clone.now + 90 * DAY)
    assert statement.presence == "none"


def test_single_commits_out_of_a_range_are_no_range(clone: Clone, bench: Bench) -> None:
    revision = clone.resolve("origin/main..origin/review/one")
    assert revision.base is not None
    first, _, third = bench.engine.ids([revision.head], [revision.base])
    chosen = propose(bench, revision.head, revision.base, [first, third])
    assert [item.commit.id for item in chosen.items] == [first, third]
    assert chosen.range is None
    one = propose(bench, revision.head, None)
    assert [item.commit.id for item in one.items] == [third]
    assert one.range is None


def test_an_empty_range_is_an_error(clone: Clone, bench: Bench) -> None:
    tip = clone.resolve("origin/main").head
    with pytest.raises(GitError, match="no commit in this range"):
        propose(bench, tip, tip)


def test_a_key_file_that_is_another_key_than_its_public_half_signs_nothing(
    clone: Clone, bench: Bench, desk: Desk
) -> None:
    """`x.pub` beside `x` can be anybody's; what counts is which key made the signature."""
    sam = bench.roster.person("senior-1")
    assert sam is not None
    desk.key.write_bytes(private_file("junior-1"))
    with pytest.raises(SigningRefusedError, match="its keyid is not the fingerprint of the key that signed"):
        sign(
            propose(bench, clone.resolve("origin/review/one").head, None),
            Terms(repository="example/shop"),
            sam,
            key=str(desk.key),
            fingerprint=fingerprint("senior-1"),
            now=clone.now,
        )


def test_only_a_person_of_the_roster_signs() -> None:
    sam, bot = person("sam"), person("robot", None, bot=True)
    roster = ListedRoster(LADDER, (sam, bot))
    assert signer_of(roster, key("sam").public.fingerprint) == sam
    with pytest.raises(SigningRefusedError, match="nobody's in the server's roster"):
        signer_of(roster, key("stranger").public.fingerprint)
    with pytest.raises(SigningRefusedError, match="bots never sign"):
        signer_of(roster, key("robot").public.fingerprint)
