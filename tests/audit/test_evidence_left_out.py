"""Evidence from which something inconvenient was left out, tables and MANIFEST fitted to it: what is left tells."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.emergencies import allow, declare
from tests.support.evidence import check, copied, pack, seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.pushes.conftest import Template
    from tests.support.signoffs import Signoff


class Story:
    """A package about two commits of one push, approved for main; an approval of the first was taken back since.

    Then it was pushed to a release under another rule, and judged again; last came an emergency.
    """

    good: Path
    first: ObjectId
    second: ObjectId
    urgent: ObjectId
    revoked: Signoff


@pytest.fixture(scope="module")
def story(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("story")
    world = template("sha1", True).copy(root / "world")
    allow(world)
    told = Story()
    clone = world.clone()
    told.first, told.second = clone.assisted("One"), clone.assisted("Two")
    assert clone.push("HEAD:refs/heads/topic").accepted
    signed = world.signoff("senior-1", clone, [told.first, told.second])
    extra = world.signoff("senior-2", clone, [told.first])
    assert world.store_push(clone, [signed, extra], account="senior-1").accepted
    assert clone.push("HEAD:main").accepted
    told.revoked = world.signoff("senior-2", clone, [told.first], Decision.REVOKE, revokes=extra.id)
    assert world.store_push(clone, [told.revoked], account="senior-2").accepted
    world.set_rule(id="another")
    assert clone.push("HEAD:refs/heads/release/1").accepted
    allow(world)
    told.urgent = clone.assisted("Urgent")
    assert declare(clone).accepted
    world.settle()
    told.good = root / "good"
    pack(world, told.good, whole_ledger=True)
    assert check(told.good).status == 0
    return told


def spoil(story: Story, change: Callable[[Path], None]) -> tuple[int, list[str], str]:
    folder = copied(story.good)
    try:
        change(folder)
        seal(folder)
        done = check(folder)
        return done.status, done.failures, done.out
    finally:
        shutil.rmtree(folder)


def without(path: Path, *texts: str) -> None:
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not any(text in line for text in texts)]
    assert len(kept) < len(lines)
    path.write_text("".join(kept))


def test_a_commit_that_is_left_out_of_the_population_too_is_named(story: Story) -> None:
    def change(folder: Path) -> None:
        for name in ("population.tsv", "commits.tsv"):
            without(folder / name, story.second)
        about = folder / "about.tsv"
        count = int(next(line.split("\t")[1] for line in about.read_text().splitlines() if line.startswith("chosen\t")))
        for name in ("population", "chosen"):
            about.write_text(about.read_text().replace(f"\n{name}\t{count}\n", f"\n{name}\t{count - 1}\n"))

    status, failures, _ = spoil(story, change)
    assert status == 1
    assert any(failure.startswith(f"population.tsv leaves out {story.second}, which entry") for failure in failures)


def test_a_statement_that_is_left_out_is_named(story: Story) -> None:
    def change(folder: Path) -> None:
        without(folder / "statements.tsv", story.revoked.id)
        shutil.rmtree(folder / f"statements/{story.revoked.id}")

    status, failures, _ = spoil(story, change)
    assert status == 1
    assert any(failure.startswith(f"statements.tsv leaves out {story.revoked.id}, which") for failure in failures)


def test_the_verdict_of_another_push_does_not_stand_for_a_pushs_own(story: Story) -> None:
    def change(folder: Path) -> None:
        table = folder / "commits.tsv"
        rows = [line.split("\t") for line in table.read_text().splitlines()]
        (main,) = [row for row in rows if row[:2] == [story.first, "refs/heads/main"]]
        (release,) = [row for row in rows if row[:2] == [story.first, "refs/heads/release/1"]]
        assert release[5] == release[2] != main[5]
        release[5:] = main[5:]
        table.write_text("".join("\t".join(row) + "\n" for row in rows))

    status, failures, _ = spoil(story, change)
    assert status == 1
    (failure,) = failures
    assert failure.startswith(f"{story.first} on refs/heads/release/1: entry ")
    assert failure.endswith("has a verdict of its own about it")


def test_what_is_called_settled_without_an_approval_is_told_so(story: Story) -> None:
    def change(folder: Path) -> None:
        table = folder / "debts.tsv"
        table.write_text(table.read_text().replace("\topen\n", "\tsettled\n"))

    assert f"OWED  {story.urgent} on refs/heads/main" in check(story.good).out
    assert "rule senior-signoff: nobody (AI: declared" in check(story.good).out
    status, failures, out = spoil(story, change)
    assert (status, failures) == (0, [])
    assert "settled, as debts.tsv says, though no approval of it is here" in out
