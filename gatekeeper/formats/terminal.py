"""What people at a terminal read. Rich draws colour and width; every piece of foreign text is made visible first."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from gatekeeper.core.clock import format_date
from gatekeeper.core.memory import How
from gatekeeper.core.verdict import CommitFinding, Enforcement, Outcome, RuleFinding, Verdict
from gatekeeper.formats.text import plural, printable, short, short_ref, visible
from gatekeeper.formats.words import reason_text, signoff_flaw_text, signoffs_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from rich.console import ConsoleOptions, RenderableType, RenderResult

    from gatekeeper.core.changes import FileStat
    from gatekeeper.core.declaration import Declaration
    from gatekeeper.core.dossier import Dossier
    from gatekeeper.core.proposal import Proposal

COLOURS = {Outcome.ACCEPTED: "green", Outcome.REFUSED: "red", Outcome.UNDECIDED: "yellow"}
WORDS = {
    Outcome.ACCEPTED: "in order",
    Outcome.REFUSED: "would be refused",
    Outcome.UNDECIDED: "undecided here",
}
MAX_ROWS = 40
MAX_FILES = 12
MIN_WIDTH = 20
"""Columns for words, however narrow the terminal is."""


class _Console(Console):
    """A console that leaves it to the command what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        """Go on raising; rich would exit with 1, which says `refused` here."""
        raise BrokenPipeError


def console(
    *, stderr: bool = False, colour: bool | None = None, width: int | None = None, file: TextIO | None = None
) -> Console:
    """Return a console for lines of any length; what it is given is text, never markup.

    Args:
        stderr: For narration, not results.
        colour: None: if it is a terminal and NO_COLOR is not set (https://no-color.org).
        width: In columns; None: what the terminal or COLUMNS says.
        file: Where to write; None: standard output, or standard error.
    """
    return _Console(
        stderr=stderr,
        file=file,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
        force_terminal=colour or None,
        color_system={None: "auto", True: "standard", False: None}[colour],
        no_color=False if colour else None,
    )


