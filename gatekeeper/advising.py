"""A verdict and what surrounds it -> what the hook's text needs besides the verdict."""

from __future__ import annotations

from gatekeeper.core.carryover import Carry
from gatekeeper.core.governance import MISSING
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Person, Roster, Who
from gatekeeper.core.policy import Policy
from gatekeeper.core.push import Push
from gatekeeper.core.verdict import Outcome, RuleFinding, Verdict
from gatekeeper.formats.remote import Context, web_prefix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatekeeper.core.advice import Approvers


def context_of(
    verdict: Verdict,
    *,
    push: Push,
    person: Person | None,
    receipt: str,
    policy: Policy,
    roster: Roster,
    notes: tuple[str, ...],
    now: Timestamp,
) -> Context:
    """Return the context of an answer. The roster is read through only for a refusal."""
    refused = verdict.outcome is not Outcome.ACCEPTED
    return Context(
        receipt=receipt,
        pusher=person,
        web_prefix=web_prefix(push.pusher.server, push.pusher.kind),
        approvers=tuple(_approvers(verdict, roster, person, now)) if refused else (),
        help=policy.message.help if refused else "",
        contact=policy.message.contact if refused else "",
        carries_over=policy.carry_over.rebase is not Carry.OFF,
        notes=notes,
        addresses=tuple(_addresses(verdict, roster)),
        pusher_may_approve=refused and person is not None and policy.may_approve(person, roster.ladder),
    )


def _approvers(
    verdict: Verdict, roster: Roster, pusher: Person | None, now: Timestamp
) -> Iterator[tuple[str, Approvers]]:
    """Yield by rule who can give what is missing."""
    from gatekeeper.core.advice import approvers  # only for a refusal

    failing: dict[str, list[RuleFinding]] = {}
    teams: list[str] = []
    for ref in verdict.refs:
        for commit in ref.commits:
            rules = [rule for rule in commit.rules if rule.failed and rule.approvers and not rule.lifted]
            for rule in rules:
                failing.setdefault(rule.rule, []).append(rule)
            author = commit.authorship.proved or commit.authorship.claimed
            teams += author.teams if rules and author else ()
    for name, rules in failing.items():
        who = rules[0].approvers
        if who is not None:
            excluded = {person_id for rule in rules for person_id in rule.excluded}
            yield name, approvers(who, roster, excluded=excluded, teams=teams, pusher=pusher, now=now)
    for problem in (problem for ref in verdict.refs for problem in ref.problems if problem.code == MISSING):
        ids = problem.fact("ask")
        who = Who(people=ids if isinstance(ids, tuple) and ids else ("",))
        yield MISSING, approvers(who, roster, excluded=(), teams=(), pusher=pusher, now=now)


def _addresses(verdict: Verdict, roster: Roster) -> Iterator[tuple[str, str]]:
    """Yield the addresses of those who vetoed a commit."""
    for problem in (problem for ref in verdict.refs for commit in ref.commits for problem in commit.problems):
        person = roster.person(str(problem.fact("signer"))) if problem.code == "vetoed" else None
        if person is not None and person.emails:
            yield person.id, person.emails[0].decode("utf-8", "replace")
