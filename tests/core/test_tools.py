"""The table of AI tools: every signal finds its example and nothing else, and people are never tools."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core import tools
from gatekeeper.core.tools import (
    IDENTITY_KINDS,
    KINDS,
    TEXT_KINDS,
    Form,
    Index,
    Signal,
    Tool,
    account,
    agent_environment,
    builtin,
    builtin_index,
    is_ai_identity,
)

SIGNALS = [(tool, signal) for tool in builtin() for signal in tool.signals]
IDENTITIES = [(tool, signal) for tool, signal in SIGNALS if signal.kind in IDENTITY_KINDS]
NAMED = [pytest.param(tool, signal, id=f"{tool.id}-{signal.kind}-{signal.pattern}") for tool, signal in IDENTITIES]


def parts(identity: str) -> tuple[bytes, bytes]:
    name, _, address = identity.rstrip(">").partition(" <")
    return name.encode(), address.encode()


def lower(identity: str) -> tuple[bytes, bytes]:
    name, address = parts(identity)
    return name.lower(), address.lower()


def test_the_table_names_each_tool_once() -> None:
    ids = [tool.id for tool in builtin()]
    assert len(ids) == len(set(ids)) == 55
    assert ids[-1] == "unknown"


def test_every_signal_is_of_a_known_kind_lower_case_and_has_both_examples() -> None:
    for tool, signal in SIGNALS:
        assert signal.kind in KINDS, tool.id
        assert signal.strength in ("strong", "weak"), tool.id
        assert signal.pattern == signal.pattern.lower(), tool.id
        assert signal.example, tool.id
        assert signal.counter_example, tool.id


def test_no_tool_has_the_same_signal_twice_nor_two_tools_one_address() -> None:
    seen = [(signal.kind, signal.pattern) for _, signal in SIGNALS]
    assert len(seen) == len(set(seen))


def test_no_pattern_is_a_whole_domain() -> None:
    for _, signal in SIGNALS:
        if signal.kind == "address":
            assert "*" not in signal.pattern
            assert signal.pattern.index("@") > 0


@pytest.mark.parametrize(("tool", "signal"), NAMED)
def test_an_identity_signal_finds_its_example(tool: Tool, signal: Signal) -> None:
    index = builtin_index()
    look_up = index.committer if signal.kind == "committer" else index.identity
    found = look_up(*lower(signal.example))
    assert found is not None
    assert found[0] == tool.id
    assert signal.strength == "weak" or found[1] == "strong"


@pytest.mark.parametrize(("tool", "signal"), NAMED)
def test_a_weak_identity_signal_alone_is_no_ai_identity(tool: Tool, signal: Signal) -> None:
    strong = is_ai_identity(*parts(signal.example)) == tool.id
    index = builtin_index()
    name, address = lower(signal.example)
    alone = index.by_name(name) is None or index.by_address(address) is None
    if signal.kind == "committer":
        assert index.committer(name, address) == (tool.id, "weak")
    elif signal.strength == "strong":
        assert strong
    elif alone:
        assert not strong


@pytest.mark.parametrize(("tool", "signal"), NAMED)
def test_an_identity_signal_does_not_find_its_counter_example(tool: Tool, signal: Signal) -> None:
    found = builtin_index().identity(*lower(signal.counter_example))
    assert found is None or found[1] == "weak" or found[0] != tool.id
    assert is_ai_identity(*parts(signal.counter_example)) is None


@pytest.mark.parametrize(
    "identity",
    [
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        "dependabot-preview[bot] <27856297+dependabot-preview[bot]@users.noreply.github.com>",
        "renovate[bot] <29139614+renovate[bot]@users.noreply.github.com>",
        "Renovate Bot <bot@renovateapp.com>",
        "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
        "pre-commit-ci[bot] <66853113+pre-commit-ci[bot]@users.noreply.github.com>",
        "gemini-cli-robot <gemini-cli-robot@google.com>",
        "dotnet-maestro[bot] <42748379+dotnet-maestro[bot]@users.noreply.github.com>",
        "OpenStack Release Bot <infra-root@openstack.org>",
        "GitHub <noreply@github.com>",
        "git-ai <git-ai@local>",
        "Cline Evaluation <cline@example.com>",
        "Claude Dupont <claude.dupont@example.fr>",
        "Xavier Claude <contact@example.be>",
        "Claude <claude@example.fr>",
        "Jean-Claude Martin <jcm@example.fr>",
        "Devin Booker <devin@example.com>",
        "Jules Verne <jules@example.fr>",
        "Jules <jules@example.fr>",
        "Cody Sehl <cody@example.com>",
        "Ann Lee <ann@anthropic.com>",
        "Ann Lee <ann@openai.com>",
        "Claude Lee <claude.lee@anthropic.com>",
        "Paul <paul@aider.chat>",
        "rUv <ruv@ruv.net>",
        "Kimi R <kimi@example.fi>",
        " <>",
        "Claude",
    ],
)
def test_people_staff_and_other_automation_are_no_ai_identity(identity: str) -> None:
    assert is_ai_identity(*parts(identity)) is None


@pytest.mark.parametrize(
    ("identity", "tool"),
    [
        ("CLAUDE <NoReply@Anthropic.COM>", "claude-code"),
        ("anybody <1+Claude[bot]@users.noreply.github.com>", "claude-code"),
        ("anybody <claude[bot]@users.noreply.github.com>", "claude-code"),
        ("Claude Opus 4.5 <me@example.com>", "claude-code"),
        ("Claude Code <me@example.com>", "claude-code"),
        ("claude-sonnet-4-6 via Crush <x@example.com>", "crush"),
        ("Gemini <noreply@google.com>", "gemini-cli"),
        ("claude-flow <ruv@ruv.net>", "claude-flow"),
        ("Ann Lee (aider) <ann@example.com>", "aider"),
    ],
)
def test_an_agent_is_recognised(identity: str, tool: str) -> None:
    assert is_ai_identity(*parts(identity)) == tool


def test_a_number_before_the_account_must_be_a_number() -> None:
    assert account(b"209825114+claude[bot]@users.noreply.github.com") == b"claude[bot]"
    assert account(b"claude[bot]@users.noreply.github.com") == b"claude[bot]"
    assert account(b"x+claude[bot]@users.noreply.github.com") == b"x+claude[bot]"
    assert account(b"+claude[bot]@users.noreply.github.com") == b"+claude[bot]"
    assert account(b"claude[bot]@users.noreply.github.com.example.com") is None


def test_a_policy_can_weaken_a_built_in_signal_and_add_its_own() -> None:
    own = Tool(
        id="acme",
        name="Acme",
        signals=(
            Signal(kind="address", pattern="Bot@Acme.example"),
            Signal(kind="address", pattern="help@firebender.com", strength="weak"),
        ),
    )
    index = Index([own])
    assert index.identity(b"x", b"bot@acme.example") == ("acme", "strong")
    assert index.identity(b"x", b"help@firebender.com") == ("acme", "weak")
    assert builtin_index().identity(b"x", b"help@firebender.com") == ("firebender", "strong")


@pytest.mark.parametrize("tool", [tool for tool in builtin() if tool.environment], ids=lambda tool: tool.id)
def test_an_agent_is_known_by_each_of_its_variables(tool: Tool) -> None:
    for variable in tool.environment:
        assert agent_environment({"HOME", "PATH", variable}) == tool.id


def test_an_ordinary_environment_is_no_agents() -> None:
    ordinary = {
        "HOME",
        "PATH",
        "TERM_PROGRAM",
        "VSCODE_PID",
        "CURSOR_TRACE_ID",
        "REPL_ID",
        "ANTHROPIC_API_KEY",
    }
    assert agent_environment(ordinary) is None
    assert agent_environment(()) is None


def test_a_named_agent_wins_over_the_generic_variable() -> None:
    assert agent_environment(["AI_AGENT", "GOOSE_TERMINAL"]) == "goose"
    assert agent_environment(["AI_AGENT"]) == "unknown"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (b"cursor", b"cursor", True),
        (b"cursor", b"cursors", False),
        (b"aider (*)", b"aider (gpt)", True),
        (b"aider (*)", b"aider (", False),
        (b"ab*bc", b"abc", False),
        (b"ab*bc", b"abbc", True),
        (b"*", b"", True),
        (b"a*b*c", b"a-b-c", True),
        (b"a*b*c", b"a-c", False),
        (b"a*c*c", b"ac", False),
        (b"a*b*b", b"ab", False),
    ],
)
def test_a_form_fits_the_whole_text(pattern: bytes, text: bytes, fits: bool) -> None:
    assert Form(pattern).matches(text) is fits


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_a_form_agrees_with_the_regular_expression_it_stands_for(pattern: str, text: str) -> None:
    import re

    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert Form(pattern.encode()).matches(text.encode()) is expected


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_can_be_looked_up(name: bytes, email: bytes) -> None:
    assert is_ai_identity(name, email) in {None, *(tool.id for tool in builtin())}


def test_kinds_do_not_overlap() -> None:
    assert not IDENTITY_KINDS & TEXT_KINDS
    assert not tools.WORD_KINDS & (IDENTITY_KINDS | TEXT_KINDS)
