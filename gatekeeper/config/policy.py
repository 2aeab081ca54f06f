"""A policy: plain data -> Policy. What its keys mean is in policies/policy.schema.json."""

from __future__ import annotations

from gatekeeper import __version__
from gatekeeper.config.patterns import protected_pattern
from gatekeeper.config.reading import Section
from gatekeeper.config.rules import build_administrators, build_rule, build_who
from gatekeeper.config.uniqueness import Taken
from gatekeeper.config.values import UnfitError, choice, flag, format_version, number, paragraph, span, text
from gatekeeper.core.authorship import Proof
from gatekeeper.core.carryover import Carry, CarryOver, Kind
from gatekeeper.core.declaration import DEFAULT, MarkRules
from gatekeeper.core.policy import Emergency, Limits, Message, Policy
from gatekeeper.core.privacy import Privacy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Plain

KEYS = (
    "version",
    "requires",
    "protect",
    "undeclared",
    "rules",
    "assisted",
    "author_proof",
    "deletions",
    "rewinds",
    "administrators",
    "leavers",
    "stale_for",
    "remember",
    "carry_over",
    "pure_reverts",
    "emergency",
    "message",
    "limits",
    "privacy",
)

EMERGENCY_KEYS = ("allowed", "settle_within")

ALLOW_OR_REFUSE = {"allow": True, "refuse": False}
UNDECLARED = {"allow": False, "refuse": True}
LEAVERS = {"keep": False, "drop": True}
CARRY = {each.value: each for each in Carry}
CARRY_KEYS = tuple(each.value for each in Kind)
OFF = "off"
PROOFS = {each.value: each for each in Proof}

LIMITS = {
    "commits": number(1, 10_000_000),
    "commit_bytes": number(1024, 256 * 1024 * 1024),
    "signoffs": number(1, 1_000_000),
    "candidates": number(1, 10_000),
    "remembered": number(1, 10_000_000),
    "repeated_signoffs": number(1, 10_000),
    "author_statements": number(1, 1_000_000),
    "seconds": number(1, 3600),
}
"""What a limit may be set to: enough that the gate can still work, not so much that it is none."""


def build_policy(data: Plain, report: Report) -> Policy:
    """Build a policy from the plain data of its file; usable only if nothing was reported.

    Whether it fits a roster is another question: see `fitting`.
    """
    section = Section(data, (), report, KEYS)
    for name in ("version", "protect", "rules"):
        section.lacks(name)
    section.take("version", format_version, None)
    section.take("requires", _requires, None)
    marks = _marks(section)
    rules = tuple(build_rule(value, ("rules", index), report, marks) for index, value in section.items("rules"))
    taken = Taken(report)
    for index, rule in enumerate(rules):
        if rule.id:
            taken.claim(rule.id, ("rules", index, "id"), f"`id` {rule.id} names two rules")
    policy = Policy(
        protect=section.each("protect", protected_pattern),
        rules=rules,
        assisted=marks,
        undeclared_refused=section.take("undeclared", choice(UNDECLARED), default=False),
        author_proof=section.each("author_proof", choice(PROOFS)) or tuple(Proof),
        deletions_allowed=section.take("deletions", choice(ALLOW_OR_REFUSE), default=False),
        rewinds_allowed=section.take("rewinds", choice(ALLOW_OR_REFUSE), default=False),
        administrators=build_administrators(section),
        leavers_drop=section.take("leavers", choice(LEAVERS), default=False),
        emergency=_emergency(section),
        carry_over=_carry_over(section),
        message=_message(section),
        limits=_limits(section),
        privacy=_privacy(section),
    )
    return policy.replace(
        stale_for=section.take("stale_for", span, policy.stale_for),
        remember=section.take("remember", _span_or_off, policy.remember),
        reverts_within=_reverts_within(section, policy.reverts_within),
    )


def _span_or_off(value: Plain) -> int:
    return 0 if value == OFF else span(value)


def _reverts_within(policy: Section, default: int | None) -> int | None:
    if policy.values.get("pure_reverts") == OFF:
        return None
    section = policy.section("pure_reverts", ("within",))
    return default if section is None else section.take("within", span, default)


def _carry_over(policy: Section) -> CarryOver:
    if policy.values.get("carry_over") == OFF:
        return CarryOver(rebase=Carry.OFF, squash=Carry.OFF, cherry_pick=Carry.OFF)
    section = policy.section("carry_over", CARRY_KEYS)
    if section is None:
        return CarryOver()
    return CarryOver(**{name: section.take(name, choice(CARRY), Carry.REMADE) for name in CARRY_KEYS})


def _marks(policy: Section) -> MarkRules:
    if "assisted" not in policy:
        return DEFAULT
    from gatekeeper.config.assisted import build_marks  # only for a policy with marks of its own

    return build_marks(policy)


def _emergency(policy: Section) -> Emergency:
    section = policy.section("emergency", EMERGENCY_KEYS)
    if section is None:
        return Emergency()
    section.lacks("allowed")
    default = Emergency()
    return Emergency(
        allowed=build_who(section, "allowed"),
        settle_within=section.take("settle_within", span, default.settle_within),
    )


def _message(policy: Section) -> Message:
    section = policy.section("message", ("help", "contact", "show_levels"))
    if section is None:
        return Message()
    return Message(
        help=section.take("help", paragraph, ""),
        contact=section.take("contact", text, ""),
        show_levels=section.take("show_levels", flag, default=False),
    )


def _limits(policy: Section) -> Limits:
    section = policy.section("limits", tuple(LIMITS))
    if section is None:
        return Limits()
    default = Limits()
    return Limits(**{name: section.take(name, convert, getattr(default, name)) for name, convert in LIMITS.items()})


def _privacy(policy: Section) -> Privacy:
    if "privacy" not in policy:
        return Privacy()
    from gatekeeper.config.privacy import build_privacy  # only for a policy that says something about it

    return build_privacy(policy)


def _requires(value: Plain) -> None:
    """Check an expression such as `>=1.0` or `>=1.2,<2` against this gatekeeper."""
    ours = _numbers(__version__.partition(".dev")[0])
    for part in text(value).replace(" ", "").split(","):
        operator = next((sign for sign in (">=", "<") if part.startswith(sign)), None)
        bound = _numbers(part[len(operator) :]) if operator else None
        if bound is None or ours is None:
            raise UnfitError("must be a range of versions such as >=1.0 or >=1.2,<2")
        if (ours >= bound) != (operator == ">="):
            raise UnfitError(f"asks for gatekeeper {part}, and this is {__version__}")


def _numbers(version: str) -> tuple[int, ...] | None:
    """Return `1.2.0` as (1, 2); None if it is no dotted number."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
