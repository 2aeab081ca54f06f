"""Statements as people at a desk read them: before they sign one, and about a commit."""

from __future__ import annotations

from rich.text import Text

from gatekeeper.core.clock import format_date, format_time
from gatekeeper.core.signoff import Decision
from gatekeeper.core.verdict import Revocation
from gatekeeper.formats.text import plural, printable, short, short_ref, visible
from gatekeeper.formats.words import flaw_text, revocation_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.signoff import Statement
    from gatekeeper.core.testimony import Judged, Standing, Testimony

ENDLESS = (Decision.REJECT, Decision.REVOKE)
"""Decisions that hold whatever their `expiresAt` and `refs` say."""
COMMENT_WIDTH = 400
MAX_COMMITS = 20


def terms_lines(statement: Statement) -> list[Text]:
    """Return what else is signed: as whom, for what, and until when."""
    signer, repository = visible(statement.signer), visible(statement.repository)
    where = f"for {_refs(statement)} of {repository}"
    until = f"until {format_date(statement.expires_at)}"
    if statement.decision is Decision.REJECT:
        return [
            Text(f"You reject as {signer}, on every ref of {repository}, until you or an administrator take it back")
        ]
    if statement.decision is Decision.REVOKE:
        return [Text(f"You take it back as {signer}, for {repository}")]
    if statement.decision is Decision.AUTHOR:
        return [
            Text(f"You state as {signer}, {where}, {until}: you wrote this"),
            Text("This is no approval: where a rule wants a sign-off for your work, somebody else has to give it"),
        ]
    if statement.decision is Decision.EMERGENCY:
        minute = format_time(statement.expires_at)[:16].replace("T", " ")
        return [
            Text(f"You sign as {signer}, {where} alone, until {minute} UTC: an emergency"),
            Text("It is recorded with your reason, and sign-offs stay owed"),
        ]
    return [Text(f"You sign as {signer}, {where}, {until}")]


def revoked_lines(aimed: Testimony, subjects: dict[str, bytes]) -> list[Text]:
    """Return what is about to be taken back, with its commits; `subjects` has those of commits that are here."""
    statement = aimed.statement
    lines = statement_lines(aimed, f"about {plural(len(statement.commits), 'commit')}")
    lines += [
        Text.assemble("  ", (short(commit.id), "yellow"), f"  {printable(subjects.get(commit.id, b'(not here)'), 60)}")
        for commit in statement.commits[:MAX_COMMITS]
    ]
    if len(statement.commits) > MAX_COMMITS:
        lines.append(Text(f"  ... and {len(statement.commits) - MAX_COMMITS} more"))
    return lines


def signoff_lines(judged: Judged) -> list[Text]:
    """Return the statements about one commit, each with its id and its state; nothing if there is none."""
    lines: list[Text] = []
    for standing in (*judged.approvals, *judged.emergencies):
        lines += statement_lines(standing.testimony, _state(standing, "good"))
    for veto in judged.vetoes:
        lines += statement_lines(veto, "in force")
    for stated in judged.author_statements:
        lines += statement_lines(stated, "good")
    for standing in judged.set_aside:
        target = standing.testimony.statement.revokes
        lines += statement_lines(standing.testimony, _state(standing, f"takes back {short(target)}" if target else ""))
    return lines


def _state(standing: Standing, good: str) -> str:
    if not standing.flaw:
        return good
    signer = standing.testimony.signer
    words = flaw_text(standing.flaw, signer=visible(signer.id)) if signer else flaw_text(standing.flaw)
    by = standing.revoked_by
    if by is None:
        return words
    said = by.statement
    return revocation_text(words, Revocation(signer=said.signer, issued_at=said.issued_at, comment=said.comment))


def statement_lines(testimony: Testimony, state: str) -> list[Text]:
    """Return one statement: the id by which it can be revoked, what it decides, its state, its comment."""
    statement = testimony.statement
    signer = testimony.signer.id if testimony.signer else f"{statement.signer}?"
    holds = "" if statement.decision in ENDLESS else f", until {format_date(statement.expires_at)}, {_refs(statement)}"
    line = f"{statement.decision.value} by {visible(signer)}, {format_date(statement.issued_at)}{holds}"
    lines = [Text.assemble("  ", (short(testimony.statement_id), "yellow"), f"  {line}{f': {state}' if state else ''}")]
    if statement.comment:
        lines.append(Text(f"           {printable(statement.comment, COMMENT_WIDTH)}"))
    return lines


def _refs(statement: Statement) -> str:
    return visible(", ".join(short_ref(ref) for ref in statement.refs)) or "any ref"
