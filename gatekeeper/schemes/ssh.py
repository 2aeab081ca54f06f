"""SSH signatures (OpenSSH PROTOCOL.sshsig), checked in this process.

The rules are OpenSSH's (`sshsig.c`, `ssh-rsa.c`, `ssh-ecdsa.c`, PROTOCOL.u2f) or stricter, never
laxer: a blob has one accepted form, RSA has at least 2048 bits, and a `reserved` field that is not
empty is not ignored, because its bytes are not covered by what OpenSSH signs.
"""

# `cryptography` costs 20 ms or more, so it is imported where a signature is checked, and only the parts
# that the key's type needs.

from __future__ import annotations

import binascii

from gatekeeper.core.hashing import sha256_raw
from gatekeeper.core.keys import (
    KEY_TYPES,
    KeyMaterial,
    UnsupportedKeyError,
    fingerprint_of,
    parse_blob,
)
from gatekeeper.core.record import Record
from gatekeeper.core.wire import Reader, strict_base64, string
from gatekeeper.schemes import Outcome, Verification

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC = b"SSHSIG"
VERSION = 1
HASH_ALGORITHMS = ("sha512", "sha256")
RSA_ALGORITHMS = ("rsa-sha2-512", "rsa-sha2-256")
"""Never `ssh-rsa`, which is SHA-1."""
BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
END = b"-----END SSH SIGNATURE-----"
LINE_LENGTH = 70
"""As `ssh-keygen` wraps; readers take any length."""
TOUCHED = 0x01
VERIFIED_USER = 0x04


class MalformedSignatureError(ValueError):
    """Bytes that are no SSH signature, or one that breaks a rule; the text says which."""


class UnsupportedSignatureError(MalformedSignatureError):
    """A signature of a version or algorithm that this module does not know."""


class SshSignature(Record):
    """The fields of an SSHSIG blob, not yet believed."""

    public_key: bytes
    """The key's SSH encoding."""
    namespace: bytes
    hash_algorithm: str
    """`sha256` or `sha512`: what the message is hashed with before it is signed."""
    signature: bytes
    """The SSH encoding: algorithm, signature, and for FIDO keys flags and counter."""

    def signed_bytes(self, message: bytes) -> bytes:
        """Return what the key signs when the message is `message`."""
        digest = string(_hash(self.hash_algorithm, message))
        return MAGIC + string(self.namespace) + string(b"") + string(self.hash_algorithm.encode()) + digest


def parse_signature(blob: bytes) -> SshSignature:
    """Parse a raw SSHSIG blob; the key and the inner signature are only cut out.

    Raises:
        UnsupportedSignatureError: for another version or hash, or a used `reserved` field.
        MalformedSignatureError: for anything else that is not exactly of the documented form.
    """
    reader = Reader(blob, MalformedSignatureError)
    if reader.take(len(MAGIC), "preamble") != MAGIC:
        raise MalformedSignatureError("it does not begin with SSHSIG")
    version = reader.uint32("version")
    if version != VERSION:
        raise UnsupportedSignatureError(f"it has version {version}, and only {VERSION} is known")
    public_key = reader.string("public key")
    namespace = reader.string("namespace")
    reserved = reader.string("reserved field")
    hash_algorithm = reader.string("hash algorithm").decode("latin-1")
    signature = reader.string("signature")
    reader.end("blob")
    if not namespace:
        raise MalformedSignatureError("its namespace is empty")
    if reserved:
        raise UnsupportedSignatureError("it uses the reserved field, which has no meaning yet")
    if hash_algorithm not in HASH_ALGORITHMS:
        raise UnsupportedSignatureError(f"its hash is {hash_algorithm[:40]!a}, not sha512 or sha256")
    return SshSignature(public_key=public_key, namespace=namespace, hash_algorithm=hash_algorithm, signature=signature)


def dearmor(text: bytes) -> bytes:
    """Return the raw blob of an armoured signature; lines may end in CRLF, and the last in nothing.

    Raises:
        MalformedSignatureError: for text around the armour, or base64 that is not strict.
    """
    body = text.replace(b"\r\n", b"\n").rstrip(b"\n")
    if not body.startswith(BEGIN) or not body.endswith(b"\n" + END):
        raise MalformedSignatureError("it does not stand between the BEGIN and END lines of an SSH signature")
    try:
        return strict_base64(body[len(BEGIN) : -len(END)].replace(b"\n", b""))
    except ValueError:
        raise MalformedSignatureError("its armour holds no padded standard base64") from None


def armor(blob: bytes) -> bytes:
    """Return the armoured form of a raw blob, byte for byte as `ssh-keygen -Y sign` writes it."""
    encoded = binascii.b2a_base64(blob, newline=False)
    lines = (encoded[start : start + LINE_LENGTH] + b"\n" for start in range(0, len(encoded), LINE_LENGTH))
    return BEGIN + b"".join(lines) + END + b"\n"


