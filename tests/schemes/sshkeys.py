"""Keys, signatures made by hand, and OpenSSH's own verdict, for the tests of SSH signatures."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256, sha512
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from gatekeeper.core.wire import string
from gatekeeper.schemes import Outcome, ssh

NAMESPACE = "gatekeeper-signoff"
MESSAGE = b"DSSEv1 a message with NUL \0 and \xff in it\n"
KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
    "rsa-2048": ("-t", "rsa", "-b", "2048"),
    "rsa-3072": ("-t", "rsa", "-b", "3072"),
}
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def make_key(path: Path, kind: str, passphrase: str = "") -> Path:
    """Make a key pair with ssh-keygen; `path` is the private half."""
    command = ["ssh-keygen", "-q", *KINDS[kind], "-N", passphrase, "-C", f"{kind} key", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def pub(key: Path) -> Path:
    return Path(f"{key}.pub")


def keygen_sign(key: Path, *options: str, namespace: str = NAMESPACE) -> bytes:
    """The armoured signature that plain ssh-keygen makes."""
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key), *options]
    return subprocess.run(command, input=MESSAGE, capture_output=True, check=True).stdout


def load(path: Path) -> PrivateKey:
    key = serialization.load_ssh_private_key(path.read_bytes(), None)
    assert isinstance(key, PrivateKey)
    return key


def mpint(number: int) -> bytes:
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")


def public_blob(key: PrivateKey) -> bytes:
    """The SSH encoding of the public half, put together here and not by the code under test."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return string(b"ssh-rsa") + mpint(numbers.e) + mpint(numbers.n)
    if isinstance(public, ec.EllipticCurvePublicKey):
        curve = b"nistp%d" % public.curve.key_size
        return string(b"ecdsa-sha2-" + curve) + string(curve) + string(point(key))
    return string(b"ssh-ed25519") + string(point(key))


def point(key: PrivateKey) -> bytes:
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public.public_bytes_raw()
    encoding, form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return public.public_bytes(encoding, form)


def raw_signature(key: PrivateKey, data: bytes, rsa_hash: hashes.HashAlgorithm | None = None) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), rsa_hash or hashes.SHA512())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    hashing = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[key.curve.key_size]
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashing)))
    return mpint(r) + mpint(s)


def to_sign(message: bytes, namespace: str = NAMESPACE, reserved: bytes = b"", name: str = "sha512") -> bytes:
    digest = {"sha512": sha512, "sha256": sha256}[name](message).digest()
    fields = (namespace.encode(), reserved, name.encode(), digest)
    return b"SSHSIG" + b"".join(map(string, fields))


def sshsig(
    public: bytes,
    signature: bytes,
    *,
    namespace: str = NAMESPACE,
    reserved: bytes = b"",
    name: str = "sha512",
    version: int = 1,
) -> bytes:
    fields = (public, namespace.encode(), reserved, name.encode(), signature)
    return b"SSHSIG" + version.to_bytes(4, "big") + b"".join(map(string, fields))


def sign(key: PrivateKey, message: bytes = MESSAGE, algorithm: bytes | None = None) -> bytes:
    """An SSHSIG blob by a plain key; `algorithm` replaces the name of the signature algorithm."""
    public = public_blob(key)
    kind = public[4 : 4 + int.from_bytes(public[:4], "big")]
    name = algorithm or (b"rsa-sha2-512" if kind == b"ssh-rsa" else kind)
    return sshsig(public, string(name) + string(raw_signature(key, to_sign(message))))


@dataclass(frozen=True)
class SoftwareFido:
    """A FIDO key without a device: what `sk-` keys hold and sign (OpenSSH PROTOCOL.u2f)."""

    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    application: bytes = b"ssh:"

    @cached_property
    def name(self) -> bytes:
        is_ed25519 = isinstance(self.key, ed25519.Ed25519PrivateKey)
        return b"sk-ssh-ed25519@openssh.com" if is_ed25519 else b"sk-ecdsa-sha2-nistp256@openssh.com"

    @property
    def blob(self) -> bytes:
        curve = b"" if isinstance(self.key, ed25519.Ed25519PrivateKey) else string(b"nistp256")
        return string(self.name) + curve + string(point(self.key)) + string(self.application)

    def sign(self, message: bytes, flags: int, counter: int = 7, claimed_flags: int | None = None) -> bytes:
        """An SSHSIG blob; `claimed_flags` stand in it instead of the `flags` that were signed."""
        application = sha256(self.application).digest()
        tail = counter.to_bytes(4, "big")
        signed = application + bytes([flags]) + tail + sha256(to_sign(message)).digest()
        claimed = bytes([flags if claimed_flags is None else claimed_flags]) + tail
        return sshsig(self.blob, string(self.name) + string(raw_signature(self.key, signed)) + claimed)


def openssh_accepts(
    directory: Path, public: bytes, armored: bytes, message: bytes = MESSAGE, namespace: str = NAMESPACE
) -> bool:
    """What `ssh-keygen -Y verify` says, with `public` (a `.pub` line) as the only allowed signer."""
    (directory / "allowed").write_bytes(b"me@example.com " + public.strip() + b"\n")
    (directory / "signature").write_bytes(armored)
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me@example.com"]
    command += ["-n", namespace, "-s", "signature"]
    done = subprocess.run(command, cwd=directory, input=message, capture_output=True, check=False)
    return done.returncode == 0


FIDO = {
    "sk-ed25519": SoftwareFido(ed25519.Ed25519PrivateKey.generate()),
    "sk-ecdsa": SoftwareFido(ec.generate_private_key(ec.SECP256R1())),
}


def line(blob: bytes) -> bytes:
    """The `.pub` line of a key blob."""
    kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")]
    return kind + b" " + base64.b64encode(blob)


def verdict(blob: bytes, message: bytes = MESSAGE, namespace: str = NAMESPACE) -> Outcome:
    return ssh.verify(blob, message, namespace).outcome
