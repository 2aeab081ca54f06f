"""Sign-offs made in this process, right or wrong in any way that a test wants."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from gatekeeper.core.changes import change_digest, merge_digest
from gatekeeper.core.commits import parse_commit
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.signoff import (
    NAMESPACE,
    Decision,
    Envelope,
    SignedCommit,
    SignedRange,
    Statement,
    dump_envelope,
    dump_statement,
    store_path,
)
from tests.support.people import fingerprint, sshsig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.clones import Clone

REPOSITORY = "example/shop"
QUARTER = 90 * 86_400


class Signoff(NamedTuple):
    """An envelope and where the store wants it."""

    statement: Statement
    id: StatementId
    data: bytes

    @property
    def files(self) -> dict[str, bytes]:
        return {store_path(commit.id, self.id): self.data for commit in self.statement.commits}


def signed_commit(clone: Clone, commit: ObjectId) -> SignedCommit:
    """What an honest signer says of a commit."""
    engine = clone.engine()
    (raw,) = engine.objects([commit])
    parsed = parse_commit(commit, raw.data, clone.object_format)
    changes = tuple(engine.changes([(commit, parent) for parent in parsed.parents] or [(commit,)]))
    if parsed.is_merge:
        change: str = merge_digest(changes, clone.object_format)
    else:
        change = change_digest(changes[0], clone.object_format) or ""
    return SignedCommit(
        id=commit,
        parent=parsed.parents[0] if parsed.parents else "",
        change=change,
        author=parsed.author.email.decode("utf-8", "replace"),
        state="declared",
        tools=("claude-code",),
    )


def signed_range(clone: Clone, base: ObjectId, head: ObjectId) -> SignedRange:
    trees = tuple(clone.id(f"{commit}^{{tree}}") for commit in (base, head))
    change = change_digest(clone.engine().changes([trees])[0], clone.object_format)
    return SignedRange(base=base, head=head, change=change or "")


def make(
    clone: Clone,
    signer: str,
    commits: Sequence[ObjectId],
    decision: Decision = Decision.APPROVE,
    /,
    *,
    key: str = "",
    namespace: str = NAMESPACE,
    **fields: Any,
) -> Signoff:
    """Sign a statement about commits as `signer`, by default with the signer's own key.

    `fields` replace fields of the statement.
    """
    now = Timestamp(int(time.time()))
    honest: dict[str, Any] = {
        "decision": decision,
        "repository": REPOSITORY,
        "refs": (),
        "signer": signer,
        "issued_at": now,
        "expires_at": Timestamp(now + QUARTER),
        "commits": tuple(signed_commit(clone, commit) for commit in commits),
        "client": "tests",
    }
    return seal(Statement(**{**honest, **fields}), key or signer, namespace)


def seal(statement: Statement, key: str, namespace: str = NAMESPACE) -> Signoff:
    """Put a statement into an envelope that `key` signs."""
    unsigned = Envelope(payload=dump_statement(statement), keyid=fingerprint(key), signature=b"-")
    envelope = unsigned.replace(signature=sshsig(unsigned.signed_bytes, key, namespace))
    return Signoff(statement, envelope.statement_id, dump_envelope(envelope))
