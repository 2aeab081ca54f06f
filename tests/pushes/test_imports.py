"""What a hook loads: every import costs every push."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.world import World

NEVER = {
    *("click", "rich", "yaml", "pygit2", "dataclasses", "inspect", "typing", "subprocess"),
    *("pathlib", "tempfile", "logging", "asyncio"),
}


@pytest.fixture
def loaded(world: World) -> Callable[[], set[str]]:
    """The modules that the last run of pre-receive had loaded when it ended; the hook is as it ships."""
    listing = world.root / "modules"
    world.install(measured=False)
    world.hook("post-receive").unlink()
    world.run_in_hook(
        f"""real = main
def main(*arguments):
    status = real(*arguments)
    with open("{listing}", "w") as file:
        file.write(" ".join(sys.modules))
    return status"""
    )
    return lambda: set(listing.read_text().split())


@one_format
def test_a_plain_push_loads_no_more_than_it_needs(world: World, loaded: Callable[[], set[str]]) -> None:
    clone = world.clone("junior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    assert "gatekeeper.receiving" in loaded()
    assert not loaded() & (NEVER | {"cryptography", "hashlib", "gatekeeper.core.counting"})


@one_format
def test_a_refusal_loads_no_more(world: World, loaded: Callable[[], set[str]]) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    assert clone.push("main:main").refused
    assert not loaded() & (NEVER | {"cryptography"})


@one_format
def test_cryptography_is_loaded_when_there_is_a_signature_to_check(
    world: World, loaded: Callable[[], set[str]]
) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    world.approve(commit)
    assert "cryptography" in loaded()
    assert not loaded() & {"click", "rich", "yaml", "pygit2", "dataclasses"}
    assert clone.push("main:main").accepted
    assert not loaded() & (NEVER | {"cryptography"})


@one_format
def test_a_changed_policy_is_read_once(world: World, loaded: Callable[[], set[str]]) -> None:
    world.set_policy(undeclared="refuse")
    clone = world.clone("junior-1")
    clone.commit("One\n\nAI-Assisted: no")
    assert clone.push("main:main").accepted
    assert "yaml" in loaded()
    clone.commit("Two\n\nAI-Assisted: no")
    assert clone.push("main:main").accepted
    assert "yaml" not in loaded()
