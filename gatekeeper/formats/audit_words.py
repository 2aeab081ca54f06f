"""The words of an audit: of every exception with its next step, of flaws found on checking again, of changed rules."""

from __future__ import annotations

import shlex

from gatekeeper.core.audit import Shift
from gatekeeper.core.clock import format_time
from gatekeeper.core.exceptional import Exceptional
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.landed import Manner
from gatekeeper.formats.text import printable, safe_in_command, short_ref, visible
from gatekeeper.formats.words import FLAWS

LONG = 300
"""Characters of a fact from outside that are shown."""

EXCEPTIONS: dict[str, tuple[str, str]] = {
    "ledger-fault": (
        "the ledger does not hold together: {what}",
        "gatekeeper ledger verify --repo {path}",
    ),
    "entry-unreadable": (
        "an entry of the ledger cannot be read: {what}",
        "gatekeeper ledger verify --repo {path}",
    ),
    "landing-unfounded": (
        "the ledger says that something landed which it never accepted: {what}",
        "gatekeeper ledger verify --repo {path}",
    ),
    "landing-does-not-join": (
        "an update starts at {found}, and the one before ended at {expected}: something was written in between",
        "gatekeeper ledger verify --repo {path}",
    ),
    "changed-outside": (
        "it was changed outside the gate: the ledger's last landing left it at {expected}, it is at {found}",
        "gatekeeper baseline add {ref} --repo {path} --why REASON   # if that was in order",
    ),
    "unexplained": (
        "no entry of the ledger explains this commit: {subject} ({author})",
        "git -C {path} show {commit}",
    ),
    "more-unexplained": (
        "{count} more commits that no entry of the ledger explains",
        "gatekeeper baseline add REF --repo {path} --why REASON   # if they were an import",
    ),
    "unjudged": (
        "an entry calls this commit known and in order, and no earlier entry judged it",
        "gatekeeper ledger verify --repo {path}",
    ),
    "self-approval": (
        "the sign-off of {signer} was counted, and {signer} had a hand in the commit",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "bad-approval": (
        "the sign-off {statement} of {signer} was counted, and does not hold: {flaw}",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "unapproved": (
        "it landed as if it were approved, and lacks sign-offs ({rules})",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "vetoed": (
        "it landed against the veto of {signer}",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "commit-missing": (
        "a commit that landed is not in the repository, or is malformed",
        "git -C {path} fsck",
    ),
    "archive-missing": (
        "policy or roster of that day cannot be read from the ledger: its sign-offs cannot be checked",
        "gatekeeper ledger verify --repo {path}",
    ),
    "author-differs": (
        "the entry names another author than the commit",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "proof-unfounded": (
        "the entry calls its author proved, and neither its signature nor its first push bears that out",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "mark-hidden": (
        "the commit carries an AI mark, and its entry says that it has none",
        "gatekeeper marks {commit}   # in a clone",
    ),
    "rule-left-out": (
        "the entry does not judge it by all rules of that day's policy",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "rule-evaded": (
        "the entry says that a rule did not apply, and by commit, roster and policy it did",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "rule-softened": (
        "the entry lets a rule warn, observe or be lifted, and by that day's policy, with nothing owed, it refused",
        "gatekeeper explain {commit} --into {ref} --repo {path}",
    ),
    "policy-not-in-force": (
        "the entry judges a push by a policy that was not in force then",
        "gatekeeper ledger verify --repo {path}",
    ),
    "overdue": (
        "it landed without its sign-offs ({rules}), which were owed by {due}",
        "gatekeeper sign {commit}   # in a clone",
    ),
    "owed": (
        "it landed without its sign-offs ({rules}), which are owed by {due}",
        "gatekeeper sign {commit}   # in a clone",
    ),
    "warned": (
        "{count} landed though rule {rule} was not satisfied: it only warns",
        "gatekeeper audit changes --repo {path} --format csv",
    ),
    "taken-in": (
        "what led to {tip} was taken in without being judged: {why}",
        "git -C {path} log {ref}",
    ),
    "let-go": (
        "{refs} is no longer protected: what lands there since is judged by nobody",
        "gatekeeper audit --repo {path}",
    ),
    "taken-back": (
        "another {file} was in force up to entry {until}, then the same as before again: {what}",
        "gatekeeper ledger export --repo {path}",
    ),
    "pruned-unsigned": (
        "entries up to {through} were pruned without a checkpoint: what was amiss in them cannot be known any more",
        "gatekeeper ledger verify --repo {path} --receipt RECEIPT   # one from before",
    ),
    "clock-set-back": (
        "it is dated {time}, after an entry of {latest}: by one of these times it is missing from periods",
        "gatekeeper ledger export --repo {path}",
    ),
}
"""Kind of exception -> what it is, and the command to go on with."""

APPROVAL_FLAWS = {
    "signature-bad": "its signature is not good",
    "envelope-swapped": "the archived envelope is of another statement",
    "envelope-missing": "the ledger has no envelope of it",
    "received-later": "it was received after the push",
    "policy-or-roster-missing": "that day's policy or roster cannot be read",
    "no-approval": "it is no approval",
    "other-commit": "it is for another commit",
    "commit-gone": "the commit is not in the repository",
    "rule-missing": "that day's policy has no such rule",
}
"""What is found only on checking again; other flaws are those of docs/formats.md."""

SHIFTS = {
    "protect-removed": "no longer protects {what}",
    "protect-added": "protects {what}",
    "rule-removed": "rule {what} removed",
    "rule-added": "rule {what} added",
    "rule-changed": "rule {what} changed",
    "setting-changed": "{what} changed",
    "levels-changed": "levels changed",
    "person-added": "{what} added",
    "person-removed": "{what} removed",
    "person-promoted": "{what} promoted",
    "person-demoted": "{what} demoted",
    "person-leaves": "{what} leaves",
    "administrator-gained": "{what} became an administrator",
    "administrator-lost": "{what} is no administrator any more",
    "teams-changed": "teams of {what} changed",
    "accounts-changed": "accounts of {what} changed",
    "addresses-changed": "addresses of {what} changed",
    "key-added": "key of {what} added",
    "key-removed": "key of {what} removed",
    "key-revoked": "key of {what} revoked",
}
"""What a new version of policy or roster changes."""

MANNERS = {
    Manner.UNAPPROVED: "NOT APPROVED",
    Manner.LIFTED: "lifted",
    Manner.WARNED: "warned",
    Manner.OBSERVED: "observed",
    Manner.APPROVED: "approved",
    Manner.UNASKED: "not asked",
}


def exception_text(exception: Exceptional) -> str:
    """Return what was found, in a sentence of plain text: nothing in it that a terminal would act on."""
    return EXCEPTIONS[exception.kind][0].format(**_facts(exception))


def exception_next(exception: Exceptional) -> str:
    """Return the command to go on with; names that a shell would act on are quoted, or left to the reader."""
    path = shlex.quote(exception.path) if exception.path.isprintable() else "DIR"
    ref = short_ref(exception.ref)
    facts = {
        "path": path,
        "ref": ref if safe_in_command(ref) else "REF",
        "commit": exception.commit or "",
    }
    return EXCEPTIONS[exception.kind][1].format(**facts)


def _facts(exception: Exceptional) -> dict[str, str]:
    facts: dict[str, str] = {}
    for name, fact in exception.facts:
        if name == "flaw":
            facts[name] = flaw_text(str(fact), str(dict(exception.facts).get("signer", "")))
        elif name == "due":
            facts[name] = format_time(Timestamp(int(str(fact))))
        elif isinstance(fact, tuple):
            facts[name] = ("rule " if len(fact) == 1 else "rules ") + ", ".join(visible(each, LONG) for each in fact)
        elif name == "count":
            facts[name] = f"{fact}"
        else:
            shown = printable(str(fact), LONG) if name in ("subject", "what", "why") else visible(str(fact), LONG)
            facts[name] = shown or "(nothing)"
    return facts


def flaw_text(flaw: str, signer: str) -> str:
    """Return why a sign-off of somebody should not have counted."""
    words = APPROVAL_FLAWS.get(flaw) or FLAWS.get(flaw, flaw)
    return words.format(signer=visible(signer, LONG), what="its form is wrong")


def shift_text(shift: Shift) -> str:
    """Return one change of policy or roster: `rule senior-signoff: signoffs changed: 2 -> 1`."""
    said = SHIFTS[shift.code].format(what=visible(shift.what, LONG))
    values = [visible(value, 80) for value in (shift.before, shift.after)]
    if all(values):
        return f"{said}: {values[0]} -> {values[1]}"
    return f"{said}: {values[0] or values[1]}" if any(values) else said
