"""What whoever reads a refusal can do about a veto, or about own work that is not proved to be theirs.

What helps against a missing sign-off is in `remote`.
"""

from __future__ import annotations

from gatekeeper.core.verdict import Outcome
from gatekeeper.formats.text import plural, short, visible
from gatekeeper.formats.words import reason_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.people import Person
    from gatekeeper.core.reasons import Reason
    from gatekeeper.core.verdict import CommitFinding, RefFinding, RuleFinding

COMMAND_ID = 12
"""Hex digits of ids in commands: unique in any real repository, and short enough to read."""
MAX_VETOES = 3
MAX_CAUSES = 3
MAX_OWN = 6


def veto_lines(commits: Sequence[CommitFinding], pusher: Person | None, addresses: Mapping[str, str]) -> list[str]:
    """Return whom to talk to about each veto, and the command that takes it back."""
    vetoes: dict[str, Reason] = {
        str(problem.fact("statement")): problem
        for commit in commits
        for problem in commit.problems
        if problem.code == "vetoed"
    }
    lines: list[str] = []
    for statement, veto in list(vetoes.items())[:MAX_VETOES]:
        signer = str(veto.fact("signer"))
        name = visible(signer)
        address = f" ({visible(addresses[signer], 60)})" if signer in addresses else ""
        if pusher is not None and (pusher.id == signer or pusher.administrator):
            lines.append(f"Vetoed:  by {name}{address}; you can take it back:")
        else:
            lines.append(f"Vetoed:  talk to {name}{address}; {name} or an administrator can take it back:")
        lines.append(f"  gatekeeper revoke {statement[:COMMAND_ID]} -m WHY")
    if len(vetoes) > MAX_VETOES:
        lines.append(f"Vetoed:  and {plural(len(vetoes) - MAX_VETOES, 'more time')}")
    return lines


def own_work_lines(failing: Sequence[RefFinding], pusher: Person | None, again: str, *, bring_first: bool) -> list[str]:
    """Return why the pusher's own work is not taken for theirs, and how to say that it is.

    Only for commits to which a rule would not apply if the pusher were proved to have written them. `again` says what
    to do then, such as `Then repeat this push.`; with `bring_first` the server takes the statement only when it has
    the commits.
    """
    if pusher is None:
        return []
    own = {commit.commit: commit for ref in failing for commit in ref.commits if _proof_would_help(commit, pusher.id)}
    if not own:
        return []
    causes: dict[str, list[str]] = {}
    for commit in own.values():
        why = commit.authorship.unproved
        causes.setdefault(reason_text(why) if why else "", []).append(commit.commit)
    lines = [
        f"Unproved: that you wrote {_listed(ids)}{f' ({cause})' if cause else ''}"
        for cause, ids in list(causes.items())[:MAX_CAUSES]
    ]
    lines.append("If you did, say so:")
    if bring_first:
        tip = failing[0].new[:COMMAND_ID]
        lines.append(f"  git push origin {tip}:refs/heads/review/{tip}")
    lines.append(f"  gatekeeper sign --mine {_arguments(failing, list(own), pusher)}")
    refused = [commit for ref in failing for commit in ref.commits if commit.outcome is not Outcome.ACCEPTED]
    if all(_proof_would_do(commit, pusher.id) for commit in refused) and not any(ref.problems for ref in failing):
        lines.append(f"{again} Otherwise:")
    return lines


def _proof_would_help(commit: CommitFinding, person: str) -> bool:
    return any(person in rule.exempt_if_proved for rule in _refusing(commit))


def _proof_would_do(commit: CommitFinding, person: str) -> bool:
    return not commit.problems and all(person in rule.exempt_if_proved for rule in _refusing(commit))


def _refusing(commit: CommitFinding) -> list[RuleFinding]:
    return [rule for rule in commit.rules if rule.failed]


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - MAX_OWN} more" if len(ids) > MAX_OWN else ""
    return ", ".join(short(commit) for commit in ids[:MAX_OWN]) + more


def _arguments(failing: Sequence[RefFinding], own: Sequence[str], pusher: Person) -> str:
    """Return the whole range where all of it is the pusher's, because that is one signature; else single commits."""
    ref = failing[0]
    whole = len(failing) == 1 and not ref.known and len(own) > 1 and ref.old.strip("0")
    if whole and all(commit.author_email.lower() in pusher.emails for commit in ref.commits):
        return f"{ref.old[:COMMAND_ID]}..{ref.new[:COMMAND_ID]}"
    return " ".join(commit[:COMMAND_ID] for commit in own[:MAX_OWN])
