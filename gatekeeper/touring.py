"""Use case: look back at many repositories, each in a process of its own; one that fails stops no other."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context
from tempfile import TemporaryDirectory

from gatekeeper.auditing import audit
from gatekeeper.core.audit import Audit, Failed, Population, Selection
from gatekeeper.core.globs import matches_ref
from gatekeeper.core.record import Record
from gatekeeper.formats.failure import advice, what_happened
from gatekeeper.gate import is_protected
from gatekeeper.git.starting import Start
from gatekeeper.installing import find_git
from gatekeeper.ledger import LedgerError
from gatekeeper.ledger.sqlite import SqliteLedger
from gatekeeper.opening import Server, UnconfiguredError
from gatekeeper.populating import population
from gatekeeper.surveying import NOTHING, Known, Scope, survey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gatekeeper.core.ai_report import AiReport

    Tick = Callable[[int, int], None]

NEXT = {
    "GitError": "gatekeeper doctor --repo {path}",
    "LedgerError": "gatekeeper doctor --repo {path}",
    "ConfigurationError": "gatekeeper doctor --repo {path}",
    "SourceError": "gatekeeper doctor --repo {path}",
    "UnconfiguredError": "gatekeeper install --repo {path}",
}
"""The next step of an auditor; for other errors that of `formats.failure`."""
SURVEYED = "survey.db"
"""Beside the ledger: what was surveyed of each commit."""

STOPPING = (signal.SIGINT, signal.SIGTERM)
"""Signals at which the process of one audit ends the children that it waits for."""
GRACE = 3
"""Seconds in which the process of one audit can clean up after Ctrl-C."""


class Job(Record):
    """One repository to look back at."""

    path: str
    """Its Git directory."""
    selection: Selection
    keep: int = 0
    """How many rows of landed commits the audit shall hold."""
    figures: bool = True
    """Whether figures are shown, and not only records of single decisions."""
    survey: bool = False
    """Whether to look at what the history says about AI tools."""


def is_guarded(server: Server) -> bool:
    """Whether a repository was ever armed: then a missing ledger is a fault, not a want of one."""
    return bool(server.given_name) or os.path.exists(server.ledger_path)


@contextmanager
def open_ledger(path: str) -> Iterator[tuple[Server, SqliteLedger]]:
    """Open an armed repository with its ledger.

    Raises:
        UnconfiguredError: if it was never armed.
        GitError, LedgerError: when something cannot be read.
    """
    git = find_git()
    with TemporaryDirectory() as scratch, Server(path, git, start=Start(path, git, state=scratch)) as server:
        if not is_guarded(server):
            raise UnconfiguredError(f"gatekeeper does not guard {path}: there is no record of what landed")
    with Server(path, git) as server:
        ledger = server.ledger()
        try:
            yield server, ledger
        finally:
            ledger.close()


def look_back(job: Job, tick: Tick = lambda _done, _all: None) -> Audit:
    """Audit one repository; without a ledger as far as that goes.

    Raises:
        SmallTeamError: if its policy shows no figures of a team that was asked for.
        ConfigurationError, SourceError, UnconfiguredError, GitError, LedgerError: when something cannot be read.
    """
    git = find_git()
    # Nothing is written into a repository that is not ours: it may be anybody's clone.
    with TemporaryDirectory() as scratch, Server(job.path, git, start=Start(job.path, git, state=scratch)) as server:
        if not is_guarded(server):
            found = _unguarded(server, job.selection)
            return found.replace(ai=_survey(server, job, NOTHING, tick)) if job.survey else found
    with open_ledger(job.path) as (server, ledger):
        audited = audit(server, ledger, job.selection, keep=job.keep, figures=job.figures, tick=tick)
        if not job.survey:
            return audited.audit
        known = Known(audited.force.policy, audited.force.roster, ledger)
        return audited.audit.replace(ai=_survey(server, job, known, tick))


def _survey(server: Server, job: Job, known: Known, tick: Tick) -> AiReport:
    """Look at what the history says about AI tools, on the selected refs, else on those that the policy protects.

    Without a policy, on the default branch.
    """
    refs = selected(server, job.selection.refs) if job.selection.refs else _protected(server, known)
    cache = os.path.join(os.path.dirname(server.ledger_path), SURVEYED) if known.ledger else None
    if job.selection.refs and not refs:
        refs = job.selection.refs  # the survey names what does not exist
    scope = Scope(refs=tuple(refs), since=job.selection.since, until=job.selection.until, teams=job.selection.teams)
    try:
        return survey(server.git_dir, server.now, scope, known, cache=cache, progress=tick)
    except LedgerError:  # it cannot be read to its end, which the audit itself has told
        return survey(server.git_dir, server.now, scope, Known(known.policy, known.roster), cache=cache, progress=tick)


def _protected(server: Server, known: Known) -> tuple[str, ...]:
    """Return the protected refs that exist, the default branch first: what it has counts for it."""
    if known.policy is None or known.ledger is None:
        return ()
    default = server.default_branch()
    refs = [ref for ref in server.all_refs() if is_protected(known.policy, known.ledger, ref, default)]
    return tuple(sorted(refs, key=lambda ref: (ref != default, ref)))


def selected(server: Server, patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the refs that match any of some patterns."""
    return tuple(ref for ref in server.all_refs() if any(matches_ref(pattern, ref) for pattern in patterns))


