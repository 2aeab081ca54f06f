"""What commits owe that landed by an emergency or in a pause, and whether it has been settled since.

Nothing of that is stored: a debt is settled when there was a moment, after the landing, at which the push would have
been in order as far as the lifted rules go, by the policy of the landing and the roster of today. What a sign-off
settled stays settled when the sign-off expires; what was taken back settles nothing.
"""

from __future__ import annotations

from gatekeeper.bench import Bench, Court, UnjudgeableError, from_ledger, read_commits
from gatekeeper.config.in_force import InForce
from gatekeeper.core.audit import Debt, DebtState
from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.policy import Policy, Setting, evaluate
from gatekeeper.core.push import PusherKind
from gatekeeper.core.signoff import Decision
from gatekeeper.core.verdict import Outcome
from gatekeeper.gathering import Arrival, gather
from gatekeeper.ledger import Entry, Ledger, Owed
from gatekeeper.opening import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from gatekeeper.core.testimony import Testimony

TIPS = ("install", "policy", "baseline")
"""Kinds of entry that make a baseline."""


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
    entries = {number for number, _ in by_update}
    history = [entry for entry in ledger.entries() if entry.number in entries or entry.kind in TIPS]
    pushes = {entry.number: entry for entry in history if entry.number in entries}
    earlier = server.gate(ledger, force).earlier_policy
    found: list[Debt] = []
    for (number, position), several in by_update.items():
        push = pushes[number]
        policy = earlier(push.data["policy"])
        before = [tip for e in history if e.number < number and e.kind in TIPS for tip in _tips(e.data, several[0].ref)]
        settled = (
            _Update(server, ledger, force, policy, push, position, before).settled([owed.commit for owed in several])
            if policy
            else {}
        )
        found += [_debt(owed, settled.get(owed.commit, frozenset()), server.now) for owed in several]
    return found


def _tips(data: Mapping[str, Any], ref: str) -> Iterator[ObjectId]:
    yield from (
        data["tips"].values() if data["every_ref"] else [tip for name, tip in data["tips"].items() if name == ref]
    )


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
    """One update that landed, to be judged again as of later moments."""

    def __init__(
        self,
        server: Server,
        ledger: Ledger,
        force: InForce,
        policy: Policy,
        push: Entry,
        position: int,
        baseline: Sequence[ObjectId],
    ) -> None:
        self.server = server
        self.ledger = ledger
        self.force = force
        self.policy = policy.replace(limits=policy.limits.replace(commits=10**9))
        self.since = push.time
        self.update = push.data["updates"][position]
        self.baseline = baseline
        pusher = push.data["pusher"]
        self.arrival = Arrival(person=force.roster.person(pusher["person"]), kind=PusherKind(pusher["kind"]))
        self.engine = server.engine()

    def settled(self, owing: Sequence[ObjectId]) -> dict[ObjectId, frozenset[str]]:
        """Return for commits the ids of the rules that have been satisfied since.

        Of a commit that landed in order elsewhere these are all. What can no longer be read has settled nothing.
        """
        found: dict[ObjectId, frozenset[str]] = {}
        try:
            commits = self._commits()
            for moment in self._moments(owing):
                for commit, rules in self._satisfied(commits, moment).items():
                    found[commit] = found.get(commit, frozenset()) | rules
        except UnjudgeableError:
            return {}
        return found

    def _commits(self) -> list[Commit]:
        names = [f"{name}^{{commit}}" for name in (self.update["new"], self.update["old"], *self.baseline)]
        tip, *excluded = (found if kind == "commit" else None for found, kind, _ in self.engine.kinds(names))
        return read_commits(self._bench(self.server.now), [tip], [name for name in excluded if name]) if tip else []

    def _moments(self, owing: Sequence[ObjectId]) -> list[Timestamp]:
        """Return now, and when approvals were received since the landing: what held then need not hold any more."""
        said = (testimony for many in self._testimonies(owing).values() for testimony in many)
        received = {t.received_at for t in said if t.statement.decision is Decision.APPROVE}
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
            policy=self.policy,
            roster=self.force.roster,
            repository=self.server.repository,
            now=moment,
            ledger=self.ledger,
            signoffs=signoffs,
        )

    def _satisfied(self, commits: Sequence[Commit], moment: Timestamp) -> dict[ObjectId, frozenset[str]]:
        gathered = gather(self._bench(moment), self.update["ref"], commits, self.arrival)
        setting = Setting(policy=self.policy, ladder=self.force.roster.ladder, now=moment)
        every_rule = frozenset(rule.id for rule in self.policy.rules)
        found = {commit: every_rule for commit, _ in gathered.known}
        for finding in (evaluate(dossier, setting) for dossier in gathered.dossiers):
            found[finding.commit] = frozenset(rule.rule for rule in finding.rules if rule.outcome is Outcome.ACCEPTED)
        return found
