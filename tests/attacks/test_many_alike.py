"""Anybody can push any number of marked commits that change what others change too: nobody waits for that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.changes import KEY_LENGTH
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from tests.support.signoffs import REPOSITORY
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

MANY = 50_000
"""As many as one push may bring. What it took to look through them grew with their square: forty seconds."""
SECONDS = 12


@one_format
@pytest.mark.parametrize("many", [0, MANY])
def test_a_file_that_thousands_of_marked_commits_change_can_be_changed(world: World, many: int) -> None:
    world.set_policy(limits={"seconds": SECONDS})
    paths = sha256_hex(b"README\0")[:KEY_LENGTH]
    one = {"change": "", "paths": paths, "assisted": True, "tools": ["claude-code"], "author_line": "", "first": True}
    seen = [{"id": sha256_hex(b"%d" % number)[:40], **one, "files": []} for number in range(many)]
    data = {**world.entries("push")[-1].data, "updates": [], "receipts": [], "first_pushes": [], "seen": seen}
    with world.ledger() as ledger:
        ledger.append("push", data, now=Timestamp(int(time.time())), repository=REPOSITORY)
    clone = world.clone("junior-2")
    clone.commit("Mine", {"README": "mine\n"})
    assert clone.push("HEAD:main").accepted
