"""install, uninstall, publish, baseline, ledger, audit, as the owner of a server runs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Desk, for_review, owner
from tests.support.normal import normal
from tests.support.world import one_format

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.support.world import World

pytestmark = one_format
FILES = ("--policy", "policy.yaml", "--roster", "roster.yaml", "--name", "example/shop")
LOOKING = [
    ("publish",),
    ("ledger", "verify"),
    ("baseline", "add", "main", "--why", "x"),
    ("check", "main"),
    ("explain", "main"),
]


@pytest.fixture
def plain(world: World) -> World:
    """A world with another repository, plain.git, that nothing guards."""
    world.git("init", "-q", "--bare", "-b", "main", "--template=", str(world.root / "plain.git"))
    return world


@pytest.mark.parametrize("command", LOOKING)
def test_a_repository_that_nothing_guards_says_so(plain: World, command: tuple[str, ...]) -> None:
    said = owner(plain, *command, "--repo", "plain.git")
    assert said.status == 2
    assert said.err == (
        "gatekeeper: gatekeeper does not guard plain.git\nNext: arm the repository with: gatekeeper install\n"
    )


def test_install_says_what_it_did_and_the_second_time_that_nothing_changed(plain: World) -> None:
    first = owner(plain, "install", "--repo", "plain.git", *FILES, "--server", "ssh")
    assert first.status == 0
    done = [line for line in first.err.splitlines()[:-1] if not line.startswith("done ")]
    assert done == []
    assert first.err.splitlines()[-1] == "Armed. Try it without risk: gatekeeper doctor --repo plain.git"
    second = owner(plain, "install", "--repo", "plain.git", *FILES, "--server", "ssh")
    assert second.status == 0
    assert [line for line in second.err.splitlines()[:-1] if not line.startswith("unchanged ")] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--policy": "roster.yaml"}, "roster.yaml:"),
        ({"--policy": "nowhere.yaml"}, "cannot read"),
        ({"--roster": "policy.yaml"}, "policy.yaml:"),
        ({"--name": "a b"}, "letters, digits and ._/- only"),
        ({"--server": "sourcesafe"}, "sourcesafe is none of auto, gitlab"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_written(
    plain: World, change: dict[str, str], words: str
) -> None:
    options = {"--policy": "policy.yaml", "--roster": "roster.yaml", "--name": "example/shop", "--server": "ssh"}
    arguments = [part for pair in {**options, **change}.items() for part in pair]
    before = (plain.root / "plain.git/config").read_bytes()
    said = owner(plain, "install", "--repo", "plain.git", *arguments)
    assert said.status == 2
    assert words in said.err
    assert (plain.root / "plain.git/config").read_bytes() == before
    assert not (plain.root / "plain.git/hooks").exists()


def test_a_guarded_repository_keeps_its_policy_when_the_new_one_is_broken(world: World) -> None:
    (world.root / "broken.yaml").write_text("version: 1\n")
    before = (world.bare / "config").read_bytes()
    broken = ("--policy", "broken.yaml", *FILES[2:])
    assert owner(world, "install", "--repo", "shop.git", *broken, "--server", "ssh").status == 2
    assert (world.bare / "config").read_bytes() == before


def test_a_work_trees_repository_can_be_named_by_its_work_tree(world: World) -> None:
    world.git("clone", "-q", str(world.bare), str(world.root / "tree"))
    assert owner(world, "install", "--repo", "tree", *FILES, "--server", "ssh").status == 0
    assert (world.root / "tree/.git/hooks/pre-receive").exists()


def test_uninstall_disarms_keeps_the_evidence_and_can_be_repeated(world: World) -> None:
    said = owner(world, "uninstall", "--repo", "shop.git")
    assert said.status == 0
    assert said.err.splitlines()[-1] == "Disarmed: pushes are no longer judged. Ledger and sign-offs were kept."
    clone = world.clone()
    clone.assisted()
    assert clone.push("HEAD:main").accepted
    assert (world.bare / "gatekeeper/ledger.db").exists()
    again = owner(world, "uninstall", "--repo", "shop.git")
    assert again.status == 0
    assert again.err.splitlines()[-1] == "Nothing to do: it was not armed."


def test_publish_makes_a_change_known_at_once(world: World, senior: Desk) -> None:
    assert owner(world, "publish", "--repo", "shop.git").err == "Nothing new to publish.\n"
    world.set_rule(id="two-eyes")
    assert owner(world, "publish", "--repo", "shop.git").err == "Published.\n"
    assert "rules       two-eyes" in senior.ok("setup").text


def test_a_change_outside_the_gate_is_found_named_and_can_be_taken_in(world: World) -> None:
    assert owner(world, "audit", "--repo", "shop.git").status == 0
    outside = world.clone().commit("Outside")
    assert world.clone().push("HEAD:refs/heads/elsewhere").accepted
    world.git("update-ref", "refs/heads/main", outside)
    found = owner(world, "audit", "--repo", "shop.git")
    assert found.status == 1
    assert "CRITICAL changed-outside  main\n" in found.out
    assert f"CRITICAL unexplained  main {outside[:7]}\n" in found.out
    data = json.loads(owner(world, "audit", "--repo", "shop.git", "--format", "json").out)
    assert data["result"] == {"exceptions": 2, "in_order": False}
    taken = owner(world, "baseline", "add", "main", "--repo", "shop.git", "--why", "restored from a backup")
    assert taken.status == 0
    assert f"refs/heads/main at {outside} is in order from now on. Receipt: shop-" in taken.err
    assert world.entries("baseline")[-1].data["why"] == "restored from a backup"
    after = owner(world, "audit", "--repo", "shop.git")
    assert (after.status, "1 exception (1 low)" in after.out, "taken-in" in after.out) == (1, True, True)


def test_a_baseline_needs_a_ref_that_exists_and_a_reason(world: World) -> None:
    nothing = owner(world, "baseline", "add", "nowhere", "--repo", "shop.git", "--why", "x")
    assert (nothing.status, "refs/heads/nowhere does not exist" in nothing.err) == (2, True)
    assert owner(world, "baseline", "add", "main", "--repo", "shop.git").status == 2
    before = world.entries()
    empty = owner(world, "baseline", "add", "main", "--repo", "shop.git", "--why", " ")
    assert empty.status == 2
    assert "--why: must be a reason in words" in empty.err
    assert world.entries() == before


def test_the_ledger_is_held_against_receipts(world: World) -> None:
    clone = world.clone()
    clone.commit("Plain")
    receipt = clone.push("HEAD:main").first_line.rpartition("Receipt: ")[2]
    good = owner(world, "ledger", "verify", "--repo", "shop.git", "--receipt", receipt)
    assert good.status == 0
    assert ", 1 receipt: in order. Head " in good.err
    name, number, digits = receipt.rsplit("-", 2)
    wrong_hash = f"{name}-{number}-{digits[::-1]}"
    too_far = f"{name}-{int(number) + 1000}-{digits}"
    bad = owner(world, "ledger", "verify", "--repo", "shop.git", "--receipt", wrong_hash, "--receipt", too_far)
    assert bad.status == 1
    assert len([line for line in bad.out.splitlines() if line.startswith("FAULT  ")]) == 2
    data = json.loads(
        owner(world, "ledger", "verify", "--repo", "shop.git", "--receipt", too_far, "--format", "json").out
    )
    assert (data["version"], len(data["faults"])) == (1, 1)
    for nonsense in ("shop", "shop-x-abc", "shop-1-", ""):
        said = owner(world, "ledger", "verify", "--repo", "shop.git", "--receipt", nonsense)
        assert said.status == 2


def test_the_audit_tells_who_approved_what(world: World, senior: Desk, snapshot: SnapshotAssertion) -> None:
    (commit,) = for_review(world)
    assert not world.clone().push("HEAD:main").accepted
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    said = owner(world, "audit", "changes", "--repo", "shop.git")
    assert said.status == 0
    rows = [line for line in said.out.splitlines() if commit[:7] in line]
    assert [row.split()[-2:] for row in rows] == [["claude-code", "senior-1"]]
    summary = owner(world, "audit", "--repo", "shop.git").out
    assert "Landed      2 commits, 1 AI-assisted;" in summary
    assert "Control     1 needed a sign-off, 1 had it before landing" in summary
    assert "Refused     1 push with 1 commit: 1 landed later with a sign-off" in summary
    data = json.loads(owner(world, "audit", "changes", "--repo", "shop.git", "--format", "json").out)
    (row,) = [row for row in data["rows"] if row["commit"] == commit]
    for name in ("landed_at", "policy", "roster"):
        row.pop(name)
    for name in ("signed_at", "received_at"):
        row["approvals"][0].pop(name)
    assert normal(json.dumps(row, indent=1)) == snapshot


def test_a_long_audit_says_what_it_leaves_out(world: World) -> None:
    clone = world.clone()
    for number in range(45):
        clone.commit(f"Number {number}", {"file": str(number)})
    assert clone.push("HEAD:main").accepted
    said = owner(world, "audit", "changes", "--repo", "shop.git")
    assert "(6 earlier ones are left out; --format csv lists all)" in said.out
    assert "Number 5\n" not in said.out
    assert len(json.loads(owner(world, "audit", "changes", "--repo", "shop.git", "--format", "json").out)["rows"]) == 46


def test_a_hostile_subject_is_harmless_in_every_output(world: World) -> None:
    clone = world.clone()
    clone.commit("\x1b]0;owned\x07 \u202egnp.exe `rm -rf ~` $(id)")
    assert clone.push("HEAD:main").accepted
    changes = ("audit", "changes", "--repo", "shop.git")
    for command in (changes, ("explain", "main", "--repo", "shop.git")):
        said = owner(world, *command)
        assert said.text.replace("\n", "").isprintable()
    for form in ("json", "csv"):
        assert owner(world, *changes, "--format", form).out.replace("\n", "").isprintable()
    assert json.loads(owner(world, *changes, "--format", "json").out)["rows"][-1]["subject"].startswith("\x1b]0;owned")


def test_policy_and_roster_files_are_checked_with_places(world: World) -> None:
    assert (
        owner(world, "policy", "check", "policy.yaml").err
        == "policy.yaml: in order; 1 rule, 4 patterns of protected refs\n"
    )
    assert owner(world, "policy", "check", "policy.yaml", "--roster", "roster.yaml").status == 0
    assert owner(world, "roster", "check", "roster.yaml").err == "roster.yaml: in order; 8 people\n"
    (world.root / "other.yaml").write_text((world.root / "policy.yaml").read_text().replace('"senior"', '"archduke"'))
    unknown = owner(world, "policy", "check", "other.yaml", "--roster", "roster.yaml")
    assert unknown.status == 2
    assert "archduke" in unknown.err
    (world.root / "bad.yaml").write_text("version: 1\npeople: []\nlevels: no\nextra: 1\n")
    bad = owner(world, "roster", "check", "bad.yaml")
    assert bad.status == 2
    assert "bad.yaml:4:1: unknown key `extra`" in bad.err
    assert len([line for line in bad.err.splitlines() if "bad.yaml:" in line]) > 1
    (world.root / "worse.yaml").write_text((world.root / "policy.yaml").read_text() + "extra: 2\n")
    both = owner(world, "policy", "check", "worse.yaml", "--roster", "bad.yaml")
    assert both.status == 2
    assert "worse.yaml:" in both.err
    assert "bad.yaml:4:1: unknown key `extra`" in both.err
    for command in (("policy", "check"), ("roster", "check"), ("roster", "show")):
        missing = owner(world, *command, "nowhere.yaml")
        assert missing.status == 2
        assert "nowhere.yaml: No such file or directory" in missing.err


def test_another_name_for_a_guarded_repository_is_refused(world: World) -> None:
    files = ("--policy", "policy.yaml", "--roster", "roster.yaml", "--server", "ssh")
    other = owner(world, "install", "--repo", "shop.git", *files, "--name", "example/shpo")
    assert other.status == 2
    assert "this repository is example/shop, and its sign-offs are bound to that" in other.err
    assert world.git("config", "gatekeeper.repository") == "example/shop"
    assert owner(world, "install", "--repo", "shop.git", *files, "--name", "example/shop").status == 0


def test_where_the_gate_was_taken_away_an_audit_says_how_it_comes_back(world: World) -> None:
    assert owner(world, "uninstall", "--repo", "shop.git").status == 0
    said = owner(world, "audit", "--repo", "shop.git")
    assert said.status == 2
    assert said.err.endswith("Next: arm the repository with: gatekeeper install\n")


def test_a_platform_that_is_none_is_told_which_there_are(plain: World) -> None:
    said = owner(plain, "install", "--repo", "plain.git", *FILES, "--server", "gitlub")
    assert said.status == 2
    assert "gitlub is none of auto, gitlab, github," in said.err


def test_roster_show_lists_people_by_id(world: World) -> None:
    rows = [line.split() for line in owner(world, "roster", "show", "roster.yaml").out.splitlines()]
    assert rows[0] == ["id", "level", "teams", "address", "keys"]
    assert [row[0] for row in rows[1:]] == sorted(row[0] for row in rows[1:])
    assert ["senior-2", "senior", "payments", "senior-2@example.com", "1"] in rows
    data = json.loads(owner(world, "roster", "show", "roster.yaml", "--format", "json").out)
    assert data["version"] == 1
    assert {person["id"]: person["bot"] for person in data["people"]}["build-bot"] is True
