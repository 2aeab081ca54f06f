"""The first screen of README.md shows what `gatekeeper demo` really prints, and names commands that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gatekeeper.cli import COMMANDS
from gatekeeper.resources import resource

README = (Path(__file__).parent.parent.parent / "README.md").read_text()
BLOCKS = re.findall(r"```\n(.*?)```", README, re.DOTALL)


def normal(text: str) -> list[str]:
    """Return the lines of a transcript without what differs from run to run."""
    text = re.sub(r"^(?:remote:|\w+\$|  )+ ?", "", text, flags=re.MULTILINE)
    text = re.sub(r"shop-\d+-[0-9a-f]+", "shop-RECEIPT", text)
    text = re.sub(r"\b[0-9a-f]{7,64}\b", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "DATE", text)
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def demo() -> list[str]:
    done = subprocess.run([sys.executable, "-m", "gatekeeper", "demo"], capture_output=True, text=True, check=True)
    return normal(done.stdout)


@pytest.mark.parametrize("number", [0, 1], ids=["the refusal", "the signature"])
def test_the_first_screen_is_what_the_demo_prints(demo: list[str], number: int) -> None:
    asked = ("$ ", "Approve ")
    lines = [line for line in normal(BLOCKS[number]) if not line.startswith(asked)]
    assert len(lines) > 5
    assert [line for line in lines if line not in demo] == []


def test_every_command_named_exists() -> None:
    named = re.findall(r"gatekeeper ([a-z]+)", "".join(BLOCKS))
    assert len(named) > 8
    assert set(named) <= set(COMMANDS)


def test_every_file_named_exists() -> None:
    for name in re.findall(r"\]\(([^)#]+)\)", README):
        assert (Path(__file__).parent.parent.parent / name).exists(), name
    assert resource("policies", "default.yaml").is_file()
