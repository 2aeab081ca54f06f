"""What an audit of one or many repositories finds, as data: one frozen `Report` for every format."""

from __future__ import annotations

from gatekeeper.core.ai_report import AiReport
from gatekeeper.core.debt import Debt
from gatekeeper.core.exceptional import Exceptional, worst_first
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.landed import Landed
from gatekeeper.core.record import Record


class Selection(Record):
    """What is looked at: every part that is given must hold."""

    since: Timestamp | None = None
    """Inclusive; None: from the beginning."""
    until: Timestamp | None = None
    """Exclusive; None: until now."""
    refs: tuple[str, ...] = ()
    """Patterns as in the policy's `protect`, of full names; a name without `refs/` is a branch."""
    teams: tuple[str, ...] = ()
    """The author's, on the day of the push."""


class Chain(Record):
    """The ledger itself."""

    entries: int
    head: str
    """Hash of the last entry."""
    faults: tuple[str, ...]
    """What `ledger verify` finds, in words."""
    pruned: int = 0
    """Up to this number entries have lost their text: figures and rows know nothing of them."""


class Unexplained(Record):
    """A commit on a protected ref that no entry of the ledger explains."""

    ref: str
    commit: ObjectId
    author: str
    """The address of the author header; foreign text."""
    subject: str
    """Foreign text."""


class Population(Record):
    """Commits on the protected refs, whatever the period: dates inside commits prove nothing."""

    git: int
    """By Git's count: on some protected ref and not behind its baseline."""
    ledger: int | None
    """Of these, how many landed there by the ledger; None: there is no ledger."""
    unexplained: tuple[Unexplained, ...]
    """The first of them."""
    unexplained_total: int
    before_baseline: int
    """Behind the baseline: from before the gate, nobody judged them."""

    @staticmethod
    def empty() -> Population:
        """Return that of a repository without commits and without a ledger."""
        return Population(git=0, ledger=None, unexplained=(), unexplained_total=0, before_baseline=0)


class Break(Record):
    """A place where a ref's recorded history does not join."""

    expected: ObjectId
    found: ObjectId
    entry: int | None
    """The entry that does not join; None: the ref as it is now."""


class GuardedRef(Record):
    """A protected ref, by the landings on it."""

    ref: str
    tip: ObjectId
    """As it is now; zeros: it does not exist."""
    landings: int
    """Updates that landed, in the whole of the ledger."""
    last_landing: Timestamp | None
    breaks: tuple[Break, ...]

    @property
    def continuous(self) -> bool:
        """Whether each update starts where the last one ended, and the ref is where the last one ended."""
        return not self.breaks


class OpenRefusal(Record):
    """A commit that was refused and has not landed since, nor anything like it."""

    ref: str
    commit: ObjectId
    subject: str
    """Foreign text."""
    pusher: str
    entry: int
    """The last one that refused it."""
    time: Timestamp


class Refusals(Record):
    """What was refused in the period, and what became of it."""

    pushes: int
    """Pushes that were refused, or could not be decided."""
    undecided: int
    """Of these, those that could not be decided."""
    commits: int
    """Distinct (ref, commit) that were refused."""
    approved_later: int
    """The same commit landed there later, with a sign-off."""
    landed_otherwise: int
    """The same commit landed there later without one: by an emergency, or the rules asked no more."""
    changed_later: int
    """Another commit with the same change, or with marks and the same files, landed there later."""
    open: tuple[OpenRefusal, ...]
    """The latest of the rest."""
    open_total: int


class PauseSpan(Record):
    """A pause of the gate."""

    entry: int
    start: Timestamp
    end: Timestamp
    """When it ended: by `resume`, by the next pause, or by itself; in the future, if it still holds."""
    reason: str
    """Foreign text."""
    account: str
    landed: int
    """Commits that landed in it without what rules ask for."""


class TakenIn(Record):
    """A ref that the server's owner took in as it was, with commits on it that nobody judged."""

    entry: int
    time: Timestamp
    ref: str
    tip: ObjectId
    why: str
    """As given; empty: the policy began to protect the ref. Foreign text."""


