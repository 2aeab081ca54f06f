"""Keys made once: RSA takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.schemes.sshkeys import FIDO, KINDS, MESSAGE, load, make_key, sign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("keys")
    return {kind: make_key(directory / kind, kind) for kind in KINDS}


@pytest.fixture(scope="session")
def good(keys: dict[str, Path]) -> dict[str, bytes]:
    """A good blob for every kind of key."""
    made = {kind: sign(load(path)) for kind, path in keys.items()}
    return {**made, **{kind: fido.sign(MESSAGE, 0x01) for kind, fido in FIDO.items()}}
