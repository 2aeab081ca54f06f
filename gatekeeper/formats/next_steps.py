"""What whoever reads a refusal can do about a veto. What helps against a missing sign-off is in `remote`."""

from __future__ import annotations

from gatekeeper.formats.text import plural, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.core.people import Person
    from gatekeeper.core.reasons import Reason
    from gatekeeper.core.verdict import CommitFinding

COMMAND_ID = 12
"""Hex digits of ids in commands: unique in any real repository, and short enough to read."""
MAX_VETOES = 3


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
