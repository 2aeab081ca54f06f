"""`gatekeeper publish`: let clients read people and rules."""

from __future__ import annotations

import click

from gatekeeper.cli.common import REPO, err, open_server
from gatekeeper.settling import publish_if_changed


@click.command("publish")
@REPO
@click.pass_context
def command(ctx: click.Context, repo: str) -> None:
    """Let clones know people and rules as they are now.

    Writes refs/gatekeeper/published, from which clones learn them.

    Every push does this too; after a change of policy or roster this makes it known at once.
    """
    with open_server(repo) as server:
        changed = publish_if_changed(server, server.in_force(server.ledger()))
    err(ctx).print("Published." if changed else "Nothing new to publish.")
