"""What the sub-commands of `audit` share: which repositories, which period, progress, and how it ends."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from gatekeeper import __version__
from gatekeeper.cli import OK, REFUSED, UNDECIDED
from gatekeeper.cli.common import err, git_directory
from gatekeeper.core.audit import Audit, Failed, Report, Selection
from gatekeeper.core.clock import MalformedTimeError, parse_span, parse_time
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.push import full_name
from gatekeeper.formats.text import printable, visible
from gatekeeper.touring import Job, failure, look_back, tour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import Progress


def options(formats: Sequence[str]) -> Callable[[Any], Any]:
    """Return a decorator that adds the options of an audit; `formats` are those that the command can write.

    What chooses landed commits reaches the command as one `Selection`, `chosen`.
    """
    repo = "A repository, a pattern, or a directory of repositories. Can be repeated."
    since = "What landed from then on: 90d, 2026-01-01, 2026-01-01T09:00:00Z."
    ref = "Only this ref or pattern, such as 'release/**'. Can be repeated."
    choice = click.Choice(list(formats))
    added = (
        click.option("--repo", "repos", multiple=True, required=True, metavar="DIR|GLOB", help=repo),
        click.option("--since", metavar="WHEN", help=since),
        click.option("--until", metavar="WHEN", help="What landed before then."),
        click.option("--ref", "refs", multiple=True, metavar="REF", help=ref),
        click.option("--team", "teams", multiple=True, metavar="TEAM", help="Only what this team's people wrote."),
        click.option("--format", "form", type=choice, default="text", help="How to print the result."),
        click.option("-o", "--output", metavar="FILE", help="Write to a file: whole, or not at all."),
    )

    def add(command: Any) -> Any:
        @functools.wraps(command)
        def choosing(
            *context: Any,
            since: str | None,
            until: str | None,
            refs: tuple[str, ...],
            teams: tuple[str, ...],
            **others: Any,
        ) -> Any:
            return command(*context, chosen=selection(since, until, refs, teams, now()), **others)

        added_to: Any = choosing
        for option in reversed(added):
            added_to = option(added_to)
        return added_to

    return add


def find_repositories(patterns: Sequence[str]) -> list[str]:
    """Return the Git directories that are meant, each once, in order.

    Raises:
        click.BadParameter: for one that leads to none.
    """
    found: list[str] = []
    for pattern in patterns:
        paths = [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern, recursive=True))
        several = [path for name in paths for path in _below(name)]
        if not several:
            # Says which: there is nothing of that name, or it is no repository.
            several = [git_directory(pattern)]
        found += several
    once: dict[str, str] = {}
    for path in found:
        once.setdefault(os.path.realpath(path), path)  # a link leads to a repository that may be meant already
    return list(once.values())


def _below(path: str) -> list[str]:
    """Return the repository at a path, or those in the directories below it."""
    with contextlib.suppress(click.BadParameter):
        return [git_directory(path)]
    found: list[str] = []
    for directory, names, _ in os.walk(path):
        for name in list(names):
            with contextlib.suppress(click.BadParameter):
                found.append(git_directory(os.path.join(directory, name)))
                names.remove(name)  # nothing is looked for inside a repository
    return sorted(found)


def selection(
    since: str | None, until: str | None, refs: Sequence[str], teams: Sequence[str], now: Timestamp
) -> Selection:
    """Return what is looked at, from the options.

    Raises:
        click.BadParameter: for a time that is none.
    """
    return Selection(
        since=_moment(since, "--since", now),
        until=_moment(until, "--until", now),
        refs=tuple(map(full_name, refs)),
        teams=tuple(teams),
    )


def _moment(text: str | None, option: str, now: Timestamp) -> Timestamp | None:
    """Parse a span before now, a date (midnight UTC) or a time."""
    if text is None:
        return None
    with contextlib.suppress(MalformedTimeError):
        return Timestamp(now - parse_span(text))
    try:
        return parse_time(text if "T" in text else f"{text}T00:00:00Z")
    except MalformedTimeError:
        hint = "a span such as 90d, a date such as 2026-01-01, or a time such as 2026-01-01T09:00:00Z"
        raise click.BadParameter(f"{visible(text)} is not {hint}", param_hint=option) from None


def now() -> Timestamp:
    """Return the time."""
    return Timestamp(int(time.time()))


def report(
    ctx: click.Context,
    repos: Sequence[str],
    chosen: Selection,
    *,
    keep: int = 0,
    records: bool = False,
    survey: bool = False,
) -> Report:
    """Audit repositories with a progress display on standard error; one alone fails as any command does.

    With `records`, only records of single decisions will be shown, and no figures; `keep` is how many rows to hold;
    with `survey`, what the history says about AI tools is looked at, too.
    """
    paths = find_repositories(repos)
    jobs = [Job(path=path, selection=chosen, keep=keep, figures=not records, survey=survey) for path in paths]
    with progress(ctx) as shown:
        found = [_one(jobs[0], shown)] if len(jobs) == 1 else _many(jobs, shown)
    failed = tuple(each for each in found if isinstance(each, Failed))
    tell_failed(ctx, failed)
    audits = tuple(each for each in found if isinstance(each, Audit))
    gates = [audit.gate for audit in audits if audit.gate is not None]
    if chosen.refs and gates and not any(gate.refs for gate in gates):
        names = ", ".join(visible(ref, 100) for ref in chosen.refs)
        err(ctx).print(f"note: no guarded ref is called {names}; nothing was looked at")
    return Report(
        generated_at=now(),
        gatekeeper=__version__,
        selection=chosen,
        repositories=audits,
        failed=failed,
    )


def _one(job: Job, shown: Progress) -> Audit:
    task = shown.add_task(os.path.basename(job.path.removesuffix("/.git")), total=None)
    return look_back(job, lambda done, everything: shown.update(task, completed=done, total=everything))


def _many(jobs: Sequence[Job], shown: Progress) -> list[Audit | Failed]:
    task = shown.add_task(f"{len(jobs)} repositories", total=len(jobs))
    return list(tour(jobs, lambda _path: shown.advance(task)))


def progress(ctx: click.Context) -> Progress:
    """Return a progress display on standard error; where that is no terminal, or to be plain, nothing is drawn."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    plain = ctx.find_root().obj is False or not sys.stderr.isatty()
    return Progress(*columns, console=err(ctx), transient=True, disable=plain)


def tell_failed(ctx: click.Context, failed: Sequence[Failed]) -> None:
    """Say on standard error which repositories could not be audited: a report in a file may not be read at once."""
    for each in failed:
        err(ctx).print(f"gatekeeper: {visible(each.path, 400)}: {printable(each.problem, 400)}")
        if each.next:
            err(ctx).print(f"Next: {printable(each.next, 400)}")


def status(found: Report) -> int:
    """Return the exit status of a report."""
    if found.failed and not found.repositories:
        return UNDECIDED
    return OK if found.in_order else REFUSED


def failures(paths: Sequence[str], work: Callable[[str], Iterator[Any]], failed: list[Failed]) -> Iterator[Any]:
    """Yield what `work` yields for each repository; one alone fails as any command does, one of many is noted."""
    for path in paths:
        try:
            yield from work(path)
        except Exception as error:
            if len(paths) == 1:
                raise
            failed.append(failure(path, error))
