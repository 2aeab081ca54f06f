"""`gatekeeper ledger`: does the record hold together, and what is kept of it?"""

from __future__ import annotations

import os
import sys

import click

from gatekeeper.checkpointing import CHECKPOINTS, CheckpointError, Proved, keep, make, prove, read_all
from gatekeeper.cli.common import FORMAT, REPO, err, open_server, out, print_json
from gatekeeper.core import plain
from gatekeeper.core.people import Roster
from gatekeeper.formats.ledger_lines import csv_header, csv_line, json_line
from gatekeeper.formats.text import plural
from gatekeeper.git.user import UserGit
from gatekeeper.ledger import Ledger, Receipt
from gatekeeper.ledger.upkeep import Remains
from gatekeeper.opening import Server
from gatekeeper.settling import reconcile

SIGNERS = click.option(
    "--allowed-signers",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Whose checkpoints count, as in ssh-keygen(1); default: administrators of the roster.",
)


@click.group("ledger")
def command() -> None:
    """Verify, sign, export or prune the server's record of pushes."""


@command.command("verify")
@REPO
@click.option(
    "--receipt",
    "receipts",
    multiple=True,
    metavar="RECEIPT",
    help="A receipt as a push printed it; may be repeated.",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    metavar="FILE|REF",
    help=f"A checkpoint that was kept, or {CHECKPOINTS} for all that are there; may be repeated.",
)
@SIGNERS
@FORMAT
@click.pass_context
def verify(
    ctx: click.Context,
    repo: str,
    receipts: tuple[str, ...],
    checkpoints: tuple[str, ...],
    allowed_signers: str | None,
    form: str,
) -> int:
    """Verify the record, and what people kept of it.

    The chain of entries, the tables beside it, names and archived contents are held against each other: a
    removed, changed, reordered or inserted entry is named. A chain that was made again as a whole, or
    cut off at its end, can only be noticed against a receipt or a checkpoint.
    """
    parsed = [_receipt(text) for text in receipts]
    faults: list[str] = []
    with open_server(repo) as server:
        ledger = server.ledger()
        for name in checkpoints:
            for envelope in read_all(server, name):
                try:
                    proved = prove(server, envelope, _trusted(server, ledger, allowed_signers))
                except CheckpointError as error:
                    faults.append(f"checkpoint {name}: {error}")
                else:
                    parsed.append(_held(proved))
        faults += ledger.verify(parsed)
        head, pruned = ledger.head(), ledger.pruned()
    if form == "json":
        print_json({"version": 1, "entries": head.number, "head": head.hash, "pruned": pruned, "faults": faults})
        return 1 if faults else 0
    for fault in faults:
        out(ctx).print(f"FAULT  {fault}")
    if not faults:
        without = f" ({pruned} pruned)" if pruned else ""
        words = ("receipt or checkpoint", "receipts and checkpoints") if checkpoints else ("receipt",)
        kept = plural(len(parsed), *words)
        err(ctx).print(f"{plural(head.number, 'entry', 'entries')}{without}, {kept}: in order. Head {head.hash[:12]}")
    return 1 if faults else 0


def _receipt(text: str) -> Receipt:
    parts = text.rsplit("-", 2)
    if len(parts) != 3 or not parts[1].isdigit() or not parts[2]:
        raise click.BadParameter(f"{text} is no receipt such as shop-18231-9f86d081884c", param_hint="--receipt")
    return Receipt(number=int(parts[1]), hash=parts[2])


def _held(proved: Proved) -> Receipt:
    return Receipt(number=proved.checkpoint.number, hash=proved.checkpoint.hash)


def _trusted(server: Server, ledger: Ledger, allowed_signers: str | None) -> Roster | str:
    return allowed_signers or server.in_force(ledger).roster


@command.command("checkpoint")
@REPO
@click.option("--key", metavar="KEY", help="The key to sign with; default: Git's user.signingKey.")
@click.option("-o", "--output", metavar="FILE", help="Where to write it; default: standard output.")
@click.option("--to-ref", metavar="REF", type=click.Choice([CHECKPOINTS]), help=f"Add it to {CHECKPOINTS}.")
@click.pass_context
def checkpoint(ctx: click.Context, repo: str, key: str | None, output: str | None, to_ref: str | None) -> None:
    """Sign what the last entry is.

    It shows later whether somebody rewrote the ledger. The ledger is verified first. Keep the file where
    the server's owner cannot change it, or let others fetch the ref.
    """
    with open_server(repo) as server:
        named = key or UserGit(server.git_dir).ask("config", "user.signingKey")
        if not named:
            raise click.UsageError("there is no key to sign with: set user.signingKey, or name one with --key")
        envelope = make(server, server.ledger(), os.path.expanduser(named))
        if to_ref:
            keep(server, envelope)
        if output:
            with open(output, "wb") as file:
                file.write(envelope + b"\n")
        elif not to_ref:
            sys.stdout.write(envelope.decode() + "\n")
    kept = output or (CHECKPOINTS if to_ref else "FILE")
    how = f"gatekeeper ledger verify --repo {repo} --checkpoint {kept}"
    err(ctx).print(f"Signed. Hold the ledger against it with: {how}")


