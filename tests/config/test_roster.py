from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.config.loading import load_roster
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.keys import parse_public_key
from gatekeeper.core.people import Key, Ladder, Person
from tests.config.documents import ROSTER, key_line, marked, roster_problems

JANUARY = Timestamp(1_767_225_600)
HEAD = "version: 1\nlevels: [junior, senior]\npeople:\n"
BASE = "id: a, emails: [a@b], level: junior"
"""In the table below `BASE` stands for it."""

A_KEY = "must be a public key: nothing follows ssh-ed25519; give the whole line: type, base64, comment"
A_TIME = "must be a date such as 2026-01-01 or a time such as 2026-01-01T09:00:00Z"
AN_ADDRESS = "an entry of `emails` must be an address such as someone@example.com"
AN_ID = "must be made of a-z, 0-9, `.`, `_` and `-`, and begin with a letter or digit"
FINGERPRINT = parse_public_key(key_line(1)).fingerprint
LOGIN = "the account x is there twice"
NOT_OF_A_BOT = "is nothing that a bot may have (a bot never signs)"


def key(number: int) -> str:
    return f"'{key_line(number)}'"


def test_every_key_arrives_in_the_person() -> None:
    roster = load_roster(ROSTER, "r")
    junior, senior, robot = roster.everybody()
    assert roster.ladder == Ladder(levels=("junior", "senior"))
    assert junior == Person(
        id="junior-1",
        emails=(b"junior@example.com",),
        level="junior",
        accounts=(("gitlab", "jone"), ("github", "jone-a"), ("github", "jone-b")),
    )
    assert senior == Person(
        id="senior-1",
        name="Senior Öne",
        emails=(b"senior@example.com", b"s.one@example.com"),
        level="senior",
        teams=("payments",),
        accounts=(("", "sone"),),
        administrator=True,
        keys=(
            Key(public=parse_public_key(f"{key_line(1)} laptop")),
            Key(
                public=parse_public_key(key_line(2)),
                valid_from=JANUARY,
                valid_until=Timestamp(JANUARY + 181 * 86_400 + 12 * 3600),
                revoked=True,
            ),
        ),
        employed_from=Timestamp(1_577_836_800),
        employed_until=Timestamp(1_893_456_000),
    )
    assert robot == Person(id="robot", bot=True, accounts=(("", "robot"),))


