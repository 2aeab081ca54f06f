"""What `gatekeeper doctor` says of emergencies: whether they can be declared, a pause, and what is owed."""

from __future__ import annotations

import shlex

from gatekeeper.config.in_force import InForce
from gatekeeper.core.debt import DebtState
from gatekeeper.core.symptom import Symptom, note
from gatekeeper.debts import debts
from gatekeeper.formats.text import plural
from gatekeeper.formats.words import pause_text
from gatekeeper.ledger import Ledger
from gatekeeper.opening import Server


def examine_relief(server: Server, force: InForce, ledger: Ledger) -> list[Symptom]:
    """Return what somebody should know; nothing if there is no emergency to speak of.

    Raises:
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    return [*_options(server, force), *_pause(server, ledger), *_debts(server, force, ledger)]


def _options(server: Server, force: InForce) -> list[Symptom]:
    key = "receive.advertisePushOptions"
    if force.policy.emergency.allowed is None or server.ask("config", "--type=bool", "--get", key) == "true":
        return []
    return [
        note(
            f"{key} is not true: nobody can declare an emergency by a push option",
            f"git -C {shlex.quote(server.git_dir)} config {key} true",
        )
    ]


def _pause(server: Server, ledger: Ledger) -> list[Symptom]:
    pause = ledger.pause(server.now)
    if pause is None:
        return []
    return [
        note(f"{pause_text(pause)} (by {pause.account})", f"gatekeeper resume --repo {shlex.quote(server.git_dir)}")
    ]


def _debts(server: Server, force: InForce, ledger: Ledger) -> list[Symptom]:
    states = [debt.state for debt in debts(server, ledger, force)]
    overdue, still = states.count(DebtState.OVERDUE), states.count(DebtState.OPEN)
    if not overdue and not still:
        return []
    late = f", {overdue} of them overdue" if overdue else ""
    what = f"{plural(overdue + still, 'commit')} landed without sign-offs that are owed since{late}"
    return [note(what, f"gatekeeper audit exceptions --repo {shlex.quote(server.git_dir)}")]
