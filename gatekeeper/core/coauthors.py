"""Who else wrote a commit, as its message says: the addresses in `Co-authored-by` lines."""

from __future__ import annotations

KEY = b"co-authored-by"
MAX_LINES = 1_000
"""Lines looked at; a message with more co-authors is no honest one, and the rest could only be more of them."""


def co_author_addresses(message: bytes) -> tuple[bytes, ...]:
    """Return the addresses in the order of their lines, wherever in the message these stand.

    Not only Git's trailer block is read: a squash leaves the lines in the middle, and a person who
    is named as co-author anywhere is no independent approver.
    """
    folded = message.lower()
    found: list[bytes] = []
    position = folded.find(KEY)
    for _ in range(MAX_LINES):
        if position < 0:
            break
        end = message.find(b"\n", position)
        line = message[position : end if end >= 0 else len(message)]
        _, opening, rest = line.partition(b"<")
        address, closing, _ = rest.partition(b">")
        if opening and closing and line[len(KEY) :].lstrip(b" \t")[:1] == b":":
            found.append(address.strip())
        position = folded.find(KEY, position + 1)
    return tuple(dict.fromkeys(found))
