"""A junior's assisted commit, and a rule that asks for a senior's sign-off: a test says only what differs."""

from __future__ import annotations

from typing import Any

from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.declaration import Declaration, State
from gatekeeper.core.dossier import Dossier
from gatekeeper.core.evaluation import evaluate
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import (
    Policy,
    Require,
    Rule,
    Setting,
    When,
)
from gatekeeper.core.testimony import Judged, Standing
from gatekeeper.core.verdict import CommitFinding, RuleFinding
from tests.support.values import LADDER, MAIN, NOW, commit, person, sworn

SUE = person("sue")
ANN = person("ann", "staff")
JO = person("jo", "junior")
SENIORS = Require(signoffs=1, approvers=Who(at_least="senior"))
RULE = Rule(
    id="senior-signoff",
    why="because",
    when=When(assisted=True, author=Who(below="senior")),
    require=SENIORS,
)
DECLARED = Declaration(state=State.DECLARED, tools=("claude-code",))
SILENT = Declaration(state=State.SILENT)


def policy(*rules: Rule, **fields: Any) -> Policy:
    return Policy(protect=(MAIN,), rules=rules or (RULE,), **fields)


def dossier(*approvals: Person | Standing, **fields: Any) -> Dossier:
    """A junior's assisted commit, with good approvals by people."""
    standings = tuple(
        given if isinstance(given, Standing) else Standing(testimony=sworn(given, f"by-{given.id}"))
        for given in approvals
    )
    honest: dict[str, Any] = {
        "commit": commit(),
        "ref": MAIN,
        "declaration": DECLARED,
        "authorship": Authorship(claimed=JO, proved=JO, proof=Proof.SIGNATURE, involved=(JO,)),
        "signoffs": Judged(approvals=standings),
    }
    return Dossier(**{**honest, **fields})


def find(about: Dossier, *rules: Rule, now: int = NOW, **fields: Any) -> CommitFinding:
    return evaluate(about, Setting(policy=policy(*rules, **fields), ladder=LADDER, now=Timestamp(now)))


def one(about: Dossier, rule: Rule = RULE, now: int = NOW) -> RuleFinding:
    (finding,) = find(about, rule, now=now).rules
    return finding


def requiring(**fields: Any) -> Rule:
    return RULE.replace(require=SENIORS.replace(**fields))
