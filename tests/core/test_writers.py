"""Whom a commit names as its writers."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.core.people import ListedRoster, Person
from gatekeeper.core.writers import named_writers
from tests.support.values import LADDER, commit, identity, person

SUE, JO, CI = person("sue"), person("jo", "junior"), person("ci", None, bot=True)
ROSTER = ListedRoster(LADDER, (SUE, JO, CI))
AGENT = identity("noreply@anthropic.com", b"Claude")


@pytest.mark.parametrize(
    ("author", "co_author", "writers"),
    [
        (identity("sue@example.com"), "", (SUE,)),
        (identity("SUE@Example.COM"), "", (SUE,)),
        (identity("sue@example.com"), "jo@example.com", (SUE,)),
        (identity("stranger@example.com"), "sue@example.com", ()),
        (identity("sue@example.com", b"Cursor Agent"), "jo@example.com", (SUE,)),
        (AGENT, "", ()),
        (AGENT, "sue@example.com", (SUE,)),
        (AGENT, "ci@example.com", ()),
        (AGENT, "stranger@example.com", ()),
        (identity("ci@example.com"), "jo@example.com", (JO,)),
    ],
)
def test_a_person_is_named_as_author_or_beside_a_machine_as_co_author(
    author: Any, co_author: str, writers: tuple[Person, ...]
) -> None:
    message = f"Fix\n\nCo-authored-by: Somebody <{co_author}>\n" if co_author else "Fix\n"
    assert named_writers(commit(author=author, message=message.encode()), ROSTER) == writers
