"""Raw bytes of a commit object -> Commit.

Strict where 710,000 honest commits are: one tree, author and committer, in Git's order, well-formed
identities and dates, no NUL. Tolerant where they are not: any unknown header, any bytes in names and
message, no message, no final newline. Two readers of one object must never see two commits, so what
is not understood is refused, never repaired (gitformat: `commit.c`, `fsck.c` in Git).
"""

from __future__ import annotations

from functools import lru_cache

from gatekeeper.core.ids import ObjectFormat, ObjectId, Timestamp
from gatekeeper.core.record import Record

MAX_TIME = 2**63 - 1
SIGNATURE_HEADERS = (b"gpgsig", b"gpgsig-sha256")
LEADING_HEADERS = (b"tree", b"parent", b"author", b"committer")


class MalformedCommitError(ValueError):
    """The bytes are no commit that every reader understands alike; the text says what is wrong."""


class Identity(Record):
    """An `author` or `committer` header."""

    name: bytes
    email: bytes
    """As written, without the angle brackets; may be empty or no address at all."""
    time: Timestamp
    """What the header claims; proves nothing."""
    zone: bytes
    line: bytes
    """The whole value of the header, for comparing authorship lines byte by byte."""


class Commit(Record):
    """A commit as its bytes say it."""

    id: ObjectId
    tree: ObjectId
    parents: tuple[ObjectId, ...]
    author: Identity
    committer: Identity
    message: bytes
    encoding: bytes | None = None
    signature: bytes | None = None
    """The armoured signature if there is exactly one header for this object format, else None."""
    signed_payload: bytes | None = None
    """What `signature` is about: the object without any signature header. None without one."""

    @property
    def is_merge(self) -> bool:
        """Whether the commit has two parents or more."""
        return len(self.parents) > 1

    @property
    def subject(self) -> bytes:
        """The first line of the message that is not blank, or nothing."""
        return subject_of(self.message)


def subject_of(message: bytes) -> bytes:
    """Return the first line of a message that is not blank, or nothing."""
    return next((line.strip() for line in message.splitlines() if line.strip()), b"")


def parse_identity(value: bytes) -> Identity:
    """Parse `Name <address> seconds ±hhmm`.

    Raises:
        MalformedCommitError: if it has another form (Git's `fsck_ident` is the model).
    """
    name, opening, rest = value.partition(b" <")
    email, closing, when = rest.partition(b"> ")
    if not opening or not closing or b"<" in name + email or b">" in name + email:
        raise MalformedCommitError("identity is not of the form `Name <address> time zone`")
    seconds, _, zone = when.partition(b" ")
    if not seconds.isdigit() or (seconds[:1] == b"0" and seconds != b"0") or len(seconds) > 19:
        raise MalformedCommitError("identity has a malformed date")
    if int(seconds) > MAX_TIME:
        raise MalformedCommitError("identity has a date past the end of time")
    if len(zone) != 5 or zone[:1] not in (b"+", b"-") or not zone[1:].isdigit():
        raise MalformedCommitError("identity has a malformed time zone")
    return Identity(name=name, email=email, time=Timestamp(int(seconds)), zone=zone, line=value)


