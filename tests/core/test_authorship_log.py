"""Authorship logs of git-ai: whose lines they name, and that they never speak for a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.authorship_log import LIMIT, attested
from gatekeeper.core.declaration import State, declare
from gatekeeper.core.tools import builtin_index
from tests.core.test_declaration import CLAUDE, commit

WORDS = builtin_index().words
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
    declaration = declare(commit("Fix\n"), log=log(f"src/a b.rs\n  {HUMAN} 1\n  {key} 2-9\n", tool))
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
    assert declare(commit("Fix\n"), log=note).state is State.SILENT


def test_a_session_that_is_not_described_is_an_agents_all_the_same() -> None:
    assert attested(log(f"a\n  {SESSION} 1\n", sessions={}), WORDS) == (("unknown", f"{SESSION} 1".encode()),)
    assert attested(log(f"a\n  {SESSION} 1\n", sessions={"s_c9883b05a2487d": 7}), WORDS)[0][0] == "unknown"


def test_a_log_of_a_persons_lines_takes_no_mark_away() -> None:
    human = log(f"src/main.rs\n  {HUMAN} 1-90\n")
    assert declare(commit("Fix\n\nMade-with: Cursor\n"), log=human).state is State.DECLARED
    assert declare(commit("Fix\n", CLAUDE), log=human).state is State.INFERRED


def test_a_denial_beside_an_agents_lines_is_a_contradiction() -> None:
    declaration = declare(commit("Fix\n\nAI-Assisted: no\n"), log=log(f"a\n  {SESSION} 1\n"))
    assert (declaration.state, declaration.contradiction) == (State.INFERRED, True)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_a_note(note: bytes) -> None:
    assert attested(note, WORDS) == ()
    attested(b"a\n  1234567 1\n---\n" + note, WORDS)
