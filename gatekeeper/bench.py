"""Where everything known comes from when commits are judged, and how commits are read for it."""

from __future__ import annotations

from gatekeeper.core.attestation import Attestation
from gatekeeper.core.commits import Commit, MalformedCommitError, parse_commit
from gatekeeper.core.governance import Governed
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.people import Roster
from gatekeeper.core.policy import Policy
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Testimony
from gatekeeper.git import Engine, RawObject
from gatekeeper.ledger import Ledger, Reviewed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

MAX_KEPT = 256 * 1024 * 1024
"""Bytes of all messages that are judged together: 82,000 commits of a large project have 81 MB."""
FEW = 16
"""Questions about ancestry, with a child each, before a walk through all that is behind a ref is cheaper."""
SHORT_LINE = 12
"""Commits that are read one after the other; for more a walk is cheaper."""


class UnjudgeableError(Exception):
    """Something cannot be judged at all; carries the reason for the refusal."""

    def __init__(self, why: Reason) -> None:
        """Keep the reason as data."""
        super().__init__(why.code)
        self.reason = why


class Court(Record):
    """By what a testimony is examined."""

    roster: Roster
    repository: str
    leavers_drop: bool
    now: Timestamp


def from_ledger(
    ledger: Ledger,
    court: Court,
    arriving: Sequence[Testimony] = (),
    check_time: Callable[[], None] = lambda: None,
) -> Callable[[Sequence[ObjectId]], Mapping[ObjectId, Sequence[Testimony]]]:
    """Return a source of testimonies: what the ledger received before, and what arrives with this push."""

    def about(ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Testimony]]:
        subjects = ledger.subjects(ids)
        if not subjects and not arriving:
            return {}
        from gatekeeper.testimonies import recall  # only where there is a sign-off

        recalled: dict[StatementId, Testimony] = {}
        for stored in ledger.signoffs({statement for many in subjects.values() for statement in many}):
            check_time()
            recalled[stored.statement] = recall(stored, court)
        found = {commit: [recalled[statement] for statement in many] for commit, many in subjects.items()}
        wanted = set(ids)
        for testimony in arriving:
            for commit in testimony.statement.commits:
                if commit.id in wanted:
                    found.setdefault(commit.id, []).append(testimony)
        return found

    return about


class Bench(Record):
    """Where everything known comes from, the same for all refs of one judgement."""

    engine: Engine
    policy: Policy
    roster: Roster
    repository: str
    """The stable name that sign-offs are bound to."""
    now: Timestamp
    ledger: Ledger | None
    """None: in a clone or in CI; what depends on it is undecided, never guessed."""
    signoffs: Callable[[Sequence[ObjectId]], Mapping[ObjectId, Sequence[Testimony]]]
    """Every statement about commits that has been received, or arrives with this push."""
    notes: Callable[[Sequence[ObjectId]], Mapping[ObjectId, Sequence[Attestation]]] = lambda _ids: {}
    """What notes of git-ai say about commits that arrive with this push, or are in this clone."""
    governed: Governed | None = None
    """The ref on which policy and roster lie, where that is known: on the server."""
    beside: tuple[Reviewed, ...] = ()
    """What the other updates of the same push bring to their refs, as far as they are judged."""


