"""SSH signatures: our verdict beside OpenSSH's, and forgeries."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatekeeper.core.keys import fingerprint_of, parse_public_key
from gatekeeper.core.wire import string
from gatekeeper.schemes import Outcome, Verification, ssh
from tests.schemes import sshkeys
from tests.schemes.sshkeys import (
    FIDO,
    KINDS,
    MESSAGE,
    NAMESPACE,
    SoftwareFido,
    keygen_sign,
    line,
    openssh_accepts,
    pub,
    verdict,
)

FLAGS = {
    0x00: (False, False),
    0x01: (True, False),
    0x04: (False, True),
    0x05: (True, True),
    0xFA: (False, False),
}


# ---- what is good -----------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("-O", "hashalg=sha256")], ids=["sha512", "sha256"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_ssh_keygen_signs_is_good(keys: dict[str, Path], kind: str, options: tuple[str, ...]) -> None:
    key = parse_public_key(pub(keys[kind]).read_text())
    blob = ssh.dearmor(keygen_sign(keys[kind], *options))
    assert ssh.verify(blob, MESSAGE, NAMESPACE) == Verification(
        outcome=Outcome.GOOD, fingerprint=key.fingerprint, hash_algorithm="sha256" if options else "sha512"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_blob_put_together_by_hand_is_good_here_and_for_openssh(
    keys: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    blob = sshkeys.sign(sshkeys.load(keys[kind]))
    assert verdict(blob) is Outcome.GOOD
    assert openssh_accepts(tmp_path, pub(keys[kind]).read_bytes(), ssh.armor(blob))


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("kind", FIDO)
def test_a_fido_signature_tells_whether_the_device_was_touched(kind: str, flags: int, tmp_path: Path) -> None:
    fido = FIDO[kind]
    blob = fido.sign(MESSAGE, flags)
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert (result.outcome, result.fingerprint) == (Outcome.GOOD, fingerprint_of(fido.blob))
    assert (result.touched, result.verified_user) == FLAGS[flags]
    assert openssh_accepts(tmp_path, line(fido.blob), ssh.armor(blob))


@pytest.mark.parametrize("kind", FIDO)
def test_a_touch_that_the_device_did_not_sign_is_bad(kind: str, tmp_path: Path) -> None:
    blob = FIDO[kind].sign(MESSAGE, 0x00, claimed_flags=0x01)
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert (result.outcome, result.touched, result.verified_user) == (Outcome.BAD, None, None)
    assert not openssh_accepts(tmp_path, line(FIDO[kind].blob), ssh.armor(blob))


@pytest.mark.parametrize("application", [b"ssh:work", b"", b"x" * 300])
def test_the_application_of_a_fido_key_is_part_of_what_is_signed(application: bytes, tmp_path: Path) -> None:
    fido = SoftwareFido(ed25519.Ed25519PrivateKey.generate(), application)
    blob = fido.sign(MESSAGE, 0x01)
    assert verdict(blob) is Outcome.GOOD
    assert openssh_accepts(tmp_path, line(fido.blob), ssh.armor(blob))
    other = SoftwareFido(fido.key, b"ssh:").blob
    assert verdict(blob.replace(string(fido.blob), string(other))) is Outcome.BAD


def test_an_rsa_value_without_its_leading_zeros_is_good(keys: dict[str, Path], tmp_path: Path) -> None:
    key = sshkeys.load(keys["rsa-2048"])
    for number in range(10_000):
        message = b"%d" % number
        value = sshkeys.raw_signature(key, sshkeys.to_sign(message))
        if value[0] == 0:
            break
    else:
        pytest.fail("no value with a leading zero was found")
    public = sshkeys.public_blob(key)
    for short in (value, value[1:]):
        blob = sshkeys.sshsig(public, string(b"rsa-sha2-512") + string(short))
        assert verdict(blob, message) is Outcome.GOOD
        assert openssh_accepts(tmp_path, line(public), ssh.armor(blob), message)
    longer = sshkeys.sshsig(public, string(b"rsa-sha2-512") + string(b"\0" + value))
    result = ssh.verify(longer, message, NAMESPACE)
    assert (result.outcome, result.why) == (
        Outcome.BAD,
        "its RSA value has 257 bytes, more than the key's 256",
    )


# ---- versions, algorithms and keys that are not taken -------------------------------------------------


@pytest.mark.parametrize("version", [0, 2, 2**32 - 1])
def test_another_version_is_unknown(keys: dict[str, Path], version: int) -> None:
    blob = sshkeys.sign(sshkeys.load(keys["ed25519"]))
    assert verdict(blob[:6] + version.to_bytes(4, "big") + blob[10:]) is Outcome.UNKNOWN


@pytest.mark.parametrize("signed_too", [False, True])
def test_a_used_reserved_field_is_unknown_though_openssh_ignores_it(
    keys: dict[str, Path], tmp_path: Path, signed_too: bool
) -> None:
    key = sshkeys.load(keys["ed25519"])
    signed = sshkeys.to_sign(MESSAGE, reserved=b"tag" if signed_too else b"")
    signature = string(b"ssh-ed25519") + string(sshkeys.raw_signature(key, signed))
    blob = sshkeys.sshsig(sshkeys.public_blob(key), signature, reserved=b"tag")
    assert verdict(blob) is Outcome.UNKNOWN
    assert openssh_accepts(tmp_path, pub(keys["ed25519"]).read_bytes(), ssh.armor(blob)) is not signed_too


@pytest.mark.parametrize("name", ["sha1", "SHA512", "sha384", "", "\x1b[31m"])
def test_another_hash_is_unknown_and_shown_safely(keys: dict[str, Path], name: str) -> None:
    key = sshkeys.load(keys["ed25519"])
    signature = string(b"ssh-ed25519") + string(sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE)))
    result = ssh.verify(sshkeys.sshsig(sshkeys.public_blob(key), signature, name=name), MESSAGE, NAMESPACE)
    assert result.outcome is Outcome.UNKNOWN
    assert repr(name) in result.why


def test_an_rsa_signature_over_sha1_is_bad(keys: dict[str, Path], tmp_path: Path) -> None:
    key = sshkeys.load(keys["rsa-2048"])
    value = sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE), hashes.SHA1())  # noqa: S303 - must be refused
    blob = sshkeys.sshsig(sshkeys.public_blob(key), string(b"ssh-rsa") + string(value))
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert (result.outcome, result.why) == (Outcome.BAD, "its algorithm ssh-rsa is not one for ssh-rsa keys")
    assert not openssh_accepts(tmp_path, pub(keys["rsa-2048"]).read_bytes(), ssh.armor(blob))


@pytest.mark.parametrize(("named", "used"), [("256", hashes.SHA512()), ("512", hashes.SHA256())])
def test_an_rsa_signature_under_the_name_of_another_hash_is_bad(
    keys: dict[str, Path], named: str, used: hashes.HashAlgorithm
) -> None:
    key = sshkeys.load(keys["rsa-2048"])
    value = sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE), used)
    blob = sshkeys.sshsig(sshkeys.public_blob(key), string(f"rsa-sha2-{named}".encode()) + string(value))
    assert verdict(blob) is Outcome.BAD


def test_rsa_sha2_256_is_good(keys: dict[str, Path], tmp_path: Path) -> None:
    key = sshkeys.load(keys["rsa-2048"])
    value = sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE), hashes.SHA256())
    blob = sshkeys.sshsig(sshkeys.public_blob(key), string(b"rsa-sha2-256") + string(value))
    assert verdict(blob) is Outcome.GOOD
    assert openssh_accepts(tmp_path, pub(keys["rsa-2048"]).read_bytes(), ssh.armor(blob))


@pytest.mark.parametrize("bits", [1024, 2047])
def test_a_small_rsa_key_is_bad_though_openssh_takes_it(bits: int, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, bits)
    blob = sshkeys.sign(key)
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert (result.outcome, result.why) == (
        Outcome.BAD,
        f"the RSA key has {bits} bits; 2048 to 16384 are accepted",
    )
    assert openssh_accepts(tmp_path, line(sshkeys.public_blob(key)), ssh.armor(blob))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "algorithm",
    [b"ssh-ed25519", b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp384", b"sk-ssh-ed25519@openssh.com"],
)
def test_an_algorithm_of_another_key_type_is_bad(
    keys: dict[str, Path], kind: str, algorithm: bytes, tmp_path: Path
) -> None:
    key = sshkeys.load(keys[kind])
    own = sshkeys.public_blob(key)
    blob = sshkeys.sign(key, algorithm=algorithm)
    expected = Outcome.GOOD if own.startswith(string(algorithm)) else Outcome.BAD
    assert verdict(blob) is expected
    assert openssh_accepts(tmp_path, line(own), ssh.armor(blob)) is (expected is Outcome.GOOD)


def test_a_plain_signature_by_the_key_of_a_fido_device_is_bad() -> None:
    fido = FIDO["sk-ed25519"]
    value = sshkeys.raw_signature(fido.key, sshkeys.to_sign(MESSAGE))
    assert verdict(sshkeys.sshsig(fido.blob, string(b"ssh-ed25519") + string(value))) is Outcome.BAD
    assert verdict(sshkeys.sshsig(fido.blob, string(fido.name) + string(value))) is Outcome.BAD


@pytest.mark.parametrize("algorithm", [b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", b"rsa-sha3-512", b"", b"\xff"])
def test_an_algorithm_that_is_not_known_is_unknown(algorithm: bytes) -> None:
    good = FIDO["sk-ecdsa"].sign(MESSAGE, 0x01)
    signature = ssh.parse_signature(good).signature
    other = string(algorithm) + signature[len(string(FIDO["sk-ecdsa"].name)) :]
    assert verdict(sshkeys.sshsig(FIDO["sk-ecdsa"].blob, other)) is Outcome.UNKNOWN


def test_a_signature_by_a_certificate_is_unknown(keys: dict[str, Path], tmp_path: Path) -> None:
    for name in ("ed25519", "ed25519.pub"):
        shutil.copy(keys["ed25519"].parent / name, tmp_path / name)
    certify = ["ssh-keygen", "-q", "-s", str(keys["ecdsa-256"]), "-I", "me", str(tmp_path / "ed25519.pub")]
    subprocess.run(certify, check=True)
    blob = ssh.dearmor(keygen_sign(tmp_path / "ed25519-cert.pub"))
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert result.outcome is Outcome.UNKNOWN
    assert result.why == "OpenSSH certificates are not supported; give the plain public key"


def test_a_point_off_the_curve_is_bad() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = sshkeys.public_blob(key)
    blob = sshkeys.sign(key).replace(public, public[:-1] + bytes([public[-1] ^ 1]))
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert (result.outcome, result.why) == (Outcome.BAD, "the point of its key is not on the curve")


@pytest.mark.parametrize(
    "value",
    [
        string(b"\0\x01") + string(b"\x01"),
        string(b"\x01") + string(b"\x80"),
        string(b"") + string(b""),
        string(b"\x01") + string(b"\x01") + b"\0",
        string(b"\x01"),
        string(b"\x01" + bytes(4000)) + string(b"\x01"),
    ],
    ids=["zeros", "negative", "zero", "trailing", "no s", "huge"],
)
def test_a_misshapen_ecdsa_value_is_bad(value: bytes) -> None:
    public = sshkeys.public_blob(ec.generate_private_key(ec.SECP256R1()))
    blob = sshkeys.sshsig(public, string(b"ecdsa-sha2-nistp256") + string(value))
    assert verdict(blob) is Outcome.BAD


def test_an_ecdsa_value_with_needless_zeros_is_bad_though_openssh_trims_them(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    value = sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE))
    length = int.from_bytes(value[:4], "big")
    longer = string(b"\0" + value[4 : 4 + length]) + value[4 + length :]
    blob = sshkeys.sshsig(sshkeys.public_blob(key), string(b"ecdsa-sha2-nistp256") + string(longer))
    assert verdict(blob) is Outcome.BAD
    assert openssh_accepts(tmp_path, line(sshkeys.public_blob(key)), ssh.armor(blob))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_an_ed25519_value_of_another_length_is_bad(good: dict[str, bytes], length: int) -> None:
    public = ssh.parse_signature(good["ed25519"]).public_key
    value = good["ed25519"][-64:].ljust(65, b"\0")[:length]
    result = ssh.verify(sshkeys.sshsig(public, string(b"ssh-ed25519") + string(value)), MESSAGE, NAMESPACE)
    assert (result.outcome, result.why) == (Outcome.BAD, f"its Ed25519 value has {length} bytes, not 64")


def test_a_fault_inside_the_check_is_unknown_and_stops_nothing(
    good: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(ssh.FAMILIES, "ed25519", fail)
    result = ssh.verify(good["ed25519"], MESSAGE, NAMESPACE)
    assert (result.outcome, result.why) == (Outcome.UNKNOWN, "the check failed: RuntimeError")


# ---- cost -------------------------------------------------------------------------------------------

ROOT = str(Path(__file__).parents[2])


def test_loading_the_module_loads_neither_cryptography_nor_what_a_hook_must_not() -> None:
    # -S: no site-packages, so nothing but what the module itself asks for.
    program = f"import sys; sys.path.append({ROOT!r}); import gatekeeper.schemes.ssh; print(*sys.modules)"
    command = [sys.executable, "-I", "-S", "-c", program]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "gatekeeper.schemes.ssh" in loaded
    assert loaded.isdisjoint({"cryptography", "typing", "dataclasses", "subprocess", "inspect", "pathlib"})
