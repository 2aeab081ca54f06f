"""A package of evidence: what is put in, and that it can be checked without gatekeeper."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import time
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.evidencing import UnknownCommitError
from gatekeeper.packing import OccupiedError
from tests.support.commands import for_review
from tests.support.environment import require
from tests.support.evidence import approved, check, pack
from tests.support.people import PEOPLE
from tests.support.signoffs import REPOSITORY
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World


def test_approved_commits_and_those_that_needed_nothing_pass(world: World, tmp_path: Path) -> None:
    assisted = approved(world)
    plain = world.clone().commit("Plain")
    assert world.clone().push("HEAD:main").accepted
    evidence = pack(world, tmp_path / "package")
    done = check(tmp_path / "package")
    assert (done.status, done.failures, done.err) == (0, [], "")
    assert (evidence.population, evidence.chosen) == (3, 3)
    assert "ok" in done.line(assisted).split()
    assert "rule senior-signoff: senior-1 (senior), received 20" in done.line(assisted)
    assert ";" not in done.line(assisted)
    assert done.line(plain).endswith("no rule asked for a sign-off (AI: silent)")
    assert "PASSED: of 3 landings 3 are in order, 0 owed" in done.out


@one_format
def test_it_works_in_another_posix_shell_and_awk(world: World, tmp_path: Path) -> None:
    approved(world)
    pack(world, tmp_path / "package")
    for shell in ("dash", "bash"):
        assert check(tmp_path / "package", shell=require(shell)).status == 0
    for awk in filter(None, map(shutil.which, ("mawk", "gawk", "original-awk"))):
        done = check(tmp_path / "package", awk=awk)
        assert (done.status, done.err) == (0, "")


@one_format
def test_one_statement_about_many_commits_serves_each_of_them(world: World, tmp_path: Path) -> None:
    commits = for_review(world, commits=3)
    world.file(world.clone(), [world.signoff("senior-1", world.clone(), commits)])
    assert world.clone().push("refs/gatekeeper/signoffs:refs/gatekeeper/signoffs", account="senior-1").accepted
    assert world.clone().push("HEAD:main").accepted
    pack(world, tmp_path / "package", commits=(commits[2][:10],))
    done = check(tmp_path / "package")
    assert done.status == 0
    assert "1 of 4 landed commits" in done.out
    assert len(list((tmp_path / "package/statements").iterdir())) == 1


@one_format
def test_the_same_request_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    approved(world)
    world.settle()
    for name in ("one.tar.gz", "other.tgz"):
        pack(world, tmp_path / name)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "other.tgz").read_bytes()


@one_format
def test_an_archive_unpacks_to_a_folder_that_passes(world: World, tmp_path: Path) -> None:
    approved(world)
    pack(world, tmp_path / "package.tar.gz")
    with tarfile.open(tmp_path / "package.tar.gz") as archive:
        members = archive.getmembers()
        archive.extractall(tmp_path, filter="data")
    assert {member.name.split("/")[0] for member in members} == {"evidence"}
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert len({(member.mtime, member.uid, member.uname) for member in members}) == 1
    assert check(tmp_path / "evidence").status == 0
    assert (tmp_path / "package.tar.gz").stat().st_mode & 0o077 == 0


@one_format
def test_nothing_is_overwritten_and_a_failure_leaves_nothing(world: World, tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.mkdir()
    (occupied / "mine").write_text("keep")
    with pytest.raises(OccupiedError):
        pack(world, occupied)
    assert [path.name for path in occupied.iterdir()] == ["mine"]
    where = tmp_path / "where"
    where.mkdir()
    for name in ("package", "package.tar.gz"):
        with pytest.raises(UnknownCommitError):
            pack(world, where / name, commits=("1234567",))
    assert list(where.iterdir()) == []
    (where / "package").mkdir()
    pack(world, where / "package")
    assert check(where / "package").status == 0


# ---- what is chosen ------------------------------------------------------------------------------


@one_format
def test_a_sample_can_be_drawn_again_by_hand(world: World, tmp_path: Path) -> None:
    clone = world.clone("staff-1")
    clone.sync()
    commits = [clone.commit(f"Plain {number}") for number in range(6)]
    assert clone.push("HEAD:main").accepted
    pack(world, tmp_path / "package", size=3, seed="2026-audit")
    everything = [*commits, world.git("rev-parse", "main~6")]
    lots = sorted(everything, key=lambda commit: hashlib.sha256(f"2026-audit:{commit}".encode()).hexdigest())
    rows = (tmp_path / "package/commits.tsv").read_text().splitlines()[1:]
    assert {row.split("\t")[0] for row in rows} == set(lots[:3])
    done = check(tmp_path / "package")
    assert done.status == 0
    assert "3 of 7 landed commits, by: sample" in done.out
    pack(world, tmp_path / "other", size=3, seed="another")
    assert (tmp_path / "other/commits.tsv").read_text() != (tmp_path / "package/commits.tsv").read_text()


@one_format
def test_period_and_ref_bound_the_population(world: World, tmp_path: Path) -> None:
    clone = world.clone("staff-1")
    commit = clone.commit("On a release")
    assert clone.push("HEAD:refs/heads/release/1").accepted
    now = Timestamp(int(time.time()))
    cases: tuple[tuple[dict[str, Any], int], ...] = (
        ({"refs": ("release/*",)}, 2),
        ({"refs": ("refs/heads/main",)}, 1),
        ({"since": Timestamp(now + 60)}, 0),
        ({"until": Timestamp(now - 86_400)}, 0),
        ({"since": Timestamp(now - 86_400), "until": Timestamp(now + 60)}, 2),
    )
    for number, (wanted, size) in enumerate(cases):
        folder = tmp_path / f"package-{number}"
        assert pack(world, folder, **wanted).population == size
        done = check(folder)
        assert done.status == 0, done.out + done.err
        assert f"{size} of {size} landed commits" in done.out
    assert commit in (tmp_path / "package-0/population.tsv").read_text()
    assert commit not in (tmp_path / "package-1/population.tsv").read_text()


@one_format
def test_a_commit_that_had_landed_before_leads_to_the_verdict_about_it(world: World, tmp_path: Path) -> None:
    commit = approved(world)
    assert world.clone().push("HEAD:refs/heads/release/1").accepted
    world.settle()
    pack(world, tmp_path / "package", refs=("release/*",), commits=(commit,))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "had landed in order before, judged in entry" in done.line(commit)
    assert "senior-1 (senior)" in done.line(commit)


# ---- what is told --------------------------------------------------------------------------------


def test_receipts_vouch_for_the_entries_behind_them(world: World, tmp_path: Path) -> None:
    (commit,) = for_review(world)
    world.approve(commit)
    pushed = world.clone().push("HEAD:main", options=("-v",))
    assert pushed.accepted
    world.settle()
    receipts = {entry.number: entry.hash for entry in world.entries()}
    push = max(entry.number for entry in world.entries("push"))
    pack(world, tmp_path / "package", whole_ledger=True)
    done = check(tmp_path / "package", f"shop-{push}-{receipts[push][:12]}")
    assert done.status == 0, done.out
    assert f"fits; it vouches for the entries 1 to {push}" in done.out
    assert f"recomputed without a gap: entries 1 to {max(receipts)}" in done.out
    done = check(tmp_path / "package", f"shop-{push}-{receipts[push - 1][:12]}")
    assert done.status == 1
    assert f"entry {push} is not what it was" in done.failures[0]


@one_format
def test_a_receipt_of_an_entry_that_is_left_out_vouches_for_nothing(world: World, tmp_path: Path) -> None:
    commit = approved(world)
    for number in range(3):
        world.clone("staff-1").commit(f"Plain {number}")
        assert world.clone("staff-1").push("HEAD:refs/heads/other").accepted
    world.settle()
    last = world.entries()[-1]
    pack(world, tmp_path / "package", commits=(commit,))
    done = check(tmp_path / "package", f"shop-{last.number}-{last.hash[:12]}")
    assert done.status == 0, done.out
    assert "the entry itself is not here" in done.out
    assert "not recomputed" in done.out


@one_format
def test_people_who_have_nothing_to_do_with_it_are_left_out(world: World, tmp_path: Path) -> None:
    approved(world)
    pack(world, tmp_path / "package")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "package").rglob("*") if path.is_file())
    assert b"senior-1" in everything
    assert b"intern-1" not in everything
    assert PEOPLE["intern-1"].name.encode() not in everything
    pack(world, tmp_path / "whole", whole_roster=True)
    (roster,) = (tmp_path / "whole/rosters").glob("*/roster.yaml")
    assert b"intern-1" in roster.read_bytes()
    assert check(tmp_path / "whole").status == 0


@one_format
def test_others_in_the_ledger_stay_pseudonyms(world: World, tmp_path: Path) -> None:
    commit = approved(world)
    clone = world.clone("junior-2")
    clone.sync()
    clone.assisted("Of somebody else")
    assert clone.push("HEAD:main").refused
    world.settle()
    pack(world, tmp_path / "package", commits=(commit,), whole_ledger=True)
    names = {line.split("\t")[3] for line in (tmp_path / "package/names.tsv").read_text().splitlines()[1:]}
    assert names == {"junior-1", "junior-1-login", "junior-1@example.com", "senior-1"}
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    everything = b"".join(path.read_bytes() for path in (tmp_path / "package").rglob("*") if path.is_file())
    assert b"junior-2" not in everything


@one_format
def test_of_somebody_who_was_forgotten_the_pseudonym_stays(world: World, tmp_path: Path) -> None:
    commit = approved(world)
    world.settle()
    with world.ledger() as ledger:
        ledger.forget("junior-1", now=Timestamp(int(time.time())), repository=REPOSITORY)
    pack(world, tmp_path / "package", commits=(commit,))
    assert "\tjunior-1\n" not in (tmp_path / "package/names.tsv").read_text()
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "senior-1 (senior)" in done.line(commit)


@one_format
def test_what_was_pruned_is_told_and_the_rest_can_be_checked(world: World, tmp_path: Path) -> None:
    old = approved(world)
    (commit,) = for_review(world, branch="review/two")
    world.approve(commit)
    world.settle()
    taken = world.entries()[-1].number
    clone = world.clone()
    assert clone.push("HEAD:main").accepted
    assert clone.push("HEAD:refs/heads/release/1").accepted
    world.settle()
    with world.ledger() as ledger:
        assert ledger.prune(taken, now=Timestamp(int(time.time())), repository=REPOSITORY)
    pack(world, tmp_path / "package")
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    rows = [line for line in done.out.splitlines() if commit in line]
    assert [row.split()[0] for row in rows] == ["ok", "ok"]
    assert "in entry 0, which was pruned" in rows[0]
    assert [line.split()[0] for line in done.out.splitlines() if old in line] == ["GONE"]


@one_format
def test_a_sign_off_that_did_not_count_is_shown_with_its_reason(world: World, tmp_path: Path) -> None:
    (commit,) = for_review(world)
    world.set_policy(administrators={"from": {"at_least": "mid"}, "signoffs": 1})
    world.set_roster({"mid-1": {"administrator": True}})
    world.approve(commit, signer="mid-1")
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    world.settle()
    pack(world, tmp_path / "package", commits=(commit,))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "did not count: mid-1 (signer-may-not)" in done.line(commit)
    assert "mid-1\tmid\t" in next((tmp_path / "package/rosters").glob("*/people.tsv")).read_text()
