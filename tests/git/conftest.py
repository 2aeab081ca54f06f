"""Repositories of both object formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import FORMATS
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.git.plumbing import Plumbing


@pytest.fixture(params=FORMATS)
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r.git", request.param)


@pytest.fixture
def engine(repository: Repository, tmp_path: Path) -> Plumbing:
    return repository.engine(tmp_path / "scratch")
