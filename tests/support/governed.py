"""A server whose policy and roster lie on a ref, and what is done there.

senior-1 and staff-1 are the administrators. staff-1 writes the changes, unless a test says otherwise.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.people import roster_text
from tests.support.world import GOVERNED, World, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Pushed

PUSH = f"main:{GOVERNED}"
ADMINISTRATOR = "senior-1"
"""Of the two, the one who does not write the changes."""
(RULE,) = json.loads(policy_text())["rules"]
WEAK = policy_text(rules=[{**RULE, "enforce": "observe"}])
PROMOTED = roster_text({"junior-1": {"level": "senior"}})
MUST_SIGN = "it changes policy or roster, which 1 administrator must sign; 1 missing"


@pytest.fixture(scope="module")
def armed(template: Callable[[str, bool], World], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], World]:
    made: dict[str, World] = {}

    def prepared(object_format: str) -> World:
        if object_format not in made:
            made[object_format] = template(object_format, True).copy(tmp_path_factory.mktemp("governed") / "world")
            made[object_format].govern()
        return made[object_format]

    return prepared


@pytest.fixture(params=["sha1"])
def world(request: pytest.FixtureRequest, armed: Callable[[str], World], tmp_path: Path) -> World:
    """A server with one commit on main, whose policy and roster lie on a ref."""
    return armed(request.param).copy(tmp_path / "world")


def sign(world: World, commits: list[ObjectId], *signers: str, **fields: Any) -> None:
    """Get sign-offs into the server's store."""
    signed = [world.signoff(signer, world.rules, commits, **fields) for signer in signers]
    pushed = world.store_push(world.rules, signed, account=ADMINISTRATOR)
    assert pushed.accepted, pushed.stderr


def change(world: World, files: dict[str, str], **options: Any) -> ObjectId:
    """Commit a change of policy or roster; nothing is pushed."""
    return world.rules.commit("Change the rules", files, **options)


def land(world: World, files: dict[str, str]) -> ObjectId:
    """Change policy or roster honestly."""
    tip = change(world, files)
    sign(world, [tip], ADMINISTRATOR)
    pushed = world.rules.push(PUSH)
    assert pushed.accepted, pushed.stderr
    return tip


def refused(world: World, pushed: Pushed, why: str) -> None:
    """The push was refused for a reason that is told, and left the ref where it was."""
    assert pushed.refused, pushed.stderr
    assert why in pushed.text, pushed.stderr
    assert world.refs()[GOVERNED] != world.rules.id()
