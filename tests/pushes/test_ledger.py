"""The ledger after real pushes: complete, chained, and tampering is found."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from gatekeeper.ledger import Receipt
from gatekeeper.ledger.verifying import faults

if TYPE_CHECKING:
    from tests.support.world import World


def _scenario(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:main").refused
    assert clone.push("main:refs/heads/topic").accepted
    world.approve(commit)
    assert clone.push("main:main").accepted
    world.set_policy(undeclared="refuse")
    clone.commit("Says nothing")
    assert clone.push("main:main").refused
    world.settle()


def _tamper(world: World, *statements: str) -> None:
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db", isolation_level=None)
    for statement in statements:
        assert database.execute(statement).rowcount > 0
    database.close()


def test_after_a_scenario_nothing_is_amiss(world: World) -> None:
    _scenario(world)
    assert world.faults() == []
    entries = world.entries()
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    kinds = [entry.kind for entry in entries]
    assert {"install", "push", "landing", "policy"} == set(kinds)
    outcomes = [entry.data["outcome"] for entry in entries if entry.kind == "push"]
    assert outcomes == ["accepted", "refused", "accepted", "accepted", "accepted", "refused"]


def test_every_entry_names_the_policy_and_roster_and_the_ledger_keeps_them(world: World) -> None:
    _scenario(world)
    with world.ledger() as ledger:
        for entry in world.entries("push"):
            assert b"senior-signoff" in (ledger.archived(entry.data["policy"]) or b"")
            assert b"senior-1" in (ledger.archived(entry.data["roster"]) or b"")
        (received,) = [receipt for entry in world.entries("push") for receipt in entry.data["receipts"]]
        assert ledger.has_archived(received["envelope"])


def test_a_verdict_in_the_ledger_says_who_was_missing_what(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert clone.push("main:main").refused
    (ref,) = world.entries("push")[-1].data["verdict"]["refs"]
    (judged,) = ref["commits"]
    assert judged["commit"] == commit
    assert judged["outcome"] == "refused"


TAMPERING = (
    "UPDATE entries SET body = replace(body, 'refused', 'accepted') WHERE number = 4",
    "UPDATE entries SET hash = '00' WHERE number = 4",
    "DELETE FROM entries WHERE number = 4",
    "DELETE FROM first_pushes",
    "UPDATE updates SET state = 'landed' WHERE state = 'refused'",
    "UPDATE tips SET tip = '00'",
    "INSERT INTO baselines VALUES (1, '', '00')",
    "UPDATE receipts SET fingerprint = 'SHA256:x'",
    "UPDATE archive SET content = x'00'",
    "UPDATE facts SET value = 'refs/heads/x' WHERE name = 'default_branch'",
)


def test_tampering_is_found(world: World) -> None:
    _scenario(world)
    with world.ledger() as ledger:
        honest = sqlite3.connect(ledger.path)
    for statement in TAMPERING:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        honest.backup(copy)
        assert faults(copy, ()) == []
        assert copy.execute(statement).rowcount > 0
        assert faults(copy, ()), statement
        copy.close()
    honest.close()


def test_a_ledger_that_was_cut_short_is_found_by_a_receipt_that_somebody_kept(world: World) -> None:
    clone = world.clone("junior-1")
    world.settle()
    assert clone.push("main:refs/heads/topic").accepted
    kept = world.entries()[-1]
    _tamper(world, "DELETE FROM entries WHERE number = (SELECT max(number) FROM entries)")
    assert world.faults() == []
    with world.ledger() as ledger:
        assert ledger.verify([Receipt(number=kept.number, hash=kept.hash[:12])])


def test_what_a_printed_receipt_says_is_in_the_ledger(world: World) -> None:
    clone = world.clone("junior-1")
    clone.assisted()
    label = clone.push("main:main").text.rsplit("Receipt: ", 1)[-1]
    _, number, digest = label.rsplit("-", 2)
    with world.ledger() as ledger:
        assert ledger.verify([Receipt(number=int(number), hash=digest)]) == []
        assert ledger.verify([Receipt(number=int(number), hash="0" * 12)])
