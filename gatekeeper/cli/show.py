"""`gatekeeper show`: one commit, and its sign-offs with the state of each."""

from __future__ import annotations

import click

from gatekeeper.checking import explain
from gatekeeper.cli.common import FORMAT, INTO, open_clone, out, print_json
from gatekeeper.core.verdict import Outcome
from gatekeeper.formats.json import authorship_data, declaration_data, standing_data, text
from gatekeeper.formats.statements import signoff_lines
from gatekeeper.formats.terminal import mark_text
from gatekeeper.formats.text import printable, visible


@click.command("show")
@click.argument("revision", metavar="[REV]", default="HEAD")
@INTO
@FORMAT
@click.pass_context
def command(ctx: click.Context, revision: str, into: str, form: str) -> None:
    """Show one commit: its AI marks, its author, its sign-offs.

    Each statement about it comes with its state and the id by which `gatekeeper revoke` takes it back.
    """
    with open_clone() as clone:
        published = clone.published()
        ref = clone.full_ref(into, published)
        bench = clone.bench(published)
        finding, dossier = explain(bench, ref, clone.commit(revision), clone.server_tip(ref))
    if finding is None or dossier is None:
        raise click.ClickException("only a ledger vouches for commits, and a clone has none")
    if form == "json":
        signoffs = [standing_data(standing) for standing in dossier.signoffs.all()]
        print_json(
            {
                "version": 1,
                "commit": finding.commit,
                "subject": text(finding.subject),
                "author": text(finding.author),
                "declaration": declaration_data(finding.declaration),
                "authorship": authorship_data(finding.authorship),
                "signoffs": signoffs,
            }
        )
        return
    screen = out(ctx)
    screen.print(f"commit    {finding.commit}")
    screen.print(f"subject   {printable(finding.subject)}")
    # Of a commit that needs no proof nobody asked for one: the address alone says whom it names.
    author = finding.authorship.claimed or bench.roster.by_email(finding.author_email)
    level = f" ({author.level})" if author and author.level else ""
    who = f"{author.id}{level}" if author else "nobody of the roster"
    screen.print(f"author    {visible(finding.author_email)}, {who}")
    screen.print(f"AI        {mark_text(finding.declaration)}")
    screen.print("sign-offs")
    lines = signoff_lines(dossier.signoffs)
    for line in lines:
        screen.print(line)
    if not lines:
        screen.print("  none in this clone; git fetch brings those that the server has got since")
    if finding.outcome is Outcome.REFUSED:
        screen.print(f"Why it is not in order: gatekeeper explain {finding.commit[:12]}")
