"""Statements and envelopes: their form to the byte, and that they come back from it."""

from __future__ import annotations

import base64
import hashlib
import json

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
from tests.support.one_statement import ENVELOPE, FULL, KEYID, SEALED
from tests.support.values import CHANGE, NOW, A, B, C, signed_commit, statement


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
