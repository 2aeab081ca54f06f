"""The installed hook and the reference model agree about every push of generated histories.

`GATEKEEPER_STORIES=n` in the environment tells n stories for each policy.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.model.reference import Policy
from tests.model.steps import Step, steps
from tests.model.stories import Story
from tests.support.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STORIES = int(os.environ.get("GATEKEEPER_STORIES", "5"))
POLICIES = {
    "default": Policy(),
    "exact": Policy(carry_over="exact"),
    "off": Policy(carry_over="off", pure_reverts=False),
    "two-for-release": Policy(two_for_release=True),
}
PARTS = [("default", 0), ("default", 1), ("default", 2), ("two-for-release", 3), ("exact", 4), ("off", 5)]
"""What workers can share."""


def armed(world: World, policy: Policy) -> None:
    """Put a policy of the model in force."""
    one = {
        "id": "one",
        "when": {"assisted": True, "author": {"below": "senior"}},
        "require": {"signoffs": 1, "from": {"at_least": "senior"}, "independent_of": ["author", "co-authors"]},
    }
    two = {
        "id": "two",
        "when": {"assisted": True, "refs": ["refs/heads/release/**"]},
        "require": {"signoffs": 2, "from": {"at_least": "senior"}, "independent_of": ["author", "co-authors"]},
    }
    world.set_policy(
        rules=[one, two] if policy.two_for_release else [one],
        carry_over=dict.fromkeys(("rebase", "squash", "cherry_pick"), policy.carry_over),
        pure_reverts={"within": "14d"} if policy.pure_reverts else "off",
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def begun(root: Path) -> Callable[[str], tuple[World, Path, Policy]]:
    """By policy: a server on which the first commit has landed, and the repository that everybody works in."""

    @cache
    def begin(name: str) -> tuple[World, Path, Policy]:
        world = World.make(root / name / "made", "sha1").copy(root / name / "world")
        armed(world, POLICIES[name])
        Story(world, root / name / "workshop", POLICIES[name]).begin()
        return world, root / name / "workshop", POLICIES[name]

    return begin


_numbers = count()


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_the_hook_agrees_with_the_reference_model(
    name: str, part: int, begun: Callable[[str], tuple[World, Path, Policy]], root: Path
) -> None:
    world, workshop, policy = begun(name)

    @settings(max_examples=STORIES, suppress_health_check=list(HealthCheck))
    @given(steps)
    def agree(told: list[Step]) -> None:
        here = root / f"story-{next(_numbers)}"
        try:
            shutil.copytree(workshop, here / "workshop")
            story = Story(world.copy(here / "world"), here / "workshop", policy)
            story.begin()
            story.tell(told)
        finally:
            shutil.rmtree(here, ignore_errors=True)

    if settings.default is not None and settings.default.derandomize:
        agree = seed(part)(agree)  # or every part would tell the same stories
    agree()
