"""docs/audit.md and the published schema against the code."""

from __future__ import annotations

import json
from pathlib import Path

from gatekeeper.core.exceptional import Severity
from gatekeeper.core.landed import Manner
from gatekeeper.formats.audit_words import EXCEPTIONS
from tests.docs.reading import table

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "audit.md").read_text("utf-8")


def test_every_kind_of_exception_is_listed_with_its_severity() -> None:
    rows = table(TEXT, "exceptions")
    assert [row[0].strip("`") for row in rows] == list(EXCEPTIONS)
    order = [severity.value for severity in Severity]
    assert [order.index(row[1]) for row in rows] == sorted(order.index(row[1]) for row in rows)


def test_every_outcome_of_a_row_is_told_and_in_the_schema() -> None:
    schema = json.loads((ROOT / "policies" / "audit.schema.json").read_bytes())
    outcomes = {manner.value for manner in Manner}
    assert set(schema["$defs"]["row"]["properties"]["outcome"]["enum"]) == outcomes
    for outcome in outcomes:
        assert f"`{outcome}`" in TEXT.partition("## Changes")[2]
