"""Sign-offs as they are weighed: a statement, its signer, and what was found about it. Values only.

How they are weighed is in `approval`, which a push without sign-offs never loads.
"""

from __future__ import annotations

from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
    from gatekeeper.core.people import Person
    from gatekeeper.core.signoff import Statement

GOOD = ""
"""No flaw."""


class Testimony(Record):
    """A statement with all that was found out about its signature and its signer."""

    statement_id: StatementId
    statement: Statement
    fingerprint: Fingerprint
    signer: Person | None
    """Whose key it is, by the roster from before the push."""
    received_at: Timestamp
    """The ledger's time of first receipt; in a clone, now."""
    flaw: str = GOOD
    """Why it counts for nothing, whatever it is about; set by `examine`."""
    touched: bool | None = None
    """For FIDO keys, from the signed bytes: whether the key was touched. None: not a FIDO key."""
    verified_user: bool | None = None
    """Likewise, whether a PIN or a fingerprint was given."""


class Standing(Record):
    """A sign-off beside a commit and a ref: whether it is good there."""

    testimony: Testimony
    flaw: str = GOOD
    revoked_by: Testimony | None = None
    """The statement that took it back, if that is its flaw."""
    reviewed: tuple[ObjectId, ...] = ()
    """What was really reviewed, if the sign-off is carried over from there."""
    partial: bool = False
    """Carried from a range of which it covers every AI-assisted commit, but not all."""


class Judged(Record):
    """The sign-offs about one commit, sorted by what they decide."""

    approvals: tuple[Standing, ...] = ()
    """All `approve` statements, good or not, so that a refusal can say why one was ignored."""
    vetoes: tuple[Testimony, ...] = ()
    """The good `reject` statements in force."""
    author_statements: tuple[Testimony, ...] = ()
    """The good `author` statements in force."""
    emergencies: tuple[Standing, ...] = ()
    """All `emergency` statements, good or not."""
    set_aside: tuple[Standing, ...] = ()
    """What else was said about the commit: other statements with why they do not count, and the revocations."""

    def all(self) -> tuple[Standing, ...]:
        """Return every statement about the commit."""
        in_force = tuple(Standing(testimony=testimony) for testimony in (*self.vetoes, *self.author_statements))
        return (*self.approvals, *self.emergencies, *in_force, *self.set_aside)
