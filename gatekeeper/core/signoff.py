"""Sign-offs: statement (in-toto Statement v1), envelope (DSSE), statement id.

Parsing is total and strict: what is not exactly of the documented form raises `MalformedSignoffError`.
Whether a signature is good is `schemes`' business, whether a sign-off counts is `approval`'s.
"""

from __future__ import annotations

import binascii
import enum

from gatekeeper.core import canonical
from gatekeeper.core.clock import MalformedTimeError, format_time, parse_time
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import HEX, ChangeDigest, Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "tag:gatekeeper,2026:senior-signoff/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
NAMESPACE = "gatekeeper-signoff"
"""The SSHSIG namespace: a signature made for another purpose is never a sign-off."""
MAX_ENVELOPE = 1024 * 1024
MAX_COMMITS = 10_000
MAX_COMMENT = 10_000
MAX_NAME = 200
MAX_CHECKLIST = 200
PRESENCES = ("none", "touch", "verified")
STATES = ("declared", "inferred", "remembered", "denied", "silent")


class MalformedSignoffError(ValueError):
    """Bytes that are no statement or envelope of this version; the text says what is wrong."""


class Decision(enum.Enum):
    """What a statement decides (DESIGN.md section 6)."""

    APPROVE = "approve"
    REJECT = "reject"
    AUTHOR = "author"
    EMERGENCY = "emergency"
    REVOKE = "revoke"


class SignedCommit(Record):
    """What the signer saw of one commit."""

    id: ObjectId
    parent: str
    """The first parent's id; empty for a root commit."""
    change: str
    """The change digest (of a merge: the merge digest); empty for an empty change."""
    author: str
    """The raw address of the author header; bytes that are not UTF-8 as U+FFFD."""
    state: str
    tools: tuple[str, ...]


class SignedRange(Record):
    """The range that was shown and approved as one: exactly `rev-list base..head`."""

    base: ObjectId
    head: ObjectId
    change: str
    """The change digest over the trees of base and head; empty if they are equal."""


class Statement(Record):
    """A decision of one person about one or more commits."""

    decision: Decision
    repository: str
    refs: tuple[str, ...]
    """Full names of the refs it is for; empty: any ref of the repository."""
    signer: str
    issued_at: Timestamp
    expires_at: Timestamp
    commits: tuple[SignedCommit, ...]
    range: SignedRange | None = None
    comment: str = ""
    checklist: tuple[tuple[str, bool], ...] = ()
    presence: str = "none"
    client: str = ""
    revokes: StatementId | None = None

    def commit(self, object_id: ObjectId) -> SignedCommit | None:
        """Return what is said about a commit."""
        kept = _INDEXES.get(id(self))
        if kept is None or kept[0] is not self:
            if len(_INDEXES) >= MAX_INDEXES:
                _INDEXES.clear()
            kept = _INDEXES[id(self)] = self, {commit.id: commit for commit in self.commits}
        return kept[1].get(object_id)


_INDEXES: dict[int, tuple[Statement, dict[ObjectId, SignedCommit]]] = {}
"""The commits of the statements asked last, by id: a statement about n commits is asked n times."""
MAX_INDEXES = 64


class Envelope(Record):
    """A DSSE envelope with its one signature."""

    payload: bytes
    keyid: Fingerprint
    signature: bytes
    """The raw SSHSIG blob (OpenSSH PROTOCOL.sshsig), not armoured."""
    payload_type: str = PAYLOAD_TYPE

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return pre_authentication_encoding(self.payload, self.payload_type)

    @property
    def statement_id(self) -> StatementId:
        """The identity of the statement, whatever wraps it."""
        return StatementId(sha256_hex(self.signed_bytes + self.keyid.encode()))


def pre_authentication_encoding(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Return DSSE's PAE: `DSSEv1 SP len(type) SP type SP len(payload) SP payload`."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def store_path(object_id: ObjectId, statement_id: StatementId) -> str:
    """Return where the store keeps a statement about a commit."""
    return f"{store_directory(object_id)}/{statement_id}.json"


def store_directory(object_id: ObjectId) -> str:
    """Return the directory of the store that holds all statements about a commit."""
    return f"commits/{object_id[:2]}/{object_id[2:4]}/{object_id[4:]}"


def dump_statement(statement: Statement) -> bytes:
    """Return the payload: the canonical bytes of the in-toto Statement."""
    predicate: dict[str, canonical.Json] = {
        "decision": statement.decision.value,
        "repository": statement.repository,
        "refs": list(statement.refs),
        "signer": statement.signer,
        "issuedAt": format_time(statement.issued_at),
        "expiresAt": format_time(statement.expires_at),
        "commits": [
            {
                "id": commit.id,
                "parent": commit.parent,
                "change": commit.change,
                "author": commit.author,
                "declaration": {"state": commit.state, "tools": list(commit.tools)},
            }
            for commit in statement.commits
        ],
        "comment": statement.comment,
        "checklist": dict(statement.checklist),
        "presence": statement.presence,
        "client": statement.client,
    }
    if statement.range:
        span = statement.range
        predicate["range"] = {"base": span.base, "head": span.head, "change": span.change}
    if statement.revokes:
        predicate["revokes"] = statement.revokes
    return canonical.dump(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": statement.repository, "digest": {"gitCommit": commit.id}} for commit in statement.commits
            ],
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }
    )


