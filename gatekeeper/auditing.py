"""Use case: look back. What landed, how it was judged, and whether the ledger explains the repository."""

from __future__ import annotations

from gatekeeper.checking import baseline
from gatekeeper.config.in_force import InForce
from gatekeeper.core.clock import format_time
from gatekeeper.core.debt import Debt, DebtState
from gatekeeper.core.first_audit import Audit, Row
from gatekeeper.core.ids import Timestamp
from gatekeeper.debts import debts
from gatekeeper.gate import is_protected
from gatekeeper.ledger import Ledger
from gatekeeper.opening import Server
from gatekeeper.settling import reconcile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def audit(server: Server, ledger: Ledger) -> Audit:
    """Look back over everything that the ledger knows.

    First the ledger itself is verified; then continuity: each ref is what the ledger expects; then
    completeness: Git's population of landed commits equals the ledger's.
    """
    force = server.in_force(ledger)
    exceptions = [f"ledger: {fault}" for fault in ledger.verify()]
    comparison = reconcile(server, ledger, "audit", force=force)
    exceptions += [
        f"continuity: {ref} is at {actual}, the ledger expects {expected}: it was changed outside the gate"
        for ref, expected, actual in comparison.unexplained
    ]
    rows = tuple(_rows(ledger))
    exceptions += _completeness(server, ledger, force)
    exceptions += [
        f"unsatisfied: {row.commit} landed on {row.ref} without what a rule asks for (entry {row.entry})"
        for row in rows
        if row.unmet
    ]
    owed = tuple(debts(server, ledger, force))
    exceptions += [_exception(debt) for debt in owed if debt.state is not DebtState.SETTLED]
    refusals = sum(1 for entry in ledger.entries() if entry.kind == "push" and entry.data["outcome"] != "accepted")
    return Audit(repository=server.repository, rows=rows, refusals=refusals, debts=owed, exceptions=tuple(exceptions))


def _exception(debt: Debt) -> str:
    """Say what is owed: by an emergency or a pause it landed without."""
    kind, when = ("overdue", "since") if debt.state is DebtState.OVERDUE else ("owed", "by")
    rules = f"{'rule' if len(debt.rules) == 1 else 'rules'} {', '.join(debt.rules)}"
    lacks = f"{debt.commit} on {debt.ref} lacks its sign-offs ({rules}; entry {debt.entry})"
    return f"{kind}: {lacks}, {when} {format_time(debt.due)}"


def _rows(ledger: Ledger) -> list[Row]:
    """Return a row for each landed commit and ref, oldest first."""
    pushes: dict[int, Any] = {}
    rows: list[Row] = []
    for entry in ledger.entries():
        if entry.kind == "push":
            pushes[entry.number] = entry.data
        if entry.kind == "landing":
            for update in entry.data["landed"]:
                rows += _landed(update["entry"], pushes[update["entry"]], update["position"], entry.time)
    return rows


def _landed(number: int, push: Any, position: int, landed_at: Timestamp) -> list[Row]:
    pusher = push["pusher"]["person"] or push["pusher"]["account"] or "unknown"
    ref = push["updates"][position]["ref"]
    clean = {commit["id"]: commit["clean"] for commit in push["updates"][position]["commits"]}
    rows: list[Row] = []
    for commit in push["verdict"]["refs"][position]["commits"]:
        signers = {s["signer"] for rule in commit["rules"] for s in rule["signoffs"] if s["counts"]}
        rows.append(
            Row(
                commit=commit["commit"],
                ref=ref,
                entry=number,
                landed_at=landed_at,
                pusher=pusher,
                author=commit["author"],
                subject=commit["subject"],
                declaration=commit["declaration"]["state"],
                tools=tuple(commit["declaration"]["tools"]),
                assisted=commit["assisted"],
                signers=tuple(sorted(signers)),
                clean=clean[commit["commit"]],
                unmet=tuple(
                    rule["rule"] for rule in commit["rules"] if rule["outcome"] != "accepted" and not rule.get("lifted")
                ),
            )
        )
    return rows


def _completeness(server: Server, ledger: Ledger, force: InForce) -> list[str]:
    """Name the commits on protected refs that did not land there by the ledger."""
    engine = server.engine()
    default = server.default_branch()
    missing: list[str] = []
    for ref, tip in server.all_refs().items():
        if not is_protected(force.policy, ledger, ref, default):
            continue
        (head, kind, _size), *_ = engine.kinds([f"{tip}^{{commit}}"])
        if head is None or kind != "commit":
            missing.append(f"completeness: {ref} leads to no commit")
            continue
        before = baseline(engine, ledger, ref)
        commits = engine.ids([head], before)
        landings = ledger.landings(commits)
        missing += [
            f"completeness: {commit} is on {ref}, and no entry of the ledger explains it"
            for commit in commits
            if not any(landing.ref == ref for landing in landings.get(commit, ()))
            # With skewed dates a walk lists too many commits.
            and not any(engine.is_ancestor(commit, base) for base in before)
        ]
    return missing
