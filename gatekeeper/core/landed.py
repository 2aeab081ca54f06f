"""One commit that landed on a protected ref, as an auditor needs it: everything as it was on that day."""

from __future__ import annotations

import enum

from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.record import Record


class Manner(enum.Enum):
    """How a commit came to land, worst first."""

    UNAPPROVED = "unapproved"
    """A rule that refused asked for sign-offs; on checking again they are not there."""
    LIFTED = "lifted"
    """An emergency, a pause or a pure revert lifted what a rule asked for."""
    WARNED = "warned"
    """A rule that only warned was not satisfied."""
    OBSERVED = "observed"
    """A rule that was only observed was not satisfied."""
    APPROVED = "approved"
    """Every rule that asked for sign-offs had them."""
    UNASKED = "unasked"
    """No rule asked for a sign-off."""


class Approval(Record):
    """A sign-off that counted for a commit when it landed, checked again from the archived envelope."""

    statement: StatementId
    signer: str
    """Roster id."""
    signer_level: str
    """On the day of the push, by that day's roster; empty: none."""
    key: Fingerprint
    presence: str
    """What the signature proves of a FIDO key: `verified`, `touch`, `none`; empty: no FIDO key, or it is not known."""
    signed_at: Timestamp
    """`issuedAt`: what the signer's clock said."""
    received_at: Timestamp
    """When the server first had it."""
    reviewed: tuple[ObjectId, ...]
    """The commits that it names and that were carried over; empty: it names this commit."""
    rules: tuple[str, ...]
    """Ids of the rules for which it counted."""
    flaw: str = ""
    """Why it should not have counted: a code of `audit_words.APPROVAL_FLAWS`; empty: it holds."""


class Landed(Record):
    """One landed commit: the row of `audit changes`."""

    repository: str
    ref: str
    commit: ObjectId
    landed_at: Timestamp
    """Time of the push that brought it."""
    subject: str
    """First line of its message; foreign text."""
    author: str
    """Roster id of the proved author, else of the claimed one, else the address of the author header (foreign text)."""
    author_level: str
    """On that day; empty: not in the roster, or a bot."""
    author_teams: tuple[str, ...]
    proof: str
    """How authorship is proved: `signature`, `first_push`, `statement`; empty: it is not."""
    declaration: str
    """`declared`, `inferred`, `remembered`, `denied` or `silent`; empty: landed in order before, and no entry says."""
    tools: tuple[str, ...]
    assisted: bool
    """Whether rules for AI-assisted changes applied."""
    rules: tuple[str, ...]
    """Ids of the rules that asked for sign-offs."""
    unmet: tuple[str, ...]
    """Ids of those that were not satisfied."""
    manner: Manner
    approvals: tuple[Approval, ...]
    pusher: str
    """Roster id, else the account (foreign text), else empty."""
    via: str
    """`account`, `web`, `machine` or `nobody`: what kind of push it was."""
    lifted_by: str
    """`option`, `statement`, `pause` or `pure_revert`; empty: nothing was lifted."""
    lift_reason: str
    """Foreign text."""
    known: bool
    """Whether it had landed in order before, and needed no second judgement on this ref."""
    entry: int
    """Of the push."""
    policy: str
    """Digest of the policy in force."""
    roster: str