def stream_commits(bench: Bench, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> Iterator[Commit]:
    """Walk and parse, one commit at a time.

    Raises:
        UnjudgeableError: for a malformed or oversized commit, or too many of them.
    """
    limit = bench.policy.limits.commits
    for number, raw in enumerate(bench.engine.commits(include, exclude)):
        if number == limit:
            raise UnjudgeableError(reason("too-many-commits", limit=limit))
        yield _parse(bench, raw)


def read_commits(bench: Bench, include: Sequence[ObjectId], exclude: Iterable[ObjectId]) -> list[Commit]:
    """Walk, parse and keep.

    Raises:
        UnjudgeableError: as for `stream_commits`, and for more bytes than can be kept.
    """
    return _kept(stream_commits(bench, include, exclude))


def _kept(found: Iterable[Commit]) -> list[Commit]:
    """Keep commits, up to `MAX_KEPT`."""
    commits: list[Commit] = []
    size = 0
    for commit in found:
        size += len(commit.message)
        if size > MAX_KEPT:
            raise UnjudgeableError(reason("too-many-bytes", limit=MAX_KEPT))
        commits.append(commit)
    return commits


def over_listed(
    engine: Engine, commits: Sequence[Commit], excluded: Sequence[ObjectId], new: frozenset[ObjectId]
) -> frozenset[ObjectId]:
    """Return those of the listed commits that are behind an excluded tip after all.

    With skewed dates and no commit-graph a walk lists too many commits, never too few. What is new to the server
    cannot be behind what was there; and if a commit is behind a tip, then so are those behind it.
    """
    old = [commit for commit in commits if commit.id not in new]
    listed = frozenset(commit.id for commit in old)
    lowest = [commit.id for commit in old if listed.isdisjoint(commit.parents)]
    few = len(lowest) * len(excluded) <= FEW
    if few and not any(engine.is_ancestor(commit, tip) for commit in lowest for tip in excluded):
        return frozenset()
    return listed.intersection(engine.ids(excluded, []))


def check_trees(bench: Bench, tip: ObjectId, exclude: Iterable[ObjectId]) -> None:
    """Look for trees that two readers would read differently, in what a tip has and the exclusions have not.

    Raises:
        UnjudgeableError: for a malformed tree.
    """
    from gatekeeper.core.trees import MalformedTreeError, check_tree  # only where receive.fsckObjects is not set

    engine = bench.engine
    for raw in engine.trees([tip], exclude):
        engine.check_time()
        try:
            check_tree(raw.data, engine.object_format.raw_length)
        except MalformedTreeError as error:
            raise UnjudgeableError(reason("malformed-tree", tree=raw.id, what=str(error))) from None


def read_line(bench: Bench, tip: ObjectId, base: ObjectId) -> list[Commit] | None:
    """Read the commits on top of `base` if they are a short line, as most pushes are; else None.

    Raises:
        UnjudgeableError: as for `read_commits`.
    """
    found = bench.engine.line(tip, base, min(SHORT_LINE, bench.policy.limits.commits))
    return None if found is None else _kept(_parse(bench, raw) for raw in found)


def read_these(bench: Bench, ids: Sequence[ObjectId]) -> list[Commit]:
    """Read and parse commits in the order asked.

    Raises:
        UnjudgeableError: if one is none, or a malformed or oversized one.
    """
    return [_parse(bench, raw) for raw in bench.engine.objects(ids)]


def well_formed(bench: Bench, ids: Sequence[ObjectId]) -> list[Commit]:
    """Read commits and return those that can be judged."""
    found: list[Commit] = []
    for raw in bench.engine.objects(ids):
        try:
            found.append(_parse(bench, raw))
        except UnjudgeableError:
            continue
    return found


def read_commit(bench: Bench, commit: ObjectId) -> Commit:
    """Read and parse one commit.

    Raises:
        UnjudgeableError: if it is none, or a malformed or oversized one.
    """
    return _parse(bench, next(iter(bench.engine.objects([commit]))))


def _parse(bench: Bench, raw: RawObject) -> Commit:
    limit = bench.policy.limits.commit_bytes
    if raw.kind != "commit":
        raise UnjudgeableError(reason("not-a-commit", commit=raw.id, kind=raw.kind))
    if len(raw.data) > limit:
        raise UnjudgeableError(reason("commit-too-large", commit=raw.id, limit=limit))
    try:
        return parse_commit(ObjectId(raw.id), raw.data, bench.engine.object_format)
    except MalformedCommitError as error:
        raise UnjudgeableError(reason("malformed-commit", commit=raw.id, what=str(error))) from None