@pytest.mark.parametrize(
    ("written", "revoked"),
    [
        ("true", True),
        ("false", False),
        ("2020-01-01", True),
        ("2999-12-31", True),
        ("2020-01-01T09:00:00Z", True),
    ],
)
def test_a_key_with_any_date_of_revocation_is_revoked_now(written: str, revoked: bool) -> None:
    person = f"  - {{{BASE}, keys: [{{key: {key(1)}, revoked: {written}}}]}}\n"
    (only,) = load_roster((HEAD + person).encode(), "r").everybody()
    assert only.keys[0].revoked is revoked


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ("▸{emails: [a@b], level: junior}", ["`id` is missing"]),
        ("{id: ▸Anna, emails: [a@b], level: junior}", [f"`id` {AN_ID}"]),
        ("▸{id: a, level: junior}", ["`emails` is missing"]),
        ("▸{id: a, emails: [a@b]}", ["`level` is missing"]),
        ("{id: a, emails: ▸[], level: junior}", ["`emails` must not be empty"]),
        ("{id: a, emails: ▸a@b, level: junior}", ["`emails` must be a list (emails: [...])"]),
        ("{id: a, emails: [▸a], level: junior}", [f"{AN_ADDRESS}, not `a`"]),
        ("{id: a, emails: [▸A <a@b>], level: junior}", [f"{AN_ADDRESS}, not `A <a@b>`"]),
        ("{id: a, emails: [a@b, ▸A@b], level: junior}", ["an entry of `emails` is there twice"]),
        (
            "{id: a, emails: [a@b], level: ▸boss}",
            ["`level` is not one of `levels`: boss (one of junior, senior)"],
        ),
        (
            "{id: a, emails: [a@b], level: ▸senoir}",
            ["`level` is not one of `levels`: senoir (did you mean `senior`?)"],
        ),
        (
            "{id: a, emails: [a@b], ▸history: [{senior: 2020-01-01}]}",
            ["`history` is not supported by this version"],
        ),
        ("{BASE, ▸email: c@d}", ["unknown key `email` (did you mean `emails`?)"]),
        ("{id: a, bot: true, ▸level: junior}", [f"`level` {NOT_OF_A_BOT}"]),
        (f"{{id: a, bot: true, ▸keys: [{key(1)}]}}", [f"`keys` {NOT_OF_A_BOT}"]),
        ("{id: a, bot: true, ▸administrator: true}", [f"`administrator` {NOT_OF_A_BOT}"]),
        ("{BASE, administrator: ▸yes}", ["`administrator` must be true or false"]),
        ("{BASE, from: 2026-01-02, until: ▸2026-01-02}", ["`until` must be later than `from`"]),
        ("{BASE, from: ▸2026-02-30}", [f"`from` {A_TIME}"]),
        ("{BASE, until: ▸2026}", [f"`until` {A_TIME}"]),
        ("{BASE, name: ▸12}", ['`name` must be text (put quotes around it: "12")']),
        ("{BASE, name: ▸true}", ['`name` must be text (put quotes around it: "true")']),
        ("{BASE, accounts: ▸a}", ["`accounts` must be a list (accounts: [...])"]),
        ("{BASE, accounts: ▸{}}", ["`accounts` must not be empty"]),
        ("{BASE, accounts: {▸gitlob: a}}", ["unknown key `gitlob` (did you mean `gitlab`?)"]),
        ("{BASE, accounts: {gitlab: ▸a b}}", ["`gitlab` must not contain spaces, `,`, `;` or `=`"]),
        ("{BASE, accounts: {gitlab: ▸[]}}", ["`gitlab` must not be empty"]),
        ("{BASE, keys: [▸ssh-ed25519]}", [f"an entry of `keys` {A_KEY}"]),
        (
            f"{{BASE, keys: [{{key: {key(1)}, from: 2026-01-02, until: ▸2026-01-01}}]}}",
            ["`until` must be later than `from`"],
        ),
        (
            f"{{BASE, keys: [{{key: {key(1)}, revoked: ▸yes}}]}}",
            ["`revoked` must be true, or the date on which it was revoked"],
        ),
        ("{BASE, keys: [{key: ▸ssh-ed25519}]}", [f"`key` {A_KEY}"]),
        ("{BASE, keys: [▸~]}", ["an entry of `keys` must be text"]),
        ("{BASE, keys: [▸{from: 2026-01-02}]}", ["`key` is missing"]),
        (
            f"{{BASE, keys: [{key(1)}, ▸{key(1)}]}}",
            [f"the key {FINGERPRINT} is there twice (first in line 4)"],
        ),
        ("▸[a]", ["must be a mapping (`key: value`)"]),
    ],
)
def test_a_faulty_person_is_told_with_the_place(person: str, told: list[str]) -> None:
    document, places = marked(f"{HEAD}  - {person.replace('BASE', BASE)}\n")
    assert roster_problems(document) == [f"{place}: {message}" for place, message in zip(places, told, strict=True)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ("id: ▸a, emails: [c@d]", "`id` a is there twice")),
        ("", ("id: c, emails: [c@d, ▸A@B]", "a@b is there twice")),
        (", accounts: [x]", ("id: c, emails: [c@d], accounts: ▸[y, x]", LOGIN)),
        (", accounts: [x]", ("id: c, emails: [c@d], accounts: ▸{ssh: x}", LOGIN)),
        (", accounts: {ssh: x}", ("id: c, emails: [c@d], accounts: ▸[x]", LOGIN)),
        (", accounts: {ssh: x}", ("id: c, emails: [c@d], accounts: ▸{ssh: [y, x]}", LOGIN)),
    ],
)
def test_what_two_people_claim_is_refused(first: str, second: tuple[str, str]) -> None:
    person, told = second
    document, (place,) = marked(f"{HEAD}  - {{{BASE}{first}}}\n  - {{{person}, level: junior}}\n")
    assert roster_problems(document) == [f"{place}: {told} (first in line 4)"]


