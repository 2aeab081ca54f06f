"""What a new version of policy or roster changes, and whether the gate asks for less since.

What cannot be compared as more or less counts as less: somebody should look.
"""

from __future__ import annotations

from gatekeeper.core.audit import Amendment, Shift
from gatekeeper.core.people import Ladder, Person, Roster, Who
from gatekeeper.core.policy import Policy, Presence, Require, Rule
from gatekeeper.core.verdict import Enforcement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BRIEF = 7 * 86_400
"""Seconds within which a version that comes back was away for something."""
STRENGTH = (Enforcement.OBSERVE, Enforcement.WARN, Enforcement.REFUSE)
PRESENCE = (None, Presence.TOUCH, Presence.VERIFIED)


def policy_shifts(before: Policy, after: Policy, ladder: Ladder) -> tuple[Shift, ...]:
    """Return what a new policy changes; `ladder` is that of the roster in force with it."""
    return (*_protection(before, after), *_rules(before, after, ladder), *_settings(before, after, ladder))


def _protection(before: Policy, after: Policy) -> Iterator[Shift]:
    for pattern in before.protect:
        if pattern not in after.protect:
            yield Shift(code="protect-removed", what=pattern, weakens=True)
    for pattern in after.protect:
        if pattern not in before.protect:
            yield Shift(code="protect-added", what=pattern)


def _rules(before: Policy, after: Policy, ladder: Ladder) -> Iterator[Shift]:
    old, new = ({rule.id: rule for rule in policy.rules} for policy in (before, after))
    for name in old:
        if name not in new:
            yield Shift(code="rule-removed", what=name, weakens=True)
    for name, rule in new.items():
        if name not in old:
            yield Shift(code="rule-added", what=name)
        else:
            yield from _rule(old[name], rule, ladder)


def _rule(old: Rule, new: Rule, ladder: Ladder) -> Iterator[Shift]:
    def shift(part: str, before: object, after: object, *, weakens: bool) -> Shift:
        return Shift(
            code="rule-changed", what=f"{old.id}: {part}", before=_text(before), after=_text(after), weakens=weakens
        )

    if old.enforcement is not new.enforcement:
        weaker = STRENGTH.index(new.enforcement) < STRENGTH.index(old.enforcement)
        yield shift("enforce", old.enforcement.value, new.enforcement.value, weakens=weaker)
    if old.refuses_from != new.refuses_from:
        weaker = new.refuses_from is not None and (old.refuses_from is None or new.refuses_from > old.refuses_from)
        yield shift("enforce from", old.refuses_from, new.refuses_from, weakens=weaker)
    if old.when != new.when:
        yield shift("when", old.when, new.when, weakens=True)
    if old.refuse != new.refuse:
        yield shift("refuse", old.refuse, new.refuse, weakens=new.refuse is None)
    if old.require is not None and new.require is not None:
        for part, earlier, later, weaker in _require(old.require, new.require, ladder):
            yield shift(part, earlier, later, weakens=weaker)
    elif old.require is not None:
        yield shift("require", old.require, None, weakens=new.refuse is None)


def _require(old: Require, new: Require, ladder: Ladder) -> Iterator[tuple[str, object, object, bool]]:
    """Yield each part that changed: its name, both values, whether less is asked for."""
    if old.signoffs != new.signoffs:
        yield "signoffs", old.signoffs, new.signoffs, new.signoffs < old.signoffs
    if old.approvers != new.approvers:
        yield "from", old.approvers.key, new.approvers.key, not _narrower(old.approvers, new.approvers, ladder)
    if old.independent_of != new.independent_of:
        earlier, later = ([part.value for part in each.independent_of] for each in (old, new))
        yield "independent_of", earlier, later, bool(set(earlier) - set(later))
    if old.presence is not new.presence:
        earlier_presence, later_presence = (each.presence.value if each.presence else "" for each in (old, new))
        yield "presence", earlier_presence, later_presence, PRESENCE.index(new.presence) < PRESENCE.index(old.presence)
    if old.max_age != new.max_age:
        longer = new.max_age is None or (old.max_age is not None and new.max_age > old.max_age)
        yield "max_age", old.max_age, new.max_age, longer
    if old.ref_scope != new.ref_scope:
        yield "scope", "ref" if old.ref_scope else "", "ref" if new.ref_scope else "", not new.ref_scope


def _narrower(old: Who, new: Who, ladder: Ladder) -> bool:
    """Whether a condition surely takes nobody whom the old one did not: only its lowest level was raised."""
    same = old.replace(at_least=None) == new.replace(at_least=None)
    return same and ladder.rank(new.at_least) >= ladder.rank(old.at_least)


