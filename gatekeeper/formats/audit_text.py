"""Audits for a terminal of 80 columns. Every piece of foreign text is made visible first."""

from __future__ import annotations

from collections import Counter

from rich.table import Table
from rich.text import Text

from gatekeeper.core.audit import Audit, Control, Duties, Gate, Refusals, Report, Selection
from gatekeeper.core.clock import format_date, format_time
from gatekeeper.core.exceptional import Exceptional, Severity
from gatekeeper.core.landed import Landed, Manner
from gatekeeper.formats.audit_ai_text import ai_lines
from gatekeeper.formats.audit_json import STATEMENT
from gatekeeper.formats.audit_words import MANNERS, exception_next, exception_text, flaw_text, shift_text
from gatekeeper.formats.terminal import Labelled
from gatekeeper.formats.text import plural, printable, short, short_ref, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

COLOURS = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: ""}
MANNER_COLOURS = {Manner.UNAPPROVED: "bold red", Manner.LIFTED: "yellow", Manner.WARNED: "yellow"}
MAX_EXCEPTIONS = 20
"""Exceptions that the summary shows."""
MAX_SHIFTS = 6
"""Changes of one version of policy or roster that the summary shows."""


def period_text(selection: Selection) -> str:
    """Return which landings were looked at."""
    since = format_date(selection.since) if selection.since is not None else "the beginning"
    until = format_date(selection.until) if selection.until is not None else "now"
    parts = [f"from {since} to {until}"]
    parts += [f"on {', '.join(visible(short_ref(ref)) for ref in selection.refs)}"] if selection.refs else []
    parts += [f"by {', '.join(visible(team) for team in selection.teams)}"] if selection.teams else []
    return ", ".join(parts)


def summary_parts(report: Report) -> Iterator[RenderableType]:
    """Yield what a terminal shows: the result first, then how it came about."""
    yield _result(report)
    yield Text(period_text(report.selection), "dim")
    if len(report.repositories) > 1:
        yield Text("")
        yield _overview(report)
    else:
        for audit in report.repositories:
            yield Text("")
            yield Labelled(_lines(audit))
    yield from _failed(report)
    yield from exception_parts(report, MAX_EXCEPTIONS)


def _result(report: Report) -> Text:
    several = len(report.repositories) != 1
    who = f"{len(report.repositories)} repositories" if several else report.repositories[0].repository
    counts = Counter(exception.severity for exception in report.exceptions)
    failed = f", {plural(len(report.failed), 'repository', 'repositories')} failed" if report.failed else ""
    if counts:
        parts = ", ".join(f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity])
        said = f"{plural(counts.total(), 'exception')} ({parts}){failed}"
    else:
        said = f"No exceptions{failed}"
    blind = sum(audit.ledger is None for audit in report.repositories)
    said += f"; {blind} without a ledger: who approved what there cannot be known" if blind and several else ""
    if blind and not several and not counts:
        said = "No ledger: who approved what cannot be known"
    colour = "bold red" if not report.in_order else "yellow" if blind else "green"
    return Text.assemble((f"{visible(who)}: ", "bold"), (said, colour))


def _lines(audit: Audit) -> Iterator[tuple[str, str | Text]]:
    people, gate = audit.population, audit.gate
    if audit.ledger is None or gate is None or audit.control is None or audit.duties is None:
        yield "Commits", f"{people.git:,} by Git's count"
        yield "Not known", "what was judged, approved and by whom: the repository has no ledger"
        yield from ai_lines(audit.ai)
        return
    control = audit.control
    judged = plural(gate.pushes, "push", "pushes")
    different = "" if control.distinct == control.landed else f" ({control.distinct} different ones)"
    landed = f"{plural(control.landed, 'commit')}{different}"
    yield "Landed", f"{landed}, {control.assisted} AI-assisted; {judged} judged"
    named = f", {people.unexplained_total} explained by nothing" if people.unexplained_total else ""
    before = f"; {people.before_baseline:,} from before the gate" if people.before_baseline else ""
    yield "Complete", f"{people.git:,} on protected refs by Git, {people.ledger:,} by the ledger{named}{before}"
    yield "Continuous", _continuity(gate)
    faults = audit.ledger.faults
    holds = plural(len(faults), "fault") if faults else "holds together"
    pruned = f"; the first {audit.ledger.pruned:,} are pruned, and in no figure" if audit.ledger.pruned else ""
    entries = plural(audit.ledger.entries, "entry", "entries")
    yield "Ledger", f"{entries}, {holds}; head {audit.ledger.head[:12]}{pruned}"
    had = f"{control.approved_before_landing} had it before landing"
    yield "Control", f"{control.needed_signoff} needed a sign-off, {had}{_rest(control)}"
    owed = control.emergencies
    if owed.landed:
        states = f"{owed.settled} settled, {owed.open} open, {owed.overdue} overdue"
        yield "Owed", f"{owed.landed} by emergency, pause or revert: {states}"
    yield "Duties", _duties(audit.duties)
    yield "Refused", _refused(gate.refused)
    for pause in gate.pauses:
        who = f"{format_time(pause.start)} to {format_time(pause.end)} by {visible(pause.account)}"
        yield "Pause", f"{who}: {printable(pause.reason, 200)} ({pause.landed} landed without sign-offs)"
    for taken in gate.taken_in:
        why = printable(taken.why, 200) or "the policy began to protect it"
        yield "Taken in", f"{visible(short_ref(taken.ref))} at {short(taken.tip)}, {format_date(taken.time)}: {why}"
    yield from _governance(audit)
    if audit.limit is not None:
        said = ", ".join(f"{getattr(audit.limit, name)} {name}" for name in audit.limit.record_fields)
        yield "About AI", f"{said}. {STATEMENT}"
    yield from ai_lines(audit.ai)


