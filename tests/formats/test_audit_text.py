"""What a terminal shows of an audit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.core.audit import Audit, Failed, Shift
from gatekeeper.core.exceptional import Severity
from gatekeeper.core.landed import Manner
from gatekeeper.formats.audit_text import MAX_EXCEPTIONS, changes_table, exception_parts, summary_parts
from gatekeeper.formats.audit_words import (
    APPROVAL_FLAWS,
    EXCEPTIONS,
    SHIFTS,
    exception_next,
    exception_text,
    flaw_text,
    shift_text,
)
from gatekeeper.formats.terminal import console
from gatekeeper.formats.words import FLAWS
from tests.support import reports
from tests.support.audits import a_report, an_audit, approval, exceptional, landed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

HOSTILE = "\x1b]0;x\x07\u202e[red]x[/nothing] :bomb:"
FACTS: dict[str, Any] = {
    "signer": "sam",
    "statement": "5" * 64,
    "flaw": "expired",
    "rules": ("a", "b"),
    "due": 0,
    "what": "w",
    "tip": "c" * 40,
    "why": "y",
    "refs": "HEAD",
    "through": 7,
    "file": "roster",
    "until": 9,
    "time": "2026-01-01T00:00:00Z",
    "latest": "2026-01-02T00:00:00Z",
}
FACTS |= {"expected": "a" * 40, "found": "b" * 40, "author": "x@example.com", "subject": "S", "count": 3, "rule": "r"}


def shown(parts: Iterable[RenderableType], width: int = 80) -> str:
    screen = console(width=width, colour=False)
    screen.file = io.StringIO()
    for part in parts:
        screen.print(part, soft_wrap=False)
    text = screen.file.getvalue()
    assert text.replace("\n", "").isprintable()
    assert max(map(len, text.splitlines())) <= width
    return text


def test_a_row_names_who_signed_and_how_it_landed_where_nobody_did() -> None:
    rows = [
        landed(),
        landed(approvals=(approval(), approval(signer="sue"))),
        landed(approvals=(), manner=Manner.LIFTED),
        landed(approvals=(approval(flaw="not-independent"),), manner=Manner.UNAPPROVED),
        landed(assisted=False, approvals=(), manner=Manner.UNASKED),
    ]
    lines = [line.split() for line in shown([changes_table(rows)], 200).splitlines()[1:]]
    assert lines[0][-2:] == ["claude-code", "sam"]
    assert lines[1][-3:] == ["claude-code", "sam,", "sue"]
    assert lines[2][-2:] == ["claude-code", "lifted"]
    assert " ".join(lines[3]).endswith("sam (sam had a hand in the commit) NOT APPROVED")
    assert lines[4][-1] == "june"


@pytest.mark.parametrize("said", [{"tools": (HOSTILE,)}, {"tools": (), "declaration": HOSTILE}])
def test_a_tool_that_was_written_into_the_ledger_does_nothing_to_a_terminal(said: dict[str, Any]) -> None:
    assert "\\x1b]0;x" in shown([changes_table([landed(assisted=True, **said)])], 200)


def test_a_narrow_table_folds_and_loses_nothing() -> None:
    text = shown([changes_table([landed(subject="A subject of many words that is long")])], 70)
    assert "…" not in text
    for word in ("2026-11-18", "aaaaaaa", "subject", "words", "sam"):
        assert word in text


def test_foreign_text_is_visible_and_no_markup() -> None:
    rows = [landed(subject=HOSTILE, author=HOSTILE, ref=f"refs/heads/{HOSTILE}", approvals=(approval(signer=HOSTILE),))]
    assert "\\x1b]0;x" in shown([changes_table(rows)], 200)
    hostile = exceptional("unexplained", subject=HOSTILE, author=HOSTILE).replace(repository=HOSTILE)
    text = shown(exception_parts(a_report(an_audit(exceptions=(hostile,)), an_audit())), 200)
    assert "\\x1b]0;x" in text
    assert "[red]x[/nothing] :bomb:" in text


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_every_exception_has_words_and_a_next_step(kind: str) -> None:
    found = exceptional(kind, **FACTS)
    assert "{" not in exception_text(found) + exception_next(found)
    assert exception_next(found).startswith(("gatekeeper ", "git -C "))


@pytest.mark.parametrize("flaw", [*APPROVAL_FLAWS, *FLAWS])
def test_every_flaw_has_words(flaw: str) -> None:
    assert "{" not in flaw_text(flaw, "sam")
    assert flaw_text(flaw, "sam") != flaw


@pytest.mark.parametrize("code", SHIFTS)
def test_every_change_of_the_rules_has_words(code: str) -> None:
    assert shift_text(Shift(code=code, what="senior-signoff", before="2", after="1")).endswith(": 2 -> 1")
    assert "senior-signoff" in shift_text(Shift(code=code, what="senior-signoff")) or code == "levels-changed"


def test_no_line_of_an_exception_ends_in_blanks() -> None:
    said = shown(exception_parts(reports.report(reports.troubled())), 10_000)
    assert said.count("next: ") == 2
    assert [line for line in said.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize(
    ("path", "ref", "safe"),
    [("/srv/x y.git", "refs/heads/main", "'/srv/x y.git'"), ("/srv/$(id).git", "refs/heads/main", "'/srv/$(id).git'")],
)
def test_a_next_step_can_be_copied_into_a_shell(path: str, ref: str, safe: str) -> None:
    found = exceptional("changed-outside", expected="a", found="b").replace(path=path, ref=ref)
    assert exception_next(found).startswith(f"gatekeeper baseline add main --repo {safe} ")
    odd = exception_next(found.replace(ref="refs/heads/$(id)"))
    assert odd.startswith("gatekeeper baseline add REF ")


def test_the_worst_comes_first_and_what_is_left_out_is_said() -> None:
    low = exceptional("warned", Severity.LOW, rule="r", count=1)
    many = tuple(low for _ in range(MAX_EXCEPTIONS))
    report = a_report(an_audit(exceptions=(*many, exceptional("commit-missing"))))
    text = shown(summary_parts(report))
    assert text.splitlines()[0] == f"example/shop: {MAX_EXCEPTIONS + 1} exceptions (1 critical, {MAX_EXCEPTIONS} low)"
    assert text.index("CRITICAL commit-missing") < text.index("LOW      warned")
    assert "... and 1 more: gatekeeper audit exceptions lists all" in text


def test_a_repository_that_failed_is_told_with_the_next_step() -> None:
    failed = Failed(path="/srv/git/b.git", problem="there is no ledger", next="gatekeeper doctor --repo /srv/git/b.git")
    text = shown(summary_parts(a_report(an_audit(), an_audit(), failed=(failed,))), 200)
    no_ledger = "2 without a ledger: who approved what there cannot be known"
    assert text.splitlines()[0] == f"2 repositories: No exceptions, 1 repository failed; {no_ledger}"
    assert "FAILED  /srv/git/b.git: there is no ledger\n        next: gatekeeper doctor" in text


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("audit", [reports.audit(), reports.troubled(), reports.blind()], ids=["good", "bad", "blind"])
def test_a_summary_fits_the_terminal_and_no_word_is_lost(audit: Audit, width: int) -> None:
    text = shown(summary_parts(reports.report(audit)), width)
    assert "…" not in text
    joined = " ".join(text.split())
    assert f"{audit.population.git:,} " in joined
    assert ("Not known" in text) == (audit.ledger is None)
    for exception in audit.exceptions:
        assert " ".join(f"next: {exception_next(exception)}".split()) in joined
