"""The words for every code: of a `Reason`, of a flaw of a sign-off. One table, so that no code goes without."""

from __future__ import annotations

from gatekeeper.core.clock import format_date, format_time
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Who
from gatekeeper.core.reasons import Reason
from gatekeeper.core.relief import Pause
from gatekeeper.formats.text import plural, short, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatekeeper.core.verdict import Revocation, SignoffView

REASONS = {
    "vetoed": "vetoed by {signer} on {issued}: {comment}",
    "contradiction": "it says `AI-Assisted: no` and also carries an AI mark: {evidence}",
    "undeclared": "it does not say whether AI helped; add `Assisted-by: <tool>` or `AI-Assisted: no`",
    "push-proves-no-author": "this server takes no push as proof of who wrote it",
    "first-pusher-unknown": "who pushed it first is not known",
    "pushed-by-other": "{person} pushed it first",
    "pushed-by-no-person": "it came first by an account that proves nobody ({kind})",
    "author-line-shared": "somebody else pushed a commit with the same author line",
    "reserved-ref": "{ref} is gatekeeper's own name; nobody may push to it",
    "replace-ref": "{ref} would change what people and tools read on the server; replacement refs cannot be pushed",
    "alias-unprotected": "{ref} is an alias of {target} on the server, and nothing protects that; the server's owner "
    "can protect {target}, or make {ref} a branch of its own",
    "ref-name": "the name {ref} is not UTF-8, which a protected ref must be",
    "pusher-differs": "the account {account} pushed, and {certified} signed the push certificate; push with your own "
    "key, or without --signed",
    "ref-moved": "the branch moved; fetch and push again",
    "two-updates": "the push would move it twice, to two different commits",
    "written-outside": "it was changed outside the gate (expected {expected}, found {found}); the server's owner can "
    "look with `gatekeeper doctor` and accept it with `gatekeeper baseline add`",
    "deletion": "the policy does not let it be deleted",
    "rewind": "the push would take commits away (not a fast-forward); the policy does not allow that",
    "not-a-commit": "{commit} is {kind}, not a commit",
    "commit-too-large": "commit {commit} is larger than the limit of {limit} bytes (limits.commit_bytes)",
    "too-many-commits": "it brings more commits than the limit of {limit} (limits.commits); push them in parts",
    "too-many-bytes": "its commits have more than {limit} bytes together; push them in parts",
    "too-many-files": "its AI-assisted commits bring more files than the limit of {limit} (limits.remembered); push "
    "them in parts",
    "too-many-signoffs": "commit {commit} has more sign-offs than the limit of {limit} (limits.signoffs)",
    "too-many-repeated-signoffs": "{signer} has said that of commit {commit} as often as the limit of {limit} allows "
    "(limits.repeated_signoffs)",
    "too-many-author-statements": "{signer} would call more than {limit} commits their own within 24 hours "
    "(limits.author_statements); push the rest tomorrow",
    "malformed-commit": "commit {commit} is malformed: {what}; make it again with git",
    "malformed-tree": "tree {tree} is malformed: {what}; make it again with git",
    "governed-outside": "policy and roster lie on {ref}, which was changed outside the gate (expected {expected}, "
    "found {found}); the server's owner can accept it with `gatekeeper baseline add`",
    "governed-deletion": "policy and roster lie on it; it cannot be deleted",
    "governed-rewind": "policy and roster lie on it; it can only move forward (a fast-forward)",
    "governed-file": "policy and roster lie on it; {path} must be a regular file, and it is {what}",
    "governed-unusable": "the new policy and roster cannot be used: {what}",
    "governed-administrators": "policy and roster could never be changed again: that takes {needed}, "
    "and {able} could sign now",
    "governed-signoffs": "it changes policy or roster, which {needed} must sign; {missing} missing",
    "store-update": "the sign-offs cannot be taken in: {what}",
    "unknown-option": "gatekeeper knows no push option {option}",
    "emergency-without-policy": "the emergency does not count: the policy of this server has none (key `emergency`)",
    "emergency-not-own-push": "the emergency does not count: a push option declares one only in a person's own "
    "push, and by the server this one is of kind {kind}; for a merge on a web page there are emergency statements",
    "emergency-not-allowed": "the emergency does not count: {who} is not among those who may declare one",
    "emergency-twice": "the emergency does not count: it is declared twice",
    "emergency-without-reason": "the emergency does not count: it needs a reason, as in "
    "-o gatekeeper.emergency='checkout is down'",
    "emergency-reason-too-long": "the emergency does not count: its reason has more than {limit} characters",
    "signoff-not-admitted": "sign-off {statement} is not admitted: {flaw}",
}
FLAWS = {
    "unknown-key": "its key is nobody's in the roster",
    "key-revoked": "its key was revoked",
    "key-out-of-window": "its key was not in force when it was received",
    "signer-is-bot": "bots never sign",
    "signer-differs": "its signer is not the owner of its key",
    "signer-not-employed": "its signer did not work here when it was received",
    "signer-may-not": "{signer} may not approve this",
    "not-independent": "{signer} had a hand in the commit",
    "left-out": "{signer} has not approved every commit of this push that changes policy or roster, and the last",
    "other-repository": "it is for another repository",
    "other-ref": "it is for another ref",
    "claims-differ": "what it says of the commit is not what the commit is",
    "range-differs": "its range is not what it lists",
    "expired": "it expired",
    "revoked": "it was taken back",
    "withdrawn": "its signer rejected the commit since",
    "approved-since": "its signer approved the commit since",
    "issued-in-the-future": "it claims a time that is yet to come",
    "too-old": "it is older than the rule allows",
    "not-for-this-ref-alone": "the rule wants one that names this ref",
    "no-touch": "the rule wants a touch of the key, and there was none",
    "no-verification": "the rule wants a PIN or fingerprint at the key, and there was none",
    "carry-off": "it is for another commit, and the policy does not carry it over",
    "author-differs": "it is for a commit of another author",
    "landed-before": "the change that it is for has landed here already; sign this commit itself",
    "reverted-since": "what it is for was taken out of this ref again; sign this commit itself",
    "earlier-missing": "an earlier commit that was approved with it is not here; push that first, or sign this alone",
    "covers-part": "it covers only a part of what this commit brings",
    "malformed": "{what}",
    "not-its-author": "the commit does not name {signer} as its author",
    "commit-missing": "its commit is not on the server; push that first, to a branch for review",
    "misfiled": "it is not filed under exactly the commits that it is about",
    "other-object-format": "its ids are of another object format",
    "lasts-too-long": "an emergency may not hold for more than 24 hours",
    "without-reason": "an emergency needs a reason, in its comment",
    "spent": "it is used up: the commit has been on this ref before",
}
SHORTENED = ("expected", "found", "commit", "tree", "statement")
UNTRUSTED_LIMIT = 160