def test_a_key_of_two_people_is_refused_whatever_its_comment_and_form() -> None:
    document, (place,) = marked(
        f"{HEAD}  - {{{BASE}, keys: ['{key_line(1)} mine']}}\n"
        f"  - {{id: c, emails: [c@d], level: junior, keys: [▸{{key: {key(1)}, revoked: true}}]}}\n"
    )
    (only,) = roster_problems(document)
    assert only.startswith(f"{place}: the key SHA256:")


def test_one_login_on_two_platforms_may_be_two_people() -> None:
    people = f"  - {{{BASE}, accounts: {{gitlab: x, github: x}}}}\n"
    people += "  - {id: c, emails: [c@d], level: junior, accounts: {gitea: x}}\n"
    roster = load_roster((HEAD + people).encode(), "r")
    found = [roster.by_account(platform, "x") for platform in ("gitlab", "github", "gitea", "ssh")]
    assert [person and person.id for person in found] == ["a", "a", "c", None]


def test_lists_that_a_tool_left_empty_are_no_fault() -> None:
    assert not roster_problems(f"{HEAD}  - {{{BASE}, teams: [], accounts: [], keys: []}}\n")


def test_all_problems_of_all_people_are_told_at_once() -> None:
    told = roster_problems(
        """
        version: 1
        levels: [junior, junior]
        history: x
        people:
          - id: a
          - {id: b, emails: [x, y@z], level: 3}
          - 7
        """
    )
    assert told == [
        "2:18: an entry of `levels` is there twice",
        "3:1: unknown key `history` (one of version, levels, people)",
        "5:5: `emails` is missing",
        "5:5: `level` is missing",
        "6:22: an entry of `emails` must be an address such as someone@example.com, not `x`",
        '6:38: `level` must be text (put quotes around it: "3")',
        "7:5: must be a mapping (`key: value`)",
    ]


def test_a_key_that_is_only_misspelt_is_told_once() -> None:
    told = roster_problems("version: 1\nlevels: [junior]\npeople: [{id: a, email: [a@b], level: junior}]\n")
    assert told == ["3:18: unknown key `email` (did you mean `emails`?)"]


def test_levels_of_people_are_checked_also_where_the_ladder_is_at_fault() -> None:
    told = roster_problems("version: 1\nlevels: [junior, junior]\npeople: [{id: a, emails: [a@b], level: Junior}]\n")
    assert [line.split(" ", 1)[0] for line in told] == ["2:18:", "3:40:"]
    assert "`level` is not one of `levels`: Junior" in told[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["1:1: must be a mapping (`key: value`)"]),
        ("version: 1\nlevels: [a]\npeople: []", ["3:9: `people` must not be empty"]),
        ("version: 1\nlevels: []\npeople: [{id: a, bot: true}]", ["2:9: `levels` must not be empty"]),
        (
            "version: 1\nlevels: ['a b']\npeople: [{id: a, bot: true}]",
            ["2:10: an entry of `levels` must not contain spaces, `,`, `;` or `=`"],
        ),
        (
            "version: 1.0\nlevels: [a]\npeople: [{id: a, bot: true}]",
            ["1:10: `version` must be 1 (a newer format needs a newer gatekeeper)"],
        ),
    ],
)
def test_a_faulty_document_is_told_with_its_place(text: str, told: list[str]) -> None:
    assert roster_problems(text) == told


WORDS = st.sampled_from(
    ["version", "levels", "people", "id", "emails", "level", "keys", "accounts", "bot", "from", "x"]
)
VALUES = st.recursive(
    st.sampled_from(["~", "1", "true", "a@b", "junior", "2026-01-01", "'", "''", key(1)])
    | st.text("ab:,[]{}", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(WORDS, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"
        )
    ),
    max_leaves=15,
)


@given(st.lists(st.tuples(WORDS, VALUES), max_size=5))
def test_nothing_but_a_configuration_error_ever_comes_out(pairs: list[tuple[str, str]]) -> None:
    # `roster_problems` lets every other exception through; a roster that loads can answer.
    text = "".join(f"{name}: {value}\n" for name, value in pairs)
    for problem in roster_problems(text.encode()):
        line, column, message = problem.split(":", 2)
        assert int(line) >= 1
        assert int(column) >= 1
        assert message.strip()
