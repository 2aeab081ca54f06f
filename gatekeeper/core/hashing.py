"""SHA-256, in the two forms that the formats need."""

from __future__ import annotations

try:
    # The interpreter's own implementation: `hashlib` would load OpenSSL first, 4 ms of every push.
    from _sha2 import sha256  # type: ignore[import-not-found, unused-ignore]  # Python 3.12 and later
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found, unused-ignore, no-redef]  # Python 3.11
    except ImportError:
        from hashlib import sha256


def sha256_raw(data: bytes) -> bytes:
    """Return the 32 bytes of the digest."""
    return bytes(sha256(data).digest())


def sha256_hex(data: bytes) -> str:
    """Return the digest as 64 lower-case hex digits."""
    return str(sha256(data).hexdigest())
