"""Push certificates as Git writes them; tests/attacks/test_push_certificates.py has real ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.certificate import SIGNATURE, MalformedCertificateError, parse_certificate
from gatekeeper.core.ids import SHA1, ObjectId
from gatekeeper.core.push import RefUpdate

OLD, NEW = "a" * 40, "b" * 40
ARMOURED = SIGNATURE + b"AAAA\n-----END SSH SIGNATURE-----\n"
HEAD = [
    b"certificate version 0.1",
    b"pusher Senior One <senior-1@example.com> 1780000000 +0000",
    b"pushee /srv/shop.git",
    b"nonce 1780000000-0123abcd",
]
UPDATE = f"{OLD} {NEW} refs/heads/main\n".encode()


def certificate(head: list[bytes] | None = None, commands: bytes = UPDATE, signature: bytes = ARMOURED) -> bytes:
    return b"\n".join([*(HEAD if head is None else head), b"", b""]) + commands + signature


def test_what_git_writes_is_read() -> None:
    options = [b"push-option a=b", b"push-option ", b"push-option c d"]
    parsed = parse_certificate(certificate([*HEAD, *options]), SHA1)
    assert parsed.nonce == "1780000000-0123abcd"
    assert parsed.options == ("a=b", "", "c d")
    assert parsed.updates == (RefUpdate(ref="refs/heads/main", old=ObjectId(OLD), new=ObjectId(NEW)),)
    assert parsed.signature == ARMOURED
    assert parsed.payload + parsed.signature == certificate([*HEAD, *options])


def test_a_certificate_without_nonce_has_an_empty_one() -> None:
    assert parse_certificate(certificate(HEAD[:3]), SHA1).nonce == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        ARMOURED,
        certificate(signature=b""),
        certificate(signature=ARMOURED + ARMOURED),
        certificate(signature=ARMOURED.replace(b"SSH", b"PGP")),
        certificate(commands=UPDATE.rstrip(b"\n")),
        certificate(commands=b""),
        certificate(commands=UPDATE.replace(b"a", b"A")),
        certificate(commands=UPDATE + b"\n"),
        certificate([HEAD[0].replace(b"0.1", b"0.2"), *HEAD[1:]]),
        certificate([b"", *HEAD]),
        certificate(HEAD[1:]),
        certificate([HEAD[0], *HEAD[2:]]),
        certificate([*HEAD, HEAD[1]]),
        certificate([*HEAD, HEAD[3]]),
        b"\n".join(HEAD) + b"\n" + UPDATE + ARMOURED,
    ],
)
def test_other_forms_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedCertificateError):
        parse_certificate(data, SHA1)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=40))
def test_whatever_is_read_is_every_byte_of_it(before: bytes, after: bytes, behind: bytes) -> None:
    data = before + certificate([*HEAD, after]) + behind
    try:
        parsed = parse_certificate(data, SHA1)
    except MalformedCertificateError:
        return
    assert parsed.payload + parsed.signature == data
