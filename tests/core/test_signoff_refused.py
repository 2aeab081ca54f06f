"""Statements and envelopes that are refused: what is missing, unknown, of another kind, too large, in another form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId
from gatekeeper.core.signoff import (
    MAX_COMMITS,
    MAX_ENVELOPE,
    Decision,
    MalformedSignoffError,
    dump_envelope,
    dump_statement,
    parse_envelope,
    parse_statement,
)
from tests.support.one_statement import DOCUMENT, ENVELOPE, FULL, MISSING, SEALED, changed
from tests.support.values import A, B, signed_commit

if TYPE_CHECKING:
    from collections.abc import Callable
REVOCATION = json.loads(dump_statement(FULL.replace(decision=Decision.REVOKE, revokes=StatementId("f" * 64))))


def members(document: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of the document that has a value."""
    found = [path] if path else []
    if isinstance(document, dict):
        for name, value in document.items():
            found += members(value, (*path, name))
    if isinstance(document, list) and document:
        found += members(document[0], (*path, 0))
    return found


OPEN = ("predicate", "checklist")
"""The only object whose members a signer names."""
OPTIONAL = (("predicate", "range"),)
PLACES = members(DOCUMENT)


def at(document: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        document = document[step]
    return document


OBJECTS = [place for place in [(), *PLACES] if isinstance(at(DOCUMENT, place), dict) and place != OPEN]
NAMED = [p for p in PLACES if isinstance(p[-1], str) and p not in OPTIONAL and p[:-1] != OPEN]


@pytest.mark.parametrize("place", NAMED, ids=str)
def test_a_statement_that_lacks_a_member_is_refused(place: tuple[str | int, ...]) -> None:
    with pytest.raises(MalformedSignoffError):
        parse_statement(changed(DOCUMENT, place, MISSING))


@pytest.mark.parametrize("place", OBJECTS, ids=str)
@pytest.mark.parametrize("name", ["extra", "", "Decision", "note", "\ufeff"])
def test_a_statement_with_an_unknown_member_is_refused(place: tuple[str | int, ...], name: str) -> None:
    with pytest.raises(MalformedSignoffError):
        parse_statement(changed(DOCUMENT, (*place, name), ""))


FREE_TEXT = {"comment", "client", "signer", "author", "tools"}
MAY_BE_EMPTY = {"refs", "checklist", "tools"}
MAY_BE_BLANK = {
    ("predicate", "commits", 0, "parent"),
    ("predicate", "commits", 0, "change"),
    ("predicate", "range", "change"),
}


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("value", [None, True, 1, [], {}, ["x", True], [{}], "", "x", [[]]], ids=repr)
def test_a_statement_with_a_value_of_another_kind_is_refused(place: tuple[str | int, ...], value: object) -> None:
    before = at(DOCUMENT, place)
    document = changed(DOCUMENT, place, value)
    text_fits = value in ("", "x") and ({*place[-2:]} & FREE_TEXT or (value == "" and place in MAY_BE_BLANK))
    empty_fits = value in ([], {}) and place[-1] in MAY_BE_EMPTY
    if type(value) is type(before) and (text_fits or empty_fits or value is True):
        assert dump_statement(parse_statement(document)) == document
    else:
        with pytest.raises(MalformedSignoffError):
            parse_statement(document)


STATEMENT_FAULTS: dict[str, tuple[tuple[str | int, ...], object]] = {
    "another statement type": (("_type",), "https://in-toto.io/Statement/v0.1"),
    "another predicate type": (("predicateType",), "tag:gatekeeper,2026:senior-signoff/v2"),
    "an unknown decision": (("predicate", "decision"), "accept"),
    "a decision in capitals": (("predicate", "decision"), "APPROVE"),
    "a revocation that names nothing": (("predicate", "decision"), "revoke"),
    "an approval that revokes": (("predicate", "revokes"), "f" * 64),
    "a subject less": (("subject",), DOCUMENT["subject"][:1]),
    "a subject more": (("subject",), [*DOCUMENT["subject"], DOCUMENT["subject"][0]]),
    "subjects in another order": (("subject",), DOCUMENT["subject"][::-1]),
    "a subject of another repository": (("subject", 0, "name"), "example/other"),
    "a subject with another digest": (("subject", 0, "digest"), {"sha1": A}),
    "a subject with a second digest": (("subject", 0, "digest", "sha1"), A),
    "a subject of another commit": (("subject", 0, "digest", "gitCommit"), B),
    "another repository than the subjects'": (("predicate", "repository"), "example/other"),
    "no commits": (("predicate", "commits"), []),
    "a commit twice": (("predicate", "commits", 1), DOCUMENT["predicate"]["commits"][0]),
    "an upper-case id": (("predicate", "commits", 0, "id"), "A" * 40),
    "an id that is cut": (("predicate", "commits", 0, "id"), "a" * 39),
    "an id that is empty": (("predicate", "commits", 0, "id"), ""),
    "an id with a newline": (("predicate", "commits", 0, "id"), "a" * 39 + "\n"),
    "a change of 40 digits": (("predicate", "commits", 0, "change"), "a" * 40),
    "an unknown state": (("predicate", "commits", 0, "declaration", "state"), "maybe"),
    "a ref that is no full name": (("predicate", "refs"), ["main"]),
    "a ref beside a good one that is no full name": (("predicate", "refs"), ["refs/heads/x", "HEAD"]),
    "a ref twice": (("predicate", "refs"), ["refs/heads/x", "refs/heads/x"]),
    "an expiry at the time of issue": (("predicate", "expiresAt"), DOCUMENT["predicate"]["issuedAt"]),
    "an expiry before the issue": (("predicate", "expiresAt"), "2026-11-17T11:06:39Z"),
    "a time with a zone": (("predicate", "issuedAt"), "2026-11-17T11:06:40+00:00"),
    "a date that does not exist": (("predicate", "issuedAt"), "2026-02-30T00:00:00Z"),
    "a range without a base": (("predicate", "range", "base"), ""),
    "an unknown presence": (("predicate", "presence"), "fingerprint"),
    "an answer that is no yes or no": (("predicate", "checklist", "tests"), "yes"),
}


@pytest.mark.parametrize(("place", "value"), STATEMENT_FAULTS.values(), ids=STATEMENT_FAULTS)
def test_a_statement_with_a_fault_is_refused(place: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(MalformedSignoffError):
        parse_statement(changed(DOCUMENT, place, value))


@pytest.mark.parametrize("refs", [[], ["refs/heads/a", "refs/heads/b"]])
def test_an_emergency_is_for_exactly_one_ref(refs: list[str]) -> None:
    emergency = json.loads(changed(DOCUMENT, ("predicate", "decision"), "emergency"))
    assert parse_statement(changed(emergency, ("predicate", "refs"), ["refs/heads/a"])).refs == ("refs/heads/a",)
    with pytest.raises(MalformedSignoffError, match="exactly one ref"):
        parse_statement(changed(emergency, ("predicate", "refs"), refs))


@pytest.mark.parametrize("value", ["", "f" * 63, "F" * 64, "f" * 40])
def test_a_revocation_names_a_statement(value: str) -> None:
    assert parse_statement(changed(REVOCATION, ("predicate", "revokes"), "e" * 64)).revokes == "e" * 64
    with pytest.raises(MalformedSignoffError):
        parse_statement(changed(REVOCATION, ("predicate", "revokes"), value))


def test_a_statement_is_about_something() -> None:
    with pytest.raises(MalformedSignoffError, match="0 entries"):
        parse_statement(dump_statement(FULL.replace(commits=())))


def test_the_number_of_commits_is_bounded() -> None:
    many = tuple(signed_commit(ObjectId(f"{number:040x}"), tools=()) for number in range(MAX_COMMITS + 1))
    assert len(parse_statement(dump_statement(FULL.replace(commits=many[:-1]))).commits) == MAX_COMMITS
    with pytest.raises(MalformedSignoffError, match="10001 entries"):
        parse_statement(dump_statement(FULL.replace(commits=many)))


NOT_CANONICAL: dict[str, Callable[[bytes], bytes]] = {
    "white space": lambda data: data.replace(b'":', b'": ', 1),
    "a newline at the end": lambda data: data + b"\n",
    "a member twice": lambda data: data[:-1] + b',"payload":"YQ=="}',
    "an escape": lambda data: data.replace(b"payload", b"p\\u0061yload", 1),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "something behind": lambda data: data + data,
    "bytes that are not UTF-8": lambda data: data.replace(b"SHA256", b"SHA\xff", 1),
    "nothing": lambda data: b"",
    "an array": lambda data: b"[" + data + b"]",
}


@pytest.mark.parametrize("wrap", NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_an_envelope_in_another_form_is_refused(wrap: Callable[[bytes], bytes]) -> None:
    with pytest.raises(MalformedSignoffError):
        parse_envelope(wrap(dump_envelope(ENVELOPE)))


@pytest.mark.parametrize(("old", "new"), [(b"}", b"} "), (b":", b" :"), (b"{", b"")])
def test_a_payload_in_another_form_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(MalformedSignoffError, match=r"^the statement is "):
        parse_statement(dump_statement(FULL).replace(old, new, 1))


SIGNATURE = SEALED["signatures"][0]
ENVELOPE_FAULTS: dict[str, tuple[tuple[str | int, ...], object]] = {
    "no payload": (("payload",), MISSING),
    "no payload type": (("payloadType",), MISSING),
    "no signatures": (("signatures",), MISSING),
    "no key id": (("signatures", 0, "keyid"), MISSING),
    "no signature": (("signatures", 0, "sig"), MISSING),
    "an unknown member": (("extra",), ""),
    "an unknown member of the signature": (("signatures", 0, "cert"), ""),
    "another payload type": (("payloadType",), "application/json"),
    "no signature in the array": (("signatures",), []),
    "two signatures": (("signatures",), [SIGNATURE, SIGNATURE]),
    "signatures as an object": (("signatures",), SIGNATURE),
    "a signature that is text": (("signatures", 0), "x"),
    "a key id that is no text": (("signatures", 0, "keyid"), True),
    "a payload that is no text": (("payload",), []),
    "an empty payload": (("payload",), ""),
    "an empty signature": (("signatures", 0, "sig"), ""),
    "base64 without padding": (("signatures", 0, "sig"), SIGNATURE["sig"].rstrip("=")),
    "base64 with padding inside": (("payload",), "YQ==YQ=="),
    "base64 with too much padding": (("payload",), "YQ==="),
    "base64 with a newline": (("payload",), "YWJj\n"),
    "base64 with a space": (("payload",), "YW Jj"),
    "base64 for addresses": (("payload",), "-_-_"),
    "base64 with idle bits": (("payload",), "YR=="),
    "text that is no base64": (("payload",), "ü"),
}


@pytest.mark.parametrize(("place", "value"), ENVELOPE_FAULTS.values(), ids=ENVELOPE_FAULTS)
def test_an_envelope_with_a_fault_is_refused(place: tuple[str | int, ...], value: object) -> None:
    assert SIGNATURE["sig"].endswith("=")
    with pytest.raises(MalformedSignoffError):
        parse_envelope(changed(SEALED, place, value))


def test_the_size_of_an_envelope_is_bounded_before_it_is_parsed() -> None:
    large = ENVELOPE.replace(payload=b"a" * (MAX_ENVELOPE // 2))
    padding = "x" * (MAX_ENVELOPE - len(dump_envelope(large)))
    fits = large.replace(keyid=Fingerprint(large.keyid + padding))
    assert len(dump_envelope(fits)) == MAX_ENVELOPE
    assert parse_envelope(dump_envelope(fits)) == fits
    with pytest.raises(MalformedSignoffError, match="1048576 are allowed"):
        parse_envelope(dump_envelope(fits.replace(keyid=Fingerprint(fits.keyid + "x"))))


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_with_one_error(data: bytes) -> None:
    with pytest.raises(MalformedSignoffError):
        parse_envelope(data)
    with pytest.raises(MalformedSignoffError):
        parse_statement(data)


@given(st.data())
def test_a_statement_whose_bytes_were_changed_is_another_one_or_refused(data: st.DataObject) -> None:
    payload = dump_statement(FULL)
    position = data.draw(st.integers(0, len(payload) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != payload[position]))
    altered = payload[:position] + bytes([byte]) + payload[position + 1 :]
    try:
        parsed = parse_statement(altered)
    except MalformedSignoffError:
        return
    assert parsed != FULL
    assert dump_statement(parsed) == altered
