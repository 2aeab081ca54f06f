"""`gatekeeper uninstall`: put back what was there."""

from __future__ import annotations

import click

from gatekeeper.cli.common import REPO, err, git_directory
from gatekeeper.cli.install import show_steps
from gatekeeper.installing import find_git, uninstall


@click.command("uninstall")
@REPO
@click.pass_context
def command(ctx: click.Context, repo: str) -> None:
    """Disarm a repository and put back the hooks that were there.

    The ledger and the sign-offs stay, because they are evidence. A second run changes nothing.
    """
    steps = uninstall(git_directory(repo), find_git())
    show_steps(ctx, steps)
    if any(step.changed for step in steps):
        err(ctx).print("Disarmed: pushes are no longer judged. Ledger and sign-offs were kept.")
    else:
        err(ctx).print("Nothing to do: it was not armed.")
