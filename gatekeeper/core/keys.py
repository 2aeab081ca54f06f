"""Public keys as SSH writes them: one line of text, or the blob inside it.

Only bytes are judged here, no cryptography: that an elliptic point lies on its curve is found out by
`schemes` when a signature is checked. Key formats: RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1
(ECDSA), RFC 8709 section 4 (Ed25519), PROTOCOL.u2f of OpenSSH (FIDO, `sk-`).
"""

from __future__ import annotations

import binascii

from gatekeeper.core.hashing import sha256_raw
from gatekeeper.core.ids import Fingerprint
from gatekeeper.core.record import Record
from gatekeeper.core.wire import Reader, strict_base64

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 16384
"""OpenSSL computes with nothing larger (`OPENSSL_RSA_MAX_MODULUS_BITS`)."""
MAX_RSA_EXPONENT_BITS = 64
"""OpenSSL's bound for large moduli, here for all: checking costs in proportion to the exponent."""
CERTIFICATE_SUFFIX = "-cert-v01@openssh.com"


class MalformedKeyError(ValueError):
    """Not a key that may sign; the text says what is wrong and never repeats the key."""


class UnsupportedKeyError(MalformedKeyError):
    """A kind of key that gatekeeper does not know or does not take, whether well formed or not."""


class KeyType(Record):
    """What the blob of one key type holds."""

    family: str
    """`ed25519`, `ecdsa` or `rsa`."""
    point_length: int = 0
    curve: str = ""
    """The curve's name inside the blob; only of ECDSA."""
    fido: bool = False
    """The key lives in a FIDO device, and its signatures say whether somebody touched that."""


KEY_TYPES = {
    "ssh-ed25519": KeyType(family="ed25519", point_length=32),
    "sk-ssh-ed25519@openssh.com": KeyType(family="ed25519", point_length=32, fido=True),
    "ecdsa-sha2-nistp256": KeyType(family="ecdsa", point_length=65, curve="nistp256"),
    "ecdsa-sha2-nistp384": KeyType(family="ecdsa", point_length=97, curve="nistp384"),
    "ecdsa-sha2-nistp521": KeyType(family="ecdsa", point_length=133, curve="nistp521"),
    "sk-ecdsa-sha2-nistp256@openssh.com": KeyType(family="ecdsa", point_length=65, curve="nistp256", fido=True),
    "ssh-rsa": KeyType(family="rsa"),
}


class PublicKey(Record):
    """A public key of an accepted type."""

    type: str
    """A name of `KEY_TYPES`."""
    blob: bytes
    """The SSH encoding, the type's name included; equal keys have equal blobs."""
    fingerprint: Fingerprint
    comment: str = ""


class KeyMaterial(Record):
    """The values inside a blob, as a signature check needs them."""

    type: str
    """A name of `KEY_TYPES`."""
    point: bytes = b""
    """Ed25519: the 32 bytes of RFC 8032. ECDSA: an uncompressed point, perhaps not on the curve."""
    modulus: int = 0
    exponent: int = 0
    application: bytes = b""
    """Of a FIDO key: whom the device signs for, `ssh:` unless the user chose otherwise."""


def fingerprint_of(blob: bytes) -> Fingerprint:
    """Return the fingerprint as `ssh-keygen -l` shows it: `SHA256:` and unpadded base64."""
    digest = binascii.b2a_base64(sha256_raw(blob), newline=False)
    return Fingerprint("SHA256:" + digest.rstrip(b"=").decode())


def parse_blob(blob: bytes) -> KeyMaterial:
    """Parse the SSH encoding of a public key.

    Raises:
        UnsupportedKeyError: for a type that is not accepted.
        MalformedKeyError: for another encoding than the only one of this key, or a weak RSA key.
    """
    reader = Reader(blob, MalformedKeyError)
    name = reader.string("key type").decode("latin-1")
    if name not in KEY_TYPES:
        raise UnsupportedKeyError(_why_refused(name))
    kind = KEY_TYPES[name]
    material = KeyMaterial(type=name)
    if kind.family == "rsa":
        exponent, modulus = reader.natural("RSA exponent"), reader.natural("RSA modulus")
        _check_rsa(modulus, exponent)
        material = material.replace(modulus=modulus, exponent=exponent)
    else:
        material = material.replace(point=_read_point(reader, kind))
    if kind.fido:
        application = reader.string("FIDO application")
        if b"\0" in application:
            raise MalformedKeyError("the FIDO application contains NUL")
        material = material.replace(application=application)
    reader.end("key")
    return material


def parse_public_key(line: str) -> PublicKey:
    """Parse one line `type base64 [comment]`, as in a `.pub` file; white space around it is ignored.

    Raises:
        UnsupportedKeyError: for a type that is not accepted (DSA, certificates, unknown names).
        MalformedKeyError: for every other fault: options before the type, several lines, base64
            that is not strict, a blob of another type, not exactly consumed, or a weak RSA key.
    """
    text = line.strip().replace("\t", " ")
    if "PRIVATE KEY" in text:
        raise MalformedKeyError("this is a private key; give the public one, from the file that ends in .pub")
    if not text.isprintable():
        raise MalformedKeyError("a public key is one line of printable text: type, base64, comment")
    name, _, rest = text.partition(" ")
    if name not in KEY_TYPES:
        if not KEY_TYPES.keys().isdisjoint(rest.split()):
            raise MalformedKeyError("something stands before the key type; options and names do not belong here")
        raise UnsupportedKeyError(_why_refused(name))
    encoded, _, comment = rest.lstrip().partition(" ")
    if not encoded:
        raise MalformedKeyError(f"nothing follows {name}; give the whole line: type, base64, comment")
    try:
        blob = strict_base64(encoded.encode())
    except ValueError:
        raise MalformedKeyError("what follows the key type is no padded standard base64; is it cut off?") from None
    inner = parse_blob(blob).type
    if inner != name:
        raise MalformedKeyError(f"the line says {name}, but the key inside is {inner}")
    return PublicKey(type=name, blob=blob, fingerprint=fingerprint_of(blob), comment=comment.strip())


def _read_point(reader: Reader, kind: KeyType) -> bytes:
    if kind.curve and reader.string("curve name") != kind.curve.encode():
        raise MalformedKeyError(f"the curve inside the key is not {kind.curve}")
    point = reader.string("public point")
    if len(point) != kind.point_length:
        raise MalformedKeyError(f"the public point has {len(point)} bytes, not {kind.point_length}")
    if kind.curve and point[:1] != b"\x04":
        raise MalformedKeyError("the public point is not in uncompressed form")
    return point


def _check_rsa(modulus: int, exponent: int) -> None:
    bits = modulus.bit_length()
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        raise MalformedKeyError(f"the RSA key has {bits} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted")
    if exponent < 3 or exponent % 2 == 0 or exponent.bit_length() > MAX_RSA_EXPONENT_BITS or modulus % 2 == 0:
        raise MalformedKeyError("the RSA key has a modulus or exponent that no honest key has")


def _why_refused(name: str) -> str:
    if name == "ssh-dss":
        return "DSA keys (ssh-dss) are too weak; make another with `ssh-keygen -t ed25519`"
    if name.endswith(CERTIFICATE_SUFFIX):
        return "OpenSSH certificates are not supported; give the plain public key"
    return f"{name[:40]!a} is no accepted key type; accepted are {', '.join(KEY_TYPES)}"
