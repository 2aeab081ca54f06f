"""A tag is judged by what it leads to, and moving one is a rewind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World


@pytest.mark.parametrize("options", [("-a", "-m", "One"), ()], ids=["annotated", "lightweight"])
def test_a_protected_tag_is_judged_by_what_it_leads_to(world: World, options: tuple[str, ...]) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    clone.git("tag", *options, "v1", env=clone.dates())
    assert clone.push("v1").refused
    world.approve(commit)
    assert clone.push("v1").accepted


def test_a_tag_of_a_tag_is_peeled_to_its_commit(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    clone.git("tag", "-a", "-m", "inner", "inner")
    clone.git("tag", "-a", "-m", "outer", "v1", "inner")
    assert clone.push("v1").refused


def test_a_protected_tag_cannot_be_moved(world: World) -> None:
    clone = world.clone("senior-1")
    clone.git("tag", "v1")
    assert clone.push("v1").accepted
    clone.commit("Next")
    clone.git("tag", "-f", "v1")
    pushed = clone.push("--force", "v1")
    assert pushed.refused
    assert "would take commits away" in pushed.text


@pytest.mark.parametrize("name", ["HEAD:README", "HEAD^{tree}", "tag-of-tree"])
def test_a_protected_tag_that_leads_to_no_commit_is_refused(world: World, name: str) -> None:
    clone = world.clone("senior-1")
    clone.git("tag", "-a", "-m", "t", "tag-of-tree", "HEAD^{tree}")
    pushed = clone.push(f"{clone.id(name)}:refs/tags/v1")
    assert pushed.refused
    assert "not a commit" in pushed.text


def test_an_unprotected_tag_of_a_tree_is_let_through(world: World) -> None:
    clone = world.clone("junior-1")
    assert clone.push(f"{clone.id('HEAD^{tree}')}:refs/tags/tree").accepted


def test_tags_of_tags_are_peeled_as_far_as_they_go(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    clone.git("tag", "-a", "-m", "0", "t0")
    for number in range(1, 6):
        clone.git("tag", "-a", "-m", str(number), f"t{number}", f"t{number - 1}")
    clone.git("tag", "-a", "-m", "of a blob", "blob", "HEAD:README")
    clone.git("tag", "-a", "-m", "of that", "of-blob", "blob")
    assert clone.push("refs/tags/t5:refs/tags/v1").refused
    assert "not a commit" in clone.push("refs/tags/of-blob:refs/tags/v2").text
    world.approve(commit)
    assert clone.push("refs/tags/t5:refs/tags/v1").accepted
    assert clone.push("refs/tags/of-blob:refs/tags/notes").accepted


@one_format
@pytest.mark.parametrize("allowed", [{}, {"rewinds": "allow"}, {"deletions": "allow"}])
def test_a_tag_is_moved_only_where_rewinds_are_allowed(world: World, allowed: dict[str, str]) -> None:
    world.set_policy(**allowed)
    clone = world.clone("senior-1")
    clone.git("tag", "-a", "-m", "One", "v1")
    assert clone.push("v1").accepted
    clone.git("tag", "-f", "-a", "-m", "Again, of the same commit", "v1")
    assert clone.push("--force", "v1").accepted == ("rewinds" in allowed)
    clone.commit("Next")
    clone.git("tag", "-f", "v1")
    assert clone.push("--force", "v1").accepted == ("rewinds" in allowed)
    assert clone.push(":refs/tags/v1").accepted == ("deletions" in allowed)


@one_format
def test_what_a_moved_or_recreated_tag_leads_to_is_judged(world: World) -> None:
    world.set_policy(deletions="allow", rewinds="allow")
    clone = world.clone("junior-1")
    clone.git("tag", "v1")
    assert clone.push("v1").accepted
    commit = clone.assisted()
    assert clone.push("--force", "main:refs/tags/v1").refused
    assert clone.push(":refs/tags/v1").accepted
    assert clone.push("main:refs/tags/v1").refused
    world.approve(commit)
    assert clone.push("main:refs/tags/v1").accepted
