"""A checkpoint: a signed statement of what the last entry of a ledger was. Kept elsewhere, it shows a rewritten chain.

The same envelope and signature as a sign-off, for another purpose: payload type and namespace are its own, so that
neither is ever taken for the other.
"""

from __future__ import annotations

from gatekeeper.core import canonical
from gatekeeper.core.clock import MalformedTimeError, format_time, parse_time
from gatekeeper.core.ids import HEX, Timestamp
from gatekeeper.core.record import Record

TYPE = "tag:gatekeeper,2026:checkpoint/v1"
PAYLOAD_TYPE = "application/vnd.gatekeeper.checkpoint+json"
NAMESPACE = "gatekeeper-checkpoint"
"""Of the SSH signature."""
MEMBERS = ("hash", "number", "repository", "time", "type")
MAX_DIGITS = 15


class MalformedCheckpointError(ValueError):
    """Bytes that are no checkpoint of this version; the text says what is wrong."""


class Checkpoint(Record):
    """The head of a ledger at some time."""

    repository: str
    number: int
    """Of the last entry."""
    hash: str
    """Of that entry: 64 hex digits."""
    time: Timestamp
    """When it was made, as its signer's machine says."""


def dump_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return the payload: canonical JSON, the number as decimal text."""
    return canonical.dump(
        {
            "type": TYPE,
            "repository": checkpoint.repository,
            "number": str(checkpoint.number),
            "hash": checkpoint.hash,
            "time": format_time(checkpoint.time),
        }
    )


def parse_checkpoint(payload: bytes) -> Checkpoint:
    """Parse a payload.

    Raises:
        MalformedCheckpointError: unless it is exactly what `dump_checkpoint` gives for some checkpoint.
    """
    try:
        value = canonical.load(payload)
    except canonical.NotCanonicalError as error:
        raise MalformedCheckpointError(f"the checkpoint is {error}") from None
    if not isinstance(value, dict) or tuple(sorted(value)) != MEMBERS or value["type"] != TYPE:
        raise MalformedCheckpointError(f"it is no {TYPE} with exactly the members {', '.join(MEMBERS)}")
    repository, number, digest, time = (value[name] for name in ("repository", "number", "hash", "time"))
    if not isinstance(number, str) or not number.isascii() or not number.isdigit() or len(number) > MAX_DIGITS:
        raise MalformedCheckpointError("its number is none")
    if number.startswith("0"):
        raise MalformedCheckpointError("its number begins with 0: entries are counted from 1")
    if not isinstance(digest, str) or len(digest) != 64 or not HEX.issuperset(digest):
        raise MalformedCheckpointError("its hash is not 64 lower-case hex digits")
    if not isinstance(repository, str) or not isinstance(time, str):
        raise MalformedCheckpointError("its repository or time is no text")
    try:
        made = parse_time(time)
    except MalformedTimeError as error:
        raise MalformedCheckpointError(f"its time: {error}") from None
    return Checkpoint(repository=repository, number=int(number), hash=digest, time=made)