class Labelled:
    """Labels, each with words beside it that fold below themselves; nothing is cut, and no line ends in blanks."""

    def __init__(self, rows: Iterable[tuple[str, str | Text]], style: str = "bold") -> None:
        """Take the rows, and the style of the labels."""
        self._rows = [(label, said if isinstance(said, Text) else Text(said)) for label, said in rows]
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw line by line."""
        indent = max((len(label) for label, _ in self._rows), default=0) + 2
        for label, said in self._rows:
            beside = label.ljust(indent)
            for line in said.wrap(console, max(MIN_WIDTH, options.max_width - indent), overflow="fold", no_wrap=False):
                line.rstrip()
                yield Text.assemble((beside, self._style), line)
                beside = " " * indent


RECOGNISED = {
    How.CHANGE: "the same change",
    How.FILE: "a file with the same content",
    How.MOVED: "a file with the same content, under another name",
    How.VERSION: "a later version of the file, on the same branch",
    How.AMENDED: "the same author line, and a file in common",
}
"""By what a commit is known to have been marked before."""
MAX_REVIEWED = 4


def mark_text(declaration: Declaration, limit: int = 60) -> str:
    """Return what shows that AI helped: the state, the tools, the first mark."""
    if not declaration.assisted and not declaration.contradiction:
        return declaration.state.value
    tools = ", ".join(declaration.tools)
    first = next((e for e in declaration.evidence if e.strength == "strong"), None)
    mark = f" ({first.kind}: {printable(first.text.strip(), limit)})" if first else ""
    return f"{declaration.state.value}: {tools}{mark}"


def proposal_lines(proposal: Proposal, stats: Sequence[FileStat]) -> list[RenderableType]:
    """Return what a signer reads before approving: every commit, its author, its marks, and how much it changes."""
    lines: list[RenderableType] = []
    for item in proposal.items:
        commit = item.commit
        lines.append(Text.assemble((short(commit.id), "yellow"), "  ", (printable(commit.subject, 60), "bold")))
        author = f"{printable(commit.author.name, 40)} <{visible(commit.author.email, 60)}>"
        mark = Text(mark_text(item.declaration), "magenta" if item.declaration.assisted else "")
        lines.append(Labelled([("  author", f"{author}{_standing(item.author)}"), ("  AI", mark)], style=""))
    added, deleted = (sum(getattr(stat, name) or 0 for stat in stats) for name in ("added", "deleted"))
    lines.append(Text(""))
    lines += [
        Text(
            f"  {'binary' if stat.added is None else f'+{stat.added} -{stat.deleted}':>12}  {printable(stat.path, 80)}"
        )
        for stat in stats[:MAX_FILES]
    ]
    if len(stats) > MAX_FILES:
        lines.append(Text(f"  {'':>12}  ... and {plural(len(stats) - MAX_FILES, 'more file', 'more files')}"))
    lines.append(Text(f"{plural(len(proposal.items), 'commit')}, {plural(len(stats), 'file')}, +{added} -{deleted}"))
    return lines


def _standing(person: object) -> str:
    level = getattr(person, "level", None)
    if person is None:
        return "  (not in the roster)"
    return f"  ({level})" if level else ""


def verdict_lines(verdict: Verdict) -> list[RenderableType]:
    """Return a judgement without a push: the answer first, then what is not in order."""
    lines: list[RenderableType] = []
    for ref in verdict.refs:
        assisted = sum(commit.assisted for commit in ref.commits)
        bad = [commit for commit in ref.commits if commit.outcome is not Outcome.ACCEPTED]
        of = f"{plural(len(ref.commits) + ref.known, 'commit')}, {assisted} AI-assisted"
        state = f"{short_ref(ref.ref)}: {WORDS[ref.outcome]}"
        amiss = "undecided" if ref.outcome is Outcome.UNDECIDED else "not in order"
        lines.append(
            Text.assemble(
                (visible(state), COLOURS[ref.outcome]),
                f" ({of}, {len(bad)} {amiss})" if bad else f" ({of})",
            )
        )
        lines += [Text(f"  {reason_text(problem)}") for problem in ref.problems]
        for commit in bad[:MAX_ROWS]:
            lines += _commit_lines(commit)
        if len(bad) > MAX_ROWS:
            lines.append(Text(f"  ... and {len(bad) - MAX_ROWS} more; --format json lists all"))
    return lines


def _commit_lines(commit: CommitFinding) -> list[RenderableType]:
    said = [Text(mark_text(commit.declaration, 30), "magenta" if commit.assisted else "")]
    said += [Text(reason_text(problem)) for problem in commit.problems]
    said += [
        Text(_rule_text(rule), COLOURS[rule.outcome]) for rule in commit.rules if rule.outcome is not Outcome.ACCEPTED
    ]
    return [
        Text.assemble("  ", (short(commit.commit), "yellow"), f"  {printable(commit.subject, 68)}"),
        Labelled((" " * 9, each) for each in said),
    ]


def _rule_text(rule: RuleFinding) -> str:
    """Return what one rule says, in one line."""
    if rule.applies is False:
        return f"rule {rule.rule}: does not apply"
    prefix = f"rule {rule.rule}" + (
        f" ({rule.enforcement.value} only)" if rule.enforcement is not Enforcement.REFUSE else ""
    )
    if rule.refuse:
        return f"{prefix}: {visible(rule.refuse, 100)}"
    if rule.outcome is Outcome.ACCEPTED:
        return f"{prefix}: satisfied, {signoffs_text(rule.needed, rule.approvers)}"
    if rule.outcome is Outcome.UNDECIDED:
        why = "who the author is" if rule.applies is None else "who pushed the commit first"
        return f"{prefix}: undecided, only the server knows {why} ({signoffs_text(rule.needed, rule.approvers)})"
    lifted = ", lifted" if rule.lifted else ""
    return f"{prefix}: missing {signoffs_text(rule.missing, rule.approvers)}{lifted}"


def explanation(finding: CommitFinding, dossier: Dossier) -> Tree:
    """Return the whole tree of reasons about one commit on one ref."""
    state = f"{short(finding.commit)} into {short_ref(dossier.ref)}: {WORDS[finding.outcome]}"
    tree = Tree(Text(visible(state), COLOURS[finding.outcome]))
    tree.add(Text(f"subject: {printable(finding.subject, 70)}"))
    marks = tree.add(Text(f"AI: {mark_text(finding.declaration)}"))
    for evidence in finding.declaration.evidence[:8]:
        place = f" (line {evidence.line})" if evidence.line else ""
        marks.add(Text(f"{evidence.strength} {evidence.kind}{place}: {printable(evidence.text.strip(), 70)}"))
    recollection = finding.declaration.recollection
    if recollection:
        pusher = visible(recollection.person) or "somebody whom the roster does not know"
        when = format_date(recollection.time)
        what = RECOGNISED[recollection.how]
        marks.add(Text(f"the mark was in {short(recollection.root)}, pushed by {pusher} on {when}: {what}"))
    if finding.pure_revert:
        tree.add(Text(f"pure revert: takes out {short(finding.pure_revert)}, byte for byte"))
    tree.add(Text(f"author: {visible(finding.author_email, 60)}, {_author_text(finding)}"))
    if finding.addition.value == "nothing":
        tree.add(Text("merge: exactly what Git makes of its parents; adds nothing of its own"))
    for problem in finding.problems:
        tree.add(Text(reason_text(problem), "red"))
    for rule in finding.rules:
        branch = tree.add(Text(_rule_text(rule), COLOURS[rule.outcome] if rule.applies is not False else "dim"))
        if rule.why:
            branch.add(Text(f"why: {printable(rule.why, 100)}", "dim"))
        if rule.excluded:
            branch.add(Text(f"not independent: {', '.join(map(visible, rule.excluded))}"))
        for view in rule.signoffs:
            said = "counts" if not view.flaw else signoff_flaw_text(view)
            if view.provisional:
                said = "counts, unless its signer pushed the commit first"
            if view.reviewed:
                said += f" (made for {', '.join(map(short, view.reviewed[:MAX_REVIEWED]))}, carried over)"
            branch.add(
                Text(
                    f"sign-off {short(view.statement)} by {visible(view.signer)}, {format_date(view.issued_at)}: {said}"
                )
            )
    return tree


def _author_text(finding: CommitFinding) -> str:
    authorship = finding.authorship
    if authorship.proved and authorship.proof:
        return f"proved to be {authorship.proved.id} by {authorship.proof.value.replace('_', ' ')}"
    claimed = f"claimed to be {authorship.claimed.id}" if authorship.claimed else "nobody of the roster"
    why = "only the server can tell" if authorship.open else ""
    why = reason_text(authorship.unproved) if authorship.unproved else why
    return f"{claimed}, not proved{f' ({why})' if why else ''}"
