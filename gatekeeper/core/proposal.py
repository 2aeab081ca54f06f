"""What a signer is shown, and then signs: exactly the same value."""

from __future__ import annotations

from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import Declaration
from gatekeeper.core.people import Person
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import SignedRange


class Item(Record):
    """One commit of a proposal."""

    commit: Commit
    declaration: Declaration
    author: Person | None
    digest: str
    """The change digest, of a merge the merge digest; empty for an empty change."""


class Proposal(Record):
    """What would be approved as one: shown to the signer first, signed after."""

    items: tuple[Item, ...]
    range: SignedRange | None = None
