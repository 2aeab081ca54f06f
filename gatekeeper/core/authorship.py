"""Who wrote a commit, and how that is proved (DESIGN.md section 5).

An address in the author field is a claim. A level counts only for a proved author; until then every
condition takes the stricter reading, so this module says what is proved and never guesses.
"""

from __future__ import annotations

import enum

from gatekeeper.core.people import Person
from gatekeeper.core.push import PusherKind
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record


class Proof(enum.Enum):
    """The ways in which authorship is proved; a policy's `author_proof` lists those that it admits."""

    SIGNATURE = "signature"
    FIRST_PUSH = "first_push"
    STATEMENT = "statement"


class FirstPush(Record):
    """What the ledger knows about the push that first brought a commit to the server."""

    person: Person | None
    kind: PusherKind
    shared_author_line: bool = False
    """Whether somebody else had pushed another commit with the same raw author line before."""


class Claims(Record):
    """Everything that bears on the authorship of one commit."""

    author: Person | None
    """The roster's person with the address of the author field."""
    author_is_machine: bool
    """Whether that address is an AI tool's, or a bot's of the roster."""
    co_authors: tuple[Person, ...] = ()
    """People of the roster named in `Co-authored-by` lines, without bots."""
    signer: Person | None = None
    """Whose key, in force, made a good signature on the commit itself."""
    first_push: FirstPush | None = None
    """None: no push of it is known."""
    ledger: bool = True
    """Whether there was a ledger to ask."""
    stated_by: tuple[Person, ...] = ()
    """Who made an `author` statement for the commit that counts."""
    left: tuple[Person, ...] = ()
    """Whoever of all these people no longer works here: nothing proves their authorship any more."""


class Authorship(Record):
    """What is established about a commit's author."""

    claimed: Person | None = None
    proved: Person | None = None
    proof: Proof | None = None
    open: bool = False
    """Nothing proved, but only because there was no ledger to ask."""
    involved: tuple[Person, ...] = ()
    """Who may not approve where independence of the author is asked for."""
    only_pushed: Person | None = None
    """Who is among them for nothing but the first push, while no authorship is proved."""
    first_pusher_unknown: bool = False
    """`involved` may lack the first pusher, because there was no ledger to ask."""
    named: tuple[Person, ...] = ()
    """Whom the commit names as its writers, while none of them is proved: who may prove it by a statement."""
    unproved: Reason | None = None
    """Why the first push proves none of them, if that is known."""


def establish(claims: Claims, admitted: tuple[Proof, ...]) -> Authorship:
    """Decide who the author is.

    For machine authors the candidates are the human co-authors, or where the commit names none, the first pusher:
    who pushes what names another person has not become its author by that.
    """
    push = claims.first_push
    own = push is not None and push.kind is PusherKind.ACCOUNT and push.person is not None and not push.person.bot
    pusher = push.person if push and own else None
    if claims.author_is_machine:
        candidates = claims.co_authors or ((pusher,) if pusher else ())
        claimed = None
    else:
        candidates = (claims.author,) if claims.author and not claims.author.bot else ()
        claimed = claims.author
    proved, proof = _proved(claims, candidates, pusher, admitted)
    involved = [claims.author, claims.signer]
    if proved is None:
        involved.append(push.person if push else None)
    if claims.author_is_machine:
        involved += (*candidates, pusher)
    first = push.person if push and proved is None else None
    has_hands = first in (claims.author, claims.signer) or claims.author_is_machine
    asks_ledger = proved is None and not claims.ledger
    writers = claims.co_authors if claims.author_is_machine else candidates
    named = () if proved else tuple(person for person in writers if person not in claims.left)
    return Authorship(
        claimed=claimed,
        proved=proved,
        proof=proof,
        open=asks_ledger and Proof.FIRST_PUSH in admitted and (claims.author_is_machine or bool(candidates)),
        involved=tuple(dict.fromkeys(person for person in involved if person)),
        only_pushed=None if has_hands else first,
        first_pusher_unknown=asks_ledger,
        named=named,
        unproved=_why_push_proves_nothing(push, named, admitted) if named and claims.ledger else None,
    )


def _why_push_proves_nothing(push: FirstPush | None, named: tuple[Person, ...], admitted: tuple[Proof, ...]) -> Reason:
    """Return why nobody of `named` is proved by having pushed the commit first."""
    if Proof.FIRST_PUSH not in admitted:
        return reason("push-proves-no-author")
    if push is None:
        return reason("first-pusher-unknown")
    if push.person is not None and push.person not in named:
        return reason("pushed-by-other", person=push.person.id)
    if push.kind is not PusherKind.ACCOUNT:
        return reason("pushed-by-no-person", kind=push.kind.value)
    return reason("author-line-shared") if push.shared_author_line else reason("first-pusher-unknown")


def _proved(
    claims: Claims, candidates: tuple[Person, ...], pusher: Person | None, admitted: tuple[Proof, ...]
) -> tuple[Person | None, Proof | None]:
    """Return the first candidate that is proved, and how; the policy's order of proofs plays no part."""
    push = claims.first_push
    first_pusher = pusher if push and not push.shared_author_line else None
    for candidate in candidates:
        if candidate in claims.left:
            continue
        if Proof.SIGNATURE in admitted and claims.signer == candidate:
            return candidate, Proof.SIGNATURE
        if Proof.FIRST_PUSH in admitted and first_pusher == candidate:
            return candidate, Proof.FIRST_PUSH
        if Proof.STATEMENT in admitted and candidate in claims.stated_by:
            return candidate, Proof.STATEMENT
    return None, None
