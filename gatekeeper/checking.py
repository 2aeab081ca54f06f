"""Use case: judge without a push: in CI, before a deployment, at a desk, or on the server with its ledger."""

from __future__ import annotations

from gatekeeper.bench import Bench, UnjudgeableError, over_listed, read_commit, read_commits
from gatekeeper.core.commits import Commit
from gatekeeper.core.dossier import Dossier
from gatekeeper.core.evaluation import evaluate
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.policy import Setting
from gatekeeper.core.verdict import CommitFinding, Outcome, RefFinding, Verdict
from gatekeeper.gathering import Arrival, gather
from gatekeeper.git import Engine
from gatekeeper.governing import Judgement, judge_update
from gatekeeper.ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def check(bench: Bench, ref: str, head: ObjectId, exclude: Sequence[ObjectId]) -> Verdict:
    """Judge the commits reachable from `head` and not from `exclude`, as if they were pushed to `ref`.

    Where there is a ledger, what is behind the ref's baseline is left out, as in a push. Where it is known that policy
    and roster lie on the ref, a change of them is judged too.
    """
    zero = bench.engine.object_format.zero
    finding = RefFinding(ref=ref, old=exclude[0] if exclude else zero, new=head, protected=True)
    try:
        behind = baseline(bench.engine, bench.ledger, ref) if bench.ledger else []
        commits = read_commits(bench, [head], [*exclude, *behind])
        judged, known = _judge(bench, ref, commits)
        if any(each.outcome is not Outcome.ACCEPTED for each in judged):
            over = over_listed(bench.engine, commits, [*exclude, *behind], frozenset())
            if over:
                judged, known = _judge(bench, ref, [commit for commit in commits if commit.id not in over])
        governance = _judge_governed(bench, ref, head)
    except UnjudgeableError as error:
        return Verdict(refs=(finding.replace(problems=(error.reason,)),))
    finding = finding.replace(problems=governance.problems, governance=governance.signoffs)
    return Verdict(refs=(finding.replace(commits=judged, known=known),))


def _judge_governed(bench: Bench, ref: str, head: ObjectId) -> Judgement:
    """Judge a change of policy or roster on the ref where they lie; what is on it already has been judged."""
    governed = bench.governed
    if governed is None or governed.ref != ref or bench.engine.is_ancestor(head, governed.commit):
        return Judgement()
    return judge_update(bench, governed, head, Arrival())


def explain(
    bench: Bench, ref: str, commit: ObjectId, tip: ObjectId | None = None
) -> tuple[CommitFinding | None, Dossier | None]:
    """Judge one commit; None if the ledger vouches for it, or it is behind the ref's baseline.

    What a merge adds is assisted if something that it brings is: that is what `tip`, where the ref is now, lacks.

    Raises:
        UnjudgeableError: if it is malformed.
    """
    commits = [read_commit(bench, commit)]
    behind = baseline(bench.engine, bench.ledger, ref) if bench.ledger else []
    if any(bench.engine.is_ancestor(commit, base) for base in behind):
        return None, None
    if commits[0].is_merge and tip:
        commits = read_commits(bench, [commit], [tip, *behind]) or commits
    gathered = gather(bench, ref, commits, Arrival())
    dossier = next((each for each in gathered.dossiers if each.commit.id == commit), None)
    return (evaluate(dossier, _setting(bench)), dossier) if dossier else (None, None)


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