def _encode(data: bytes) -> str:
    """Return padded standard base64 (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def dump_envelope(envelope: Envelope) -> bytes:
    """Return the canonical bytes of an envelope: the content of a file of the store."""
    return canonical.dump(
        {
            "payload": _encode(envelope.payload),
            "payloadType": envelope.payload_type,
            "signatures": [{"keyid": envelope.keyid, "sig": _encode(envelope.signature)}],
        }
    )


class _Members:
    """An object whose members are all known and all taken exactly once."""

    def __init__(self, value: Any, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        if not isinstance(value, dict):
            raise MalformedSignoffError(f"{where} is no object")
        missing = [name for name in required if name not in value]
        unknown = [name for name in value if name not in required and name not in optional]
        if missing or unknown:
            what = f"lacks {missing[0]!r}" if missing else f"has an unknown member {unknown[0]!r}"
            raise MalformedSignoffError(f"{where} {what}")
        self.value = value
        self.where = where

    def text(self, name: str) -> str:
        """Return a string member."""
        value = self.value[name]
        if not isinstance(value, str):
            raise MalformedSignoffError(f"{self.where}.{name} is no string")
        return value

    def short(self, name: str, most: int) -> str:
        """Return a string member of at most `most` characters."""
        text = self.text(name)
        if len(text) > most:
            raise MalformedSignoffError(f"{self.where}.{name} has {len(text)} characters; at most {most} are allowed")
        return text

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a member that is an array of strings."""
        value = self.value[name]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise MalformedSignoffError(f"{self.where}.{name} is no array of strings")
        return tuple(value)

    def items(self, name: str) -> list[Any]:
        """Return a member that is an array."""
        value = self.value[name]
        if not isinstance(value, list):
            raise MalformedSignoffError(f"{self.where}.{name} is no array")
        return value

    def one_of(self, name: str, values: tuple[str, ...]) -> str:
        """Return a string member that has one of some values."""
        text = self.text(name)
        if text not in values:
            raise MalformedSignoffError(f"{self.where}.{name} is none of {', '.join(values)}")
        return text

    def hex(self, name: str, lengths: tuple[int, ...]) -> str:
        """Return a member of lower-case hex digits of one of some lengths; 0 allows the empty string."""
        text = self.text(name)
        if len(text) not in lengths or not HEX.issuperset(text):
            raise MalformedSignoffError(f"{self.where}.{name} is no lower-case hex id")
        return text

    def time(self, name: str) -> Timestamp:
        """Return a member of the form 2026-11-23T09:00:00Z."""
        try:
            return parse_time(self.text(name))
        except MalformedTimeError as error:
            raise MalformedSignoffError(f"{self.where}.{name}: {error}") from None


IDS = (40, 64)
OPTIONAL_ID = (0, 40, 64)
DIGEST = (0, 64)


def _commit(value: Any) -> SignedCommit:
    members = _Members(value, "commits[]", ("id", "parent", "change", "author", "declaration"))
    declaration = _Members(members.value["declaration"], "declaration", ("state", "tools"))
    return SignedCommit(
        id=ObjectId(members.hex("id", IDS)),
        parent=members.hex("parent", OPTIONAL_ID),
        change=members.hex("change", DIGEST),
        author=members.text("author"),
        state=declaration.one_of("state", STATES),
        tools=declaration.texts("tools"),
    )


def _range(value: Any) -> SignedRange:
    members = _Members(value, "range", ("base", "head", "change"))
    return SignedRange(
        base=ObjectId(members.hex("base", IDS)),
        head=ObjectId(members.hex("head", IDS)),
        change=ChangeDigest(members.hex("change", DIGEST)),
    )


