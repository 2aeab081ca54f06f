"""Whoever can write the ledger's file rewrites what it says of a landed commit, hashes and tables included.

`ledger verify` alone cannot tell, without a receipt or checkpoint from before. The audit checks again what does not
depend on the ledger: commits, signatures, that day's policy and roster.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.landed import Manner
from tests.support.audits import kinds, look
from tests.support.commands import for_review, run
from tests.support.forging import in_verdict, judged, rewrite
from tests.support.people import private_file
from tests.support.world import World, one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.core.ids import ObjectId

pytestmark = one_format
EVERYBODY = {"assisted": True}
"""A rule that asks for a senior's approval of everybody's AI-assisted work."""


def landed(world: World) -> ObjectId:
    """An assisted commit by a junior, approved by a senior, on main."""
    (commit,) = for_review(world)
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    assert look(world).exceptions == ()
    return commit


def forge(world: World, commit: ObjectId, change: Callable[[dict[str, Any]], None]) -> list[str]:
    """Rewrite what the ledger says of a commit; return the kinds of what the audit finds then."""
    rewrite(world, in_verdict(commit, change))
    assert world.faults() == []
    return kinds(look(world))


def silence(finding: dict[str, Any]) -> None:
    finding["declaration"].update(state="silent", tools=[], evidence=[])
    finding["assisted"] = False
    for rule in finding["rules"]:
        rule.update(applies=False, outcome="accepted", signoffs=[], needed=1)


def evade(finding: dict[str, Any]) -> None:
    for rule in finding["rules"]:
        rule.update(applies=False, signoffs=[])


def drop_signoffs(finding: dict[str, Any]) -> None:
    for rule in finding["rules"]:
        rule["signoffs"] = []


def drop_rules(finding: dict[str, Any]) -> None:
    finding["rules"] = []


def other_author(finding: dict[str, Any]) -> None:
    finding["author"] = "senior@example.com"


def promote(finding: dict[str, Any]) -> None:
    finding["authorship"].update(claimed="staff-1", proved="staff-1", proof="first_push")


def by_signature(finding: dict[str, Any]) -> None:
    finding["authorship"].update(proof="signature")


def other_signer(finding: dict[str, Any]) -> None:
    for rule in finding["rules"]:
        for view in rule["signoffs"]:
            view["signer"] = "staff-1"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (silence, "mark-hidden"),
        (evade, "rule-evaded"),
        (drop_signoffs, "unapproved"),
        (drop_rules, "rule-left-out"),
        (other_author, "author-differs"),
        (promote, "author-differs"),
        (by_signature, "proof-unfounded"),
        (other_signer, "bad-approval"),
    ],
    ids=lambda each: each.__name__ if callable(each) else each,
)
def test_a_verdict_that_was_rewritten_is_not_believed(
    world: World, change: Callable[[dict[str, Any]], None], found: str
) -> None:
    assert found in forge(world, landed(world), change)


def test_a_self_approval_that_was_forged_into_the_ledger_is_named(world: World) -> None:
    world.set_rule(when=EVERYBODY, enforce="warn")
    senior = world.clone("senior-1")
    commit = senior.assisted("My own work")
    world.approve(commit, "senior-1", holder="senior-1")
    assert senior.push("HEAD:main").accepted
    assert kinds(look(world)) == ["warned"]

    def approve(finding: dict[str, Any]) -> None:
        for rule in finding["rules"]:
            rule.update(enforcement="refuse", outcome="accepted", missing=0, excluded=[])
            rule["signoffs"][0].update(counts=True, flaw=None)

    assert forge(world, commit, approve) == ["self-approval"]
    found = look(world)
    assert found.duties is not None
    assert found.control is not None
    assert (found.duties.self_approvals, found.control.unapproved) == (1, 1)
    assert found.landed[-1].manner is Manner.UNAPPROVED


def test_the_same_work_approved_by_somebody_else_is_in_order(world: World) -> None:
    world.set_rule(when=EVERYBODY)
    senior = world.clone("senior-1")
    commit = senior.assisted("My own work")
    world.approve(commit, "senior-1", holder="senior-1")
    assert not senior.push("HEAD:main").accepted
    world.approve(commit, "senior-2", holder="senior-1")
    assert senior.push("HEAD:main").accepted
    found = look(world)
    assert found.exceptions == ()
    assert found.control is not None
    assert (found.control.needed_signoff, found.control.approved_before_landing) == (1, 1)


@pytest.mark.parametrize("forged", ["by-another-key", "of-another-statement", "garbage"])
def test_an_envelope_that_was_swapped_is_named(world: World, forged: str) -> None:
    commit = landed(world)
    other = {
        "by-another-key": world.signoff("senior-1", world.clone(), [commit], key="junior-1").data,
        "of-another-statement": world.signoff("senior-2", world.clone(), [commit]).data,
        "garbage": b"{}",
    }[forged]

    def swap(entry: dict[str, Any]) -> None:
        for receipt in entry["data"].get("receipts", ()):
            receipt["envelope"] = sha256_hex(other)

    rewrite(world, swap, (other,))
    assert world.faults() == []
    assert kinds(look(world)) == ["bad-approval"]
    assert look(world).landed[-1].manner is Manner.UNAPPROVED


def test_archived_bytes_that_were_changed_in_place_are_named_by_both(world: World) -> None:
    commit = landed(world)
    other = world.signoff("senior-2", world.clone(), [commit]).data
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db")
    with database:
        (digest,) = database.execute("SELECT envelope FROM receipts").fetchone()
        database.execute("UPDATE archive SET content = ? WHERE digest = ?", (other, digest))
    database.close()
    assert kinds(look(world)) == ["ledger-fault", "bad-approval"]


def test_a_commit_that_is_called_known_and_was_never_judged_is_named(world: World) -> None:
    commit = landed(world)

    def unjudge(entry: dict[str, Any]) -> None:
        if judged(entry, commit):
            for ref in entry["data"]["verdict"]["refs"]:
                ref["commits"] = [finding for finding in ref["commits"] if finding["commit"] != commit]

    rewrite(world, unjudge)
    assert world.faults() == []
    assert kinds(look(world)) == ["unjudged"]


def test_a_commit_that_is_cut_out_of_its_push_is_unexplained(world: World) -> None:
    commit = landed(world)

    def cut(entry: dict[str, Any]) -> None:
        for update in entry["data"].get("updates", ()):
            update["commits"] = [each for each in update["commits"] if each["id"] != commit]

    rewrite(world, cut)
    assert world.faults() == []
    found = look(world)
    assert [(each.commit, each.ref) for each in found.population.unexplained] == [(commit, "refs/heads/main")]


def test_a_landing_of_what_was_refused_is_named(world: World) -> None:
    landed(world)
    clone = world.clone()
    commit = clone.commit("Sneak\n\nAssisted-by: claude", {"src/sneak.py": "x = 1\n"})
    assert not clone.push("HEAD:main").accepted
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    (refused,) = [entry for entry in world.entries("push") if entry.data["outcome"] == "refused"]
    update = refused.data["updates"][0]
    world.git("update-ref", "refs/heads/main", commit)
    row = {"entry": refused.number, "position": 0, "ref": update["ref"], "old": update["old"], "new": update["new"]}
    with world.ledger() as ledger:
        data = {"found_by": "command", "landed": [row], "lapsed": []}
        ledger.append("landing", data, now=Timestamp(refused.time), repository="example/shop")
    found = kinds(look(world))
    assert found[0] == "landing-unfounded"
    assert {"changed-outside", "unexplained"} <= set(found)


@pytest.mark.parametrize("body", ["", "x", "[]", "{}", '{"kind":"push","data":{},"time":1,"number":2}', "[" * 100_000])
def test_an_entry_that_cannot_be_read_is_named_and_stops_nothing(world: World, body: str) -> None:
    commit = landed(world)
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db")
    with database:
        (number,) = database.execute('SELECT min(number) FROM entries WHERE body LIKE \'%"kind":"push"%\'').fetchone()
        database.execute("UPDATE entries SET body = ? WHERE number = ?", (body, number))
    database.close()
    said = run("audit", "--repo", world.bare, "--format", "json", cwd=world.root)
    data = json.loads(said.out)
    assert said.status == 1, said.err
    (audit,) = data["repositories"]
    assert "ledger-fault" in [each["kind"] for each in audit["exceptions"]]
    rows = json.loads(run("audit", "changes", "--repo", world.bare, "--format", "json", cwd=world.root).out)["rows"]
    assert [row["commit"] for row in rows if row["outcome"] == "approved"] == [commit]


def test_a_weaker_policy_of_that_day_is_no_way_to_pass(world: World) -> None:
    """The entry is made to name another archived policy: one that would have let the commit in."""
    commit = landed(world)
    weak = b"""version: 1
