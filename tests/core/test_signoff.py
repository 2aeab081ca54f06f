"""Statements and envelopes: one form, everything else refused."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.signoff import (
    MAX_CHECKLIST,
    MAX_COMMENT,
    MAX_COMMITS,
    MAX_ENVELOPE,
    MAX_NAME,
    NAMESPACE,
    PRESENCES,
    STATES,
    Decision,
    Envelope,
    MalformedSignoffError,
    SignedCommit,
    SignedRange,
    Statement,
    dump_envelope,
    dump_statement,
    parse_envelope,
    parse_statement,
    pre_authentication_encoding,
    store_directory,
    store_path,
)
from tests.support.values import CHANGE, NOW, A, B, C, signed_commit, statement

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = object()
FULL = statement(
    refs=("refs/heads/main",),
    commits=(signed_commit(A), signed_commit(C, parent="", change="", tools=())),
    range=SignedRange(base=B, head=C, change=CHANGE),
    comment="Read every line.\nTwice: ü \U0001f600",
    checklist=(("migrations", False), ("tests", True)),
    presence="touch",
    client="git-gatekeeper 1.0",
)
KEYID = Fingerprint("SHA256:LMhvPKpTxZ4s8Y3yD0zS7ePq9iQeTqk3vO2xqkYc1XM")
ENVELOPE = Envelope(payload=dump_statement(FULL), keyid=KEYID, signature=b"SSHSIG raw \0\xff")


def test_the_namespace_and_the_bounds_are_frozen() -> None:
    """Under another namespace no signature counts; under tighter bounds statements in stores are malformed."""
    assert NAMESPACE == "gatekeeper-signoff"
    assert (MAX_ENVELOPE, MAX_COMMITS, MAX_COMMENT, MAX_NAME, MAX_CHECKLIST) == (1 << 20, 10_000, 10_000, 200, 200)


def test_the_words_of_a_statement_are_frozen() -> None:
    assert PRESENCES == ("none", "touch", "verified")
    assert STATES == ("declared", "inferred", "remembered", "denied", "silent")


def test_a_statement_says_nothing_by_default() -> None:
    plain = statement()
    assert (plain.range, plain.revokes, plain.refs, plain.checklist) == (None, None, (), ())
    assert (plain.comment, plain.client, plain.presence) == ("", "", "none")


def test_what_is_said_of_a_commit_is_found_however_many_statements_were_asked() -> None:
    kept = [statement(commits=(signed_commit(A, parent=str(number)), signed_commit(B))) for number in range(100)]
    for _ in range(2):
        for number, each in enumerate(kept):
            assert each.commit(A) == signed_commit(A, parent=str(number))
            assert each.commit(C) is None
    for number in range(100):  # one after the other at the same place in memory
        assert statement(commits=(signed_commit(A, parent=str(number)),)).commit(A) == signed_commit(
            A, parent=str(number)
        )


def test_the_formats_are_frozen() -> None:
    """Stores hold such files under such names: whatever changes here orphans every sign-off."""
    assert (
        hashlib.sha256(dump_statement(FULL)).hexdigest()
        == "44f207f7abc6abcf7cd3c018ea7f436bdae7d79d754dab3457864377a4a24b2d"
    )
    assert ENVELOPE.statement_id == "7c027d72e6f38619c5e1de84806376f6e686c13acdacf6a726769a7122d25545"
    assert (
        hashlib.sha256(dump_envelope(ENVELOPE)).hexdigest()
        == "3bfdbcca2279acdd79d4721147a7d992eab8e1454f94c83d2c0884b49f9ab01b"
    )
    assert store_path(A, StatementId("f" * 64)) == f"commits/aa/aa/{'a' * 36}/{'f' * 64}.json"


def test_a_statement_is_the_document_of_the_design() -> None:
    commits = [
        {
            "id": A,
            "parent": B,
            "change": CHANGE,
            "author": "junior@example.com",
            "declaration": {"state": "declared", "tools": ["claude-code"]},
        },
        {
            "id": C,
            "parent": "",
            "change": "",
            "author": "junior@example.com",
            "declaration": {"state": "declared", "tools": []},
        },
    ]
    assert json.loads(dump_statement(FULL)) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "example/shop", "digest": {"gitCommit": commit}} for commit in (A, C)],
        "predicateType": "tag:gatekeeper,2026:senior-signoff/v1",
        "predicate": {
            "decision": "approve",
            "repository": "example/shop",
            "refs": ["refs/heads/main"],
            "signer": "sue",
            "issuedAt": "2026-11-17T11:06:40Z",
            "expiresAt": "2027-02-16T11:06:40Z",
            "commits": commits,
            "range": {"base": B, "head": C, "change": CHANGE},
            "comment": "Read every line.\nTwice: ü \U0001f600",
            "checklist": {"migrations": False, "tests": True},
            "presence": "touch",
            "client": "git-gatekeeper 1.0",
        },
    }


texts = st.text(st.characters(codec="utf-8"), max_size=10)
hex40 = st.text("0123456789abcdef", min_size=40, max_size=40)
hex64 = st.text("0123456789abcdef", min_size=64, max_size=64)
digests = hex64 | st.just("")
signed_commits = st.builds(
    SignedCommit,
    id=(hex40 | hex64).map(ObjectId),
    parent=hex40 | hex64 | st.just(""),
    change=digests,
    author=texts,
    state=st.sampled_from(STATES),
    tools=st.lists(texts, max_size=2).map(tuple),
)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    decision = draw(st.sampled_from(Decision))
    issued = draw(st.integers(0, 4_000_000_000))
    refs = st.lists(texts.map("refs/".__add__), max_size=2, unique=True)
    return Statement(
        decision=decision,
        repository=draw(texts),
        refs=("refs/heads/x",) if decision is Decision.EMERGENCY else tuple(draw(refs)),
        signer=draw(texts),
        issued_at=Timestamp(issued),
        expires_at=Timestamp(issued + draw(st.integers(1, 10**9))),
        commits=tuple(draw(st.lists(signed_commits, min_size=1, max_size=3, unique_by=lambda c: c.id))),
        range=draw(
            st.none() | st.builds(SignedRange, base=hex40.map(ObjectId), head=hex40.map(ObjectId), change=digests)
        ),
        comment=draw(texts),
        checklist=tuple(sorted(draw(st.dictionaries(texts, st.booleans(), max_size=2)).items())),
        presence=draw(st.sampled_from(PRESENCES)),
        client=draw(texts),
        revokes=draw(hex64.map(StatementId)) if decision is Decision.REVOKE else None,
    )


@given(statements())
def test_a_statement_comes_back_from_its_payload(made: Statement) -> None:
    assert parse_statement(dump_statement(made)) == made


@given(st.binary(min_size=1, max_size=30), texts, st.binary(min_size=1, max_size=30))
def test_an_envelope_comes_back_from_its_bytes(payload: bytes, keyid: str, signature: bytes) -> None:
    made = Envelope(payload=payload, keyid=Fingerprint(keyid), signature=signature)
    assert parse_envelope(dump_envelope(made)) == made


@given(st.binary(max_size=40), texts)
def test_the_pre_authentication_encoding_is_dsses(payload: bytes, kind: str) -> None:
    """https://github.com/secure-systems-lab/dsse/blob/master/protocol.md"""
    encoded = kind.encode()
    expected = b" ".join([b"DSSEv1", str(len(encoded)).encode(), encoded, str(len(payload)).encode(), payload])
    assert pre_authentication_encoding(payload, kind) == expected


