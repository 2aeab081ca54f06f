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
from gatekeeper.opening import Server

if TYPE_CHECKING:
    from rich.console import Console

FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result."
)
REPO = click.option(
    "--repo", required=True, metavar="DIR", help="The repository on the server, such as shop.git."
)
INTO = click.option(
    "--into",
    metavar="REF",
    default="",
    help="The protected ref it is for; default: the server's default branch.",
)


def directory(ctx: click.Context) -> str:
    """Return the directory that the user works in."""
    found: str = ctx.find_root().obj["directory"]
    return found


def out(ctx: click.Context) -> Console:
    """Return the console for results."""
    return console(colour=ctx.find_root().obj["colour"])


def err(ctx: click.Context) -> Console:
    """Return the console for narration."""
    return console(stderr=True, colour=ctx.find_root().obj["colour"])


def open_clone(ctx: click.Context, remote: str | None = None) -> Clone:
    """Open the clone that the user is in."""
    return Clone(directory(ctx), remote)


def git_directory(ctx: click.Context, repo: str) -> str:
    """Return the Git directory of a bare repository, or of one with a work tree.

    Raises:
        click.BadParameter: if there is none.
    """
    path = os.path.join(directory(ctx), repo)
    for candidate in (path, os.path.join(path, ".git")):
        if os.path.isdir(os.path.join(candidate, "objects")) and os.path.exists(
            os.path.join(candidate, "HEAD")
        ):
            return os.path.abspath(candidate)
    raise click.BadParameter(f"{path} is no Git repository", param_hint="--repo")


def open_server(ctx: click.Context, repo: str) -> Server:
    """Open a repository on the server."""
    return Server(git_directory(ctx, repo), find_git())


def print_json(data: Any) -> None:
    """Print data as one JSON document."""
    json.dump(data, sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
