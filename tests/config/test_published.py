from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper import __version__
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.published import POLICY, ROSTER, SERVER, conditions, publish, read_published
from gatekeeper.core import canonical
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Ladder, ListedRoster
from tests.config.documents import POLICIES, key_line

NOW = Timestamp(1_795_000_000)  # in November 2026
STRICT = (POLICIES / "strict.yaml").read_bytes()
ROSTER_FILE = (POLICIES / "example-roster.yaml").read_bytes()
PEOPLE = load_roster(ROSTER_FILE, "r")
NAMES = {"repository": "example/shop", "default_branch": "refs/heads/main"}


def published(policy: bytes = STRICT, roster: Any = PEOPLE, now: Timestamp = NOW) -> dict[str, bytes]:
    return publish(policy, load_policy(policy, "p", roster), roster, now=now, **NAMES)


FILES = published()


def with_json(name: str, change: Any) -> dict[str, bytes]:
    """Return the files with one of them parsed, changed in place by a function, and written again."""
    value = json.loads(FILES[name])
    change(value)
    return {**FILES, name: canonical.dump(value)}


def test_what_is_published_is_exactly_this() -> None:
    assert FILES[POLICY] == STRICT
    assert FILES[SERVER] == (
        b'{"default_branch":"refs/heads/main","gatekeeper":"%b","repository":"example/shop","version":"1"}'
        % __version__.encode()
    )
    roster = json.loads(FILES[ROSTER])
    assert roster["version"] == "1"
    assert roster["levels"] == ["intern", "junior", "mid", "senior", "staff", "principal"]
    people = {person.pop("id"): person for person in roster["people"]}
    assert list(people) == ["junior-1", "mid-1", "release-bot", "senior-1", "senior-2", "staff-1"]
    senior = people["senior-1"]
    assert senior.pop("keys") == ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHusj7uMFZDrYc1T4Bij7hOxEHkogVtjn4bFv0s0ZEl9"]
    assert senior == {
        "name": "Senior One",
        "emails": ["senior@example.com"],
        "meets": ["at_least=senior"],
        "administrator": True,
        "bot": False,
        "may_sign": True,
    }
    assert people["mid-1"]["meets"] == ["below=senior"]
    assert people["release-bot"] == {
        "name": "Release Bot",
        "emails": ["release-bot@example.com"],
        "keys": [],
        "meets": ["below=senior"],
        "administrator": False,
        "bot": True,
        "may_sign": False,
    }


def test_levels_teams_accounts_and_dates_stay_on_the_server() -> None:
    for secret in (b'"level"', b"payments", b"mone", b"2026-03", b"sone"):
        assert secret not in FILES[ROSTER]


def test_the_client_answers_every_condition_as_the_server_does() -> None:
    policy = b"""
version: 1
protect: [HEAD]
rules:
  - {id: a, refuse: no, when: {author: {exactly: mid}}}
  - {id: b, refuse: no, when: {author: {teams: [payments, checkout], at_least: mid}}}
  - {id: c, require: {signoffs: 1, from: {people: [staff-1, mid-1]}}}
  - {id: d, require: {signoffs: 1, from: {below: staff, at_least: senior}}}
emergency: {allowed: {exactly: staff}}
administrators: {from: {at_least: mid}}
"""
    server = load_policy(policy, "p", PEOPLE)
    client = read_published(published(policy))
    assert client.policy == server
    assert len(conditions(server)) == 6
    for who in conditions(server).values():
        for person in PEOPLE.everybody():
            there = client.roster.person(person.id)
            assert who.met_by(there, client.roster.ladder) is who.met_by(person, PEOPLE.ladder)
            assert there is not None
            assert server.governors.include(there, client.roster.ladder) is server.governors.include(
                person, PEOPLE.ladder
            )
            assert server.may_approve(there, client.roster.ladder) is server.may_approve(person, PEOPLE.ladder)
            may = server.may_declare_emergency(person, PEOPLE.ladder)
            assert server.may_declare_emergency(there, client.roster.ladder) is may


def test_the_client_knows_its_server() -> None:
    client = read_published(FILES)
    assert (client.repository, client.default_branch) == ("example/shop", "refs/heads/main")
    assert client.roster.ladder == PEOPLE.ladder
    senior = client.roster.by_email(b"SENIOR@example.com")
    assert senior is not None
    assert (senior.id, senior.name, senior.level, senior.administrator) == (
        "senior-1",
        "Senior One",
        None,
        True,
    )
    assert client.roster.by_key(senior.keys[0].public.fingerprint) == senior


def test_levels_are_published_when_the_policy_shows_them() -> None:
    client = read_published(published(STRICT + b"  show_levels: true\n"))
    levels = {person.id: person.level for person in client.roster.everybody()}
    assert levels == {person.id: person.level for person in PEOPLE.everybody()}


