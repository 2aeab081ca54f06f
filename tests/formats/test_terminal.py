"""What people read at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.changes import FileStat
from gatekeeper.core.declaration import declare
from gatekeeper.core.proposal import Item, Proposal
from gatekeeper.core.verdict import Enforcement, Outcome, Verdict
from gatekeeper.formats.terminal import (
    MAX_FILES,
    MAX_ROWS,
    proposal_lines,
    verdict_lines,
)
from tests.formats.findings import commit_finding, ref_finding, refused, rule_finding
from tests.formats.screens import HOSTILE, shown
from tests.support.values import commit, identity

if TYPE_CHECKING:
    from collections.abc import Iterable


def item(**fields: object) -> Item:
    made = commit(**fields)  # type: ignore[arg-type]
    return Item(commit=made, declaration=declare(made), author=None, digest="")


def stats(count: int) -> Iterable[FileStat]:
    return [FileStat(path=b"file-%03d" % number, added=2, deleted=1) for number in range(count)]


def test_a_proposal_shows_every_commit_its_author_and_marks() -> None:
    proposal = Proposal(items=(item(), item(message=b"Plain\n", author=identity(name="Jörg".encode()))))
    text = shown(*proposal_lines(proposal, list(stats(2))))
    assert text.splitlines()[:6] == [
        "aaaaaaa  Subject",
        "  author  Somebody <junior@example.com>  (not in the roster)",
        "  AI      declared: claude-code (trailer: Assisted-by: claude)",
        "aaaaaaa  Plain",
        "  author  Jörg <junior@example.com>  (not in the roster)",
        "  AI      silent",
    ]
    assert text.endswith("2 commits, 2 files, +4 -2\n")


def test_at_80_columns_no_word_is_torn() -> None:
    long = item(message=b"Subject\n\nCo-Authored-By: Claude Opus 4.5 (1M context window) <noreply@anthropic.com>\n")
    text = shown(*proposal_lines(Proposal(items=(long,)), []), width=80)
    assert text.splitlines()[2:4] == [
        "  AI      declared: claude-code (co-author: Co-Authored-By: Claude Opus 4.5 (1M",
        "          context window) <nore...)",
    ]
    finding = commit_finding(1, rule_finding(refuse="Only tools that the security team has approved for it."))
    narrow = shown(*verdict_lines(refused(finding)), width=60).splitlines()
    assert all(len(line) <= 60 for line in narrow[1:])
    assert narrow[-1].startswith(" " * 11)


def test_many_files_are_counted_and_binary_ones_named_as_such() -> None:
    many = [FileStat(path=b"logo.png", added=None, deleted=None), *stats(30)]
    text = shown(*proposal_lines(Proposal(items=(item(),)), many))
    assert "      binary  logo.png\n" in text
    assert f"... and {31 - MAX_FILES} more files\n" in text
    assert "1 commit, 31 files, +60 -30" in text


def test_everything_hostile_is_text() -> None:
    hostile = item(message=HOSTILE.encode() + b"\n\nAssisted-by: " + HOSTILE.encode(), author=identity(HOSTILE))
    found = commit_finding(message=HOSTILE.encode())
    text = shown(
        *proposal_lines(Proposal(items=(hostile,)), [FileStat(path=HOSTILE.encode(), added=1, deleted=0)]),
        *verdict_lines(Verdict(refs=(ref_finding(found, ref=f"refs/heads/{HOSTILE}"),))),
    )
    assert "[red]x[/nothing] :bomb:" in text
    assert "\\u202e" in text


def test_a_verdict_says_the_answer_first_and_lists_what_is_amiss() -> None:
    text = shown(*verdict_lines(refused(commit_finding(1), commit_finding(2, outcome=Outcome.ACCEPTED))))
    assert text.splitlines()[0] == "main: would be refused (2 commits, 2 AI-assisted, 1 not in order)"
    assert len(text.splitlines()) == 4
    many = shown(*verdict_lines(refused(*(commit_finding(number) for number in range(MAX_ROWS + 5)))))
    assert "  ... and 5 more; --format json lists all\n" in many


def test_rules_that_only_warn_or_forbid_say_so() -> None:
    warns = rule_finding("soft", enforcement=Enforcement.WARN)
    forbids = rule_finding("hard", refuse="Not here.")
    text = shown(*verdict_lines(refused(commit_finding(0, warns, forbids))))
    assert "rule soft (warn only): missing 1 sign-off by senior or above" in text
    assert "rule hard: Not here." in text
