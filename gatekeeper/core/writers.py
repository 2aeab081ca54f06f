"""Whom a commit itself names as its writers: only they may state that it is theirs. A name is a claim, no proof."""

from __future__ import annotations

from gatekeeper.core.coauthors import co_author_addresses
from gatekeeper.core.commits import Commit
from gatekeeper.core.people import Person, Roster
from gatekeeper.core.tools import is_ai_identity


def is_machine_made(commit: Commit, author: Person | None) -> bool:
    """Whether the author field is an AI tool's or a bot's; `author` is whose address it has.

    The address of a person of the roster is that person's, also behind the name of a tool: so an agent that works
    under somebody's address leaves that somebody the author, whoever pushes it.
    """
    return author.bot if author else bool(is_ai_identity(commit.author.name, commit.author.email))


def named_writers(commit: Commit, roster: Roster) -> tuple[Person, ...]:
    """Return the author; of a commit whose author is an AI tool or a bot, its human co-authors."""
    author = roster.by_email(commit.author.email)
    if not is_machine_made(commit, author):
        return (author,) if author else ()
    return human_co_authors(commit, roster)


def human_co_authors(commit: Commit, roster: Roster) -> tuple[Person, ...]:
    """Return the co-authors that are people of the roster."""
    people = (roster.by_email(address) for address in co_author_addresses(commit.message))
    return tuple(dict.fromkeys(person for person in people if person and not person.bot))
