from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.reasons import reason
from gatekeeper.core.verdict import Outcome, SignoffView, Verdict
from gatekeeper.formats.json import MAX_EVIDENCE, VERSION, text, verdict_data
from tests.formats.findings import commit_finding, ref_finding, refused, rule_finding
from tests.support.values import person

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def test_the_shape_of_a_verdict(snapshot: SnapshotAssertion) -> None:
    sam = person("sam")
    seen = SignoffView(statement="5" * 64, signer="sue", issued_at=1_780_000_000, flaw="expired")  # type: ignore[arg-type]
    found = commit_finding(
        1,
        rule_finding(signoffs=(seen, seen.replace(flaw="", provisional=True)), excluded=("sam",)),
        authorship=Authorship(claimed=sam, proved=sam, proof=Proof.FIRST_PUSH),
        problems=(reason("contradiction", evidence="x"),),
    )
    verdict = Verdict(refs=(ref_finding(found, problems=(reason("rewind", ref="refs/heads/main"),), known=3),))
    assert json.dumps(verdict_data(verdict), indent=1) == snapshot


def test_it_is_versioned_and_plain_data() -> None:
    data = verdict_data(refused())
    assert data["version"] == VERSION == 1
    assert json.loads(json.dumps(data)) == data


def test_bytes_that_are_no_text_survive_as_escapes() -> None:
    assert text(b"caf\xe9 \xff") == "caf\\xe9 \\xff"
    assert text("refs/heads/\udcff") == "refs/heads/\\xff"
    found = commit_finding(message=b"\xff\xfe\n\nAssisted-by: \xff\n")
    json.dumps(verdict_data(refused(found))).encode("ascii")


def test_a_sign_off_counts_only_without_flaw_and_doubt() -> None:
    sure = SignoffView(statement="5" * 64, signer="sue", issued_at=1_780_000_000)  # type: ignore[arg-type]
    views = (sure, sure.replace(flaw="expired"), sure.replace(provisional=True))
    data = verdict_data(refused(commit_finding(0, rule_finding(signoffs=views))))
    (rule,) = data["refs"][0]["commits"][0]["rules"]
    assert [signoff["counts"] for signoff in rule["signoffs"]] == [True, False, False]


def test_the_number_of_marks_listed_is_bounded() -> None:
    message = b"Subject\n\n" + b"Assisted-by: claude\n" * 100
    data = verdict_data(refused(commit_finding(message=message, outcome=Outcome.REFUSED)))
    assert len(data["refs"][0]["commits"][0]["declaration"]["evidence"]) == MAX_EVIDENCE
