"""What was decided, with every reason as data."""

from __future__ import annotations

import enum

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.declaration import Declaration
from gatekeeper.core.dossier import Addition
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.people import Who
from gatekeeper.core.reasons import Reason
from gatekeeper.core.record import Record
from gatekeeper.core.relief import Lift

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Outcome(enum.Enum):
    """A decision. `UNDECIDED` refuses a push too, but says that it is for want of knowledge."""

    ACCEPTED = "accepted"
    UNDECIDED = "undecided"
    REFUSED = "refused"


SEVERITY = (Outcome.ACCEPTED, Outcome.UNDECIDED, Outcome.REFUSED)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the most severe outcome; accepted if there is none."""
    return max(outcomes, key=SEVERITY.index, default=Outcome.ACCEPTED)


class Enforcement(enum.Enum):
    """What an unsatisfied rule does."""

    OBSERVE = "observe"
    WARN = "warn"
    REFUSE = "refuse"


class Revocation(Record):
    """Who took a statement back, when, and why."""

    signer: str
    """The person's id."""
    issued_at: Timestamp
    comment: str


class SignoffView(Record):
    """A sign-off as one rule sees it."""

    statement: StatementId
    signer: str
    """The person's id; for an unknown key what the statement claims."""
    issued_at: Timestamp
    comment: str = ""
    flaw: str = ""
    """A code, as in `Reason`; empty: it counts."""
    reviewed: tuple[ObjectId, ...] = ()
    """What was really reviewed, if the sign-off is carried over from there."""
    provisional: bool = False
    """It counts unless its signer was the first to push the commit, which only a ledger knows."""
    revocation: Revocation | None = None
    """By which it was taken back, if that is its flaw."""


class RuleFinding(Record):
    """What one rule says of one commit."""

    rule: str
    why: str
    enforcement: Enforcement
    applies: bool | None
    """None: only a ledger could tell."""
    outcome: Outcome = Outcome.ACCEPTED
    needed: int = 0
    missing: int = 0
    approvers: Who | None = None
    refuse: str | None = None
    signoffs: tuple[SignoffView, ...] = ()
    excluded: tuple[str, ...] = ()
    """Ids of the people whose approval would not be independent."""
    lifted: bool = False
    """It is not satisfied, and does not refuse: `CommitFinding.lift` says why."""
    exempt_if_proved: tuple[str, ...] = ()
    """Ids of those named as writers for whom the rule would not apply, if they stated that the commit is theirs."""

    @property
    def failed(self) -> bool:
        """Whether it is not satisfied and refuses, or would if it were not lifted."""
        return self.enforcement is Enforcement.REFUSE and self.outcome is not Outcome.ACCEPTED


class CommitFinding(Record):
    """What was decided about one commit on one ref."""

    commit: ObjectId
    subject: bytes
    author: bytes
    """The raw value of the author header."""
    author_email: bytes
    declaration: Declaration
    addition: Addition
    authorship: Authorship
    assisted: bool
    pure_revert: str = ""
    """The commit that it takes out byte for byte, so that rules for AI-assisted changes do not apply; else empty."""
    rules: tuple[RuleFinding, ...]
    problems: tuple[Reason, ...]
    outcome: Outcome
    lift: Lift | None = None
    """By what some of its rules are lifted."""
    emergencies: tuple[SignoffView, ...] = ()
    """Every `emergency` statement about it, looked at only where something is not satisfied."""


def outcome_of(rules: Iterable[RuleFinding], problems: Iterable[Reason]) -> Outcome:
    """Return what rules and problems come to for one commit: rules that only warn, and lifted ones, refuse nothing."""
    refusing = (rule.outcome for rule in rules if rule.enforcement is Enforcement.REFUSE and not rule.lifted)
    return worst((*refusing, *(Outcome.REFUSED for _ in problems)))


class RefFinding(Record):
    """What was decided about one ref update."""

    ref: str
    """The ref that would really move: symbolic refs are resolved."""
    old: ObjectId
    """As read on the server."""
    new: ObjectId
    protected: bool
    problems: tuple[Reason, ...] = ()
    commits: tuple[CommitFinding, ...] = ()
    """Every commit judged, in topological order, parents first."""
    governance: tuple[SignoffView, ...] = ()
    """Of a change of policy or roster on this ref: every approval, as the administrators' are asked for."""
    known: int = 0
    """Commits that needed no second judgement, by the ledger."""
    undecided: bool = False
    """Whether the problems are a want of knowledge, not a refusal."""

    @property
    def outcome(self) -> Outcome:
        """The worst of the ref's own problems and its commits."""
        own = Outcome.ACCEPTED
        if self.problems:
            own = Outcome.UNDECIDED if self.undecided else Outcome.REFUSED
        return worst((own, *(finding.outcome for finding in self.commits)))


class Verdict(Record):
    """What was decided about a push, or about a range that nobody pushes yet."""

    refs: tuple[RefFinding, ...]
    problems: tuple[Reason, ...] = ()
    """What refuses the whole push, whatever its refs."""
    notes: tuple[Reason, ...] = ()
    """What the push asked for and does not get; decides nothing."""

    @property
    def outcome(self) -> Outcome:
        """One refusal refuses the push."""
        own = Outcome.UNDECIDED if self.problems else Outcome.ACCEPTED
        return worst((own, *(ref.outcome for ref in self.refs)))
