"""What several commands share: opening a server's repository or a clone, consoles, JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from gatekeeper.desk import Clone
from gatekeeper.formats.terminal import console
from gatekeeper.installing import find_git
from gatekeeper.opening import Server, UnconfiguredError

if TYPE_CHECKING:
    from typing import TextIO

    from rich.console import Console

UNBOUNDED = 10_000
"""Columns of a pipe or file: more than any line of ours has."""
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result."
)
REPO = click.option("--repo", required=True, metavar="DIR", help="The repository on the server, such as shop.git.")
INTO = click.option(
    "--into",
    metavar="REF",
    default="",
    help="The protected ref it is for; default: the server's default branch.",
)


def out(ctx: click.Context) -> Console:
    """Return the console for results."""
    return _console(ctx, sys.stdout)


def err(ctx: click.Context) -> Console:
    """Return the console for narration."""
    return _console(ctx, sys.stderr)


def _console(ctx: click.Context, stream: TextIO) -> Console:
    """Return a console as wide as the terminal; where there is none and COLUMNS says nothing, nothing is cut."""
    bounded = stream.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return console(stderr=stream is sys.stderr, colour=ctx.find_root().obj, width=None if bounded else UNBOUNDED)


def open_clone(remote: str | None = None) -> Clone:
    """Open the clone that the user is in."""
    return Clone(".", remote)


def git_directory(repo: str) -> str:
    """Return the Git directory of a bare repository, or of one with a work tree.

    Raises:
        click.BadParameter: if there is none.
    """
    for candidate in (repo, os.path.join(repo, ".git")):
        if os.path.isdir(os.path.join(candidate, "objects")) and os.path.exists(os.path.join(candidate, "HEAD")):
            return os.path.abspath(candidate)
    raise click.BadParameter(f"{repo} is no Git repository", param_hint="--repo")


def open_server(repo: str) -> Server:
    """Open an armed repository on the server.

    Raises:
        UnconfiguredError: if it was never armed.
    """
    server = Server(git_directory(repo), find_git())
    try:
        _ = server.repository
    except UnconfiguredError:
        server.close()
        raise UnconfiguredError(f"gatekeeper does not guard {repo}") from None
    return server


def print_json(data: Any) -> None:
    """Print data as one JSON document."""
    json.dump(data, sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