protect: [HEAD]
rules: [{id: senior-signoff, when: {assisted: true}, require: {signoffs: 1, from: {at_least: intern}}}]
"""

    def name(entry: dict[str, Any]) -> None:
        if judged(entry, commit):
            entry["data"]["policy"] = sha256_hex(weak)

    rewrite(world, name, (weak,))
    assert world.faults() == []
    assert kinds(look(world)) == ["policy-not-in-force", "let-go"]


def only_observe(finding: dict[str, Any]) -> None:
    for rule in finding["rules"]:
        rule.update(enforcement="observe", outcome="missing", signoffs=[], missing=1)


def observe_and_accept(finding: dict[str, Any]) -> None:
    for rule in finding["rules"]:
        rule.update(enforcement="observe", signoffs=[])


def lift(finding: dict[str, Any]) -> None:
    finding["lift"] = {"source": "pause", "by": "root", "reason": "x", "statement": None, "due": 0}
    for rule in finding["rules"]:
        rule.update(lifted=True, outcome="missing", signoffs=[], missing=1)


def forget_the_mark(finding: dict[str, Any]) -> None:
    finding["assisted"] = False
    for rule in finding["rules"]:
        rule.update(applies=False, signoffs=[], needed=0)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (only_observe, "rule-softened"),
        (observe_and_accept, "rule-softened"),
        (lift, "rule-softened"),
        (forget_the_mark, "mark-hidden"),
    ],
    ids=lambda each: each.__name__ if callable(each) else each,
)
def test_a_rule_that_was_made_to_ask_less_is_named(
    world: World, change: Callable[[dict[str, Any]], None], found: str
) -> None:
    assert forge(world, landed(world), change) == [found]


def test_a_rule_that_really_only_observes_is_in_order(world: World) -> None:
    world.set_rule(when=EVERYBODY, enforce="observe")
    world.clone().assisted("Nobody looked")
    assert world.clone().push("HEAD:main").accepted
    assert kinds(look(world)) == []


def test_an_entry_that_was_dated_out_of_the_period_is_named(world: World) -> None:
    commit = landed(world)

    def date(entry: dict[str, Any]) -> None:
        if judged(entry, commit):
            entry["time"] = 1_000_000_000

    rewrite(world, date)
    rewrite(world, in_verdict(commit, drop_signoffs))
    assert world.faults() == []
    recent = Timestamp(world.entries()[-1].time - 86_400)
    assert kinds(look(world, since=recent)) == ["clock-set-back"]
    assert "unapproved" in kinds(look(world))


def test_a_ledger_that_was_rewritten_behind_a_checkpoint_in_the_repository_is_named(world: World) -> None:
    commit = landed(world)
    key = world.root / "key"
    key.write_bytes(private_file("senior-1"))
    key.chmod(0o600)
    checkpoints = "refs/gatekeeper/checkpoints"
    said = run("ledger", "checkpoint", "--repo", world.bare, "--key", key, "--to-ref", checkpoints, cwd=world.root)
    assert said.status == 0, said.text
    assert kinds(look(world)) == []

    def other_subject(finding: dict[str, Any]) -> None:
        finding["subject"] = "Harmless"

    assert forge(world, commit, other_subject) == ["ledger-fault"]
    (found,) = look(world).exceptions
    assert "does not fit" in str(found.fact("what"))


def test_only_the_store_is_healed(world: World) -> None:
    """The gate writes the store itself, and says so in an entry; such an entry does not explain another ref."""
    landed(world)
    old = world.git("rev-parse", "refs/heads/main").strip()
    new = world.git("rev-parse", "refs/heads/main~1").strip()
    world.git("update-ref", "refs/heads/main", new)
    healed = {"ref": "refs/heads/main", "old": old, "new": new}
    with world.ledger() as ledger:
        data = {"found_by": "heal", "landed": [], "lapsed": [], "healed": healed}
        ledger.append("landing", data, now=world.entries()[-1].time, repository="example/shop")
    assert world.faults() == []
    assert kinds(look(world)) == ["changed-outside"]
