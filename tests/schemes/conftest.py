"""Keys made once: RSA takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.schemes.sshkeys import KINDS, make_key

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("keys")
    return {kind: make_key(directory / kind, kind) for kind in KINDS}
