"""`gatekeeper audit --format html`: from a real repository with its gate to a file that somebody hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import owner
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

pytestmark = one_format
PAGE = ("audit", "--repo", "shop.git", "--format", "html", "-o", "audit.html")


def test_the_page_tells_who_approved_what_and_links_to_the_web(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted("Add & <retry>")
    assert clone.push("HEAD:refs/heads/review/x").accepted
    world.approve(commit)
    assert clone.push("HEAD:main").accepted
    said = owner(world, *PAGE, "--commit-url", "https://git.example.com/{repository}/-/commit/{commit}")
    assert (said.status, said.out) == (0, "")
    text = (world.root / "audit.html").read_text(encoding="utf-8")
    assert "In order: nothing needs a person." in text
    assert f'<tr id="c-{commit}">' in text
    assert f'href="https://git.example.com/example/shop/-/commit/{commit}"' in text
    (row,) = [line for line in text.splitlines() if f'<tr id="c-{commit}">' in line]
    assert "<bdi>Add &amp; &lt;retry&gt;</bdi>" in row
    assert '<td class="approved">approved</td><td>senior-1 ' in row


def test_the_page_names_a_commit_that_came_past_the_gate_and_what_to_do(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.commit("Smuggled in")
    clone.push("HEAD:refs/heads/review/x")
    world.git("-C", str(world.bare), "update-ref", "refs/heads/main", commit)
    assert owner(world, *PAGE).status == 1
    text = (world.root / "audit.html").read_text(encoding="utf-8")
    assert "need a person" in text
    assert "no entry of the ledger explains this commit: Smuggled in" in text
    assert f"git -C {world.bare} show {commit}" in text


def test_a_repository_without_a_ledger_has_a_page_too(world: World) -> None:
    world.git("clone", "-q", "--bare", "--template=", str(world.bare), str(world.root / "plain.git"))
    said = owner(world, *PAGE[:2], "plain.git", *PAGE[3:])
    assert said.status == 0
    assert "There is no ledger: who approved what cannot be known." in (world.root / "audit.html").read_text()


@pytest.mark.parametrize("url", ["javascript:alert(1)//{commit}", "https://git.example.com/"])
def test_a_template_that_leads_to_no_commit_is_wrong_use_and_writes_nothing(world: World, url: str) -> None:
    said = owner(world, *PAGE, "--commit-url", url)
    assert said.status == 2
    assert "--commit-url" in said.err
    assert not (world.root / "audit.html").exists()


def test_a_template_without_a_page_is_wrong_use(world: World) -> None:
    said = owner(world, "audit", "--repo", "shop.git", "--commit-url", "https://git.example.com/{commit}")
    assert said.status == 2
    assert "--commit-url is for --format html" in said.err
