"""A repository with the client hooks in it, and a server whose policy they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pushes.conftest import empty, template, world
from tests.support.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["empty", "template", "world"]


@pytest.fixture
def plain(tmp_path: Path) -> Workbench:
    """A repository without hooks."""
    return Workbench(tmp_path / "work")


@pytest.fixture
def bench(plain: Workbench) -> Workbench:
    """The same with the client hooks in it."""
    plain.attach()
    return plain
