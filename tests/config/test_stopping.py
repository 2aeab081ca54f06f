"""What ends by a broken roster ends at once; nothing else of it counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatekeeper.config.in_force import InForce, LastGood, load_in_force
from gatekeeper.config.loading import load_roster
from gatekeeper.config.sources import Source
from gatekeeper.config.stopping import StoppedRoster, read_entries
from gatekeeper.core.clock import parse_time
from gatekeeper.core.keys import parse_public_key
from gatekeeper.core.people import Person
from tests.config.documents import POLICY, key_line

NOW = parse_time("2026-11-23T12:00:00Z")
FINGERPRINTS = [parse_public_key(key_line(number)).fingerprint for number in range(4)]


def document(*changes: dict[str, Any] | None, **top: Any) -> bytes:
    """A roster of three people, with members changed by position; None leaves somebody out."""
    people: list[dict[str, Any]] = [
        {"id": "sue", "emails": ["sue@example.com"], "level": "senior", "keys": [key_line(0), key_line(1)]},
        {"id": "sam", "emails": ["sam@example.com"], "level": "senior", "accounts": ["sam"], "keys": [key_line(2)]},
        {"id": "jon", "emails": ["jon@example.com"], "level": "junior"},
    ]
    padded = (*changes, *({},) * (len(people) - len(changes)))
    entries = [{**entry, **change} for entry, change in zip(people, padded, strict=True) if change is not None]
    return json.dumps({"version": 1, "levels": ["junior", "senior"], "people": entries, **top}).encode()


GOOD = document()
TYPO = {"level": "juniro"}
"""For the last person: what makes a file unusable."""


def after(broken: bytes) -> StoppedRoster:
    return StoppedRoster(load_roster(GOOD, "r"), read_entries(broken))


def person(roster: StoppedRoster, person_id: str) -> Person:
    found = roster.person(person_id)
    assert found is not None
    return found


def test_a_broken_file_that_ends_nothing_changes_nothing() -> None:
    roster = after(document({}, {}, TYPO))
    assert list(roster.everybody()) == list(load_roster(GOOD, "r").everybody())
    assert roster.stopped() == ()


@pytest.mark.parametrize("revoked", [True, "2026-06-30", "yes", "2026-99-99", None, 1, []])
def test_a_revoked_key_stops_however_revoked_is_spelled(revoked: Any) -> None:
    roster = after(document({"keys": [key_line(0), {"key": key_line(1), "revoked": revoked}]}, {}, TYPO))
    assert [key.revoked for key in person(roster, "sue").keys] == [False, True]
    assert roster.stopped() == ("sue",)


def test_a_key_that_is_said_not_to_be_revoked_goes_on() -> None:
    roster = after(document({"keys": [key_line(0), {"key": key_line(1), "revoked": False}]}, {}, TYPO))
    assert roster.stopped() == ()


def test_a_key_is_revoked_wherever_the_file_says_it() -> None:
    roster = after(document({}, {}, {"keys": [{"key": key_line(2), "revoked": True}], **TYPO}))
    assert person(roster, "sam").keys[0].revoked
    entry_of_nobody = json.dumps({"people": [{"keys": [{"key": key_line(2), "revoked": True}]}]}).encode()
    assert person(after(entry_of_nobody), "sam").keys[0].revoked


def test_a_key_that_was_taken_out_stops() -> None:
    roster = after(document({"keys": [key_line(1)]}, {}, TYPO))
    assert roster.by_key(FINGERPRINTS[0]) is None
    assert roster.by_key(FINGERPRINTS[1]) == person(roster, "sue")
    assert roster.stopped() == ("sue",)
    assert after(document({"keys": []}, {}, TYPO)).by_key(FINGERPRINTS[1]) is None


@pytest.mark.parametrize(
    "keys",
    [["ssh-ed25519 AAAA", key_line(1)], [{"kee": key_line(0)}, key_line(1)], "none", None, {"key": key_line(1)}],
    ids=["malformed", "without key", "text", "null", "mapping"],
)
def test_keys_that_cannot_all_be_read_take_none_out(keys: Any) -> None:
    roster = after(document({"keys": keys}, {}, {}))
    assert roster.by_key(FINGERPRINTS[0]) is not None
    assert roster.stopped() == ()


def test_somebody_who_is_listed_twice_loses_no_key_for_it() -> None:
    entries = [{"id": "sue", "keys": [key_line(0)]}, {"id": "sue", "keys": [key_line(1)]}]
    roster = after(json.dumps({"people": [*entries, {"id": "sam"}, {"id": "jon"}]}).encode())
    assert len(person(roster, "sue").keys) == 2
    damaged = [{"id": "sue", "keys": [key_line(0)]}, {"id": "sue"}]
    roster = after(json.dumps({"people": [*damaged, {"id": "sam"}, {"id": "jon"}]}).encode())
    assert len(person(roster, "sue").keys) == 2


def test_the_end_of_a_keys_window_takes_effect_and_a_longer_one_does_not() -> None:
    for until, end in (("2026-11-01", parse_time("2026-11-01T00:00:00Z")), ("soon", None)):
        broken = document({"keys": [key_line(0), {"key": key_line(1), "until": until}]}, {}, TYPO)
        assert person(after(broken), "sue").keys[1].valid_until == end
    good = document({"keys": [{"key": key_line(0), "until": "2026-05-01"}]})
    later = document({"keys": [{"key": key_line(0), "until": "2027-05-01"}]}, {}, TYPO)
    roster = StoppedRoster(load_roster(good, "r"), read_entries(later))
    assert person(roster, "sue").keys[0].valid_until == parse_time("2026-05-01T00:00:00Z")


def test_somebody_who_is_no_longer_listed_is_out() -> None:
    roster = after(document({}, None, TYPO))
    assert roster.person("sam") is None
    assert roster.by_email(b"sam@example.com") is None
    assert roster.by_account("ssh", "sam") is None
    assert roster.by_key(FINGERPRINTS[2]) is None
    assert [each.id for each in roster.everybody()] == ["sue", "jon"]
    assert roster.stopped() == ("sam",)


@pytest.mark.parametrize(
    "entry",
    ["sam", None, {}, {"id": "SAM !"}, {"id": 7}, ["id"]],
    ids=["text", "null", "no id", "bad id", "number", "list"],
)
def test_nobody_is_out_while_some_entry_does_not_say_whose_it_is(entry: Any) -> None:
    broken = json.dumps({"version": 1, "people": [{"id": "sue"}, entry]}).encode()
    assert after(broken).stopped() == ()


@pytest.mark.parametrize("people", [[], {}, "nobody", None])
def test_an_empty_list_of_people_or_none_puts_nobody_out(people: Any) -> None:
    assert after(document(people=people)).stopped() == ()


@pytest.mark.parametrize("content", [b"", b"people: [", b"\xff", b"- 1", b"people:\n\t- x", b"version: 2"])
def test_a_file_of_which_nothing_can_be_read_ends_nothing(content: bytes) -> None:
    assert read_entries(content) == ()
    assert after(content).stopped() == ()


def test_an_end_of_employment_takes_effect_and_a_later_one_does_not() -> None:
    ended = parse_time("2026-11-01T00:00:00Z")
    assert person(after(document({"until": "2026-11-01"}, {}, TYPO)), "sue").employed_until == ended
    good = load_roster(document({"until": "2026-11-01"}), "r")
    roster = StoppedRoster(good, read_entries(document({"until": "2030-01-01"}, {}, TYPO)))
    assert person(roster, "sue").employed_until == ended
    assert person(after(document({"until": "next week"}, {}, {})), "sue").employed_until is None


def test_nothing_that_the_broken_file_gives_is_taken() -> None:
    broken = document(
        {"administrator": True},
        {},
        {"level": "senior", "keys": [key_line(3)], "emails": ["sue@example.com"], "accounts": ["sam"]},
        levels=["junior", "junior", "senior"],
    )
    roster = after(broken)
    assert list(roster.everybody()) == list(load_roster(GOOD, "r").everybody())
    assert roster.by_key(FINGERPRINTS[3]) is None
    assert roster.ladder == load_roster(GOOD, "r").ladder


# ---- as part of what is in force -------------------------------------------------------------------


def in_force(roster: bytes, policy: bytes = POLICY) -> InForce:
    sources = [
        Source(key=f"gatekeeper.{name}", label=name, content=content, modified=NOW - 60)
        for name, content in (("policy", policy), ("roster", roster))
    ]
    last = LastGood(policy=lambda: POLICY, roster=lambda: GOOD)
    return load_in_force(*sources, cache=None, last_good=last, now=NOW)


def test_what_ends_is_told_by_name() -> None:
    force = in_force(document({"keys": []}, None, TYPO))
    assert force.roster_content == GOOD
    assert [each.id for each in force.roster.everybody()] == ["sue", "jon"]
    assert len(force.notes) == 2
    assert force.notes[1] == "what ends by the new roster counts no more: sam, sue"


def test_what_ends_by_a_roster_that_is_good_and_does_not_fit_the_policy_ends_too() -> None:
    nobody_can_sign = document({"level": "junior", "keys": []}, {"level": "junior"})
    force = in_force(nobody_can_sign)
    assert force.roster_content == GOOD
    assert force.roster.by_key(FINGERPRINTS[0]) is None


def test_a_broken_policy_beside_a_good_roster_ends_nothing() -> None:
    force = in_force(GOOD, b"version: [")
    assert len(force.notes) == 1
    assert force.roster.by_key(FINGERPRINTS[0]) is not None
