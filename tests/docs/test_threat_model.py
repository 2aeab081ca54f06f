"""docs/threat-model.md names tests that exist, and every file of attacks stands in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "threat-model.md").read_text()
ATTACKS = sorted((ROOT / "tests" / "attacks").glob("test_*.py"))
NAMED = sorted(set(re.findall(r"`(test_\w+)::(test_\w+)`", TEXT)))
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| attack ")]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


EXISTING = {path.stem: names_in(path) for path in ATTACKS}


@pytest.mark.parametrize(("module", "name"), NAMED, ids=["::".join(pair) for pair in NAMED])
def test_what_it_names_exists(module: str, name: str) -> None:
    assert name in EXISTING.get(module, set())


def test_every_row_names_its_answer_and_a_test() -> None:
    assert len(ROWS) > 50
    for row in ROWS:
        attack, answer, tests = (cell.strip() for cell in row.strip("|").split(" | "))
        assert attack
        assert answer
        assert re.search(r"`test_\w+::test_\w+`", tests), row


@pytest.mark.parametrize("path", ATTACKS, ids=[path.stem for path in ATTACKS])
def test_every_file_of_attacks_is_named(path: Path) -> None:
    assert path.stem in {module for module, _ in NAMED}
