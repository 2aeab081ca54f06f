"""Policy and roster on a ref stay regular files that can be used, whatever way leads to the ref."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.governed import (
    ADMINISTRATOR,
    MUST_SIGN,
    PUSH,
    WEAK,
    armed,
    change,
    land,
    refused,
    sign,
    world,
)
from tests.support.people import public_line, roster_text
from tests.support.world import GOVERNED, World, one_format, policy_text

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId

__all__ = ["armed", "world"]


@one_format
@pytest.mark.parametrize("protected", [True, False])
def test_it_never_rewinds_and_is_never_deleted_whatever_the_policy_says(world: World, protected: bool) -> None:
    policy = policy_text(protect=["HEAD", *([GOVERNED] if protected else [])], rewinds="allow", deletions="allow")
    first = world.rules.id()
    land(world, {"policy.yaml": policy})
    tip = world.rules.id()
    sign(world, [first], ADMINISTRATOR, issued_at=int(time.time()) - 5)
    for refspec, why in (
        (f"+{first}:{GOVERNED}", "it can only move forward"),
        (f":{GOVERNED}", "it cannot be deleted"),
        (f"+{world.clone('junior-1').id()}:{GOVERNED}", "it can only move forward"),
    ):
        world.rules.git("fetch", "-q", str(world.clone("junior-1").path), "main")
        pushed = world.rules.push(refspec)
        assert pushed.refused, pushed.stderr
        assert why in pushed.text
        assert world.refs()[GOVERNED] == tip
    clone = world.clone("staff-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    assert clone.push("+main~1:main").accepted


@one_format
@pytest.mark.parametrize("swapped", [False, True])
def test_a_merge_does_not_take_an_old_version_out_of_history(world: World, swapped: bool) -> None:
    """The merge's tree is that of an old parent, in both orders of the parents, with a commit on top."""
    rules, first = world.rules, world.rules.id()
    parents = (land(world, {"policy.yaml": policy_text(administrators={"signoffs": 1})}), first)
    arguments = [word for parent in (reversed(parents) if swapped else parents) for word in ("-p", parent)]
    merge = rules.git("commit-tree", f"{first}^{{tree}}", *arguments, "-m", "Merge", env=rules.dates())
    rules.git("reset", "-q", "--hard", merge)
    refused(world, rules.push(PUSH), MUST_SIGN)
    top = rules.commit("Words", {"notes.txt": "words\n"})
    sign(world, [top], ADMINISTRATOR)
    refused(world, rules.push(PUSH), "has not approved every commit of this push")
    sign(world, [rules.id("HEAD~1"), top], ADMINISTRATOR)
    assert rules.push(PUSH).accepted


# ---- what may stand there -------------------------------------------------------------------------


def put(world: World, name: str, mode: str, target: str) -> ObjectId:
    """Commit an entry of any kind at a path."""
    world.rules.git("rm", "-q", "--cached", name)
    world.rules.git("update-index", "--add", "--cacheinfo", f"{mode},{target},{name}")
    world.rules.git("commit", "-q", "-m", "Put", env=world.rules.dates())
    return world.rules.id()


KINDS = {
    "symbolic link": "it is a symbolic link",
    "submodule": "it is a submodule",
    "directory": "it is a directory",
    "nothing": "it is not there",
}


@one_format
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["policy.yaml", "roster.yaml"])
def test_the_governed_paths_are_regular_files(world: World, name: str, kind: str) -> None:
    rules = world.rules
    content = rules.git("show", f"HEAD:{name}")
    if kind == "symbolic link":
        rules.commit("Copy", {"copy.yaml": content})
        tip = put(world, name, "120000", rules.hash_object("blob", b"copy.yaml"))
    elif kind == "submodule":
        tip = put(world, name, "160000", rules.id())
    elif kind == "directory":
        rules.git("rm", "-q", name)
        tip = rules.commit("Directory", {f"{name}/{name}": content})
    else:
        rules.git("rm", "-q", name)
        tip = rules.commit("Nothing", {})
    sign(world, [tip], ADMINISTRATOR, "staff-1")
    refused(world, rules.push(PUSH), f"{name} must be a regular file, and {KINDS[kind]}")


@one_format
def test_an_executable_file_is_a_regular_one(world: World) -> None:
    tip = put(world, "policy.yaml", "100755", world.rules.id("HEAD:policy.yaml"))
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted


NO_KEYS = {person: {"keys": [{"key": public_line(person), "revoked": True}]} for person in ("senior-1", "staff-1")}
UNUSABLE = {
    "no YAML": (
        {"policy.yaml": "version: ["},
        "gatekeeper:policy.yaml:2:1: this is not YAML",
    ),
    "empty roster": ({"roster.yaml": ""}, "cannot be used: refs/heads/gatekeeper:roster.yaml:1:1"),
    "do not fit": ({"policy.yaml": policy_text(administrators={"from": {"at_least": "chief"}})}, "no level chief"),
    "no administrator": (
        {"roster.yaml": roster_text({"senior-1": {"administrator": False}, "staff-1": {"administrator": False}})},
        "that takes 1 administrator, and 0 could sign now",
    ),
    "no key": ({"roster.yaml": roster_text(NO_KEYS)}, "that takes 1 administrator, and 0 could sign now"),
    "all left": (
        {"roster.yaml": roster_text({"senior-1": {"until": "2026-01-01"}, "staff-1": None})},
        "that takes 1 administrator, and 0 could sign now",
    ),
    "too many asked": (
        {"policy.yaml": policy_text(administrators={"signoffs": 3})},
        "asks for 3, but only 2 of the people with `administrator: true`",
    ),
}


@one_format
@pytest.mark.parametrize(("files", "why"), UNUSABLE.values(), ids=UNUSABLE)
def test_rules_that_cannot_be_used_or_never_changed_again_do_not_come_in(
    world: World, files: dict[str, str], why: str
) -> None:
    tip = change(world, files)
    sign(world, [tip], ADMINISTRATOR, "staff-1")
    refused(world, world.rules.push(PUSH), why)


@one_format
def test_one_administrator_of_two_may_go(world: World) -> None:
    land(world, {"roster.yaml": roster_text({"senior-1": None})})


@one_format
def test_something_else_than_a_commit_does_not_come_in(world: World) -> None:
    world.rules.git("tag", "-a", "-m", "x", "rules", env=world.rules.dates())
    data = f"{world.rules.id()} {world.rules.id('refs/tags/rules')} {GOVERNED}\n"
    world.rules.git("push", "-q", str(world.bare), "refs/tags/rules:refs/tags/other")
    ended = world.run_hook(data, account="staff-1-login")
    assert ended.returncode == 1
    assert "is tag, not a commit" in ended.stderr


# ---- other ways to the same ref -------------------------------------------------------------------


@one_format
def test_an_alias_is_the_ref_itself(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", GOVERNED)
    tip = change(world, {"policy.yaml": WEAK})
    refused(world, world.rules.push("main:alias"), MUST_SIGN)
    refused(world, world.rules.push(":alias"), "it cannot be deleted")
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push("main:alias").accepted
    assert world.refs()[GOVERNED] == tip


@one_format
def test_a_ref_that_is_named_by_an_alias_is_governed(world: World) -> None:
    world.git("symbolic-ref", "refs/heads/alias", GOVERNED)
    world.install(at="refs/heads/alias")
    tip = change(world, {"policy.yaml": WEAK})
    refused(world, world.rules.push(PUSH), MUST_SIGN)
    sign(world, [tip], ADMINISTRATOR)
    assert world.rules.push(PUSH).accepted
