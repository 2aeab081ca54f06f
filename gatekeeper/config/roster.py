"""A roster: plain data -> Ladder and people. What its keys mean is in policies/roster.schema.json."""

from __future__ import annotations

from gatekeeper.config.reading import Section
from gatekeeper.config.uniqueness import check_unique
from gatekeeper.config.values import (
    UnfitError,
    address,
    flag,
    format_version,
    label,
    moment,
    nearest,
    person_id,
    text,
)
from gatekeeper.core.ids import Fingerprint
from gatekeeper.core.keys import MalformedKeyError, PublicKey, parse_public_key
from gatekeeper.core.people import Key, Ladder, Person

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path, Plain

PERSON_KEYS = (
    "id",
    "name",
    "emails",
    "level",
    "teams",
    "accounts",
    "administrator",
    "bot",
    "keys",
    "from",
    "until",
)
PLATFORMS = ("gitlab", "github", "gitea", "bitbucket", "gitolite", "pagure", "http", "ssh")
NO_KEY = PublicKey(type="", blob=b"", fingerprint=Fingerprint(""))
"""Stands for a key that could not be read, in a person who is not usable."""


def build_roster(data: Plain, report: Report) -> tuple[Ladder, tuple[Person, ...]]:
    """Build a roster from the plain data of its file; usable only if nothing was reported.

    The people are in the order of the file, one for each entry.
    """
    section = Section(data, (), report, ("version", "levels", "people"))
    for name in ("version", "levels", "people"):
        section.lacks(name)
    section.take("version", format_version, None)
    ladder = Ladder(levels=section.each("levels", label))
    # Of a ladder at fault, what it names: so that people's levels are checked in the same run.
    named = ladder if ladder.levels else Ladder(levels=_spelled(section.values.get("levels")))
    people = tuple(build_person(value, ("people", index), named, report) for index, value in section.items("people"))
    check_unique(people, report)
    return ladder, people


def _spelled(levels: Plain) -> tuple[str, ...]:
    return tuple(level for level in levels if isinstance(level, str)) if isinstance(levels, list) else ()


def build_person(value: Plain, path: Path, ladder: Ladder, report: Report) -> Person:
    """Build one person; usable only if nothing was reported."""
    section = Section(value, path, report, PERSON_KEYS, later=("history",))
    section.lacks("id")
    bot = section.take("bot", flag, default=False)
    if not bot:
        section.lacks("emails")
        if "history" not in section:
            section.lacks("level")
    for name in ("level", "keys", "administrator"):
        if bot and section.values.get(name):
            section.fault(name, "is nothing that a bot may have", "a bot never signs", at_key=True)
    level = section.take("level", label, None)
    if level is not None and ladder.levels and level not in ladder.levels:
        section.fault("level", f"is not one of `levels`: {level}", nearest(level, ladder.levels))
    start, end = section.take("from", moment, None), section.take("until", moment, None)
    _check_window(section, start, end)
    return Person(
        id=section.take("id", person_id, ""),
        name=section.take("name", text, ""),
        emails=section.each("emails", address, may_be_empty=bot),
        level=level,
        teams=section.each("teams", label, may_be_empty=True),
        accounts=_accounts(section),
        administrator=section.take("administrator", flag, default=False),
        bot=bot,
        keys=tuple(_key(section, index, entry) for index, entry in section.items("keys", may_be_empty=True)),
        employed_from=start,
        employed_until=end,
    )


def _check_window(section: Section, start: int | None, end: int | None) -> None:
    if start is not None and end is not None and end <= start:
        section.fault("until", "must be later than `from`")


def _accounts(person: Section) -> tuple[tuple[str, str], ...]:
    """Return (platform, login); a plain list is for any platform."""
    if not isinstance(person.values.get("accounts"), dict):
        return tuple(("", login) for login in person.each("accounts", label, may_be_empty=True))
    section = person.section("accounts", PLATFORMS)
    if section is None:
        return ()
    accounts: list[tuple[str, str]] = []
    for platform in PLATFORMS:
        if isinstance(section.values.get(platform), list):
            accounts += ((platform, login) for login in section.each(platform, label))
        else:
            login = section.take(platform, label, None)
            accounts += [(platform, login)] if login else []
    return tuple(accounts)


def _key(person: Section, index: int, value: Plain) -> Key:
    """Build a key from its line, or from a mapping of line and dates."""
    path: Path = (*person.path, "keys", index)
    if not isinstance(value, dict):
        try:
            return Key(public=public_key(value))
        except UnfitError as error:
            person.report.add(path, f"an entry of `keys` {error}", error.suggestion)
            return Key(public=NO_KEY)
    section = Section(value, path, person.report, ("key", "from", "until", "revoked"))
    section.lacks("key")
    start, end = section.take("from", moment, None), section.take("until", moment, None)
    _check_window(section, start, end)
    return Key(
        public=section.take("key", public_key, NO_KEY),
        valid_from=start,
        valid_until=end,
        revoked=section.take("revoked", _revoked, default=False),
    )


def public_key(value: Plain) -> PublicKey:
    """A public key as in a `.pub` file."""
    try:
        return parse_public_key(text(value))
    except MalformedKeyError as error:
        raise UnfitError(f"must be a public key: {error}") from None


def _revoked(value: Plain) -> bool:
    """True or any date: whatever the date, the key counts for nothing from now on."""
    if isinstance(value, bool):
        return value
    try:
        moment(value)
    except UnfitError:
        raise UnfitError("must be true, or the date on which it was revoked") from None
    return True