def _settings(before: Policy, after: Policy, ladder: Ladder) -> Iterator[Shift]:
    """Yield what changed beside rules: the key of the file, both values."""
    allowed = (before.emergency.allowed, after.emergency.allowed)
    emergency_wider = allowed[1] is not None and (allowed[0] is None or not _narrower(allowed[0], allowed[1], ladder))
    reverts = [each.reverts_within or 0 for each in (before, after)]
    proofs = [{proof.value for proof in each.author_proof} for each in (before, after)]
    compared: tuple[tuple[str, object, object, bool], ...] = (
        ("undeclared: refuse", before.undeclared_refused, after.undeclared_refused, not after.undeclared_refused),
        ("deletions", before.deletions_allowed, after.deletions_allowed, after.deletions_allowed),
        ("rewinds", before.rewinds_allowed, after.rewinds_allowed, after.rewinds_allowed),
        ("leavers: drop", before.leavers_drop, after.leavers_drop, not after.leavers_drop),
        ("author_proof", sorted(proofs[0]), sorted(proofs[1]), bool(proofs[1] - proofs[0])),
        ("remember", before.remember, after.remember, after.remember < before.remember),
        ("pure_reverts: within", reverts[0], reverts[1], reverts[1] > reverts[0]),
        ("stale_for", before.stale_for, after.stale_for, after.stale_for > before.stale_for),
        ("emergency: allowed", _who(allowed[0]), _who(allowed[1]), emergency_wider),
        (
            "emergency: settle_within",
            before.emergency.settle_within,
            after.emergency.settle_within,
            after.emergency.settle_within > before.emergency.settle_within,
        ),
        ("carry_over", before.carry_over, after.carry_over, True),
        ("administrators", before.governors, after.governors, True),
        ("assisted", before.assisted, after.assisted, True),
        ("limits", before.limits, after.limits, False),
    )
    for name, old, new, weaker in compared:
        if old != new:
            yield Shift(code="setting-changed", what=name, before=_text(old), after=_text(new), weakens=weaker)


def _who(who: Who | None) -> str:
    return who.key if who else "nobody"


def _text(value: object) -> str:
    """Return a value as people know it from the file, as far as it is simple."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value) if isinstance(value, (str, int)) else ""


def roster_shifts(before: Roster, after: Roster) -> tuple[Shift, ...]:
    """Return what a new roster changes about people."""
    old, new = ({person.id: person for person in roster.everybody()} for roster in (before, after))
    shifts: list[Shift] = []
    if before.ladder != after.ladder:
        levels = (", ".join(roster.ladder.levels) for roster in (before, after))
        shifts.append(
            Shift(code="levels-changed", what="levels", before=next(levels), after=next(levels), weakens=True)
        )
    shifts += [Shift(code="person-removed", what=name) for name in old if name not in new]
    for name, person in new.items():
        if name in old:
            shifts += _person(old[name], person, after.ladder)
        else:
            shifts.append(Shift(code="person-added", what=name, after="bot" if person.bot else person.level or ""))
            shifts += [Shift(code="administrator-gained", what=name)] if person.administrator else []
    return tuple(shifts)


def _person(old: Person, new: Person, ladder: Ladder) -> Iterator[Shift]:
    if old.level != new.level:
        code = "person-promoted" if ladder.rank(new.level) > ladder.rank(old.level) else "person-demoted"
        yield Shift(code=code, what=new.id, before=old.level or "", after=new.level or "")
    if old.administrator != new.administrator:
        yield Shift(code="administrator-gained" if new.administrator else "administrator-lost", what=new.id)
    if old.employed_until is None and new.employed_until is not None:
        yield Shift(code="person-leaves", what=new.id)
    for code, earlier, later in (
        ("teams-changed", old.teams, new.teams),
        ("accounts-changed", _logins(old), _logins(new)),
        ("addresses-changed", _addresses(old), _addresses(new)),
    ):
        if earlier != later:
            yield Shift(code=code, what=new.id, before=", ".join(earlier), after=", ".join(later))
    keys = [{key.public.fingerprint: key.revoked for key in person.keys} for person in (old, new)]
    yield from (Shift(code="key-added", what=new.id, after=key) for key in keys[1] if key not in keys[0])
    yield from (Shift(code="key-removed", what=new.id, before=key) for key in keys[0] if key not in keys[1])
    yield from (
        Shift(code="key-revoked", what=new.id, before=key)
        for key, revoked in keys[1].items()
        if revoked and keys[0].get(key) is False
    )


def _logins(person: Person) -> Sequence[str]:
    return [f"{where}:{login}" if where else login for where, login in person.accounts]


def _addresses(person: Person) -> Sequence[str]:
    return [address.decode("utf-8", "replace") for address in person.emails]


def taken_back(amendments: Sequence[Amendment]) -> Iterator[tuple[Amendment, Amendment]]:
    """Yield changes that were taken back soon, each with the one that brought the same bytes back.

    Of a policy only those that made the gate ask for less. Of a roster all: a level or a key can be lent for one push.
    """
    for number, change in enumerate(amendments):
        if change.file == "policy" and not any(shift.weakens for shift in change.shifts):
            continue
        later = (each for each in amendments[number + 1 :] if each.file == change.file and each.after == change.before)
        back = next(later, None)
        if back is not None and back.time - change.time <= BRIEF:
            yield change, back
