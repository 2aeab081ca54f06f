"""Emergencies: who may declare one, and what it lifts: unmet `require`, and nothing else (DESIGN.md section 9).

A lifted rule stays in the verdict as what it is, not satisfied: what landed by it is judged again elsewhere, and
what the rule asked for is owed.
"""

from __future__ import annotations

from gatekeeper.core.counting import seen
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Person
from gatekeeper.core.policy import Setting
from gatekeeper.core.push import Push, PusherKind
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record
from gatekeeper.core.relief import Lift, Pause, Source
from gatekeeper.core.testimony import Standing
from gatekeeper.core.verdict import CommitFinding, RuleFinding, SignoffView, outcome_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

OPTIONS = "gatekeeper."
"""What the push options begin with that are for us."""
OPTION = OPTIONS + "emergency="
MAX_REASON = 500
"""Characters."""
MAX_PAUSE = 7 * 86_400
"""Seconds."""


class Plea(Record):
    """What a push asks for by its options, and what comes of it."""

    reason: str | None = None
    """As given, at most `MAX_REASON` characters of it; None: no emergency was declared."""
    lift: Lift | None = None
    """None: there is no emergency, or it does not count."""
    notes: tuple[Reason, ...] = ()
    """Why what was asked for does not count."""


def is_reason(text: str) -> bool:
    """Whether a text can be somebody's reason: a letter or digit is in it, and it is not too long."""
    return len(text) <= MAX_REASON and any(char.isalnum() for char in text)


def hear(push: Push, person: Person | None, setting: Setting) -> Plea:
    """Return what becomes of a push's options. `person` is whose account pushes."""
    ours = [option for option in push.options if option.startswith(OPTIONS)]
    said = [option.removeprefix(OPTION) for option in ours if option.startswith(OPTION)]
    # Without `=` it is the option all the same, and lacks its reason.
    said += ["" for option in ours if option + "=" == OPTION]
    notes = [
        reason("unknown-option", option=option[:MAX_REASON])
        for option in ours
        if not option.startswith(OPTION) and option + "=" != OPTION
    ]
    if not said:
        return Plea(notes=tuple(notes))
    why = _fault(said, push, person, setting)
    if why is not None:
        return Plea(reason=said[0][:MAX_REASON], notes=(*notes, why))
    lift = Lift(source=Source.OPTION, by=person.id if person else "", reason=said[0].strip(), due=setting.due)
    return Plea(reason=said[0], lift=lift, notes=tuple(notes))


def _fault(said: Sequence[str], push: Push, person: Person | None, setting: Setting) -> Reason | None:
    """Return why an emergency that a push option declares does not count; None if it does."""
    pusher = push.pusher
    if setting.policy.emergency.allowed is None:
        return reason("emergency-without-policy")
    if pusher.kind is not PusherKind.ACCOUNT:
        return reason("emergency-not-own-push", kind=pusher.kind.value)
    if person is None or not _may_declare(person, setting):
        return reason("emergency-not-allowed", who=person.id if person else pusher.account)
    if len(said) > 1:
        return reason("emergency-twice")
    if len(said[0]) > MAX_REASON:
        return reason("emergency-reason-too-long", limit=MAX_REASON)
    return None if is_reason(said[0]) else reason("emergency-without-reason")


def _may_declare(person: Person, setting: Setting) -> bool:
    return setting.policy.may_declare_emergency(person, setting.ladder) and person.employed_at(setting.now)


def lift_unmet(
    findings: Sequence[CommitFinding],
    dossiers: Sequence[Dossier],
    setting: Setting,
    *,
    declared: Lift | None,
    pause: Pause | None,
    landed: Collection[ObjectId],
) -> tuple[CommitFinding, ...]:
    """Lift unmet `require` of the commits that one update brings.

    A statement lifts for the commits that it names, once on its ref, and for merges of them that are exactly what
    Git makes: what they hold is given by what they merge. Any other new commit, a squash or a merge with changes of
    its own, could hold anything.

    Args:
        findings: Parents first.
        dossiers: Of these commits, and perhaps of more.
        setting: By what they were judged.
        declared: An emergency of the push itself.
        pause: The pause in force.
        landed: Those of the commits that were on this ref before: for them every emergency statement is spent.
    """
    by_id = {dossier.commit.id: dossier for dossier in dossiers}
    paused = Lift(source=Source.PAUSE, by=pause.account, reason=pause.reason, due=setting.due) if pause else None
    liftable = frozenset(rule.id for rule in setting.policy.rules if rule.require is not None)
    stated: dict[ObjectId, Lift] = {}
    """The statement that lifts for a commit, or for one that a merge brings."""
    lifted: list[CommitFinding] = []
    for finding in findings:
        dossier = by_id[finding.commit]
        views = tuple(_view(each, setting, landed=finding.commit in landed) for each in dossier.signoffs.emergencies)
        own = next((_stated(view, setting) for view in views if not view.flaw), None)
        behind = next((stated[parent] for parent in dossier.commit.parents if parent in stated), None)
        if by_statement := own or behind:
            stated[finding.commit] = by_statement
        by = declared or own or (behind if dossier.addition is Addition.NOTHING else None) or paused
        lifted.append(_lifted(finding.replace(emergencies=views), by, liftable))
    return tuple(lifted)


def _view(standing: Standing, setting: Setting, *, landed: bool) -> SignoffView:
    """Say whether an emergency statement counts for a commit, and if not, why."""
    signer = standing.testimony.signer
    if standing.flaw or signer is None:
        flaw = standing.flaw or "unknown-key"
    elif not signer.employed_at(setting.now):
        flaw = "signer-not-employed"
    elif not _may_declare(signer, setting):
        flaw = "signer-may-not"
    elif landed:
        flaw = "spent"
    else:
        flaw = ""
    return seen(standing, flaw)


def _stated(view: SignoffView, setting: Setting) -> Lift:
    return Lift(
        source=Source.STATEMENT,
        by=view.signer,
        reason=view.comment,
        due=setting.due,
        statement=view.statement,
    )


def _lifted(finding: CommitFinding, by: Lift | None, liftable: Collection[str]) -> CommitFinding:
    """Return a finding with what is lifted marked; `liftable` are the ids of the rules with a `require`."""
    if by is None or not any(_unmet(rule) and rule.rule in liftable for rule in finding.rules):
        return finding
    rules = tuple(
        rule.replace(lifted=True) if _unmet(rule) and rule.rule in liftable else rule for rule in finding.rules
    )
    return finding.replace(rules=rules, lift=by, outcome=outcome_of(rules, finding.problems))


def _unmet(rule: RuleFinding) -> bool:
    return rule.failed and rule.refuse is None and not rule.lifted
