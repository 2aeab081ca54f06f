"""A server for every attack; in both object formats where ids are what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pushes.conftest import template

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pushes.conftest import Template
    from tests.support.world import World

__all__ = ["empty", "template", "world"]

BOTH = frozenset(
    {
        *("test_authorship_claims", "test_author_statements", "test_commit_signatures"),
        *("test_carry_over", "test_push_certificates", "test_reviewed_heads"),
    }
)
"""Modules that are run with SHA-256 too. For the others tests/pushes does it: an attack costs a second or more."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    formats = ["sha1", "sha256"] if metafunc.module.__name__.rpartition(".")[2] in BOTH else ["sha1"]
    chosen = {str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")}
    for name in ("empty", "world"):
        its_own = hasattr(metafunc.module, name)
        if name in metafunc.fixturenames and name not in chosen and not its_own:
            metafunc.parametrize(name, formats, indirect=True)


@pytest.fixture
def empty(request: pytest.FixtureRequest, template: Template, tmp_path: Path) -> World:
    """A server with the gate installed and nothing in its repository."""
    return template(request.param, False).copy(tmp_path / "world")


@pytest.fixture
def world(request: pytest.FixtureRequest, template: Template, tmp_path: Path) -> World:
    """A server with the gate installed, with one commit on main."""
    return template(request.param, True).copy(tmp_path / "world")
