"""`gatekeeper resume`: end a pause before its time."""

from __future__ import annotations

import click

from gatekeeper.cli.common import REPO, err, open_server
from gatekeeper.cli.pause import account, checked_reason
from gatekeeper.formats.text import visible
from gatekeeper.settling import reconcile


@click.command("resume")
@REPO
@click.option("--reason", metavar="TEXT", help="Why; recorded.")
@click.pass_context
def command(ctx: click.Context, repo: str, reason: str | None) -> None:
    """End a pause before its time."""
    said = checked_reason(reason) if reason else ""
    with open_server(repo) as server:
        ledger = server.ledger()
        reconcile(server, ledger, "command")
        if ledger.pause(server.now) is None:
            raise click.UsageError(f"{server.repository} is not paused")
        data = {"reason": said, "account": account()}
        receipt = ledger.append("resume", data, now=server.now, repository=server.repository)
        err(ctx).print(f"{visible(server.repository)} is paused no more. Receipt: {receipt.label(server.repository)}")
