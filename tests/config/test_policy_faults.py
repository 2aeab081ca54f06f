"""A faulty policy: every fault is told, with its place and what might be meant."""

from __future__ import annotations

import pytest

from gatekeeper.config.loading import parse_policy
from tests.config.documents import HEAD, ROSTER, marked, policy_problems


def test_all_problems_are_told_at_once_with_place_and_suggestion() -> None:
    told = policy_problems(
        """
        version: 2
        protect: [main, refs/gatekeeper/x, refs/heads/ok]
        undeclerd: allow
        privacy: {x: 1}
        rules:
          - id: Senior
            when: {}
            require: {signoffs: 30, from: {at_least: seniour, owners: true}}
          - id: b
            id: c
            refuse: no
            enforce: tomorrow
          - {id: b, require: {signoffs: 5, from: {at_least: junior}}}
        limits: {seconds: 0}
        """
    )
    assert told == [
        "1:10: `version` must be 1 (a newer format needs a newer gatekeeper)",
        "2:11: an entry of `protect` must be a full ref name (for a branch: refs/heads/main)",
        "2:17: an entry of `protect` must not name refs/gatekeeper/, which is reserved and always guarded",
        "3:1: unknown key `undeclerd` (did you mean `undeclared`?)",
        "4:11: unknown key `x` (one of persons, smallest_team)",
        "6:9: `id` must be made of a-z, 0-9 and -",
        "7:11: `when` must not be empty",
        "8:25: `signoffs` must be a whole number from 1 to 20",
        "8:46: `at_least`: the roster has no level seniour (did you mean `senior`?)",
        "8:55: `owners` is not supported by this version",
        "10:5: duplicate key `id` (first in line 9)",
        "12:14: `enforce` must be observe, warn, refuse, or the date from which it refuses",
        "13:10: `id` b names two rules (first in line 9)",
        "13:33: `signoffs` asks for 5, but only 2 of the people in the roster may give one",
        "14:19: `seconds` must be a whole number from 1 to 3600",
    ]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "{id: a, when: {tools: [▸x]}, refuse: no}",
            ["an entry of `tools` names no AI tool: x (docs/marks.md lists them)"],
        ),
        (
            "{id: a, when: {assisted: false, ▸tools: [codex]}, refuse: no}",
            ["`tools` and `assisted: false` exclude each other (a tool is named by marks alone)"],
        ),
        ("{id: a, when: {tools: ▸[]}, refuse: no}", ["`tools` must not be empty"]),
        ("{id: a, when: {▸size: {lines: 9}}, refuse: no}", ["`size` is not supported by this version"]),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, ▸checklist: [x]}}",
            ["`checklist` is not supported by this version"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, ▸commit_signature: true}}",
            ["`commit_signature` is not supported by this version"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {▸owners: true}}}",
            ["`owners` is not supported by this version"],
        ),
        ("▸{id: a}", ["`require` is missing"]),
        ("▸{refuse: no}", ["`id` is missing"]),
        ("{id: a, ▸why: ~, refuse: no}", ["`why` has no value"]),
        ("{id: a, ▸when: , refuse: no}", ["`when` has no value"]),
        ("▸senior", ["must be a mapping (`key: value`)"]),
        ("{id: a, refuse: ▸''}", ["`refuse` must not be empty"]),
        (
            "{id: a, ▸refuse: no, require: {signoffs: 1, from: {at_least: senior}}}",
            ["`refuse` and `require` exclude each other (make two rules of it)"],
        ),
        ("{id: a, require: ▸{}}", ["`require` must not be empty"]),
        ("{id: a, require: ▸{signoffs: 1}}", ["`from` is missing"]),
        ("{id: a, require: {signoffs: 1, from: ▸{}}}", ["`from` must not be empty"]),
        ("{id: a, require: ▸{from: {at_least: senior}}}", ["`signoffs` is missing"]),
        (
            "{id: a, require: {signoffs: ▸true, from: {at_least: senior}}}",
            ["`signoffs` must be a whole number from 1 to 20"],
        ),
        (
            "{id: a, require: {signoffs: ▸0, from: {at_least: senior}}}",
            ["`signoffs` must be a whole number from 1 to 20"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, independent_of: ▸[]}}",
            ["`independent_of` must not be empty"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, independent_of: [▸me]}}",
            ["an entry of `independent_of` must be one of author, co-authors, committer, pusher"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, presence: ▸yes}}",
            ["`presence` must be one of touch, verified"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, max_age: ▸90}}",
            ["`max_age` must be a span of time such as 30m, 24h, 90d or 2w"],
        ),
        (
            "{id: a, require: {signoffs: 1, from: {at_least: senior}, scope: ▸repository}}",
            ["`scope` must be ref"],
        ),
        (
            "{id: a, when: {author: {▸exactly: junior, below: senior}}, refuse: no}",
            ["`exactly` excludes `below` and `at_least` (leave those out)"],
        ),
        (
            "{id: a, when: {refs: [▸HEAD, ▸x]}, refuse: no}",
            [
                "an entry of `refs` must be a full ref name (`HEAD` stands only in `protect`)",
                "an entry of `refs` must be a full ref name (for a branch: refs/heads/x)",
            ],
        ),
        ("{id: a, when: {assisted: ▸yes}, refuse: no}", ["`assisted` must be true or false"]),
        ("{id: a, when: {paths: ▸[]}, refuse: no}", ["`paths` must not be empty"]),
        ("{id: a, when: {paths: ▸x}, refuse: no}", ["`paths` must be a list (paths: [...])"]),
        ("{id: a, when: {paths: [x, y, ▸x]}, refuse: no}", ["an entry of `paths` is there twice"]),
        (
            "{id: a, when: {author: {teams: [▸'a,b']}}, refuse: no}",
            ["an entry of `teams` must not contain spaces, `,`, `;` or `=`"],
        ),
        ("{id: a, refuse: ▸7}", ['`refuse` must be text (put quotes around it: "7")']),
        ('{id: a, refuse: ▸"a\\u202eb"}', ["`refuse` must be printable text, but contains U+202E"]),
    ],
)
def test_a_faulty_rule_is_told_with_its_place(rule: str, told: list[str]) -> None:
    document, places = marked(f"version: 1\nprotect: [HEAD]\nrules: [{rule}]\n")
    assert policy_problems(document) == [f"{place}: {message}" for place, message in zip(places, told, strict=True)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1:1: must be a mapping (`key: value`)"]),
        ("[]", ["1:1: must be a mapping (`key: value`)"]),
        ("version: 1", ["1:1: `protect` is missing", "1:1: `rules` is missing"]),
        (
            "version: true\nprotect: [HEAD]\nrules: []",
            [
                "1:10: `version` must be 1 (a newer format needs a newer gatekeeper)",
                "3:8: `rules` must not be empty",
            ],
        ),
        ("version: 1\nprotect: []\nrules: [{id: a, refuse: no}]", ["2:10: `protect` must not be empty"]),
        (f"{HEAD}undeclared: deny", ["4:13: `undeclared` must be one of allow, refuse"]),
        (f"{HEAD}author_proof: []", ["4:15: `author_proof` must not be empty"]),
        (f"{HEAD}leavers: keep them", ["4:10: `leavers` must be one of keep, drop"]),
        (f"{HEAD}deletions: true", ["4:12: `deletions` must be one of allow, refuse"]),
        (f"{HEAD}message: {{contact: |-\n  a\n  b\n}}", ["4:20: this is not YAML"]),
        (f"{HEAD}message:\n  contact: |-\n    a\n    b", ["5:12: `contact` must be one line"]),
        (
            f"{HEAD}limits: {{commit_bytes: 1}}",
            ["4:24: `commit_bytes` must be a whole number from 1024 to 268435456"],
        ),
        (f"{HEAD}xyzzy: 1", ["4:1: unknown key `xyzzy` (one of version, requires, protect"]),
    ],
)
def test_a_faulty_document_is_told_with_its_place(text: str, told: list[str]) -> None:
    found = policy_problems(text)
    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))


