"""What the tests may know of the machine: nothing of its user's, and only commands that are really there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEPT = frozenset({"CI", "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH", "TMPDIR"})
KEPT_PREFIXES = ("COVERAGE_", "PYTEST_")


def hermetic(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the environment that tests run in.

    A list of what stays, not of what goes: an AI tool's variable that nobody has heard of yet, an
    ssh agent or `GIT_AUTHOR_DATE` would otherwise change what is tested.
    """
    kept = {name: value for name, value in environment.items() if name in KEPT or name.startswith(KEPT_PREFIXES)}
    return {
        **kept,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "TZ": "UTC",
    }


def require(command: str) -> str:
    """Return where `command` is; where it is missing, skip the test on a laptop and fail it in CI."""
    path = shutil.which(command)
    if path is None:
        reason = f"{command} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
