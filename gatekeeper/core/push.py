"""What a client asks for: ref updates, and who asks (githooks(5), pre-receive)."""

from __future__ import annotations

import enum

from gatekeeper.core.ids import ObjectFormat, ObjectId
from gatekeeper.core.record import Record

RESERVED = "refs/gatekeeper/"
SIGNOFFS = RESERVED + "signoffs"
NOTES = "refs/notes/ai"
"""Where git-ai keeps what its agents wrote (authorship_log.py)."""
PUBLISHED = RESERVED + "published"
REPLACEMENTS = "refs/replace/"
"""Refs that change what every ordinary reading of an object gives (git-replace(1))."""


class MalformedPushError(ValueError):
    """The hook's standard input is not what Git writes."""


class RefUpdate(Record):
    """One line of the hook's input: what the client wrote, before any check of Git's."""

    ref: str
    """Full name; bytes that are not UTF-8 are surrogate-escaped."""
    old: ObjectId
    """What the client believes the ref to be; all zeros: it should not exist."""
    new: ObjectId
    """All zeros: delete."""

    @property
    def creates(self) -> bool:
        """Whether the client says that the ref is new."""
        return not self.old.strip("0")

    @property
    def deletes(self) -> bool:
        """Whether the ref is to be deleted."""
        return not self.new.strip("0")

    @property
    def reserved(self) -> bool:
        """Whether the name is gatekeeper's own, in any case: some file systems fold it."""
        return (self.ref + "/").lower().startswith(RESERVED)


class PusherKind(enum.Enum):
    """What stands behind the authenticated account."""

    ACCOUNT = "account"
    """A person's own push."""
    WEB = "web"
    """The server pushes what a person asked for on a web page: a merge, a rebase, a suggestion."""
    MACHINE = "machine"
    """A deploy key, a mirror, a bot: nobody's own push."""
    NOBODY = "nobody"
    """The server did not say."""


class Pusher(Record):
    """Who pushed, as the server authenticated it."""

    kind: PusherKind = PusherKind.NOBODY
    account: str = ""
    server: str = ""
    """The platform whose account it is, for rosters with several."""
    how: str = ""
    """The variable that told, for `doctor` and the ledger."""
    certified: str = ""
    """The roster id of whoever signed the push certificate, if that counts."""
    certificate: bytes = b""
    """That certificate's content, for the ledger's archive."""


class Push(Record):
    """One invocation of pre-receive."""

    updates: tuple[RefUpdate, ...]
    pusher: Pusher
    options: tuple[str, ...] = ()


def parse_updates(data: bytes, object_format: ObjectFormat) -> tuple[RefUpdate, ...]:
    """Parse the hook's standard input: `<old> SP <new> SP <ref> LF` for each ref.

    Only the first two spaces separate; the name is everything up to LF. The last LF may be missing
    (some servers leave it out).

    Raises:
        MalformedPushError: when there is no line, or one has another form.
    """
    if not data:
        raise MalformedPushError("nothing on standard input")
    updates: list[RefUpdate] = []
    for line in data.removesuffix(b"\n").split(b"\n"):
        old, _, rest = line.partition(b" ")
        new, _, name = rest.partition(b" ")
        before, after = old.decode("latin-1"), new.decode("latin-1")
        if not (object_format.is_id(before) and object_format.is_id(after) and name) or b"\0" in name:
            raise MalformedPushError(f"line {len(updates) + 1} is not `old new ref` with {object_format.name} ids")
        updates.append(
            RefUpdate(ref=name.decode("utf-8", "surrogateescape"), old=ObjectId(before), new=ObjectId(after))
        )
    return tuple(updates)


def is_text(name: str) -> bool:
    """Whether a ref name is UTF-8, as everything must be that the ledger follows."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def full_name(name: str) -> str:
    """Return the full name of a ref; what does not begin with `refs/` is a branch."""
    return name if name.startswith("refs/") else f"refs/heads/{name}"