def verify(blob: bytes, message: bytes, namespace: str) -> Verification:
    """Say whether the key inside `blob`, a raw SSHSIG blob, signed `message` for `namespace`.

    Whose key it is must be asked with the fingerprint of the answer, never with what somebody
    wrote beside the signature.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    claim = Verification(outcome=Outcome.BAD)
    try:
        signature = parse_signature(blob)
        material = parse_blob(signature.public_key)
        fingerprint = fingerprint_of(signature.public_key)
        claim = claim.replace(fingerprint=fingerprint, hash_algorithm=signature.hash_algorithm)
        flags = _check(material, signature, message, namespace)
    except (UnsupportedSignatureError, UnsupportedKeyError, UnsupportedAlgorithm) as error:
        return claim.replace(outcome=Outcome.UNKNOWN, why=str(error))
    except InvalidSignature:
        return claim.replace(why="it was not made by this key over this message")
    except ValueError as error:  # ours, or OpenSSL's about the numbers of a key
        return claim.replace(why=str(error))
    except Exception as error:  # noqa: BLE001 - hostile bytes must not stop the judgement of all others
        return claim.replace(outcome=Outcome.UNKNOWN, why=f"the check failed: {type(error).__name__}")
    if flags is None:
        return claim.replace(outcome=Outcome.GOOD)
    touched, verified_user = bool(flags & TOUCHED), bool(flags & VERIFIED_USER)
    return claim.replace(outcome=Outcome.GOOD, touched=touched, verified_user=verified_user)


def _check(material: KeyMaterial, signature: SshSignature, message: bytes, namespace: str) -> int | None:
    """Return the FIDO flags of a good signature, None without FIDO; raise for any other signature."""
    if signature.namespace != namespace.encode():
        made_for = signature.namespace[:40].decode("latin-1")
        raise MalformedSignatureError(f"it was made for the namespace {made_for!a}, not {namespace!a}")
    kind = KEY_TYPES[material.type]
    reader = Reader(signature.signature, MalformedSignatureError)
    algorithm = reader.string("signature algorithm").decode("latin-1")
    expected = RSA_ALGORITHMS if kind.family == "rsa" else (material.type,)
    if algorithm not in expected:
        if algorithm in KEY_TYPES or algorithm in RSA_ALGORITHMS:
            raise MalformedSignatureError(f"its algorithm {algorithm} is not one for {material.type} keys")
        raise UnsupportedSignatureError(f"its algorithm {algorithm[:40]!a} is not known")
    value = reader.string("signature value")
    signed = signature.signed_bytes(message)
    flags = None
    if kind.fido:
        # PROTOCOL.u2f: the device signs its own flags and counter, so nobody can add a touch later.
        presence = reader.take(5, "flags and counter")
        flags = presence[0]
        signed = sha256_raw(material.application) + presence + sha256_raw(signed)
    reader.end("signature")
    FAMILIES[kind.family](material, algorithm, value, signed)
    return flags


def _check_ed25519(material: KeyMaterial, _algorithm: str, value: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(value) != 64:
        raise MalformedSignatureError(f"its Ed25519 value has {len(value)} bytes, not 64")
    Ed25519PublicKey.from_public_bytes(material.point).verify(value, signed)


def _check_ecdsa(material: KeyMaterial, _algorithm: str, value: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    curves: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
        "nistp256": (ec.SECP256R1(), hashes.SHA256()),
        "nistp384": (ec.SECP384R1(), hashes.SHA384()),
        "nistp521": (ec.SECP521R1(), hashes.SHA512()),
    }
    curve, hash_algorithm = curves[KEY_TYPES[material.type].curve]
    reader = Reader(value, MalformedSignatureError)
    r, s = reader.natural("ECDSA value r"), reader.natural("ECDSA value s")
    reader.end("ECDSA value")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curve, material.point)
    except ValueError:
        raise MalformedSignatureError("the point of its key is not on the curve") from None
    public.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hash_algorithm))


def _check_rsa(material: KeyMaterial, algorithm: str, value: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    length = (material.modulus.bit_length() + 7) // 8
    if len(value) > length:
        raise MalformedSignatureError(f"its RSA value has {len(value)} bytes, more than the key's {length}")
    hash_algorithm = hashes.SHA512() if algorithm == "rsa-sha2-512" else hashes.SHA256()
    public = rsa.RSAPublicNumbers(material.exponent, material.modulus).public_key()
    # RFC 8332 section 3: some signers leave leading zeros out, and a verifier may accept that.
    public.verify(value.rjust(length, b"\0"), signed, padding.PKCS1v15(), hash_algorithm)


def _hash(name: str, data: bytes) -> bytes:
    # Not from hashlib: that would load a second OpenSSL beside the one that checks the signature.
    from cryptography.hazmat.primitives import hashes

    state = hashes.Hash(hashes.SHA512() if name == "sha512" else hashes.SHA256())
    state.update(data)
    return state.finalize()


FAMILIES: dict[str, Callable[[KeyMaterial, str, bytes, bytes], None]] = {
    "ed25519": _check_ed25519,
    "ecdsa": _check_ecdsa,
    "rsa": _check_rsa,
}
"""By `KeyType.family`: raises unless the value is a good signature over the signed bytes."""
