"""`gatekeeper audit`: look back."""

from __future__ import annotations

import json
import shlex
from collections import deque
from typing import TYPE_CHECKING

import click

from gatekeeper import __version__
from gatekeeper.auditing import changes
from gatekeeper.cli import OK, REFUSED, UNDECIDED
from gatekeeper.cli.common import UNBOUNDED, out
from gatekeeper.cli.evidence import command as evidence
from gatekeeper.cli.looking import (
    failures,
    find_repositories,
    now,
    options,
    report,
    status,
    tell_failed,
)
from gatekeeper.cli.writing import writing
from gatekeeper.core.audit import Failed, Report, Selection
from gatekeeper.formats.audit_csv import changes_csv, exceptions_csv, summary_csv
from gatekeeper.formats.audit_json import changes_lines, exceptions_data, summary_data
from gatekeeper.formats.audit_text import changes_table, exception_parts, summary_parts
from gatekeeper.formats.terminal import MAX_ROWS, console
from gatekeeper.formats.text import plural
from gatekeeper.touring import open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from rich.console import RenderableType

    from gatekeeper.citing import Tabled
    from gatekeeper.core.landed import Landed

SUMMARY = "summary"
COMMIT_URL = "Where commits are on the web, for links in a page: https://git.example.com/{repository}/commit/{commit}"


class Group(click.Group):
    """A group whose command without a name is `summary`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name in where it was left out."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [SUMMARY, *args]
        return super().parse_args(ctx, args)


@click.group(
    "audit",
    cls=Group,
    epilog="Without a name: summary. Exit status: 0 in order, 1 something needs a person, 2 wrong use or "
    "configuration, 3 could not decide.",
)
def command() -> None:
    """Look back: what landed, who approved it, what is amiss.

    Of one repository or many, by their ledgers and their history together.
    """


command.add_command(evidence)


@command.command(SUMMARY)
@options(("text", "json", "csv", "html"))
@click.option("--commit-url", metavar="TEMPLATE", help=COMMIT_URL)
@click.pass_context
def summary(
    ctx: click.Context,
    repos: tuple[str, ...],
    chosen: Selection,
    form: str,
    output: str | None,
    commit_url: str | None,
) -> int:
    """Is everything in order: the result first, then how it came about.

    A repository without a ledger is counted as far as that goes.
    """
    if form == "html":
        return _page(ctx, repos, chosen, output, commit_url or "")
    if commit_url:
        raise click.UsageError("--commit-url is for --format html")
    found = report(ctx, repos, chosen, survey=True)
    with writing(output) as file:
        if form == "json":
            _write(file, [json.dumps(summary_data(found), indent=2), "\n"])
        elif form == "csv":
            _write(file, summary_csv(summary_data(found)))
        else:
            _show(ctx, file, output, [*summary_parts(found), *_next(repos, found)])
    return status(found)


def _page(ctx: click.Context, repos: tuple[str, ...], chosen: Selection, output: str | None, commit_url: str) -> int:
    """Write the summary as a page."""
    # Templates and plots: only for a page.
    from gatekeeper.formats.html import page
    from gatekeeper.formats.html.rows import MOST, AddressError, checked_address

    try:
        address = checked_address(commit_url) if commit_url else ""
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="--commit-url") from None
    found = report(ctx, repos, chosen, keep=MOST, survey=True)
    with writing(output) as file:
        _write(file, [page(found, commit_url=address)])
    return status(found)


@command.command("exceptions")
@options(("text", "json", "csv"))
@click.pass_context
def exceptions(
    ctx: click.Context,
    repos: tuple[str, ...],
    chosen: Selection,
    form: str,
    output: str | None,
) -> int:
    """Only what needs a person, worst first, each with the next step."""
    found = report(ctx, repos, chosen, records=True)
    with writing(output) as file:
        if form == "json":
            _write(file, [json.dumps(exceptions_data(found), indent=2), "\n"])
        elif form == "csv":
            _write(file, exceptions_csv(found.exceptions))
        elif found.exceptions:
            _show(ctx, file, output, list(exception_parts(found))[1:])
        else:
            blind = sum(audit.ledger is None for audit in found.repositories)
            unknown = f", {blind} without a ledger: who approved what there cannot be known" if blind else ""
            where = plural(len(found.repositories), "repository", "repositories")
            _show(ctx, file, output, [f"No exceptions in {where}{unknown}."])
    return status(found)


@command.command("changes")
@options(("text", "json", "csv"))
@click.pass_context
def landed(
    ctx: click.Context,
    repos: tuple[str, ...],
    chosen: Selection,
    form: str,
    output: str | None,
) -> int:
    """One row for each commit that landed: who wrote, approved and pushed it.

    Everything as it was on that day. Every sign-off is checked again; what does not hold is in the row.
    """
    paths = find_repositories(repos)
    failed: list[Failed] = []
    seen = _Seen()
    rows = seen.watch(failures(paths, lambda path: _rows(path, chosen), failed))
    head = Report(generated_at=now(), gatekeeper=__version__, selection=chosen, repositories=(), failed=())
    with writing(output) as file:
        if form == "json":
            _write(file, changes_lines(head, rows, failed))
        elif form == "csv":
            _write(file, changes_csv(rows))
        else:
            latest = deque(rows, maxlen=MAX_ROWS)
            more = seen.count - len(latest)
            note = [f"({more} earlier ones are left out; --format csv lists all)"] if more else []
            nothing = "Nothing has landed." if chosen == Selection() else "Nothing has landed that was asked for."
            _show(ctx, file, output, [*note, changes_table(list(latest)) if latest else nothing])
    tell_failed(ctx, failed)
    if len(failed) == len(paths):
        return UNDECIDED
    return REFUSED if failed or seen.bad else OK


class _Seen:
    """What went by."""

    def __init__(self) -> None:
        self.count = 0
        self.bad = False

    def watch(self, rows: Iterable[Tabled]) -> Iterator[Landed]:
        """Let rows go by."""
        for tabled in rows:
            self.count += 1
            self.bad = self.bad or bool(tabled.exceptions)
            yield tabled.row


def _rows(path: str, chosen: Selection) -> Iterator[Tabled]:
    with open_ledger(path) as (server, ledger):
        yield from changes(server, ledger, chosen)


def _write(file: TextIO, pieces: Iterable[str]) -> None:
    file.writelines(pieces)


def _show(ctx: click.Context, file: TextIO, output: str | None, parts: Iterable[RenderableType]) -> None:
    """Print for people; into a file without colour, and nothing is cut."""
    screen = out(ctx) if output in (None, "-") else console(file=file, colour=False, width=UNBOUNDED)
    for part in parts:
        screen.print(part, soft_wrap=isinstance(part, str) or getattr(part, "no_wrap", False) is True)


def _next(repos: tuple[str, ...], found: Report) -> list[str]:
    """Return the next command: into the rows; where there are none, to the page."""
    where = " ".join(f"--repo {shlex.quote(repo)}" for repo in repos)
    if any(audit.ledger for audit in found.repositories):
        return ["", f"Next: gatekeeper audit changes {where}"]
    return ["", f"Next: gatekeeper audit {where} --format html -o audit.html"]