class Gate(Record):
    """What the gate did."""

    refs: tuple[GuardedRef, ...]
    pushes: int
    """Judged, in the period."""
    gaps: int
    """Updates of unprotected refs that could not be read for memory and first pushers."""
    refused: Refusals
    pauses: tuple[PauseSpan, ...]
    taken_in: tuple[TakenIn, ...] = ()
    """Since the installation."""


class Emergencies(Record):
    """What was lifted by emergencies, pauses and pure reverts, and what is owed for it."""

    landed: int
    settled: int
    open: int
    overdue: int


class Control(Record):
    """Whether the rule held, for the commits that landed in the period: on two refs, a commit counts twice."""

    landed: int
    distinct: int
    """How many different commits these are."""
    assisted: int
    needed_signoff: int
    """Commits of which a rule asked sign-offs."""
    approved_before_landing: int
    """Of these, those whose sign-offs were there at the landing, checked again by this audit."""
    warned: int
    observed: int
    lifted: int
    unapproved: int
    emergencies: Emergencies


class Duties(Record):
    """Separation of duties, by the facts of the ledger and the commits, not by the verdicts' word."""

    self_approvals: int
    """Sign-offs that counted though a rule of that day wanted somebody else."""
    permitted_self_approvals: int
    """Sign-offs by somebody with a hand in the commit, where no rule wanted somebody else."""
    bot_authors: int
    bot_pushers: int
    bot_signers: int
    levels: tuple[tuple[str, int], ...]
    """(level of the signer at the landing, sign-offs that counted), lowest first."""


class Shift(Record):
    """One thing that a new version of policy or roster changes."""

    code: str
    """Its words are in `formats/audit_words.py`."""
    what: str
    """The rule, person or key of the file that it is about."""
    before: str = ""
    after: str = ""
    weakens: bool = False
    """Whether the gate asks for less since."""


class Amendment(Record):
    """A change of policy or roster that came into force."""

    entry: int
    """The first one that was judged by it."""
    time: Timestamp
    file: str
    """`policy` or `roster`."""
    before: str
    """Digest."""
    after: str
    shifts: tuple[Shift, ...]
    readable: bool = True
    """Whether both versions can still be read from the archive."""


class Limit(Record):
    """What landed commits say about AI: the limit of what the gate can know."""

    declared: int = 0
    inferred: int = 0
    remembered: int = 0
    denied: int = 0
    silent: int = 0


class Audit(Record):
    """What an audit of one repository found. The parts that need a ledger are None without one."""

    repository: str
    """Its stable name; without one, its directory's name."""
    path: str
    ledger: Chain | None
    population: Population
    gate: Gate | None
    control: Control | None
    duties: Duties | None
    governance: tuple[Amendment, ...] | None
    limit: Limit | None
    debts: tuple[Debt, ...]
    exceptions: tuple[Exceptional, ...]
    landed: tuple[Landed, ...] = ()
    """Rows of `audit changes`, where they were asked for; `control.landed` is how many there are. Where these are too
    many, only those of assisted commits and of what is not in order."""
    ai: AiReport | None = None
    """The AI part: tools and what became of their output."""


class Failed(Record):
    """A repository that could not be audited."""

    path: str
    problem: str
    next: str
    """What to do about it; may be empty."""


class Report(Record):
    """What an audit found in all repositories."""

    generated_at: Timestamp
    gatekeeper: str
    """Version."""
    selection: Selection
    repositories: tuple[Audit, ...]
    failed: tuple[Failed, ...]

    @property
    def exceptions(self) -> tuple[Exceptional, ...]:
        """Every exception of every repository, worst first."""
        return worst_first(tuple(each for audit in self.repositories for each in audit.exceptions))

    @property
    def in_order(self) -> bool:
        """Whether nothing needs a person."""
        return not self.failed and not any(audit.exceptions for audit in self.repositories)
