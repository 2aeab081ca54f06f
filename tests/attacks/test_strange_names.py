"""Names that are not UTF-8: refused where a ref is protected, harmless where it is not, also later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

STRANGE = b"\xff".decode("utf-8", "surrogateescape")


@one_format
def test_a_protected_name_that_is_not_utf_8_is_refused_and_said_so(world: World) -> None:
    pushed = world.clone("junior-1").push(f"main:refs/heads/release/{STRANGE}")
    assert pushed.refused
    assert "is not UTF-8, which a protected ref must be" in pushed.text


@one_format
def test_one_that_a_later_policy_protects_stops_nobody(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push(f"main:refs/heads/x{STRANGE}").accepted
    world.set_policy(protect=["HEAD", "refs/heads/**"])
    clone.commit("Work goes on")
    assert clone.push("main:main").accepted
    assert clone.push(f"main:refs/heads/x{STRANGE}").refused