@pytest.mark.parametrize(
    "pattern",
    [
        "main",
        "heads/main",
        "refs/main",
        "refs/**",
        "refs/*/main",
        "refs/gatekeeper",
        "refs//main",
        "refs/heads/",
        "refs/heads/a b",
        "refs/heads/a..b",
        "refs/heads/a.lock",
        "refs/heads/.a",
        "refs/heads/a.",
        "refs/heads/a@{1}",
        "refs/heads/[ab]",
        "refs/heads/a^",
        "refs/heads/a\\\\b",
        "refs/GateKeeper/signoffs",
        "refs/gatekeeper/**",
        " ",
        "head",
    ],
)
def test_a_pattern_that_no_ref_can_match_is_refused(pattern: str) -> None:
    assert len(policy_problems(f'version: 1\nprotect: ["{pattern}"]\nrules: [{{id: a, refuse: no}}]')) == 1


@pytest.mark.parametrize(
    "pattern", ["HEAD", "refs/heads/main", "refs/heads/**", "refs/heads/*", "refs/tags/v?.*", "refs/heads/ü"]
)
def test_a_pattern_for_refs_is_taken_as_written(pattern: str) -> None:
    text = f'version: 1\nprotect: ["{pattern}"]\nrules: [{{id: a, refuse: no}}]'
    assert parse_policy(text.encode(), "p").protect == (pattern,)


