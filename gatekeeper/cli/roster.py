"""`gatekeeper roster check` and `show`."""

from __future__ import annotations

import click
from rich.table import Table

from gatekeeper.cli.common import FORMAT, err, out, print_json
from gatekeeper.cli.policy import read
from gatekeeper.config.loading import load_roster
from gatekeeper.formats.text import plural


@click.group("roster")
def command() -> None:
    """Check or show a roster file."""


@command.command("check")
@click.argument("file")
@click.pass_context
def check(ctx: click.Context, file: str) -> None:
    """Check a roster; every error is told at once, with its place.

    FILE is a file, or <ref>:<path> of the repository you are in, with the full name of the ref.
    """
    people = list(load_roster(read(file), file).everybody())
    err(ctx).print(f"{file}: in order; {plural(len(people), 'person', 'people')}")


@command.command("show")
@click.argument("file")
@FORMAT
@click.pass_context
def show(ctx: click.Context, file: str, form: str) -> None:
    """Show the people of a roster."""
    people = sorted(load_roster(read(file), file).everybody(), key=lambda person: person.id)
    if form == "json":
        rows = [
            {
                "id": person.id,
                "level": person.level,
                "teams": list(person.teams),
                "emails": [email.decode() for email in person.emails],
                "keys": [key.public.fingerprint for key in person.keys if not key.revoked],
                "administrator": person.administrator,
                "bot": person.bot,
            }
            for person in people
        ]
        print_json({"version": 1, "people": rows})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "level", "teams", "address", "keys"):
        table.add_column(name)
    for person in people:
        usable = sum(not key.revoked for key in person.keys)
        address = person.emails[0].decode() if person.emails else ""
        table.add_row(person.id, person.level or "bot", ", ".join(person.teams), address, str(usable))
    out(ctx).print(table, soft_wrap=False)
