"""docs/evidence.md and evidence/README.txt against what the command writes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.sampling import draw
from tests.docs.reading import block
from tests.support.environment import require

ROOT = Path(__file__).parents[2]
README = (ROOT / "evidence/README.txt").read_text("utf-8")


def test_the_lot_of_a_commit_is_what_the_document_says() -> None:
    script = block((ROOT / "docs/evidence.md").read_text("utf-8"), "lot", "sh")
    commits = [ObjectId(f"{number:040x}") for number in range(8)]
    lots: dict[ObjectId, str] = {}
    for commit in commits:
        environment = {"PATH": str(Path(require("sha256sum")).parent), "seed": "x-1", "commit": commit}
        done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=True)
        lots[commit] = done.stdout.strip()
    assert draw(commits, 5, "x-1") == tuple(sorted(commits, key=lots.__getitem__)[:5])


def test_the_instructions_fit_a_plain_terminal() -> None:
    assert README.isascii()
    assert max(map(len, README.splitlines())) <= 100
    assert "\t" not in README


def test_scripts_of_the_check_are_all_sourced() -> None:
    text = (ROOT / "evidence/check.sh").read_text("utf-8")
    listed = re.search(r"^for part in (.*); do$", text, re.MULTILINE)
    assert listed
    assert {f"{name}.sh" for name in listed[1].split()} == {
        path.name for path in (ROOT / "evidence/check").glob("*.sh")
    }
