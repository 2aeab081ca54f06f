"""Values of an audit, honest unless a test says otherwise."""

from __future__ import annotations

from typing import Any

from gatekeeper.auditing import audit
from gatekeeper.core.audit import Audit, Population, Report, Selection
from gatekeeper.core.exceptional import Exceptional, Severity
from gatekeeper.core.ids import Fingerprint, StatementId, Timestamp
from gatekeeper.core.landed import Approval, Landed, Manner
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from tests.support.values import NOW, A
from tests.support.world import World


def approval(**fields: Any) -> Approval:
    honest: dict[str, Any] = {
        "statement": StatementId("5" * 64),
        "signer": "sam",
        "signer_level": "senior",
        "key": Fingerprint("SHA256:x"),
        "presence": "",
        "signed_at": NOW,
        "received_at": NOW,
        "reviewed": (),
        "rules": ("senior-signoff",),
    }
    return Approval(**{**honest, **fields})


def landed(**fields: Any) -> Landed:
    honest: dict[str, Any] = {
        "repository": "example/shop",
        "ref": "refs/heads/main",
        "commit": A,
        "landed_at": NOW,
        "subject": "Subject",
        "author": "june",
        "author_level": "junior",
        "author_teams": ("payments",),
        "proof": "first_push",
        "declaration": "declared",
        "tools": ("claude-code",),
        "assisted": True,
        "rules": ("senior-signoff",),
        "unmet": (),
        "manner": Manner.APPROVED,
        "approvals": (approval(),),
        "pusher": "june",
        "via": "account",
        "lifted_by": "",
        "lift_reason": "",
        "known": False,
        "entry": 7,
        "policy": "0" * 64,
        "roster": "1" * 64,
    }
    return Landed(**{**honest, **fields})


def exceptional(kind: str, severity: Severity = Severity.CRITICAL, **facts: Any) -> Exceptional:
    return Exceptional(
        kind=kind,
        severity=severity,
        repository="example/shop",
        path="/srv/git/shop.git",
        ref="refs/heads/main",
        commit=A,
        entry=7,
        facts=tuple(facts.items()),
    )


def an_audit(**fields: Any) -> Audit:
    """An audit of a repository without a ledger."""
    honest: dict[str, Any] = {
        "repository": "example/shop",
        "path": "/srv/git/shop.git",
        "ledger": None,
        "population": Population.empty(),
        "gate": None,
        "control": None,
        "duties": None,
        "governance": None,
        "limit": None,
        "debts": (),
        "exceptions": (),
    }
    return Audit(**{**honest, **fields})


def a_report(*audits: Audit, **fields: Any) -> Report:
    honest: dict[str, Any] = {
        "generated_at": Timestamp(NOW),
        "gatekeeper": "1.0",
        "selection": Selection(),
        "repositories": audits,
        "failed": (),
    }
    return Report(**{**honest, **fields})


def look(world: World, **selection: Any) -> Audit:
    """Audit a world's repository in this process."""
    with Server(str(world.bare), find_git()) as server, world.ledger() as ledger:
        return audit(server, ledger, Selection(**selection), keep=100).audit


def kinds(found: Audit) -> list[str]:
    return [exception.kind for exception in found.exceptions]
