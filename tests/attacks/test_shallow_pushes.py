"""A push from a shallow clone is ordinary where the server has what is missing, and refused where it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.clones import Clone

if TYPE_CHECKING:
    from tests.support.world import World


@pytest.fixture
def shallow(world: World) -> Clone:
    """A clone of the last commit only, of a server with some history."""
    senior = world.clone("senior-1")
    for number in range(3):
        senior.commit(f"{number}")
    assert senior.push("main:main").accepted
    clone = Clone(world.root / "clones" / "shallow", "junior-1", world.bare, world.object_format.name)
    clone.git("fetch", "-q", "--depth=1", f"file://{world.bare}", "main")
    clone.git("checkout", "-q", "-B", "main", "FETCH_HEAD")
    assert (clone.path / ".git/shallow").exists()
    return clone


def test_a_push_onto_what_the_server_has_is_judged_as_ever(world: World, shallow: Clone) -> None:
    commit = shallow.assisted()
    assert shallow.push("main:main").refused
    signed = world.signoff("senior-1", shallow, [commit])
    assert world.store_push(shallow, [signed], "main:main").accepted
    assert world.refs()["refs/heads/main"] == commit
    assert not (world.bare / "shallow").exists()


@pytest.mark.parametrize("allowed", ["false", "true"])
def test_a_push_that_would_make_the_server_shallow_is_refused(world: World, shallow: Clone, allowed: str) -> None:
    """`receive.shallowUpdate` is the owner's; even so a history that ends where the pusher likes is not judged."""
    world.git("config", "receive.shallowUpdate", allowed)
    orphan = shallow.git("commit-tree", "-m", "Root", "HEAD^{tree}", env=shallow.dates())
    middle = shallow.git("commit-tree", "-p", orphan, "-m", "Hidden\n\nAssisted-by: claude", "HEAD^{tree}")
    top = shallow.git("commit-tree", "-p", middle, "-m", "Plain", "HEAD^{tree}", env=shallow.dates())
    (shallow.path / ".git/shallow").write_text(f"{middle}\n")
    shallow.git("update-ref", "refs/heads/cut", top)
    for name in (orphan,):
        (shallow.path / ".git/objects" / name[:2] / name[2:]).unlink()
    before = world.refs()
    pushed = shallow.push("refs/heads/cut:refs/heads/release/1", "refs/heads/cut:refs/heads/topic")
    assert pushed.status != 0
    assert "shallow" in pushed.stderr.lower()
    assert world.refs() == before
    assert not (world.bare / "shallow").exists()
    assert world.git("fsck", "--strict") == ""


def test_a_server_that_became_shallow_outside_the_gate_takes_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    clone.commit("Plain")
    (world.bare / "shallow").write_text(world.refs()["refs/heads/main"] + "\n")
    pushed = clone.push("main:main")
    assert pushed.undecided
    assert "is shallow" in pushed.first_line
    (world.bare / "shallow").unlink()
    assert clone.push("main:main").accepted
