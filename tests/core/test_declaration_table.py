"""Each signal of the table of AI tools counts in its example, and not in its counter-example."""

from __future__ import annotations

import pytest

from gatekeeper.core.declaration import State, declare
from gatekeeper.core.marks import Marks
from gatekeeper.core.tools import IDENTITY_KINDS, TEXT_KINDS, WORD_KINDS, Signal, Tool, builtin
from tests.support.messages import ANN, commit, said

SAID = [
    pytest.param(tool, signal, id=f"{tool.id}-{signal.kind}-{signal.pattern}")
    for tool in builtin()
    for signal in tool.signals
    if signal.kind in TEXT_KINDS | WORD_KINDS
]
WORN = [
    pytest.param(tool, signal, id=f"{tool.id}-{signal.kind}-{signal.pattern}")
    for tool in builtin()
    for signal in tool.signals
    if signal.kind in IDENTITY_KINDS - {"committer"}
]


def in_message(signal: Signal, text: str) -> str:
    return text + "\n" if signal.kind == "subject" else f"Add a test\n\nBody.\n\n{text}\n"


@pytest.mark.parametrize(("tool", "signal"), SAID)
def test_a_signal_is_found_in_its_example(tool: Tool, signal: Signal) -> None:
    declaration = said(in_message(signal, signal.example))
    assert tool.id in {evidence.tool for evidence in declaration.evidence}
    if signal.kind in TEXT_KINDS and signal.strength == "weak":
        assert declaration.state is State.SILENT
    else:
        assert declaration.state is State.DECLARED
        assert declaration.tools == (tool.id,)


@pytest.mark.parametrize(("tool", "signal"), SAID)
def test_a_signal_is_not_found_in_its_counter_example(tool: Tool, signal: Signal) -> None:
    declaration = said(in_message(signal, signal.counter_example))
    assert declaration.state is State.SILENT
    assert tool.id not in {evidence.tool for evidence in declaration.evidence}


@pytest.mark.parametrize(("tool", "signal"), WORN)
def test_an_agent_counts_as_author_co_author_and_signer(tool: Tool, signal: Signal) -> None:
    name, _, email = signal.example.rstrip(">").partition(" <")
    inferred = declare(commit("Add a test\n", (name, email), ANN))
    co_author = said(f"Add a test\n\nCo-authored-by: {signal.example}\n")
    signer = said(f"Add a test\n\nSigned-off-by: {signal.example}\n")
    for declaration in (inferred, co_author, signer):
        assert tool.id in {evidence.tool for evidence in declaration.evidence}
    if signal.strength == "strong":
        assert (inferred.state, inferred.tools) == (State.INFERRED, (tool.id,))
        assert (co_author.state, co_author.tools) == (State.DECLARED, (tool.id,))
        assert (signer.state, signer.tools) == (State.DECLARED, (tool.id,))


@pytest.mark.parametrize(("tool", "signal"), WORN)
def test_who_is_no_agent_counts_nowhere(tool: Tool, signal: Signal) -> None:
    name, _, email = signal.counter_example.rstrip(">").partition(" <")
    message = f"Add a test\n\nCo-authored-by: {name} <{email}>\nSigned-off-by: {name} <{email}>\n"
    declaration = declare(commit(message, (name, email)))
    assert not declaration.assisted, tool.id


def test_every_mark_of_the_table_gives_the_hint_that_its_line_is_found_by() -> None:
    marks = Marks()
    for key in (*marks.judges, *marks.index.trailers):
        assert any(needle in key for needle in marks.hints.needles(b"Fix\n\n" + key.title() + b" : x\n"))
    for start in (*marks.index.footers, *(form.first for form, _ in marks.index.urls)):
        assert any(needle in start for needle in marks.hints.needles(b"Fix\n\n\xf0\x9f\xa4\x96 " + start + b"x\n"))
