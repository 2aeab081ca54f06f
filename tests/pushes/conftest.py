"""A fresh server for every test, in both object formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.environment import require
from tests.support.hook_coverage import are_measured
from tests.support.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Template = Callable[[str, bool], World]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """What makes a world once for each format and kind, to be copied by every test."""
    made: dict[tuple[str, bool, bool], World] = {}

    def prepared(object_format: str, begun: bool) -> World:
        require("git")
        kind = (object_format, begun, are_measured())
        if kind not in made:
            root = tmp_path_factory.mktemp("template") / "world"
            if begun:
                world = prepared(object_format, False).copy(root)
                world.begin()
            else:
                world = World.make(root, object_format)
            made[kind] = world
        return made[kind]

    return prepared


@pytest.fixture(params=["sha1", "sha256"])
def empty(request: pytest.FixtureRequest, template: Template, tmp_path: Path) -> World:
    """A server with the gate installed and nothing in its repository."""
    return template(request.param, False).copy(tmp_path / "world")


@pytest.fixture(params=["sha1", "sha256"])
def world(request: pytest.FixtureRequest, template: Template, tmp_path: Path) -> World:
    """A server with the gate installed, with one commit on main."""
    return template(request.param, True).copy(tmp_path / "world")
