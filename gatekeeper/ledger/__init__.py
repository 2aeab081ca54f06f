"""The ledger, as the rest of gatekeeper sees it: values, errors, interface (DESIGN.md section 12).

An append-only chain of entries is the truth. Every table beside it is a projection of the entries,
made by one function when an entry is written, and made again by `verify`.
"""

from __future__ import annotations

from gatekeeper.core.attestation import Attestation
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.memory import Mark
from gatekeeper.core.record import Record
from gatekeeper.core.relief import Pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, Protocol

    from gatekeeper.ledger.upkeep import Beginning, Name, Remains
else:
    Protocol = object


class LedgerError(Exception):
    """The ledger cannot be read or written, or does not hold together."""


class ConflictError(LedgerError):
    """Another push recorded the same commits first, in between; judge again."""


class Receipt(Record):
    """The number and hash of an entry: what a push prints, and what proves later that it was recorded."""

    number: int
    hash: str

    def label(self, repository: str) -> str:
        """Return the printed form: the repository's last name, the number, and 12 digits of the hash."""
        return f"{repository.rsplit('/', 1)[-1]}-{self.number}-{self.hash[:12]}"


class Entry(Record):
    """One entry of the chain."""

    number: int
    time: Timestamp
    kind: str
    """`install`, `policy`, `push`, `landing`, `baseline`, `pause`, `resume`, `forget` or `prune`."""
    data: Any
    """Plain JSON."""
    hash: str
    """SHA-256 over the previous entry's hash and this entry's bytes, in hex."""


class PendingUpdate(Record):
    """An update that was accepted and is not yet confirmed to be on its ref."""

    entry: int
    position: int
    ref: str
    old: ObjectId
    new: ObjectId
    time: Timestamp
    """When it was accepted."""


class Landing(Record):
    """A commit that really got onto a protected ref, and how it was judged there."""

    commit: ObjectId
    entry: int
    ref: str
    clean: bool
    """Whether every rule was satisfied, none merely warned."""
    rules: tuple[str, ...]
    """Digests of the rules that were enforced."""
    statements: tuple[StatementId, ...]
    """The sign-offs that counted."""
    change: str = ""
    """The change digest, of a merge that against its first parent; empty if there is none or it is not known."""
    assisted: bool = False
    revertible: bool = False
    """Whether taking it out again can be a pure revert."""
    reverts: str = ""
    """The commit that it took out of the ref, byte for byte; empty if none."""
    reviewed: tuple[tuple[ObjectId, str], ...] = ()
    """(commit, change digest) of what was reviewed for it: itself, or what it carries."""


class LandedChange(Record):
    """A change as it landed on one ref."""

    commit: ObjectId
    change: str
    time: Timestamp
    revertible: bool


class Reviewed(Record):
    """A commit that was reviewed, and what landed on one ref for it."""

    commit: ObjectId
    change: str
    landed: ObjectId
    time: Timestamp
    ref: str
    """Where it landed."""


class Seen(Record):
    """What a commit changes, noted when it was pushed with a mark or with a sign-off, landed or not."""

    commit: ObjectId
    change: str
    paths: str
    """The key of its set of paths (`changes.paths_key`)."""
    assisted: bool
    tools: tuple[str, ...]
    author_line: str
    """SHA-256 of the raw author header."""
    person: str
    """Who pushed it: a roster id, or empty."""
    time: Timestamp
    entry: int
    """Of that push."""


class SeenRange(Record):
    """A range that was pushed as one branch."""

    base: ObjectId
    head: ObjectId
    change: str
    """The change digest over the trees of base and head; empty if they are equal."""
    time: Timestamp
    entry: int
    """The number of the push that first brought it."""


class Owed(Record):
    """What a commit owes that landed though rules were not satisfied, by an emergency or in a pause."""

    commit: ObjectId
    ref: str
    entry: int
    position: int
    """Of the update in the push's entry."""
    rules: tuple[str, ...]
    """Ids of the rules that were lifted, in the policy of that entry."""
    due: Timestamp
    since: Timestamp
    """When it was accepted."""
    policy: str
    """Digest of the policy that was in force then."""
    kind: str
    """Of the pusher."""
    person: str
    """The pusher's roster id; empty for nobody of the roster."""


