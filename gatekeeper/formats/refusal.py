"""The hook's text for a push that is refused: what, who can help, and what to type next."""

from __future__ import annotations

from gatekeeper.core.advice import Approvers
from gatekeeper.core.clock import format_day
from gatekeeper.core.declaration import State
from gatekeeper.core.governance import MISSING
from gatekeeper.core.verdict import CommitFinding, Outcome, RefFinding, RuleFinding, Verdict
from gatekeeper.formats.next_steps import COMMAND_ID, own_work_lines, veto_lines
from gatekeeper.formats.remote import HEAD, MAX_COMMITS, Context
from gatekeeper.formats.text import plural, safe_in_command, short, short_ref, visible
from gatekeeper.formats.words import idle_texts, reason_text, signoffs_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.people import Person

MAX_RULES = 4
SUBJECT_WIDTH = 30
MARK_WIDTH = 36


def refused_parts(verdict: Verdict, context: Context) -> tuple[list[str], list[str], list[str]]:
    """Return what must come first, the details, and what there is to do, of which the last line is the receipt."""
    failing = [ref for ref in verdict.refs if ref.outcome is not Outcome.ACCEPTED]
    undecided_only = verdict.outcome is Outcome.UNDECIDED
    word = "could not decide" if undecided_only else "REFUSED"
    if len(failing) == 1 and not verdict.problems:
        what = f" {visible(short_ref(failing[0].ref))}: {_summary(failing[0])}"
    else:
        what = f": {plural(len(failing), 'ref')} of {len(verdict.refs)}"
    first = [f"{HEAD}{word}{what}. Nothing was pushed.", ""]
    lines = [f"  {reason_text(problem)}" for problem in verdict.problems]
    for ref in failing:
        if len(failing) > 1:
            lines.append(f"  {visible(short_ref(ref.ref))}: {_summary(ref)}")
        if len(ref.problems) > 1 or ref.commits:
            lines += [f"  {reason_text(problem)}" for problem in ref.problems[:MAX_COMMITS]]
        if ref.governance:
            from gatekeeper.formats.governance import idle_lines  # only where policy or roster change

            lines += idle_lines(ref)
        lines += _commit_lines([c for c in ref.commits if c.outcome is not Outcome.ACCEPTED], context.pusher)
    last = _advice(failing, context)
    if context.help:
        last.append(visible(context.help, 200))
    if context.contact:
        last.append(f"Contact: {visible(context.contact, 100)}")
    last += [*_explanation(failing), f"Receipt: {context.receipt}"]
    return first, lines, last


def _summary(ref: RefFinding) -> str:
    bad = [commit for commit in ref.commits if commit.outcome is not Outcome.ACCEPTED]
    if not bad:
        return reason_text(ref.problems[0]) if len(ref.problems) == 1 else plural(len(ref.problems), "problem")
    total = len(ref.commits) + ref.known
    of = f"{len(bad)} of {plural(total, 'commit')}" if len(bad) < total else plural(total, "commit")
    only_signoffs = all(not commit.problems and not any(rule.refuse for rule in _failing(commit)) for commit in bad)
    need = "needs" if len(bad) == 1 else "need"
    return f"{of} {need} a sign-off" if only_signoffs and not ref.problems else f"{of} cannot go in"


def _failing(commit: CommitFinding) -> list[RuleFinding]:
    return [rule for rule in commit.rules if rule.failed and not rule.lifted]


def _commit_lines(commits: Sequence[CommitFinding], pusher: Person | None) -> list[str]:
    lines: list[str] = []
    for commit in commits[:MAX_COMMITS]:
        subject = visible(commit.subject, SUBJECT_WIDTH)
        lines.append(f"  {short(commit.commit)}  {subject:<{SUBJECT_WIDTH}}  {_mark(commit, pusher)}")
        lines += [f"    {reason_text(problem)}" for problem in commit.problems]
        for rule in _failing(commit):
            if rule.refuse:
                lines.append(f"    {visible(rule.refuse, 100)} (rule {rule.rule})")
            lines += [f"    {text}" for text in idle_texts("sign-off", rule.signoffs)[:2]]
        lines += [f"    {text}" for text in idle_texts("emergency statement", commit.emergencies)[:2]]
    if len(commits) > MAX_COMMITS:
        lines.append(f"  ... and {len(commits) - MAX_COMMITS} more")
    return lines


