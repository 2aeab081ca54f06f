"""Armour: the text form of SSH signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.schemes import ssh
from tests.schemes.sshkeys import KINDS, keygen_sign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", KINDS)
def test_armour_is_byte_for_byte_that_of_ssh_keygen(keys: dict[str, Path], kind: str) -> None:
    armored = keygen_sign(keys[kind])
    assert ssh.armor(ssh.dearmor(armored)) == armored


@given(st.binary(max_size=300))
def test_what_is_armoured_comes_out_again(blob: bytes) -> None:
    armored = ssh.armor(blob)
    assert ssh.dearmor(armored) == blob
    assert ssh.dearmor(armored.replace(b"\n", b"\r\n")) == blob
    assert ssh.dearmor(armored.rstrip(b"\n")) == blob


@given(st.binary())
def test_any_other_text_is_no_armour(text: bytes) -> None:
    with pytest.raises(ssh.MalformedSignatureError):
        ssh.dearmor(text)


ARMORED = ssh.armor(b"SSHSIG and so on")


@pytest.mark.parametrize(
    "text",
    [
        b" " + ARMORED,
        b"\n" + ARMORED,
        ARMORED + b"more",
        ARMORED + b" \n",
        ARMORED + ARMORED,
        ARMORED.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"),
        ARMORED.replace(b"U1NI", b"U1N "),
        ARMORED.replace(b"U1NI", b"U1N-"),
        ARMORED.replace(b"U1NI", b"U1NI===="),
        ARMORED.replace(b"==", b""),
        ARMORED.replace(b"\n-----END", b"-----END"),
        ARMORED.replace(b"-----\n", b"-----", 1),
    ],
    ids=range(12),
)
def test_text_around_or_inside_the_armour_is_refused(text: bytes) -> None:
    assert ssh.dearmor(ARMORED) == b"SSHSIG and so on"
    assert text != ARMORED
    with pytest.raises(ssh.MalformedSignatureError):
        ssh.dearmor(text)