class FirstPusher(Record):
    """Who first pushed a commit to this server."""

    entry: int
    person: str
    """The roster id; empty if the account belongs to nobody of the roster."""
    kind: str
    author_line: str
    """SHA-256 of the raw author header."""


class StoredSignoff(Record):
    """A sign-off that was received, with its signature found good then."""

    statement: StatementId
    received_at: Timestamp
    fingerprint: Fingerprint
    envelope: bytes
    touched: bool | None
    verified_user: bool | None


class ReceivedStatement(Record):
    """Who said what about a commit, of a sign-off that was received: what bounds how many more are taken."""

    commit: ObjectId
    statement: StatementId
    signer: str
    decision: str


class Ledger(Protocol):
    """What a ledger does. Reading methods answer for many ids at once."""

    def head(self) -> Receipt:
        """Return the last entry's number and hash; number 0 for an empty ledger."""

    def append(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        now: Timestamp,
        archive: Mapping[str, bytes] = ...,
        repository: str,
    ) -> Receipt:
        """Add an entry and project it, in one durable transaction.

        Raises:
            ConflictError: if it claims a first push that another entry has claimed.
            LedgerError: if it cannot be written.
        """

    def entries(self, since: int = 0) -> Iterator[Entry]:
        """Yield the entries after number `since`, in order, pruned ones left out; only one is held at a time.

        Raises:
            LedgerError: at an entry that cannot be read.
        """

    def numbers(self) -> list[int]:
        """Return the numbers of all entries that have a text, in order."""

    def entry(self, number: int) -> Entry:
        """Return one entry.

        Raises:
            LedgerError: if there is none, or it was pruned, or it cannot be read.
        """

    def stored(self, since: int = 0) -> Iterator[tuple[int, str, str]]:
        """Yield number, text and hash of the entries after number `since`, in order; pruned ones have an empty text."""

    def names(self, bodies: Iterable[str]) -> list[Name]:
        """Return the names that are still known behind the pseudonyms in texts of entries."""

    def pruned(self) -> int:
        """Return the number up to which entries have no text any more; 0 if all have."""

    def beginning(self) -> Beginning | None:
        """Return what the pruned entries came to: who walks through `entries` begins with it. None: none was pruned.

        Raises:
            LedgerError: if what stands for them cannot be read.
        """

    def prune(self, through: int, *, now: Timestamp, repository: str, checkpoint: bytes = ...) -> Receipt | None:
        """Take away the text of the entries up to a number, with what nobody else speaks of; None: nothing to do.

        A push whose landing is later than that stays, with all that comes after it. `checkpoint` is archived.

        Raises:
            LedgerError: if it cannot be read or written, or was pruned by somebody else at the same time.
        """

    def forget(self, name: str, *, now: Timestamp, repository: str) -> Remains | None:
        """Erase a name; return what still says it, or None if nothing does and there was none to erase.

        Raises:
            LedgerError: if it cannot be written.
        """

    def bodies(self, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield numbers of entries with the exact text that their hash is over, in order; pruned ones are left out."""

    def pending(self, refs: Sequence[str] | None = None) -> list[PendingUpdate]:
        """Return unconfirmed updates of some refs, or of all."""

    def tips(self, refs: Sequence[str] | None = None) -> dict[str, ObjectId]:
        """Return the confirmed values of protected refs."""

    def baselines(self, ref: str) -> tuple[ObjectId, ...]:
        """Return the baseline tips that hold for a ref."""

    def landings(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Landing, ...]]:
        """Return how commits landed, wherever they did."""

    def ways_landed(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Landing, ...]]:
        """Return how commits landed, of those that differ in nothing but the ref the latest.

        Every branch and tag that is made has all that was there before: there may be thousands of them.
        """

    def owed(self) -> list[Owed]:
        """Return what landed commits owe, or owed until it was settled; oldest first."""

    def pause(self, now: Timestamp) -> Pause | None:
        """Return the pause in force.

        It holds from the time of its entry to its end; an entry from its end or later has ended it for good, whatever
        a clock says since.
        """

    def first_pushers(self, commits: Sequence[ObjectId]) -> dict[ObjectId, FirstPusher]:
        """Return who first pushed commits."""

    def pushers_of_author_lines(self, digests: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return for digests of author lines who first pushed such commits, each with the number of the first push.

        They are roster ids; empty for nobody.
        """

    def first_entries_of_author_lines(self, digests: Sequence[str]) -> dict[str, int]:
        """Return for digests of author lines the number of the push that first brought such a commit."""

    def versions_before(self, author_line: str, people: Sequence[str], entry: int) -> list[ObjectId]:
        """Return the latest commits with an author line that one of these people first pushed before a push.

        At most 16: who makes more versions of a piece of work than that has the last of them compared.
        """

    def landed_changes(self, ref: str, changes: Sequence[str]) -> dict[str, tuple[LandedChange, ...]]:
        """Return by change digest what landed on a ref with it, in order."""

    def reverted(self, ref: str, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[ObjectId, ...]]:
        """Return which landed commits were taken out of a ref again, byte for byte, and by which commits."""

    def reviewed(self, commits: Sequence[ObjectId], changes: Sequence[str]) -> list[Reviewed]:
        """Return the reviewed commits that something landed for, on any ref: by their ids or change digests."""

    def marks(self, keys: Sequence[str]) -> dict[str, tuple[Mark, ...]]:
        """Return the remembered marks by blob id or change digest."""

    def marks_with(self, root: ObjectId) -> tuple[Mark, ...]:
        """Return what a marked commit was remembered with."""

    def seen(self, commits: Sequence[ObjectId]) -> dict[ObjectId, Seen]:
        """Return what was noted about commits when they were pushed."""

    def seen_alike(self, paths: Sequence[str]) -> dict[str, tuple[Seen, ...]]:
        """Return by the key of a set of paths the noted commits that change it, the newest first."""

    def seen_by_author_line(self, digests: Sequence[str]) -> dict[str, tuple[Seen, ...]]:
        """Return by the digest of an author line the noted commits that have it."""

    def seen_ranges(self, paths: Sequence[str]) -> dict[str, tuple[SeenRange, ...]]:
        """Return by the key of a set of paths the pushed ranges that change it together, the newest first."""

    def reviewed_heads(self, received_after: Timestamp, landed_after: Timestamp) -> list[ObjectId]:
        """Return the commits with an approval or authorship received after one time, or a veto, that are still needed.

        What landed on some ref before the other time is not.
        """

    def attestations(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[Attestation, ...]]:
        """Return what was pushed beside commits about AI in them, by whomever."""

    def in_flight(self, ref: str) -> dict[str, ObjectId]:
        """Return the keys of paths that marked commits pushed to an unprotected ref change, each with such a commit."""

    def subjects(self, commits: Sequence[ObjectId]) -> dict[ObjectId, tuple[StatementId, ...]]:
        """Return the received statements about commits, in the order of receipt."""

    def signoffs(self, statements: Iterable[StatementId]) -> Iterator[StoredSignoff]:
        """Yield received statements."""

    def statements_about(self, commits: Sequence[ObjectId]) -> Iterator[ReceivedStatement]:
        """Yield what has been said about commits."""

    def vetoed_commits(self) -> frozenset[ObjectId]:
        """Return every commit that somebody has ever vetoed, whether or not the veto stands."""

    def authored(self, signer: str, since: Timestamp) -> dict[StatementId, int]:
        """Return a person's `author` statements received after `since`, with the number of commits in each."""

    def lapsed_signoffs(self) -> list[StoredSignoff]:
        """Return the sign-offs whose update of the store was accepted and then did not happen."""

    def default_branches(self) -> frozenset[str]:
        """Return every branch that was the default branch when an entry was made: it stays protected."""

    def policy_digest(self) -> str:
        """Return the digest of the policy that the last `install` or `policy` entry names; empty without one."""

    def roster_digest(self) -> str:
        """Return the digest of the roster that the last judgement used; empty without one."""

    def has_archived(self, digest: str) -> bool:
        """Whether a content is kept."""

    def archived(self, digest: str) -> bytes | None:
        """Return a content (policy, roster, envelope) by its SHA-256."""

    def verify(self, receipts: Iterable[Receipt] = ()) -> list[str]:
        """Check the chain, the projection and printed receipts; return every fault found."""

    def close(self) -> None:
        """Release the file."""
