"""Raw bytes of a tree object: whether every reader of it sees the same files.

Git refuses such trees itself where `receive.fsckObjects` is set (`fsck_tree` in fsck.c). This is for servers where it
is not: with two entries of one name, what a reviewer is shown need not be what a build takes.
"""

from __future__ import annotations

NO_FILE = frozenset((b"", b".", b"..", b".git"))
"""Names that stand for no file of a work tree, in lower case."""
DIRECTORY = 0o040000
FILE_TYPE = 0o170000


class MalformedTreeError(ValueError):
    """The bytes are no tree that every reader understands alike; the text says what is wrong."""


def check_tree(raw: bytes, raw_length: int) -> None:
    """Check a tree: `mode SP name NUL` and a raw id of `raw_length` bytes, again and again, in Git's order.

    Odd modes are let through: old programs wrote them, and Git reads all of them alike.

    Raises:
        MalformedTreeError: if it is cut off, unsorted, or names something twice or in a way that is no file.
    """
    names: set[bytes] = set()
    last = b""
    position = 0
    while position < len(raw):
        end = raw.find(b"\0", position)
        mode, space, name = raw[position:end].partition(b" ")
        position = end + 1 + raw_length
        if end < 0 or not space or position > len(raw) or not mode or mode.strip(b"01234567"):
            raise MalformedTreeError("an entry is cut off or has no mode")
        if name in names:
            raise MalformedTreeError("it names a path twice")
        if b"/" in name or name.lower() in NO_FILE:
            raise MalformedTreeError("it names something that is no file")
        # Git sorts a directory as if its name ended in a slash (`base_name_compare` in read-cache.c).
        place = name + b"/" if int(mode, 8) & FILE_TYPE == DIRECTORY else name
        if place < last:
            raise MalformedTreeError("it is not sorted")
        names.add(name)
        last = place
