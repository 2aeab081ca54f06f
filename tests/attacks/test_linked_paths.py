"""A rule on paths cannot be walked around by something else in the place of a directory that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World


def link(clone: Clone, kind: str, name: str) -> None:
    """Commit a link to a directory that nobody guards, or another repository, at a path."""
    if kind == "symbolic link":
        (clone.path / name).parent.mkdir(parents=True, exist_ok=True)
        (clone.path / name).symlink_to("src")
        clone.git("add", "-A")
    else:
        clone.git("update-index", "--add", "--cacheinfo", f"160000,{clone.id()},{name}")
    clone.git("commit", "-q", "-m", "Link", env=clone.dates())


@one_format
@pytest.mark.parametrize("kind", ["symbolic link", "submodule"])
@pytest.mark.parametrize(
    ("name", "guarded"),
    [("deploy", True), ("deploy/prod", True), ("deploy/prod/eu", True), ("deploys", False), ("lib/deploy", False)],
)
def test_a_link_where_a_guarded_directory_would_be(world: World, kind: str, name: str, guarded: bool) -> None:
    world.set_rule(id="deployment", when={"paths": ["deploy/prod/**", "*.sql"]})
    clone = world.clone("junior-1")
    link(clone, kind, name)
    pushed = clone.push("main:main")
    assert pushed.refused is guarded
    assert ("rule deployment" in pushed.text) is guarded