def test_who_has_left_or_not_begun_and_keys_out_of_force_are_left_out() -> None:
    roster = load_roster(
        f"""
version: 1
levels: [junior, senior]
people:
  - {{id: left, emails: [a@b], level: senior, until: 2026-11-01}}
  - {{id: later, emails: [c@d], level: senior, from: 2026-12-01}}
  - {{id: works, emails: [e@f], level: senior, from: 2026-11-01, until: 2026-12-01,
     keys: [{key_line(1)}, {{key: {key_line(2)}, until: 2026-11-01}},
            {{key: {key_line(3)}, from: 2026-12-01}},
            {{key: {key_line(4)}, revoked: true}}, {key_line(5)} comment]}}
  - {{id: works-2, emails: [g@h], level: senior}}
""".encode(),
        "r",
    )
    people = json.loads(published(roster=roster)[ROSTER])["people"]
    assert [(person["id"], person["keys"]) for person in people] == [
        ("works", [key_line(1), key_line(5)]),
        ("works-2", []),
    ]


def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_people() -> None:
    reversed_people = ListedRoster(PEOPLE.ladder, reversed(list(PEOPLE.everybody())))
    assert published(roster=reversed_people) == FILES


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda value: value.update(version="2"), "`version` must be 1"),
        (lambda value: value.update(extra="x"), "unknown key `extra`"),
        (lambda value: value.pop("levels"), "`levels` is missing"),
        (lambda value: value["people"].append("x"), "people[6]: must be a mapping"),
        (lambda value: value["people"][0].pop("may_sign"), "people[0]: `may_sign` is missing"),
        (
            lambda value: value["people"][0].update(may_sign=True),
            "people[0].may_sign: `may_sign` does not follow",
        ),
        (
            lambda value: value["people"][3].update(may_sign=False),
            "people[3].may_sign: `may_sign` does not follow",
        ),
        (
            lambda value: value["people"][0].update(meets=["x"]),
            "people[0].meets[0]: an entry of `meets` must be",
        ),
        (lambda value: value["people"][0].update(level="junior"), "`level` is there though"),
        (lambda value: value["people"][0].update(teams=["x"]), "unknown key `teams`"),
        (lambda value: value["people"][0].update(emails=[]), "`emails` must not be empty"),
        (
            lambda value: value["people"][0].update(emails=["senior@example.com"]),
            "people[3].emails[0]: senior@example.com is there twice",
        ),
        (lambda value: value["people"][0].update(id="mid-1"), "`id` mid-1 is there twice"),
        (lambda value: value["people"][0].update(id="Mid"), "`id` must be made of"),
        (
            lambda value: value["people"][0].update(keys=["ssh-dss AAAA"]),
            "an entry of `keys` must be a public key",
        ),
        (
            lambda value: value["people"][0].update(keys=value["people"][3]["keys"]),
            "people[3].keys[0]: the key SHA256:",
        ),
        (lambda value: value["people"][0].update(bot="true"), "`bot` must be true or false"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_roster_that_no_server_publishes_is_refused(change: Any, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_published(with_json(ROSTER, change))
    assert told in str(refused.value)
    assert str(refused.value).startswith("roster.json:1:1: ")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda value: value.update(version="2"), "server.json:1:1: version: `version` must be 1"),
        (lambda value: value.update(default_branch="main"), "`default_branch` must be a full branch name"),
        (lambda value: value.update(repository=""), "`repository` must not be empty"),
        (lambda value: value.pop("repository"), "`repository` is missing"),
        (lambda value: value.update(more="x"), "unknown key `more`"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_server_file_that_no_server_publishes_is_refused(change: Any, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_published(with_json(SERVER, change))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {name: FILES[name] for name in (POLICY, ROSTER)},
            "server.json:1:1: the server has not published this file",
        ),
        ({}, "policy.yaml:1:1: the server has not published this file"),
        ({**FILES, "more": b""}, "more:1:1: not known to this version"),
        ({**FILES, ROSTER: FILES[ROSTER] + b"\n"}, "roster.json:1:1: not JSON in UTF-8: more than one JSON value"),
        ({**FILES, SERVER: b"[]"}, "server.json:1:1: must be a mapping"),
        ({**FILES, POLICY: b"version: 2\n"}, "policy.yaml:1:10: `version` must be 1"),
    ],
    ids=["no server", "nothing", "more", "line feed", "a list", "another policy"],
)
def test_a_wrong_set_of_files_is_refused(files: dict[str, bytes], told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_published(files)
    assert told in str(refused.value)


JSON = st.recursive(
    st.booleans() | st.sampled_from(["1", "junior-1", "a@b", "at_least=senior", key_line(3)]) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "people", "levels", "id", "emails", "keys", "meets"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from([ROSTER, SERVER]), JSON.map(canonical.dump) | st.binary())
def test_nothing_but_a_configuration_error_ever_comes_out(name: str, content: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read_published({**FILES, name: content})


def test_a_ladder_is_the_servers() -> None:
    assert read_published(FILES).roster.ladder == Ladder(levels=PEOPLE.ladder.levels)
