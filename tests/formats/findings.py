"""Verdicts with everything filled in, so that a test says only what matters to it."""

from __future__ import annotations

from typing import Any

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.declaration import declare
from gatekeeper.core.dossier import Addition
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Who
from gatekeeper.core.verdict import CommitFinding, Enforcement, Outcome, RefFinding, RuleFinding, Verdict
from gatekeeper.formats.remote import Context
from tests.support.values import A, B, commit

SENIOR = Who(at_least="senior")
RECEIPT = "shop-18231-9f86d081884c"
ASSISTED = b"Subject\n\nAssisted-by: claude\n"


def rule_finding(name: str = "senior-signoff", outcome: Outcome = Outcome.REFUSED, **fields: Any) -> RuleFinding:
    honest: dict[str, Any] = {
        "why": "Juniors need approval.",
        "enforcement": Enforcement.REFUSE,
        "applies": True,
        "needed": 1,
        "missing": 1,
        "approvers": SENIOR,
    }
    return RuleFinding(rule=name, outcome=outcome, **{**honest, **fields})


def commit_finding(
    number: int = 0, *rules: RuleFinding, outcome: Outcome = Outcome.REFUSED, message: bytes = ASSISTED, **fields: Any
) -> CommitFinding:
    made = commit(ObjectId(f"{number:07x}{'a' * 33}"), message=message)
    honest: dict[str, Any] = {
        "subject": message.split(b"\n", 1)[0],
        "author": made.author.line,
        "author_email": made.author.email,
        "declaration": declare(made),
        "addition": Addition.CHANGE,
        "authorship": Authorship(claimed=None, proved=None, proof=None),
        "assisted": True,
        "rules": rules or (rule_finding(outcome=outcome),),
        "problems": (),
    }
    return CommitFinding(commit=made.id, outcome=outcome, **{**honest, **fields})


def ref_finding(*commits: CommitFinding, ref: str = "refs/heads/main", **fields: Any) -> RefFinding:
    return RefFinding(ref=ref, old=A, new=B, protected=True, commits=commits, **fields)


def refused(*commits: CommitFinding, **fields: Any) -> Verdict:
    return Verdict(refs=(ref_finding(*(commits or (commit_finding(),)), **fields),))


def context(**fields: Any) -> Context:
    return Context(receipt=RECEIPT, **fields)
