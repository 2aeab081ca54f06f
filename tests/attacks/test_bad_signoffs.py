"""Sign-offs that must not count: what the store does not take, and what it takes and the branch does not."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.clock import format_time
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import (
    Decision,
    dump_envelope,
    parse_envelope,
    store_directory,
    store_path,
)
from tests.support.people import public_line
from tests.support.signoffs import Signoff, seal, signed_commit, signed_range
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Clone
    from tests.support.world import World

DAY = 86_400
Made = tuple[Signoff, dict[str, bytes]]


def _refused_alone_and_beside_the_branch(world: World, clone: Clone, files: dict[str, bytes], why: str) -> None:
    """The store's update is refused, alone and with the branch; nothing of it is on the server."""
    alone = world.store_push(clone, [], files=files, account="senior-1")
    assert alone.refused, alone.stderr
    assert why in alone.text
    together = clone.push(f"{SIGNOFFS}:{SIGNOFFS}", "main:main")
    assert together.refused
    assert why in together.text
    assert "need" in together.text
    assert SIGNOFFS not in world.refs()
    with world.ledger() as ledger:
        assert ledger.subjects([clone.id()]) == {}


@one_format
@pytest.mark.parametrize(
    ("signer", "key", "fields", "why"),
    [
        ("junior-2", "", {}, "junior-2 may not approve this"),
        ("junior-1", "", {}, "junior-1 may not approve this"),
        ("mid-1", "", {"decision": Decision.REJECT}, "mid-1 may not approve this"),
        ("senior-1", "somebody else", {}, "its key is nobody's in the roster"),
        ("senior-1", "junior-1", {}, "its signer is not the owner of its key"),
        ("senior-2", "senior-1", {}, "its signer is not the owner of its key"),
        ("nobody", "senior-1", {}, "its signer is not the owner of its key"),
        ("senior-1", "", {"repository": "example/other"}, "it is for another repository"),
        ("senior-1", "", {"repository": "example/shop/"}, "it is for another repository"),
        (
            "senior-1",
            "",
            {"issued_at": Timestamp(4_102_444_800), "expires_at": Timestamp(4_102_531_200)},
            "it claims a time that is yet to come",
        ),
        ("senior-1", "", {"namespace": "git"}, "its signature is bad"),
        ("senior-1", "", {"namespace": "file"}, "its signature is bad"),
        (
            "senior-1",
            "",
            {"decision": Decision.EMERGENCY, "refs": ("refs/heads/main",), "expires_at": Timestamp(4_102_444_800)},
            "an emergency may not hold for more than 24 hours",
        ),
    ],
)
def test_a_sign_off_of_the_wrong_person_or_for_the_wrong_place_is_not_admitted(
    world: World, signer: str, key: str, fields: dict[str, Any], why: str
) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff(signer, clone, [clone.assisted()], key=key, **fields)
    _refused_alone_and_beside_the_branch(world, clone, signed.files, why)


@one_format
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"keys": [{"key": public_line("senior-1"), "revoked": "2026-01-01"}]}, "its key was revoked"),
        ({"keys": [{"key": public_line("senior-1"), "revoked": "2999-01-01"}]}, "its key was revoked"),
        ({"keys": [{"key": public_line("senior-1"), "until": "2026-01-01"}]}, "its key was not in force"),
        ({"keys": [{"key": public_line("senior-1"), "from": "2999-01-01"}]}, "its key was not in force"),
        ({"keys": [public_line("another")]}, "its key is nobody's in the roster"),
        ({"until": "2026-01-01"}, "its signer did not work here"),
        ({"from": "2999-01-01"}, "its signer did not work here"),
        ({"level": "mid", "administrator": False}, "senior-1 may not approve this"),
        (None, "its key is nobody's in the roster"),
    ],
)
def test_the_roster_decides_whose_key_counts(world: World, change: dict[str, Any] | None, why: str) -> None:
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted()])
    world.set_roster({"senior-1": change})
    _refused_alone_and_beside_the_branch(world, clone, signed.files, why)


