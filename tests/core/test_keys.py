"""Public keys: one line of text, one blob, one fingerprint."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.keys import (
    KEY_TYPES,
    MalformedKeyError,
    UnsupportedKeyError,
    fingerprint_of,
    parse_blob,
    parse_public_key,
)
from gatekeeper.core.wire import strict_base64, string
from tests.schemes.sshkeys import KINDS, make_key, mpint

ED25519 = string(b"ssh-ed25519") + string(bytes(range(32)))
MODULUS = (1 << 2047) + 1
CURVES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}


def rsa_blob(modulus: int = MODULUS, exponent: int = 65537) -> bytes:
    return string(b"ssh-rsa") + mpint(exponent) + mpint(modulus)


def ecdsa_blob(name: str, curve: str, point: bytes) -> bytes:
    return string(name.encode()) + string(curve.encode()) + string(point)


def point_of(curve: str) -> bytes:
    return b"\x04" + b"p" * (CURVES[curve] - 1)


BLOBS = {
    "ssh-ed25519": ED25519,
    "sk-ssh-ed25519@openssh.com": string(b"sk-ssh-ed25519@openssh.com") + string(b"p" * 32) + string(b"ssh:"),
    "sk-ecdsa-sha2-nistp256@openssh.com": (
        ecdsa_blob("sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", point_of("nistp256")) + string(b"ssh:")
    ),
    "ssh-rsa": rsa_blob(),
    **{f"ecdsa-sha2-{curve}": ecdsa_blob(f"ecdsa-sha2-{curve}", curve, point_of(curve)) for curve in CURVES},
}


def line_of(blob: bytes, kind: str | None = None, comment: str = "") -> str:
    inner = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode()
    return f"{kind or inner} {base64.b64encode(blob).decode()} {comment}".strip()


@pytest.fixture(scope="module")
def real_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("keys")
    return {kind: make_key(directory / kind, kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_ssh_keygen_is_read_with_its_fingerprint_and_comment(real_keys: dict[str, Path], kind: str) -> None:
    public = Path(f"{real_keys[kind]}.pub")
    key = parse_public_key(public.read_text())
    listed = subprocess.run(["ssh-keygen", "-l", "-f", public], capture_output=True, text=True, check=True)
    assert key.fingerprint == listed.stdout.split()[1]
    assert key.comment == f"{kind} key"
    assert line_of(key.blob, key.type, key.comment) == public.read_text().strip()


def test_the_samples_of_these_tests_are_all_the_accepted_types() -> None:
    assert BLOBS.keys() == KEY_TYPES.keys()


@pytest.mark.parametrize("kind", BLOBS)
def test_every_accepted_type_is_read(kind: str) -> None:
    key = parse_public_key(line_of(BLOBS[kind]))
    assert (key.type, key.blob, key.comment) == (kind, BLOBS[kind], "")


def test_the_values_inside_a_blob_are_told_apart() -> None:
    fido = parse_blob(BLOBS["sk-ecdsa-sha2-nistp256@openssh.com"])
    assert (fido.point, fido.application) == (point_of("nistp256"), b"ssh:")
    rsa = parse_blob(BLOBS["ssh-rsa"])
    assert (rsa.modulus, rsa.exponent) == (MODULUS, 65537)


@pytest.mark.parametrize("kind", BLOBS)
def test_a_blob_that_is_cut_off_anywhere_is_refused(kind: str) -> None:
    for length in range(len(BLOBS[kind])):
        with pytest.raises(MalformedKeyError):
            parse_blob(BLOBS[kind][:length])


@pytest.mark.parametrize("kind", BLOBS)
def test_bytes_after_the_key_are_refused(kind: str) -> None:
    with pytest.raises(MalformedKeyError, match="1 bytes too many"):
        parse_blob(BLOBS[kind] + b"\0")


@pytest.mark.parametrize("kind", BLOBS)
def test_a_line_of_one_type_with_a_key_of_another_is_refused(kind: str) -> None:
    other = next(name for name in BLOBS if name != kind)
    with pytest.raises(MalformedKeyError, match=f"the line says {kind}, but the key inside is {other}"):
        parse_public_key(line_of(BLOBS[other], kind))


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (string(b"ssh-ed25519") + string(b"p" * 31), "has 31 bytes, not 32"),
        (string(b"ssh-ed25519") + string(b"p" * 33), "has 33 bytes, not 32"),
        (ecdsa_blob("ecdsa-sha2-nistp256", "nistp384", point_of("nistp384")), "curve"),
        (ecdsa_blob("ecdsa-sha2-nistp256", "nistp256", point_of("nistp384")), "has 97 bytes, not 65"),
        (ecdsa_blob("ecdsa-sha2-nistp256", "nistp256", b"\x02" + b"p" * 32), "has 33 bytes"),
        (ecdsa_blob("ecdsa-sha2-nistp256", "nistp256", b"\x02" + b"p" * 64), "uncompressed"),
        (BLOBS["sk-ssh-ed25519@openssh.com"][:-4] + b"ssh\0", "NUL"),
    ],
)
def test_a_misshapen_point_curve_or_application_is_refused(blob: bytes, why: str) -> None:
    with pytest.raises(MalformedKeyError, match=why):
        parse_blob(blob)


@pytest.mark.parametrize(
    ("blob", "why"),
    [
        (rsa_blob((1 << 1023) + 1), "has 1024 bits"),
        (rsa_blob((1 << 2046) + 1), "has 2047 bits"),
        (rsa_blob((1 << 16384) + 1), "has 16385 bits"),
        (rsa_blob(MODULUS + 1), "no honest key"),
        (rsa_blob(exponent=0), "no honest key"),
        (rsa_blob(exponent=1), "no honest key"),
        (rsa_blob(exponent=65536), "no honest key"),
        (rsa_blob(exponent=(1 << 64) + 1), "no honest key"),
        (string(b"ssh-rsa") + string(b"\x80") + mpint(MODULUS), "negative"),
        (string(b"ssh-rsa") + string(b"\0\x03") + mpint(MODULUS), "zeros"),
        (string(b"ssh-rsa") + string(b"\0") + mpint(MODULUS), "zeros"),
        (string(b"ssh-rsa") + mpint(3) + string(b"\0" + mpint(MODULUS)[4:]), "zeros"),
    ],
)
def test_an_rsa_key_that_is_weak_huge_or_oddly_written_is_refused(blob: bytes, why: str) -> None:
    with pytest.raises(MalformedKeyError, match=why):
        parse_blob(blob)


@pytest.mark.parametrize("exponent", [3, 65537, (1 << 64) - 1])
@pytest.mark.parametrize("bits", [2048, 4096, 16384])
def test_rsa_keys_within_the_bounds_are_read(bits: int, exponent: int) -> None:
    material = parse_blob(rsa_blob((1 << bits - 1) + 1, exponent))
    assert (material.modulus.bit_length(), material.exponent) == (bits, exponent)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("ssh-dss", "too weak"),
        ("ssh-ed25519-cert-v01@openssh.com", "certificates are not supported"),
        ("ssh-rsa-cert-v01@openssh.com", "certificates are not supported"),
        ("ssh-ed448", "'ssh-ed448' is no accepted key type; accepted are ssh-ed25519,"),
        ("webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "no accepted key type"),
        ("SSH-ED25519", "no accepted key type"),
        ("rsa-sha2-512", "no accepted key type"),
        ("x\u202etxt", "printable"),
    ],
)
def test_a_type_that_is_not_accepted_is_refused_by_name(kind: str, why: str) -> None:
    with pytest.raises(MalformedKeyError, match=why):
        parse_public_key(f"{kind} {base64.b64encode(ED25519).decode()}")


def test_an_unknown_type_inside_a_blob_is_unsupported_and_shown_safely() -> None:
    with pytest.raises(UnsupportedKeyError, match=r"'\\x1b\[31m\\xff'"):
        parse_blob(string(b"\x1b[31m\xff"))


@pytest.mark.parametrize("before", ["no-pty", 'command="a b",no-pty', "me@example.com", "@cert-authority *"])
def test_what_stands_before_the_type_is_refused_and_not_repeated(before: str) -> None:
    with pytest.raises(MalformedKeyError, match="stands before the key type") as refusal:
        parse_public_key(f"{before} {line_of(ED25519)}")
    assert before not in str(refusal.value)


def test_a_private_key_is_refused_and_not_repeated(real_keys: dict[str, Path]) -> None:
    text = real_keys["ed25519"].read_text()
    with pytest.raises(MalformedKeyError, match="this is a private key") as refusal:
        parse_public_key(text)
    assert text.split()[5] not in str(refusal.value)


PADDED = line_of(BLOBS["sk-ssh-ed25519@openssh.com"])
SPOILED = {
    "no padding": PADDED.rstrip("="),
    "too much padding": PADDED + "=",
    "no-break space": PADDED.replace(" ", " \u00a0"),
    "line break": PADDED.replace("AAAA", "AAAA\n", 1),
    "url-safe alphabet": PADDED.replace("AAAA", "AAA-", 1),
    "skipped character": PADDED.replace("AAAA", "*AAAA", 1),
    "look-alike letter": PADDED.replace("AAAA", "\u0410AAA", 1),
    "two keys": f"{PADDED}\n{PADDED}",
    "NUL": PADDED + " comment\0",
    "escape": PADDED + " \x1b[31m",
    "only a type": PADDED.split()[0],
    "only base64": PADDED.split()[1],
    "nothing": "",
}


@pytest.mark.parametrize("line", SPOILED.values(), ids=SPOILED.keys())
def test_anything_but_one_line_of_strict_base64_is_refused(line: str) -> None:
    assert parse_public_key(PADDED).blob == BLOBS["sk-ssh-ed25519@openssh.com"]
    assert line != PADDED
    with pytest.raises(MalformedKeyError):
        parse_public_key(line)


def test_base64_with_bits_beyond_the_last_byte_is_refused() -> None:
    assert strict_base64(b"QQ==") == b"A"
    with pytest.raises(ValueError, match="base64"):
        strict_base64(b"QR==")


@pytest.mark.parametrize(
    "line",
    [
        f"{line_of(ED25519)}\n",
        f"  {line_of(ED25519)}\r\n",
        line_of(ED25519).replace(" ", "\t"),
        line_of(ED25519).replace(" ", "   "),
    ],
    ids=["newline", "blanks and CRLF", "tab", "blanks"],
)
def test_white_space_around_the_parts_means_nothing(line: str) -> None:
    assert parse_public_key(line) == parse_public_key(line_of(ED25519))


def test_a_comment_may_hold_blanks_and_any_script() -> None:
    assert parse_public_key(line_of(ED25519, comment="Zoë  at work")).comment == "Zoë  at work"


def test_the_fingerprint_is_unpadded_base64_of_sha256() -> None:
    assert fingerprint_of(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


@given(st.text())
def test_any_text_gives_a_key_or_a_refusal(text: str) -> None:
    with pytest.raises(MalformedKeyError):
        parse_public_key(text)


@given(st.binary(max_size=80), st.sampled_from(sorted(BLOBS)))
def test_any_bytes_after_a_type_give_a_key_that_has_one_encoding_or_a_refusal(rest: bytes, kind: str) -> None:
    blob = string(kind.encode()) + rest
    try:
        material = parse_blob(blob)
    except MalformedKeyError:
        return
    application = string(material.application) if KEY_TYPES[kind].fido else b""
    curve = string(KEY_TYPES[kind].curve.encode()) if KEY_TYPES[kind].curve else b""
    assert blob == string(kind.encode()) + curve + string(material.point) + application
