"""Push certificates: a list of ref updates that the pusher signs (gitprotocol-pack(5), "Push Certificate")."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectFormat
from gatekeeper.core.push import MalformedPushError, RefUpdate, parse_updates
from gatekeeper.core.record import Record

VERSION = b"certificate version 0.1"
SIGNATURE = b"-----BEGIN SSH SIGNATURE-----\n"


class MalformedCertificateError(ValueError):
    """The bytes are no push certificate with one SSH signature; the text says what is wrong."""


class PushCertificate(Record):
    """A certificate as its bytes say it; nothing in it is believed before the signature was checked."""

    nonce: str
    """What the server asked to be signed, so that a certificate is good for one push; empty if there is none."""
    options: tuple[str, ...]
    updates: tuple[RefUpdate, ...]
    payload: bytes
    """What is signed."""
    signature: bytes
    """Armoured."""


def parse_certificate(data: bytes, object_format: ObjectFormat) -> PushCertificate:
    """Parse the content of the blob that GIT_PUSH_CERT names.

    `pusher` and `pushee` are claims of the client, and are left out: the key says who pushed, and the
    nonce where to.

    Raises:
        MalformedCertificateError: for any other form, several signatures, or one that is not SSH's.
    """
    payload, begin, rest = data.partition(SIGNATURE)
    if not begin or SIGNATURE in rest or not payload.endswith(b"\n"):
        raise MalformedCertificateError("it does not carry exactly one SSH signature")
    head, blank, commands = payload.partition(b"\n\n")
    version, *lines = head.split(b"\n")
    if not blank or version != VERSION:
        raise MalformedCertificateError("it is not of version 0.1")
    fields = [line.partition(b" ")[::2] for line in lines]
    names = [name for name, _ in fields]
    if names.count(b"pusher") != 1 or names.count(b"nonce") > 1:
        raise MalformedCertificateError("it does not have one pusher and one nonce")
    try:
        updates = parse_updates(commands, object_format)
    except MalformedPushError as error:
        raise MalformedCertificateError(str(error)) from None
    return PushCertificate(
        nonce=b"".join(value for name, value in fields if name == b"nonce").decode("latin-1"),
        options=tuple(value.decode("utf-8", "surrogateescape") for name, value in fields if name == b"push-option"),
        updates=updates,
        payload=payload,
        signature=begin + rest,
    )
