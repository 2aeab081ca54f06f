"""`gatekeeper install`: arm a repository on the server."""

from __future__ import annotations

import click

from gatekeeper.cli.common import REPO, err, git_directory
from gatekeeper.formats.text import safe_in_command
from gatekeeper.installing import Plan, Step, find_git, install
from gatekeeper.servers import known_platform, known_platforms


def show_steps(ctx: click.Context, steps: list[Step]) -> None:
    """Say what was done, and what was done already."""
    for step in steps:
        err(ctx).print(f"{'done     ' if step.changed else 'unchanged'}  {step.what}")


@click.command("install")
@REPO
@click.option("--policy", required=True, metavar="FILE", help="The policy, in YAML.")
@click.option("--roster", required=True, metavar="FILE", help="The roster, in YAML.")
@click.option(
    "--name",
    required=True,
    metavar="NAME",
    help="The stable name that sign-offs are bound to, such as example/shop.",
)
@click.option(
    "--server",
    "platform",
    default="auto",
    metavar="PLATFORM",
    help="gitlab, github, gitea, forgejo, bitbucket, gitolite, pagure, http, ssh or auto.",
)
@click.pass_context
def command(ctx: click.Context, repo: str, policy: str, roster: str, name: str, platform: str) -> None:
    """Arm a repository: hooks, configuration, ledger, baseline. A second run changes nothing.

    The tips of the protected refs become the baseline: what is behind them needs no sign-off.
    A hook that is there already is kept, and runs after gatekeeper has accepted.
    """
    if not known_platform(platform):
        raise click.BadParameter(f"{platform} is none of {', '.join(known_platforms())}", param_hint="--server")
    if not safe_in_command(name):
        raise click.BadParameter("letters, digits and ._/- only, as in example/shop", param_hint="--name")
    plan = Plan(
        git_dir=git_directory(repo),
        git=find_git(),
        policy=policy,
        roster=roster,
        name=name,
        platform=platform,
    )
    show_steps(ctx, install(plan))
    err(ctx).print(f"Armed. Try it without risk: gatekeeper doctor --repo {repo}")
