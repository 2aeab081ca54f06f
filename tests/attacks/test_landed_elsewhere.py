"""What landed needs no second judgement on a ref with the same rules, as long as what it landed under still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatekeeper.core.signoff import Decision
from tests.support.carried import LINES, MARK, carried_from, changed, moved_on, rebased, start
from tests.support.clock import at, let_time_pass
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone, Pushed
    from tests.support.signoffs import Signoff
    from tests.support.world import World


def landed(world: World, **fields: Any) -> tuple[Clone, Signoff, ObjectId, ObjectId]:
    """An approved commit that landed on main in another form: its approval, itself, and what landed."""
    clone = start(world, {"a.py": LINES, "b.py": LINES})
    reviewed = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
    assert clone.push("+HEAD:refs/heads/review/topic").accepted
    signed = world.approve(reviewed, **fields)
    moved_on(world, {"b.py": changed(LINES, 9, "other")})
    new = rebased(clone)
    assert clone.push("HEAD:main").accepted
    assert carried_from(world) == [[reviewed]]
    return clone, signed, reviewed, new


def picked(clone: Clone, commit: ObjectId) -> Pushed:
    """Push a copy of a commit, on another parent, to a release branch."""
    clone.git("checkout", "-q", "--detach", f"{commit}^^")
    clone.git("cherry-pick", commit, env=clone.dates())
    return clone.push("HEAD:refs/heads/release/9")


def test_under_a_carried_sign_off_that_expired_since(world: World) -> None:
    clone, _, _, new = landed(world, expires_at=at(3600))
    let_time_pass(world, 7200)
    for number in (1, 2):  # the second finds that it landed on the first, where nothing was judged
        assert clone.push(f"{new}:refs/heads/release/{number}").accepted
    pushed = picked(clone, new)
    assert pushed.refused
    assert "it expired" in pushed.text


@one_format
def test_where_cherry_picks_carry_nothing(world: World) -> None:
    """The very commit that landed is no cherry-pick."""
    world.set_policy(carry_over={"rebase": "remade", "cherry_pick": "off"})
    clone, _, _, new = landed(world)
    assert clone.push(f"{new}:refs/heads/release/1").accepted
    assert picked(clone, new).refused


@one_format
def test_a_carried_sign_off_for_one_ref_admits_to_no_other(world: World) -> None:
    clone, _, _, new = landed(world, refs=("refs/heads/main",))
    assert clone.push(f"{new}:refs/heads/release/1").refused
    assert clone.push(f"{new}:refs/heads/main").accepted


@one_format
def test_a_carried_sign_off_that_was_revoked_admits_nowhere_else(world: World) -> None:
    clone, signed, reviewed, new = landed(world)
    revoked = world.signoff("senior-1", clone, [reviewed], Decision.REVOKE, revokes=signed.id)
    assert world.store_push(clone, [revoked], account="senior-1").accepted
    assert clone.push(f"{new}:refs/heads/release/1").refused


@one_format
def test_a_veto_of_what_was_reviewed_holds_for_what_landed(world: World) -> None:
    clone, _, reviewed, new = landed(world)
    vetoed = world.signoff("senior-2", clone, [reviewed], Decision.REJECT, comment="Not on releases")
    assert world.store_push(clone, [vetoed], account="senior-2").accepted
    pushed = clone.push(f"{new}:refs/heads/release/1")
    assert pushed.refused
    assert "vetoed by senior-2" in pushed.text