def reason_text(reason: Reason) -> str:
    """Return a reason in words; facts from outside are made visible."""
    facts = {name: _shown(name, fact) for name, fact in reason.facts}
    if reason.code == "signoff-not-admitted":
        facts["flaw"] = flaw_text(str(reason.fact("why")), signer=facts["what"], what=facts["what"])
    needed = dict(reason.facts).get("needed")
    if isinstance(needed, int):
        facts["needed"] = plural(needed, "administrator")
    return REASONS[reason.code].format(**facts).removesuffix(": ")


def _shown(name: str, fact: str | int | tuple[str, ...]) -> str:
    if isinstance(fact, int):
        return format_date(Timestamp(fact)) if name == "issued" else str(fact)
    text = ", ".join(fact) if isinstance(fact, tuple) else fact
    return visible(short(text) if name in SHORTENED else text, UNTRUSTED_LIMIT)


def flaw_text(code: str, *, signer: str = "its signer", what: str = "") -> str:
    """Return why a sign-off does not count, in words."""
    return FLAWS[code].format(signer=signer, what=what)


def signoff_flaw_text(view: SignoffView) -> str:
    """Return why a sign-off does not count, with who took it back, when and why, if that is it."""
    words = flaw_text(view.flaw, signer=visible(view.signer))
    return words if view.revocation is None else revocation_text(words, view.revocation)


def idle_texts(what: str, views: Iterable[SignoffView]) -> list[str]:
    """Say of each statement that does not count why not; `what` is what it is called."""
    return [
        f"{what} by {visible(view.signer)} does not count: {signoff_flaw_text(view)}" for view in views if view.flaw
    ]


def revocation_text(words: str, revocation: Revocation) -> str:
    """Return `it was taken back by senior-2 on 2026-11-23: the wrong branch`."""
    why = f": {visible(revocation.comment, UNTRUSTED_LIMIT)}" if revocation.comment else ""
    return f"{words} by {visible(revocation.signer)} on {format_date(revocation.issued_at)}{why}"


def pause_text(pause: Pause) -> str:
    """Return what everybody is told while the gate is paused."""
    return f"gatekeeper is paused until {format_time(pause.until)}: {visible(pause.reason, UNTRUSTED_LIMIT)}"


def who_text(who: Who | None) -> str:
    """Return a condition on approvers in words: `senior or above`, `below senior`, `of team payments`."""
    if who is None:
        return "somebody"
    parts: list[str] = []
    if who.at_least:
        parts.append(f"{who.at_least} or above")
    if who.exactly:
        parts.append(who.exactly)
    if who.below:
        parts.append(f"below {who.below}")
    if who.teams:
        parts.append(f"of {'team' if len(who.teams) == 1 else 'teams'} {' or '.join(who.teams)}")
    if who.people:
        parts.append(" or ".join(who.people))
    return " and ".join(parts)


def signoffs_text(count: int, who: Who | None) -> str:
    """Return `1 sign-off by senior or above`."""
    return f"{plural(count, 'sign-off')} by {who_text(who)}"
