"""marks: what says AI, where and why, without policy, roster or server."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.commands import COMMAND, run
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.clones import Clone
    from tests.support.world import World

STRONG = "Co-authored-by: Claude <noreply@anthropic.com>"


@pytest.fixture
def clone(world: World) -> Clone:
    clone = world.clone("junior-1")
    clone.commit("Plain work")
    clone.commit(f"Add retry\n\nText.\n\n{STRONG}")
    return clone


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_commit_is_one_object(clone: Clone) -> None:
    said = run("marks", "HEAD", "--format", "json", cwd=clone.path)
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out) == {
        "version": 1,
        "commit": clone.id(),
        "declaration": "declared",
        "tools": ["claude-code"],
        "evidence": [{"kind": "co-author", "text": STRONG, "line": 5, "strength": "strong", "tool": "claude-code"}],
    }


def test_a_range_is_answered_newest_first(clone: Clone) -> None:
    said = run("marks", "HEAD~2..HEAD", "--format", "json", cwd=clone.path)
    assert [each["declaration"] for each in json.loads(said.out)] == ["declared", "silent"]
    lines = run("marks", "HEAD~2..", "--format", "jsonl", cwd=clone.path)
    assert objects(lines.out) == json.loads(said.out)
    assert json.loads(run("marks", "HEAD..HEAD", "--format", "json", cwd=clone.path).out) == []


def test_a_person_reads_what_was_found_and_where(clone: Clone) -> None:
    said = run("marks", "HEAD~2..HEAD", cwd=clone.path)
    assert said.out == (
        f"{clone.id()[:7]}  declared: claude-code  Add retry\n"
        f"  line 5, co-author -> claude-code: {STRONG}\n"
        f"{clone.id('HEAD~1')[:7]}  silent  Plain work\n"
    )


def test_head_is_meant_if_nothing_is_named_and_no_repository_is_needed_for_a_message(
    clone: Clone, tmp_path: Path
) -> None:
    assert run("marks", cwd=clone.path).out == run("marks", "HEAD", cwd=clone.path).out
    (tmp_path / "message").write_text("Fix\n\nAssisted-by: Claude\nAI-Assisted: no\n")
    said = run("marks", "message", "--format", "json", cwd=tmp_path)
    assert json.loads(said.out)["contradiction"] is True
    assert json.loads(said.out)["commit"] is None
    piped = run("marks", "-", "--format", "json", cwd=tmp_path, data="Fix\n\nAssisted-by: Claude\nAI-Assisted: no\n")
    assert piped == said
    assert run("marks", "message", cwd=tmp_path).out.splitlines()[:2] == [
        "message  declared: claude-code (and denied: a contradiction)",
        "  line 3, trailer -> claude-code: Assisted-by: Claude",
    ]


def test_a_revision_is_meant_before_a_file_of_the_same_name(clone: Clone) -> None:
    clone.git("branch", "topic", "HEAD~1")
    (clone.path / "topic").write_text("Fix\n\nAssisted-by: Claude\n")
    assert "Plain work" in run("marks", "topic", cwd=clone.path).out
    assert "declared" in run("marks", "./topic", cwd=clone.path).out


def test_revisions_on_standard_input_are_answered_in_their_order(clone: Clone) -> None:
    clone.git("tag", "-a", "-m", "x", "v1")
    asked = ["HEAD~1", "no such thing", "HEAD", "HEAD^{tree}", "", "v1", clone.id()]
    said = run("marks", "--stdin", cwd=clone.path, data="".join(f"{line}\n" for line in asked))
    assert said.status == 2
    answers = objects(said.out)
    assert [each["commit"] for each in answers] == [
        *(clone.id("HEAD~1"), None, clone.id(), None, None, clone.id(), clone.id())
    ]
    assert answers[1] == {
        "version": 1,
        "commit": None,
        "revision": "no such thing",
        "error": "names no commit here (missing)",
    }
    assert answers[3]["error"] == "a tree, no commit"
    text = run("marks", "--stdin", "--format", "text", cwd=clone.path, data="HEAD~1\nnothing\n")
    assert text.out == f"{clone.id('HEAD~1')[:7]}  silent  Plain work\nnothing  names no commit here (missing)\n"


@one_format
def test_an_answer_comes_before_the_next_revision_is_asked(clone: Clone) -> None:
    with subprocess.Popen(
        [*COMMAND, "marks", "--stdin"], cwd=clone.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        for name in ("HEAD", "HEAD~1", "HEAD"):
            asked.stdin.write(f"{name}\n".encode())
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline())["commit"] == clone.id(name)
        asked.stdin.close()
        assert asked.wait() == 0


def test_it_works_in_another_directory_and_in_a_bare_repository(world: World, clone: Clone) -> None:
    clone.push("HEAD:refs/heads/topic")
    there = run("-C", "shop.git", "marks", "topic", cwd=world.root)
    assert there.out == run("-C", str(clone.path), "marks", "HEAD", cwd=world.root).out
    (clone.path / "deep").mkdir()
    assert run("-C", "deep", "marks", cwd=clone.path).out == there.out
    assert run("-C", str(clone.path), "-C", "deep", "marks", cwd=world.root).out == there.out


@one_format
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "nonsense names no commit here, and no file"),
        (["HEAD...main"], "write A..B"),
        (["HEAD..nonsense"], "names no commit here"),
        (["--stdin", "HEAD"], "name none"),
        (["-x"], "No such option"),
    ],
)
def test_wrong_use_exits_2(clone: Clone, arguments: list[str], words: str) -> None:
    said = run("marks", *arguments, cwd=clone.path)
    assert (said.status, said.out) == (2, "")
    assert words in said.err


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    said = run("marks", cwd=tmp_path, env={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert said.status == 2
    assert "is in no Git repository" in said.err
    assert "-C" in said.err


@one_format
def test_a_malformed_commit_is_an_answer_of_its_own(clone: Clone) -> None:
    bad = clone.hash_object("commit", f"tree {clone.id('HEAD^{tree}')}\n\nFix\n".encode())
    said = run("marks", "--stdin", cwd=clone.path, data=f"{bad}\nHEAD\n")
    assert [each.get("error") for each in objects(said.out)] == [
        "a malformed commit: header names no author or no committer",
        None,
    ]


@one_format
def test_what_the_gate_refuses_to_read_is_shown_all_the_same(clone: Clone) -> None:
    raw = clone.git("cat-file", "commit", "HEAD~1").replace(
        "author ", "author Claude <noreply@anthropic.com> x\nauthor "
    )
    odd = clone.hash_object("commit", raw.encode())
    assert json.loads(run("marks", odd, "--format", "json", cwd=clone.path).out)["declaration"] == "inferred"


@one_format
def test_a_replacement_is_not_obeyed_and_a_shallow_clone_is_read(world: World, clone: Clone, tmp_path: Path) -> None:
    clone.git("replace", clone.id(), clone.id("HEAD~1"))
    assert "declared" in run("marks", "HEAD", cwd=clone.path).out
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{clone.path}", "shallow"], cwd=tmp_path, check=True, env=os.environ
    )
    assert "Add retry" in run("marks", "HEAD", cwd=tmp_path / "shallow").out


def test_an_authorship_log_in_the_notes_is_evidence(clone: Clone) -> None:
    line = "s_c9883b05a2487d::t_9f8e7d6c5b4a32 1-9"
    session = {"s_c9883b05a2487d": {"agent_id": {"tool": "cursor", "id": "1", "model": "m"}}}
    metadata = json.dumps({"schema_version": "authorship/3.0.0", "prompts": {}, "sessions": session})
    plain = clone.id("HEAD~1")
    assert json.loads(run("marks", plain, "--format", "json", cwd=clone.path).out)["declaration"] == "silent"
    clone.git("notes", "--ref=ai", "add", "-F", "-", plain, data=f"a.py\n  {line}\n---\n{metadata}\n".encode())
    clone.git("notes", "--ref=ai", "add", "-m", "no log", clone.id())
    answers = objects(run("marks", "HEAD~2..HEAD", "--format", "jsonl", cwd=clone.path).out)
    assert [(each["declaration"], each["tools"]) for each in answers] == [
        ("declared", ["claude-code"]),
        ("inferred", ["cursor"]),
    ]
    assert answers[1]["evidence"] == [
        {"kind": "note", "text": line, "line": None, "strength": "strong", "tool": "cursor"}
    ]
