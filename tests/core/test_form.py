from __future__ import annotations

import pytest

from gatekeeper.core.declaration import Evidence, MarkRules
from gatekeeper.core.form import Fault, distance, faults


def below(text: str) -> bytes:
    return f"Add retry\n\nWhy it is needed.\n\n{text}\n".encode()


def found(text: str) -> list[tuple[str, int]]:
    return [(fault.code, fault.line) for fault in faults(below(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Assisted-by: Claude Code",
        "Assisted-by: Jane Doe <jane@example.com>",
        "Assisted-by: Jane",
        "Assisted-by:\n  Claude Code",
        "Generated-by: make.py",
        "Generated-by: make.py\n\nIn all projects.",
        "AI-Assisted: no",
        "AI-Assisted: No.",
        "AI-Assisted: yes",
        "AI-Assisted: yes (a tool that nobody knows)",
        "AI-Assisted: Supercoder 3",
        "AI-Assisted: Claude, partly",
        "Co-authored-by: Claude <noreply@anthropic.com>",
        "Co-authored-by: Claude <noreply@anthropic.com>\n\nSigned-off-by: Ann <ann@example.com>",
        "Coauthored-by: Ann <ann@example.com>",
        "Assigned-by: Ann Lee\nAssessed-by: Bo",
        "Note: nothing\nTested-by: Ann\nUnassisted: yes",
        "    Asisted-by: an example",
        "> Asisted-by: a quote",
        "```\nAssisted-by: maybe\n```",
        "Squashed commit of the following:\n\n    Assisted-by: Claude\n\n    and more",
    ],
)
def test_what_the_gate_reads_as_it_is_meant_is_in_order(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "line",
    [
        "Asisted-by: Claude Code",
        "Assited-By: Jane Doe <jane@example.com>",
        "Assisted by: codex",
        "Assisted_by: Aider",
        "Assisetd-by: me",
        "Assistd-bi: Codex",
        "Assistedby: Claude",
    ],
)
def test_a_misspelt_assisted_by_is_told(line: str) -> None:
    assert faults(below(line)) == (Fault(code="misspelt-key", line=5, text=line.encode(), other=b"Assisted-by"),)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("AI-Asisted: no", b"AI-Assisted"),
        ("AI Assisted: yes", b"AI-Assisted"),
        ("AI-Assist: yes", b"AI-Assisted"),
        ("Generatd-by: Codex", b"Generated-by"),
        ("Coauthored-by: Claude <noreply@anthropic.com>", b"Co-authored-by"),
    ],
)
def test_other_misspelt_keys_are_told(line: str, key: bytes) -> None:
    assert [(fault.code, fault.other) for fault in faults(below(line))] == [("misspelt-key", key)]


@pytest.mark.parametrize(
    "line",
    [
        "AI-Assisted: maybe",
        "AI-Assisted:",
        "AI-Assisted: ?",
        "AI-Assisted: yes/no",
        "AI-Assisted: <tool>",
        "AI-Assisted: no AI, just a replace",
        "AI-Generated: unknown",
    ],
)
def test_an_answer_that_is_none_is_told(line: str) -> None:
    (fault,) = faults(below(line))
    assert (fault.code, fault.line, fault.takes_yes) == ("unusable-value", 5, True)


@pytest.mark.parametrize("value", ["", "yes", "<tool>", "TODO", "maybe", "-"])
def test_assisted_by_nobody_is_told(value: str) -> None:
    (fault,) = faults(below(f"Assisted-by: {value}"))
    assert (fault.code, fault.takes_yes) == ("unusable-value", False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Assisted-by: Claude\n\nSee also the ticket.", 5),
        ("In the end it works.\nAssisted-by: Claude", 6),
        ("---\nAssisted-by: Claude", 6),
        ("AI-Assisted: no\n\nSigned-off-by: Ann <ann@example.com>", 5),
        ("Assisted-by:\nClaude", 5),
    ],
)
def test_a_declaration_that_git_does_not_read_as_a_trailer_is_told(text: str, line: int) -> None:
    assert found(text) == [("not-a-trailer", line)]


def test_a_declaration_right_below_the_subject_is_told() -> None:
    assert [fault.code for fault in faults(b"Add retry\nAssisted-by: Claude\n")] == ["not-a-trailer"]


def test_the_same_declaration_at_the_end_makes_up_for_one_further_up() -> None:
    assert found("Assisted-by: Claude\n\nMore.\n\nAssisted-by: Claude") == []


def test_a_contradiction_names_both_lines() -> None:
    assert faults(below("AI-Assisted: no\nAssisted-by: Claude")) == (
        Fault(code="contradiction", line=5, text=b"AI-Assisted: no", other=b"Assisted-by: Claude"),
    )


def test_a_denial_contradicts_an_agent_as_author() -> None:
    agent = Evidence(kind="author", text=b"Codex <noreply@openai.com>", tool="codex")
    (fault,) = faults(below("AI-Assisted: no"), (agent,))
    assert (fault.code, fault.other) == ("contradiction", agent.text)


def test_a_policy_key_has_the_same_form() -> None:
    rules = MarkRules(keys=(b"Model-Used",))
    assert [(fault.code, fault.other) for fault in faults(below("Modle-Used: x"), (), rules)] == [
        ("misspelt-key", b"Model-Used")
    ]
    assert [fault.code for fault in faults(below("Model-Used: maybe"), (), rules)] == ["unusable-value"]
    assert faults(below("Model-Used: x"), (), rules) == ()


def test_a_policy_key_that_is_judged_by_value_is_looked_at_as_assisted_by_is() -> None:
    rules = MarkRules(value_keys=(b"Helped-by-Tool",))
    assert faults(below("Helped-by-Tool: Codex"), (), rules) == ()
    (fault,) = faults(below("Helped-by-Tool: yes"), (), rules)
    assert (fault.code, fault.takes_yes) == ("unusable-value", False)
    assert [fault.other for fault in faults(below("Helpd-by-Tool: Codex"), (), rules)] == [b"Helped-by-Tool"]


def test_faults_come_in_the_order_of_the_lines() -> None:
    text = "Asisted-by: Codex\n\nAI-Assisted: maybe\nGeneratd-by: Codex"
    assert [line for _, line in found(text)] == [5, 7, 8]


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        (b"abc", b"abc", 0),
        (b"abc", b"abcd", 1),
        (b"abc", b"ab", 1),
        (b"abc", b"axc", 1),
        (b"abc", b"acb", 1),
        (b"abcd", b"badc", 2),
        (b"abc", b"abcdef", 3),
    ],
)
def test_slips_are_counted_as_people_make_them(one: bytes, other: bytes, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips
