"""A server for every test, and a senior in front of a branch that waits for a sign-off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pushes.conftest import empty, template, world
from tests.support.commands import Desk

if TYPE_CHECKING:
    from tests.support.world import World

__all__ = ["empty", "template", "world"]


@pytest.fixture
def senior(world: World) -> Desk:
    """The clone of a senior, not set up yet."""
    return Desk(world, "senior-1")


@pytest.fixture
def junior(world: World) -> Desk:
    """The clone of a junior, not set up yet."""
    return Desk(world, "junior-1")
