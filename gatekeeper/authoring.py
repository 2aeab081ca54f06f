"""Git, ledger and roster -> who wrote a commit, and how that is proved (DESIGN.md section 5)."""

from __future__ import annotations

from gatekeeper.bench import Bench
from gatekeeper.core.authorship import Authorship, Claims, FirstPush, establish
from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Person
from gatekeeper.core.push import PusherKind
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Judged
from gatekeeper.core.writers import human_co_authors, is_machine_made
from gatekeeper.remembering import author_line_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Arrival(Record):
    """Who brings the commits, and which objects are new to the server; without a push, nobody and none."""

    person: Person | None = None
    kind: PusherKind = PusherKind.NOBODY
    new_to_server: Callable[[Sequence[ObjectId]], frozenset[ObjectId]] = lambda _ids: frozenset()


class Authors:
    """Answers for the commits of one push."""

    def __init__(self, bench: Bench, arrival: Arrival, new: frozenset[ObjectId]) -> None:
        """`new` are the commits that this push brings to the server."""
        self._bench = bench
        self._arrival = arrival
        self._new = new

    def co_authors(self, commit: Commit) -> tuple[Person, ...]:
        """Return the human co-authors of the roster."""
        return human_co_authors(commit, self._bench.roster)

    def committers(self, commits: Sequence[Commit]) -> tuple[Person, ...]:
        """Return the committers of some commits, as far as the roster knows them."""
        people = (self._bench.roster.by_email(commit.committer.email) for commit in commits)
        return tuple(dict.fromkeys(person for person in people if person))

    def first_pushes(self, commits: Sequence[Commit]) -> dict[ObjectId, FirstPush]:
        """Return who first pushed each commit: this pusher, whoever the ledger knows, or nobody known."""
        if self._bench.ledger is None or not commits:
            return {}
        recorded = self._bench.ledger.first_pushers([commit.id for commit in commits])
        lines = {commit.id: author_line_digest(commit) for commit in commits}
        others = self._bench.ledger.pushers_of_author_lines(list(lines.values()))
        mine = self._arrival.person.id if self._arrival.person else ""
        found: dict[ObjectId, FirstPush] = {}
        for commit in commits:
            record = recorded.get(commit.id)
            if record:
                person, kind, who = (
                    self._bench.roster.person(record.person),
                    PusherKind(record.kind),
                    record.person,
                )
            elif commit.id in self._new:
                person, kind, who = self._arrival.person, self._arrival.kind, mine
            else:
                continue
            # Who copies the line later takes no proof away from whose it was first.
            before = others.get(lines[commit.id], {}).items()
            shared = any(other != who and (record is None or entry < record.entry) for other, entry in before)
            found[commit.id] = FirstPush(person=person, kind=kind, shared_author_line=shared)
        return found

    def brought_first(self, commits: Sequence[ObjectId]) -> frozenset[ObjectId]:
        """Return those of some commits that no push brought before this one; without a ledger all of them."""
        ledger = self._bench.ledger
        new = commits if ledger is None else [commit for commit in commits if commit in self._new]
        # What came in a refused push is not on the server, and is known all the same.
        return frozenset(new).difference(ledger.first_pushers(new) if ledger and new else ())

    def first_pusher(self, commit: ObjectId) -> str:
        """Return the roster id of who first pushed a commit; empty if nobody of the roster did, or none is known."""
        record = self._bench.ledger.first_pushers([commit]).get(commit) if self._bench.ledger else None
        if record:
            return record.person
        return self._arrival.person.id if commit in self._new and self._arrival.person else ""

    def people(self, commits: Sequence[Commit]) -> dict[ObjectId, tuple[str, ...]]:
        """Return the roster ids of who is said to have written each commit, and of who first pushed it."""
        pushes = self.first_pushes(commits)
        found: dict[ObjectId, tuple[str, ...]] = {}
        for commit in commits:
            author = self._bench.roster.by_email(commit.author.email)
            push = pushes.get(commit.id)
            pusher = push.person if push else None
            found[commit.id] = tuple(person.id for person in (author, pusher) if person)
        return found

    def authorship(
        self, commit: Commit, co_authors: tuple[Person, ...], push: FirstPush | None, signoffs: Judged
    ) -> Authorship:
        """Return who wrote a commit, by all that is known."""
        roster = self._bench.roster
        author = roster.by_email(commit.author.email)
        stated_by = tuple(t.signer for t in signoffs.author_statements if t.signer)
        people = (author, *co_authors, push.person if push else None, *stated_by)
        claims = Claims(
            author=author,
            author_is_machine=is_machine_made(commit, author),
            co_authors=co_authors,
            signer=self._commit_signer(commit),
            first_push=push,
            ledger=self._bench.ledger is not None,
            stated_by=stated_by,
            left=tuple(person for person in people if person and not person.employed_at(self._bench.now)),
        )
        return establish(claims, self._bench.policy.author_proof)

    def same_author(self, one: Commit, other: Commit) -> bool:
        """Whether two commits claim the same author: one person of the roster, or else one address."""
        people = [self._bench.roster.by_email(commit.author.email) for commit in (one, other)]
        if people[0] is None and people[1] is None:
            return one.author.email.lower() == other.author.email.lower()
        return people[0] == people[1]

    def _commit_signer(self, commit: Commit) -> Person | None:
        """Return whose key, in force now, signed the commit itself; a signature that is not good says nothing."""
        if commit.signature is None or commit.signed_payload is None:
            return None
        from gatekeeper.schemes.git import signer_of  # cryptography: only when there is a signature to check

        fingerprint = signer_of(commit.signature, commit.signed_payload)
        person = self._bench.roster.by_key(fingerprint) if fingerprint else None
        key = person.key(fingerprint) if person and fingerprint else None
        now = self._bench.now
        return person if key and person and key.valid_at(now) and person.employed_at(now) else None
