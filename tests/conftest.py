"""What holds for every test: a hermetic environment, and the same examples in every run of CI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support.environment import hermetic
from tests.support.hook_coverage import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

# No deadline anywhere: how long an example takes is the machine's affair.
settings.register_profile("desk", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "desk")

MEASURED = frozenset({"cli", "clients", "pushes"})
"""Directories of tests whose processes count for coverage,"""
MEASURED_ATTACKS = frozenset({"test_carry_over", "test_memory", "test_pure_reverts", "test_push_certificates"})
"""and modules that are alone to reach some of the gate."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--installed", help="test_packaging: the environment that the wheel is installed in")


@pytest.fixture(scope="session", autouse=True)
def _hermetic_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    wanted = hermetic(os.environ, tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as environment:
        for name in set(os.environ) - set(wanted):
            environment.delenv(name)
        for name, value in wanted.items() - os.environ.items():
            environment.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def _measured_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of some tests count for coverage: counting takes a hook three times as long.

    What runs with SHA-256 runs with SHA-1 too, and most lines that other tests reach those counted reach as well.
    """
    call = getattr(request.node, "callspec", None)
    again = call is not None and "sha256" in call.params.values()
    if again or (request.path.parent.name not in MEASURED and request.path.stem not in MEASURED_ATTACKS):
        monkeypatch.delenv(VARIABLE, raising=False)
