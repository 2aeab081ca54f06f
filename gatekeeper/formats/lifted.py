"""The hook's text for what an emergency or a pause let through."""

from __future__ import annotations

from gatekeeper.core.clock import format_time
from gatekeeper.core.relief import Source
from gatekeeper.core.verdict import Verdict
from gatekeeper.formats.text import listed, plural, short, short_ref, visible
from gatekeeper.formats.words import signoffs_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.relief import Lift
    from gatekeeper.core.verdict import CommitFinding, RefFinding

MAX_COMMITS = 6
MAX_REFS = 3
SUBJECT_WIDTH = 30
COMMAND_ID = 12
WORDS = {
    Source.OPTION: "EMERGENCY",
    Source.STATEMENT: "EMERGENCY",
    Source.PAUSE: "PAUSED",
    Source.PURE_REVERT: "REVERT",
}


def lifted_lines(verdict: Verdict, receipt: str) -> tuple[list[str], list[str], list[str]]:
    """Return decisive lines (without the program's name), details, and what to do next; something was lifted."""
    groups: dict[Lift, list[tuple[RefFinding, CommitFinding]]] = {}
    for ref in verdict.refs:
        for commit in ref.commits:
            if commit.lift:
                groups.setdefault(commit.lift, []).append((ref, commit))
    first = [_decisive(lift, found) for lift, found in groups.items()]
    first[0] += f" Receipt: {receipt}"
    everything = [pair for found in groups.values() for pair in found]
    details = [f"  {short(commit.commit)}  {visible(commit.subject, SUBJECT_WIDTH)}" for _, commit in everything]
    if len(details) > MAX_COMMITS:
        details[MAX_COMMITS:] = [f"  ... and {len(details) - MAX_COMMITS} more"]
    owed = {
        rule.rule: f"Owed: {signoffs_text(rule.missing or 1, rule.approvers)} for each   (rule {rule.rule})"
        for _, commit in everything
        for rule in commit.rules
        if rule.lifted
    }
    refs = list({ref.ref: ref for ref, _ in everything}.values())
    settle = [f"Settle it: gatekeeper sign {_what_to_sign(ref)}" for ref in refs[:MAX_REFS]]
    return first, [*details, *owed.values()], settle


def _decisive(lift: Lift, found: list[tuple[RefFinding, CommitFinding]]) -> str:
    names = list(dict.fromkeys(visible(short_ref(ref.ref)) for ref, _ in found))
    refs = listed(names, MAX_REFS)
    commits = len({commit.commit for _, commit in found})
    whose = "its sign-off" if commits == 1 else "their sign-off"
    stated = f" (emergency statement of {visible(lift.by, 60)})" if lift.source is Source.STATEMENT else ""
    return (
        f"{WORDS[lift.source]} {refs}: {plural(commits, 'commit')} without {whose}, "
        f'reason "{visible(lift.reason, 200)}"{stated}; owed: sign-offs by {format_time(lift.due)}.'
    )


def _what_to_sign(ref: RefFinding) -> str:
    """Return what the update brought as a range; for a new ref, which has no base, what is owed."""
    if ref.old.strip("0"):
        return f"{ref.old[:COMMAND_ID]}..{ref.new[:COMMAND_ID]}"
    return " ".join([commit.commit[:COMMAND_ID] for commit in ref.commits if commit.lift][:MAX_COMMITS])
