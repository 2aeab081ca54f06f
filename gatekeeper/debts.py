"""What commits owe that landed without what rules ask for, and whether it has been settled since.

Nothing of that is stored. A debt is settled when there was a moment, since the landing, at which the lifted rules would
have been satisfied: by the policy of the landing (where that no longer fits, by the rule of this name in the one in
force), and by the roster of today. What a sign-off settled stays settled when it expires; what was taken back
settles nothing.
"""

from __future__ import annotations

from gatekeeper.bench import Bench, Court, UnjudgeableError, from_ledger, read_commit
from gatekeeper.config.in_force import InForce
from gatekeeper.core.commits import Commit
from gatekeeper.core.debt import Debt, DebtState
from gatekeeper.core.dossier import Addition
from gatekeeper.core.evaluation import evaluate
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.policy import Policy, Setting
from gatekeeper.core.push import PusherKind
from gatekeeper.core.signoff import Decision
from gatekeeper.core.verdict import Outcome
from gatekeeper.gathering import Arrival, gather
from gatekeeper.ledger import Ledger, Owed
from gatekeeper.opening import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.testimony import Testimony

EVERY_PATH = ("**",)


def debts(server: Server, ledger: Ledger, force: InForce) -> list[Debt]:
    """Return every debt of what landed, oldest first.

    Raises:
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    by_update: dict[tuple[int, int], list[Owed]] = {}
    for owed in ledger.owed():
        by_update.setdefault((owed.entry, owed.position), []).append(owed)
    if not by_update:
        return []
    earlier = server.gate(ledger, force).earlier_policy
    found: list[Debt] = []
    for several in by_update.values():
        policy = earlier(several[0].policy) or force.policy
        settled = _Update(server, ledger, force, policy, several).settled()
        found += [_debt(owed, settled.get(owed.commit, frozenset()), server.now) for owed in several]
    return found


def _debt(owed: Owed, settled: frozenset[str], now: Timestamp) -> Debt:
    open_rules = tuple(rule for rule in owed.rules if rule not in settled)
    late = DebtState.OVERDUE if now >= owed.due else DebtState.OPEN
    return Debt(
        commit=owed.commit,
        ref=owed.ref,
        entry=owed.entry,
        rules=open_rules or owed.rules,
        due=owed.due,
        state=late if open_rules else DebtState.SETTLED,
    )


class _Update:
    """What one update owes, to be judged again as of later moments."""

    def __init__(self, server: Server, ledger: Ledger, force: InForce, policy: Policy, owed: Sequence[Owed]) -> None:
        self.server = server
        self.ledger = ledger
        self.force = force
        self.owed = owed
        self.since = owed[0].since
        self.engine = server.engine()
        self.arrival = Arrival(person=force.roster.person(owed[0].person), kind=PusherKind(owed[0].kind))
        lifted = {rule for each in owed for rule in each.rules}
        # All facts are to be gathered, also about a merge as Git makes it; and then every lifted rule applies, as it
        # did at the landing. But that somebody wrote it of whom the rule asks nothing can be proved later, too.
        self.gathering = _applied(policy, lifted, EVERY_PATH)
        self.judging = _applied(policy, lifted, ())

    def settled(self) -> dict[ObjectId, frozenset[str]]:
        """Return by commit the ids of the rules that have been satisfied since; none of what can no longer be read."""
        found: dict[ObjectId, frozenset[str]] = {}
        try:
            commits = self._commits()
            for moment in self._moments():
                for commit, rules in self._satisfied(commits, moment).items():
                    found[commit] = found.get(commit, frozenset()) | rules
        except UnjudgeableError:
            return {}
        return found

    def _commits(self) -> list[Commit]:
        bench = self._bench(self.server.now)
        ids = [each.commit for each in self.owed]
        there = [commit for commit, (_, kind, _) in zip(ids, bench.engine.kinds(ids), strict=True) if kind == "commit"]
        return [read_commit(bench, commit) for commit in there]

    def _moments(self) -> list[Timestamp]:
        """Return now, and when approvals were received since the landing: what held then need not hold any more."""
        said = self._testimonies([each.commit for each in self.owed]).values()
        received = {t.received_at for many in said for t in many if t.statement.decision is Decision.APPROVE}
        return sorted({moment for moment in received if moment >= self.since} | {self.server.now})

    def _testimonies(self, ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Testimony]]:
        court = Court(
            roster=self.force.roster,
            repository=self.server.repository,
            leavers_drop=self.force.policy.leavers_drop,
            now=self.server.now,
        )
        return from_ledger(self.ledger, court)(ids)

    def _bench(self, moment: Timestamp) -> Bench:
        """Return a bench on which approvals count that were there at a moment; vetoes and revocations always do."""

        def signoffs(ids: Sequence[ObjectId]) -> Mapping[ObjectId, Sequence[Testimony]]:
            return {
                commit: [t for t in many if t.received_at <= moment or t.statement.decision is not Decision.APPROVE]
                for commit, many in self._testimonies(ids).items()
            }

        return Bench(
            engine=self.engine,
            policy=self.gathering,
            roster=self.force.roster,
            repository=self.server.repository,
            now=moment,
            ledger=self.ledger,
            signoffs=signoffs,
        )

    def _satisfied(self, commits: Sequence[Commit], moment: Timestamp) -> dict[ObjectId, frozenset[str]]:
        gathered = gather(self._bench(moment), self.owed[0].ref, commits, self.arrival)
        setting = Setting(policy=self.judging, ladder=self.force.roster.ladder, now=moment)
        findings = [evaluate(dossier.replace(addition=Addition.CHANGE), setting) for dossier in gathered.dossiers]
        found = {landing.commit: frozenset(rule.id for rule in self.judging.rules) for landing in gathered.known}
        for finding in findings:
            found[finding.commit] = frozenset(r.rule for r in finding.rules if r.outcome is Outcome.ACCEPTED)
        return found


def _applied(policy: Policy, rules: set[str], paths: tuple[str, ...]) -> Policy:
    """Return a policy in which some rules ask what they ask of every commit, but for their condition on the author."""
    return policy.replace(
        rules=tuple(
            rule.replace(when=rule.when.replace(assisted=None, refs=(), paths=paths)) if rule.id in rules else rule
            for rule in policy.rules
        )
    )