def _rest(control: Control) -> str:
    rest = {name: getattr(control, name) for name in ("lifted", "warned", "observed", "unapproved")}
    return "".join(f", {count} {name}" for name, count in rest.items() if count)


def _duties(duties: Duties) -> str:
    levels = ", ".join(f"{visible(level)} {count}" for level, count in duties.levels) or "none"
    said = f"{plural(duties.self_approvals, 'self-approval')}; sign-offs by level then: {levels}"
    if duties.permitted_self_approvals:
        said += f"; {duties.permitted_self_approvals} of one's own where the policy allows that"
    if duties.bot_authors or duties.bot_pushers:
        said += f"; machines wrote {duties.bot_authors} and pushed {duties.bot_pushers}"
    return said


def _continuity(gate: Gate) -> str:
    broken = [ref.ref for ref in gate.refs if not ref.continuous]
    if not broken:
        return f"{plural(len(gate.refs), 'ref')}: each update starts where the last one ended"
    return f"broken: {', '.join(visible(short_ref(ref)) for ref in broken)}"


def _refused(refused: Refusals) -> str:
    if not refused.pushes:
        return "nothing"
    fates = (
        (refused.approved_later, "landed later with a sign-off"),
        (refused.changed_later, "changed and landed"),
        (refused.landed_otherwise, "landed otherwise"),
        (refused.open_total, "not landed since"),
    )
    became = ", ".join(f"{count} {fate}" for count, fate in fates if count)
    said = f"{plural(refused.pushes, 'push', 'pushes')} with {plural(refused.commits, 'commit')}"
    return f"{said}: {became}" if became else said


def _governance(audit: Audit) -> Iterator[tuple[str, str | Text]]:
    for amendment in audit.governance or ():
        weaker = any(shift.weakens for shift in amendment.shifts)
        texts = [shift_text(shift) for shift in amendment.shifts[:MAX_SHIFTS]]
        texts += [f"{len(amendment.shifts) - MAX_SHIFTS} more"] if len(amendment.shifts) > MAX_SHIFTS else []
        what = "; ".join(texts) or ("nothing that decides" if amendment.readable else "cannot be read any more")
        said = Text(f"{format_date(amendment.time)}: {what}")
        yield amendment.file.capitalize(), said.append("  WEAKER", "yellow") if weaker else said


def _overview(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("repository", overflow="fold")
    for name in ("landed", "assisted", "needed", "approved", "exceptions"):
        table.add_column(name, justify="right", no_wrap=True)
    for audit in report.repositories:
        control = audit.control
        figures = (
            [control.landed, control.assisted, control.needed_signoff, control.approved_before_landing]
            if control
            else [audit.population.git, "-", "-", "-"]
        )
        count = len(audit.exceptions)
        table.add_row(visible(audit.repository, 200), *map(str, figures), Text(str(count), "red" if count else "green"))
    return table


def _failed(report: Report) -> Iterator[RenderableType]:
    for failed in report.failed:
        yield Text("")
        yield Text(f"FAILED  {visible(failed.path, 200)}: {printable(failed.problem, 400)}", "red")
        if failed.next:
            yield Text(f"        next: {printable(failed.next, 200)}")


def exception_parts(report: Report, most: int | None = None) -> Iterator[RenderableType]:
    """Yield what needs a person, worst first, each with the next step: in one line, to be copied as it is."""
    everything = report.exceptions
    for exception in everything[:most]:
        yield Text("")
        where = _where(exception, among=len(report.repositories))
        severity = (f"{exception.severity.value.upper():9}", COLOURS[exception.severity])
        yield Text.assemble(severity, (exception.kind, "bold"), "  ", where)
        yield Labelled([(" " * 7, exception_text(exception))])
        yield Text(f"{'':9}next: {exception_next(exception)}", "cyan", no_wrap=True)
    if most is not None and len(everything) > most:
        yield Text("")
        yield Text(f"... and {len(everything) - most} more: gatekeeper audit exceptions lists all")


def _where(exception: Exceptional, among: int) -> str:
    where = [visible(exception.repository, 100)] if among > 1 else []
    where += [visible(short_ref(exception.ref), 100)] if exception.ref else []
    where += [short(exception.commit)] if exception.commit else []
    where += [f"entry {exception.entry}"] if exception.entry else []
    return " ".join(where)


def changes_table(rows: list[Landed]) -> Table:
    """Return landed commits, one in two lines: what it is, and how it was approved."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("landed (UTC)", "ref", "commit"):
        table.add_column(name, no_wrap=True)
    for name in ("subject", "author", "AI", "signed by"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            format_time(row.landed_at)[:16].replace("T", " "),
            visible(short_ref(row.ref), 20),
            short(row.commit),
            printable(row.subject, 40),
            visible(row.author, 40),
            Text(visible(", ".join(row.tools) or row.declaration, 40), "magenta") if row.assisted else "",
            _signers(row),
        )
    return table


def _signers(row: Landed) -> Text:
    said = Text()
    for approval in row.approvals:
        said.append(", " if said else "").append(visible(approval.signer, 40))
        if approval.flaw:
            said.append(f" ({flaw_text(approval.flaw, approval.signer)})", "red")
    if row.manner not in (Manner.APPROVED, Manner.UNASKED):
        said.append(" " if said else "").append(MANNERS[row.manner], MANNER_COLOURS.get(row.manner, ""))
    return said
