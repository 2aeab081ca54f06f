"""Every message of a named test also goes through the installed Git, which has the last word."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatekeeper.core.trailers import Trailer, parse_trailers

if TYPE_CHECKING:
    from collections.abc import Callable

    Pairs = list[tuple[bytes, bytes]]
    Agreed = Callable[[bytes], Pairs]

SCISSORS = b"# ------------------------ >8 ------------------------"
ENDLESS_IN_GIT = re.compile(rb"^---[ \t\r\n].*^" + re.escape(SCISSORS) + rb"$", re.MULTILINE | re.DOTALL)
"""Messages on which Git before 2.43.1 never comes back: scissors under a divider."""


class Git:
    """`git interpret-trailers --parse`, away from every repository and configuration."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CEILING_DIRECTORIES": os.path.dirname(directory),  # noqa: PTH120
        }
        # Git 2.46.2 and newer read a message without a final newline as if it had one.
        self.completes_last_line = self.reads(b"a\n\nk: v\n---") == b"k: v\n"

    def reads(self, message: bytes) -> bytes:
        return subprocess.run(
            ["git", "interpret-trailers", "--parse"],
            input=message,
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
            cwd=self.directory,
            env=self.environment,
        ).stdout

    def agrees(self, message: bytes) -> bool:
        if self.completes_last_line and not message.endswith(b"\n"):
            message += b"\n"
        printed = b"".join(b"%s: %s\n" % (each.key, each.value) for each in parse_trailers(message))
        return self.reads(message) == printed


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    return Git(str(tmp_path_factory.mktemp("no-repository")))


@pytest.fixture
def agreed(git: Git) -> Agreed:
    """What we read, once Git has agreed to it."""

    def read(message: bytes) -> Pairs:
        assert git.agrees(message)
        return pairs(message)

    return read


def pairs(message: bytes) -> Pairs:
    return [(each.key, each.value) for each in parse_trailers(message)]


# ---- the block ------------------------------------------------------------------------------------


def test_the_last_paragraph_is_the_block_and_order_and_repetition_stay(agreed: Agreed) -> None:
    message = b"s\n\nNot: this\n\nKey: one\nOther: two\nKey: one\n"
    assert agreed(message) == [(b"Key", b"one"), (b"Other", b"two"), (b"Key", b"one")]
    assert parse_trailers(message)[1] == Trailer(key=b"Other", value=b"two")


@pytest.mark.parametrize("message", [b"", b"\n", b" \n\n", b"# only\n", b"\n# only\n\n#\n", b"subject", b"s\n"])
def test_a_message_without_a_body_has_none(agreed: Agreed, message: bytes) -> None:
    assert agreed(message) == []


def test_the_first_paragraph_is_the_title_and_never_trailers(agreed: Agreed) -> None:
    assert agreed(b"Key: value\nSigned-off-by: a\n") == []
    assert agreed(b"# comment\nKey: value\n") == []


def test_trailers_may_follow_a_blank_first_line(agreed: Agreed) -> None:
    assert agreed(b"\nKey: value\n") == [(b"Key", b"value")]


def test_a_blank_line_may_hold_spaces_tabs_and_carriage_returns(agreed: Agreed) -> None:
    assert agreed(b"s\n \t\r\nKey: value\n") == [(b"Key", b"value")]


@pytest.mark.parametrize("space", [b"\v", b"\f", b"\x85", b"\xa0"])
def test_what_is_space_elsewhere_is_none_for_git(agreed: Agreed, space: bytes) -> None:
    assert agreed(b"s\n" + space + b"\nKey: value\n") == []
    assert agreed(b"s\n\nKey: value\n" + space + b"more\n") == []
    assert agreed(b"s\n\nKey:" + space + b"\n") == [(b"Key", space)]


