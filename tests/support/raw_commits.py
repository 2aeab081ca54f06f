"""Raw bytes of commits, and what they are parsed to."""

from __future__ import annotations

from gatekeeper.core.commits import Commit, parse_commit
from gatekeeper.core.ids import SHA1, ObjectFormat, ObjectId

TREE = b"tree " + b"4b825dc642cb6eb9a060e54bf8d69288fbee4904"
PARENT = b"parent " + b"b" * 40
WHO = b"A U Thor <author@example.com> 1780000000 +0000"
AUTHOR = b"author " + WHO
COMMITTER = b"committer " + WHO
PLAIN = (TREE, PARENT, AUTHOR, COMMITTER)
SIGNATURE = b"gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----"
SOME_ID = ObjectId("c" * 40)


def raw(*headers: bytes, message: bytes = b"Subject\n") -> bytes:
    return b"\n".join(headers) + b"\n\n" + message


def parse(data: bytes, object_format: ObjectFormat = SHA1) -> Commit:
    return parse_commit(ObjectId("c" * object_format.hex_length), data, object_format)
