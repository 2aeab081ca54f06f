"""Use case: survey a history for AI tools and what became of their output. Figures only: nothing is decided by them.

It needs a repository, bare or not, and nothing else. With a policy it knows what counts as a mark and which tools are
allowed, with a roster teams and levels, with a ledger what was remembered and how long approvals took.
"""

from __future__ import annotations

import os
import sqlite3

from gatekeeper import __version__
from gatekeeper.core.authorship_log import LIMIT
from gatekeeper.core.commits import Glimpse, MalformedCommitError
from gatekeeper.core.declaration import DEFAULT, declare, with_log
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.mainline import Mainline
from gatekeeper.core.privacy import Privacy
from gatekeeper.core.push import NOTES
from gatekeeper.core.record import Record
from gatekeeper.core.shares import Tally
from gatekeeper.core.survey import say
from gatekeeper.core.tool_table import ROWS
from gatekeeper.formats.text import plural, visible
from gatekeeper.git import GitError
from gatekeeper.git.history import History
from gatekeeper.pacing import Paces
from gatekeeper.survey_cache import SpoiledError, SurveyCache, cache_path, remove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gatekeeper.core.ai_report import AiReport
    from gatekeeper.core.declaration import MarkRules
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.people import Roster
    from gatekeeper.core.policy import Policy
    from gatekeeper.core.survey import Done, Said
    from gatekeeper.ledger import Ledger

    Progress = Callable[[int, int], None]
    """Told how many commits are surveyed, and how many are to be."""

UNDATED = "dates are those that committers' clocks wrote into commits; nobody checks them"
UNNAMED = "authors are counted by the address in the commit; no mailmap is applied"
NO_LEDGER = "without a ledger nobody knows which marks were dropped, nor how long approvals took"
NO_ROSTER = "without a roster nobody knows teams and levels"
STEP = 500
"""Commits between two words about progress."""
TOO_FEW = "the teams that were asked for have too few people to show figures of them (`privacy` in the policy)"
SILENT = "a commit without a mark may have had AI in it all the same"


class Scope(Record):
    """Which commits count."""

    refs: tuple[str, ...] = ()
    """Full names of the refs whose commits are looked at; none: the default branch. One that does not exist is named
    in `unknown`."""
    since: Timestamp | None = None
    """Inclusive; by the committer's clock of what brought a commit onto the mainline."""
    until: Timestamp | None = None
    """Likewise, exclusive."""
    teams: tuple[str, ...] = ()
    """Only changes by people of these teams; none: everybody's."""


class Known:
    """What is known besides the repository; each part may be missing."""

    __slots__ = ("ledger", "policy", "roster")

    def __init__(
        self, policy: Policy | None = None, roster: Roster | None = None, ledger: Ledger | None = None
    ) -> None:
        """Take the policy and roster in force, and the open ledger."""
        self.policy = policy
        self.roster = roster
        self.ledger = ledger


NOTHING = Known()
EVERYTHING = Scope()


def survey(
    directory: str,
    now: Timestamp,
    scope: Scope = EVERYTHING,
    known: Known = NOTHING,
    *,
    cache: str | None = None,
    progress: Progress | None = None,
) -> AiReport:
    """Survey the commits of a repository.

    Args:
        directory: The repository, or a directory in it.
        now: The time of the audit; later dates are not believed.
        scope: Which commits count.
        known: The policy's own marks, its rules about tools, and `privacy`; the roster's teams and levels; what the
            ledger remembers, and its times.
        cache: The file that keeps what was surveyed; None: in the user's cache directory; empty: nowhere.
        progress: Told from time to time how far it is.

    Raises:
        GitError: if there is no repository, or Git cannot say all of it.
        LedgerError: if the ledger cannot be read.
    """
    policy, roster = known.policy, known.roster
    with History(directory) as history:
        tips = {name: history.tip(name) for name in scope.refs or (history.head(),)}
        wanted = Wanted(history, [tip for tip in tips.values() if tip], scope, progress or _quiet)
        paces = Paces(known.ledger, scope.since, scope.until) if known.ledger is not None else None

        hidden = _why_hidden(known, scope.teams)

        def tally() -> Tally:
            return Tally(
                now,
                person=roster.by_email if roster is not None else None,
                people=roster.everybody() if roster is not None else (),
                privacy=policy.privacy if policy else None,
                teams=None if hidden else scope.teams,
                verdicts=paces.verdicts if paces else None,
            )

        rules = policy.assisted if policy else DEFAULT
        filled = _surveyed(wanted, rules, cache_path(history.git_dir) if cache is None else cache, tally)
        unknown = list(_unknown(history, tips, known))
        return filled.report(
            allowed=_allowed(policy),
            times=paces.times() if paces and not scope.teams else None,
            unknown=(hidden, *unknown) if hidden else tuple(unknown),
        )


