"""What an emergency or a pause lifts of the judgement of one update. Loaded only where there is one."""

from __future__ import annotations

from gatekeeper.core.dossier import Dossier
from gatekeeper.core.emergency import lift_unmet
from gatekeeper.core.policy import Setting
from gatekeeper.core.relief import Lift, Pause
from gatekeeper.core.verdict import RefFinding
from gatekeeper.ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def relieve(
    ledger: Ledger,
    finding: RefFinding,
    dossiers: Sequence[Dossier],
    setting: Setting,
    *,
    declared: Lift | None = None,
    pause: Pause | None = None,
) -> RefFinding:
    """Return the finding with what is lifted marked.

    Raises:
        LedgerError: if the ledger cannot say whether an emergency statement is spent.
    """
    named = [dossier.commit.id for dossier in dossiers if dossier.signoffs.emergencies]
    before = ledger.landings(named)
    landed = {commit for commit, landings in before.items() if any(landing.ref == finding.ref for landing in landings)}
    commits = lift_unmet(finding.commits, dossiers, setting, declared=declared, pause=pause, landed=landed)
    return finding.replace(commits=commits)
