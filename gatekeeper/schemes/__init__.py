"""Signature schemes. Every scheme answers with a `Verification`; only `Outcome.GOOD` counts.

A scheme has one function `verify(blob, message, namespace) -> Verification` that never raises for
what it is given. It says whether the key named in `blob` made it over `message`; whose key that is,
and whether it may sign, is the roster's and the policy's business.
"""

from __future__ import annotations

import enum

from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from gatekeeper.core.ids import Fingerprint

    class Scheme(Protocol):
        """What a module of this package offers to whoever reads signatures."""

        def verify(self, blob: bytes, message: bytes, namespace: str) -> Verification:
            """Check a signature that was made for the purpose `namespace`."""


class Outcome(enum.Enum):
    """How a check ended. Both BAD and UNKNOWN refuse; they differ in what the reader is told."""

    GOOD = "good"
    BAD = "bad"
    """Malformed, weak, for another purpose or message, or not made by the key that it names."""
    UNKNOWN = "unknown"
    """Could not be checked: a version, algorithm or kind of key that is not supported."""


class Verification(Record):
    """The result of one check."""

    outcome: Outcome
    why: str = ""
    """What is wrong; empty when the signature is good."""
    fingerprint: Fingerprint | None = None
    """Of the key that the signature names, if it could be read: a mere claim unless it is good."""
    touched: bool | None = None
    """Whether the FIDO device saw a touch. None: no FIDO key, or the signature is not good."""
    verified_user: bool | None = None
    """Whether the FIDO device checked a PIN or a finger. None: as for `touched`."""
    hash_algorithm: str = ""
    """`sha256` or `sha512`; empty if it could not be read."""