def _why_hidden(known: Known, teams: Sequence[str]) -> str:
    """Return why no figures of the teams that were asked for are shown, in words; empty: they are."""
    if not teams:
        return ""
    if known.roster is None:
        return "without a roster nobody knows who is in the teams that were asked for"
    people = sum(not person.bot and not set(teams).isdisjoint(person.teams) for person in known.roster.everybody())
    return "" if (known.policy.privacy if known.policy else Privacy()).shows_team(people) else TOO_FEW


class Wanted:
    """What is asked of a history."""

    def __init__(
        self,
        history: History,
        tips: Sequence[ObjectId],
        scope: Scope,
        progress: Progress,
    ) -> None:
        """See `survey`."""
        self.history = history
        self.progress = progress
        self.notes = history.notes(NOTES)
        self._tips = tips
        self._scope = scope

    def commits(self) -> Iterator[tuple[str, int, Timestamp]]:
        """Yield the commits that landed in the period, parents first: id, step of the mainline, time of the landing.

        All are walked: a walk that stops at the first old date would lose what skewed clocks wrote before it.
        """
        mainline = Mainline()
        for commit, time, parents in self.history.commits(self._tips):
            mainline.add(commit, time, parents)
        since, until = self._scope.since, self._scope.until
        for commit, step, landed_at in mainline.landings(self._tips):
            if (since is None or landed_at >= since) and (until is None or landed_at < until):
                yield commit, step, landed_at


def _quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def _surveyed(wanted: Wanted, rules: MarkRules, path: str, tally: Callable[[], Tally]) -> Tally:
    """Return the filled tally; a cache that is spoiled is made anew once, and then done without."""
    temporary = os.path.join(wanted.history.scratch, "survey.db")
    for place in (path, path, temporary) if path else (temporary,):
        try:
            with SurveyCache(place, rules_digest(rules)) as cache:
                _fill(wanted, rules, cache)
                filled = tally()
                for commit in cache.all():
                    filled.add(commit)
                return filled
        except (SpoiledError, sqlite3.Error, OSError) as error:
            if place == temporary:
                raise GitError(f"nothing can be kept in {wanted.history.scratch}: {error}") from None
            remove(place)
    raise AssertionError("a temporary file is the last to be tried")


def _fill(wanted: Wanted, rules: MarkRules, cache: SurveyCache) -> None:
    """Read what the cache does not know."""
    history, notes = wanted.history, wanted.notes
    total = cache.want(wanted.commits(), notes)
    unsaid = cache.unsaid()
    cache.say((name, notes.get(name, ""), said) for name, said in _said(history, unsaid, notes, rules))
    # At the boundary of a shallow clone the parent is not there: against nothing, all would look new.
    undone = [name for name, parents in cache.undone() if parents <= 1 and name not in history.boundary]
    done = total - len(undone)
    wanted.progress(done, total)

    def counted() -> Iterator[tuple[str, Done]]:
        for count, each in enumerate(history.changes(undone), done + 1):
            if count % STEP == 0:
                wanted.progress(count, total)
            yield each

    cache.do(counted())
    wanted.progress(total, total)


def _said(
    history: History, ids: Sequence[str], notes: Mapping[str, str], rules: MarkRules
) -> Iterator[tuple[str, Said | None]]:
    """Yield what commits say, from their bytes; None for one that cannot be read."""
    for raw in history.objects(ids):
        said = None
        if raw.kind == "commit":
            try:
                commit = Glimpse(raw.data)
            except MalformedCommitError:
                pass
            else:
                log = history.note(notes[raw.id], LIMIT) if raw.id in notes else b""
                said = say(commit, raw.data.partition(b"\n\n")[0], with_log(declare(commit, rules), log, rules))
        yield raw.id, said


def rules_digest(rules: MarkRules) -> str:
    """Return a digest of all that counts as a mark: the version's table, and what a policy adds."""
    return sha256_hex(f"{__version__}\0{ROWS!r}\0{rules!r}".encode("utf-8", "backslashreplace"))


def _allowed(policy: Policy | None) -> Callable[[str], bool | None]:
    """Return whether a policy lets a tool be used: a rule that refuses it says no, any other that names it yes."""
    refused: set[str] = set()
    named: set[str] = set()
    for rule in policy.rules if policy else ():
        (refused if rule.refuse is not None else named).update(rule.when.tools)
    return lambda tool: False if tool in refused else True if tool in named else None


def _unknown(history: History, tips: Mapping[str, ObjectId | None], known: Known) -> Iterator[str]:
    """Yield what the figures cannot know."""
    missing = [visible(name) for name, tip in tips.items() if tip is None]
    if missing:
        yield f"{', '.join(missing)}: no such ref, or it leads to no commit"
    if history.boundary:
        yield (
            f"a shallow clone: what comes before {plural(len(history.boundary), 'commit')} is missing, and what these "
            "change is not known; get the rest with: git fetch --unshallow"
        )
    yield SILENT
    yield UNDATED
    yield UNNAMED
    if known.ledger is None:
        yield NO_LEDGER
    elif through := known.ledger.pruned():
        yield f"the ledger's entries up to {through} were pruned: dropped marks and times of then are not known"
    if known.roster is None:
        yield NO_ROSTER
