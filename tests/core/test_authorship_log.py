"""Authorship logs of git-ai: whose lines they name, and that they never speak for a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.authorship_log import LIMIT, SESSIONS, attested, commit_of, is_log, paths_of
from gatekeeper.core.declaration import Declaration, State, declare, with_log
from gatekeeper.core.ids import SHA1, SHA256, ObjectFormat, ObjectId
from gatekeeper.core.tools import builtin_index
from tests.support.messages import CLAUDE, commit

if TYPE_CHECKING:
    from gatekeeper.core.commits import Commit

WORDS = builtin_index().words


def judged(commit: Commit, data: bytes) -> Declaration:
    """A commit with a log about it."""
    return with_log(declare(commit), data)


SESSION, HUMAN, LEGACY = "s_c9883b05a2487d::t_9f8e7d6c5b4a32", "h_31dce776f88375", "d9978a8723e02b52"


def log(lines: str, tool: str = "cursor", **changes: Any) -> bytes:
    agent = {"agent_id": {"tool": tool, "id": "1", "model": "m"}}
    metadata = {
        "schema_version": "authorship/3.0.0",
        "base_commit_sha": "0" * 40,
        "prompts": {LEGACY: agent},
        "sessions": {SESSION.partition("::")[0]: agent},
        "humans": {HUMAN: {"author": "Ann <a@b.c>"}},
        **changes,
    }
    return f"{lines}---\n{json.dumps(metadata)}".encode()


@pytest.mark.parametrize("key", [SESSION, LEGACY])
@pytest.mark.parametrize(
    ("tool", "known"),
    [
        ("cursor", "cursor"),
        ("claude", "claude-code"),
        ("github-copilot", "copilot"),
        ("gemini", "gemini-cli"),
        ("droid", "factory-droid"),
        ("something", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_agents_lines_are_evidence(key: str, tool: str, known: str) -> None:
    declaration = judged(commit("Fix\n"), log(f"src/a b.rs\n  {HUMAN} 1\n  {key} 2-9\n", tool))
    assert (declaration.state, declaration.tools) == (State.INFERRED, (known,))
    (evidence,) = declaration.evidence
    assert (evidence.kind, evidence.text, evidence.line) == ("note", f"{key} 2-9".encode(), None)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"reviewed by ann\n",
        log(f"src/main.rs\n  {HUMAN} 1-90\n"),
        log(""),
        log("src/main.rs\n"),
        log(f"  {SESSION} 1\n", schema_version="other/1"),
        log(f"  {SESSION} 1\n").replace(b"---", b"----"),
        log(f"  {SESSION} 1\n")[:-1],
        f"a\n  {SESSION} 1\n---\n[]".encode(),
        f"a\n  {SESSION} 1\n---\n".encode() + b"[" * 100_000,
        log(f"a\n  {SESSION} 1\n") + b" " * LIMIT,
    ],
    ids=range(11),
)
def test_a_log_without_an_agents_lines_or_of_another_form_is_none(note: bytes) -> None:
    assert judged(commit("Fix\n"), note).state is State.SILENT


def test_a_session_that_is_not_described_is_an_agents_all_the_same() -> None:
    assert attested(log(f"a\n  {SESSION} 1\n", sessions={}), WORDS) == (("unknown", f"{SESSION} 1".encode()),)
    assert attested(log(f"a\n  {SESSION} 1\n", sessions={"s_c9883b05a2487d": 7}), WORDS)[0][0] == "unknown"


def test_a_log_of_a_persons_lines_takes_no_mark_away() -> None:
    human = log(f"src/main.rs\n  {HUMAN} 1-90\n")
    assert judged(commit("Fix\n\nMade-with: Cursor\n"), human).state is State.DECLARED
    assert judged(commit("Fix\n", CLAUDE), human).state is State.INFERRED


def test_a_denial_beside_an_agents_lines_is_a_contradiction() -> None:
    declaration = judged(commit("Fix\n\nAI-Assisted: no\n"), log(f"a\n  {SESSION} 1\n"))
    assert (declaration.state, declaration.contradiction) == (State.INFERRED, True)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_a_note(note: bytes) -> None:
    assert attested(note, WORDS) == ()
    attested(b"a\n  1234567 1\n---\n" + note, WORDS)


def test_a_log_that_says_nothing_is_a_log_all_the_same() -> None:
    assert is_log(log(""))
    assert is_log(log("a\n"))
    assert not is_log(log("a\n", schema_version=3))
    assert not is_log(b"---\n")


def test_more_sessions_than_there_are_tools_cost_no_more() -> None:
    lines = "".join(f"  {number:016x} {number}\n" for number in range(SESSIONS))
    agent = {"agent_id": {"tool": "cursor"}}
    first = {f"{0:016x}": agent}
    assert attested(log(f"a\n{lines}", prompts=first), WORDS)[0] == ("cursor", b"0000000000000000 0")
    late = {f"{SESSIONS:016x}": agent}
    assert [tool for tool, _ in attested(log(f"a\n{lines}  {SESSIONS:016x} 1\n", prompts=late), WORDS)] == ["unknown"]


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda each: each.name)
def test_a_note_is_where_git_puts_it(object_format: ObjectFormat) -> None:
    name = ObjectId(("0123456789abcdef" * 4)[: object_format.hex_length])
    for path in (*paths_of(name), "/".join(name[at : at + 2] for at in range(0, len(name), 2)), name.upper()):
        assert commit_of(path, object_format) == name
    for path in ("", name[1:], f"{name}0", f"{name[:3]}/{name[3:]}", f"{name}/", f"/{name}", f"g{name[1:]}", "README"):
        assert commit_of(path, object_format) is None
