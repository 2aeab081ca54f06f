"""`gatekeeper ledger verify`: does the record hold together?"""

from __future__ import annotations

import click

from gatekeeper.cli.common import FORMAT, REPO, err, open_server, out, print_json
from gatekeeper.formats.text import plural
from gatekeeper.ledger import Receipt


@click.group("ledger")
def command() -> None:
    """Verify the server's record of pushes and decisions."""


@command.command("verify")
@REPO
@click.option(
    "--receipt",
    "receipts",
    multiple=True,
    metavar="RECEIPT",
    help="A receipt as a push printed it; may be repeated.",
)
@FORMAT
@click.pass_context
def verify(ctx: click.Context, repo: str, receipts: tuple[str, ...], form: str) -> int:
    """Verify the chain of entries, the tables beside it, and receipts that people kept.

    A removed, changed, reordered or inserted entry is named. Entries cut off at the end can only be
    noticed against a receipt.
    """
    parsed = [_receipt(text) for text in receipts]
    with open_server(repo) as server:
        ledger = server.ledger()
        faults, head = ledger.verify(parsed), ledger.head()
    if form == "json":
        print_json({"version": 1, "entries": head.number, "head": head.hash, "faults": faults})
    else:
        for fault in faults:
            out(ctx).print(f"FAULT  {fault}")
        if not faults:
            err(ctx).print(
                f"{plural(head.number, 'entry', 'entries')}, {plural(len(parsed), 'receipt')}: in order. "
                f"Head {head.hash[:12]}"
            )
    return 1 if faults else 0


def _receipt(text: str) -> Receipt:
    parts = text.rsplit("-", 2)
    if len(parts) != 3 or not parts[1].isdigit() or not parts[2]:
        raise click.BadParameter(f"{text} is no receipt such as shop-18231-9f86d081884c", param_hint="--receipt")
    return Receipt(number=int(parts[1]), hash=parts[2])
