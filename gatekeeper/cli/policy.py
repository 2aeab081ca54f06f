"""`gatekeeper policy check`: is a policy right?"""

from __future__ import annotations

from pathlib import Path

import click

from gatekeeper.cli.common import err
from gatekeeper.config.loading import load_policy, load_roster, parse_policy
from gatekeeper.config.problems import ConfigurationError, Problem
from gatekeeper.config.sources import find_place
from gatekeeper.desk import Clone
from gatekeeper.formats.text import plural
from gatekeeper.governed import UnfitFileError, read_contents


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
    """Check a policy; every error is told at once, with its place.

    FILE is a file, or <ref>:<path> of the repository you are in, with the full name of the ref.
    """
    content = read(file)
    if roster is None:
        policy = parse_policy(content, file)
    else:
        try:
            people = load_roster(read(roster), roster)
        except ConfigurationError as error:
            raise ConfigurationError([*_faults(content, file), *error.problems]) from None
        policy = load_policy(content, file, people)
    err(ctx).print(
        f"{file}: in order; {plural(len(policy.rules), 'rule')}, "
        f"{plural(len(policy.protect), 'pattern')} of protected refs"
    )


def _faults(content: bytes, file: str) -> tuple[Problem, ...]:
    """Return what is wrong with a policy alone, to be told beside the roster's faults."""
    try:
        parse_policy(content, file)
    except ConfigurationError as error:
        return error.problems
    return ()


def read(file: str) -> bytes:
    """Read a file that the user named: as in the server's configuration, also `<ref>:<path>`.

    Raises:
        click.BadParameter: if it cannot be read.
        SourceError, DeskError: if a ref cannot be.
    """
    place = find_place(file, file)
    if place is not None:
        with Clone(".") as clone:
            try:
                (content,) = read_contents(clone.engine, clone.commit(place.ref), [place.policy])
            except UnfitFileError as error:
                raise click.BadParameter(f"{place.ref}: {error}") from None
        return content
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}") from None
