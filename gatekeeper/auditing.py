"""Use case: look back at one repository. What landed, how, and whether the ledger explains all of it."""

from __future__ import annotations

import contextlib

from gatekeeper.amending import Amending
from gatekeeper.checkpointing import kept
from gatekeeper.citing import Place, Tabled
from gatekeeper.continuing import Continuity
from gatekeeper.core.amendments import taken_back
from gatekeeper.core.audit import Audit, Break, Chain, Gate, GuardedRef, PauseSpan, Population, Selection
from gatekeeper.core.debt import Debt, DebtState
from gatekeeper.core.exceptional import Exceptional, Severity, worst_first
from gatekeeper.core.globs import matches_ref
from gatekeeper.core.held import Held
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.record import Record
from gatekeeper.dating import Days
from gatekeeper.debts import debts
from gatekeeper.following import Following
from gatekeeper.gate import is_protected
from gatekeeper.ledger import Entry, Ledger, LedgerError, Receipt
from gatekeeper.opening import Server
from gatekeeper.overseeing import Overseeing
from gatekeeper.pausing import Pauses
from gatekeeper.populating import Landings, population
from gatekeeper.retracing import MISSHAPEN, Misfit, Moment, retrace
from gatekeeper.settling import reconcile
from gatekeeper.tabling import Table
from gatekeeper.tallying import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gatekeeper.config.in_force import InForce

    Tick = Callable[[int, int], None]

DAYS = 86_400
SECONDS = 7 * DAYS
"""An audit ends by itself; nobody waits for it with a push."""
NAMED_FAULTS = 100
"""Faults of the ledger that are told one by one: one change can break all that follows."""


class SmallTeamError(Exception):
    """Figures of a team were asked for that has fewer people than the policy shows figures of."""


class Findings(Record):
    """An audit, with what other parts of a report go by."""

    audit: Audit
    force: InForce


def audit(
    server: Server,
    ledger: Ledger,
    selection: Selection,
    *,
    keep: int = 0,
    figures: bool = True,
    tick: Tick = lambda _done, _all: None,
) -> Findings:
    """Look back over everything that the ledger knows of a repository.

    What landed is recorded first, as by every command. Entries are read one at a time.

    Args:
        server: The repository.
        ledger: Its ledger.
        selection: What figures and rows are about. Completeness, continuity and the ledger itself are always looked
            at as a whole: dates inside commits prove nothing.
        keep: How many rows to return with it: past that, only of assisted commits and of those that are not in order.
        figures: Whether figures will be shown: then no team may be too small for them.
        tick: Is told how many entries of how many have been read.

    Raises:
        SmallTeamError: if the policy's `privacy` shows no figures of a team that was asked for.
        ConfigurationError, SourceError, GitError, LedgerError: when something cannot be read.
    """
    server.set_time_limit(SECONDS)
    checkpoints, faults = kept(server)
    faults += ledger.verify([Receipt(number=each.number, hash=each.hash) for each in checkpoints])
    look = _Look(server, ledger, selection)
    if figures:
        _check_teams(look.force, selection)
    reconcile(server, ledger, "audit", force=look.force)
    return Findings(audit=_Looking(look, keep).audit(faults, tick), force=look.force)


def changes(server: Server, ledger: Ledger, selection: Selection) -> Iterator[Tabled]:
    """Yield a row for each commit that landed, oldest first. An entry that cannot be read has no rows.

    Raises:
        ConfigurationError, SourceError, GitError, LedgerError: when something cannot be read.
    """
    server.set_time_limit(SECONDS)
    look = _Look(server, ledger, selection)
    reconcile(server, ledger, "audit", force=look.force)
    for moment in retrace(ledger):
        with contextlib.suppress(*MISSHAPEN):
            yield from look.rows(moment)


def _check_teams(force: InForce, selection: Selection) -> None:
    for team in selection.teams:
        people = sum(team in person.teams for person in force.roster.everybody())
        if not force.policy.privacy.shows_team(people):
            raise SmallTeamError(
                f"{team} has fewer people than teams whose figures are shown "
                f"(privacy.smallest_team: {force.policy.privacy.smallest_team})"
            )


