"""Sign-offs about one commit, as they are judged beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatekeeper.core.approval import judge_signoffs
from gatekeeper.core.ids import ChangeDigest, StatementId
from gatekeeper.core.signoff import Decision
from gatekeeper.core.testimony import Judged
from tests.support.values import (
    CHANGE,
    MAIN,
    NOW,
    commit,
    person,
    sworn,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.people import Person
    from gatekeeper.core.testimony import Testimony

SUE = person("sue")
ANN = person("ann", "staff")
ADMIN = person("root", "mid", administrator=True)
JO = person("jo", "junior")


def judge(testimonies: Sequence[Testimony], **fields: Any) -> Judged:
    honest: dict[str, Any] = {
        "ref": MAIN,
        "change": ChangeDigest(CHANGE),
        "may_veto": lambda person: person.level in ("senior", "staff"),
        "range_holds": lambda statement: True,
        "now": NOW,
    }
    about = fields.pop("commit", commit())
    return judge_signoffs(about, testimonies, **{**honest, **fields})


def flaws(judged: Judged) -> dict[str, str]:
    return {standing.testimony.statement_id: standing.flaw for standing in judged.approvals}


def flaw_of(given_testimony: Testimony, **fields: Any) -> str:
    (found,) = flaws(judge([given_testimony], **fields)).values()
    return found


def revoke(signer: Person, target: str, name: str = "revoke", **fields: Any) -> Testimony:
    return sworn(signer, name, Decision.REVOKE, revokes=StatementId(target), **fields)
