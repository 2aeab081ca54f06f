"""One rule of a policy, and its administrators: plain data -> Rule, Administrators."""

from __future__ import annotations

from gatekeeper.config.patterns import path_pattern, ref_pattern
from gatekeeper.config.reading import Section
from gatekeeper.config.values import (
    UnfitError,
    choice,
    flag,
    label,
    moment,
    number,
    paragraph,
    person_id,
    slug,
    span,
)
from gatekeeper.core.declaration import DEFAULT, MarkRules
from gatekeeper.core.governance import Administrators
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Who
from gatekeeper.core.policy import Independence, Presence, Require, Rule, When
from gatekeeper.core.verdict import Enforcement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path, Plain

MAX_SIGNOFFS = 20
LEVEL_KEYS = ("below", "at_least", "exactly")
WHO_KEYS = (*LEVEL_KEYS, "teams", "people")
REQUIRE_KEYS = ("signoffs", "from", "independent_of", "presence", "max_age", "scope")
ADMINISTRATORS_KEYS = ("signoffs", "from")

NOBODY = Who()
INDEPENDENCE = {each.value: each for each in Independence}
PRESENCE = {each.value: each for each in Presence}
ENFORCEMENT = {each.value: each for each in Enforcement}


def build_rule(value: Plain, path: Path, report: Report, marks: MarkRules = DEFAULT) -> Rule:
    """Build a rule of a policy with `marks`; usable only if nothing was reported."""
    section = Section(value, path, report, ("id", "why", "when", "require", "refuse", "enforce"))
    section.lacks("id")
    if "require" not in section and "refuse" not in section:
        section.lacks("require")
    if "require" in section and "refuse" in section:
        section.fault("refuse", "and `require` exclude each other", "make two rules of it", at_key=True)
    enforcement, refuses_from = section.take("enforce", _enforce, (Enforcement.REFUSE, None))
    return Rule(
        id=section.take("id", slug, ""),
        why=section.take("why", paragraph, ""),
        when=_when(section, marks),
        require=_require(section),
        refuse=section.take("refuse", paragraph, None),
        enforcement=enforcement,
        refuses_from=refuses_from,
    )


def _enforce(value: Plain) -> tuple[Enforcement, Timestamp | None]:
    if isinstance(value, str) and value in ENFORCEMENT:
        return ENFORCEMENT[value], None
    try:
        return Enforcement.REFUSE, moment(value)
    except UnfitError:
        raise UnfitError("must be observe, warn, refuse, or the date from which it refuses") from None


def _when(rule: Section, marks: MarkRules) -> When:
    section = rule.section("when", ("assisted", "tools", "author", "refs", "paths"), later=("size",))
    if section is None:
        return When()
    return When(
        assisted=section.take("assisted", flag, None),
        tools=_tools(section, marks),
        author=build_who(section, "author"),
        refs=section.each("refs", ref_pattern),
        paths=section.each("paths", path_pattern),
    )


def _tools(when: Section, marks: MarkRules) -> tuple[str, ...]:
    if "tools" not in when:
        return ()
    from gatekeeper.config.assisted import tool_id  # only for a policy that names tools

    if when.values.get("assisted") is False:
        when.fault("tools", "and `assisted: false` exclude each other", "a tool is named by marks alone", at_key=True)
    return when.each("tools", tool_id(marks))


def _require(rule: Section) -> Require | None:
    section = rule.section("require", REQUIRE_KEYS, later=("checklist", "commit_signature"))
    if section is None:
        return None
    section.lacks("signoffs")
    section.lacks("from")
    independent = section.each("independent_of", choice(INDEPENDENCE))
    require = Require(
        signoffs=section.take("signoffs", number(1, MAX_SIGNOFFS), 1),
        approvers=build_who(section, "from", later=("owners",)) or NOBODY,
        presence=section.take("presence", choice(PRESENCE), None),
        max_age=section.take("max_age", span, None),
        ref_scope=section.take("scope", choice({"ref": True}), default=False),
    )
    return require.replace(independent_of=independent) if independent else require


def build_administrators(policy: Section) -> Administrators | None:
    """Build what the policy says of its administrators; None if it says nothing."""
    section = policy.section("administrators", ADMINISTRATORS_KEYS)
    if section is None:
        return None
    return Administrators(
        signoffs=section.take("signoffs", number(1, MAX_SIGNOFFS), 1), approvers=build_who(section, "from") or NOBODY
    )


def build_who(parent: Section, name: str, later: tuple[str, ...] = ()) -> Who | None:
    """Build a condition on a person; None if the key is absent or faulty."""
    section = parent.section(name, WHO_KEYS, later)
    if section is None:
        return None
    if "exactly" in section and ("below" in section or "at_least" in section):
        section.fault("exactly", "excludes `below` and `at_least`", "leave those out", at_key=True)
    return Who(
        below=section.take("below", label, None),
        at_least=section.take("at_least", label, None),
        exactly=section.take("exactly", label, None),
        teams=section.each("teams", label),
        people=section.each("people", person_id),
    )
