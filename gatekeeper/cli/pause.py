"""`gatekeeper pause`: the owner's break-glass."""

from __future__ import annotations

import os
import pwd

import click

from gatekeeper.cli.common import REPO, err, open_server
from gatekeeper.core.clock import MalformedTimeError, format_time, parse_span
from gatekeeper.core.emergency import MAX_PAUSE, MAX_REASON, is_reason
from gatekeeper.core.ids import Timestamp
from gatekeeper.formats.json import text
from gatekeeper.formats.text import visible
from gatekeeper.settling import reconcile


@click.command("pause")
@REPO
@click.option("--for", "span", required=True, metavar="SPAN", help="How long, such as 30m or 2h; at most 7d.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; told in every push while it lasts, and recorded.")
@click.pass_context
def command(ctx: click.Context, repo: str, span: str, reason: str) -> None:
    """Let pushes go without their sign-offs for a while.

    It is for everybody, and ends by itself. Everything else is refused as ever: vetoes, `refuse` rules,
    deletions. What lands meanwhile owes its sign-offs. A second pause takes the place of the first.
    """
    seconds = _seconds(span)
    said = checked_reason(reason)
    with open_server(repo) as server:
        ledger = server.ledger()
        reconcile(server, ledger, "command")
        before = ledger.pause(server.now)
        until = Timestamp(server.now + seconds)
        data = {"until": until, "reason": said, "account": account()}
        receipt = ledger.append("pause", data, now=server.now, repository=server.repository)
        replaces = f", in the place of the pause until {format_time(before.until)}" if before else ""
        err(ctx).print(
            f"{visible(server.repository)} is paused until {format_time(until)}{replaces}. "
            f"To end it: gatekeeper resume --repo {repo}. Receipt: {receipt.label(server.repository)}"
        )


def _seconds(span: str) -> int:
    try:
        seconds = parse_span(span)
    except MalformedTimeError as error:
        raise click.BadParameter(str(error), param_hint="--for") from None
    if seconds > MAX_PAUSE:
        raise click.BadParameter(f"{span} is longer than 7d", param_hint="--for")
    return seconds


def checked_reason(reason: str, option: str = "--reason") -> str:
    """Return a reason without the white space around it.

    Raises:
        click.BadParameter: if it is none.
    """
    if not is_reason(reason):
        raise click.BadParameter(f"must be a reason in words, of at most {MAX_REASON} characters", param_hint=option)
    return text(reason.strip())


def account() -> str:
    """Return the operating system's account that runs this: its name, else its number."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
