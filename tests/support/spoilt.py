"""A good package of evidence, and copies of it that were tampered with."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import for_review
from tests.support.evidence import check, copied, pack, seal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.pushes.conftest import Template
    from tests.support.evidence import Checked
    from tests.support.signoffs import Signoff


class Case:
    """A package with an approved commit and a plain one, in place and good."""

    def __init__(self, root: Path, commit: ObjectId, plain: ObjectId, signed: Signoff) -> None:
        self.root = root
        self.good = root / "good"
        self.commit = commit
        self.plain = plain
        self.signed = signed

    @property
    def statement(self) -> str:
        return f"statements/{self.signed.id}"

    def entry(self, folder: Path, kind: str = "push") -> Path:
        """The entry that brought, or with `landing` found, the approved commit."""
        rows = [line.split("\t") for line in (folder / "commits.tsv").read_text().splitlines()]
        (row,) = [row for row in rows if row[0] == self.commit]
        return folder / f"ledger/entries/{row[2 if kind == 'push' else 4]}.json"


both_formats = pytest.mark.parametrize("case", ["sha1", "sha256"], indirect=True)
"""For what is about ids of Git objects."""


@pytest.fixture(scope="module", params=["sha1"])
def case(request: pytest.FixtureRequest, template: Template, tmp_path_factory: pytest.TempPathFactory) -> Case:
    root = tmp_path_factory.mktemp("case")
    world = template(request.param, True).copy(root / "world")
    (commit,) = for_review(world)
    signed = world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    plain = world.clone().commit("Plain")
    assert world.clone().push("HEAD:main").accepted
    world.settle()
    made = Case(root, commit, plain, signed)
    pack(world, made.good, whole_roster=True)
    assert check(made.good).status == 0
    return made


def spoil(case: Case, change: Callable[[Path], None], *, sealed: bool = True) -> Checked:
    """Change a copy of the package, and with `sealed` write its MANIFEST anew."""
    folder = copied(case.good)
    try:
        change(folder)
        if sealed:
            seal(folder)
        return check(folder)
    finally:
        shutil.rmtree(folder)


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text, path
    path.write_text(text.replace(before, after), "utf-8")


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def of_that_day(folder: Path, name: str) -> Path:
    return only(folder, f"rosters/*/{name}")
