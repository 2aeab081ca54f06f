"""What holds of the declaration of any message."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from gatekeeper.core.declaration import State, declare
from gatekeeper.core.marks import EVIDENCE_LIMIT, Marks
from gatekeeper.core.own_words import plain_lines
from gatekeeper.core.trailers import parse_trailers
from tests.support.messages import STRONG, commit, said

PIECES = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\n\n",
        "```\n",
        "~~~\n",
        "> ",
        "    ",
        ": ",
        "Revert ",
        "Squashed commit of the following:\n",
        "Co-authored-by:",
        "Assisted-by:",
        "AI-Assisted: ",
        "no",
        "claude",
        "Disclosure: ",
        "\\n\\n",
        "<a@b>",
        "[x](",
        "\xe9",
    ]
)
MESSAGES = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(lambda all_: "".join(all_).encode()))
MARKS = st.sampled_from(
    [
        STRONG,
        "Assisted-by: Claude Opus 4.6",
        "AI-Assisted: yes",
        "Made-with: Cursor",
        "Generated with [Claude Code](x)",
    ]
)


@given(MESSAGES, st.text(max_size=20), st.text(max_size=20))
@example(b"Co-authored-by\n ", "", "")
@example(b"AI\n  \n\n  x", "", "")
def test_any_bytes_are_judged(message: bytes, name: str, email: str) -> None:
    declaration = declare(commit(message, (name, email)))
    assert declaration.assisted == bool(declaration.tools)
    assert len(declaration.evidence) <= EVIDENCE_LIMIT + 2
    lines = plain_lines(message).split(b"\n")
    for evidence in declaration.evidence:
        assert evidence.line is None or lines[evidence.line - 1].startswith(evidence.text)


@given(MESSAGES)
@example(f"Fix\n\n```\nx\n\nSigned-off-by: A <a@b.c>\n{STRONG}\n```\n".encode())
@example(b"Fix\n\nMade-with :\n   Cursor\n")
@example(b"Fix\n\nMade-with:\n# comment\n   Cursor\n")
@example(b"Fix\n\n~~~\n\nSigned-off-by: A\nMade-with: Cursor\n~~~\n---\n patch\n")
def test_what_git_takes_for_a_trailer_is_judged_by_its_key_and_value(message: bytes) -> None:
    marks = Marks()
    for trailer in () if message.lower().startswith(b'revert "') else parse_trailers(message):
        judge = marks.judges.get(trailer.key.lower())
        found = judge(trailer.value.lower()) if judge else ()
        if any(kind != "denial" and strength == "strong" for kind, _, strength in found):
            assert said(message).state is State.DECLARED


@given(MESSAGES, MARKS)
def test_a_mark_as_last_paragraph_makes_any_message_assisted(message: bytes, mark: str) -> None:
    assert said(message + b"\n\n" + mark.encode() + b"\n").state is State.DECLARED


@given(MARKS, st.randoms())
def test_the_case_of_a_mark_does_not_matter(mark: str, random: object) -> None:
    mixed = "".join(char.upper() if random.random() < 0.5 else char.lower() for char in mark)  # type: ignore[attr-defined]
    assert said(f"Fix\n\n{mixed}\n").tools == said(f"Fix\n\n{mark}\n").tools