@pytest.mark.parametrize("pattern", ["!x", "a//b", "./a", "a/../b", "/", "a/.", ""])
def test_a_pattern_that_no_path_can_match_is_refused(pattern: str) -> None:
    rule = f'{{id: a, refuse: no, when: {{paths: ["{pattern}"]}}}}'
    assert len(policy_problems(f"version: 1\nprotect: [HEAD]\nrules: [{rule}]")) == 1


@pytest.mark.parametrize("pattern", ["/a", "a/", "*.py", "a/**/b", "pages/[id].tsx", "a b/c", "...", ".github/"])
def test_a_pattern_for_paths_is_taken_as_written(pattern: str) -> None:
    rule = f'{{id: a, refuse: no, when: {{paths: ["{pattern}"]}}}}'
    policy = parse_policy(f"version: 1\nprotect: [HEAD]\nrules: [{rule}]".encode(), "p")
    assert policy.rules[0].when.paths == (pattern,)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("{below: boss}", "`below`: the roster has no level boss (one of junior, senior)"),
        ("{exactly: juniors}", "`exactly`: the roster has no level juniors (did you mean `junior`?)"),
        ("{teams: [payment]}", "`teams`: nobody of the roster is in payment (did you mean `payments`?)"),
        ("{people: [senior-9]}", "`people`: the roster has no senior-9"),
    ],
)
def test_a_condition_on_what_the_roster_lacks_is_refused(condition: str, told: str) -> None:
    rule = f"{{id: a, refuse: no, when: {{author: {condition}}}}}"
    assert told in policy_problems(f"version: 1\nprotect: [HEAD]\nrules: [{rule}]")[0]
    rule = f"{{id: a, require: {{signoffs: 1, from: {condition}}}}}"
    assert told in policy_problems(f"version: 1\nprotect: [HEAD]\nrules: [{rule}]")[0]


@pytest.mark.parametrize(
    ("administrators", "told"),
    [
        ("{signoffs: 2}", "asks for 2, but only 1 of the people with `administrator: true` may give one"),
        ("{from: {exactly: junior}}", "asks for 1, but nobody with `administrator: true` may give one"),
        ("{from: {at_least: boss}}", "`at_least`: the roster has no level boss"),
        ("{from: {people: [senior-9]}, signoffs: 9}", "`people`: the roster has no senior-9"),
    ],
)
def test_administrators_who_could_never_agree_are_refused(administrators: str, told: str) -> None:
    (only,) = policy_problems(f"{HEAD}administrators: {administrators}\n")
    assert told in only


def test_a_policy_that_says_nothing_of_administrators_fits_a_roster_without_any() -> None:
    nobody = ROSTER.replace(b"    administrator: true\n", b"")
    assert nobody != ROSTER
    assert policy_problems(HEAD, nobody) == []
    assert policy_problems(f"{HEAD}administrators: {{signoffs: 1}}\n", nobody) != []


@pytest.mark.parametrize(
    ("require", "told"),
    [
        ("{signoffs: 2, from: {at_least: senior}}", "asks for 2, but only 1 of the people in the roster"),
        ("{signoffs: 1, from: {people: [robot]}}", "asks for 1, but nobody in the roster"),
        ("{signoffs: 1, from: {below: junior}}", "asks for 1, but nobody in the roster"),
        ("{signoffs: 1, from: {exactly: junior, teams: [payments]}}", "asks for 1, but nobody in the roster"),
    ],
)
def test_a_rule_that_nobody_could_ever_satisfy_is_refused(require: str, told: str) -> None:
    (only,) = policy_problems(f"version: 1\nprotect: [HEAD]\nrules: [{{id: a, require: {require}}}]")
    assert told in only


def test_problems_end_somewhere() -> None:
    text = "version: 1\nprotect: [HEAD]\nrules: [{id: a, refuse: no}]\n" + "".join(f"k{n}: 1\n" for n in range(2000))
    told = policy_problems(text)
    assert len(told) == 501
    assert told[-1].endswith("too many problems; stopped here")


@pytest.mark.parametrize(
    ("emergency", "told"),
    [
        ("▸{settle_within: 24h}", "`allowed` is missing"),
        ("{allowed: {at_least: ▸seniour}}", "`at_least`: the roster has no level seniour (did you mean `senior`?)"),
        ("{allowed: {people: [▸nobody-1]}}", "`people`: the roster has no nobody-1"),
        ("{allowed: ▸{people: [robot]}}", "`allowed` names nobody of the roster who is not a bot"),
        ("{allowed: ▸{exactly: junior, teams: [payments]}}", "`allowed` names nobody of the roster who is not a bot"),
        ("{allowed: {at_least: senior}, settle_within: ▸1y}", "`settle_within` must be a span"),
    ],
)
def test_an_emergency_that_nobody_could_declare_is_refused(emergency: str, told: str) -> None:
    text, places = marked(f"{HEAD}emergency: {emergency}\n")
    (problem,) = policy_problems(text)
    assert problem.startswith(f"{places[0]}: {told}")
