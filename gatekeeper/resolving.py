"""What the updates of a push would really move, and what is wrong with them at first sight."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import REPLACEMENTS, SIGNOFFS, Push, RefUpdate, is_text
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.verdict import RefFinding
from gatekeeper.gate import Gate, is_protected
from gatekeeper.git import Ref
from gatekeeper.recording import Work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def refuse(item: Work, *reasons: Reason) -> Work:
    """Return an update with further reasons against it."""
    return item.replace(finding=item.finding.replace(problems=(*item.finding.problems, *reasons)))


def resolve(push: Push, gate: Gate, refs: Mapping[str, Ref], default_branch: str) -> list[Work]:
    """Return the updates with the refs that they would move; `refs` has all that are named, and what those lead to."""
    work = [_resolve(update, push, gate, refs, default_branch) for update in push.updates]
    wanted: dict[str, set[ObjectId]] = {}
    for item in work:
        wanted.setdefault(item.finding.ref, set()).add(item.update.new)
    # Two updates of one ref are refused unless they are equal, as in a mirror push of an alias.
    return [
        refuse(item, reason("two-updates", ref=item.finding.ref))
        if item.tracked and len(wanted[item.finding.ref]) > 1
        else item
        for item in work
    ]


def _resolve(update: RefUpdate, push: Push, gate: Gate, refs: Mapping[str, Ref], default_branch: str) -> Work:
    """Find out which ref would really move, whether it is protected, and what is wrong at first sight."""
    asked = refs[update.ref]
    ref = refs.get(asked.resolves_to, asked)
    name = ref.resolves_to
    protected = is_protected(gate.policy, gate.ledger, name, default_branch)
    governed = gate.governs(name)
    problems: list[Reason] = []
    reserved = update.reserved or update.replace(ref=name).reserved
    if reserved and not (update.ref == name == SIGNOFFS):
        problems.append(reason("reserved-ref", ref=name))
    elif reserved and update.deletes:
        problems.append(reason("store-update", what="the store cannot be deleted"))
    if name.lower().startswith(REPLACEMENTS) and not update.deletes:
        problems.append(reason("replace-ref", ref=name))
    alias = update.ref != name
    if alias and not protected and is_protected(gate.policy, gate.ledger, update.ref, default_branch):
        problems.append(reason("alias-unprotected", ref=update.ref, target=name))
    if protected and not is_text(name):
        problems.append(reason("ref-name", ref=ascii(name)))
    if _is_contradicted(push, gate):
        problems.append(reason("pusher-differs", account=push.pusher.account, certified=push.pusher.certified))
    if (protected or governed or reserved) and update.old != ref.target:
        problems.append(reason("ref-moved", ref=name, said=update.old, found=ref.target))
    finding = RefFinding(ref=name, old=ref.target, new=update.new, protected=protected, problems=tuple(problems))
    return Work(update=update, ref=ref, protected=protected, finding=finding, governed=governed)


def _is_contradicted(push: Push, gate: Gate) -> bool:
    """Whether the account and the push certificate are of different people."""
    pusher = push.pusher
    if not pusher.certified or not pusher.account:
        return False
    person = gate.roster.by_account(pusher.server, pusher.account)
    return person is not None and person.id != pusher.certified