class _Look:
    """One repository, and what of it is looked at."""

    def __init__(self, server: Server, ledger: Ledger, selection: Selection) -> None:
        self.server = server
        self.ledger = ledger
        self.selection = selection
        self.force = server.in_force(ledger)
        self.place = Place(repository=server.repository, path=server.git_dir)
        self.engine = server.engine(graph=False)
        self.days = Days(ledger, server.cache)
        self._table = Table(self.place, self.engine, ledger, self.days)

    def in_period(self, when: Timestamp) -> bool:
        """Whether a time is looked at."""
        since, until = self.selection.since, self.selection.until
        return (since is None or since <= when) and (until is None or when < until)

    def has_ref(self, ref: str) -> bool:
        """Whether a ref is looked at."""
        patterns = self.selection.refs
        return not patterns or any(matches_ref(pattern, ref) for pattern in patterns)

    def selects(self, ref: str, entry: Entry) -> bool:
        """Whether what an entry says of a ref is looked at."""
        return self.in_period(entry.time) and self.has_ref(ref)

    def rows(self, moment: Moment) -> Iterator[Tabled]:
        """Yield the selected rows of what an entry says has landed."""
        teams = set(self.selection.teams)
        for arrived in moment.landed:
            if self.selects(arrived.ref, arrived.push):
                for tabled in self._table.rows(arrived):
                    if not teams or teams & set(tabled.row.author_teams):
                        yield tabled

    def protected(self) -> dict[str, ObjectId]:
        """Return the protected refs that exist and are looked at."""
        default = self.server.default_branch()
        governed = self.force.governed.ref if self.force.governed else None
        return {
            ref: tip
            for ref, tip in self.server.all_refs().items()
            if self.has_ref(ref) and (ref == governed or is_protected(self.force.policy, self.ledger, ref, default))
        }

    def exception(self, kind: str, severity: Severity, **facts: str | int) -> Exceptional:
        """Make an exception about the repository as a whole."""
        return Exceptional(
            kind=kind,
            severity=severity,
            repository=self.place.repository,
            path=self.place.path,
            facts=tuple(facts.items()),
        )


def _beginning(ledger: Ledger) -> dict[str, ObjectId]:
    """Return where refs were before the first entry that can be read."""
    try:
        begins = ledger.beginning()
    except LedgerError:  # what stands for pruned entries is spoilt, as `verify` has said: then the tables have to do
        return ledger.tips()
    return dict(begins.tips) if begins else {}


