"""Whether a policy and a roster fit together.

Employment and keys are left out: whoever begins next month, or has no key yet, is somebody.
"""

from __future__ import annotations

from gatekeeper.config.rules import LEVEL_KEYS
from gatekeeper.config.values import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path
    from gatekeeper.core.governance import Administrators
    from gatekeeper.core.people import Roster, Who
    from gatekeeper.core.policy import Policy, Require


def check_against(policy: Policy, roster: Roster, report: Report) -> None:
    """Report conditions that name what the roster lacks, and rules that its people could never satisfy."""
    teams = {team for person in roster.everybody() for team in person.teams}
    for index, rule in enumerate(policy.rules):
        path: Path = ("rules", index)
        if rule.when.author is not None:
            _check_who(rule.when.author, (*path, "when", "author"), roster, teams, report)
        if rule.require is not None:
            before = len(report.problems)
            _check_who(rule.require.approvers, (*path, "require", "from"), roster, teams, report)
            if len(report.problems) == before:
                _check_number(rule.require, (*path, "require"), roster, report)
    if policy.emergency.allowed is not None:
        _check_emergency(policy, roster, teams, report)
    if policy.administrators is not None:
        _check_administrators(policy.administrators, roster, teams, report)


def _check_who(who: Who, path: Path, roster: Roster, teams: set[str], report: Report) -> None:
    """Report names that the roster lacks: as a condition they would hold for nobody, or for everybody."""
    levels = roster.ladder.levels
    for name in LEVEL_KEYS:
        level: str | None = getattr(who, name)
        if level is not None and level not in levels:
            report.add((*path, name), f"`{name}`: the roster has no level {level}", nearest(level, levels))
    for index, team in enumerate(who.teams):
        if team not in teams:
            hint = nearest(team, tuple(sorted(teams))) if teams else ""
            report.add((*path, "teams", index), f"`teams`: nobody of the roster is in {team}", hint)
    for index, person in enumerate(who.people):
        if roster.person(person) is None:
            report.add((*path, "people", index), f"`people`: the roster has no {person}")


def _check_emergency(policy: Policy, roster: Roster, teams: set[str], report: Report) -> None:
    """Report who may lift rules in an emergency if that is nobody: it would be found out in one."""
    path: Path = ("emergency", "allowed")
    before = len(report.problems)
    if policy.emergency.allowed is not None:
        _check_who(policy.emergency.allowed, path, roster, teams, report)
    everybody = roster.everybody()
    if len(report.problems) == before and not any(policy.may_declare_emergency(p, roster.ladder) for p in everybody):
        report.add(path, "`allowed` names nobody of the roster who is not a bot")


def _check_administrators(asked: Administrators, roster: Roster, teams: set[str], report: Report) -> None:
    """Report administrators who could not give what the policy asks of them.

    A policy that does not ask is not held to it: where policy and roster are files, nobody has to sign for them.
    """
    before = len(report.problems)
    _check_who(asked.approvers, ("administrators", "from"), roster, teams, report)
    if len(report.problems) > before:
        return
    able = sum(asked.include(person, roster.ladder) for person in roster.everybody())
    if able < asked.signoffs:
        people = "nobody" if not able else f"only {able} of the people"
        report.add(
            ("administrators",),
            f"`administrators` asks for {asked.signoffs}, but {people} with `administrator: true` may give one",
        )


def _check_number(require: Require, path: Path, roster: Roster, report: Report) -> None:
    able = sum(not person.bot and require.approvers.met_by(person, roster.ladder) for person in roster.everybody())
    if able < require.signoffs:
        people = "nobody" if not able else f"only {able} of the people"
        report.add(
            (*path, "signoffs"),
            f"`signoffs` asks for {require.signoffs}, but {people} in the roster may give one",
        )
