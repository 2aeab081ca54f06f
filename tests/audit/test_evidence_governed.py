"""Evidence about changes of policy and roster that lie on a ref: the pushes and the administrators' approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.ids import Timestamp
from tests.support.evidence import check, pack
from tests.support.governed import PUSH, WEAK, armed, change, sign, world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World

__all__ = ["armed", "world"]


def test_the_approvals_of_a_new_policy_are_in_it(world: World, tmp_path: Path) -> None:
    commit = change(world, {"policy.yaml": WEAK})
    assert not world.rules.push(PUSH).accepted
    sign(world, [commit], "senior-1")
    pushed = world.rules.push(PUSH)
    assert pushed.accepted, pushed.stderr
    world.settle()
    number = world.entries("push")[-1].number
    pack(world, tmp_path / "package")
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert (tmp_path / f"package/ledger/entries/{number}.json").exists()
    assert (tmp_path / f"package/objects/commit/{commit}").exists()
    (row,) = (tmp_path / "package/statements.tsv").read_text().splitlines()[1:]
    assert row.split("\t")[3:5] == ["approve", "senior-1"]
    pack(world, tmp_path / "before", until=Timestamp(world.entries()[0].time - 60))
    assert not (tmp_path / f"before/ledger/entries/{number}.json").exists()
    assert check(tmp_path / "before").status == 0
