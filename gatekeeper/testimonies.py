"""Envelopes -> testimonies: whose key, when received, and the first thing that is wrong with them."""

from __future__ import annotations

from gatekeeper.bench import Court
from gatekeeper.core.approval import examine
from gatekeeper.core.ids import Fingerprint, Timestamp
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import (
    NAMESPACE,
    Envelope,
    MalformedSignoffError,
    Statement,
    parse_envelope,
    parse_statement,
)
from gatekeeper.core.testimony import Testimony
from gatekeeper.ledger import StoredSignoff
from gatekeeper.schemes import Outcome


class Checked(Record):
    """An envelope whose form is right and whose signature was checked."""

    envelope: Envelope
    statement: Statement
    fingerprint: Fingerprint
    touched: bool | None
    verified_user: bool | None


def check_envelope(data: bytes) -> Checked:
    """Parse an envelope and check its signature with the key inside; whose key that is, is not asked.

    Raises:
        MalformedSignoffError: if the form is wrong or the signature is not good.
    """
    from gatekeeper.schemes import ssh  # cryptography: only when there is a signature to check

    envelope = parse_envelope(data)
    statement = parse_statement(envelope.payload)
    verification = ssh.verify(envelope.signature, envelope.signed_bytes, NAMESPACE)
    if verification.outcome is not Outcome.GOOD or verification.fingerprint is None:
        raise MalformedSignoffError(f"its signature is {verification.outcome.value}: {verification.why}")
    if verification.fingerprint != envelope.keyid:
        raise MalformedSignoffError("its keyid is not the fingerprint of the key that signed")
    return Checked(
        envelope=envelope,
        statement=statement,
        fingerprint=verification.fingerprint,
        touched=verification.touched,
        verified_user=verification.verified_user,
    )


def testify(checked: Checked, received_at: Timestamp, court: Court) -> Testimony:
    """Return the testimony of an envelope just checked."""
    return _examined(
        court,
        Testimony(
            statement_id=checked.envelope.statement_id,
            statement=checked.statement,
            fingerprint=checked.fingerprint,
            signer=court.roster.by_key(checked.fingerprint),
            received_at=received_at,
            touched=checked.touched,
            verified_user=checked.verified_user,
        ),
    )


def recall(stored: StoredSignoff, court: Court) -> Testimony:
    """Return the testimony of an envelope that the ledger received; its signature was found good then.

    Raises:
        MalformedSignoffError: if what the ledger kept is no longer an envelope of this version.
    """
    statement = parse_statement(parse_envelope(stored.envelope).payload)
    return _examined(
        court,
        Testimony(
            statement_id=stored.statement,
            statement=statement,
            fingerprint=stored.fingerprint,
            signer=court.roster.by_key(stored.fingerprint),
            received_at=stored.received_at,
            touched=stored.touched,
            verified_user=stored.verified_user,
        ),
    )


def _examined(court: Court, testimony: Testimony) -> Testimony:
    return examine(testimony, repository=court.repository, leavers_drop=court.leavers_drop, now=court.now)
