"""A server whose policy knows emergencies, and pushes and statements that declare one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.clock import at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone, Pushed
    from tests.support.signoffs import Signoff
    from tests.support.world import World

MAIN = "refs/heads/main"
REASON = "checkout is down"
DECLARE = ("-o", f"gatekeeper.emergency={REASON}")
ALLOWED = {"allowed": {"at_least": "staff"}, "settle_within": "48h"}
"""Of the people of the tests, staff-1."""
SETTLE_SECONDS = 48 * 3600
HOUR = 3600


def allow(world: World, **changes: Any) -> None:
    """Put a policy in force that lets staff declare emergencies."""
    world.set_policy(**{"emergency": ALLOWED, **changes})


@pytest.fixture
def clone(world: World) -> Clone:
    """A junior's clone, on a server whose policy lets staff declare emergencies."""
    allow(world)
    return world.clone("junior-1")


def declare(clone: Clone, *refspecs: str, account: str = "staff-1", option: str = DECLARE[1], **more: Any) -> Pushed:
    """Push and declare an emergency."""
    return clone.push(*(refspecs or ("main:main",)), account=account, options=("-o", option), **more)


def statement(
    world: World, clone: Clone, commits: Sequence[ObjectId], signer: str = "staff-1", /, **fields: Any
) -> Signoff:
    """An `emergency` statement, honest but for `fields`."""
    honest = {"refs": (MAIN,), "comment": REASON, "issued_at": at(-60), "expires_at": at(23 * HOUR)}
    return world.signoff(signer, clone, commits, Decision.EMERGENCY, **{**honest, **fields})


def owed(world: World) -> list[tuple[str, str, tuple[str, ...]]]:
    """What the ledger says is owed by what landed: (commit, ref, rules)."""
    world.settle()
    with world.ledger() as ledger:
        return [(debt.commit, debt.ref, debt.rules) for debt in ledger.owed()]