def test_the_final_newline_may_be_missing(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value") == [(b"Key", b"value")]


def test_crlf_lines_are_read(agreed: Agreed) -> None:
    assert agreed(b"subject\r\n\r\nKey: value\r\nOther: one\r\n two\r\n") == [
        (b"Key", b"value"),
        (b"Other", b"one\r two"),
    ]


def test_blank_lines_and_comments_may_follow(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n\n \n# one\n\n#two\n\t\r\n") == [(b"Key", b"value")]


def test_text_in_the_block_makes_it_none(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\ntext\n") == []
    assert agreed(b"s\n\ntext\nKey: value\n") == []
    assert agreed(b"s\n\nhttp//example.org: text: text\n") == []


# ---- lines that Git generated, and the quarter ----------------------------------------------------


@pytest.mark.parametrize("line", [b"Signed-off-by: A <a@b.c>", b"(cherry picked from commit 0123abc)"])
def test_beside_a_generated_line_a_quarter_of_trailers_is_enough(agreed: Agreed, line: bytes) -> None:
    enough = b"s\n\n" + line + b"\none\ntwo\nthree\nfour\nfive\nsix\nKey: value\n"
    assert (b"Key", b"value") in agreed(enough)
    assert agreed(enough + b"seven\n") == []


def test_a_generated_line_may_stand_before_or_after_the_text(agreed: Agreed) -> None:
    assert agreed(b"s\n\ntext\nSigned-off-by: a\n") == [(b"Signed-off-by", b"a")]
    assert agreed(b"s\n\nSigned-off-by: a\ntext\n") == [(b"Signed-off-by", b"a")]
    assert agreed(b"s\n\nSigned-off-by: a\nKey: v\ntext\n") == [(b"Signed-off-by", b"a"), (b"Key", b"v")]


def test_the_generated_line_counts_only_in_the_last_paragraph(agreed: Agreed) -> None:
    assert agreed(b"s\n\nSigned-off-by: a\n\nKey: value\ntext\n") == []


@pytest.mark.parametrize("line", [b"signed-off-by: a", b"Signed-off-by:a", b"Signed-off-by:\ta", b"Signed-off-by : a"])
def test_a_generated_line_is_known_byte_by_byte(agreed: Agreed, line: bytes) -> None:
    assert agreed(b"s\n\n" + line + b"\ntext\n") == []
    assert agreed(b"s\n\n(Cherry picked from commit 1)\nKey: value\n") == []


def test_an_empty_sign_off_is_still_a_generated_line(agreed: Agreed) -> None:
    assert agreed(b"s\n\ntext\nSigned-off-by: \n") == [(b"Signed-off-by", b"")]
    assert agreed(b"s\n\ntext\nSigned-off-by:\n") == []


def test_the_cherry_pick_line_counts_but_is_no_trailer(agreed: Agreed) -> None:
    assert agreed(b"s\n\n(cherry picked from commit 1: 2)\n") == []
    assert agreed(b"s\n\nKey: value\n(cherry picked from commit 1)\n  more\n") == [(b"Key", b"value")]


def test_an_indented_line_under_the_cherry_pick_line_counts_as_nothing(agreed: Agreed) -> None:
    message = b"s\n\nKey: value\n(cherry picked from commit 1)\n" + b" more\n" * 7
    assert agreed(message) == [(b"Key", b"value")]


# ---- continuation lines ---------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [b" ", b"\t", b"\r", b" \t "])
def test_an_indented_line_continues_the_value_after_one_space(agreed: Agreed, indent: bytes) -> None:
    assert agreed(b"s\n\nKey: one\n" + indent + b"two\n" + indent + b"three\nOther: v\n") == [
        (b"Key", b"one two three"),
        (b"Other", b"v"),
    ]


def test_an_indented_line_is_no_trailer_of_its_own(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: one\n Other: two\n") == [(b"Key", b"one Other: two")]
    assert agreed(b"s\n\n Key: one\n") == []


def test_a_value_may_begin_on_the_next_line(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey:\n one\nOther: \t\n  two\n") == [(b"Key", b"one"), (b"Other", b"two")]


def test_space_before_a_fold_stays_and_space_around_the_value_goes(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: \t one \t\n  two \t\r\n") == [(b"Key", b"one \t two")]


def test_an_indented_line_under_no_trailer_counts_as_text(agreed: Agreed) -> None:
    assert agreed(b"s\n\n indented\nKey: value\n") == []
    assert agreed(b"s\n\n indented\nSigned-off-by: a\n") == [(b"Signed-off-by", b"a")]
    assert agreed(b"s\n\nSigned-off-by: a\n1\n 2\n 3\n") == [(b"Signed-off-by", b"a")]
    assert agreed(b"s\n\nSigned-off-by: a\n1\n 2\n 3\n 4\n") == []


def test_an_indented_line_under_a_trailer_counts_as_nothing(agreed: Agreed) -> None:
    assert agreed(b"s\n\nSigned-off-by: a\n 1\n 2\n 3\n 4\ntext\n") == [(b"Signed-off-by", b"a 1 2 3 4")]


def test_a_comment_ends_a_trailer(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: one\n# comment\n two\n") == []
    assert agreed(b"s\n\nSigned-off-by: a\n# comment\n two\n") == [(b"Signed-off-by", b"a")]


def test_text_ends_a_trailer(agreed: Agreed) -> None:
    assert agreed(b"s\n\nSigned-off-by: a\ntext\n two\n") == [(b"Signed-off-by", b"a")]


# ---- keys and values ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [b"K", b"-", b"7", b"a-B-9", b"--x", b"ABCXYZabcxyz0189-"])
def test_a_key_is_of_letters_digits_and_hyphens(agreed: Agreed, key: bytes) -> None:
    assert agreed(b"s\n\n" + key + b": value\n") == [(key, b"value")]


@pytest.mark.parametrize("key", [b"", b"a b", b"a.b", b"a_b", b"\xc3\xa9", b"a#", b"/", b"@", b"[", b"`", b"{", b"a\r"])
def test_nothing_else_is_a_key(agreed: Agreed, key: bytes) -> None:
    assert agreed(b"s\n\nOther: v\n" + key + b": value\n") == []


def test_spaces_and_tabs_may_stand_before_the_colon(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey \t : value\n") == [(b"Key", b"value")]


@pytest.mark.parametrize("line", [b"Key= value", b"Key # value", b"Key", b"Key ", b"Key\xef\xbc\x9a value"])
def test_only_a_colon_ends_a_key(agreed: Agreed, line: bytes) -> None:
    assert agreed(b"s\n\n" + line + b"\n") == []


def test_a_value_may_be_empty_and_hold_any_bytes(agreed: Agreed) -> None:
    assert agreed(b"s\n\nA:\nB:no space\nC: : \nD: \xff\x01 \v\n") == [
        (b"A", b""),
        (b"B", b"no space"),
        (b"C", b":"),
        (b"D", b"\xff\x01 \v"),
    ]


# ---- comments, conflicts, divider, scissors -------------------------------------------------------


def test_comments_in_the_block_count_as_nothing(agreed: Agreed) -> None:
    assert agreed(b"s\n\n# one\nA: 1\n# Key: no\nB: 2\n#\n") == [(b"A", b"1"), (b"B", b"2")]


def test_an_indented_comment_is_none(agreed: Agreed) -> None:
    assert agreed(b"s\n\nA: 1\n # no\n") == [(b"A", b"1 # no")]


def test_a_comment_is_no_blank_line(agreed: Agreed) -> None:
    assert agreed(b"s\n#\nKey: value\n") == []


def test_the_list_of_conflicts_that_old_git_left_is_no_part(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n\nConflicts:\n\tone\n\ttwo\n") == [(b"Key", b"value")]
    assert agreed(b"s\n\nKey: value\nConflicts:\n\n\tone\n# comment\n") == [(b"Key", b"value")]
    assert agreed(b"s\n\nKey: value\n\nConflicts:\n\tone\n\nConflicts:\n\ttwo\n") == [(b"Key", b"value")]


def test_a_path_before_the_heading_of_conflicts_is_no_part_of_the_list(agreed: Agreed) -> None:
    assert agreed(b"s\n \nKey: value\n\n\tone\nConflicts:\n\ttwo\n") == []


def test_only_tabs_make_a_path_in_the_list_of_conflicts(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n\nConflicts:\n one\n") == [(b"Conflicts", b"one")]


def test_text_after_the_list_of_conflicts_makes_it_a_paragraph(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n\nConflicts:\n\tone\ntext\n") == []
    assert agreed(b"s\n\nA: 1\n\nConflicts:\n\tone\nB: 2\n") == [(b"Conflicts", b"one"), (b"B", b"2")]


def test_an_indented_line_after_text_and_a_list_of_conflicts_is_no_path(agreed: Agreed) -> None:
    assert agreed(b"s\n\nConflicts:\n\tone\nKey: value\n\n\ttwo\n") == []


def test_the_list_of_conflicts_has_its_heading_on_a_line_of_its_own(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n\nAll Conflicts:\n\tone\n") == []
    assert agreed(b"s\n\nKey: value\n\nConflicts: \n\tone\n") == [(b"Conflicts", b"one")]
    assert agreed(b"s\n\nKey: value\n\nConflicts:\r\n\tone\r\n") == [(b"Conflicts", b"one")]
    assert agreed(b"s\n\nConflicts:\ntext\n\nConflicts: \n\tone\n") == [(b"Conflicts", b"one")]


def test_a_heading_of_conflicts_at_the_first_byte_is_not_where_the_list_begins(agreed: Agreed) -> None:
    assert agreed(b"Conflicts:\n\n\tone\n") == []
    assert agreed(b"Conflicts:\n \nKey: value\n\n\tone\n") == [(b"Key", b"value")]
    assert agreed(b"Conflicts:\n\nKey: value\n\n\tone\n") == []


@pytest.mark.parametrize("after", [b"\n", b" \n", b"\t\n", b"\r\n", b" any text\n"])
def test_a_divider_ends_the_message(agreed: Agreed, after: bytes) -> None:
    assert agreed(b"s\n\nA: 1\n---" + after + b"\nB: 2\n---\n\nC: 3\n") == [(b"A", b"1")]


@pytest.mark.parametrize("line", [b"----", b"---x", b" ---", b"--", b"---\v", b"---#"])
def test_nothing_else_is_a_divider(agreed: Agreed, line: bytes) -> None:
    assert agreed(b"s\n\nA: 1\n" + line + b"\n\nB: 2\n") == [(b"B", b"2")]


def test_a_divider_as_the_first_line_leaves_no_message(agreed: Agreed) -> None:
    assert agreed(b"---\n\nKey: value\n") == []


def test_a_divider_needs_a_byte_after_it(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n---") == []
    assert agreed(b"s\n\nKey: value\n--- ") == [(b"Key", b"value")]


def test_scissors_end_the_message(agreed: Agreed) -> None:
    message = b"s\n\nA: 1\n" + SCISSORS + b"\n\nB: 2\n"
    assert agreed(message) == [(b"A", b"1")]
    assert agreed(message + b"---\n\nC: 3\n") == [(b"A", b"1")]
    assert agreed(SCISSORS + b"\n\nB: 2\n") == []


@pytest.mark.parametrize("line", [b" " + SCISSORS, SCISSORS + b"-", SCISSORS + b" ", SCISSORS[2:], SCISSORS + b"\r"])
def test_scissors_are_known_byte_by_byte(agreed: Agreed, line: bytes) -> None:
    assert agreed(b"s\n\nA: 1\n" + line + b"\n\nB: 2\n") == [(b"B", b"2")]


def test_scissors_and_the_heading_of_conflicts_need_a_newline(agreed: Agreed) -> None:
    assert agreed(b"s\n\nKey: value\n\n" + SCISSORS) == [(b"Key", b"value")]
    assert agreed(b"s\n\nKey: value\n\nConflicts:") == [(b"Conflicts", b"")]


def test_scissors_under_a_divider_change_nothing() -> None:
    assert pairs(b"s\n\nKey: value\n---\n" + SCISSORS + b"\n\nB: 2\n") == [(b"Key", b"value")]


# ---- any message ----------------------------------------------------------------------------------

pick = st.sampled_from
KEYS = pick([b"Key", b"Signed-off-by", b"signed-off-by", b"-", b"", b"two words", b"k ", b"\xff", b"#k"])
LINES = st.one_of(
    st.builds(bytes.__add__, KEYS, pick([b":", b": v", b": v ", b" : v", b"\t: v\r", b":v:w", b": \xff\v"])),
    pick([b"Signed-off-by: a", b"(cherry picked from commit 1)", b"(cherry picked from commit 1: 2)"]),
    pick([b" more", b"\tmore", b"\rmore", b" k: v", b"\tmore ", b" # more", b"\vmore"]),
    pick([b"", b"", b"", b" ", b"\t", b"\r", b" \t\r", b"\v", b"\f"]),
    pick([b"text", b"text", b"two words", b"#", b"# comment", b"# k: v", b"\xc3\xa9: v", b"a=b", b":"]),
    pick([b"---", b"--- ", b"---\tx", b"---\r", b"----", b"---x", b" ---"]),
    pick([SCISSORS, b" " + SCISSORS, SCISSORS + b"\r", SCISSORS + b"x"]),
    pick([b"Conflicts:", b"Conflicts:", b"\tpath", b"Conflicts: ", b"Conflicts:\r", b" Conflicts:"]),
    st.binary(max_size=6).map(lambda line: line.replace(b"\0", b"")),
)
MESSAGES = st.builds(
    lambda opening, lines, end, last: opening + end.join(lines) + last,
    pick([b"", b"s\n\n", b"s\n\n", b"s\n\nk: v\n"]),
    st.lists(LINES, max_size=12),
    pick([b"\n", b"\n", b"\n", b"\r\n"]),
    pick([b"", b"\n", b"\n", b"\n\n", b"\r\n"]),
)


@settings(max_examples=300, deadline=None)
@given(message=MESSAGES)
def test_any_message_reads_as_git_reads_it(git: Git, message: bytes) -> None:
    assume(not ENDLESS_IN_GIT.search(message))
    assert git.agrees(message)


@pytest.mark.parametrize(
    ("line", "trailers"),
    [
        (b"\n", 1),
        (b" \n", 1),
        (b"#\n", 1),
        (b" a\n", 1),
        (b"k:\n", 333_334),
        (b"a\n", 0),
        (b"---a\n", 0),
        (b"---\n", 1),
        (b"Conflicts:\n", 1),
        (SCISSORS + b"\n", 1),
    ],
)
def test_a_hostile_megabyte_is_read_to_its_end(line: bytes, trailers: int) -> None:
    # A reader that takes quadratic time does not come back from this one.
    message = b"s\n\nConflicts:\n\nk: v\n" + line * (1_000_000 // len(line))
    assert len(parse_trailers(message)) == trailers
