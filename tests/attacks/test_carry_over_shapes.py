"""What carries over where a change is more than lines of text: modes, links, submodules, bytes, odd histories."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.carried import LINES, MARK, branch, changed, moved_on, rebased, reviewed, start
from tests.support.world import one_format

if TYPE_CHECKING:
    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

OTHER = {"b.py": LINES.replace("line 9\n", "other\n")}


def written(clone: Clone, entries: dict[bytes, tuple[str, bytes]], message: str = "Work" + MARK) -> ObjectId:
    """A commit on top of HEAD with entries (mode, content) at paths of any bytes; a submodule's content is an id."""
    lines: list[bytes] = []
    for path, (mode, content) in entries.items():
        name = content.decode() if mode == "160000" else clone.hash_object("blob", content)
        lines.append(f"{mode} {name}\t".encode() + path)
    data = b"".join(line + b"\0" for line in lines)
    command = ["git", "update-index", "-z", "--index-info"]
    subprocess.run(command, cwd=clone.path, env=os.environ, input=data, check=True)
    tree = clone.git("write-tree")
    commit = clone.git("commit-tree", tree, "-p", "HEAD", "-m", message, env=clone.dates())
    clone.git("reset", "-q", "--soft", commit)
    return clone.id()


def replayed(clone: Clone, commit: ObjectId, onto: str = "origin/main") -> None:
    """Replay by Git's own merge, without a work tree: some paths cannot be written to one."""
    clone.fetch()
    tree = clone.git("merge-tree", "--write-tree", onto, commit)
    message = clone.git("log", "-1", "--format=%B", commit)
    new = clone.git("commit-tree", tree, "-p", onto, "-m", message, env=clone.dates())
    clone.git("update-ref", "--no-deref", "HEAD", new)


ENTRIES = [
    {b"a.bin": ("100644", b"\0\1\2binary")},
    {b"run.sh": ("100755", LINES.encode())},
    {b"a.py": ("100755", LINES.encode())},
    {b"link": ("120000", b"a.py")},
    {b"lib": ("160000", b"1" * 40)},
    {b'\xff\xfe odd\n\t"name\\': ("100644", b"text\n"), b"two": ("100644", b"text\n")},
    {b"crlf.txt": ("100644", b"one\r\ntwo\r\n")},
    {b"open-ended.txt": ("100644", b"one\ntwo")},
    {b"empty": ("100644", b"")},
    {b"large.txt": ("100644", b"x" * 9_000_000)},
]
NAMES = ["binary", "new-executable", "mode", "link", "submodule", "odd-paths", "crlf", "no-newline", "empty", "large"]


class TestShapes:
    @pytest.mark.parametrize("entries", ENTRIES, ids=NAMES)
    @one_format
    def test_are_carried(self, world: World, entries: dict[bytes, tuple[str, bytes]]) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = written(clone, entries)
        reviewed(world, clone, commit)
        moved_on(world, OTHER)
        replayed(clone, commit)
        pushed = clone.push("HEAD:main")
        assert pushed.accepted, pushed.text

    @pytest.mark.parametrize(
        ("entries", "instead"),
        [
            ({b"run.sh": ("100644", b"text\n")}, {b"run.sh": ("100755", b"text\n")}),
            ({b"link": ("100644", b"/etc/passwd")}, {b"link": ("120000", b"/etc/passwd")}),
            ({b"lib": ("160000", b"1" * 40)}, {b"lib": ("160000", b"2" * 40)}),
            ({b"a.bin": ("100644", b"\0one")}, {b"a.bin": ("100644", b"\0two")}),
            ({b"crlf.txt": ("100644", b"one\ntwo\n")}, {b"crlf.txt": ("100644", b"one\r\ntwo\r\n")}),
            ({b"open.txt": ("100644", b"one\ntwo\n")}, {b"open.txt": ("100644", b"one\ntwo")}),
            ({b"one": ("100644", b"text\n")}, {b"One": ("100644", b"text\n")}),
            ({b"order.txt": ("100644", b"one\ntwo\n")}, {b"order.txt": ("100644", b"two\none\n")}),
        ],
        ids=["executable", "link", "submodule", "binary", "crlf", "no-newline", "case-of-path", "order-of-lines"],
    )
    @one_format
    def test_another_one_is_not(
        self, world: World, entries: dict[bytes, tuple[str, bytes]], instead: dict[bytes, tuple[str, bytes]]
    ) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        reviewed(world, clone, written(clone, entries))
        moved_on(world, OTHER)
        clone.fetch()
        clone.git("checkout", "-q", "-f", "-B", "again", "origin/main")
        clone.git("read-tree", "HEAD")
        written(clone, instead)
        assert clone.push("HEAD:main").refused


