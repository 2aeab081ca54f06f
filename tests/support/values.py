"""Values of the core with everything filled in, so that a test says only what matters to it."""

from __future__ import annotations

from typing import Any

from gatekeeper.core.commits import Commit, Identity
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.keys import PublicKey
from gatekeeper.core.people import Key, Ladder, Person
from gatekeeper.core.signoff import Decision, SignedCommit, Statement
from gatekeeper.core.testimony import Testimony

NOW = Timestamp(1_795_000_000)
DAY = 86_400
LADDER = Ladder(levels=("intern", "junior", "mid", "senior", "staff"))
A, B, C, D = (ObjectId(digit * 40) for digit in "abcd")
CHANGE = "e" * 64
MAIN = "refs/heads/main"


def key(name: str, **fields: Any) -> Key:
    public = PublicKey(type="ssh-ed25519", blob=name.encode(), fingerprint=Fingerprint(f"SHA256:{name}"))
    return Key(public=public, **fields)


def person(person_id: str, level: str | None = "senior", **fields: Any) -> Person:
    honest: dict[str, Any] = {
        "name": person_id.title(),
        "emails": (f"{person_id}@example.com".encode(),),
        "level": level,
        "keys": (key(person_id),),
    }
    return Person(id=person_id, **{**honest, **fields})


def identity(address: str = "junior@example.com", name: bytes = b"Somebody") -> Identity:
    line = name + b" <" + address.encode() + b"> 1790000000 +0000"
    return Identity(name=name, email=address.encode(), time=Timestamp(1_790_000_000), zone=b"+0000", line=line)


def commit(object_id: ObjectId = A, **fields: Any) -> Commit:
    honest: dict[str, Any] = {
        "tree": D,
        "parents": (B,),
        "author": identity(),
        "committer": identity(),
        "message": b"Subject\n\nAssisted-by: claude\n",
    }
    return Commit(id=object_id, **{**honest, **fields})


def signed_commit(object_id: ObjectId = A, **fields: Any) -> SignedCommit:
    honest: dict[str, Any] = {
        "parent": B,
        "change": CHANGE,
        "author": "junior@example.com",
        "state": "declared",
        "tools": ("claude-code",),
    }
    return SignedCommit(id=object_id, **{**honest, **fields})


def statement(decision: Decision = Decision.APPROVE, signer: str = "sue", **fields: Any) -> Statement:
    honest: dict[str, Any] = {
        "repository": "example/shop",
        "refs": (),
        "issued_at": Timestamp(NOW - DAY),
        "expires_at": Timestamp(NOW + 90 * DAY),
        "commits": (signed_commit(),),
    }
    return Statement(decision=decision, signer=signer, **{**honest, **fields})


def sworn(signer: Person | None, name: str = "one", decision: Decision = Decision.APPROVE, **fields: Any) -> Testimony:
    """A testimony by a person; what is a field of the statement goes there."""
    own = {field: fields.pop(field) for field in tuple(fields) if field in Testimony.record_fields}
    who = signer.id if signer else "nobody"
    honest: dict[str, Any] = {
        "statement_id": StatementId(name),
        "statement": statement(decision, who, **fields),
        "fingerprint": signer.keys[0].public.fingerprint if signer and signer.keys else Fingerprint("SHA256:?"),
        "signer": signer,
        "received_at": Timestamp(NOW - DAY),
    }
    return Testimony(**{**honest, **own})
