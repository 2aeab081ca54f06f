"""The hook's text: what `git push` prints (DESIGN.md section 10).

Some clients lose the last lines and all of them put `remote: ` before each, so the decisive line comes
first, the text is short, and it is plain ASCII without colour.
"""

from __future__ import annotations

from gatekeeper.core.people import Person
from gatekeeper.core.push import PusherKind
from gatekeeper.core.record import Record
from gatekeeper.core.relief import Pause
from gatekeeper.core.verdict import Enforcement, Outcome, RuleFinding, Verdict
from gatekeeper.formats.text import listed, plural, short, short_ref, visible
from gatekeeper.formats.words import pause_text, reason_text, signoffs_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.advice import Approvers

MAX_LINES = 25
MAX_COMMITS = 6
MAX_REFS = 3
HEAD = "gatekeeper: "


class Context(Record):
    """What the text needs besides the verdict."""

    receipt: str = ""
    pusher: Person | None = None
    web_prefix: str = ""
    """What a line must begin with so that the platform's web page shows it."""
    approvers: tuple[tuple[str, Approvers], ...] = ()
    """By rule."""
    help: str = ""
    contact: str = ""
    carries_over: bool = True
    """Whether the policy lets sign-offs carry over to rebased commits."""
    notes: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    """By person's id, of those to whom the pusher may have to talk."""
    pause: Pause | None = None
    pusher_may_approve: bool = False


def web_prefix(server: str, kind: PusherKind) -> str:
    """Return the prefix without which GitLab's web page hides a line of a hook."""
    return "GL-HOOK-ERR: " if server == "gitlab" and kind is PusherKind.WEB else ""


def answer(verdict: Verdict, context: Context) -> str:
    """Return the text for a push that touched something protected."""
    if verdict.outcome is Outcome.ACCEPTED:
        parts = _accepted(verdict, context)
    else:
        from gatekeeper.formats.refusal import refused_parts  # most pushes are in order

        parts = refused_parts(verdict, context)
    notes = [f"{HEAD}note: {visible(note, 300)}" for note in (*map(reason_text, verdict.notes), *context.notes)]
    return _text(_fitted(*parts, [*([pause_text(context.pause)] if context.pause else []), *notes]), context)


def paused(context: Context) -> str:
    """Return the text for any other push while the gate is paused."""
    return _text([pause_text(context.pause)] if context.pause else [], context)


def _text(lines: Sequence[str], context: Context) -> str:
    return "".join(f"{context.web_prefix}{line}".rstrip() + "\n" for line in lines)


def _fitted(first: list[str], details: list[str], last: list[str], notes: list[str]) -> list[str]:
    """Put the parts together; when that is too long the details go, not what there is to do, and never the receipt."""
    room = max(MAX_LINES - len(first) - len(last) - len(notes), 1)
    if len(details) > room:
        details = [*details[: room - 1], f"  ... and {plural(len(details) - room + 1, 'more line')}"]
    closing = [*last[-1:], *notes]
    return [*[*first, *details, *last[:-1]][: max(MAX_LINES - len(closing), 0)], *closing][:MAX_LINES]


def undecided(what: str, advice: str) -> str:
    """Return the text for a push that could not be judged."""
    return f"{HEAD}could not decide: {visible(what, 300)}\n{HEAD}Nothing was pushed. {visible(advice, 300)}\n"


def _accepted(verdict: Verdict, context: Context) -> tuple[list[str], list[str], list[str]]:
    """One short line; then warnings, and what was counted as the pusher's own."""
    commits = [commit for ref in verdict.refs for commit in ref.commits]
    assisted = [commit for commit in commits if commit.assisted]
    what = f"{plural(len(assisted), 'AI-assisted commit')} in order" if assisted else "ok"
    names = [visible(short_ref(ref.ref)) for ref in verdict.refs if ref.protected]
    refs = listed(names, MAX_REFS)
    first = [f"{HEAD}{refs + ': ' if refs else ''}{what}. Receipt: {context.receipt}"]
    details: list[str] = []
    last: list[str] = []
    if any(commit.lift for commit in commits):
        from gatekeeper.formats.lifted import lifted_lines  # only after an emergency

        first, details, last = lifted_lines(verdict, context.receipt)
        first = [f"{HEAD}{line}" for line in first]
    own = [
        commit
        for commit in assisted
        if not any(rule.applies for rule in commit.rules)
        and commit.authorship.proof
        and commit.authorship.proof.value == "first_push"
        and commit.authorship.proved == context.pusher
    ]
    if own:
        details.append(f"  counted as your own work: {', '.join(short(commit.commit) for commit in own[:MAX_COMMITS])}")
    if any(ref.governance for ref in verdict.refs):
        from gatekeeper.formats.governance import accepted_lines  # only where policy or roster change

        details += accepted_lines(verdict.refs)
    for commit in commits:
        details += [
            f"{HEAD}warning: {short(commit.commit)} {_wanted(rule)} (rule {rule.rule})"
            for rule in commit.rules
            if rule.enforcement is Enforcement.WARN and rule.outcome is not Outcome.ACCEPTED
        ]
    return first, details, last


def _wanted(rule: RuleFinding) -> str:
    """Say what a rule that only warns would ask for."""
    if rule.refuse:
        return f"would be refused: {visible(rule.refuse, 100)}"
    return f"would need {signoffs_text(rule.missing or 1, rule.approvers)}"
