"""The files of policies/, and that the JSON Schemas and the loader tell the same documents apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from gatekeeper.config.loading import load_policy, load_roster, parse_policy
from gatekeeper.config.places import load
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.authorship import Proof
from gatekeeper.core.people import Who
from gatekeeper.core.policy import Independence, Policy, Require, Rule, When
from tests.config.documents import POLICIES, key_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from _pytest.mark.structures import ParameterSet

ROSTERS = sorted(POLICIES.glob("*roster*.yaml"))
FILES = sorted(path for path in POLICIES.glob("*.yaml") if path not in ROSTERS)
SCHEMAS = {name: json.loads((POLICIES / f"{name}.schema.json").read_bytes()) for name in ("policy", "roster")}


def fits_schema(name: str, content: bytes) -> bool:
    data, _ = load(content, "f")
    return Draft202012Validator(SCHEMAS[name]).is_valid(data)  # type: ignore[no-any-return, unused-ignore]


def loads(name: str, content: bytes) -> bool:
    try:
        (parse_policy if name == "policy" else load_roster)(content, "f")
    except ConfigurationError:
        return False
    return True


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_admits_no_unknown_key_anywhere(name: str) -> None:
    def objects(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, list):
            return [found for each in value for found in objects(each)]
        if not isinstance(value, dict):
            return []
        own = [value] if value.get("type") == "object" else []
        return own + [found for each in value.values() for found in objects(each)]

    found = objects(SCHEMAS[name])
    assert len(found) >= 4
    assert all(each["additionalProperties"] is False or "propertyNames" in each for each in found)


@pytest.mark.parametrize("path", ROSTERS, ids=lambda path: path.name)
def test_every_roster_loads_and_fits_the_schema(path: Path) -> None:
    assert list(load_roster(path.read_bytes(), path.name).everybody())
    assert fits_schema("roster", path.read_bytes())


@pytest.mark.parametrize("roster", ROSTERS, ids=lambda path: path.name)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_policy_loads_beside_every_roster_and_fits_the_schema(path: Path, roster: Path) -> None:
    assert load_policy(path.read_bytes(), path.name, load_roster(roster.read_bytes(), roster.name)).rules
    assert fits_schema("policy", path.read_bytes())


def test_the_default_policy_is_that_of_the_design() -> None:
    assert parse_policy((POLICIES / "default.yaml").read_bytes(), "p") == Policy(
        protect=("HEAD", "refs/heads/main", "refs/heads/release/**", "refs/tags/v*"),
        rules=(
            Rule(
                id="senior-signoff",
                why="Junior and mid-level engineers need senior approval for AI-assisted changes.",
                when=When(assisted=True, author=Who(below="senior")),
                require=Require(
                    signoffs=1,
                    approvers=Who(at_least="senior"),
                    independent_of=(Independence.AUTHOR, Independence.CO_AUTHORS),
                ),
            ),
        ),
        author_proof=(Proof.SIGNATURE, Proof.FIRST_PUSH, Proof.STATEMENT),
    )


RULE = "{id: a, refuse: no}"
GOOD_POLICIES = [
    "",
    "undeclared: refuse",
    "author_proof: [first_push]",
    "deletions: allow",
    "rewinds: refuse",
    "leavers: drop",
    "administrators: {signoffs: 20}",
    "administrators: {signoffs: 2, from: {at_least: x, teams: [t]}}",
    "administrators: {from: {people: [p]}}",
    "stale_for: 36h",
    "emergency: {allowed: {at_least: x}}",
    "emergency: {allowed: {teams: [t], people: [p]}, settle_within: 2d}",
    "message: {help: a, contact: b, show_levels: false}",
    "message:\n  help: |\n    two\n    lines\n  contact: |\n    one line\n",
    f"message: {{help: {'x' * 4000}}}",
    "limits: {commits: 1, commit_bytes: 1024, signoffs: 1, seconds: 3600}",
    "limits: {repeated_signoffs: 1, author_statements: 1000000}",
    "limits: {candidates: 1, remembered: 10000000}",
    "remember: 30d",
    "remember: off",
    "carry_over: off",
    "carry_over: {rebase: exact}",
    "carry_over: {rebase: remade, squash: off, cherry_pick: exact}",
    "pure_reverts: off",
    "pure_reverts: {within: 2w}",
    "privacy: {persons: true}",
    "privacy: {persons: false, smallest_team: 1}",
    "privacy: {smallest_team: 10000}",
    'requires: ">=0.1, <99"',
]
BAD_POLICIES = [
    "undeclared: no",
    "undeclared: false",
    "undeclared: ~",
    "author_proof: []",
    "author_proof: signature",
    "author_proof: [signature, signature]",
    "author_proof: [gpg]",
    "deletions: false",
    "leavers: allow",
    "administrators: {}",
    "administrators: 2",
    "administrators: {signoffs: 0}",
    "administrators: {signoffs: 21}",
    "administrators: {from: {}}",
    "administrators: {from: {exactly: x, below: y}}",
    "administrators: {presence: touch}",
    "stale_for: 0h",
    "stale_for: 24",
    "stale_for: 1y",
    "stale_for: 1234567d",
    "emergency: {}",
    "emergency: {settle_within: 24h}",
    "emergency: {allowed: {}}",
    "emergency: {allowed: [senior-1]}",
    "emergency: {allowed: {at_least: x}, settle_within: 0h}",
    "emergency: {allowed: {at_least: x}, max_age: 1h}",
    "message: {}",
    "message: {help: 7}",
    "message: {help: ''}",
    "message: {help: ' '}",
    f"message: {{help: {'x' * 4001}}}",
    'message: {contact: "a\\nb"}',
    "message: {show_levels: yes}",
    "limits: {}",
    "limits: {commits: 0}",
    "limits: {commits: '1'}",
    "limits: {commit_bytes: 1023}",
    "limits: {repeated_signoffs: 0}",
    "limits: {author_statements: 1000001}",
    "limits: {seconds: 3601}",
    "limits: {seconds: true}",
    "requires: 1.0",
    "requires: 1",
    'requires: ">=1,"',
    "assisted: {}",
    "carry_over: {}",
    "carry_over: on",
    "carry_over: {merge: exact}",
    "pure_reverts: {}",
    "pure_reverts: {within: 0d}",
    "privacy: {}",
    "privacy: off",
    "privacy: {persons: no}",
    "privacy: {smallest_team: 0}",
    "privacy: {smallest_team: 10001}",
    "privacy: {pseudonyms: false}",
    "remember: {for: 1d}",
    "limits: {candidates: 0}",
    "limits: {remembered: 0}",
    "xyzzy: 1",
]
GOOD_RULES = [
    "{id: a-1, why: because, refuse: no}",
    "{id: a, refuse: no, when: {assisted: true}}",
    "{id: a, refuse: no, when: {author: {below: x, at_least: y, teams: [t], people: [p]}}}",
    "{id: a, refuse: no, when: {author: {exactly: x}}}",
    "{id: a, refuse: no, when: {refs: ['refs/heads/*'], paths: [a, 'b/**', /c/, .d, ...]}}",
    "{id: a, refuse: no, enforce: 2026-01-01}",
    "{id: a, refuse: no, enforce: 2026-01-01T00:00:00Z}",
    "{id: a, require: {signoffs: 20, from: {at_least: x}, independent_of: [pusher], presence: touch}}",
    "{id: a, require: {signoffs: 20, from: {at_least: x}, max_age: 2w, scope: ref}}",
]
BAD_RULES = [
    "{}",
    "~",
    "x",
    "{id: a}",
    "{refuse: no}",
    "{id: A, refuse: no}",
    "{id: '', refuse: no}",
    "{id: a, refuse: no, require: {signoffs: 1, from: {at_least: x}}}",
    "{id: a, refuse: true}",
    "{id: a, refuse: no, when: {}}",
    "{id: a, refuse: no, when: ~}",
    "{id: a, refuse: no, when: {assisted: 1}}",
    "{id: a, refuse: no, when: {author: {}}}",
    "{id: a, refuse: no, when: {author: senior}}",
    "{id: a, refuse: no, when: {author: {owners: true}}}",
    "{id: a, refuse: no, when: {author: {exactly: x, below: y}}}",
    "{id: a, refuse: no, when: {author: {below: a b}}}",
    "{id: a, refuse: no, when: {author: {teams: []}}}",
    "{id: a, refuse: no, when: {author: {people: [A]}}}",
    "{id: a, refuse: no, when: {refs: [HEAD]}}",
    "{id: a, refuse: no, when: {refs: []}}",
    "{id: a, refuse: no, when: {paths: ['!a']}}",
    "{id: a, refuse: no, when: {paths: [/]}}",
    "{id: a, refuse: no, when: {paths: [a//b]}}",
    "{id: a, refuse: no, when: {paths: [a, ./b]}}",
    "{id: a, refuse: no, when: {paths: [a/../b]}}",
    "{id: a, refuse: no, when: {tools: [X Y]}}",
    "{id: a, refuse: no, enforce: no}",
    "{id: a, refuse: no, enforce: 2026-13-01}",
    "{id: a, refuse: no, enforce: 2026-01-01 00:00:00}",
    "{id: a, require: {}}",
    "{id: a, require: {signoffs: 1}}",
    "{id: a, require: {from: {at_least: x}}}",
    "{id: a, require: {signoffs: 0, from: {at_least: x}}}",
    "{id: a, require: {signoffs: 21, from: {at_least: x}}}",
    "{id: a, require: {signoffs: one, from: {at_least: x}}}",
    "{id: a, require: {signoffs: 1, from: {}}}",
    "{id: a, require: {signoffs: 1, from: {owners: true}}}",
    "{id: a, require: {signoffs: 1, from: {at_least: x}, independent_of: []}}",
    "{id: a, require: {signoffs: 1, from: {at_least: x}, independent_of: [me]}}",
    "{id: a, require: {signoffs: 1, from: {at_least: x}, presence: both}}",
    "{id: a, require: {signoffs: 1, from: {at_least: x}, max_age: 9}}",
    "{id: a, require: {signoffs: 1, from: {at_least: x}, scope: any}}",
    "{id: a, require: {signoffs: 1, from: {at_least: x}, checklist: [x]}}",
]
GOOD_REFS = [
    "HEAD",
    "refs/heads/main",
    "refs/heads/**",
    "refs/tags/v?.*",
    "refs/a/b/c-d_e.f",
    "refs/gatekeepers/x",
]
BAD_REFS = [
    "main",
    "head",
    "refs",
    "refs/heads",
    "refs/**",
    "refs/*/x",
    "refs/heads/",
    "refs//x",
    "/refs/heads/x",
    "refs/heads/a b",
    "refs/heads/.a",
    "refs/heads/a.lock",
    "refs/heads/a.lock/b",
    "refs/heads/a..b",
    "refs/heads/a.",
    "refs/heads/a@{b",
    "refs/heads/a~",
    "refs/heads/a^b",
    "refs/heads/a:b",
    "refs/heads/[a]",
    "refs/gatekeeper/x",
    "refs/GATEKEEPER/x",
]


def policy(extra: str = "", rule: str = RULE, ref: str = "HEAD") -> bytes:
    return f"version: 1\nprotect: ['{ref}']\nrules:\n  - {rule}\n{extra}\n".encode()


WHOLE_POLICIES = [
    "",
    "[]",
    "version: 1\nprotect: [HEAD]",
    "version: 1\nprotect: [HEAD]\nrules: []",
    "version: 1\nprotect: []\nrules: [{id: a, refuse: no}]",
    "version: 1\nprotect: HEAD\nrules: [{id: a, refuse: no}]",
    "version: 1\nprotect: [HEAD, HEAD]\nrules: [{id: a, refuse: no}]",
    "version: 2\nprotect: [HEAD]\nrules: [{id: a, refuse: no}]",
    "version: '1'\nprotect: [HEAD]\nrules: [{id: a, refuse: no}]",
    "protect: [HEAD]\nrules: [{id: a, refuse: no}]",
]


def cases(build: Callable[[str], bytes], good: list[str], bad: list[str]) -> list[ParameterSet]:
    """Return documents made of parts, with whether they are good; the part is the name of the case."""
    kind = build.__name__
    table = [(part, True) for part in good] + [(part, False) for part in bad]
    return [pytest.param(build(part), is_good, id=f"{kind}: {part[:90]} ({len(part)})") for part, is_good in table]


def of_extra(extra: str) -> bytes:
    return policy(extra)


def of_rule(rule: str) -> bytes:
    return policy(rule=rule)


def of_ref(ref: str) -> bytes:
    return policy(ref=ref)


@pytest.mark.parametrize(
    ("content", "good"),
    [
        *cases(of_extra, GOOD_POLICIES, BAD_POLICIES),
        *cases(of_rule, GOOD_RULES, BAD_RULES),
        *cases(of_ref, GOOD_REFS, BAD_REFS),
        *cases(str.encode, [], WHOLE_POLICIES),
    ],
)
def test_schema_and_loader_agree_about_policies(content: bytes, good: bool) -> None:
    assert loads("policy", content) is good
    assert fits_schema("policy", content) is good


KEY = key_line(7)
BASE = "id: a, emails: [a@b], level: junior"
GOOD_PEOPLE = [
    f"{{{BASE}}}",
    f"{{{BASE}, name: Ännä, teams: [x, y/z], accounts: [a, b], administrator: true}}",
    f"{{{BASE}, accounts: {{gitlab: a, ssh: [b, c]}}}}",
    f"{{{BASE}, from: 2026-01-01, until: 2026-01-01T00:00:01Z}}",
    f"{{{BASE}, keys: [{KEY}]}}",
    f"{{{BASE}, keys: ['{KEY} a comment']}}",
    f"{{{BASE}, keys: [{{key: {KEY}, from: 2026-01-01, until: 2027-01-01, revoked: 2026-06-30}}]}}",
    f"{{{BASE}, keys: [{{key: {KEY}, revoked: false}}]}}",
    f"{{{BASE}, keys: [], teams: [], accounts: [], bot: false}}",
    "{id: a, bot: true}",
    "{id: a.b_c-1, bot: true, emails: [], administrator: false, keys: []}",
    "{id: 0a, bot: true, emails: ['a@b@c']}",
]
BAD_PEOPLE = [
    "{}",
    "a",
    "{emails: [a@b], level: junior}",
    "{id: a, level: junior}",
    "{id: a, emails: [a@b]}",
    "{id: A, emails: [a@b], level: junior}",
    "{id: .a, emails: [a@b], level: junior}",
    "{id: 7, emails: [a@b], level: junior}",
    "{id: a, emails: [], level: junior}",
    "{id: a, emails: a@b, level: junior}",
    "{id: a, emails: [a@], level: junior}",
    "{id: a, emails: ['@b'], level: junior}",
    "{id: a, emails: ['a b@c'], level: junior}",
    "{id: a, emails: ['<a@b>'], level: junior}",
    "{id: a, emails: [a@b, a@b], level: junior}",
    "{id: a, bot: true, level: junior}",
    "{id: a, bot: true, administrator: true}",
    f"{{id: a, bot: true, keys: [{KEY}]}}",
    f"{{{BASE}, bot: 1}}",
    f"{{{BASE}, name: ''}}",
    f'{{{BASE}, name: "a\\nb"}}',
    f"{{{BASE}, history: [{{mid: 2023-01-01}}]}}",
    f"{{{BASE}, teams: x}}",
    f"{{{BASE}, teams: [a b]}}",
    f"{{{BASE}, teams: [x, x]}}",
    f"{{{BASE}, accounts: x}}",
    f"{{{BASE}, accounts: {{}}}}",
    f"{{{BASE}, accounts: {{gitlub: x}}}}",
    f"{{{BASE}, accounts: {{gitlab: []}}}}",
    f"{{{BASE}, from: 2026-1-1}}",
    f"{{{BASE}, until: tomorrow}}",
    f"{{{BASE}, keys: {KEY}}}",
    f"{{{BASE}, keys: [ssh-dss AAAA]}}",
    f"{{{BASE}, keys: [{{from: 2026-01-01}}]}}",
    f"{{{BASE}, keys: [{{key: {KEY}, revoked: yes}}]}}",
    f"{{{BASE}, keys: [{{key: {KEY}, expires: 2026-01-01}}]}}",
]
ONLY_THE_LOADER = [
    "{id: a, emails: [a@b], level: boss}",
    f"{{{BASE}, from: 2026-01-02, until: 2026-01-01}}",
    f"{{{BASE}, from: 2026-02-30}}",
    f"{{{BASE}, keys: [ssh-ed25519 AAAA]}}",
    f"{{{BASE}, keys: [{KEY}, {KEY} again]}}",
    "{id: a, emails: [a@b, A@b], level: junior}",
    "{id: a, bot: true}\n  - {id: a, bot: true}",
]


def roster(person: str) -> bytes:
    return f"version: 1\nlevels: [junior]\npeople:\n  - {person}\n".encode()


WHOLE_ROSTERS = [
    "",
    "version: 1\nlevels: []\npeople: [{id: a, bot: true}]",
    "version: 1\nlevels: [a, a]\npeople: [{id: a, bot: true}]",
    "version: 1\nlevels: [a]\npeople: []",
    "version: 1\nlevels: [a]",
    "levels: [a]\npeople: [{id: a, bot: true}]",
    "version: 1\nlevels: [a]\npeople: [{id: a, bot: true}]\nteams: []",
]


@pytest.mark.parametrize(
    ("content", "good"), [*cases(roster, GOOD_PEOPLE, BAD_PEOPLE), *cases(str.encode, [], WHOLE_ROSTERS)]
)
def test_schema_and_loader_agree_about_rosters(content: bytes, good: bool) -> None:
    assert loads("roster", content) is good
    assert fits_schema("roster", content) is good


@pytest.mark.parametrize("person", ONLY_THE_LOADER)
def test_what_no_schema_can_say_the_loader_says(person: str) -> None:
    assert fits_schema("roster", roster(person))
    assert not loads("roster", roster(person))
