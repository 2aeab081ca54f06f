"""Use case: make a statement (DESIGN.md section 6). What is signed is exactly what was shown."""

from __future__ import annotations

from gatekeeper import __version__
from gatekeeper.attesting import Attesting
from gatekeeper.authoring import Arrival, Authors
from gatekeeper.bench import Bench, read_commit, read_commits
from gatekeeper.core.approval import may_revoke
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import declare, with_evidence
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.people import Person, Roster
from gatekeeper.core.proposal import Item, Proposal
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import (
    NAMESPACE,
    Decision,
    Envelope,
    MalformedSignoffError,
    SignedCommit,
    SignedRange,
    Statement,
    dump_envelope,
    dump_statement,
)
from gatekeeper.differences import differences, digest_of, tree_digest
from gatekeeper.git import Engine, GitError
from gatekeeper.remembering import brought_by
from gatekeeper.schemes.ssh_keygen import sign as sign_bytes
from gatekeeper.testimonies import check_envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.testimony import Testimony

DAY = 86_400
DEFAULT_LIFE = 90 * DAY
END_OF_TIME = Timestamp(253_402_300_799)
"""The last second of year 9999: `expiresAt` of what never expires, a veto or a revocation."""


class SigningRefusedError(Exception):
    """A sign-off that would not count, or that must not be made here: why, and what to do."""

    def __init__(self, what: str, advice: str = "") -> None:
        """Keep both."""
        super().__init__(what)
        self.advice = advice


class Terms(Record):
    """What a statement says besides its commits."""

    repository: str
    refs: tuple[str, ...] = ()
    comment: str = ""
    life: int = DEFAULT_LIFE
    """Seconds until it expires."""
    decision: Decision = Decision.APPROVE

    def expires_at(self, now: Timestamp) -> Timestamp:
        """Return when a statement made now expires."""
        endless = self.decision in (Decision.REJECT, Decision.REVOKE)
        return END_OF_TIME if endless else Timestamp(now + self.life)


def propose(bench: Bench, head: ObjectId, base: ObjectId | None, only: Sequence[ObjectId] | None = None) -> Proposal:
    """Return what there is to approve: one commit (`base` None), or a range.

    With `only`, just these commits of it, and then no range, because it would not be all of one.

    Raises:
        UnjudgeableError: for malformed commits.
        GitError: when Git does not answer, or the range is empty.
    """
    commits = [read_commit(bench, head)] if base is None else read_commits(bench, [head], [base])
    if only is not None:
        commits = [commit for commit in commits if commit.id in only]
    if not commits:
        raise GitError("there is no commit in this range")
    items = _items(bench, commits)
    whole = base is not None and only is None and len(commits) > 1
    span = _range(bench.engine, base, head) if whole and base is not None else None
    return Proposal(items=items, range=span)


def _items(bench: Bench, commits: Sequence[Commit]) -> tuple[Item, ...]:
    found = list(differences(bench.engine, commits))
    brought = {commit.id: brought_by(commit, changes, bench.engine.object_format) for commit, changes in found}
    evidence = Attesting(bench, Authors(bench, Arrival(), frozenset())).evidence(commits, brought)
    return tuple(
        Item(
            commit=commit,
            declaration=with_evidence(declare(commit, bench.policy.assisted), evidence.get(commit.id, ())),
            author=bench.roster.by_email(commit.author.email),
            digest=digest_of(commit, changes, bench.engine.object_format) or "",
        )
        for commit, changes in found
    )


def _range(engine: Engine, base: ObjectId, head: ObjectId) -> SignedRange:
    (old, _, _), (new, _, _) = engine.kinds([f"{base}^{{tree}}", f"{head}^{{tree}}"])
    if old is None or new is None:
        raise GitError("the trees of this range are not here")
    return SignedRange(base=base, head=head, change=tree_digest(engine, old, new))