def test_the_example_of_dsse() -> None:
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pre_authentication_encoding(b"hello world", "http://example.com/HelloWorld") == expected


@given(st.binary(min_size=1, max_size=30), st.binary(min_size=1, max_size=5), st.binary(min_size=1, max_size=5))
def test_the_statement_id_is_of_payload_and_key_whatever_the_signature(payload: bytes, one: bytes, two: bytes) -> None:
    """An ECDSA signature can be made again, and differs then: the statement is the same."""
    prefix = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload)
    expected = hashlib.sha256(prefix + payload + KEYID.encode()).hexdigest()
    first = Envelope(payload=payload, keyid=KEYID, signature=one)
    assert first.statement_id == expected
    assert first.replace(signature=two).statement_id == expected
    assert first.replace(keyid=Fingerprint(KEYID[:-1] + "N")).statement_id != expected
    assert first.signed_bytes == prefix + payload


@pytest.mark.parametrize("object_id", ["a1b2" + "c" * 36, "a1b2" + "c" * 60])
def test_every_commit_has_a_directory_of_its_own(object_id: str) -> None:
    directory = store_directory(ObjectId(object_id))
    assert directory == f"commits/a1/b2/{object_id[4:]}"
    assert store_path(ObjectId(object_id), StatementId("0" * 64)) == f"{directory}/{'0' * 64}.json"


def changed(document: Any, path: tuple[str | int, ...], value: object) -> bytes:
    """The document with the value at `path` replaced, removed or added; canonical all the same."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(copy, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


DOCUMENT = json.loads(dump_statement(FULL))
REVOCATION = json.loads(dump_statement(FULL.replace(decision=Decision.REVOKE, revokes=StatementId("f" * 64))))
SEALED = json.loads(dump_envelope(ENVELOPE))


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


def test_a_statement_knows_what_it_says_of_a_commit() -> None:
    assert FULL.commit(C) == FULL.commits[1]
    assert FULL.commit(B) is None


def test_the_envelope_is_standard_base64_of_what_is_signed() -> None:
    assert base64.b64decode(SEALED["payload"]) == dump_statement(FULL)
    assert SEALED["payloadType"] == "application/vnd.in-toto+json"
    assert FULL.issued_at == NOW - 86_400


@pytest.mark.parametrize(("field", "most"), [("signer", MAX_NAME), ("client", MAX_NAME), ("comment", MAX_COMMENT)])
def test_a_text_has_at_most_so_many_characters(field: str, most: int) -> None:
    fits = FULL.replace(**{field: "ü" * most})
    assert parse_statement(dump_statement(fits)) == fits
    with pytest.raises(MalformedSignoffError, match=f"{field} has {most + 1} characters"):
        parse_statement(dump_statement(FULL.replace(**{field: "ü" * (most + 1)})))


def test_a_checklist_has_at_most_so_many_members() -> None:
    many = tuple((f"{number:03}", True) for number in range(MAX_CHECKLIST + 1))
    fits = FULL.replace(checklist=many[:-1])
    assert parse_statement(dump_statement(fits)) == fits
    with pytest.raises(MalformedSignoffError, match=f"checklist has {MAX_CHECKLIST + 1} members"):
        parse_statement(dump_statement(FULL.replace(checklist=many)))


def test_a_commit_is_named_once() -> None:
    twice = FULL.replace(commits=(signed_commit(A), signed_commit(A, parent="")))
    with pytest.raises(MalformedSignoffError, match="names a commit twice"):
        parse_statement(dump_statement(twice))
