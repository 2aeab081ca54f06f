"""What the server publishes to clients in `refs/gatekeeper/published`, and how a client reads it.

Levels, teams and dates stay on the server: of each person a client learns which conditions of the
policy the person meets. The same input gives the same bytes, so that nothing is published twice.
"""

from __future__ import annotations

import binascii

from gatekeeper import __version__
from gatekeeper.config.loading import parse_policy
from gatekeeper.config.problems import ConfigurationError, Problem
from gatekeeper.config.reading import Report, Section
from gatekeeper.config.roster import public_key
from gatekeeper.config.uniqueness import check_unique
from gatekeeper.config.values import address, choice, flag, label, person_id, text
from gatekeeper.core import canonical
from gatekeeper.core.people import Key, Ladder, ListedRoster, Person
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

    from gatekeeper.config.values import Plain
    from gatekeeper.core.ids import Timestamp
    from gatekeeper.core.people import Roster, Who
    from gatekeeper.core.policy import Policy

VERSION = "1"
POLICY, ROSTER, SERVER = "policy.yaml", "roster.json", "server.json"
SERVER_KEYS = ("version", "repository", "default_branch", "gatekeeper")
PERSON_KEYS = ("id", "name", "emails", "keys", "meets", "administrator", "bot", "may_sign", "level")
"""Only the last one may be missing."""


class Published(Record):
    """What a client knows of its server."""

    policy: Policy
    roster: Roster
    """Its people have `meets`, and a level only if the server shows it."""
    repository: str
    """The stable name that sign-offs are bound to."""
    default_branch: str
    """A full ref name."""


def conditions(policy: Policy) -> dict[str, Who]:
    """Return every condition on a person that the policy has, by its key."""
    asked = [rule.when.author for rule in policy.rules]
    asked += [rule.require.approvers for rule in policy.rules if rule.require]
    asked += [policy.emergency.allowed, policy.governors.approvers]
    return {who.key: who for who in asked if who is not None and who.key}


def publish(
    policy_source: bytes,
    policy: Policy,
    roster: Roster,
    *,
    repository: str,
    default_branch: str,
    now: Timestamp,
) -> dict[str, bytes]:
    """Return the files to publish.

    Args:
        policy_source: The bytes that `policy` was loaded from.
        policy: The policy in force.
        roster: The roster in force.
        repository: The stable name of `gatekeeper.repository`.
        default_branch: The full name of the ref that `HEAD` stands for.
        now: Who does not work here now, and what key is not in force now, is left out.
    """
    asked = conditions(policy)
    people = sorted((person for person in roster.everybody() if person.employed_at(now)), key=lambda person: person.id)
    content: dict[str, canonical.Json] = {
        "version": VERSION,
        "levels": roster.ladder.levels,
        "people": [_describe(person, policy, roster.ladder, asked, now) for person in people],
    }
    server = {
        "version": VERSION,
        "repository": repository,
        "default_branch": default_branch,
        "gatekeeper": __version__,
    }
    return {POLICY: policy_source, ROSTER: canonical.dump(content), SERVER: canonical.dump(server)}


def _describe(
    person: Person, policy: Policy, ladder: Ladder, asked: Mapping[str, Who], now: Timestamp
) -> canonical.Json:
    described: dict[str, canonical.Json] = {
        "id": person.id,
        "name": person.name,
        "emails": [email.decode() for email in person.emails],
        "keys": [_line(key) for key in person.keys if key.valid_at(now)],
        "meets": sorted(key for key, who in asked.items() if who.met_by(person, ladder)),
        "administrator": person.administrator,
        "bot": person.bot,
        "may_sign": policy.may_approve(person, ladder),
    }
    if policy.message.show_levels and person.level is not None:
        described["level"] = person.level
    return described


def _line(key: Key) -> str:
    return f"{key.public.type} {binascii.b2a_base64(key.public.blob, newline=False).decode()}"


def read_published(files: Mapping[str, bytes]) -> Published:
    """Read what a server published.

    Raises:
        ConfigurationError: if it is not exactly what `publish` makes in this version.
    """
    for name in (POLICY, ROSTER, SERVER):
        if name not in files:
            _stop(name, "the server has not published this file", "run `gatekeeper publish` on the server")
    for name in files:
        if name not in (POLICY, ROSTER, SERVER):
            _stop(name, "not known to this version", "a newer server needs a newer gatekeeper here")
    server = _server(files[SERVER])
    policy = parse_policy(files[POLICY], POLICY)
    return Published(
        policy=policy,
        roster=_roster(files[ROSTER], policy),
        repository=server["repository"],
        default_branch=server["default_branch"],
    )


def _stop(source: str, message: str, suggestion: str = "") -> NoReturn:
    raise ConfigurationError([Problem(source=source, line=1, column=1, message=message, suggestion=suggestion)])


def _json(content: bytes, source: str) -> Plain:
    try:
        value = canonical.load(content)
    except canonical.NotCanonicalError as error:
        _stop(source, str(error))
    return value  # type: ignore[return-value]  # the same, but that a sequence is a list and a mapping a dict


def _server(content: bytes) -> dict[str, str]:
    report = Report(SERVER)
    section = Section(_json(content, SERVER), (), report, SERVER_KEYS)
    for name in SERVER_KEYS:
        section.lacks(name)
    section.take("version", choice({VERSION: VERSION}), "")
    values = {name: section.take(name, text, "") for name in SERVER_KEYS}
    if not values["default_branch"].startswith("refs/heads/"):
        section.fault("default_branch", "must be a full branch name")
    report.check()
    return values


def _roster(content: bytes, policy: Policy) -> Roster:
    report = Report(ROSTER)
    section = Section(_json(content, ROSTER), (), report, ("version", "levels", "people"))
    for name in ("version", "levels", "people"):
        section.lacks(name)
    section.take("version", choice({VERSION: VERSION}), "")
    ladder = Ladder(levels=section.each("levels", label))
    meanings = choice({key: key for key in conditions(policy)})
    people = tuple(
        _person(Section(value, ("people", index), report, PERSON_KEYS), policy, ladder, meanings)
        for index, value in section.items("people", may_be_empty=True)
    )
    check_unique(people, report)
    report.check()
    return ListedRoster(ladder, people)


def _person(section: Section, policy: Policy, ladder: Ladder, meanings: Callable[[Plain], str]) -> Person:
    for name in PERSON_KEYS[:-1]:
        section.lacks(name)
    bot = section.take("bot", flag, default=False)
    person = Person(
        id=section.take("id", person_id, ""),
        name=section.take("name", _perhaps_empty, ""),
        emails=section.each("emails", address, may_be_empty=bot),
        level=section.take("level", choice({level: level for level in ladder.levels}), None),
        administrator=section.take("administrator", flag, default=False),
        bot=bot,
        keys=tuple(Key(public=key) for key in section.each("keys", public_key, may_be_empty=True)),
        meets=section.each("meets", meanings, may_be_empty=True),
    )
    if ("level" in section) != (policy.message.show_levels and not bot):
        section.fault("level", "is there though the policy does not show levels, or the other way round")
    if section.take("may_sign", flag, None) is not policy.may_approve(person, ladder):
        section.fault("may_sign", "does not follow from the policy and `meets`")
    return person


def _perhaps_empty(value: Plain) -> str:
    return "" if value == "" else text(value)
