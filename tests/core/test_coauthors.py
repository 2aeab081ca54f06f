"""Addresses of co-authors, wherever in a message they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.coauthors import MAX_LINES, co_author_addresses


@pytest.mark.parametrize(
    ("message", "addresses"),
    [
        (b"", ()),
        (b"Co-authored-by: A <a@b>", (b"a@b",)),
        (b"S\n\nco-AUTHORED-by: A <a@b>\nCo-Authored-By:<c@d>\n", (b"a@b", b"c@d")),
        (b"Co-authored-by : A <a@b>", (b"a@b",)),
        (b"Co-authored-by\t:\tA < a@b >", (b"a@b",)),
        (b"* squashed\n\nCo-authored-by: A <a@b>\n\n* more\n\nReviewed-by: C <c@d>", (b"a@b",)),
        (b"  > Co-authored-by: A <a@b>", (b"a@b",)),
        (b"Co-authored-by: A <a@b>\r\nCo-authored-by: A <c@d>\r\n", (b"a@b", b"c@d")),
        (b"Co-authored-by: A <a@b>\nCo-authored-by: B <a@b>", (b"a@b",)),
        (b"Co-authored-by: A <A@B>", (b"A@B",)),
        (b"Co-authored-by: \xff <\xfe@b>", (b"\xfe@b",)),
        (b"Co-authored-by: A\nx <a@b>", ()),
        (b"Co-authored-by: A a@b", ()),
        (b"Co-authored-by: A <a@b", ()),
        (b"Co-authored-by A <a@b>", ()),
        (b"Co-authored-bypass: A <a@b>", ()),
        (b"Reviewed-by: A <a@b>", ()),
        (b"Co-authored-by: A <a@b> and Co-authored-by: B <c@d>", (b"a@b", b"c@d")),
    ],
)
def test_lines_that_name_a_co_author(message: bytes, addresses: tuple[bytes, ...]) -> None:
    assert co_author_addresses(message) == addresses


@given(st.lists(st.sampled_from([b"Co-authored-by: ", b"X <a@b>", b"<", b">", b":", b"\n", b"\0", b"text"])))
def test_every_address_stands_in_the_message_between_brackets(pieces: list[bytes]) -> None:
    message = b"".join(pieces)
    for address in co_author_addresses(message):
        assert address in message
        assert not {b"<", b">", b"\n"} & {address[i : i + 1] for i in range(len(address))} - {b"<"}


def test_the_number_of_lines_is_bounded() -> None:
    message = b"".join(b"Co-authored-by: A <%d@b>\n" % number for number in range(MAX_LINES + 5))
    found = co_author_addresses(message)
    assert (len(found), found[-1]) == (MAX_LINES, b"%d@b" % (MAX_LINES - 1))