class _Looking:
    """One walk through the ledger: everybody who listens hears every entry once."""

    def __init__(self, look: _Look, keep: int) -> None:
        self.look = look
        self.continuity = Continuity(look.engine.object_format.zero, _beginning(look.ledger))
        self.overseeing = self._oversee()
        self.landings = Landings(look.ledger)
        self.following = Following(look.ledger, look.selects)
        self.pauses = Pauses()
        self.amending = Amending(look.days, lambda entry: look.in_period(entry.time))
        self.tally = Tally()
        self.held = Held(keep)
        self.exceptions: list[Exceptional] = []
        self.pushes = self.gaps = 0

    def _oversee(self) -> Overseeing:
        look = self.look
        governed = look.force.governed.ref if look.force.governed else ""
        return Overseeing(look.days, self.continuity, governed, look.server.default_branch(), look.in_period)

    def audit(self, faults: list[str], tick: Tick) -> Audit:
        """Walk, and put everything together."""
        look = self.look
        head = look.ledger.head()
        for number, moment in enumerate(retrace(look.ledger), 1):
            self._hear(moment)
            tick(number, head.number)
        protected = look.protected()
        refs = self._continuity(protected)
        counted = population(look.engine, protected, self.landings)
        owed = self._debts()
        exceptions = [
            *self._faults(faults),
            *self.exceptions,
            *self._breaks(refs),
            *self._unexplained(counted),
            *(self._strange(number) for number in self.amending.strange),
            *(self._owed(debt) for debt in owed if debt.state is not DebtState.SETTLED),
            *self._notable(),
            *self.tally.exceptions(look.place),
        ]
        return Audit(
            repository=look.place.repository,
            path=look.place.path,
            ledger=Chain(entries=head.number, pruned=look.ledger.pruned(), head=head.hash, faults=tuple(faults)),
            population=counted,
            gate=self._gate(refs),
            control=self.tally.control(owed),
            duties=self.tally.duties(look.force.roster.ladder),
            governance=tuple(self.amending.amendments),
            limit=self.tally.limit(),
            debts=tuple(owed),
            exceptions=worst_first(tuple(exceptions)),
            landed=self.held.rows(),
        )

    def _hear(self, moment: Moment) -> None:
        for misfit in moment.misfits:
            self._misfit(misfit)
        number = moment.entry.number if moment.entry else 0
        for listen in (
            self.overseeing.see,
            self.continuity.see,
            self.landings.see,
            self.following.see,
            self.pauses.see,
            self.amending.see,
            self._count,
            self._rows,
        ):
            try:
                listen(moment)
            except MISSHAPEN as error:
                what = f"{type(error).__name__}: {error}"
                self._misfit(Misfit(number=number, code="entry-unreadable", what=what))
                return

    def _misfit(self, misfit: Misfit) -> None:
        found = self.look.exception(misfit.code, Severity.CRITICAL, what=misfit.what)
        self.exceptions.append(found.replace(entry=misfit.number))

    def _count(self, moment: Moment) -> None:
        entry = moment.entry
        if entry is None or entry.kind != "push" or not self.look.in_period(entry.time):
            return
        updates = entry.data["updates"]
        self.gaps += sum(bool(update["gap"]) for update in updates)
        self.pushes += any(update["tracked"] and self.look.has_ref(update["ref"]) for update in updates)

    def _rows(self, moment: Moment) -> None:
        pauses = {arrived.push.number: arrived.push.data["pause"] for arrived in moment.landed}
        for tabled in self.look.rows(moment):
            self.tally.add(tabled, pauses[tabled.row.entry])
            self.exceptions += tabled.exceptions
            self.held.append(tabled.row)

    # ---- putting together -------------------------------------------------------------------------

    def _continuity(self, protected: dict[str, ObjectId]) -> tuple[GuardedRef, ...]:
        """Return every ref that is guarded now, also one that should exist and does not."""
        look = self.look
        default = look.server.default_branch()
        tracked = [
            ref
            for ref in self.continuity.refs
            if look.has_ref(ref) and (ref == SIGNOFFS or is_protected(look.force.policy, look.ledger, ref, default))
        ]
        current = dict.fromkeys(tracked, look.engine.object_format.zero)
        current.update(look.server.refs_at(tracked))
        return self.continuity.guarded({**current, **protected})

    def _gate(self, refs: tuple[GuardedRef, ...]) -> Gate:
        return Gate(
            refs=tuple(ref for ref in refs if ref.ref != SIGNOFFS or ref.breaks),
            pushes=self.pushes,
            gaps=self.gaps,
            refused=self.following.refusals(),
            pauses=self.pauses.spans(self._overlaps, self.tally.in_pauses),
            taken_in=tuple(
                each
                for each in self.continuity.taken_in
                if self.look.in_period(each.time) and self.look.has_ref(each.ref)
            ),
        )

    def _overlaps(self, span: PauseSpan) -> bool:
        since, until = self.look.selection.since, self.look.selection.until
        return (since is None or span.end > since) and (until is None or span.start < until)

    def _debts(self) -> list[Debt]:
        try:
            found = debts(self.look.server, self.look.ledger, self.look.force)
        except (LedgerError, *MISSHAPEN) as error:
            self._misfit(Misfit(number=0, code="entry-unreadable", what=f"what is owed: {error}"))
            return []
        return [debt for debt in found if self.look.has_ref(debt.ref)]

    # ---- exceptions -------------------------------------------------------------------------------

    def _faults(self, faults: list[str]) -> Iterator[Exceptional]:
        for fault in faults[:NAMED_FAULTS]:
            yield self.look.exception("ledger-fault", Severity.CRITICAL, what=fault)
        if len(faults) > NAMED_FAULTS:
            what = f"{len(faults) - NAMED_FAULTS} more faults"
            yield self.look.exception("ledger-fault", Severity.CRITICAL, what=what)

    def _breaks(self, refs: tuple[GuardedRef, ...]) -> Iterator[Exceptional]:
        for ref in refs:
            for gap in ref.breaks:
                yield self._break(ref.ref, gap)

    def _break(self, ref: str, gap: Break) -> Exceptional:
        kind = "changed-outside" if gap.entry is None else "landing-does-not-join"
        found = self.look.exception(kind, Severity.CRITICAL, expected=gap.expected, found=gap.found)
        return found.replace(ref=ref, entry=gap.entry)

    def _unexplained(self, counted: Population) -> Iterator[Exceptional]:
        for each in counted.unexplained:
            found = self.look.exception("unexplained", Severity.CRITICAL, author=each.author, subject=each.subject)
            yield found.replace(ref=each.ref, commit=each.commit)
        more = counted.unexplained_total - len(counted.unexplained)
        if more:
            yield self.look.exception("more-unexplained", Severity.CRITICAL, count=more)

    def _strange(self, entry: int) -> Exceptional:
        return self.look.exception("policy-not-in-force", Severity.CRITICAL).replace(entry=entry)

    def _notable(self) -> Iterator[Exceptional]:
        for each in self.overseeing.notables:
            if not each.ref or self.look.has_ref(each.ref):
                found = self.look.exception(each.kind, Severity.LOW, **dict(each.facts))
                yield found.replace(ref=each.ref, entry=each.entry)
        for amendment in self.amending.amendments:
            refs = [shift.what for shift in amendment.shifts if shift.code == "protect-removed"]
            if refs:
                found = self.look.exception("let-go", Severity.LOW, refs=", ".join(refs))
                yield found.replace(entry=amendment.entry)
        for change, back in taken_back(self.amending.amendments):
            what = "; ".join(shift.what for shift in change.shifts) or "what was not read"
            found = self.look.exception("taken-back", Severity.LOW, file=change.file, what=what, until=back.entry)
            yield found.replace(entry=change.entry)

    def _owed(self, debt: Debt) -> Exceptional:
        late = debt.state is DebtState.OVERDUE
        kind, severity = ("overdue", Severity.HIGH) if late else ("owed", Severity.MEDIUM)
        found = self.look.exception(kind, severity, due=debt.due)
        return found.replace(
            ref=debt.ref, commit=debt.commit, entry=debt.entry, facts=(*found.facts, ("rules", debt.rules))
        )
