"""Who signed what Git signs: a commit, a push certificate; by whichever scheme the signature is in."""

from __future__ import annotations

from gatekeeper.core.ids import Fingerprint
from gatekeeper.schemes import Outcome
from gatekeeper.schemes.ssh import MalformedSignatureError, dearmor, verify

NAMESPACE = "git"
"""The SSHSIG namespace of everything that Git signs (gitformat-signature(5))."""


def signer_of(armoured: bytes, payload: bytes) -> Fingerprint | None:
    """Return the fingerprint of the key that made a good signature; None for any other.

    `armoured` is the signature as Git keeps it, `payload` what it is about: a commit without its
    signature header, a push certificate up to the signature. OpenPGP and X.509 signatures prove nothing
    here until gatekeeper knows those schemes.
    """
    try:
        blob = dearmor(armoured + b"\n" if not armoured.endswith(b"\n") else armoured)
    except MalformedSignatureError:
        return None
    verification = verify(blob, payload, NAMESPACE)
    return verification.fingerprint if verification.outcome is Outcome.GOOD else None
