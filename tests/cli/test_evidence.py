"""`gatekeeper audit evidence` as its owner runs it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import validate

from tests.support.commands import for_review, run
from tests.support.evidence import check
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.commands import Said
    from tests.support.world import World

SCHEMA = json.loads((Path(__file__).parents[2] / "policies" / "audit.schema.json").read_bytes())


def evidence(world: World, tmp_path: Path, *arguments: str) -> Said:
    return run("audit", "evidence", "--repo", str(world.bare), *arguments, cwd=tmp_path)


def test_the_package_passes_and_the_digest_is_that_of_its_manifest(world: World, tmp_path: Path) -> None:
    (commit,) = for_review(world)
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    said = evidence(world, tmp_path, "--commit", commit[:9], "--since", "1d", "-o", "package")
    assert said.status == 0, said.text
    assert said.out.startswith(f"Evidence about 1 of 2 landed commits of example/shop: {tmp_path / 'package'} (")
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    (digest,) = [line.split()[-1] for line in said.out.splitlines() if line.startswith("SHA-256 of its MANIFEST")]
    assert f"which has the SHA-256 {digest}" in done.out


@one_format
def test_json_says_the_same_and_a_second_run_gives_the_same_archive(world: World, tmp_path: Path) -> None:
    for_review(world)
    found: list[dict[str, Any]] = []
    for name in ("one.tar.gz", "two.tar.gz"):
        said = evidence(world, tmp_path, "--sample", "1", "--seed", "q3", "-o", name, "--format", "json")
        assert said.status == 0, said.text
        found.append(json.loads(said.out))
        validate(found[-1], SCHEMA)
        assert found[-1].pop("path") == str(tmp_path / name)
    assert found[0] == found[1]
    assert (found[0]["version"], found[0]["kind"], found[0]["chosen"]) == (1, "evidence", 1)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        assert len([member for member in archive if member.isfile()]) == found[0]["files"] + 1


@one_format
def test_exceptions_of_the_audit_are_in_the_package_and_in_the_status(world: World, tmp_path: Path) -> None:
    commit = world.clone("staff-1").commit("Behind the gate's back")
    world.clone("staff-1").push("HEAD:refs/heads/other")
    world.git("update-ref", "refs/heads/main", commit)
    said = evidence(world, tmp_path, "-o", "package")
    assert said.status == 1
    assert "they are in exceptions.txt" in said.err
    assert commit in (tmp_path / "package/exceptions.txt").read_text()
    assert check(tmp_path / "package").status == 0


WRONG = {
    "sample without seed": (("--sample", "3"), "belong together"),
    "seed without sample": (("--seed", "x"), "belong together"),
    "both": (("--sample", "3", "--seed", "x", "--commit", "1234567"), "exclude each other"),
    "unfit seed": (("--sample", "3", "--seed", "a b"), "a seed is 1 to 64"),
    "unknown commit": (("--commit", "1234567"), "1234567 has not landed"),
    "no date": (("--since", "yesterday"), "is not a span"),
}


@one_format
@pytest.mark.parametrize(("arguments", "why"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_said_and_leaves_nothing(
    world: World, tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    where = tmp_path / "where"
    where.mkdir()
    said = evidence(world, tmp_path, *arguments, "-o", str(where / "package"))
    assert said.status == 2, said.text
    assert why in said.err
    assert list(where.iterdir()) == []


@one_format
def test_what_is_there_is_not_overwritten(world: World, tmp_path: Path) -> None:
    (tmp_path / "package.tar.gz").write_text("mine")
    said = evidence(world, tmp_path, "-o", "package.tar.gz")
    assert said.status == 2
    assert "is there already" in said.err
    said = evidence(world, tmp_path, "-o", "no/such/folder")
    assert (said.status, "cannot write no/such/folder" in said.err) == (2, True)
    assert (tmp_path / "package.tar.gz").read_text() == "mine"


@one_format
def test_a_repository_without_a_ledger_has_no_evidence(world: World, tmp_path: Path) -> None:
    plain = tmp_path / "plain.git"
    world.git("clone", "-q", "--bare", str(world.bare), str(plain))
    said = run("audit", "evidence", "--repo", str(plain), "-o", "package", cwd=tmp_path)
    assert said.status == 2, said.text
    assert "does not guard" in said.err
    assert not (tmp_path / "package").exists()
