"""Who signed a commit: the signature in its header, by whichever scheme that is in."""

from __future__ import annotations

from gatekeeper.core.ids import Fingerprint
from gatekeeper.schemes import Outcome
from gatekeeper.schemes.ssh import MalformedSignatureError, dearmor, verify

NAMESPACE = "git"
"""The SSHSIG namespace of commits and tags (gitformat-signature(5))."""


def commit_signer(armoured: bytes, payload: bytes) -> Fingerprint | None:
    """Return the fingerprint of the key that made a good signature on a commit; None for any other.

    `armoured` is the value of the signature header, `payload` the commit without it. OpenPGP and
    X.509 signatures prove nothing here until gatekeeper knows those schemes.
    """
    try:
        blob = dearmor(armoured + b"\n" if not armoured.endswith(b"\n") else armoured)
    except MalformedSignatureError:
        return None
    verification = verify(blob, payload, NAMESPACE)
    return verification.fingerprint if verification.outcome is Outcome.GOOD else None
