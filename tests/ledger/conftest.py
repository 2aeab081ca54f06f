"""A ledger of its own for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.ledger.creating import create
from gatekeeper.ledger.sqlite import SqliteLedger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    made = create(str(path))
    yield made
    made.close()
