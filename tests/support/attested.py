"""What is pushed beside commits: notes as git-ai writes them, and records of Agent Trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gatekeeper.core.push import NOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatekeeper.core.ids import ObjectId
    from tests.support.clones import Clone
    from tests.support.world import World

SESSION, HUMAN = "s_c9883b05a2487d::t_9f8e7d6c5b4a32", "h_31dce776f88375"
CODE = "".join(f"def function_{number}():\n    return {number}\n" for number in range(20))
TOPIC = "HEAD:refs/heads/topic"
TRACES = ".agent-trace/traces.jsonl"
PUSH = f"+{NOTES}:{NOTES}"


def log(lines: str = f"src/cart.py\n  {SESSION} 1-9\n", tool: str = "cursor", **changes: Any) -> bytes:
    """An authorship log; by default an agent wrote nine lines."""
    metadata = {
        "schema_version": "authorship/3.0.0",
        "base_commit_sha": "0" * 40,
        "sessions": {SESSION.partition("::")[0]: {"agent_id": {"tool": tool, "id": "1", "model": "m"}}},
        "humans": {HUMAN: {"author": "Ann <a@b.c>"}},
        **changes,
    }
    return f"{lines}---\n{json.dumps(metadata)}".encode()


ALL_HUMAN = log(f"src/cart.py\n  {HUMAN} 1-90\n")


def with_a_side(world: World) -> Clone:
    """A clone on main with a commit of its own, and another one on the branch `side`."""
    clone = world.clone()
    base = clone.id()
    clone.commit("Mine", {"a.py": CODE})
    clone.git("checkout", "-q", "-b", "side", base)
    clone.commit("Yours", {"b.py": CODE[::-1]})
    clone.git("checkout", "-q", "main")
    return clone


def note(clone: Clone, commit: ObjectId, data: bytes | None = None) -> None:
    """Add a note about a commit, in the place of one that is there."""
    blob = clone.hash_object("blob", log() if data is None else data)
    clone.git("notes", "--ref=ai", "add", "-f", "-C", blob, commit, env=clone.dates())


def notes_tree(clone: Clone, entries: Mapping[str, tuple[str, ObjectId]]) -> ObjectId:
    """Put a tree of any form on the ref of notes: (mode, id) by path."""
    clone.git("read-tree", "--empty", env={"GIT_INDEX_FILE": str(clone.path / ".git/notes-index")})
    lines = "".join(f"{mode} {name}\t{path}\n" for path, (mode, name) in entries.items())
    index = {"GIT_INDEX_FILE": str(clone.path / ".git/notes-index")}
    clone.git("update-index", "--add", "--index-info", data=lines.encode(), env=index)
    return notes_at(clone, clone.git("write-tree", "--missing-ok", env=index))


def notes_at(clone: Clone, tree: str) -> ObjectId:
    """Put a tree that is there on the ref of notes."""
    commit = clone.git("commit-tree", "-m", "Notes", tree, env=clone.dates())
    clone.git("update-ref", NOTES, commit)
    return clone.id(NOTES)


def trace(*paths: str, kind: str = "ai", revision: str = "", **changes: Any) -> str:
    """A line with a record of Agent Trace."""
    contributor = {"type": kind, "model_id": "anthropic/claude-opus-4-5-20251101"}
    conversation = {"contributor": contributor, "ranges": [{"start_line": 1, "end_line": 9}]}
    record: dict[str, Any] = {
        "version": "0.1.0",
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-01-23T14:30:00Z",
        "tool": {"name": "cursor", "version": "2.4.0"},
        "files": [{"path": path, "conversations": [conversation]} for path in paths],
        **({"vcs": {"type": "git", "revision": revision}} if revision else {}),
        **changes,
    }
    return json.dumps(record) + "\n"


def last(world: World) -> dict[str, Any]:
    """What the ledger's entry of the last push says."""
    data: dict[str, Any] = world.entries("push")[-1].data
    return data


def states(world: World) -> list[str]:
    """What the commits of the last push were taken for."""
    return [c["declaration"]["state"] for ref in last(world)["verdict"]["refs"] for c in ref["commits"]]
