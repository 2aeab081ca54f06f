"""`gatekeeper show`: one commit, and its sign-offs with the state of each."""

from __future__ import annotations

import click

from gatekeeper.checking import explain
from gatekeeper.cli.common import FORMAT, INTO, open_clone, out, print_json
from gatekeeper.core.verdict import Outcome
from gatekeeper.formats.json import authorship_data, declaration_data, standing_data, text
from gatekeeper.formats.terminal import mark_text, signoff_lines
from gatekeeper.formats.text import visible


@click.command("show")
@click.argument("revision", metavar="REV", default="HEAD")
@INTO
@FORMAT
@click.pass_context
def command(ctx: click.Context, revision: str, into: str, form: str) -> None:
    """Show what a commit declares, who wrote it, and its sign-offs with the state of each."""
    with open_clone(ctx) as clone:
        published = clone.published()
        ref = clone.full_ref(into, published)
        bench = clone.bench(published)
        finding, dossier = explain(bench, ref, clone.resolve(revision).head)
    assert finding is not None
    assert dossier is not None
    if form == "json":
        signoffs = [standing_data(standing) for standing in dossier.signoffs.approvals]
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
    screen.print(f"commit    {finding.commit}", markup=False)
    screen.print(f"subject   {visible(finding.subject)}", markup=False)
    author = finding.authorship.claimed
    level = f" ({author.level})" if author and author.level else ""
    who = f"{author.id}{level}" if author else "nobody of the roster"
    screen.print(f"author    {visible(finding.author_email)}, {who}", markup=False)
    screen.print(f"AI        {mark_text(finding.declaration)}", markup=False)
    screen.print("sign-offs")
    for line in signoff_lines(dossier.signoffs):
        screen.print(line)
    if finding.outcome is Outcome.REFUSED:
        screen.print(f"Why it is not in order: gatekeeper explain {finding.commit[:12]}", markup=False)
