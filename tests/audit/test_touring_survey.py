"""The survey as part of the audit: which refs it looks at, and where it keeps what it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.audit import Selection
from gatekeeper.touring import Job, look_back
from tests.support.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.core.ai_report import AiReport


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "world", "sha1").copy(tmp_path / "copy")
    made.begin()
    return made


def ai(world: World, *refs: str) -> AiReport:
    found = look_back(Job(path=str(world.bare), selection=Selection(refs=refs), survey=True)).ai
    assert found is not None
    return found


def test_every_protected_ref_is_surveyed_and_no_other(world: World) -> None:
    staff = world.clone("staff-1")
    for number, ref in enumerate(("refs/heads/release/1", "refs/tags/v1", "refs/heads/topic")):
        staff.commit(f"Change {number}", {f"file-{number}": "x\n"})
        assert staff.push(f"HEAD:{ref}").accepted
    assert ai(world).population.commits == 3
    assert ai(world, "main").population.commits == 1
    assert ai(world, "topic").population.commits == 4


def test_what_was_read_is_kept_beside_the_ledger(world: World) -> None:
    first = ai(world)
    kept = world.bare / "gatekeeper" / "survey.db"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert ai(world) == first
