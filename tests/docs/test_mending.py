"""What docs/install.md says about mending, carried out on a real repository with a lost or old ledger."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.reading import block
from tests.support.environment import require

ROOT = Path(__file__).parents[2]
INSTALL = (ROOT / "docs" / "install.md").read_text("utf-8")
JUNIOR = {"GIT_AUTHOR_NAME": "June", "GIT_AUTHOR_EMAIL": "june@example.com"}
WHO = {**JUNIOR, "GIT_COMMITTER_NAME": "June", "GIT_COMMITTER_EMAIL": "june@example.com"}


class Place:
    """A directory with an armed `shop.git`, in which a signed AI-assisted commit has landed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "bin").mkdir()
        command = root / "bin" / "gatekeeper"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gatekeeper "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        self.environment = {
            **os.environ,
            **WHO,
            "GATEKEEPER_USER": "june",
            "PATH": f"{root / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        key = root / "sam"
        subprocess.run([require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        line = " ".join(Path(f"{key}.pub").read_text("ascii").split()[:2])
        shutil.copy(ROOT / "policies" / "default.yaml", root / "policy.yaml")
        (root / "roster.yaml").write_text(
            "version: 1\nlevels: [junior, senior]\npeople:\n"
            "  - {id: june, emails: [june@example.com], level: junior, accounts: [june]}\n"
            f"  - {{id: sam, emails: [sam@example.com], level: senior, keys: [{line}]}}\n",
            encoding="ascii",
        )
        self.run("git init -q --bare -b main shop.git && git init -q -b main clone")
        self.run("git commit -q --allow-empty -m one && git push -q ../shop.git main", "clone")
        self.run(block(INSTALL, "new ledger", "sh").splitlines()[3])  # the line with `install`
        shutil.copytree(root / "shop.git" / "gatekeeper", root / "backup")
        self.run("git remote add origin ../shop.git && gatekeeper setup --key ../sam", "clone")
        self.run("echo two >file && git add file && git commit -q -m 'two\n\nAssisted-by: claude'", "clone")
        self.run("gatekeeper sign --yes HEAD~1..HEAD && git push -q origin main", "clone")

    def run(self, script: str, where: str = ".", status: int = 0) -> str:
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=self.root / where,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def lose_ledger(self) -> None:
        for path in (self.root / "shop.git" / "gatekeeper").glob("ledger.db*"):
            path.unlink()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_without_a_ledger_nothing_is_pushed_and_a_new_one_takes_the_sign_offs_again(place: Place) -> None:
    place.lose_ledger()
    place.run("git commit -q --allow-empty -m three", "clone")
    assert "could not decide" in place.run("git push -q origin main", "clone", status=1)
    place.run(block(INSTALL, "new ledger", "sh").splitlines()[3], status=2)  # the refs are in its way
    place.run(block(INSTALL, "new ledger", "sh"))
    place.run("gatekeeper ledger verify --repo shop.git && gatekeeper audit --repo shop.git")
    place.run("git push -q origin main", "clone")
    # The new ledger has the sign-off: on another guarded ref the commit is in order without the baseline's help.
    assert "refs/archive" not in place.run("git -C shop.git for-each-ref")
    place.run("gatekeeper check main~2..main~1 --into release/1 --repo shop.git")


def test_an_old_ledger_takes_the_sign_offs_again_and_the_branch_is_taken_in(place: Place) -> None:
    state = place.root / "shop.git" / "gatekeeper"
    shutil.rmtree(state)
    shutil.copytree(place.root / "backup", state)
    said = place.run("git commit -q --allow-empty -m three && git push -q origin main", "clone", status=1)
    assert "changed outside the gate" in said
    place.run("gatekeeper check main~1..main --into main --repo shop.git", status=1)
    place.run(block(INSTALL, "store again", "sh"))
    place.run("gatekeeper check main~1..main --into main --repo shop.git")
    place.run("gatekeeper baseline add main --repo shop.git --why 'restored after disk failure'")
    place.run("git push -q origin main", "clone")
    said = place.run("gatekeeper ledger verify --repo shop.git && gatekeeper audit --repo shop.git", status=1)
    assert "1 exception (1 low)" in said
    assert "restored after disk failure" in said
