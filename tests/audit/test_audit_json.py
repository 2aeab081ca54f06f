"""What `--format json` prints, against the published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from gatekeeper.core.audit import Audit, Failed
from gatekeeper.formats.audit_json import changes_lines, exceptions_data, row_data, summary_data
from gatekeeper.formats.audit_words import EXCEPTIONS
from tests.support import reports
from tests.support.audits import a_report, an_audit, approval, exceptional, landed
from tests.support.commands import for_review, run

if TYPE_CHECKING:
    from tests.support.world import World

SCHEMA = json.loads((Path(__file__).parents[2] / "policies" / "audit.schema.json").read_bytes())


def closed(schema: Any) -> Any:
    """The schema without room for members that it does not tell."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        inner["additionalProperties"] = False
    return inner


def check(data: Any, part: str = "") -> None:
    strict = closed(SCHEMA)
    asked = {**strict, "$ref": f"#/$defs/{part}"} if part else strict
    if part:
        asked.pop("oneOf")
    Draft202012Validator(asked).validate(data)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_what_the_commands_print_of_a_real_repository_fits(world: World) -> None:
    (commit,) = for_review(world)
    assert not world.clone().push("HEAD:main").accepted
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    world.set_rule(enforce="warn")
    world.clone().assisted()
    assert world.clone().push("HEAD:main").accepted
    for kind, found in (("summary", 1), ("changes", 0), ("exceptions", 1)):
        said = run("audit", kind, "--repo", world.bare, "--format", "json", cwd=world.root)
        assert said.status == found, said.text
        data = json.loads(said.out)
        assert (data["version"], data["kind"]) == (1, kind)
        check(data, kind)


@pytest.mark.parametrize("audit", [reports.audit(), reports.troubled(), reports.blind()], ids=["good", "bad", "blind"])
def test_a_report_with_every_part_fits(audit: Audit) -> None:
    report = reports.report(audit, audit, failed=(Failed(path="/srv/git/b.git", problem="x", next="y"),))
    check(summary_data(report), "summary")
    check(exceptions_data(report), "exceptions")
    for row in audit.landed:
        check(row_data(row), "row")


def test_every_exception_and_every_missing_value_fits() -> None:
    facts = {"signer": "s", "statement": "5" * 64, "flaw": "expired", "rules": ("a",), "due": 0, "what": "w"}
    facts |= {"expected": "a", "found": "b", "author": "x", "subject": "S", "count": 3, "rule": "r"}
    facts |= {
        "tip": "c",
        "why": "y",
        "refs": "HEAD",
        "through": 7,
        "file": "roster",
        "until": 9,
        "time": "t",
        "latest": "l",
    }
    every = tuple(exceptional(kind).replace(facts=tuple(facts.items())) for kind in EXCEPTIONS)
    bare = exceptional("ledger-fault", what="x").replace(ref="", commit=None, entry=None)
    check(summary_data(a_report(an_audit(exceptions=(*every, bare)))), "summary")
    check(row_data(landed(proof="", declaration="", approvals=(approval(key="", signed_at=0, flaw="expired"),))), "row")


def test_rows_are_written_one_by_one_and_what_failed_comes_last() -> None:
    failed: list[Failed] = []

    def rows() -> Any:
        yield landed()
        failed.append(Failed(path="/srv/git/b.git", problem="no ledger", next=""))
        yield landed(lifted_by="pause", lift_reason="repair")

    data = json.loads("".join(changes_lines(a_report(), rows(), failed)))
    check(data, "changes")
    assert (len(data["rows"]), data["failed"][0]["problem"]) == (2, "no ledger")
    assert json.loads("".join(changes_lines(a_report(), iter(()), [])))["rows"] == []
