"""`gatekeeper baseline add`: take in what came to a ref outside the gate."""

from __future__ import annotations

import click

from gatekeeper.cli.common import REPO, err, open_server
from gatekeeper.cli.pause import checked_reason
from gatekeeper.config.sources import find_place
from gatekeeper.core.push import full_name
from gatekeeper.formats.words import reason_text
from gatekeeper.governed import too_few_administrators
from gatekeeper.opening import KEYS, Server
from gatekeeper.settling import reconcile


@click.group("baseline")
def command() -> None:
    """Take in what came to a ref outside the gate."""


@command.command("add")
@click.argument("ref")
@REPO
@click.option("--why", required=True, metavar="REASON", help="Why it is taken in; recorded in the ledger.")
@click.pass_context
def add(ctx: click.Context, ref: str, repo: str, why: str) -> None:
    """Take in the present tip of REF: an import, or a change made outside the gate.

    What is behind it needs no sign-off on this ref any more. Only the owner of the server can do this,
    and the ledger keeps who, when and why.
    """
    said = checked_reason(why, "--why")
    full = full_name(ref)
    with open_server(repo) as server:
        ledger = server.ledger()
        reconcile(server, ledger, "command")
        found = server.refs([full])[full]
        full, tip = found.resolves_to, found.target
        if tip == server.object_format.zero:
            raise click.UsageError(f"{full} does not exist in {repo}")
        _check_governed(server, full)
        data = {"tips": {full: tip}, "every_ref": False, "why": said}
        receipt = ledger.append("baseline", data, now=server.now, repository=server.repository)
        err(ctx).print(
            f"{full} at {tip} is in order from now on. Receipt: {receipt.label(server.repository)}",
        )


def _check_governed(server: Server, ref: str) -> None:
    """Refuse a policy and roster that could not be used, or never be changed again, where they lie on the ref.

    Raises:
        click.UsageError: if nobody could change them any more.
        SourceError, ConfigurationError: if they cannot be used.
    """
    place = find_place(*map(server.configuration.get, KEYS))
    if place is None or server.refs([place.ref])[place.ref].resolves_to != ref:
        return
    faults = too_few_administrators(server.in_force(None), server.now)
    if faults:
        raise click.UsageError("; ".join(map(reason_text, faults)))
