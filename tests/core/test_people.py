"""Windows, levels, and conditions on people."""

from __future__ import annotations

import pytest

from gatekeeper.core.ids import Fingerprint, Timestamp
from gatekeeper.core.people import Ladder, ListedRoster, Person, Who, within
from tests.support.values import LADDER, NOW, key, person


@pytest.mark.parametrize(
    ("start", "end", "when", "expected"),
    [
        (None, None, 5, True),
        (5, None, 5, True),
        (6, None, 5, False),
        (None, 5, 5, False),
        (None, 6, 5, True),
        (5, 6, 5, True),
        (5, 5, 5, False),
        (0, None, -1, False),
        (None, 0, 0, False),
    ],
)
def test_a_window_includes_its_start_and_excludes_its_end(
    start: Timestamp | None, end: Timestamp | None, when: Timestamp, expected: bool
) -> None:
    assert within(start, end, when) is expected
    assert key("k", valid_from=start, valid_until=end).valid_at(when) is expected
    assert person("p", employed_from=start, employed_until=end).employed_at(when) is expected


def test_a_revoked_key_is_never_valid() -> None:
    assert not key("k", valid_from=Timestamp(0), valid_until=Timestamp(2**40), revoked=True).valid_at(NOW)


def test_a_level_ranks_by_its_place_and_none_below_all() -> None:
    assert [LADDER.rank(level) for level in ("intern", "staff", None, "unheard-of")] == [0, 4, -1, -1]


PEOPLE: dict[str, Person | None] = {
    "junior": person("jo", "junior"),
    "senior": person("sue", "senior", teams=("payments", "web")),
    "staff": person("ann", "staff"),
    "bot": person("ci", "staff", bot=True, teams=("payments",)),
    "no level": person("new", None),
    "level off the ladder": person("odd", "wizard"),
    "unknown": None,
}


@pytest.mark.parametrize(
    ("who", "met"),
    [
        (Who(), {"junior", "senior", "staff", "bot", "no level", "level off the ladder", "unknown"}),
        (Who(at_least="senior"), {"senior", "staff"}),
        (Who(at_least="intern"), {"junior", "senior", "staff"}),
        (Who(below="senior"), {"junior", "bot", "no level", "level off the ladder", "unknown"}),
        (Who(below="intern"), {"bot", "no level", "level off the ladder", "unknown"}),
        (Who(exactly="senior"), {"senior"}),
        (Who(exactly="intern"), set()),
        (Who(at_least="junior", below="staff"), {"junior", "senior"}),
        (Who(teams=("payments",)), {"senior", "bot"}),
        (Who(teams=("nobody", "web")), {"senior"}),
        (Who(people=("ann", "jo")), {"junior", "staff"}),
        (Who(people=("ann", "jo"), at_least="senior"), {"staff"}),
        (Who(teams=("payments",), people=("ann",)), set()),
    ],
)
def test_every_part_of_a_condition_must_hold(who: Who, met: set[str]) -> None:
    assert {name for name, one in PEOPLE.items() if who.met_by(one, LADDER)} == met


@pytest.mark.parametrize("who", [Who(below="wizard"), Who(at_least="wizard"), Who(exactly="wizard")])
@pytest.mark.parametrize("one", PEOPLE.values(), ids=PEOPLE)
def test_a_level_that_the_ladder_lacks_is_an_error_and_not_anybody(who: Who, one: Person | None) -> None:
    with pytest.raises(ValueError):
        who.met_by(one, LADDER)


def test_of_a_published_roster_the_servers_word_counts() -> None:
    asked = Who(at_least="senior")
    assert asked.met_by(person("sue", None, meets=(asked.key,)), LADDER)
    assert not asked.met_by(person("sue", "staff", meets=()), LADDER)
    assert not Who(at_least="staff").met_by(person("sue", None, meets=(asked.key,)), LADDER)


def test_the_spelling_of_a_condition_names_every_part_in_one_order() -> None:
    assert Who().key == ""
    one = Who(below="a", at_least="b", exactly="c", teams=("z", "y"), people=("q", "p"))
    assert one.key == "below=a;at_least=b;exactly=c;teams=y,z;people=p,q"
    assert one.key == one.replace(teams=("y", "z"), people=("p", "q")).key
    assert len({Who(below="a").key, Who(at_least="a").key, Who(exactly="a").key, Who(teams=("a",)).key}) == 4


def test_an_account_counts_on_its_platform_alone() -> None:
    one = person("sue", accounts=(("gitlab", "sone"), ("", "sue1")))
    assert one.has_account("gitlab", "sone")
    assert not one.has_account("github", "sone")
    assert not one.has_account("", "sone")
    assert one.has_account("github", "sue1")
    assert one.has_account("", "sue1")
    assert not one.has_account("github", "SUE1")
    assert not one.has_account("github", "")


def test_a_person_has_the_keys_that_are_listed() -> None:
    old = key("old", revoked=True)
    one = person("sue", keys=(key("new"), old))
    assert one.key(Fingerprint("SHA256:old")) == old
    assert one.key(Fingerprint("SHA256:other")) is None


def test_a_roster_finds_people_by_id_address_account_and_key() -> None:
    sue = person("sue", emails=(b"sue@example.com", b"s@home.example"), accounts=(("", "sone"),))
    joe = person("joe", "junior", emails=(b"j\xc3\x96@example.com",), keys=())
    roster = ListedRoster(Ladder(levels=("junior", "senior")), [sue, joe])
    assert roster.person("sue") == sue
    assert roster.person("Sue") is None
    assert roster.by_email(b"S@HOME.example") == sue
    assert roster.by_email(b"s@home.example ") is None
    assert roster.by_email(b"") is None
    assert roster.by_account("any", "sone") == sue
    assert roster.by_account("any", "jone") is None
    assert roster.by_key(Fingerprint("SHA256:sue")) == sue
    assert roster.by_key(Fingerprint("SHA256:joe")) is None
    assert set(roster.everybody()) == {sue, joe}


def test_addresses_fold_ascii_only() -> None:
    """A fold of other letters would make two people of one address, or one of two."""
    joe = person("joe", emails=("jö@example.com".encode(),))
    roster = ListedRoster(LADDER, [joe])
    assert roster.by_email("Jö@EXAMPLE.com".encode()) == joe
    assert roster.by_email("JÖ@example.com".encode()) is None
    assert roster.by_email("jö@example.\u212aom".encode()) is None
