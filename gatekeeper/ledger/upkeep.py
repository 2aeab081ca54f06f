"""Values of the ledger's upkeep: names behind pseudonyms, what pruning and forgetting leave. For commands alone."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.record import Record


class Name(Record):
    """A name behind a pseudonym, with the salt that the pseudonym is made with."""

    pseudonym: str
    value: str
    salt: str


class Beginning(Record):
    """Where the entries that still have a text begin: what the pruned ones before them came to."""

    through: int
    """The last pruned entry."""
    tips: tuple[tuple[str, ObjectId], ...]
    """(ref, confirmed value) then."""
    baselines: tuple[tuple[str, ObjectId], ...]
    """(ref, tip); an empty ref: for every protected ref."""
    landed: tuple[tuple[str, ObjectId], ...]
    """(ref, commit) of everything that had landed."""


class Remains(Record):
    """What says a person's name after it was erased, or would with what is beside it."""

    signoffs: int
    """Sign-offs of that person: the envelope names its signer."""
    archived: int
    """Archived rosters, policies and push certificates with the name in them."""
    entries: int
    """Entries that were written before the ledger had pseudonyms."""
    erased: bool = False
    """Whether there was a name to erase."""
