"""`gatekeeper policy check`: is a policy right?"""

from __future__ import annotations

from pathlib import Path

import click

from gatekeeper.cli.common import err
from gatekeeper.config.loading import load_policy, load_roster, parse_policy
from gatekeeper.formats.text import plural


@click.group("policy")
def command() -> None:
    """Check a policy file."""


@command.command("check")
@click.argument("file")
@click.option(
    "--roster",
    metavar="FILE",
    help="Check also that levels, teams and people of the policy are in this roster.",
)
@click.pass_context
def check(ctx: click.Context, file: str, roster: str | None) -> None:
    """Check a policy; every error is told at once, with its place."""
    content = read(file)
    if roster is None:
        policy = parse_policy(content, file)
    else:
        policy = load_policy(content, file, load_roster(read(roster), roster))
    err(ctx).print(
        f"{file}: in order; {plural(len(policy.rules), 'rule')}, "
        f"{plural(len(policy.protect), 'pattern')} of protected refs"
    )


def read(file: str) -> bytes:
    """Read a file that the user named.

    Raises:
        click.BadParameter: if it cannot be read.
    """
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}") from None
