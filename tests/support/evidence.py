"""Packages of evidence: making, spoiling and checking them as an auditor does, without gatekeeper and Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

from gatekeeper.core.audit import Selection
from gatekeeper.evidencing import Evidence, Wanted, export
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from gatekeeper.packing import Package
from tests.support.commands import for_review
from tests.support.environment import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World

TOOLS = (
    *("awk", "base64", "cat", "cmp", "comm", "cut", "dirname", "env", "find", "fold", "git", "grep", "head", "mkdir"),
    *("mktemp", "paste", "rm", "sed", "sh", "sha256sum", "sort", "ssh-keygen", "tail", "tr", "uniq", "wc", "xargs"),
)
"""All that an auditor's machine needs."""


class Checked(NamedTuple):
    """What check.sh came to."""

    status: int
    out: str
    err: str

    @property
    def failures(self) -> list[str]:
        return [line.removeprefix("FAIL").strip() for line in self.out.splitlines() if line.startswith("FAIL ")]

    def line(self, commit: str) -> str:
        """What it says of a commit."""
        (found,) = [line for line in self.out.splitlines() if f" {commit} on " in line]
        return found


def pack(world: World, target: Path, exceptions: Sequence[str] = (), /, **wanted: Any) -> Evidence:
    """Write a package; `since`, `until` and `refs` select, the rest is as in `Wanted`."""
    selection = Selection(**{name: wanted.pop(name) for name in ("since", "until", "refs") if name in wanted})
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger, Package(str(target)) as package:
        return export(server, ledger, Wanted(selection=selection, **wanted), package, exceptions)


def tools(where: Path) -> Path:
    """Make a directory with the tools of the auditor and nothing else."""
    if not where.exists():
        where.mkdir()
        for name in TOOLS:
            (where / name).symlink_to(require(name))
    return where


def check(folder: Path, *arguments: str, shell: str = "", awk: str = "awk", script: Path | None = None) -> Checked:
    """Run check.sh with a PATH of the auditor's tools alone, in an environment that says nothing."""
    path = tools(folder.parent / "tools")
    (path / "awk").unlink()
    (path / "awk").symlink_to(require(awk))
    done = subprocess.run(
        [shell or path / "sh", script or folder / "check.sh", *arguments],
        cwd=folder.parent,
        env={"PATH": str(path), "TMPDIR": os.environ.get("TMPDIR", "/tmp")},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Checked(done.returncode, done.stdout, done.stderr)


def copied(folder: Path, name: str = "spoilt") -> Path:
    """Copy a package, to be spoilt."""
    target = folder.with_name(name)
    shutil.copytree(folder, target)
    return target


def seal(folder: Path) -> None:
    """Write MANIFEST anew, as somebody does who changes a package and knows how it is made."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files if name != "MANIFEST"
    ]
    (folder / "MANIFEST").write_text("".join(lines))


def approved(world: World) -> ObjectId:
    """Land an assisted commit that senior-1 approved."""
    (commit,) = for_review(world)
    world.approve(commit)
    pushed = world.clone().push("HEAD:main")
    assert pushed.accepted, pushed.stderr
    return commit
