"""Checkpoints put together without the code that makes them."""

from __future__ import annotations

from typing import Any

from gatekeeper.core.checkpoint import NAMESPACE, PAYLOAD_TYPE, Checkpoint, dump_checkpoint
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.signoff import Envelope, dump_envelope
from tests.support.people import fingerprint, sshsig


def seal(signer: str = "staff-1", namespace: str = NAMESPACE, payload_type: str = PAYLOAD_TYPE, **fields: Any) -> bytes:
    """A checkpoint put together here."""
    honest = {"repository": "example/shop", "number": 1, "hash": "0" * 64, "time": Timestamp(1_780_000_000)}
    unsigned = Envelope(
        payload=dump_checkpoint(Checkpoint(**{**honest, **fields})),
        keyid=fingerprint(signer),
        signature=b"-",
        payload_type=payload_type,
    )
    return dump_envelope(unsigned.replace(signature=sshsig(unsigned.signed_bytes, signer, namespace)))
