"""The sign-offs that counted, checked again from the archived envelopes: the verdict's word is not taken.

The signature by the bytes; the key, the signer's level and independence by that day's roster and policy; claims by
the commit as it is in the repository.
"""

from __future__ import annotations

from collections import OrderedDict

from gatekeeper.bench import Court
from gatekeeper.core.amendments import STRENGTH
from gatekeeper.core.approval import judge_signoffs
from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.independence import Hands
from gatekeeper.core.people import Roster
from gatekeeper.core.policy import Policy, Presence, Rule
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import Decision, MalformedSignoffError
from gatekeeper.core.testimony import Testimony
from gatekeeper.core.verdict import Enforcement
from gatekeeper.differences import differences, digest_of
from gatekeeper.git import Engine
from gatekeeper.ledger import Ledger
from gatekeeper.testimonies import Checked, check_envelope, testify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

KEPT = 256
"""Envelopes that are kept checked: a statement about n commits is asked for n times."""


class Bad(Record):
    """Why a kept envelope is no sign-off."""

    flaw: str


class Envelopes:
    """Every envelope that the ledger has received, its signature checked again."""

    def __init__(self, ledger: Ledger) -> None:
        """Read from a ledger."""
        self._ledger = ledger
        self._kept: OrderedDict[StatementId, tuple[Checked | Bad, Timestamp]] = OrderedDict()

    def get(self, statement: StatementId) -> tuple[Checked | Bad, Timestamp]:
        """Return an envelope by its statement id, or what is wrong with it, and when it was received."""
        if statement in self._kept:
            self._kept.move_to_end(statement)
            return self._kept[statement]
        if len(self._kept) >= KEPT:
            self._kept.popitem(last=False)
        self._kept[statement] = self._check(statement)
        return self._kept[statement]

    def _check(self, statement: StatementId) -> tuple[Checked | Bad, Timestamp]:
        for stored in self._ledger.signoffs([statement]):
            try:
                checked = check_envelope(stored.envelope)
            except MalformedSignoffError:
                return Bad(flaw="signature-bad"), stored.received_at
            same = checked.envelope.statement_id == statement
            return (checked if same else Bad(flaw="envelope-swapped")), stored.received_at
        return Bad(flaw="envelope-missing"), Timestamp(0)


class Recheck:
    """Judges sign-offs as of one push, by that day's policy and roster."""

    def __init__(
        self, envelopes: Envelopes, ledger: Ledger, policy: Policy, roster: Roster, *, repository: str, now: Timestamp
    ) -> None:
        """`now` is the time of the push."""
        self._envelopes = envelopes
        self._ledger = ledger
        self._policy = policy
        self._roster = roster
        self._now = now
        self._court = Court(roster=roster, repository=repository, leavers_drop=policy.leavers_drop, now=now)

    def testimony(self, statement: StatementId) -> Testimony | str:
        """Return a statement with what is wrong with its signer, or why there is none, as a flaw."""
        checked, received = self._envelopes.get(statement)
        if isinstance(checked, Bad):
            return checked.flaw
        if received > self._now:
            return "received-later"
        return testify(checked, received, self._court)

    def about(
        self, engine: Engine, commits: Sequence[Commit], ref: str
    ) -> tuple[dict[ObjectId, dict[StatementId, str]], dict[ObjectId, tuple[Testimony, ...]]]:
        """Return of commits what was received about them by the time of the push.

        Returns:
            By commit the flaw of each approval (empty: good), and the vetoes that were in force.

        Raises:
            GitError, LedgerError: when Git or the ledger does not answer.
        """
        subjects = self._ledger.subjects([commit.id for commit in commits])
        flaws: dict[ObjectId, dict[StatementId, str]] = {}
        vetoes: dict[ObjectId, tuple[Testimony, ...]] = {}
        asked = [commit for commit in commits if subjects.get(commit.id)]
        for commit, changes in differences(engine, asked):
            heard = [t for t in map(self.testimony, subjects[commit.id]) if isinstance(t, Testimony)]
            judged = judge_signoffs(
                commit,
                heard,
                ref=ref,
                change=digest_of(commit, changes, engine.object_format),
                may_veto=lambda person: self._policy.may_approve(person, self._roster.ladder),
                range_holds=lambda _: True,  # each commit is bound by its own id all the same
                now=self._now,
            )
            flaws[commit.id] = {each.testimony.statement_id: each.flaw for each in judged.approvals}
            vetoes[commit.id] = judged.vetoes
        return flaws, vetoes

    def carried_flaw(self, testimony: Testimony, reviewed: Sequence[ObjectId], ref: str) -> str:
        """Return why a sign-off could not be carried over from other commits; empty if it could."""
        statement = testimony.statement
        if testimony.flaw:
            return testimony.flaw
        if statement.decision is not Decision.APPROVE:
            return "no-approval"
        if not any(statement.commit(commit) for commit in reviewed):
            return "other-commit"
        if statement.refs and ref not in statement.refs:
            return "other-ref"
        return "expired" if statement.expires_at <= self._now else ""

    def rule_flaw(self, testimony: Testimony, rule: Rule, hands: Hands) -> str:
        """Return why a good sign-off does not do for a rule; empty if it does."""
        signer, require = testimony.signer, rule.require
        if signer is None or require is None:
            return "unknown-key"
        checks = (
            (signer.bot or not require.approvers.met_by(signer, self._roster.ladder), "signer-may-not"),
            (signer.id in hands.excluded(require.independent_of), "not-independent"),
            (require.ref_scope and not testimony.statement.refs, "not-for-this-ref-alone"),
            (
                require.max_age is not None and self._now - testimony.statement.issued_at > require.max_age,
                "too-old",
            ),
            (require.presence is Presence.TOUCH and not testimony.touched, "no-touch"),
            (require.presence is Presence.VERIFIED and not testimony.verified_user, "no-verification"),
        )
        return next((flaw for applies, flaw in checks if applies), "")


def presence(testimony: Testimony) -> str:
    """Return what the signature proves about somebody at a FIDO key; empty if it is none."""
    if testimony.touched is None:
        return ""
    if testimony.verified_user:
        return "verified"
    return "touch" if testimony.touched else "none"


def rules_by_id(policy: Policy) -> Mapping[str, Rule]:
    """Return a policy's rules by their ids."""
    return {rule.id: rule for rule in policy.rules}


def softens(said: Any, rule: Rule | None, owed: Collection[str], now: Timestamp) -> bool:
    """Whether an entry lets a rule ask for less than that day's policy, or lifts it though nothing is owed for it.

    Args:
        said: What the entry says of the rule, as in docs/formats.md.
        rule: The rule of that day's policy; None: it has none of this name.
        owed: Ids of the rules for which the entry says that sign-offs are owed.
        now: The time of the push.
    """
    if said["lifted"] and said["rule"] not in owed:
        return True
    return rule is not None and STRENGTH.index(Enforcement(said["enforcement"])) < STRENGTH.index(rule.enforced_at(now))
