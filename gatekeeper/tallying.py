"""Rows of landed commits, counted: whether the rule held, who approved, what commits say about AI."""

from __future__ import annotations

from collections import Counter

from gatekeeper.citing import Place, Tabled
from gatekeeper.core.audit import Control, Duties, Emergencies, Limit
from gatekeeper.core.debt import Debt, DebtState
from gatekeeper.core.exceptional import Exceptional, Severity
from gatekeeper.core.landed import Manner
from gatekeeper.core.people import Ladder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Tally:
    """Counts rows one by one; nothing of them is kept but the ids."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._manners: Counter[Manner] = Counter()
        self._states: Counter[str] = Counter()
        self._levels: Counter[str] = Counter()
        self._warned: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._distinct: set[bytes] = set()
        self._said: set[bytes] = set()
        """Commits of which it is counted what they say about AI: on another ref they can be judged again."""
        self.in_pauses: Counter[int] = Counter()
        """Commits that landed in a pause without what rules ask for, by the entry of the pause."""

    def add(self, tabled: Tabled, pause: int | None) -> None:
        """Count one row; `pause` is the number of the pause's entry in which it landed."""
        row = tabled.row
        self._manners[row.manner] += 1
        self._counts["assisted"] += row.assisted
        self._counts["needed"] += bool(row.rules)
        self._counts["approved"] += bool(row.rules) and row.manner is Manner.APPROVED
        self._counts["bot_authors"] += tabled.machine_author
        self._counts["bot_pushers"] += row.via == "machine"
        name = bytes.fromhex(row.commit)
        self._distinct.add(name)
        if tabled.adds and not row.known and name not in self._said:
            self._said.add(name)
            self._states[row.declaration] += 1
        if row.manner is Manner.WARNED:
            self._warned.update(row.unmet)
        if pause is not None and row.lifted_by == "pause":
            self.in_pauses[pause] += 1
        for approval in row.approvals:
            self._counts["bot_signers"] += approval.flaw == "signer-is-bot"
            self._counts["self"] += approval.flaw == "not-independent"
            if not approval.flaw:
                self._levels[approval.signer_level or "none"] += 1
                own = not approval.reviewed and approval.signer in tabled.hands.writers
                self._counts["permitted_self"] += own

    def control(self, debts: Sequence[Debt]) -> Control:
        """Return whether the rule held; `debts` are those of what landed without it."""
        states = Counter(debt.state for debt in debts)
        return Control(
            landed=self._manners.total(),
            distinct=len(self._distinct),
            assisted=self._counts["assisted"],
            needed_signoff=self._counts["needed"],
            approved_before_landing=self._counts["approved"],
            warned=self._manners[Manner.WARNED],
            observed=self._manners[Manner.OBSERVED],
            lifted=self._manners[Manner.LIFTED],
            unapproved=self._manners[Manner.UNAPPROVED],
            emergencies=Emergencies(
                landed=len(debts),
                settled=states[DebtState.SETTLED],
                open=states[DebtState.OPEN],
                overdue=states[DebtState.OVERDUE],
            ),
        )

    def duties(self, ladder: Ladder) -> Duties:
        """Return who approved; levels in the order of today's ladder, others after them."""
        order = [*ladder.levels, *sorted(set(self._levels) - set(ladder.levels))]
        return Duties(
            self_approvals=self._counts["self"],
            permitted_self_approvals=self._counts["permitted_self"],
            bot_authors=self._counts["bot_authors"],
            bot_pushers=self._counts["bot_pushers"],
            bot_signers=self._counts["bot_signers"],
            levels=tuple((level, self._levels[level]) for level in order if self._levels[level]),
        )

    def limit(self) -> Limit:
        """Return what commits that add something say about AI, each counted where it was judged first."""
        return Limit(**{state: self._states[state] for state in Limit.record_fields})

    def exceptions(self, place: Place) -> list[Exceptional]:
        """Return what landed under a warning, by rule: somebody wants these sign-offs, and nobody was stopped."""
        return [
            Exceptional(
                kind="warned",
                severity=Severity.LOW,
                repository=place.repository,
                path=place.path,
                facts=(("rule", rule), ("count", count)),
            )
            for rule, count in sorted(self._warned.items())
        ]