class TestHistories:
    @one_format
    def test_an_empty_commit_is_never_carried(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        commit = clone.commit("Nothing" + MARK, {})
        reviewed(world, clone, commit)
        clone.commit("Nothing again" + MARK, {}, "--amend")
        assert clone.push("HEAD:main").refused
        assert clone.push(f"{commit}:main").accepted

    @one_format
    def test_a_root_commit_is_carried_by_its_bytes(self, world: World) -> None:
        clone = start(world, {"a.py": LINES})
        clone.git("checkout", "-q", "--orphan", "root")
        clone.git("rm", "-q", "-r", "-f", ".")
        commit = clone.commit("Work" + MARK, {"new.py": LINES, "new2.py": LINES})
        reviewed(world, clone, commit)
        branch(clone, "again")
        again = clone.commit("Work" + MARK, {"new.py": LINES, "new2.py": LINES + "evil\n"})
        assert clone.push(f"{again}:main").refused
        clone.commit("Work" + MARK, {"new2.py": LINES}, "--amend")
        assert clone.push("HEAD:main").accepted

    def test_an_evil_merge_in_a_squashed_range_needs_its_own_approval(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        one = clone.commit("One" + MARK, {"a.py": changed(LINES, 5, "one")})
        moved_on(world, OTHER)
        clone.fetch()
        evil = clone.merge("origin/main", amend={"a.py": changed(changed(LINES, 5, "one"), 30, "evil")})
        reviewed(world, clone, one)
        clone.git("reset", "-q", "--soft", "origin/main")
        clone.commit("All", {})
        assert clone.push("HEAD:main").refused
        clone.git("checkout", "-q", evil)
        reviewed(world, clone, one, evil)
        clone.git("reset", "-q", "--soft", "origin/main")
        clone.commit("All", {})
        assert clone.push("HEAD:main").accepted

    @one_format
    def test_an_octopus_in_a_squashed_range_needs_its_own_approval(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES, "c.py": LINES})
        base = clone.id()
        tips: list[ObjectId] = []
        for name in ("a.py", "b.py", "c.py"):
            clone.git("checkout", "-q", "--detach", base)
            tips.append(clone.commit(f"Work in {name}" + MARK, {name: changed(LINES, 5, "work")}))
        octopus = clone.merge(*tips[:2])
        reviewed(world, clone, *tips)
        clone.git("reset", "-q", "--soft", base)
        clone.commit("All", {})
        assert clone.push("HEAD:main").refused
        clone.git("checkout", "-q", octopus)
        reviewed(world, clone, octopus)
        clone.git("reset", "-q", "--soft", base)
        clone.commit("All", {})
        assert clone.push("HEAD:main").accepted

    @one_format
    def test_a_reviewed_commit_that_is_gone_carries_nothing(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        world.git("update-ref", "-d", "refs/heads/review/topic")
        for keep in world.git("for-each-ref", "--format=%(refname)", "refs/gatekeeper/keep").split():
            world.git("update-ref", "-d", keep)
        world.git("reflog", "expire", "--expire=now", "--all")
        world.git("prune", "--expire=now")
        assert not world.has(commit)
        moved_on(world, OTHER)
        new = rebased(clone)
        assert clone.push("HEAD:main").refused
        world.approve(new)
        assert clone.push("HEAD:main").accepted

    @one_format
    def test_an_author_in_another_case_is_the_same(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")}, author="J <JUNIOR-1@Example.COM>")
        reviewed(world, clone, commit)
        moved_on(world, OTHER)
        rebased(clone)
        clone.git("commit", "-q", "--amend", "--no-edit", "--author", "J <junior-1@example.com>")
        assert clone.push("HEAD:main").accepted

    @one_format
    def test_two_refs_in_one_push_each_get_it_once(self, world: World) -> None:
        clone = start(world, {"a.py": LINES, "b.py": LINES})
        assert clone.push("origin/main:refs/heads/release/1").accepted
        commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
        reviewed(world, clone, commit)
        moved_on(world, OTHER)
        rebased(clone)
        assert clone.push("HEAD:main", f"{commit}:refs/heads/release/1").accepted
        for ref in ("main", "refs/heads/release/1"):
            clone.fetch()
            clone.git("checkout", "-q", "--detach", f"origin/{ref.removeprefix('refs/heads/')}")
            clone.git("revert", "--no-edit", "HEAD", env=clone.dates())
            clone.commit("Between", {"b.py": changed(LINES, 20, ref)})
            clone.git("cherry-pick", commit, env=clone.dates())
            assert clone.push(f"HEAD:{ref}").refused
