"""The policy: which refs are protected, which rules hold there, and what each asks for."""

from __future__ import annotations

import enum

from gatekeeper.core.authorship import Proof
from gatekeeper.core.carryover import CarryOver
from gatekeeper.core.declaration import DEFAULT, MarkRules
from gatekeeper.core.globs import matches_ref
from gatekeeper.core.governance import Administrators
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Ladder, Person, Who
from gatekeeper.core.privacy import Privacy
from gatekeeper.core.record import Record
from gatekeeper.core.verdict import Enforcement


class Independence(enum.Enum):
    """From whom an approver must be independent."""

    AUTHOR = "author"
    CO_AUTHORS = "co-authors"
    COMMITTER = "committer"
    PUSHER = "pusher"


class Presence(enum.Enum):
    """What a FIDO key must prove about the person at it."""

    TOUCH = "touch"
    VERIFIED = "verified"


class When(Record):
    """To which commits a rule applies: every part that is given must hold."""

    assisted: bool | None = None
    tools: tuple[str, ...] = ()
    """Ids; it applies to a commit whose marks name one of them, and to what a merge adds to such commits."""
    author: Who | None = None
    refs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Require(Record):
    """What a rule asks for."""

    signoffs: int
    """Distinct people."""
    approvers: Who
    """`from` in the file."""
    independent_of: tuple[Independence, ...] = (Independence.AUTHOR, Independence.CO_AUTHORS)
    presence: Presence | None = None
    max_age: int | None = None
    """Seconds since `issuedAt`."""
    ref_scope: bool = False
    """`scope: ref`: only sign-offs that name the ref count."""


class Rule(Record):
    """One rule. Exactly one of `require` and `refuse` is set."""

    id: str
    why: str = ""
    when: When = When()
    require: Require | None = None
    refuse: str | None = None
    """The text with which every commit that the rule applies to is refused."""
    enforcement: Enforcement = Enforcement.REFUSE
    refuses_from: Timestamp | None = None
    """A date from which it refuses; it warns before."""

    def enforced_at(self, now: Timestamp) -> Enforcement:
        """Return what happens at `now` when the rule is not satisfied."""
        if self.refuses_from is not None:
            return Enforcement.REFUSE if now >= self.refuses_from else Enforcement.WARN
        return self.enforcement


class Limits(Record):
    """Bounds on the work of one push; past one the gate refuses and names it."""

    commits: int = 50_000
    """Commits to judge in one push."""
    commit_bytes: int = 4 * 1024 * 1024
    """Size of one commit object."""
    signoffs: int = 10_000
    """Sign-offs added by one push, and sign-offs about one commit."""
    repeated_signoffs: int = 100
    """Statements with one decision by one person about one commit."""
    author_statements: int = 1_000
    """Commits that one person may call their own within a day: anybody may make such statements."""
    candidates: int = 100
    """Reviewed commits with the same paths that are compared with one new commit."""
    remembered: int = 50_000
    """Files of AI-assisted commits that one push may bring."""
    seconds: int = 60
    """For the whole judgement."""


class Message(Record):
    """What the policy adds to a refusal."""

    help: str = ""
    contact: str = ""
    show_levels: bool = False


class Emergency(Record):
    """Who may lift what rules require, and until when that is owed (DESIGN.md section 9)."""

    allowed: Who | None = None
    """None: nobody. A pause by the server's owner is possible all the same."""
    settle_within: int = 86_400
    """Seconds."""


class Policy(Record):
    """A policy as loaded: complete, and with at least one rule and one protected ref."""

    protect: tuple[str, ...]
    rules: tuple[Rule, ...]
    assisted: MarkRules = DEFAULT
    """What counts as a mark besides the built-in table."""
    undeclared_refused: bool = False
    author_proof: tuple[Proof, ...] = (Proof.SIGNATURE, Proof.FIRST_PUSH, Proof.STATEMENT)
    deletions_allowed: bool = False
    rewinds_allowed: bool = False
    leavers_drop: bool = False
    administrators: Administrators | None = None
    """Whose sign-offs a change of policy or roster on a ref needs; None: the file does not say, see `governors`."""
    stale_for: int = 86_400
    """Seconds for which the last good version of a file that became bad stays in force."""
    emergency: Emergency = Emergency()
    remember: int = 180 * 86_400
    """Seconds for which an AI mark is remembered with the bytes that it came with; 0: not at all."""
    carry_over: CarryOver = CarryOver()
    reverts_within: int | None = 14 * 86_400
    """Seconds within which an AI-assisted commit can be taken out by a pure revert; None: never."""
    message: Message = Message()
    limits: Limits = Limits()
    privacy: Privacy = Privacy()

    @property
    def governors(self) -> Administrators:
        """Whose sign-offs a change of policy or roster on a ref needs."""
        return self.administrators or Administrators()

    def protects(self, ref: str, default_branch: str) -> bool:
        """Whether a full ref name is guarded; `HEAD` in `protect` stands for the default branch."""
        return any(
            ref == default_branch if pattern == "HEAD" else matches_ref(pattern, ref) for pattern in self.protect
        )

    def may_approve(self, person: Person, ladder: Ladder) -> bool:
        """Whether some rule would take this person's approval, or the person is an administrator."""
        if person.bot:
            return False
        return person.administrator or any(
            rule.require is not None and rule.require.approvers.met_by(person, ladder) for rule in self.rules
        )

    def may_declare_emergency(self, person: Person, ladder: Ladder) -> bool:
        """Whether `emergency.allowed` names this person; never a bot."""
        allowed = self.emergency.allowed
        return allowed is not None and not person.bot and allowed.met_by(person, ladder)

    def rules_for(self, ref: str) -> tuple[Rule, ...]:
        """Return the rules whose `refs` admit this ref."""
        return tuple(
            rule
            for rule in self.rules
            if not rule.when.refs or any(matches_ref(pattern, ref) for pattern in rule.when.refs)
        )

    def refuses(self, now: Timestamp) -> bool:
        """Whether any rule refuses at `now`, and does not only observe or warn."""
        return any(rule.enforced_at(now) is Enforcement.REFUSE for rule in self.rules)

    def enforced(self, ref: str, now: Timestamp) -> tuple[str, ...]:
        """Return the identities of all that refuses on a ref at `now`: the ledger notes under what a commit landed."""
        rules = [rule for rule in self.rules_for(ref) if rule.enforced_at(now) is Enforcement.REFUSE]
        marks = "" if self.assisted == DEFAULT else repr(self.assisted)  # under other marks a rule is another one
        return (
            *(sha256_hex(f"{rule!r}{marks}".encode()) for rule in rules),
            *(("undeclared",) if self.undeclared_refused else ()),
        )


class Setting(Record):
    """What all dossiers of a judgement share."""

    policy: Policy
    ladder: Ladder
    now: Timestamp

    @property
    def due(self) -> Timestamp:
        """Until when is owed what is lifted now."""
        return Timestamp(self.now + self.policy.emergency.settle_within)
