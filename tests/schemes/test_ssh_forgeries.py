"""Forged, changed and damaged SSH signatures: never good, and never where OpenSSH says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.core.keys import fingerprint_of
from gatekeeper.core.wire import string
from gatekeeper.schemes import Outcome, ssh
from tests.schemes import sshkeys
from tests.schemes.sshkeys import (
    FIDO,
    KINDS,
    MESSAGE,
    NAMESPACE,
    keygen_sign,
    line,
    openssh_accepts,
    verdict,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", [*KINDS, *FIDO])
def test_no_flipped_bit_leaves_a_signature_good(good: dict[str, bytes], kind: str) -> None:
    blob = good[kind]
    assert verdict(blob) is Outcome.GOOD
    for position in range(len(blob)):
        for bit in range(8):
            changed = bytearray(blob)
            changed[position] ^= 1 << bit
            result = ssh.verify(bytes(changed), MESSAGE, NAMESPACE)
            assert result.outcome is not Outcome.GOOD, (position, bit)
            assert result.why
            assert "check failed" not in result.why, (position, bit)


@pytest.mark.parametrize("kind", [*KINDS, *FIDO])
def test_no_byte_taken_out_put_in_or_cut_off_leaves_a_signature_good(good: dict[str, bytes], kind: str) -> None:
    blob = good[kind]
    for position in range(len(blob)):
        assert verdict(blob[:position]) is not Outcome.GOOD, position
        assert verdict(blob[:position] + blob[position + 1 :]) is not Outcome.GOOD, position
        assert verdict(blob[:position] + b"\0" + blob[position:]) is not Outcome.GOOD, position
    assert ssh.verify(blob + b"\0", MESSAGE, NAMESPACE).why == "the blob has 1 bytes too many"


@pytest.mark.parametrize("kind", [*KINDS, *FIDO])
def test_bytes_after_the_value_inside_a_signature_are_refused(
    good: dict[str, bytes], kind: str, tmp_path: Path
) -> None:
    parts = ssh.parse_signature(good[kind])
    assert sshkeys.sshsig(parts.public_key, parts.signature) == good[kind]
    blob = sshkeys.sshsig(parts.public_key, parts.signature + b"\0")
    assert ssh.verify(blob, MESSAGE, NAMESPACE).why == "the signature has 1 bytes too many"
    assert not openssh_accepts(tmp_path, line(parts.public_key), ssh.armor(blob))


def test_bytes_after_r_and_s_are_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    value = sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE))
    public = sshkeys.public_blob(key)
    blob = sshkeys.sshsig(public, string(b"ecdsa-sha2-nistp256") + string(value + b"\0"))
    assert ssh.verify(blob, MESSAGE, NAMESPACE).why == "the ECDSA value has 1 bytes too many"
    assert not openssh_accepts(tmp_path, line(public), ssh.armor(blob))


EDITS = st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 2), st.binary(max_size=2)), max_size=2)


@given(kind=st.sampled_from(["ed25519", "ecdsa-256", "rsa-2048", *FIDO]), edits=EDITS)
@settings(max_examples=150, deadline=None)
def test_nothing_that_openssh_refuses_is_good(
    good: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    edits: list[tuple[int, int, bytes]],
) -> None:
    blob = bytearray(good[kind])
    public = ssh.parse_signature(good[kind]).public_key
    for where, removed, put_in in edits:
        start = where % (len(blob) + 1)
        blob[start : start + removed] = put_in
    accepted = openssh_accepts(tmp_path_factory.getbasetemp(), line(public), ssh.armor(bytes(blob)))
    assert accepted or verdict(bytes(blob)) is not Outcome.GOOD
    assert accepted or bytes(blob) != good[kind]


@given(st.binary(max_size=200), st.binary(max_size=120))
@settings(deadline=None)
def test_any_bytes_get_a_verdict_and_never_a_good_one(blob: bytes, inner: bytes) -> None:
    assert verdict(blob) is not Outcome.GOOD
    assert verdict(sshkeys.sshsig(FIDO["sk-ecdsa"].blob, inner)) is not Outcome.GOOD
    assert verdict(sshkeys.sshsig(inner, blob)) is not Outcome.GOOD


@pytest.mark.parametrize("kind", [*KINDS, *FIDO])
def test_a_signature_over_another_message_is_bad(good: dict[str, bytes], kind: str) -> None:
    result = ssh.verify(good[kind], MESSAGE + b"\n", NAMESPACE)
    assert (result.outcome, result.why) == (Outcome.BAD, "it was not made by this key over this message")


def test_a_signature_for_another_namespace_is_bad(keys: dict[str, Path]) -> None:
    blob = ssh.dearmor(keygen_sign(keys["ed25519"], namespace="git"))
    assert verdict(blob, namespace="git") is Outcome.GOOD
    result = ssh.verify(blob, MESSAGE, NAMESPACE)
    assert result.outcome is Outcome.BAD
    assert result.why == "it was made for the namespace 'git', not 'gatekeeper-signoff'"


@pytest.mark.parametrize("namespace", ["", NAMESPACE + "\0", NAMESPACE.upper()])
def test_a_namespace_that_only_looks_alike_is_bad(keys: dict[str, Path], namespace: str) -> None:
    key = sshkeys.load(keys["ed25519"])
    signature = string(b"ssh-ed25519") + string(sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE)))
    assert verdict(sshkeys.sshsig(sshkeys.public_blob(key), signature, namespace=namespace)) is Outcome.BAD


def test_an_empty_namespace_is_bad_even_where_it_is_asked_for(keys: dict[str, Path]) -> None:
    key = sshkeys.load(keys["ed25519"])
    value = sshkeys.raw_signature(key, sshkeys.to_sign(MESSAGE, namespace=""))
    blob = sshkeys.sshsig(sshkeys.public_blob(key), string(b"ssh-ed25519") + string(value), namespace="")
    assert ssh.verify(blob, MESSAGE, "").why == "its namespace is empty"


def test_another_key_in_the_place_of_the_signer_is_bad(keys: dict[str, Path]) -> None:
    blob = sshkeys.sign(sshkeys.load(keys["ed25519"]))
    own = ssh.parse_signature(blob).public_key
    other = sshkeys.public_blob(ed25519.Ed25519PrivateKey.generate())
    result = ssh.verify(blob.replace(own, other), MESSAGE, NAMESPACE)
    assert (result.outcome, result.fingerprint) == (Outcome.BAD, fingerprint_of(other))