def _checklist(value: Any) -> tuple[tuple[str, bool], ...]:
    if not isinstance(value, dict) or not all(isinstance(item, bool) for item in value.values()):
        raise MalformedSignoffError("checklist is no object of true and false")
    if len(value) > MAX_CHECKLIST:
        raise MalformedSignoffError(f"checklist has {len(value)} members; at most {MAX_CHECKLIST} are allowed")
    return tuple(sorted(value.items()))


def _canonical(data: bytes, what: str) -> Any:
    try:
        return canonical.load(data)
    except canonical.NotCanonicalError as error:
        raise MalformedSignoffError(f"{what} is {error}") from None


def parse_statement(payload: bytes) -> Statement:
    """Parse a payload.

    Raises:
        MalformedSignoffError: if it is not a canonical statement of this version whose subjects
            are exactly its commits.
    """
    outer = _Members(
        _canonical(payload, "the statement"), "statement", ("_type", "subject", "predicateType", "predicate")
    )
    outer.one_of("_type", (STATEMENT_TYPE,))
    outer.one_of("predicateType", (PREDICATE_TYPE,))
    fields = ("decision", "repository", "refs", "signer", "issuedAt", "expiresAt", "commits", "comment")
    inner = _Members(
        outer.value["predicate"],
        "predicate",
        (*fields, "checklist", "presence", "client"),
        ("range", "revokes"),
    )
    decision = Decision(inner.one_of("decision", tuple(decision.value for decision in Decision)))
    if (decision is Decision.REVOKE) != ("revokes" in inner.value):
        raise MalformedSignoffError("predicate.revokes belongs to `revoke`, and to nothing else")
    commits = tuple(_commit(value) for value in inner.items("commits"))
    if not commits or len(commits) > MAX_COMMITS:
        raise MalformedSignoffError(f"predicate.commits has {len(commits)} entries; 1 to {MAX_COMMITS} are allowed")
    if len({commit.id for commit in commits}) != len(commits):
        raise MalformedSignoffError("predicate.commits names a commit twice")
    repository = inner.text("repository")
    subjects = [{"name": repository, "digest": {"gitCommit": commit.id}} for commit in commits]
    if outer.value["subject"] != subjects:
        raise MalformedSignoffError("subject is not exactly the predicate's commits, in the same order")
    refs = inner.texts("refs")
    if not all(ref.startswith("refs/") for ref in refs) or len(set(refs)) != len(refs):
        raise MalformedSignoffError("predicate.refs holds something that is no full ref name, or one twice")
    if decision is Decision.EMERGENCY and len(refs) != 1:
        raise MalformedSignoffError("an emergency is for exactly one ref")
    issued, expires = inner.time("issuedAt"), inner.time("expiresAt")
    if expires <= issued:
        raise MalformedSignoffError("predicate.expiresAt is not after issuedAt")
    return Statement(
        decision=decision,
        repository=repository,
        refs=refs,
        signer=inner.short("signer", MAX_NAME),
        issued_at=issued,
        expires_at=expires,
        commits=commits,
        range=_range(inner.value["range"]) if "range" in inner.value else None,
        comment=inner.short("comment", MAX_COMMENT),
        checklist=_checklist(inner.value["checklist"]),
        presence=inner.one_of("presence", PRESENCES),
        client=inner.short("client", MAX_NAME),
        revokes=StatementId(inner.hex("revokes", (64,))) if "revokes" in inner.value else None,
    )


def _base64(members: _Members, name: str) -> bytes:
    text = members.text(name)
    try:
        data = binascii.a2b_base64(text)
    except ValueError:
        data = b""
    if not data or _encode(data) != text:
        raise MalformedSignoffError(f"{members.where}.{name} is no padded standard base64")
    return data


def parse_envelope(data: bytes, payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """Parse a file of the store, or an envelope for another purpose.

    Raises:
        MalformedSignoffError: if it is over 1 MiB, not canonical, of another payload type, or does
            not hold exactly one signature.
    """
    if len(data) > MAX_ENVELOPE:
        raise MalformedSignoffError(f"the envelope has {len(data)} bytes; at most {MAX_ENVELOPE} are allowed")
    outer = _Members(_canonical(data, "the envelope"), "envelope", ("payload", "payloadType", "signatures"))
    outer.one_of("payloadType", (payload_type,))
    signatures = outer.items("signatures")
    if len(signatures) != 1:
        raise MalformedSignoffError(f"the envelope has {len(signatures)} signatures, not one")
    signature = _Members(signatures[0], "signatures[0]", ("keyid", "sig"))
    return Envelope(
        payload=_base64(outer, "payload"),
        keyid=Fingerprint(signature.text("keyid")),
        signature=_base64(signature, "sig"),
        payload_type=payload_type,
    )
