"""Who had a hand in a landed commit, by the commit itself and the ledger's facts: no verdict is asked."""

from __future__ import annotations

from gatekeeper.core.coauthors import co_author_addresses
from gatekeeper.core.commits import Commit
from gatekeeper.core.people import Person, Roster
from gatekeeper.core.policy import Independence
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Hands(Record):
    """Roster ids of the people with a hand in a commit, by the part that they had."""

    authors: frozenset[str] = frozenset()
    """By address, by signature on the commit, by proof; where nothing is proved, also who pushed it first."""
    co_authors: frozenset[str] = frozenset()
    committers: frozenset[str] = frozenset()
    pushers: frozenset[str] = frozenset()

    def excluded(self, wanted: Collection[Independence]) -> frozenset[str]:
        """Return whose approval is not independent by a rule that wants independence of these parts."""
        parts = {
            Independence.AUTHOR: self.authors,
            Independence.CO_AUTHORS: self.co_authors,
            Independence.COMMITTER: self.committers,
            Independence.PUSHER: self.pushers,
        }
        return frozenset[str]().union(*(parts[part] for part in wanted))

    @property
    def writers(self) -> frozenset[str]:
        """Return whoever wrote it."""
        return self.authors | self.co_authors


def hands_in(
    commits: Iterable[Commit], roster: Roster, *, proved: Iterable[str], first_pusher: str, pusher: str
) -> Hands:
    """Return who had a hand in a commit.

    Args:
        commits: The commit, and those that were reviewed for it, as far as they can still be read.
        roster: That of the day.
        proved: Roster ids of who is proved to have written it: by the ledger, by a signature on the commit.
        first_pusher: Roster id of who pushed it first, if nothing proves its author; else empty.
        pusher: Roster id of who pushed it to the ref; may be empty.
    """
    several = tuple(commits)
    authors = (roster.by_email(commit.author.email) for commit in several)
    co_authors = (roster.by_email(address) for commit in several for address in co_author_addresses(commit.message))
    committers = (roster.by_email(commit.committer.email) for commit in several)
    return Hands(
        authors=_people(authors) | {*proved, first_pusher} - {""},
        co_authors=_people(co_authors),
        committers=_people(committers),
        pushers=frozenset({pusher} - {""}),
    )


def _people(found: Iterable[Person | None]) -> frozenset[str]:
    """Return the ids of people; a bot is nobody whose approval could count."""
    return frozenset(person.id for person in found if person and not person.bot)