def split_headers(raw: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Split an object into (name, value) headers, continuation lines joined by LF, and the message.

    Raises:
        MalformedCommitError: on NUL, or when the header does not end in a newline.
    """
    if b"\0" in raw:
        raise MalformedCommitError("object contains NUL")
    head, blank, message = raw.partition(b"\n\n")
    if not blank:
        if not raw.endswith(b"\n"):
            raise MalformedCommitError("header does not end in a newline")
        head = raw[:-1]
    # The lines of a value are joined at the end: there may be a million of them.
    headers: list[tuple[bytes, list[bytes]]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" "):
            if not headers or headers[-1][0] in LEADING_HEADERS:
                raise MalformedCommitError("continuation line where none is allowed")
            headers[-1][1].append(line[1:])
        else:
            name, _, value = line.partition(b" ")
            headers.append((name, [value]))
    return [(name, b"\n".join(lines)) for name, lines in headers], message


def unsigned_payload(raw: bytes) -> bytes:
    """Return the object without its signature headers: what a commit signature is made over.

    Git removes the headers of both object formats (`parse_buffer_signed_by_header` in commit.c).
    """
    head, blank, message = raw.partition(b"\n\n")
    kept: list[bytes] = []
    dropping = False
    for line in head.split(b"\n"):
        if not line.startswith(b" "):
            dropping = line.partition(b" ")[0] in SIGNATURE_HEADERS
        if not dropping:
            kept.append(line)
    return b"\n".join(kept) + blank + message


class Glimpse:
    """What a commit says of people and in its message, read leniently and fast: to show it, never to judge it."""

    __slots__ = ("author", "committer", "encoding", "message")

    def __init__(self, raw: bytes) -> None:
        """Read the body of a commit object.

        Raises:
            MalformedCommitError: if it names no author or no committer.
        """
        head, _, self.message = raw.partition(b"\n\n")
        head += b"\n"
        author, committer = head.find(b"\nauthor "), head.find(b"\ncommitter ")
        if author < 0 or committer < 0:
            raise MalformedCommitError("header names no author or no committer")
        self.author = named(head[author + 8 : head.index(b"\n", author + 1)].rpartition(b">")[0])
        self.committer = named(head[committer + 11 : head.index(b"\n", committer + 1)].rpartition(b">")[0])
        encoding = head.find(b"\nencoding ")
        self.encoding = head[encoding + 10 : head.index(b"\n", encoding + 1)] if encoding >= 0 else None


@lru_cache(maxsize=512)
def named(value: bytes) -> Identity:
    """Return the identity in `Name <address`; its time is not read. The same few people write most commits."""
    name, _, email = value.partition(b"<")
    return Identity(name=name.rstrip(b" "), email=email, time=Timestamp(0), zone=b"", line=value)


def parents_in(raw: bytes) -> list[str]:
    """Return the ids of the parents that a commit's bytes name where Git looks for them: to walk, never to judge."""
    found: list[str] = []
    for line in raw.split(b"\n\n", 1)[0].split(b"\n")[1:]:
        if not line.startswith(b"parent "):
            break
        found.append(line[7:].decode("latin-1"))
    return found


def parse_commit(object_id: ObjectId, raw: bytes, object_format: ObjectFormat) -> Commit:
    """Parse the body of a commit object (without the `commit <size>` header of the loose format).

    Raises:
        MalformedCommitError: when Git, or another reader, could read it in more than one way.
    """
    headers, message = split_headers(raw)

    def identifier(value: bytes) -> ObjectId:
        text = value.decode("latin-1")
        if not object_format.is_id(text):
            raise MalformedCommitError(f"header holds no {object_format.name} object id")
        return ObjectId(text)

    names = [name for name, _ in headers]
    count = names.count(b"parent")
    expected = [b"tree", *([b"parent"] * count), b"author", b"committer"]
    if names[: len(expected)] != expected:
        raise MalformedCommitError("header is not tree, parents, author, committer, in this order")
    for name in names[len(expected) :]:
        if name in LEADING_HEADERS:
            raise MalformedCommitError(f"header has a second {name.decode()} line")
    extra = headers[len(expected) :]
    signatures = [value for name, value in extra if name == object_format.signature_header]
    only_signature = signatures[0] if len(signatures) == 1 else None
    encodings = [value for name, value in extra if name == b"encoding"]
    return Commit(
        id=object_id,
        tree=identifier(headers[0][1]),
        parents=tuple(identifier(value) for _, value in headers[1 : 1 + count]),
        author=parse_identity(headers[1 + count][1]),
        committer=parse_identity(headers[2 + count][1]),
        message=message,
        encoding=encodings[0] if encodings else None,
        signature=only_signature,
        signed_payload=None if only_signature is None else unsigned_payload(raw),
    )