@command.command("export")
@REPO
@click.option("--since", metavar="NUMBER", type=click.IntRange(0), default=0, help="Only entries after this one.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", help="How to write them.")
@click.option("--names", is_flag=True, help="Names in the place of pseudonyms; such lines do not give the hashes.")
def export(repo: str, since: int, form: str, names: bool) -> None:
    """Write the entries to standard output, one a line.

    JSON lines have each entry as it is stored, with its number and hash: another program can compute the
    chain again (docs/formats.md).
    """
    with open_server(repo) as server:
        ledger = server.ledger()
        if form == "csv":
            click.echo(csv_header())
        for number, text, digest in ledger.stored(since):
            shown = plain.dumps(plain.loads(text) | {"data": ledger.entry(number).data}) if names and text else text
            if form == "csv":
                click.echo(csv_line(number, plain.loads(shown) if shown else None, digest))
            else:
                click.echo(json_line(number, shown, digest))


@command.command("prune")
@REPO
@click.option(
    "--before",
    required=True,
    metavar="CHECKPOINT|NUMBER",
    help="A checkpoint (a file or ref), or the number of an entry.",
)
@SIGNERS
@click.option("--force", is_flag=True, help="Without a checkpoint: nobody can tell afterwards what was pruned.")
@click.pass_context
def prune(ctx: click.Context, repo: str, before: str, allowed_signers: str | None, force: bool) -> int:
    """Take away the text of old entries.

    What the gate judges by stays, and so do numbers and hashes.

    With a checkpoint, the entries that it covers; with a number, those before it. Export them first: the
    text cannot be brought back.
    """
    with open_server(repo) as server:
        ledger = server.ledger()
        reconcile(server, ledger, "command")
        envelope, held = b"", []
        if before.isdigit():
            if not force:
                raise click.UsageError(
                    "name a checkpoint (gatekeeper ledger checkpoint -o FILE), so that others can tell later that the "
                    "chain is still the same; or repeat with --force"
                )
            through = int(before) - 1
        else:
            (envelope,) = read_all(server, before)[-1:]
            proved = prove(server, envelope, _trusted(server, ledger, allowed_signers))
            held, through = [_held(proved)], proved.checkpoint.number
        faults = ledger.verify(held)
        if faults:
            raise CheckpointError(f"nothing was pruned: {faults[0]}", "see everything with: gatekeeper ledger verify")
        receipt = ledger.prune(through, now=server.now, repository=server.repository, checkpoint=envelope)
        if receipt is None:
            err(ctx).print("Nothing to prune: those entries are pruned, or wait for pushes that are on their way.")
            return 0
        gone = ledger.pruned()
        err(ctx).print(f"Entries up to {gone} have no text any more. Receipt: {receipt.label(server.repository)}")
        if gone < through:
            err(ctx).print(f"Entry {gone + 1} and later ones stay: what they accepted landed later.")
    return 0


@command.command("forget")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@REPO
@click.pass_context
def forget(ctx: click.Context, names: tuple[str, ...], repo: str) -> int:
    """Erase names of people who left.

    A name is a roster's id, an account or an address. The entries keep a pseudonym that nobody can resolve
    any more. Take the person out of the roster first.
    """
    with open_server(repo) as server:
        ledger = server.ledger()
        present = list(server.in_force(ledger).roster.everybody())
        for name in names:
            for person in present:
                logins = [login for _, login in person.accounts]
                if name in (person.id, *logins) or name.lower().encode() in person.emails:
                    raise click.UsageError(f"{name} is in the roster ({person.id}); take it out there first")
        for name in names:
            found = ledger.forget(name, now=server.now, repository=server.repository)
            for line in _forgotten(name, found):
                err(ctx).print(line)
        err(ctx).print(
            "The commits themselves keep author, committer and message; so do backups and what was exported."
        )
    return 0


def _forgotten(name: str, found: Remains | None) -> list[str]:
    if found is None:
        return [f"{name}: the ledger does not know this name."]
    left = [
        f"{plural(found.signoffs, 'sign-off')}, whose envelope names its signer" if found.signoffs else "",
        f"{plural(found.archived, 'archived roster or certificate', 'archived rosters or certificates')}"
        if found.archived
        else "",
        f"{plural(found.entries, 'entry', 'entries')} from before the ledger had pseudonyms" if found.entries else "",
    ]
    remaining = [f"  still there: {text}" for text in left if text]
    told = f"{name}: forgotten." if found.erased else f"{name}: no entry of this version has it."
    return [told, *remaining]