def _tampered(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    """A payload that says more than was signed, under its own statement id."""
    envelope = parse_envelope(signed.data)
    other = envelope.replace(payload=envelope.payload.replace(b'"comment":""', b'"comment":"all of it"'))
    return {store_path(signed.statement.commits[0].id, other.statement_id): dump_envelope(other)}


def _spaced(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return dict.fromkeys(signed.files, json.dumps(json.loads(signed.data), sort_keys=True).encode())


def _unsorted(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    members = dict(reversed(json.loads(signed.data).items()))
    return dict.fromkeys(signed.files, json.dumps(members, separators=(",", ":")).encode())


def _twice_signed(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    envelope = json.loads(signed.data)
    envelope["signatures"] *= 2
    return dict.fromkeys(signed.files, json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode())


def _other_keyid(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    """Signed by a junior, with a senior's fingerprint written beside it."""
    forged = seal(signed.statement, "junior-1")
    envelope = parse_envelope(forged.data).replace(keyid=parse_envelope(signed.data).keyid)
    return {store_path(signed.statement.commits[0].id, envelope.statement_id): dump_envelope(envelope)}


def _other_statement_id(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return {f"{store_directory(signed.statement.commits[0].id)}/{'0' * 64}.json": signed.data}


def _other_commit(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return {store_path(clone.id("HEAD^"), signed.id): signed.data}


def _more_commits(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return {**signed.files, **_other_commit(clone, signed)}


def _two_contents(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return {**signed.files, store_path(clone.id("HEAD^"), signed.id): b"other"}


def _empty_file(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return dict.fromkeys(signed.files, b"")


def _huge_file(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return dict.fromkeys(signed.files, b" " * (1024 * 1024 + 1))


def _wrong_place(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return {f"approved/{signed.id}.json": signed.data}


def _upper_case(clone: Clone, signed: Signoff) -> dict[str, bytes]:
    return {
        path.upper().replace("COMMITS", "commits").replace("JSON", "json"): data for path, data in signed.files.items()
    }


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_tampered, "its signature is bad"),
        (_spaced, "not in canonical form"),
        (_unsorted, "not in canonical form"),
        (_twice_signed, "2 signatures, not one"),
        (_other_keyid, "its keyid is not the fingerprint of the key that signed"),
        (_other_statement_id, "it is not filed under exactly the commits"),
        (_other_commit, "it is not filed under exactly the commits"),
        (_more_commits, "it is not filed under exactly the commits"),
        (_two_contents, "two contents for one sign-off"),
        (_empty_file, "the envelope is"),
        (_huge_file, "no envelope"),
        (_wrong_place, "no place of the store"),
        (_upper_case, "no place of the store"),
    ],
)
def test_a_spoiled_envelope_is_not_admitted(
    world: World, spoil: Callable[[Clone, Signoff], dict[str, bytes]], why: str
) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    files = spoil(clone, world.signoff("senior-1", clone, [commit]))
    _refused_alone_and_beside_the_branch(world, clone, files, why)


def test_one_bad_sign_off_keeps_the_good_ones_beside_it_out_too(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    good = world.signoff("senior-1", clone, [commit])
    bad = world.signoff("junior-2", clone, [commit])
    assert world.store_push(clone, [good, bad], "main:main").refused
    assert SIGNOFFS not in world.refs()


# ---- admitted, for they are genuine; but not good for the commit that is pushed -------------------


def _now(seconds: int) -> Timestamp:
    return Timestamp(int(time.time()) + seconds)


def _lie(member: str, value: Callable[[Clone], Any]) -> Callable[[Clone, ObjectId], dict[str, Any]]:
    def fields(clone: Clone, commit: ObjectId) -> dict[str, Any]:
        return {"commits": (signed_commit(clone, commit).replace(**{member: value(clone)}),)}

    return fields


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (lambda *_: {"refs": ("refs/heads/release/1",)}, "it is for another ref"),
        (lambda *_: {"issued_at": _now(-2 * DAY), "expires_at": _now(-DAY)}, "it expired"),
        (_lie("author", lambda _: "senior-1@example.com"), "what it says of the commit"),
        (_lie("change", lambda _: "0" * 64), "what it says of the commit"),
        (_lie("change", lambda _: ""), "what it says of the commit"),
        (_lie("parent", lambda _: ""), "what it says of the commit"),
        (_lie("parent", lambda clone: clone.id()), "what it says of the commit"),
        (
            lambda clone, commit: {"range": signed_range(clone, clone.id("HEAD~2"), commit)},
            "its range is not what it lists",
        ),
        (
            lambda clone, commit: {"range": signed_range(clone, clone.id("HEAD~1"), commit).replace(change="0" * 64)},
            "its range is not what it lists",
        ),
    ],
    ids=[
        "other ref",
        "expired",
        "other author",
        "other change",
        "no change",
        "no parent",
        "other parent",
        "longer range",
        "range of another change",
    ],
)
def test_a_genuine_sign_off_that_does_not_fit_does_not_count(
    world: World, fields: Callable[[Clone, ObjectId], dict[str, Any]], why: str
) -> None:
    clone = world.clone("junior-1")
    clone.commit("Before")
    commit = clone.assisted()
    signed = world.signoff("senior-1", clone, [commit], **fields(clone, commit))
    assert world.store_push(clone, [signed], account="senior-1").accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert f"sign-off by senior-1 does not count: {why}" in pushed.text


def test_a_sign_off_for_another_commit_does_not_count(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted("One"))
    clone.git("reset", "-q", "--hard", "HEAD^")
    clone.assisted("Two")
    assert clone.push("main:main").refused


def test_a_key_revoked_after_it_signed_counts_for_nothing(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "revoked": "2999-01-01"}]}})
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "its key was revoked" in pushed.text


def _a_second_later() -> str:
    """A time after what was received so far, that is past when this returns."""
    time.sleep(1.001)
    return format_time(_now(0))


@one_format
def test_a_key_that_ran_out_after_it_signed_still_counts(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "until": _a_second_later()}]}})
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize(("leavers", "accepted"), [("keep", True), ("drop", False)])
def test_the_policy_says_what_the_sign_offs_of_those_who_left_are_worth(
    world: World, leavers: str, accepted: bool
) -> None:
    clone = world.clone("junior-1")
    world.set_policy(leavers=leavers)
    world.approve(clone.assisted())
    world.set_roster({"senior-1": {"until": _a_second_later()}})
    assert clone.push("main:main").accepted == accepted


