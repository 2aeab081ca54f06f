"""Use case: judge without a push: in CI, before a deployment, at a desk, or on the server with its ledger."""

from __future__ import annotations

from gatekeeper.bench import Bench, UnjudgeableError, read_commit, read_commits
from gatekeeper.core.commits import Commit
from gatekeeper.core.dossier import Dossier
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.policy import Setting, evaluate
from gatekeeper.core.verdict import CommitFinding, RefFinding, Verdict
from gatekeeper.gathering import Arrival, gather
from gatekeeper.git import Engine
from gatekeeper.ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def check(bench: Bench, ref: str, head: ObjectId, exclude: Sequence[ObjectId]) -> Verdict:
    """Judge the commits reachable from `head` and not from `exclude`, as if they were pushed to `ref`.

    Where there is a ledger, what is behind the ref's baseline is left out, as in a push.
    """
    zero = bench.engine.object_format.zero
    finding = RefFinding(ref=ref, old=exclude[0] if exclude else zero, new=head, protected=True)
    try:
        behind = baseline(bench.engine, bench.ledger, ref) if bench.ledger else []
        commits = read_commits(bench, [head], [*exclude, *behind])
        judged, known = _judge(bench, ref, commits)
    except UnjudgeableError as error:
        return Verdict(refs=(finding.replace(problems=(error.reason,)),))
    return Verdict(refs=(finding.replace(commits=judged, known=known),))


def explain(bench: Bench, ref: str, commit: ObjectId) -> tuple[CommitFinding | None, Dossier | None]:
    """Judge one commit alone; None if the ledger vouches for it, or it is behind the ref's baseline.

    Raises:
        UnjudgeableError: if it is malformed.
    """
    commits = [read_commit(bench, commit)]
    behind = baseline(bench.engine, bench.ledger, ref) if bench.ledger else []
    if any(bench.engine.is_ancestor(commit, base) for base in behind):
        return None, None
    gathered = gather(bench, ref, commits, Arrival())
    if not gathered.dossiers:
        return None, None
    dossier = gathered.dossiers[0]
    return evaluate(dossier, _setting(bench)), dossier


def baseline(engine: Engine, ledger: Ledger, ref: str) -> list[ObjectId]:
    """Return the commits behind which a ref needs no judgement, as far as they are still there."""
    names = [f"{tip}^{{commit}}" for tip in ledger.baselines(ref)]
    return [found for found, kind, _ in engine.kinds(names) if found and kind == "commit"]


def _setting(bench: Bench) -> Setting:
    return Setting(policy=bench.policy, ladder=bench.roster.ladder, now=bench.now)


def _judge(bench: Bench, ref: str, commits: Sequence[Commit]) -> tuple[tuple[CommitFinding, ...], int]:
    gathered = gather(bench, ref, commits, Arrival())
    setting = _setting(bench)
    return tuple(evaluate(dossier, setting) for dossier in gathered.dossiers), len(gathered.known)
