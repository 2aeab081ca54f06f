"""The first screen of the page: the result in one sentence, and the few figures that matter, with their meaning."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gatekeeper.core.exceptional import Severity
from gatekeeper.core.record import Record
from gatekeeper.formats.html.numbers import count, days, percent, plural

if TYPE_CHECKING:
    from gatekeeper.core.ai_report import AiReport
    from gatekeeper.core.audit import Audit, Control, Report


MOST = 3
"""Tools that the first screen names."""


class Headline(Record):
    """The result."""

    tone: str
    """`good`, `bad` or `unknown`: a class of the style sheet."""
    sentence: str
    detail: str


class Card(Record):
    """One figure that matters."""

    value: str
    label: str
    meaning: str
    tone: str = "plain"
    """`good`, `bad` or `plain`."""


def headline(report: Report) -> Headline:
    """Say how it stands: what needs a person comes first, then what nobody can know, then the all-clear."""
    exceptions, failed = len(report.exceptions), len(report.failed)
    blind = sum(audit.ledger is None for audit in report.repositories)
    parts = []
    if exceptions:
        critical = sum(each.severity is Severity.CRITICAL for each in report.exceptions)
        parts.append(f"{plural(exceptions, 'matter')} {'needs' if exceptions == 1 else 'need'} a person")
        if critical:
            parts[0] += f", {critical} of them critical" if critical < exceptions else " at once"
    if failed:
        parts.append(f"{plural(failed, 'repository', 'repositories')} could not be audited")
    if parts:
        return Headline(tone="bad", sentence=f"{'; '.join(parts)}.", detail=_population(report))
    if blind:
        sentence = "There is no ledger: who approved what cannot be known."
        if blind < len(report.repositories):
            some = f"{count(blind)} {'has' if blind == 1 else 'have'} no ledger"
            sentence = f"{some}: who approved what there cannot be known."
        detail = "This page shows what the history itself says about AI tools. " + _population(report)
        return Headline(tone="unknown", sentence=sentence, detail=detail)
    if not report.repositories:
        return Headline(tone="unknown", sentence="No repository was looked at.", detail="")
    return Headline(tone="good", sentence="In order: nothing needs a person.", detail=_population(report))


def _population(report: Report) -> str:
    """Say how much was looked at, and whether the ledger explains it."""
    guarded = [audit.population for audit in report.repositories if audit.ledger is not None]
    if not guarded:
        return f"{plural(sum(audit.population.git for audit in report.repositories), 'commit')} were read."
    total = sum(population.git for population in guarded)
    unexplained = sum(population.unexplained_total for population in guarded)
    blind = len(report.repositories) - len(guarded)
    where = f" where there is a ledger; {count(blind)} {'has' if blind == 1 else 'have'} none" if blind else ""
    if not unexplained:
        return f"The ledger explains every one of {plural(total, 'commit')} on protected branches{where}."
    return (
        f"The ledger does not explain {count(unexplained)} of {plural(total, 'commit')} on protected branches{where}."
    )


def cards(report: Report) -> tuple[Card, ...]:
    """Return the three or four figures that matter, over all repositories."""
    controls = [audit.control for audit in report.repositories if audit.control is not None]
    found = [audit.ai for audit in report.repositories if audit.ai is not None]
    chosen: list[Card] = []
    if controls:
        chosen += _approved(controls)
        chosen.append(_explained([audit for audit in report.repositories if audit.ledger is not None]))
    if found:
        chosen += _assisted(found)
    if found and not controls:
        chosen += _without_ledger(found)
    return tuple(chosen)


def _approved(controls: list[Control]) -> list[Card]:
    needed = sum(control.needed_signoff for control in controls)
    if not needed:
        return []
    approved = sum(control.approved_before_landing for control in controls)
    otherwise = [
        (sum(control.lifted for control in controls), "by emergency, pause or revert"),
        (sum(control.warned for control in controls), "with a warning only"),
        (sum(control.observed for control in controls), "under a rule that is only observed"),
        (sum(control.unapproved for control in controls), "without what a rule demands"),
    ]
    rest = ", ".join(f"{count(number)} {how}" for number, how in otherwise if number)
    return [
        Card(
            value=percent(approved, needed),
            label="approved before landing",
            meaning=f"{count(approved)} of {plural(needed, 'commit')} that needed a sign-off had it in time"
            + (f"; {rest}." if rest else "."),
            tone="good" if approved == needed else "bad" if otherwise[-1][0] else "plain",
        )
    ]


def _explained(audits: list[Audit]) -> Card:
    total = sum(audit.population.git for audit in audits)
    missing = sum(audit.population.unexplained_total for audit in audits)
    before = sum(audit.population.before_baseline for audit in audits)
    return Card(
        value=percent(total - missing, total),
        label="explained by the ledger",
        meaning=f"{count(total - missing)} of {plural(total, 'commit')} on protected branches came through the gate"
        + (f"; {count(before)} are older than it." if before else "."),
        tone="good" if not missing else "bad",
    )


def _assisted(reports: list[AiReport]) -> list[Card]:
    commits = sum(report.commits.count for report in reports)
    base = sum(report.commits.base for report in reports)
    lines, all_lines = (sum(report.lines.count for report in reports), sum(report.lines.base for report in reports))
    silent = sum(report.declarations.silent for report in reports)
    assisted = Card(
        value=percent(commits, base),
        label="AI-assisted",
        meaning=f"{count(commits)} of {plural(base, 'change')} say so, with {percent(lines, all_lines)} of the lines.",
    )
    quiet = Card(
        value=percent(silent, base),
        label="say nothing about AI",
        meaning=f"{count(silent)} of {plural(base, 'change')}. If a tool helped there, nobody can tell.",
    )
    return [assisted, quiet]


def _without_ledger(reports: list[AiReport]) -> list[Card]:
    """Return what a history alone tells besides: which tools, and whether their output lasted."""
    changes = Counter[str]()
    for report in reports:
        changes.update({tool.tool: tool.commits for tool in report.inventory})
    most = sorted(changes.items(), key=lambda each: (-each[1], each[0]))[:MOST]
    rest = f" and {count(len(changes) - MOST)} more" if len(changes) > MOST else ""
    said = ", ".join(f"{tool} ({count(number)})" for tool, number in most)
    named = [Card(value=count(len(changes)), label="AI tools named", meaning=f"{said}{rest}.")] if changes else []
    outcomes = reports[0].outcomes if len(reports) == 1 else None
    if outcomes is None or not outcomes.assisted.n:
        return named
    ours, others = outcomes.assisted.reverted, outcomes.unassisted.reverted
    lasted = Card(
        value=percent(ours.count, ours.base),
        label="of AI-assisted changes reverted",
        meaning=f"Within {days(outcomes.window)}; of others {percent(others.count, others.base)}: {outcomes.reverted}.",
    )
    return [*named, lasted]