def _mark(commit: CommitFinding, pusher: Person | None) -> str:
    """Say what shows that AI helped."""
    if not commit.assisted:
        return ""
    recollection = commit.declaration.recollection
    if recollection:
        yours = pusher is not None and recollection.person == pusher.id
        where = "in your push" if yours else f"in {short(recollection.root)}"
        return f"AI: marked {where} of {format_day(recollection.time)}, mark now gone"
    evidence = next((e for e in commit.declaration.evidence if e.strength == "strong"), None)
    if evidence is None:
        return "AI: in what it merges" if not commit.declaration.assisted else "AI"
    text = visible(evidence.text.strip(), MARK_WIDTH)
    kind = {"note": "git-ai note", "trace": "Agent Trace"}.get(evidence.kind, evidence.kind)
    return f"AI: {kind} {text}" if commit.declaration.state is State.INFERRED else f"AI: {text}"


def _advice(failing: Sequence[RefFinding], context: Context) -> list[str]:
    """Say what is missing, who can give it, and the next commands; nothing that the reader cannot do."""
    commits = [commit for ref in failing for commit in ref.commits if commit.outcome is not Outcome.ACCEPTED]
    vetoes = veto_lines(commits, context.pusher, dict(context.addresses))
    again = "Then merge again." if context.web_prefix else "Then repeat this push."
    bring_first = not (context.pusher_may_approve or context.web_prefix)
    lines = vetoes or own_work_lines(failing, context.pusher, again, bring_first=bring_first)
    approvers = dict(context.approvers)
    seen: set[str] = set()
    for rule in (rule for commit in commits for rule in _failing(commit)):
        if rule.rule in seen or rule.refuse:
            continue
        seen.add(rule.rule)
        if len(seen) > MAX_RULES:
            continue
        ask = approvers.get(rule.rule, Approvers())
        not_you = ", not you" if ask.pusher_excluded else ""
        lines.append(f"Missing: {signoffs_text(rule.missing or 1, rule.approvers)}{not_you}   (rule {rule.rule})")
        lines += _ask(ask)
    governance = ""
    if any(ref.problems for ref in failing):
        from gatekeeper.formats.governance import missing_line  # only where policy or roster may change

        governance = missing_line(failing)
    if governance:
        seen.add(MISSING)
        lines += [governance, *_ask(approvers.get(MISSING, Approvers()))]
    if len(seen) > MAX_RULES:
        lines.append(f"Missing: and what {plural(len(seen) - MAX_RULES, 'more rule')} ask for")
    signable = bool(seen) and not vetoes and (bool(governance) or not any(ref.problems for ref in failing))
    if not signable:
        return lines
    tip = failing[0].new[:COMMAND_ID]
    into = f" --into {short_ref(failing[0].ref)}" if governance and safe_in_command(failing[0].ref) else ""
    you_can = all(approvers.get(name, Approvers()).pusher_can for name in seen)
    if context.web_prefix:
        lines.append("Ask one of them to sign the branch of this merge, in a clone: gatekeeper sign origin/BRANCH")
    elif you_can:
        base = failing[0].old[:COMMAND_ID] if failing[0].old.strip("0") else ""
        lines += [
            "Do this, after reading it:",
            f"  gatekeeper sign {base}..{tip}" if base else f"  gatekeeper sign {tip}",
        ]
    else:
        lines += [
            "Do this:",
            f"  git push origin {tip}:refs/heads/review/{tip}",
            f"  send them: gatekeeper sign origin/review/{tip}{into}",
        ]
    # Two lines: with what git puts before it, one would not fit into 80 columns.
    if context.carries_over and not governance:
        return [*lines, again, "A clean rebase or squash keeps the sign-off; edits do not."]
    return [*lines, f"{again} A sign-off is for exactly these commits."]


def _ask(ask: Approvers) -> list[str]:
    if not ask.nearest:
        return [] if ask.pusher_can else ["Ask:     nobody in the roster can; ask the owner of this server"]
    names = ", ".join(visible(address, 60) for address in ask.nearest)
    team = " (your team)" if ask.of_team else ""
    more = f"; {plural(ask.others, 'other')} can" if ask.others else ""
    return [f"Ask:     {names}{team}{more}"]


def _explanation(failing: Sequence[RefFinding]) -> list[str]:
    for ref in failing:
        for commit in ref.commits:
            if commit.outcome is not Outcome.ACCEPTED and safe_in_command(short_ref(ref.ref)):
                return [f"Why:     gatekeeper explain {commit.commit[:COMMAND_ID]} --into {short_ref(ref.ref)}"]
    return []
