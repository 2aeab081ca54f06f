from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatekeeper.core.cleanup import cleaned, comment_of
from tests.support.environment import require

PIECES = (b"# c", b"#", b"a", b"\n", b"\n\n", b" ", b"\t", b"\r", b"\x0b", b"\x0c", b"\xff", "é".encode(), b"k: v")


@given(st.lists(st.sampled_from(PIECES), max_size=15).map(b"".join), st.booleans())
@example(b" \n# only comments\n", False)
@example(b"a\n\n\n\nb", True)
def test_it_cleans_up_as_git_stripspace_does(text: bytes, comments_stay: bool) -> None:
    options = [] if comments_stay else ["--strip-comments"]
    done = subprocess.run(
        [require("git"), "stripspace", *options], input=text, capture_output=True, check=True, cwd=Path("/")
    )
    assert cleaned(text, comments_stay=comments_stay) == done.stdout


CUT = (
    b"%b ------------------------ >8 ------------------------\n%b Do not modify\ndiff --git a/f b/f\n+Assisted-by: x\n"
)


@pytest.mark.parametrize("comment", [b"#", b";", b"//"])
@pytest.mark.parametrize("comments_stay", [True, False])
def test_what_stands_below_the_scissors_is_no_message(comment: bytes, comments_stay: bool) -> None:
    text = b"subject\n" + CUT.replace(b"%b", comment)
    assert cleaned(text, comment, comments_stay=comments_stay) == b"subject\n"
    assert cleaned(CUT.replace(b"%b", comment), comment) == b""


def test_scissors_of_another_comment_character_cut_nothing() -> None:
    assert b"Assisted-by" in cleaned(b"subject\n" + CUT.replace(b"%b", b";"), b"#")


@pytest.mark.parametrize(
    ("setting", "text", "comment"),
    [
        ("", b"x\n", b"#"),
        (";", b"x\n", b";"),
        ("//", b"x\n", b"//"),
        ("auto", b"#1 is fixed\n\n; Please enter\n;\n", b";"),
        ("auto", b"x\n# Please enter\n#\n\n", b"#"),
        ("auto", b"x\n", b"#"),
        ("auto", b"", b"#"),
    ],
)
def test_comments_begin_as_the_settings_say(setting: str, text: bytes, comment: bytes) -> None:
    assert comment_of(setting, text) == comment