def test_a_demoted_senior_no_longer_counts(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    world.set_roster({"senior-1": {"level": "mid", "administrator": False}})
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "senior-1 may not approve this" in pushed.text


# ---- the store only grows -------------------------------------------------------------------------


def test_the_store_cannot_be_deleted(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    pushed = clone.push(f":{SIGNOFFS}", account="senior-1")
    assert pushed.refused
    assert "the store cannot be deleted" in pushed.text


def test_the_store_cannot_be_begun_anew(world: World) -> None:
    clone = world.clone("junior-1")
    world.approve(clone.assisted())
    anew = clone.git("commit-tree", "-m", "anew", clone.git("mktree", data=b""))
    pushed = clone.push("--force", f"{anew}:{SIGNOFFS}")
    assert pushed.refused
    assert "does not build on the server's store" in pushed.text


@pytest.mark.parametrize("entry", ["", "other"], ids=["removed", "changed"])
def test_what_the_store_holds_can_be_neither_removed_nor_changed(world: World, entry: str) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.approve(commit)
    tree = _tree(clone, {path: entry.encode() for path in signed.files} if entry else {})
    new = clone.git("commit-tree", "-p", SIGNOFFS, "-m", "rewrite", tree)
    pushed = clone.push(f"{new}:{SIGNOFFS}", account="senior-1")
    assert pushed.refused
    assert "the store only grows" in pushed.text


@pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
def test_the_store_is_a_commit_and_nothing_else(world: World, kind: str) -> None:
    clone = world.clone("junior-1")
    clone.git("tag", "-a", "-m", "x", "x")
    names = {"blob": clone.id("HEAD:README"), "tree": clone.id("HEAD^{tree}"), "tag": clone.id("x")}
    pushed = clone.push(f"{names[kind]}:{SIGNOFFS}")
    assert pushed.status != 0
    assert SIGNOFFS not in world.refs()


def _tree(clone: Clone, files: dict[str, bytes]) -> str:
    """Write a tree with files, without touching the work tree."""
    env = {"GIT_INDEX_FILE": str(clone.path / ".git/other-index")}
    clone.git("read-tree", "--empty", env=env)
    for path, data in files.items():
        blob = clone.git("hash-object", "-w", "--stdin", data=data)
        clone.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=env)
    return clone.git("write-tree", env=env)
