"""Enormous messages and bottomless trees end at a bound that is named, or are judged like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.clones import Clone
    from tests.support.world import World

MEGABYTE = 1 << 20
MANY = 100_000
NEWLINE = b"\n"


def with_message(clone: Clone, message: bytes) -> str:
    return clone.git("commit-tree", "-p", "HEAD", "HEAD^{tree}", data=message, env=clone.dates())


def deep(clone: Clone, levels: int) -> str:
    """A commit with one file, `levels` directories down."""
    name = "/".join(["d"] * levels) + "/file"
    stream = f"commit refs/heads/deep\ncommitter A <a@b> 1780000000 +0000\ndata 4\nDeep\nfrom {clone.id()}\n"
    clone.git("fast-import", "--quiet", data=f"{stream}M 100644 inline {name}\ndata 1\nx\n".encode())
    return clone.id("refs/heads/deep")


@one_format
def test_what_one_push_makes_the_ledger_remember_is_bounded(world: World) -> None:
    """Later versions of marked files, and one commit on many refs, are many rows for few objects."""
    world.set_policy(limits={"remembered": 10})
    clone = world.clone("junior-1")
    clone.commit("Work\n\nAssisted-by: claude\n", {f"d/{number}": f"{number}\n" for number in range(6)})
    clone.git("tag", "marked")
    for again in range(3):
        clone.commit("More", {f"d/{number}": f"{number} {again}\n" for number in range(6)})

    def notes(*refspecs: str) -> tuple[bool, int, int]:
        assert clone.push(*refspecs).accepted
        data = world.entries("push")[-1].data
        in_flight = sum(len(pairs) for pairs in data.get("in_flight", {}).values())
        return data["updates"][0]["gap"], len(data.get("versions", ())), in_flight

    assert notes("main:refs/heads/one") == (True, 0, 0)
    assert notes("marked:refs/heads/two", "marked:refs/heads/three") == (True, 0, 0)
    assert notes("marked:refs/heads/four") == (False, 0, 6)
    assert notes("main~2:refs/heads/four") == (False, 6, 0)
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "limits.remembered" in pushed.text


def test_a_message_of_fifty_megabytes_is_refused_by_a_bound_that_is_named(world: World) -> None:
    clone = world.clone("senior-1")
    new = with_message(clone, b"Plain\n\n" + b"x" * 79 + b"\n" * 50 * MEGABYTE)
    pushed = clone.push(f"{new}:refs/heads/main")
    assert pushed.refused
    assert f"commit {new[:7]} is larger than the limit of 4194304 bytes (limits.commit_bytes)" in pushed.text
    assert clone.push(f"{new}:refs/heads/topic").accepted
    assert world.entries("push")[-1].data["updates"][0]["gap"]
    honest = with_message(clone, b"Plain\n\n" + b"x\n" * MEGABYTE)
    assert clone.push(f"{honest}:refs/heads/main").accepted


@one_format
@pytest.mark.parametrize("number_of_commits", [4, 20], ids=["a short line", "a walk"])
def test_many_large_messages_do_not_add_up(world: World, number_of_commits: int) -> None:
    world.run_in_hook("import gatekeeper.bench as bench\nbench.MAX_KEPT = 5 << 20")
    clone = world.clone("senior-1")
    for number in range(number_of_commits):
        new = with_message(clone, b"%d\n\n" % number + b"x\n" * (4 * MEGABYTE // number_of_commits))
        clone.git("update-ref", "refs/heads/main", new)
    pushed = clone.push("main:main")
    assert pushed.refused, pushed.stderr
    assert "more than 5242880 bytes together; push them in parts" in pushed.text
    assert clone.push(f"main~{number_of_commits // 2}:main").accepted
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize(
    "line",
    [
        b"Reviewed-by: Somebody <s@example.com>\n",
        b"Co-authored-by: A%d <a%d@example.com>\n",
        b"Assisted-by \n",
        b"Co-authored-by:" + b" " * 20 + b"\n",
    ],
    ids=["one", "co-authors", "almost a mark", "blanks"],
)
@pytest.mark.parametrize("mark", [b"", b"Assisted-by: claude\n"], ids=["plain", "marked"])
def test_a_hundred_thousand_trailers_hide_no_mark(world: World, line: bytes, mark: bytes) -> None:
    """Past a bound a message counts as marked: nobody writes that many lines, and nobody reads them."""
    clone = world.clone("junior-1")
    numbered = line.count(b"%d")
    for many in (MANY - 20_000 * numbered, 1_000):
        lines = b"".join(line % ((number,) * numbered) for number in range(many))
        pushed = clone.push(f"{with_message(clone, b'Plain' + 2 * NEWLINE + lines + mark)}:refs/heads/main")
        assert pushed.accepted == (many == 1_000 and not mark), pushed.stderr
        assert pushed.refused != pushed.accepted


@one_format
@pytest.mark.parametrize(
    "header",
    [
        b"gpgsig x\n" + b" \n" * 2_000_000,
        b"x\n" * 500_000,
        b"gpgsig x\n y\n" * 250_000,
        b"mergetag " + b"\n x" * 1_300_000,
    ],
    ids=["one of many lines", "many", "many signatures", "a merge tag"],
)
@pytest.mark.parametrize("mark", ["", "\n\nAssisted-by: claude"], ids=["plain", "marked"])
def test_a_header_of_four_megabytes_is_read_in_time_and_hides_no_mark(world: World, header: bytes, mark: str) -> None:
    clone = world.clone("junior-1")
    clone.commit(f"Plain{mark}")
    raw = clone.git("cat-file", "commit", "HEAD").encode() + b"\n"
    new = clone.hash_object("commit", raw.replace(b"\n\n", b"\n" + header.rstrip(b"\n") + b"\n\n", 1))
    pushed = clone.push(f"{new}:refs/heads/main")
    assert pushed.accepted == (not mark), pushed.stderr
    assert pushed.refused == bool(mark)


@one_format
@pytest.mark.parametrize("pattern", ["d/**/file", "**/file", "file", "src/**"])
def test_a_deep_tree_is_judged_like_any_other(world: World, pattern: str) -> None:
    world.set_rule(when={"paths": [pattern]})
    clone = world.clone("junior-1")
    pushed = clone.push(f"{deep(clone, 1000)}:refs/heads/main")
    assert pushed.accepted == (pattern == "src/**"), pushed.stderr
    assert pushed.refused == (pattern != "src/**")


@one_format
@pytest.mark.parametrize("checked", ["true", "false"])
def test_a_bottomless_tree_slips_past_no_rule(world: World, checked: str) -> None:
    """Git of today refuses it itself (core.maxTreeDepth in git-config(1)); Git of yesterday reads it."""
    world.set_rule(when={"paths": ["d/"]})
    world.git("config", "receive.fsckObjects", checked)
    clone = world.clone("junior-1")
    before = world.refs()
    assert not clone.push(f"{deep(clone, 10_000)}:refs/heads/main").accepted
    assert world.refs() == before
    assert world.faults() == []
    clone.commit("Plain")
    assert clone.push("main:main").accepted
