"""What a hostile message may cost: bytes read and operations made are counted, no clock is asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.core import hints
from gatekeeper.core.hints import MESSAGE_LIMIT, PIECES_LIMIT
from gatekeeper.core.marks import JUDGED_BYTES, JUDGED_LIMIT, Findings, Marks
from tests.support.counted import Work, counted

MARK = b"Co-authored-by: Claude <noreply@anthropic.com>\n"
SIZE = 10_000_000
MARKS = Marks()
LINES = [
    b"x",
    b"\n",
    b"a\n",
    b".:",
    b"\r",
    b"\r\n",
    b"\\n",
    b"\\n\\nco-authored-by:",
    b"co-authored-by: ",
    b"Co-authored-by: a <a@b.c>\n",
    b"Co-authored-by: " + b"a@b " * 200 + b"\n",
    b"Co-authored-by:\n x\n",
    b"Co-authored-by:" + b" " * 3000 + b"a@b\n",
    b"Co-authored-by:" + b"\n " * 400,
    b"Signed-off-by: Gemini" + b"*" * 900 + b"\n",
    b"Assisted-by: " + b"claude " * 140 + b"\n",
    b"Generated-by: " + b"a:b " * 240 + b"\n",
    b"AI disclosure: " + b"opus ai " * 120 + b"\n",
    b"## AI disclosure\n\n\n",
    b"Claude wrote most. " * 50 + b"\n",
    b"Claude ",
    b"claude\n",
    b"claude codex copilot gemini chatgpt\n",
    b"Written by some of the " + b"most " * 190 + b"claude\n",
    b"Generated with [claude code\n",
    b"https://claude.ai/code/session_\n",
    b"```\n",
    b"```\nmade-with: cursor\n```\n",
    b"~~~~\n```\n",
    b"    commit\nauthor: a <a@b>\n",
    b"Conflicts:\n\tx\n",
    b"# comment\n---x\n",
]
STARTS = [
    b"",
    b"Fix\n\n",
    b"\xef\xbb\xbf",
    b'Revert "a"\n\nThis reverts commit 1.\n\na\n',
    b"Squashed commit of the following:\n\n",
    b"Fix\\n\\nCo-authored-by: a\n",
    b"Fix\n\n```\n",
]


def cost(message: bytes) -> tuple[int, Findings | None]:
    work = Work()
    found = MARKS.find(counted(message, work))
    return work.total, found


def just_within(start: bytes, line: bytes) -> bytes:
    """As much of `line` as is judged, and then as much text as is read."""
    many = min(JUDGED_LIMIT - 8, (JUDGED_BYTES - 200) // len(line))
    return (start + line * many).ljust(MESSAGE_LIMIT - len(MARK) - 1, b"x") + b"\n" + MARK


@pytest.mark.parametrize("line", LINES, ids=lambda line: repr(line[:24]))
def test_a_hostile_message_costs_at_most_twice_its_reading(line: bytes) -> None:
    for message in (line * (SIZE // len(line)) + b"\n" + MARK, just_within(b"", line)):
        work, found = cost(message)
        assert work <= 2 * SIZE
        assert found is not None
        assert found.declared


@pytest.mark.parametrize("start", STARTS, ids=repr)
def test_a_hostile_beginning_does_not_make_it_dearer(start: bytes) -> None:
    for line in (*LINES, b"".join(LINES)):
        assert cost(just_within(start, line))[0] <= 2 * SIZE


@settings(max_examples=10)
@given(st.sampled_from(STARTS), st.lists(st.sampled_from(LINES), min_size=1, max_size=8), st.binary(max_size=40))
def test_no_mixture_of_hostile_lines_costs_more(start: bytes, lines: list[bytes], noise: bytes) -> None:
    assert cost(just_within(start, noise + b"".join(lines)))[0] <= 2 * SIZE


def test_a_message_past_a_bound_counts_as_marked_and_names_the_bound() -> None:
    for message in (
        b"Fix\n\n" + b"x" * MESSAGE_LIMIT,
        b"Fix\n\n" + b".\n" * PIECES_LIMIT,
        b"Fix\n\n" + b"Helped-by: A\nSigned-off-by: A <a@b.c>\n" * (JUDGED_LIMIT + 1),
        b"Fix\n\n" + (b"Signed-off-by: A <" + b"a" * 200 + b">\n") * (JUDGED_BYTES // 200),
    ):
        found = MARKS.find(message)
        assert found is not None
        assert found.declared
        assert [(each.kind, each.text, each.line) for each in found.evidence] == [("bound", b"Fix", 1)]


def test_a_message_at_a_bound_is_read_to_its_end() -> None:
    for message in (
        b"Fix\n\n" + b"x" * (MESSAGE_LIMIT - 6 - len(MARK)) + b"\n",
        b"Fix\n\n" + b"x\n" * (PIECES_LIMIT - 20),
        b"Fix\n\n" + b"Signed-off-by: A <a@b.c>\n" * (JUDGED_LIMIT - 1),
    ):
        assert MARKS.find(message) is None
        found = MARKS.find(message + MARK)
        assert found is not None
        assert found.tools == {"claude-code"}


def test_the_bounds_are_far_from_honest_messages() -> None:
    """The longest of 900,000 messages in public repositories: 198,418 bytes, 5,667 lines, 835 of them trailers."""
    assert hints.MESSAGE_LIMIT > 2 * 198_418
    assert hints.PIECES_LIMIT > 10 * 5_667
    assert JUDGED_LIMIT > 2 * 835
    assert JUDGED_BYTES > 2 * 835 * 70
