"""Checkpoints as bytes: one form, and everything else refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.canonical import dump
from gatekeeper.core.checkpoint import MEMBERS, PAYLOAD_TYPE, Checkpoint, dump_checkpoint, parse_checkpoint
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.signoff import parse_envelope
from tests.docs.reading import names
from tests.support.checkpoints import seal

FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


MALFORMED: dict[str, dict[str, Any]] = {
    "a number with a zero before it": {"number": "01"},
    "a number that is none": {"number": "-1"},
    "digits of another script": {"number": "\u0661"},
    "a hash that is none": {"hash": "0" * 63},
    "a time that is none": {"time": "today"},
    "another type": {"type": "x"},
    "a member too many": {"more": "x"},
    "a value that is no text": {"repository": True},
    "a number that is no text": {"number": True},
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_checkpoint_is_refused(change: dict[str, Any]) -> None:
    good = json.loads(parse_envelope(seal(), PAYLOAD_TYPE).payload)
    assert parse_checkpoint(dump(good)).number == 1
    with pytest.raises(ValueError, match=r"it is|its "):
        parse_checkpoint(dump({**good, **change}))


def test_what_is_written_is_read() -> None:
    made = Checkpoint(repository="example/shop", number=18231, hash="0f" * 32, time=Timestamp(1_780_000_000))
    assert parse_checkpoint(dump_checkpoint(made)) == made


def test_the_documented_members_are_those_of_the_code() -> None:
    assert sorted(names(FORMATS, "checkpoint members")) == sorted(MEMBERS)
