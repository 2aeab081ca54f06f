"""The locked requirements: exact, hashed, naming no place, for every supported Python and system."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from itertools import product
from pathlib import Path
from typing import cast

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
PIN = re.compile(r"([a-z0-9-]+)==([0-9.]+(?:\.post[0-9]+)?) \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux"), ("darwin", "Darwin"))


def lines_of(name: str) -> list[str]:
    lines = (REQUIREMENTS / f"{name}.txt").read_text().splitlines()
    return [line for line in lines if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", ["run", "dev", "lock"])
def test_a_lock_is_pins_with_hashes_and_names_no_place(name: str) -> None:
    lines = lines_of(name)
    assert any(PIN.fullmatch(line) for line in lines)
    assert [line for line in lines if not PIN.fullmatch(line) and not HASH.fullmatch(line)] == []


def markers_of(python: str, platform: str, system: str) -> dict[str, str]:
    """Return what the marker of a requirement sees on another Python and system."""
    return {
        **cast("dict[str, str]", default_environment()),
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": platform,
        "platform_system": system,
        "extra": "",
    }


def test_the_lock_holds_for_every_supported_python_and_system() -> None:
    # pip-compile resolves for the Python that runs it: what another one needs besides must be there too.
    pins = [PIN.fullmatch(line) for line in [*lines_of("run"), *lines_of("dev")]]
    locked = {pin[1]: pin[2] for pin in pins if pin}
    elsewhere = [markers_of(python, *system) for python, system in product(PYTHONS, SYSTEMS)]
    seen = set()
    for distribution in distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        if name not in locked:
            continue
        seen.add(name)
        for needed in map(Requirement, distribution.requires or ()):
            if needed.marker is None or any(needed.marker.evaluate(markers) for markers in elsewhere):
                assert locked[canonicalize_name(needed.name)] in needed.specifier, f"{name} needs {needed}"
    assert seen == locked.keys()