def signer_of(roster: Roster, fingerprint: Fingerprint) -> Person:
    """Return whose key it is.

    Raises:
        SigningRefusedError: if nobody's, or a bot's.
    """
    person = roster.by_key(fingerprint)
    if person is None:
        raise SigningRefusedError(
            f"the key {fingerprint} is nobody's in the server's roster, or revoked there",
            "name your roster key with --key, or ask the roster's owner to add this one",
        )
    if person.bot:
        raise SigningRefusedError(f"the key {fingerprint} belongs to {person.id}, a bot; bots never sign")
    return person


def sign(
    proposal: Proposal,
    terms: Terms,
    signer: Person,
    *,
    key: str,
    fingerprint: Fingerprint,
    now: Timestamp,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Draft and seal; see there."""
    statement = draft(proposal, terms, signer, fingerprint=fingerprint, now=now)
    return seal(statement, key=key, fingerprint=fingerprint, environment=environment)


def draft(proposal: Proposal, terms: Terms, signer: Person, *, fingerprint: Fingerprint, now: Timestamp) -> Statement:
    """Return the statement that a signer makes about a proposal."""
    return Statement(
        decision=terms.decision,
        repository=terms.repository,
        refs=terms.refs,
        signer=signer.id,
        issued_at=now,
        expires_at=terms.expires_at(now),
        commits=tuple(_signed_commit(item) for item in proposal.items),
        range=proposal.range,
        comment=terms.comment,
        presence="touch" if _is_fido(signer, fingerprint) else "none",
        client=f"git-gatekeeper {__version__}",
    )


def draft_revocation(
    aimed: Testimony, comment: str, signer: Person, *, fingerprint: Fingerprint, now: Timestamp
) -> Statement:
    """Return the statement that takes another one back: the same subjects, of which nothing has to be here.

    Raises:
        SigningRefusedError: if it would not count.
    """
    if aimed.statement.decision is Decision.REVOKE:
        raise SigningRefusedError("a revocation cannot be taken back", "make the statement again that it took back")
    if not may_revoke(signer, aimed):
        whose = aimed.signer.id if aimed.signer else "somebody who is not in the roster"
        raise SigningRefusedError(
            f"it is by {whose}, not by you ({signer.id}), and you are no administrator",
            "ask its signer or an administrator",
        )
    statement = draft(
        Proposal(items=()),
        Terms(repository=aimed.statement.repository, decision=Decision.REVOKE, comment=comment),
        signer,
        fingerprint=fingerprint,
        now=now,
    )
    return statement.replace(commits=aimed.statement.commits, revokes=aimed.statement_id)


def seal(
    statement: Statement, *, key: str, fingerprint: Fingerprint, environment: Mapping[str, str] | None = None
) -> bytes:
    """Sign a statement with the user's key and return the envelope's bytes, checked as the server will check them.

    Raises:
        SigningError: if ssh-keygen does not sign.
        SigningRefusedError: if what came out would not be taken, as when another key than `fingerprint` signed.
    """
    unsigned = _unsigned(statement, fingerprint)
    blob = sign_bytes(unsigned.signed_bytes, key=key, namespace=NAMESPACE, environment=environment)
    envelope = dump_envelope(unsigned.replace(signature=blob))
    try:
        check_envelope(envelope)
    except MalformedSignoffError as error:
        raise SigningRefusedError(
            f"the server would not take this statement: {error}", f"see whether {key}.pub is the public half of {key}"
        ) from None
    return envelope


def statement_id(statement: Statement, fingerprint: Fingerprint) -> StatementId:
    """Return the id of a statement that the key with this fingerprint signs."""
    return _unsigned(statement, fingerprint).statement_id


def _unsigned(statement: Statement, fingerprint: Fingerprint) -> Envelope:
    return Envelope(payload=dump_statement(statement), keyid=fingerprint, signature=b"?")


def _signed_commit(item: Item) -> SignedCommit:
    commit = item.commit
    return SignedCommit(
        id=commit.id,
        parent=commit.parents[0] if commit.parents else "",
        change=item.digest,
        author=commit.author.email.decode("utf-8", "replace"),
        state=item.declaration.state.value,
        tools=item.declaration.tools,
    )


def _is_fido(person: Person, fingerprint: Fingerprint) -> bool:
    key = person.key(fingerprint)
    return key is not None and key.public.type.startswith("sk-")