def _unguarded(server: Server, selection: Selection) -> Audit:
    """Return what can be said of a repository without a ledger: of the selected refs, else of the default branch."""
    wanted = selected(server, selection.refs) if selection.refs else (server.default_branch(),)
    tips = {ref: tip for ref, tip in server.all_refs().items() if ref in wanted}
    counted = population(server.engine(graph=False), tips, None) if tips else Population.empty()
    return Audit(
        repository=_name(server.git_dir),
        path=server.git_dir,
        ledger=None,
        population=counted,
        gate=None,
        control=None,
        duties=None,
        governance=None,
        limit=None,
        debts=(),
        exceptions=(),
    )


def _name(git_dir: str) -> str:
    """Return how people call a repository that has no stable name."""
    path = os.path.dirname(git_dir) if os.path.basename(git_dir) == ".git" else git_dir
    return os.path.basename(path).removesuffix(".git")


def failure(path: str, error: Exception) -> Failed:
    """Return what an error means for a repository's part of the report."""
    step = NEXT.get(type(error).__name__, advice(error)).format(path=path)
    return Failed(path=path, problem=what_happened(error), next=step)


def tour(jobs: Sequence[Job], done: Callable[[str], None]) -> Iterator[Audit | Failed]:
    """Audit repositories in parallel; yield the results in the order of the jobs.

    Args:
        jobs: What to look back at.
        done: Is told each repository's path when it is ready, in any order.
    """
    workers = min(len(jobs), os.cpu_count() or 1)
    # Not `fork`: what draws the progress is a thread.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        # Ctrl-C reaches every process of the terminal. One that starts, or waits for work, leaves it to who gives the
        # work: what is ignored here when a process starts is ignored there.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            futures = {pool.submit(_try, job): number for number, job in enumerate(jobs)}
        finally:
            signal.signal(signal.SIGINT, handler)
        found: dict[int, Audit | Failed] = {}
        try:
            for future in as_completed(futures):
                number = futures[future]
                with suppress(BrokenProcessPool):
                    found[number] = future.result()
                    done(jobs[number].path)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _end()
            raise
    # Whose process was killed (there was no memory left for it), and who was under way then: each alone, so that it
    # is known which one it is.
    for number, job in enumerate(jobs):
        if number not in found:
            found[number] = _alone(job)
            done(job.path)
    yield from (found[number] for number in range(len(jobs)))


def _alone(job: Job) -> Audit | Failed:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_try, job).result()
        except BrokenProcessPool:
            return Failed(path=job.path, problem="its audit was killed", next="look whether there is memory enough")


def _end() -> None:
    """Let the processes that Ctrl-C reached clean up after themselves; end those that it found starting or waiting."""
    deadline = time.monotonic() + GRACE
    for process in active_children():
        process.join(max(0.0, deadline - time.monotonic()))
        if process.is_alive():
            process.terminate()
    for process in active_children():
        process.join(GRACE)


def _try(job: Job) -> Audit | Failed:
    """Audit one repository in a process of its own, which Ctrl-C stops in order."""
    for number in STOPPING:
        signal.signal(number, signal.default_int_handler)
    try:
        return look_back(job)
    except KeyboardInterrupt:
        os._exit(1)  # all is cleaned up; the pool would go on with what is queued already, and nobody waits for that
    except Exception as error:  # noqa: BLE001 - whatever it is, it stops no other repository
        return failure(job.path, error)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
