"""`gatekeeper audit`: look back."""

from __future__ import annotations

import click

from gatekeeper.auditing import audit
from gatekeeper.cli.common import FORMAT, REPO, open_server, out, print_json
from gatekeeper.formats.json import audit_data
from gatekeeper.formats.terminal import MAX_ROWS, audit_table
from gatekeeper.formats.text import plural


@click.command("audit")
@REPO
@FORMAT
@click.pass_context
def command(ctx: click.Context, repo: str, form: str) -> int:
    """Look back: what landed, who approved it, what is amiss.

    Exit status 1 if something needs a person: a commit that no entry explains, a ref that was changed
    outside the gate, a ledger that does not hold together.
    """
    with open_server(repo) as server:
        found = audit(server, server.ledger())
    if form == "json":
        print_json(audit_data(found))
        return 1 if found.exceptions else 0
    screen = out(ctx)
    assisted = sum(row.assisted for row in found.rows)
    signed = sum(row.assisted and bool(row.signers) for row in found.rows)
    screen.print(
        f"{found.repository}: {plural(len(found.rows), 'commit')} landed, {assisted} AI-assisted, "
        f"{signed} of them with a sign-off; {plural(found.refusals, 'push', 'pushes')} refused",
    )
    if found.rows:
        if len(found.rows) > MAX_ROWS:
            screen.print(f"({len(found.rows) - MAX_ROWS} earlier ones are left out; --format json lists all)")
        screen.print(audit_table(found), soft_wrap=False)
    for exception in found.exceptions:
        screen.print(f"EXCEPTION  {exception}", style="red")
    if not found.exceptions:
        screen.print("No exceptions: the ledger holds together and explains every commit.", style="green")
    return 1 if found.exceptions else 0
